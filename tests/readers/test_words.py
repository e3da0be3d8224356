"""Words and signs that people and brokers use in their tables: for cash, money, symbols, options, accounts, columns."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pbal_core import DataError, read_positions
from pbal_core.readers import Statement

HEADER = "Symbol,Shares,Price,Value\n"
BND = "BND,20,72,1440\n"


def read(text: str) -> Statement:
    return read_positions(text.encode())


def held(statement: Statement) -> dict[str, Decimal]:
    return {holding.symbol: holding.value for holding in statement.holdings}


def codes(statement: Statement) -> set[str]:
    return {issue.code for issue in statement.issues}


@pytest.mark.parametrize(
    "row",
    [
        "US Dollar,812.34,1,812.34",
        "U.S. Dollars,,,812.34",
        "Cash & Cash Sweep,,,812.34",
        "Brokerage cash,,,812.34",
        "Sweep account,,,812.34",
        "FDIC Insured Deposit,,,812.34",
        "Core position,,,812.34",
        "Cash (settled),,,812.34",
        "Cash Management,812.34,1,812.34",
        "$CASH,,,812.34",
        "-CASH-,,,812.34",
        "CASH_USD,,,812.34",
        "USD-CASH,812.34,1,812.34",
        "CUR:USD,812.34,1,812.34",
        "Cash,1,812.34,812.34",
    ],
)
def test_a_row_that_is_called_cash(row: str) -> None:
    statement = read(f"{HEADER}{BND}{row}\n")
    assert (held(statement), statement.cash_found) == ({"BND": Decimal(1440)}, Decimal("812.34"))


@pytest.mark.parametrize("row", ["Buying power,,,812.34", "Cash flow fund,812.34,1,812.34", "USD/EUR,812.34,1,812.34"])
def test_a_row_that_is_not_called_cash(row: str) -> None:
    assert read(f"{HEADER}{BND}{row}\n").cash_found == 0


def test_the_number_of_a_cash_account_is_no_cash() -> None:
    statement = read(f"Cash account,12345678\n\n{HEADER}{BND}")
    assert statement.cash_found == 0
    assert read(f"Cash account,123456.78\n\n{HEADER}{BND}").cash_found == Decimal("123456.78")


def test_one_unit_of_cash_may_be_a_share() -> None:
    """CASH is a ticker: with a name it is a share, without one it is read as cash, and that is said."""
    named = "Symbol,Name,Shares,Price,Value\nBND,Bonds,20,72,1440\nCASH,{},1,75,75\n"
    assert held(read(named.format("Example Financial Inc"))) == {"BND": Decimal(1440), "CASH": Decimal(75)}
    assert read(named.format("Cash balance")).cash_found == 75
    statement = read(f"{HEADER}{BND}CASH,1,75,75\n")
    assert (statement.cash_found, "cash_or_share" in codes(statement)) == (Decimal(75), True)
    assert held(read(f"{HEADER}{BND}CASH,2,75,150\n")) == {"BND": Decimal(1440), "CASH": Decimal(150)}


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("VTI:US", "VTI"),
        ("VWRL:xams", "VWRL"),
        ("XAMS:VWRL", "VWRL"),
        ("ASX:AU", "AU"),
        ("VTI*", "VTI"),
        ("VTI (1)", "VTI"),
        ("VTI\u2020", "VTI"),
        ("$VTI", "VTI"),
        ("\u200bVTI\u200b", "VTI"),
        ('="0700"', "0700"),
        ('"=""0700"""', "0700"),
    ],
)
def test_what_stands_around_a_symbol(text: str, symbol: str) -> None:
    assert held(read(f"{HEADER}{BND}{text},10,250,2500\n")) == {"BND": Decimal(1440), symbol: Decimal(2500)}


def test_a_market_behind_the_symbol_tells_its_currency() -> None:
    assert "several_exchanges" in codes(read("Symbol,Shares,Price\nVTI:US,10,250\nVUSA:LN,20,80\n"))


