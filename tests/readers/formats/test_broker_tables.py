"""Brokers that write one table: what is held, in whole units of one currency, worked out by hand from the fixtures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pbal_core import DataError, read_positions
from pbal_core.readers.broker_table import BrokerTable
from pbal_core.readers.registry import broker_names, known_formats, readable_formats
from tests.known import known
from tests.readers.fuzz import DATA, workbook

TABLES = [form for form in known_formats() if isinstance(form, BrokerTable)]

HELD: dict[str, tuple[str, int | str, dict[str, Any]]] = {
    "aj_bell.csv": ("GBP", "1072.47", {"VWRL": (50, "102.50"), "EXT": (400, "6.125"), "EXU": (10, "150")}),
    "avanza.csv": ("SEK", 0, {"SE0000115446": (120, "201.05"), "US0378331005": (3, "1796.066667"),
                              "SE0011527613": ("154.0006", "194.804436")}),
    "boursobank.csv": ("EUR", 0, {"IE000BI8OT95": (10, "108.40"), "FR0000000001": ("0.5", 1900)}),
    "comdirect.csv": ("EUR", 0, {"A1JX52": (8500, "10.515"), "865985": (70, 190)}),
    "comdirect_long.csv": ("EUR", 0, {"A1JX52": (850, "10.515")}),
    "consorsbank.csv": ("EUR", 0, {"A1XB5U": (14, 125), "865985": (5, 200)}),
    "consorsbank_old.csv": ("EUR", 0, {"A1XB5U": (14, 125)}),
    "deutsche_bank.csv": ("EUR", 0, {"DE0008474156": (22, "544.37"), "US0378331005": (10, 200)}),
    "maxblue.csv": ("EUR", "1310.25", {"US0378331005": (10, 200), "DE0007164600": (20, "5.15")}),
    "onvista.csv": ("EUR", 0, {"US0378331005": (80, 200), "IE00B4L5Y983": ("2.5", "85.5")}),
    "s_broker.csv": ("EUR", 0, {"US0378331005": (12, 200), "IE00B4L5Y983": (1000, "85.50")}),
    "dkb.csv": ("EUR", 0, {"IE00B4L5Y983": (100, "127.42"), "US0378331005": (5, 202)}),
    "flatex.csv": ("EUR", 0, {"IE00B4L5Y983": (100, "127.42"), "DE0008474156": ("2.5", "544.36")}),
    "groww.csv": ("INR", 0, {"INE009A01021": (40, "1500.50"), "INE081A01020": (120, "150.25")}),
    "hargreaves_lansdown.csv": ("GBP", "310.25", {"VWRL": (100, "102.50"), "B59G4Q7": (1250, "3.10")}),
    "ibkr_tws.csv": ("USD", 0, {"VTI": (400, "275.40"), "BND": (1200, "73.20")}),
    "ing_de.csv": ("EUR", 0, {"IE00B4L5Y983": (100, "127.42"), "US0378331005": ("5.5", "183.636364")}),
    "interactive_investor.csv": ("GBP", 0, {"VWRL": (20, "102.50"), "B8XYYQ8": (1000, "1.20905"), "EXUS": (10, 150)}),
    "jpmorgan.csv": ("USD", "18218.87", {"PHYX": (1273, "34.60"), "EXC": ("36.5", 260)}),
    "jpmorgan_lots.csv": ("USD", "1012.76", {"EXP": (35, "200.20"), "EXQ": (1145, "18.55")}),
    "merrill_holdings.csv": ("USD", 432, {"VTI": (15, "275.40"), "BND": (20, "73.20")}),
    "nordnet_no.csv": ("NOK", "1051.5", {"Eksempel": (170, "336.2"), "Sample Inc": (25, "1690.4336")}),
    "nordnet_beholdning.csv": ("DKK", 0, {"DK0060534915": (120, "455.25"), "IE00B4L5Y983": (30, "787.206")}),
    "nordnet_da.csv": ("DKK", 0, {"Eksempel A/S": (120, "455.25"), "Sample ETF": (30, "787.206")}),
    "nordnet_sv.csv": ("SEK", 0, {"Exempel B": ("73.5", "287.50"), "Sample ETF": (78, "1202.7")}),
    "questrade_cad.csv": ("CAD", 0, {"XEQT.TO": (40, "37.25"), "VFV.TO": (10, "160.50")}),
    "swissquote_fr.csv": ("CHF", 0, {"EXA": (20, "98.9485"), "NESX": (50, 104), "VWRL": (10, "105.05")}),
    "td_direct.csv": ("USD", "2274.06", {"XEQT": ("35.52484", "37.25"), "TDB900": ("251.105", "61.90")}),
    "trading212_pie.csv": ("USD", 0, {"VUAA": ("12.3456789", "91.165501"), "EQQQ": ("1.5", "320.166667")}),
    "upstox.csv": ("INR", 0, {"EXBANK": (25, "1100.25"), "SAMPLEM": (7, "350.5")}),
    "yahoo_finance.csv": ("USD", "250.5", {"VTI": (15, "275.4"), "BND": (20, "73.2")}),
    "zerodha.csv": ("INR", 0, {"NIFTYBEES": (300, "275.50"), "GOLDBEES": (400, 60), "JUNIORBEES": (40, 610)}),
    "zerodha_kite.csv": ("INR", 0, {"NIFTYBEES": (300, "275.50"), "GOLDBEES": (400, 60)}),
}  # fmt: skip
"""File: currency, cash, and shares and price of each symbol, all accounts together."""


def text(name: str) -> str:
    data = (DATA / name).read_bytes()
    encoding = "utf-16" if data[:2] == b"\xff\xfe" else "utf-8" if data[:3] == b"\xef\xbb\xbf" else "cp1252"
    try:
        return data.decode("utf-8" if encoding == "cp1252" else encoding)
    except UnicodeDecodeError:
        return data.decode("cp1252")


def read(content: str) -> Any:
    return read_positions(content.encode(), accounts="all")


@pytest.mark.parametrize("name", HELD)
def test_what_is_held(name: Any) -> None:
    currency, cash, held = HELD[name]
    statement = read_positions(DATA / name, accounts="all")
    portfolio = statement.portfolio
    assert {p.symbol: (p.quantity, p.price) for p in portfolio} == {
        symbol: (Decimal(quantity), Decimal(price)) for symbol, (quantity, price) in held.items()
    }
    assert portfolio.currency == currency
    assert statement.cash_found == Decimal(cash)
    for p in portfolio:
        assert abs(p.value - known(p.quantity) * p.price) < Decimal("0.02"), p.symbol


def test_every_table_has_a_file_and_says_where_it_is_known_from() -> None:
    read_as = {read_positions(DATA / name).format for name in HELD} | {"rbc-direct"}
    assert {form.key for form in TABLES} == read_as
    assert all(form.source and form.confidence for form in TABLES)


class TestPence:
    def test_a_price_in_pence_is_pounds(self) -> None:
        statement = read_positions(DATA / "hargreaves_lansdown.csv")
        assert statement.portfolio["VWRL"].price == Decimal("102.50")
        assert statement.portfolio["VWRL"].value == 10250

    def test_a_price_in_pence_is_checked_against_the_value(self) -> None:
        """A price in pounds under (pence) is a hundredth of what it should be: refused, never read."""
        with pytest.raises(DataError, match="value is 10250"):
            read(text("hargreaves_lansdown.csv").replace('"10,250.00","10,250.00"', '"102.50","10,250.00"'))

    def test_a_price_that_is_neither_pounds_nor_pence_is_refused(self) -> None:
        with pytest.raises(DataError, match="one of the three is wrong"):
            read(text("aj_bell.csv").replace('"612.50"', '"61.25"'))


class TestTotals:
    @pytest.mark.parametrize("name", ["hargreaves_lansdown.csv", "ing_de.csv", "interactive_investor.csv",
                                      "trading212_pie.csv", "comdirect.csv"])  # fmt: skip
    def test_a_lost_row_is_noticed(self, name: Any) -> None:
        lines = text(name).splitlines(keepends=True)
        positions = [i for i, line in enumerate(lines) if any(symbol in line for symbol in HELD[name][2])]
        del lines[positions[0]]
        with pytest.raises(DataError) as caught:
            read("".join(lines))
        assert [issue.code for issue in caught.value.issues] == ["total_mismatch"]

    def test_cash_above_the_table_is_no_part_of_its_total(self) -> None:
        statement = read_positions(DATA / "hargreaves_lansdown.csv")
        assert [total.stated for total in statement.totals] == [Decimal("14435.25"), 14125]
        assert statement.cash_found == Decimal("310.25")

    @pytest.mark.parametrize("name", ["consorsbank.csv", "dkb.csv", "td_direct.csv"])
    def test_a_total_above_the_table_is_compared(self, name: Any) -> None:
        assert len(read_positions(DATA / name).totals) == 1
        lines = text(name).splitlines(keepends=True)
        first = next(i for i, line in enumerate(lines) if any(symbol in line for symbol in HELD[name][2]))
        fewer = read("".join([*lines[:first], *lines[first + 1 :]]))
        assert "summary_differs" in [issue.code for issue in fewer.issues]


class TestCurrencies:
    def test_a_price_in_another_currency_is_not_the_price_of_a_share(self) -> None:
        assert read_positions(DATA / "nordnet_no.csv").portfolio["Sample Inc"].price == Decimal("1690.4336")

    def test_the_currency_stands_in_the_name_of_the_values(self) -> None:
        assert read_positions(DATA / "nordnet_sv.csv").currency == "SEK"

    def test_holdings_in_two_currencies_are_added_at_the_rates_of_the_file(self) -> None:
        """RBC: 3,725 CAD and 2,754 USD at 1.40; the cash in dollars is reported and not counted."""
        statement = read_positions(DATA / "rbc_direct.csv")
        assert statement.currency == "CAD"
        assert {p.symbol: p.value for p in statement.portfolio} == {"XEQT": 3725, "VTI": Decimal("3855.60")}
        assert statement.cash_found == Decimal("500.25")
        assert "cash_left_out" in [issue.code for issue in statement.issues]

    def test_an_account_in_one_currency_needs_no_rates(self) -> None:
        lines = [line for line in text("rbc_direct.csv").splitlines() if not line.startswith("CAD")]
        statement = read("\n".join(lines))
        assert {p.symbol: p.value for p in statement.portfolio} == {"VTI": 2754}
        assert (statement.currency, statement.cash_found) == ("USD", 100)

    def test_holdings_in_two_currencies_without_rates_are_not_added(self) -> None:
        content = text("rbc_direct.csv").replace(",1.4000", ",N/A").replace(",1.0000", ",N/A")
        with pytest.raises(DataError, match="different currencies"):
            _ = read(content).portfolio

    def test_yahoo_quotes_each_exchange_in_its_currency(self) -> None:
        with pytest.raises(DataError, match="different currencies"):
            _ = read(text("yahoo_finance.csv").replace("BND,", "XEQT.TO,")).portfolio


class TestQuantities:
    def test_pledged_shares_are_held_and_long_held_ones_are_not_counted_twice(self) -> None:
        """200 available (150 of them for long) and 100 pledged are 300: the file's own profit says so."""
        holding = next(h for h in read_positions(DATA / "zerodha.csv").holdings if h.symbol == "NIFTYBEES")
        assert holding.quantity == 300
        assert holding.pnl == 300 * (Decimal("275.50") - Decimal(240))

    def test_discrepant_shares_are_told(self) -> None:
        issues = read_positions(DATA / "zerodha.csv").issues
        places = [known(issue.where) for issue in issues if issue.code == "discrepant_shares"]
        assert [(place.line, place.symbol) for place in places] == [(10, "JUNIORBEES")]

    def test_an_apostrophe_before_a_negative_number_is_no_text(self) -> None:
        assert read_positions(DATA / "ibkr_tws.csv").portfolio["BND"].pnl == -1200


