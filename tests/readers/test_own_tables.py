"""Tables of somebody's own, in ten languages and as Google Sheets writes them: positions, cash and a total."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pbal_core import DataError, read_positions
from tests.known import known

TABLES = {
    "en": ("Instrument;ISIN;Quantity;Last price;Market value", "Cash balance", "Grand total"),
    "de": ("Wertpapier;ISIN;St\u00fcck;Kurs;Wert in EUR", "Guthaben", "Summe"),
    "fr": ("Titre;Code ISIN;Quantit\u00e9;Cours;Montant", "Esp\u00e8ces", "Total g\u00e9n\u00e9ral"),
    "nl": ("Naam;ISIN;Aantal;Koers;Waarde", "Contanten", "Totaal"),
    "it": ("Titolo;ISIN;Quantit\u00e0;Prezzo;Controvalore", "Liquidit\u00e0", "Totale"),
    "es": ("Nombre;ISIN;T\u00edtulos;Precio;Valor", "Efectivo", "Total general"),
    "pt": ("Nome;ISIN;Quantidade;Pre\u00e7o;Valor", "Dinheiro", "Total"),
    "sv": ("V\u00e4rdepapper;ISIN;Antal;Kurs;V\u00e4rde", "Likvida medel", "Totalt"),
    "no": ("Verdipapir;ISIN;Antall;Kurs;Verdi", "Kontanter", "Sum"),
    "da": ("Papir;ISIN;Antal;Kurs;V\u00e6rdi", "Kontantbeholdning", "I alt"),
}
"""Language: header, the word for cash and that for the total."""


def table(language: str, total: str = "1.425,50") -> bytes:
    header, cash, label = TABLES[language]
    rows = ["Example One;IE00B4L5Y983;10;120,50;1.205,00", "Example Two;US0378331005;4,5;40,00;180,00"]
    return "\n".join([header, *rows, f"{cash};;;;40,50", f"{label};;;;{total}", ""]).encode()


@pytest.mark.parametrize("language", TABLES)
def test_a_table_of_ones_own_proves_itself_in_any_language(language: Any) -> None:
    statement = read_positions(table(language))
    assert not statement.blocking
    assert sorted((p.quantity, p.price, p.value) for p in statement.portfolio) == [
        (Decimal("4.5"), Decimal(40), Decimal(180)),
        (Decimal(10), Decimal("120.50"), Decimal(1205)),
    ]
    assert statement.cash_found == Decimal("40.50")
    assert [total.stated for total in statement.totals] == [Decimal("1425.50")]


@pytest.mark.parametrize("language", TABLES)
def test_a_total_that_differs_is_refused_in_any_language(language: Any) -> None:
    with pytest.raises(DataError) as caught:
        read_positions(table(language, total="1.525,50"))
    assert [issue.code for issue in caught.value.issues] == ["total_mismatch"]


def test_a_sheet_with_exchange_prefixes_and_signs() -> None:
    data = (
        "Ticker,Name,# Shares,Price (USD),Market Value,Cost Basis,Gain/Loss,% of portfolio\n"
        'NYSEARCA:VTI,Total Market,10,$275.40,"$2,754.00","$2,500.00",$254.00,59.2%\n'
        'NASDAQ:BND,Bonds,20,$73.20,"$1,464.00","$1,493.00",-$29.00,31.5%\n'
        "Cash,,,,$432.00,,,9.3%\n"
        'Total,,,,"$4,650.00",,,100%\n'
    )
    statement = read_positions(data.encode())
    assert {p.symbol: (p.value, p.pnl) for p in statement.portfolio} == {
        "VTI": (Decimal(2754), Decimal(254)),
        "BND": (Decimal(1464), Decimal(-29)),
    }
    assert statement.cash_found == 432
    assert [total.stated for total in statement.totals] == [4650]


@pytest.mark.parametrize(
    ("shares", "lines"), [((15, 10, 5), [2]), ((10, 5, 15), [4]), ((15, 10, 4), []), ((10, 10), [])]
)
def test_a_row_that_may_be_the_total_of_its_lots_is_named(shares: tuple[Any, ...], lines: Any) -> None:
    """A total above its lots would count them twice; purchases of 15, 10 and 5 are possible as well."""
    rows = [f"VTI,{n},250,{n * 250}" for n in shares]
    statement = read_positions("\n".join(["Symbol,Quantity,Price,Value", *rows, "BND,20,72,1440", ""]).encode())
    found = [issue for issue in statement.issues if issue.code == "row_is_sum"]
    assert [known(issue.where).line for issue in found] == lines
    assert all(issue.severity == "warning" and "delete it" in issue.message for issue in found)