@pytest.mark.parametrize(
    "name",
    [
        ".SPY270319P500",
        "SPY_031927P500",
        "O:SPY270319P00500000",
        "SPY Mar 19 2027 500 Put",
        "SPY 3/19/2027 Put $500.00",
        "SPY 19 MAR 27 500 P",
        "SPY 270319 500 P",
        "SPY 2027-03-19 500 Put",
        "PUT SPY 03/19/27 500",
        "SPY 500P 03/19/27",
        "CALL (VTI) VANGUARD MAR 19 27 $300",
    ],
)
def test_an_option_is_left_out_however_it_is_written(name: str) -> None:
    """Without a column of values it would count as one share of a hundredth of its worth."""
    as_symbol = read(f"Symbol,Shares,Price\nBND,20,72\n{name},1,4.00\n")
    as_name = read(f"Symbol,Description,Shares,Price\nBND,Bonds,20,72\nABC,{name},1,4.00\n")
    for statement in (as_symbol, as_name):
        assert held(statement) == {"BND": Decimal(1440)}
        assert statement.rows[-1].reason == "an option: plans trade shares"


@pytest.mark.parametrize("name", ["Example 500 Covered Call 2027 ETF", "Cboe 500 Mar 15 Buffer C 2025 Fund", "Class C"])
def test_a_fund_is_no_option(name: str) -> None:
    statement = read(f"Symbol,Description,Shares,Price\nBND,Bonds,20,72\nABC,{name},1,4.00\n")
    assert set(held(statement)) == {"BND", "ABC"}


@pytest.mark.parametrize(
    ("sign", "code"),
    [("A$", "AUD"), ("HK$", "HKD"), ("S$", "SGD"), ("NZ$", "NZD"), ("CDN$", "CAD"), ("NT$", "TWD"), ("Fr. ", "CHF"),
     ("Rs. ", "INR"), ("R", "ZAR"), ("\u20aa", "ILS"), ("\u20a9", "KRW"), ("K\u010d", "CZK")],
)  # fmt: skip
def test_signs_of_money(sign: str, code: str) -> None:
    statement = read(f"{HEADER}BND,20,{sign}72.00,{sign}1440.00\n")
    assert (held(statement), statement.currency) == ({"BND": Decimal(1440)}, code)


@pytest.mark.parametrize("amount", ["1440.-", "1440.--", "1440,-", "1'440.\u2013", "CHF 1'440.-", "1'440.- CHF"])
def test_a_dash_for_no_cents_is_no_minus(amount: str) -> None:
    ending = amount.replace("CHF", "").strip()
    text = f"Symbol;Anzahl;Kurs;Wert in CHF\nBND;20;72;{ending if 'CHF' not in amount else amount}\n"
    assert held(read(text)) == {"BND": Decimal(1440)}


@pytest.mark.parametrize("title", ["Owner", "Broker", "Institution", "Account Type", "Acct #", "Registration", "Acct"])
def test_an_account_under_any_name_is_asked_for(title: str) -> None:
    text = f"{title},{HEADER}IRA,VTI,10,250,2500\nTaxable,VTI,4,250,1000\n"
    assert [issue.code for issue in read(text).blocking] == ["choose_accounts"]


def test_an_account_that_is_cash_or_margin_is_none() -> None:
    text = f"Account Type,{HEADER}Cash,VTI,10,250,2500\nMargin,VTI,4,250,1000\n"
    assert not read(text).blocking