class TestYahoo:
    def test_sales_are_refused_with_a_way_out(self) -> None:
        with pytest.raises(DataError, match="delete the sold lots") as caught:
            read(text("yahoo_finance.csv").replace("core,BUY", "core,SELL"))
        assert caught.value.issues[0].code == "sale_in_lots"

    def test_london_is_pence_or_pounds_and_is_not_guessed(self) -> None:
        with pytest.raises(DataError, match="pence, pounds or dollars"):
            read(text("yahoo_finance.csv").replace("BND,", "VUSA.L,"))


class TestLeftOut:
    @pytest.mark.parametrize(
        ("name", "symbol", "reason"),
        [
            ("ibkr_tws.csv", "MU Feb20'26 300 PUT", "an option"),
            ("ing_de.csv", "DE0001102580", "a bond"),
            ("consorsbank.csv", "110258", "a bond"),
            ("jpmorgan.csv", "", "no symbol"),
            ("groww.csv", "INE000X01000", "no market price"),
        ],
    )
    def test_what_a_plan_cannot_trade_is_left_out_with_its_reason(self, name: str, symbol: str, reason: str) -> None:
        rows = [row for row in read_positions(DATA / name).rows if row.kind == "unsupported"]
        assert [row.symbol for row in rows] == [symbol]
        assert rows[0].reason.startswith(reason)

    def test_an_etf_of_bonds_is_no_bond(self) -> None:
        """J.P. Morgan's asset class of a high yield ETF is Fixed Income."""
        assert "PHYX" in [h.symbol for h in read_positions(DATA / "jpmorgan.csv").holdings]


