"""What a column means, from its name: ten languages, units and signs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pbal_core import DataError, read_positions
from pbal_core.readers import columns
from pbal_core.readers.columns import LANGUAGES, NAMES, TELLING
from pbal_core.readers.headers import known_columns
from pbal_core.readers.mapping import guess

HEADERS = {
    "en": "Ticker,Shares,Current Price,Market Value,Cost Basis,Unrealized Gain/Loss",
    "de": "WKN,Stück,Akt. Kurs,Kurswert,Einstandswert,Gewinn/Verlust",
    "fr": "Code ISIN,Quantité,Dernier cours,Valorisation,Montant investi,+/- value latente",
    "nl": "Symbool,Aantal,Laatste koers,Marktwaarde,Aankoopwaarde,Winst/verlies",
    "it": "Simbolo,Quantità,Prezzo di mercato,Controvalore,Valore di carico,Utile/perdita",
    "es": "Símbolo,Cantidad,Precio actual,Valor de mercado,Coste total,Ganancia/pérdida",
    "pt": "Ativo,Quantidade,Preço atual,Valor de mercado,Custo total,Lucro/prejuízo",
    "sv": "Kortnamn,Antal,Senaste kurs,Marknadsvärde,Anskaffningsvärde,Vinst/förlust",
    "no": "Verdipapir,Antall,Siste kurs,Markedsverdi,Kjøpsverdi,Gevinst/tap",
    "da": "Fondskode,Antal,Seneste kurs,Kursværdi,Købsværdi,Gevinst/tab",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_is_read_in_each_language(language: Any) -> None:
    """Quantity times price is the value and value less cost the gain, whatever language names them."""
    header = HEADERS[language].replace(",", ";")
    data = f"{header}\nABC;10;12,50;125,00;100,00;25,00\nXYZ;4;50,25;201,00;200,00;1,00\n"
    (abc, xyz) = read_positions(data.encode(), format_hint="generic").portfolio
    assert (abc.symbol, abc.quantity, abc.price, abc.value, abc.pnl) == (
        "ABC",
        Decimal(10),
        Decimal("12.5"),
        Decimal(125),
        Decimal(25),
    )
    assert (xyz.symbol, xyz.quantity, xyz.value, xyz.pnl) == ("XYZ", Decimal(4), Decimal(201), Decimal(1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_has_names_in_every_language(language: Any) -> None:
    for field, text in columns._WORDS.items():
        assert f"\n        {language}: " in text, (field, language)


@pytest.mark.parametrize("field", NAMES)
def test_names_are_as_headers_hands_them_over(field: Any) -> None:
    """A name with a unit, or in capitals, would never be found."""
    for name in NAMES[field]:
        assert name in known_columns([name.upper()])


def test_no_name_tells_two_fields() -> None:
    """A vague word may mean two things in two languages; a telling one may not."""
    told = [name for names in TELLING.values() for name in names]
    assert {name for name in told if told.count(name) > 1} == set()


def test_a_telling_name_in_any_language_goes_before_a_vague_one() -> None:
    for header, price in {
        "Ticker,Shares,Price,Market price (USD)": "Market price (USD)",
        "WKN,Stück,Price,Akt. Kurs": "Akt. Kurs",
        "WKN,Stück,Kurs,Last price": "Last price",
    }.items():
        mapping = guess(header.split(","))
        assert mapping is not None
        assert mapping.price == price


def test_the_price_paid_is_no_price() -> None:
    mapping = guess(["Ticker", "Shares", "Price Paid $", "Value $"])
    assert mapping is not None
    assert (mapping.price, mapping.cost_price) == (None, "Price Paid $")


@pytest.mark.parametrize(
    "text",
    [
        "Datum;Konto;Typ;Värdepapper;Antal;Kurs;Belopp\n2026-01-05;1;Köp;VOLV B;10;250,00;-2500\n",
        "Datum;Art;Wertpapier;Stück;Kurs;Kurswert\n05.01.2026;Kauf;VWRL;10;100,00;1000,00\n",
        "Date opération;Opération;Code ISIN;Quantité;Cours\n05/01/2026;Achat au comptant;FR0011871128;2;10,00\n",
        "Fecha;Tipo;Instrumento;Cantidad;Precio\n05/01/2026;Compra;VWCE;2;10,00\n",
    ],
)
def test_lists_of_transactions_in_other_languages_are_refused_by_name(text: str) -> None:
    with pytest.raises(DataError, match="a list of transactions") as caught:
        read_positions(text.encode())
    assert caught.value.issues[0].code == "transactions_file"


def test_a_date_of_the_price_makes_no_list_of_transactions() -> None:
    data = "Datum;Typ;WKN;Stück;Kurs;Wert\n05.01.2026;ETF;A1JX52;10;100,00;1000,00\n"
    assert read_positions(data.encode(), format_hint="generic").portfolio["A1JX52"].value == 1000