class TestColumnsThatNobodyNamed:
    def test_shares_times_price_tells_the_value(self) -> None:
        statement = read("Symbol,Shares,Price,Holding today\nVTI,12.345678,250.00,3086.42\n")
        assert held(statement) == {"VTI": Decimal("3086.42")}
        assert statement.mapping is not None
        assert statement.mapping.value == "Holding today"
        assert not statement.blocking

    @pytest.mark.parametrize(
        ("titles", "rest", "column"),
        [
            ("Now", ("2500", "1440"), "'Now'"),
            ("Today", ("250", "72"), "'Today'"),
            ("FX rate", ("1.36", "1"), "'FX rate'"),
        ],
    )
    def test_what_may_be_a_value_a_price_or_a_rate_is_asked(
        self, titles: str, rest: tuple[str, str], column: str
    ) -> None:
        statement = read(f"Ticker,Shares,Price,{titles}\nVTI,10,200,{rest[0]}\nBND,20,75,{rest[1]}\n")
        assert [issue.code for issue in statement.blocking] == ["mapping_guessed"]
        assert [column in issue.message for issue in statement.issues if issue.code == "columns_open"] == [True]

    @pytest.mark.parametrize(("title", "rest"), [("Day high", ("255", "73")), ("FX rate", ("1", "1")), ("No.", "12")])
    def test_what_means_something_else_is_not_asked(self, title: str, rest: tuple[str, str]) -> None:
        statement = read(f"Ticker,Shares,Price,{title}\nVTI,10,250,{rest[0]}\nBND,20,72,{rest[1]}\n")
        assert not statement.blocking


def test_currencies_beside_their_amounts_may_share_a_name() -> None:
    text = (
        "ISIN;St\u00fcck;Einstandskurs;W\u00e4hrung;Kurs;W\u00e4hrung;Kurswert;W\u00e4hrung\n"
        "IE00B3RBWM25;10,5;95,00;EUR;105,23;EUR;1.104,92;EUR\n"
    )
    statement = read(text)
    assert (held(statement), statement.currency) == ({"IE00B3RBWM25": Decimal("1104.92")}, "EUR")


@pytest.mark.parametrize(
    "header",
    [
        "tickerSymbol,quantity,lastPrice,marketValue",
        "ticker_symbol,quantity,current_price,market_value",
        "Symbol \u25b2,Shares,Price,Value \u25bc",
    ],
)
def test_names_of_columns_as_programs_write_them(header: str) -> None:
    assert held(read(f"{header}\nVTI,10,250,2500\n")) == {"VTI": Decimal(2500)}


def test_a_table_below_may_have_columns_of_its_own() -> None:
    below = "\nMutual funds\nSymbol,NAV,Shares,Value\nVTSAX,130,10,1300\n"
    assert held(read(f"Stocks\n{HEADER}{BND}{below}")) == {"BND": Decimal(1440), "VTSAX": Decimal(1300)}


@pytest.mark.parametrize("title", ["Closed positions,,,\n", "\nClosed positions\nSymbol,Shares,Price,Value\n"])
def test_rows_below_a_title_of_what_is_not_held(title: str) -> None:
    statement = read(f"{HEADER}{BND}{title}VXUS,20,60,1200\n")
    assert held(statement) == {"BND": Decimal(1440)}
    assert "not_held" in codes(statement)


def test_a_bond_without_a_value_and_a_coupon() -> None:
    """5,000 of face value at 91.20 is 4,560, not 456,000; a company of such a name has another price or amount."""
    header = "ISIN,Name,Quantity,Price\nIE00B4L5Y983,Example Treasury Bond ETF,5000,98\n"
    bond = read(f"{header}DE0001102465,Bundesrepublik Deutschland Anleihe,5000,91.20\n")
    assert set(held(bond)) == {"IE00B4L5Y983"}
    company = read(f"{header}AU000000TWE9,Treasury Wine Estates,5000,9.10\n")
    assert set(held(company)) == {"IE00B4L5Y983", "AU000000TWE9"}


@pytest.mark.parametrize(
    ("header", "fund", "bond"),
    [
        ("ISIN;Name;Nominal;Kurs;Kurswert", "98,00;980,00", "91,20 %;4.560,00"),
        ("ISIN;Name;Nominal;Kurs;W\u00e4hrung;Kurswert;W\u00e4hrung", "98,00;EUR;980,00;EUR", "91,20;%;4.560,00;EUR"),
        ("ISIN;Name;Nominal;Kurs;W\u00e4hrung", "98,00;EUR", "91,20;%"),
    ],
)
def test_a_price_in_percent_is_that_of_a_bond(header: str, fund: str, bond: str) -> None:
    statement = read(f"{header}\nIE00B4L5Y983;Welt ETF;10;{fund}\nDE0001102465;Bund;5.000;{bond}\n")
    assert held(statement) == {"IE00B4L5Y983": Decimal(980)}
    assert (statement.currency, statement.rows[-1].kind) == ("EUR" if "W" in header else "", "unsupported")