def test_accounts_that_only_have_a_number_are_kept_apart() -> None:
    """Merrill: the nickname is blank, and two accounts hold the same symbol."""
    statement = read_positions(DATA / "merrill_holdings.csv")
    assert [account.id for account in statement.accounts] == ["11X-11111", "22X-22222"]
    assert [issue.code for issue in statement.blocking] == ["choose_accounts"]


def test_a_table_from_a_workbook_is_the_same() -> None:
    data = (DATA / "groww.csv").read_bytes()
    assert read_positions(workbook(data)).portfolio == read_positions(data).portfolio


def test_the_order_of_columns_is_free() -> None:
    lines = [line.split(",") for line in text("upstox.csv").splitlines()]
    turned = "\n".join(",".join(reversed(cells)) for cells in lines)
    assert read(turned).portfolio == read_positions(DATA / "upstox.csv").portfolio


def test_swapped_amounts_are_noticed() -> None:
    """Price and value change places in every file that has both: refused, never read."""
    content = text("zerodha_kite.csv").replace("275.50,82650", "82650,275.50")
    with pytest.raises(DataError, match="one of the three is wrong"):
        read(content)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("interactive_investor.csv", "Symbol"),
        ("td_direct.csv", "Quantity"),
        ("jpmorgan.csv", "Quantity"),
    ],
)
def test_a_column_that_was_renamed_is_named(name: str, title: str) -> None:
    """A known broker's file without symbols or quantities is refused, and nothing is left to a guess."""
    with pytest.raises(DataError, match=f"(?i)'{title}' is missing") as caught:
        read(text(name).replace(title, "Other", 1))
    assert {issue.code for issue in caught.value.issues} == {"missing_column"}


