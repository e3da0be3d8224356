"""Kinds of files that were once read wrongly or refused: one small file of each, and what is right."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pbal_core import DataError, read_positions, rebalance
from pbal_core.readers import Statement, columns_of
from pbal_core.readers.mapping import ColumnMapping

FIDELITY = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,"
    "Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,Total Gain/Loss Percent,"
    "Percent Of Account,Cost Basis Total,Average Cost Basis,Type\n"
)
WEALTHSIMPLE = (
    "Account Name,Account Type,Account Classification,Account Number,Symbol,Exchange,MIC,Name,Security Type,Quantity,"
    "Position Direction,Market Price,Market Price Currency,Book Value (CAD),Book Value Currency (CAD),Book Value "
    "(Market),Book Value Currency (Market),Market Value,Market Value Currency,Market Unrealized Returns,Market "
    "Unrealized Returns Currency\n"
)
VANGUARD = "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n"
MERRILL = (
    "COB Date,Security #,Symbol,CUSIP #,Security Description,Account Nickname,Account #,Quantity,Price ($),Value ($)\n"
)
DEGIRO = "Product,Symbol/ISIN,Quantity,Closing,Local value,,Value in EUR\n"
ETRADE = "Symbol,Last Price $,Change $,Change %,Quantity,Price Paid $,Day's Gain $,Total Gain $,Total Gain %,Value $\n"


def read(text: str, **options: object) -> Statement:
    return read_positions(text.encode(), **options)  # type: ignore[arg-type, unused-ignore]


def held(statement: Statement) -> dict[str, tuple[Decimal | int | None, Decimal | int, Decimal | int]]:
    """Quantity, price and value by symbol."""
    return {h.symbol: (h.quantity, h.price.normalize(), h.value) for h in statement.holdings}


def codes(statement: Statement) -> set[str]:
    return {issue.code for issue in statement.issues} - {"pnl_unknown", "columns_taken"}


def refused(text: str) -> str:
    with pytest.raises(DataError) as caught:
        read(text)
    return str(caught.value)


class TestCash:
    def test_a_row_of_a_currency_is_cash(self) -> None:
        """Wealthsimple writes cash as a position of the kind CURRENCY at a price of 1."""
        row = (
            '"Own","TFSA","Trade","W1","{0}","","","{0}","{1}","{2}","LONG","{3}","CAD","1","CAD","1","CAD",'
            '"{4}","CAD","0","CAD"\n'
        )
        text = WEALTHSIMPLE + row.format("VEQT", "EXCHANGE_TRADED_FUND", 30, 41, 1230)
        statement = read(text + row.format("CAD", "CURRENCY", "88.20", 1, "88.20"))
        assert held(statement) == {"VEQT": (30, 41, 1230)}
        assert statement.cash_found == Decimal("88.20")

    @pytest.mark.parametrize("symbol", ["SWVXX", "SPAXX**", "FCASH", "VMRXX", "CORE", "usd", "Cash"])
    def test_a_sweep_or_money_market_fund_is_cash_in_any_table(self, symbol: str) -> None:
        statement = read(f"Symbol,Shares,Price,Value\nVOO,4,500,2000\n{symbol},750.25,1.00,750.25\n")
        assert held(statement) == {"VOO": (4, 500, 2000)}
        assert statement.cash_found == Decimal("750.25")

    def test_a_money_market_fund_is_cash_in_a_flex_report(self) -> None:
        text = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVOO,2000,500,1\nVMFXX,810,1,0\n"
        assert read(text).cash_found == 810
        xml = '<OpenPosition symbol="{}" position="{}" markPrice="{}" positionValue="{}" currency="USD"/>'
        rows = xml.format("VOO", 4, 500, 2000) + xml.format("VMFXX", 810, 1, 810)
        assert read(f"<FlexQueryResponse><OpenPositions>{rows}</OpenPositions></FlexQueryResponse>").cash_found == 810

    def test_the_name_says_that_a_row_is_cash(self) -> None:
        text = "Symbol,Name,Shares,Price,Value\nVOO,S&P 500,4,500,2000\n--,Insured Deposit Program,300,1,300\n"
        assert read(text).cash_found == 300

    def test_a_fund_of_another_price_is_an_asset(self) -> None:
        statement = read("Symbol,Name,Shares,Price,Value\nBIL,Money Market Tracker,10,91.5,915\nTMCXX,X,5,20,100\n")
        assert set(held(statement)) == {"BIL", "TMCXX"}

    def test_a_fund_may_be_meant_as_an_investment(self) -> None:
        text = "Symbol,Shares,Price,Value\nVOO,4,500,2000\nSWVXX,750,1.00,750\n"
        statement = read(text, not_cash="SWVXX")
        assert statement.portfolio["SWVXX"].quantity == 750
        assert statement.portfolio["SWVXX"].value == 750
        assert statement.cash_found == 0
        assert read(text).cash_funds == ("SWVXX",)

    def test_what_is_owed_is_taken_off_the_cash(self) -> None:
        row = "Y7,Own,{},{},{},{},,{},,,,,,,,Cash,\n"
        text = FIDELITY + row.format("SPAXX**", "HELD IN MONEY MARKET", "", "", "$8000.00")
        text += row.format("VOO", "S&P 500", 4, "$500.00", "$2000.00")
        debit = read(text + row.format("Pending Activity", "", "", "", "-$4500.00"))
        assert debit.cash_found == 3500
        credit = read(text + row.format("Pending Activity", "", "", "", "$4500.00"))
        assert credit.cash_found == 8000
        assert any("4500" in i.message for i in credit.issues if i.code == "pending")

    def test_dollars_are_the_currency_where_none_is_named(self) -> None:
        statement = read("Symbol,Quantity,Price,Value\nVOO,4,500,2000\nUSD,-650,1,-650\n")
        assert statement.cash_found == -650
        assert "cash_left_out" not in codes(statement)

    def test_cash_above_the_table_is_found(self) -> None:
        head = "Account,Own - 77\nCash,1234.56\nTotal Value,3234.56\n,\n"
        statement = read(head + "Symbol,Quantity,Price,Market Value\nVOO,4,500,2000\n")
        assert statement.cash_found == Decimal("1234.56")
        assert [check.stated for check in statement.totals] == [Decimal("3234.56")]

    def test_nothing_but_cash_is_a_portfolio_of_cash(self) -> None:
        statement = read("Symbol,Quantity,Price,Value\nCash,,,5200\nSWVXX,100,1,100\n")
        assert (len(statement.portfolio), statement.cash_found) == (0, Decimal(5300))


class TestNamesAndKinds:
    @pytest.mark.parametrize("word", ["null", "n/a", "-", "--", "none", "None", "NULL"])
    def test_a_word_for_no_symbol_is_none(self, word: str) -> None:
        row = "200{0},A {0} NOTE,{1},{2},1.00,{2}.00,\n"
        text = (
            VANGUARD + row.format(1, word, 600) + row.format(1, word, 900) + "2001,S&P 500 ETF,VOO,4,500.00,2000.00,\n"
        )
        statement = read(text)
        assert held(statement) == {"VOO": (4, 500, 2000)}
        assert [i.code for i in statement.issues if i.code == "unsupported"] == ["unsupported"] * 2

    def test_an_account_is_not_taken_from_a_blank_nickname(self) -> None:
        row = "11/3/2026,1X,VOO,922908363,S&P 500,--,{},{},500.00,{}\n"
        statement = read(MERRILL + row.format("33C-1", 4, 2000) + row.format("44D-2", 6, 3000))
        assert [(a.id, a.name) for a in statement.accounts] == [("33C-1", ""), ("44D-2", "")]
        assert "choose_accounts" in codes(statement)

    @pytest.mark.parametrize("kind", ["Bonds", "Fixed Income", "Metals", "Bond", "Cash", "Crypto"])
    def test_an_investors_own_class_is_no_kind_of_instrument(self, kind: str) -> None:
        text = f"Symbol,Asset Class,Shares,Price,Market Value\nVOO,Stocks,4,500,2000\nAGG,{kind},10,98,980\n"
        assert set(held(read(text))) == {"VOO", "AGG"}

    def test_a_coin_with_the_currency_of_its_price_is_a_coin(self) -> None:
        statement = read("Symbol,Shares,Price,Value\nVOO,4,500,2000\nBTC-USD,0.5,60000,30000\n")
        assert set(held(statement)) == {"VOO"}
        assert codes(statement) == {"unsupported"}

    def test_a_coin_is_no_fund_of_coins(self) -> None:
        text = "Symbol,Asset Class,Shares,Price,Market Value\nVOO,Stocks,4,500,2000\nETH,Crypto,2,3000,6000\n"
        assert set(held(read(text))) == {"VOO"}

    @pytest.mark.parametrize(
        ("row", "left_out"),
        [
            ("912810TM0,US TREASURY 4.0% 11/15/52,3000,97.25", True),
            ("912810TM0,UST BOND 4.000 11/15/52,3000,97.25", True),
            ("912810TM0,SOMETHING,3000,97.25", True),
            ("31617E471,TARGET 2050 TRUST,30,22.40", False),
        ],
    )
    def test_a_bond_without_a_value_is_not_counted_a_hundred_times(self, row: str, left_out: bool) -> None:
        statement = read(f"Symbol,Description,Quantity,Price\nVOO,S&P 500 ETF,4,500\n{row}\n")
        assert ("unsupported" in codes(statement)) == left_out
        assert len(statement.holdings) == (1 if left_out else 2)

    def test_a_bond_by_its_isin_is_left_out_and_the_rest_read(self) -> None:
        rows = "IE00BK5BQT80,WORLD ETF,20,118.5,2370\nDE0001102580,BUND 0% 15FB32,5000,88.40,4420\n"
        statement = read("ISIN,Name,Quantity,Price,Value\n" + rows)
        assert held(statement) == {"IE00BK5BQT80": (20, Decimal("118.5"), 2370)}
        assert "unsupported" in codes(statement)

    @pytest.mark.parametrize(
        ("text", "symbol"),
        [
            ("NYSEARCA:VOO", "VOO"),
            ("NASDAQ: QQQ", "QQQ"),
            ("M&M", "M&M"),
            ("NSE:J&KBANK", "J&KBANK"),
            ("S&P 500 Index Fund (Inv)", "S&P 500 Index Fund Inv"),
        ],
    )
    def test_an_identifier_that_people_use_becomes_a_symbol(self, text: Any, symbol: Any) -> None:
        assert held(read(f"Ticker,Shares,Price,Market Value\n{text},4,500,2000\n")) == {symbol: (4, 500, 2000)}

    def test_two_names_never_become_one_symbol(self) -> None:
        long = "Example Institutional Growth Index Fund of"
        text = f"Name,Units,Price,Value\n{long} America,4,500,2000\n{long} Europe,2,30,60\n"
        statement = read(text)
        assert len(statement.portfolio) == 2

    def test_symbols_of_several_exchanges_without_a_currency_are_named(self) -> None:
        assert "several_exchanges" in codes(read("Symbol,Shares,Price\nVOO,4,500\nXIC.TO,10,40\n0700.HK,5,300\n"))
        assert "several_exchanges" not in codes(read("Symbol,Shares,Price\nXIC.TO,10,40\nVFV.TO,5,130\n"))
        assert "several_exchanges" in codes(read("Symbol,Shares,Price\nVUSA.L,10,80\n"))


class TestAmounts:
    def test_the_current_price_is_taken_before_the_price(self) -> None:
        assert held(read("Ticker,Shares,Price,Current Price\nVOO,4,310,500\n")) == {"VOO": (4, 500, 2000)}
        assert held(read("Ticker,Shares,Value,Current Value\nVOO,4,1240,2000\n")) == {"VOO": (4, 500, 2000)}

    @pytest.mark.parametrize(
        "text",
        [
            "Ticker,Quantity,Price,Value (£)\nVUKE,80,3150,2520.00\n",
            "Ticker,Quantity,Price (GBX),Value (£)\nVUKE,80,3150,2520.00\n",
            "Ticker,Quantity,Price (p),Value\nVUKE,80,3150,£2520.00\n",
            "Ticker,Quantity,Price,Value\nVUKE,80,3150p,£2520.00\n",
            "Ticker,Quantity,Price,Currency\nVUKE,80,3150,GBX\n",
            "Ticker,Quantity,Price,Value,Currency\nVUKE,80,3150,252000,GBp\n",
            "Ticker,Quantity,Price,Value,Currency\nVUKE,80,3150,2520,GBX\n",
        ],
    )
    def test_pence_are_pounds(self, text: str) -> None:
        statement = read(text)
        assert held(statement) == {"VUKE": (80, Decimal("31.5"), 2520)}
        assert statement.currency == "GBP"

    def test_a_price_a_hundred_times_too_large_is_refused_by_name_where_it_may_be_pence(self) -> None:
        assert "pence" in refused("Ticker,Quantity,Price,Value\nVUKE,80,3150,2520.00\n")

    def test_a_price_in_another_currency_is_not_the_values(self) -> None:
        statement = read("ISIN;Quantity;Price;Value in EUR\nCH0038863350;30;99,00 CHF;3.105,00\n")
        assert held(statement) == {"CH0038863350": (30, Decimal("103.5"), 3105)}
        assert statement.currency == "EUR"

    def test_values_may_be_rounded_to_whole_units(self) -> None:
        text = 'Ticker,Shares,Price,Value\nVOO,4.1,500.00,"$2,050"\nGEVO,7,1.33,$9\nTotal,,,"$2,059"\n'
        assert held(read(text))["GEVO"] == (7, Decimal("1.33"), 9)
        assert "value_mismatch" in _problems("Ticker,Shares,Price,Value\nGEVO,7,1.33,$11\n")

    def test_lakhs_are_numbers(self) -> None:
        text = 'Symbol,Quantity,Price,Value\nNIFTYBEES,1234,287.50,"3,54,775.00"\n'
        assert held(read(text)) == {"NIFTYBEES": (1234, Decimal("287.5"), 354775)}

    def test_units_in_header_names_are_understood(self) -> None:
        text = "Ticker,# Shares,Price ($),Value (USD)\nVOO,4,500,2000\n"
        assert held(read(text)) == {"VOO": (4, 500, 2000)}
        assert read(text).currency == "USD"

    def test_decimal_commas_and_tabs_and_names_in_swedish(self) -> None:
        text = "Namn\tAntal\tKurs\tVärde SEK\nVOLVO B\t12,5\t301,20\t3765,00\n"
        assert held(read(text)) == {"VOLVO B": (Decimal("12.5"), Decimal("301.2"), 3765)}


def _problems(text: str) -> set[str]:
    with pytest.raises(DataError) as caught:
        read(text)
    return {issue.code for issue in caught.value.issues}


class TestTotalsAndRows:
    def test_a_summary_of_another_moment_is_a_warning_and_a_total_is_not(self) -> None:
        head = 'Account Summary\nAccount,Net Account Value\n"Own -9999",{}\n\n' + ETRADE
        rows = "VOO,500.00,0,0,4,450,0,200,11,2000.00\nCASH,,,,,,,,,150.00,\nTOTAL,,,,,{},,,\nGenerated at 11/03/2026\n"
        statement = read(head.format("2160.00") + rows.format("2150.00"))
        (differs,) = [i for i in statement.issues if i.code == "summary_differs"]
        assert "2160.00" in differs.message
        assert "2150.00" in differs.message
        assert "total_mismatch" in _problems(head.format("2150.00") + rows.format("2160.00"))

    def test_one_identifier_on_two_exchanges_is_added_up(self) -> None:
        one = 'WORLD,IE00B4L5Y983,20,"91,00",EUR,"1820,00","1820,00"\n'
        other = 'WORLD,IE00B4L5Y983,5,"99,00",USD,"495,00","455,00"\n'
        statement = read(DEGIRO + one + other)
        assert statement.portfolio["IE00B4L5Y983"].value == 2275
        assert "rows_added_up" in codes(statement)

    def test_lots_are_added_up_and_kept(self) -> None:
        header = "Symbol,Current Price,Date,Trade Date,Purchase Price,Quantity,Commission\n"
        rows = "VOO,500,2026/11/03,20200105,300,4,0\nVOO,500,2026/11/03,20220607,400,2,0\n"
        statement = read(header + rows)
        assert statement.portfolio["VOO"].value == 3000
        assert statement.portfolio["VOO"].pnl == 1000
        assert [h.quantity for h in statement.holdings] == [4, 2]

    def test_a_row_twice_is_a_warning(self) -> None:
        assert "rows_alike" in codes(read("Symbol,Shares,Price\nVOO,4,500\nVOO,4,500\n"))

    def test_lots_beside_their_sum_are_not_counted_twice(self) -> None:
        """A Flex report without LevelOfDetail may list a position with its lots."""
        text = "Symbol,Quantity,MarkPrice,PositionValue\nVOO,6,500,3000\nVOO,4,500,2000\nVOO,2,500,1000\n"
        assert _problems(text) == {"rows_and_sum"}

    def test_sums_of_sections_are_no_assets(self) -> None:
        rows = "Stocks,,,3000\nVOO,4,500,2000\nQQQ,2,500,1000\nRest,,,980\nAGG,10,98,980\nTotal,,,3980\n"
        statement = read(f"Ticker,Shares,Price,Value\n{rows}")
        assert set(held(statement)) == {"VOO", "QQQ", "AGG"}
        assert [check.stated for check in statement.totals] == [3000, 980, 3980]

    def test_a_symbol_with_an_ampersand_is_found_in_targets(self) -> None:
        portfolio = read("Ticker,Shares,Price,Value\nM&M,4,500,2000\nVOO,4,500,2000\n").portfolio
        for name in ("M&M", "M_M"):
            plan = rebalance(portfolio, 1000, targets={name: 100}, min_trade=500)
            assert [(trade.symbol, trade.shares) for trade in plan.trades] == [("M&M", 2)]

    def test_columns_without_a_name_and_of_one_name_can_be_mapped(self) -> None:
        text = "Mine;;;Amount;Amount\nVOO;4;500,50;2002,00;9\nAGG;10;98;980,00;8\n"
        columns = columns_of(text.encode())
        assert columns == ("Mine", "column 2", "column 3", "Amount", "Amount (2)")
        assert "Mine, column 2, column 3, Amount, Amount (2)" in refused(text)
        mapping = ColumnMapping(symbol="Mine", quantity="column 2", price="column 3", value="Amount")
        assert held(read(text, mapping=mapping)) == {"VOO": (4, Decimal("500.5"), 2002), "AGG": (10, 98, 980)}
        kept = ColumnMapping.from_toml(mapping.to_toml())
        assert held(read(text, mapping=kept)) == held(read(text, mapping=mapping))
        other = ColumnMapping(symbol="Mine", quantity="Amount (2)", value="Amount")
        assert held(read(text, mapping=other))["AGG"] == (8, Decimal("122.5"), 980)

    def test_a_first_column_without_a_name_can_be_mapped(self) -> None:
        text = ",Shares,Price\nVOO,4,500\nAGG,10,98\n"
        mapping = ColumnMapping(symbol="column 1", quantity="Shares", price="Price")
        assert set(held(read(text, mapping=mapping))) == {"VOO", "AGG"}

    def test_an_unnamed_column_is_no_field_too_many(self) -> None:
        text = "Name;ISIN;Quantity;;Price;;Value;\nW;IE00BK5BQT80;20,5;pcs;118,500;EUR;2429,25;EUR\n"
        mapping = ColumnMapping(symbol="ISIN", quantity="Quantity", price="Price", value="Value")
        statement = read(text, mapping=mapping)
        assert held(statement) == {"IE00BK5BQT80": (Decimal("20.5"), Decimal("118.5"), Decimal("2429.25"))}
        assert statement.currency == "EUR"

    @pytest.mark.parametrize(
        "note",
        [
            "FOOTNOTES",
            "Prices are delayed by 15 minutes",
            "Prices, values and gains are estimates.",
            "Made on 2 October 2026, 14:05.",
        ],
    )
    def test_a_note_below_the_table_is_a_note(self, note: str) -> None:
        statement = read(f"Class,Ticker,Shares,Price,Value\nEquity,VOO,4,500,2000\n{note}\n")
        assert len(statement.holdings) == 1
        assert statement.rows[-1].kind == "footer"
        assert codes(statement) == set()

    def test_a_text_that_may_be_an_asset_is_named(self) -> None:
        """Of a table that begins with names, a short text may be the beginning of a row."""
        rows = "Example World Fund,4,500,2000\nExample Bond\n"
        assert "text_line" in codes(read(f"Name,Shares,Price,Value\n{rows}"))
        assert "field_count" in _problems("Ticker,Shares,Price,Value\nVOO,4,500,2000\nQQQ\n")
        assert "field_count" in _problems("Name,Shares,Price,Value\nA World Fund,4,500,2000\nA Bond Fund,10\n")

    def test_a_title_between_the_rows_is_no_asset(self) -> None:
        rows = "My IRA,,,\nVOO,4,500,2000\nMy bonds,,,\nAGG,10,98,980\n"
        statement = read(f"Ticker,Shares,Price,Value\n{rows}")
        assert set(held(statement)) == {"VOO", "AGG"}
        assert codes(statement) == set()

    def test_the_columns_that_schwab_lets_one_switch_off_may_be_off(self) -> None:
        text = (
            '"Positions for account Individual ...777 as of 05:51 PM ET, 2026/11/03"\n\n"Symbol","Description",'
            '"Mkt Val (Market Value)","Qty (Quantity)",\n"SCHB","BROAD","$500.00","20",\n'
            '"Positions Total","","$500.00","",\n'
        )
        statement = read(text)
        assert statement.format == "schwab"
        assert held(statement) == {"SCHB": (20, 25, 500)}

    def test_fidelitys_newer_footer_and_total_row(self) -> None:
        row = 'Y9,Core,VOO,S&P 500,4,$500.00 ,$1.00 ,"$2,000.00 ",,,,,,,,Cash\n'
        total = 'Y9 Total,Core,,,,,,"{} ",,,,,,,,\n\n"Date exported Nov-03-2026 6:30 p.m ET"\n'
        statement = read(FIDELITY + row + total.format("$2,000.00"))
        assert [a.id for a in statement.accounts] == ["Y9"]
        assert str(statement.as_of) == "2026-11-03"
        assert "maybe_cut" not in codes(statement)
        assert "total_mismatch" in _problems(FIDELITY + row + total.format("$2,100.00"))


class TestDamage:
    def test_a_part_whose_header_was_changed_is_not_lost(self) -> None:
        """The rows above the next header have amounts and a total that nothing has read."""
        part = (
            '"{} ...{}"\n"{}","Description","Quantity","Price","Market Value","Security Type"\n'
            '"{}","X","4","$500.00","$2,000.00","ETFs"\n"Account Total","","","","$2,000.00",""\n'
        )
        title = '"Positions for All-Accounts as of 05:51 PM ET, 2026/11/03"\n'
        good = title + part.format("One", 111, "Symbol", "VOO") + part.format("Two", 222, "Symbol", "QQQ")
        assert len(read(good).holdings) == 2
        damaged = title + part.format("One", 111, "Symbl", "VOO") + part.format("Two", 222, "Symbol", "QQQ")
        assert _problems(damaged) == {"unread_rows"}

    @pytest.mark.parametrize("renamed", ["EndngCash", "Ending"])
    def test_a_cash_report_whose_column_was_renamed_is_refused(self, renamed: str) -> None:
        positions = "ClientAccountID,CurrencyPrimary,Symbol,Quantity,MarkPrice,PositionValue\nU1,USD,VOO,4,500,2000\n"
        cash = f"ClientAccountID,CurrencyPrimary,LevelOfDetail,{renamed}\nU1,USD,Currency,900\n"
        assert _problems(positions + cash) == {"missing_column"}

    def test_swapped_columns_are_noticed(self) -> None:
        """Value, cost and P&L prove one another where nothing else does."""
        header = "Symbol,Name,Quantity,Avg. Price,Cost Basis,Unrealized Gain ($),Unrealized Gain (%),Value\n"
        assert read(header + 'VOO,X,4,450,"1,800.00",200.00,11,"2,000.00"\n').holdings[0].value == 2000
        assert _problems(header + 'VOO,X,4,450,"2,000.00",200.00,11,"1,800.00"\n') == {"columns_swapped"}


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ('{"positions": [{"symbol": "VOO"}]}', "the file is JSON"),
            ("<html><body><table></table></body></html>", "the file is a web page"),
            ("Symbol,Date Acquired,Quantity,Cost Basis\nVOO,01/05/2020,4,1200\n", "a list of tax lots"),
            ("Account Type,Account,Beginning mkt Value,Ending mkt Value\nIRA,1,5,6\n", "a statement of a period"),
            ("Date,Action,Symbol,Quantity,Price\n11/03/2026,Buy,VOO,4,500\n", "a list of transactions"),
        ],
    )
    def test_a_refusal_says_what_the_file_is(self, text: str, words: str) -> None:
        assert words in refused(text)

    def test_the_right_header_row_is_shown_and_offered(self) -> None:
        """Of tabs and decimal commas the header is the row of names, not a row that commas cut into more cells."""
        text = "Rapport 2026, bilaga\nBeteckning\tMängd\tDagens\tSumma\nVOLVO B\t12,5\t301,20\t3765,00\n"
        assert columns_of(text.encode()) == ("Beteckning", "Mängd", "Dagens", "Summa")
        assert "Beteckning, M\\xe4ngd, Dagens, Summa" in refused(text)


class TestNumberStyles:
    @pytest.mark.parametrize(
        ("row", "quantity", "value"),
        [
            ("1,500;2,000;3,000", Decimal("1.5"), 3),
            ("1.500;2.000;3.000.000", 1500, 3000000),
        ],
    )
    def test_the_product_decides_where_no_number_does(self, row: str, quantity: Any, value: Any) -> None:
        """``1,500`` is one and a half in a file whose products say so."""
        (holding,) = read(f"Ticker;Shares;Price;Value\nVOO;{row}\n").holdings
        assert (holding.quantity, holding.value) == (quantity, value)

    def test_two_readings_that_nothing_decides_are_refused(self) -> None:
        message = refused("Ticker;Shares;Price\nVOO;1,500;2,000\n")
        assert "1.5" in message
        assert "1,500" in message
        assert _problems("Ticker;Shares;Price\nVOO;1,500;2,000\n") == {"ambiguous_number"}
        assert _problems("Ticker;Shares;Price;Value\nVOO;1,500;2;3,000\n") == {"ambiguous_number"}


def test_shares_that_are_written_as_money_are_a_swapped_column() -> None:
    """Quantity and price have one product, so only the sign tells them apart."""
    assert _problems("Ticker,Shares,Price,Value\nVOO,$500.00,4,$2000.00\n") == {"columns_swapped"}