def test_a_currency_beside_the_price_is_that_of_the_price() -> None:
    """Without a column of values 220 dollars are not 220 euros, whatever currency stands elsewhere."""
    header = "WKN;St\u00fcck;Einstandswert;W\u00e4hrung;Kurs;W\u00e4hrung;Ort;W\u00e4hrung\n"
    rows = "A1XB5U;14;1400,00;EUR;125,00;EUR;Tradegate;EUR\n865985;5;900,00;EUR;220,00;USD;Nasdaq;EUR\n"
    statement = read(f"{header}{rows}110258;5000;4900,00;EUR;97,00;%;Frankfurt;EUR\n")
    assert [(h.symbol, h.currency) for h in statement.holdings] == [("A1XB5U", "EUR"), ("865985", "USD")]
    assert [issue.code for issue in statement.blocking] == ["mixed_currencies"]


def test_a_bond_may_be_known_by_a_german_number() -> None:
    statement = read("WKN;Name;Nominal;Kurs\nA0RPWH;Welt ETF;10;98,00\n110258;BUND 2,5% 15.02.32;5000;97,00\n")
    assert held(statement) == {"A0RPWH": Decimal(980)}


@pytest.mark.parametrize(("title", "word"), [("Side", "Short"), ("Direction", "SELL"), ("Position Direction", "SHORT")])
def test_a_short_position_may_be_said_by_a_word(title: str, word: str) -> None:
    statement = read(f"Symbol,{title},Shares,Price\nBND,Long,20,72\nGME,{word},5,20\n")
    assert held(statement) == {"BND": Decimal(1440)}
    assert statement.rows[-1].reason == "a short position: plans hold or sell what is owned"


@pytest.mark.parametrize("row", ["EUR,1000,1.08,1080", "EUR.USD,1000,1.08,1080", "USD/CAD,1000,1.35,1350"])
def test_a_currency_at_its_rate_is_no_asset(row: str) -> None:
    statement = read(f"{HEADER}{BND}{row}\n")
    assert held(statement) == {"BND": Decimal(1440)}
    assert statement.rows[-1].reason == "a currency position, not an asset to balance"


def test_the_ticker_usd_is_a_share_at_another_price() -> None:
    assert set(held(read(f"{HEADER}{BND}USD,10,60,600\n"))) == {"BND", "USD"}


@pytest.mark.parametrize("label", ["Margin", "Loan", "Debit balance"])
def test_what_is_borrowed_is_taken_off_the_cash(label: str) -> None:
    assert read(f"{HEADER}{BND}Cash,,,100\n{label},,,-500\n").cash_found == -400
    assert read(f"{HEADER}{BND}Cash,,,100\n{label},,,500\n").cash_found == 100


@pytest.mark.parametrize("between", ["\nTaxable\nSymbol,Shares,Price,Value\n", "My second account,,,\n"])
def test_a_symbol_in_two_tables_is_a_warning(between: str) -> None:
    statement = read(f"{HEADER}{BND}{between}BND,10,72,720\n")
    assert [position.value for position in statement.portfolio] == [2160]
    assert [i.severity for i in statement.issues if i.code == "rows_added_up"] == ["warning"]


def test_a_second_column_of_values_is_asked() -> None:
    """One of the two is in several currencies, if the other says something else."""
    table = "Symbol,Shares,Price,Value,Value USD\nVUSA,10,80,800,{}\nAAPL,5,190,950,950\n"
    assert [issue.code for issue in read(table.format(1040)).blocking] == ["mapping_guessed"]
    assert not read(table.format(800)).blocking


@pytest.mark.parametrize("mark", ["\u202e", "\u202b"])
def test_text_that_is_turned_around_is_refused(mark: str) -> None:
    """It would be read otherwise than it is seen: a mark before ITV shows VTI."""
    with pytest.raises(DataError, match="its symbol is not one that can be traded"):
        read_positions(f"symbol,value,price,pnl\n{mark}ITV,1000,10,0\n".encode())