def test_the_formats_can_be_listed() -> None:
    listed = readable_formats()
    assert [form.key for form in listed][-1] == "generic"
    assert {form.key for form in listed} == {form.KEY for form in known_formats()} - {"transactions"}
    names = broker_names()
    assert names == tuple(sorted(set(names), key=str.casefold))
    assert {"Interactive Brokers", "Fidelity", "Hargreaves Lansdown", "Zerodha"} <= set(names)


def test_a_table_without_price_and_value_is_refused() -> None:
    """One of the two may be switched off, for the other follows from the quantity."""
    without = text("td_direct.csv").replace(",Market Value,", ",Other,")
    with pytest.raises(DataError, match="'market value' is missing"):
        read(without.replace(",Price,", ",Other too,"))
    assert [held.value for held in read(without.replace("Total Value,19140.76", "")).holdings] == [
        Decimal("1323.30029"),  # 35.52484 shares at 37.25
        Decimal("15543.3995"),
    ]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("dkb.csv", '"13.752,00"', '""'),
        ("hargreaves_lansdown.csv", '"Totals","","","14,125.00"', '"Totals","","",""'),
    ],
    ids=["above the table", "below the table"],
)
def test_a_total_that_is_blank_is_not_compared(name: str, old: str, new: str) -> None:
    expected = read_positions(DATA / name)
    statement = read(text(name).replace(old, new))
    assert (statement.holdings, statement.cash) == (expected.holdings, expected.cash)
    assert len(statement.totals) == len(expected.totals) - 1


def test_a_day_that_no_month_has_is_no_day() -> None:
    statement = read(text("dkb.csv").replace('"30.09.2026 20:00"', '"31.09.2026 20:00"'))
    assert statement.as_of is None
    assert statement.holdings == read_positions(DATA / "dkb.csv").holdings


def test_a_position_of_degiro_without_an_isin_has_its_name() -> None:
    statement = read(text("degiro_de.csv").replace("IE00BK5BQT80", ""))
    assert statement.holdings[0].symbol == "VANGUARD FTSE ALL-WORLD UCITS ET"
    assert statement.holdings[0].value == 14214


def test_a_local_value_of_degiro_that_is_no_number_is_refused() -> None:
    with pytest.raises(DataError, match=r"line 3, Lokale waarde: '8a7.50' is not a number"):
        read(text("degiro_old.csv").replace("USD 877.50", "USD 8a7.50"))
