"""Rare rows of each format: what they become, or the problem they are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pbal_core import DataError, read_positions
from pbal_core.readers import Statement
from pbal_core.readers.preview import preview
from pbal_core.sample import sample_bytes
from tests.known import known
from tests.readers.fuzz import DATA

FLEX = "ClientAccountID,AssetClass,Symbol,Quantity,MarkPrice,PositionValue,LevelOfDetail\n"


def changed(name: str, old: str, new: str, count: int = 1) -> bytes:
    """A fixture with a text replaced, which must be there."""
    text = (DATA / name).read_bytes().decode("utf-8-sig")
    assert old in text
    return text.replace(old, new, count).encode()


def problems(data: bytes | str) -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(DataError) as caught:
        read_positions(data.encode() if isinstance(data, str) else data)
    return [
        (i.code, i.where.line if i.where else None, i.where.column if i.where else None) for i in caught.value.issues
    ]


def codes(statement: Statement) -> list[str]:
    return [i.code for i in statement.issues]


def kinds(statement: Statement) -> dict[str, str]:
    return {row.symbol: row.kind for row in statement.rows if row.symbol}


def test_all_accounts_of_a_file_without_accounts_is_the_file() -> None:
    assert read_positions(sample_bytes(), accounts="all").portfolio == read_positions(sample_bytes()).portfolio


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("ibkr_activity.csv", "275.4,330480", "0,330480", ("price_not_positive", 13, "Close Price")),
        ("ibkr_activity.csv", "275.4,330480", "--,330480", ("empty_cell", 13, "Close Price")),
        ("ibkr_activity.csv", "950.4,950.4", "--,950.4", ("empty_cell", 10, "Total")),
        (
            "ibkr_activity.csv",
            "Open Positions,Data,Summary,Stocks,USD,VTI",
            "Open Positions,Dat",
            ("bad_row", 13, None),
        ),
        ("ibkr_activity.csv", ",21960,-540,", "", ("field_count", 16, None)),
        ("ibkr_activity.csv", 'VTI,"1,200",1,', 'VTI,"1,200",2,', ("bad_multiplier", 13, "Mult")),
        ("ibkr_activity.csv", "Ending Cash,USD,950.4", "Ending Cash,USD,x", ("not_a_number", 11, "Total")),
        ("ibkr_sections.csv", '"1400"', '""', ("empty_cell", 3, "EndingCash")),
        ("ibkr_sections.csv", '"1400"', '"x"', ("not_a_number", 3, "EndingCash")),
        ("ibkr_descriptors.csv", '"DATA","POST"', '"DATA","XXXX"', ("field_count", 4, None)),
        ("ibkr_descriptors.csv", '"57.25","2290"', '"58","2290"', ("prices_differ", 7, "MarkPrice")),
        ("ibkr_records.csv", '"CurrencyPrimary","EndingCash"\n', "", ("no_header", 11, None)),
        ("schwab_2020.csv", '"$845.60"', '"--"', ("empty_cell", 6, "Market Value")),
        ("schwab_2020.csv", '"$88.71"', '"$0.00"', ("price_not_positive", 4, "Price")),
        ("schwab_2020.csv", '"$3,548.40"', '"--"', ("empty_cell", 4, "Market Value")),
        ("schwab_2020.csv", '"Quantity"', '"Market Value"', ("duplicate_column", 3, "Market Value")),
        ("fidelity_2021.csv", "$230.15", "€230.15", ("mixed_currencies", 3, None)),
        ("etrade_2019.csv", "VTI,275.40", "     10/05/2018,275.40", ("lot_without_position", 8, None)),
        ("degiro_de.csv", '"14214,00"', '"142,14"', ("value_mismatch", 3, None)),
        ("degiro_de.csv", '120,"118,45"', '120,"x"', ("not_a_number", 3, "Schlusskurs")),
        ("merrill.csv", '"$432.00"', '"432.00.1"', ("not_a_number", 10, "Money accounts")),
    ],
)
def test_a_damaged_number_or_row_is_refused_at_its_place(
    name: str, old: str, new: str, expected: tuple[Any, ...]
) -> None:
    data = changed(name, old, new)
    assert expected in problems(data)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("schwab_2020.csv", '"$8,000.00"', '"--"'),
        ("etrade_2019.csv", "TOTAL,,,,,5977.00,-5.77,-60.55,-.87,6906.40,", "TOTAL,,,,,,,,,,"),
        ("merrill.csv", '"Pending activity" ,"$0.00"', '"Pending activity" ,""'),
        ("degiro_old.csv", "USD 877.50", "USD"),
    ],
)
def test_an_amount_that_is_not_there_is_not_compared(name: str, old: str, new: str) -> None:
    """A blank total proves nothing, and takes nothing from what is held."""
    assert read_positions(changed(name, old, new)).holdings == read_positions((DATA / name).read_bytes()).holdings


def test_an_activity_statement_without_open_positions_is_told() -> None:
    data = (DATA / "ibkr_activity.csv").read_bytes().replace(b"DataDiscriminator", b"Other")
    assert problems(data) == [("missing_column", 13, "Datadiscriminator")]
    without = b"\n".join(line for line in data.splitlines() if not line.startswith(b"Open Positions"))
    assert problems(without) == [("no_positions_section", None, None)]


def test_a_date_is_no_symbol() -> None:
    data = b"Ticker,Shares,Price\n10/05/2018,2,5\nBND,1,5\n"
    assert kinds(read_positions(data)) == {"10/05/2018": "unsupported", "BND": "position"}


def test_an_activity_statement_without_a_total_is_told() -> None:
    data = changed("ibkr_activity.csv", "Open Positions,Total,,Stocks,USD,,,,,264100,,352190,88090,\n", "")
    assert "maybe_cut" in codes(read_positions(data))


def test_a_total_in_the_base_currency_over_all_others_is_not_compared() -> None:
    total = "Open Positions,Total,,Stocks,CHF,,,,,,,999,1,\n"
    old = "Open Positions,Total,,Stocks,USD,"
    data = changed("ibkr_activity.csv", old, total + old).replace(b"Base Currency,USD", b"Base Currency,CHF")
    statement = read_positions(data)
    assert statement.totals[0].label == "total of Stocks in USD"
    reasons = [row.reason for row in statement.rows if row.kind == "total"]
    assert reasons[:2] == ["a sum over currencies, not compared: there are no rates", "compared with its rows"]


@pytest.mark.parametrize("lost", ["Summary,Stocks,USD,BND", "Summary,Equity and Index Options"])
def test_a_total_whose_summary_rows_are_missing_is_refused(lost: str) -> None:
    """What a total sums up must be in the file: with no row at all it is compared with 0."""
    lines = (DATA / "ibkr_activity.csv").read_text("utf-8-sig").splitlines(keepends=True)
    assert [code for code, *_ in problems("".join(line for line in lines if lost not in line))] == ["total_mismatch"]


@pytest.mark.parametrize("symbol", ["BND", "ZZZ"])
def test_a_lot_of_another_symbol_is_not_attached_to_the_position_above(symbol: str) -> None:
    """A lot whose own Summary row is missing says that the file has lost shares."""
    data = changed("ibkr_activity.csv", "Data,Lot,Stocks,USD,VTI,200", f"Data,Lot,Stocks,USD,{symbol},200")
    assert problems(data) == [("lot_without_position", 15, "Symbol")]


def test_lots_of_a_short_position_belong_to_it() -> None:
    gme = "Open Positions,Data,Summary,Stocks,USD,GME,-10,1,20,-200,25,-250,-50,\n"
    statement = read_positions(changed("ibkr_activity.csv", gme, gme + gme.replace("Summary", "Lot")))
    assert [(h.symbol, len(h.lots)) for h in statement.holdings] == [("VTI", 2), ("BND", 0)]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("ibkr_activity.csv", "Lot,Stocks,USD,VTI,200,", "Lot,Stocks,USD,VTI,190,"),
        ("etrade_2019.csv", "-.11,4.0000,", "-.11,3.0000,"),
    ],
)
def test_lots_that_do_not_add_up_are_told_for_every_broker(name: str, old: str, new: str) -> None:
    statement = read_positions(changed(name, old, new))
    (issue,) = [i for i in statement.issues if i.code == "lots_mismatch"]
    assert (issue.severity, known(issue.where).symbol) == ("warning", "VTI")


def test_notes_and_other_rows_of_the_positions_are_told_apart() -> None:
    note = "Open Positions,Notes,a note\nOpen Positions,Data,Other,Stocks,USD,X,1,1,1,1,1,1,0,\n"
    statement = read_positions(
        changed("ibkr_activity.csv", "Open Positions,Total,,Stocks", note + "Open Positions,Total,,Stocks")
    )
    assert [row.reason for row in statement.rows][17:19] == ["a note", "neither Summary nor Lot"]


def test_positions_total_of_schwab_may_leave_cash_out() -> None:
    data = changed(
        "schwab_2020.csv",
        '"Account Total","--","--","--","--","$8,000.00"',
        '"Positions Total","","","","","$7,154.40"',
    )
    assert [t.label for t in read_positions(data).totals] == ["total of the account, without cash"]
    with_cash = changed("schwab_2020.csv", "Account Total", "Positions Total")
    assert [t.label for t in read_positions(with_cash).totals] == ["total of the account"]


def test_a_second_title_of_schwab_is_no_account() -> None:
    title = '\n"Positions for account Other ...9 as of 01:00 PM ET, 2026/03/30"\n'
    data = (DATA / "schwab_2020.csv").read_bytes() + title.encode()
    assert [row.reason for row in read_positions(data).rows][-1] == "title"


def test_flex_lots_without_a_summary_can_be_unsupported() -> None:
    data = FLEX + "U1,OPT,VTI   260116C00300000,1,2,200,LOT\nU1,STK,VTI,1,2.5,2.5,LOT\nU1,STK,BND,-1,2,-2,LOT\n"
    statement = read_positions(data.encode())
    assert statement.portfolio.symbols == ("VTI",)
    assert codes(statement)[:2] == ["unsupported", "unsupported"]


def test_flex_lots_must_be_good_positions_too() -> None:
    assert problems(FLEX + "U1,STK,VTI,1,0,5,LOT\n") == [("price_not_positive", 2, "MarkPrice")]
    assert problems(FLEX + "U1,STK,VTI,1,1,,LOT\n") == [("empty_cell", 2, "PositionValue")]
    assert problems(FLEX + "U1,STK,VTI,3,1,5,LOT\n") == [("value_mismatch", 2, None)]


def test_a_stock_of_flex_without_price_and_value_is_left_out() -> None:
    statement = read_positions((FLEX + "U1,STK,OLD,5,,,\nU1,STK,VTI,1,2.5,2.5,\n").encode())
    assert kinds(statement) == {"OLD": "unsupported", "VTI": "position"}


def test_cash_of_an_earlier_day_is_left_out() -> None:
    today = '"U7700001","USD","1400"'
    data = changed("ibkr_sections.csv", today, f'"U7700001","USD","7","Currency"\n{today}')
    statement = read_positions(data)
    assert statement.cash_found == 1400
    assert "an earlier day of the cash report" in [row.reason for row in statement.rows]


def test_more_than_twenty_rows_left_out_are_summed_up() -> None:
    options = "".join(f"U1,OPT,VTI   260116C{i:08d},1,2,200,\n" for i in range(25))
    statement = read_positions((FLEX + options + "U1,STK,VTI,1,2.5,2.5,\n").encode())
    assert codes(statement).count("unsupported") == 21
    assert "5 more rows are left out" in str(statement.issues)


def test_cash_and_text_in_a_file_of_ones_own() -> None:
    data = b"Ticker,Shares,Price,Value\nVTI,2,5,10\nCash,,,7.5\nTotals,,,17.5\n\nmade on a sunday,,,\n"
    statement = read_positions(data, format_hint="generic")
    assert statement.cash_found == Decimal("7.5")
    assert [row.kind for row in statement.rows] == ["header", "position", "cash", "total", "footer"]


def test_a_file_of_ones_own_needs_numbers_for_each_position() -> None:
    assert problems(b"Ticker,Shares,Price\nVTI,2,\nBND,,5\n") == [("empty_cell", 3, "Shares")]
    statement = read_positions(b"Ticker,Value,Shares\nVTI,10,4\nBND,5,\n")
    assert kinds(statement) == {"VTI": "position", "BND": "unsupported"}


def test_cost_of_one_share_makes_the_pnl() -> None:
    data = b"Ticker,Shares,Price,Cost Per Share\nVTI,4,250,200\n"
    assert read_positions(data).confirm().portfolio["VTI"].pnl == 200


def test_a_money_market_fund_of_m1_and_merrill_is_cash() -> None:
    m1 = changed("m1.csv", "SPIN,Spun Off Company,3.5,,,,,61.25", "VMFXX,Fund,61.25,,,,,61.25")
    assert read_positions(m1).cash_found == Decimal("61.25")
    merrill = changed("merrill.csv", '"BND"', '"TMCXX"').decode()
    line = next(line for line in merrill.splitlines() if "TMCXX" in line)
    one = '"TMCXX " ,"CASH FUND" ,"" ,"1,464" ,"" ,"$1,464.00" ,"" ,"$1.00"'
    assert read_positions(merrill.replace(line, one).encode()).cash_found == Decimal("1896.00")


def test_merrill_by_tabs_names_its_day() -> None:
    header = "COB Date\tAccount Nickname\tSymbol\tSecurity Description\tQuantity\tPrice ($)\tValue ($)\n"
    row = "03/31/2026\tMine\tVTI\tVANGUARD\t10\t275.40\t2,754.00\n"
    statement = read_positions((header + row).encode())
    assert (statement.format, str(statement.as_of)) == ("merrill-holdings", "2026-03-31")
    assert [a.id for a in statement.accounts] == ["Mine"]


def test_a_broken_quote_below_a_known_header_is_told_with_the_other_problems() -> None:
    data = changed("fidelity_2021.csv", "$230.15", "x").replace(b'"Date downloaded', b'"Date "down')
    assert [code for code, *_ in problems(data)] == ["not_a_number", "bad_csv"]


def test_holdings_without_an_account_beside_named_ones_have_one_to_choose() -> None:
    data = changed("questrade_like.csv", ",CAD,26000001", ",CAD,")
    statement = read_positions(data).confirm()
    assert [a.id for a in statement.accounts] == ["26000001", ""]
    assert statement.select("").portfolio.symbols == ("XEQT.TO",)
    assert [a.name for a in preview(statement).accounts] == ["", "no account named"]


def test_ten_thousand_different_accounts_stay_readable() -> None:
    rows = "".join(f"a{i},B{i},1,1\n" for i in range(2_000))
    statement = read_positions(("Account,Symbol,Shares,Price\n" + rows).encode())
    (warning,) = [i for i in statement.issues if i.code == "several_accounts"]
    assert len(warning.message) < 400


PLAIN = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
MARKS = ["BOF", "BOA", "BOS", "EOS", "EOA", "EOF", "MSG", "DATA", "HEADER"]


class TestTickersThatAreMarks:
    """BOF to EOF, MSG, DATA and HEADER are tickers too, wherever the file's first records do not say otherwise."""

    @pytest.mark.parametrize("ticker", MARKS)
    def test_in_a_plain_file(self, ticker: Any) -> None:
        statement = read_positions(f"{PLAIN}VTI,2500,250,1\n{ticker},1000,10,5\nBND,750,75,1\n".encode())
        assert [(p.symbol, p.value) for p in statement.portfolio] == [
            ("VTI", Decimal(2500)),
            (ticker, Decimal(1000)),
            ("BND", Decimal(750)),
        ]

    @pytest.mark.parametrize("ticker", MARKS)
    def test_in_the_second_column(self, ticker: Any) -> None:
        data = f"CurrencyPrimary,{PLAIN}USD,{ticker},1000,10,5\nUSD,BND,750,75,1\n"
        assert read_positions(data.encode()).portfolio.symbols == (ticker, "BND")

    @pytest.mark.parametrize("ticker", MARKS)
    def test_in_a_file_of_ones_own(self, ticker: Any) -> None:
        data = f"Ticker,Shares,Price\n{ticker},10,5\nBND,20,7\n"
        assert read_positions(data.encode(), format_hint="generic").portfolio.symbols == (ticker, "BND")

    @pytest.mark.parametrize("ticker", MARKS)
    @pytest.mark.parametrize("columns", ["Symbol,CurrencyPrimary", "CurrencyPrimary,Symbol"])
    def test_between_records(self, ticker: Any, columns: str) -> None:
        cells = {"Symbol": ticker, "CurrencyPrimary": "USD"}
        row = ",".join(cells[column] for column in columns.split(","))
        data = (
            f"BOF,U1,X,1\nBOA,U1\nBOS,POST,Open Positions\n{columns},PositionValue,MarkPrice,FifoPnlUnrealized\n"
            f"{row},1000,10,5\nEOS,POST,1,1000\nEOA,U1\nEOF,U1\n"
        )
        statement = read_positions(data.encode())
        assert statement.portfolio.symbols == (ticker,)
        assert [row.kind for row in statement.rows] == [*["header"] * 4, "position", "total", "header", "header"]


class TestCutRecords:
    """A section that is begun must end; a report or account that does not end is reported."""

    TEXT = (DATA / "ibkr_records.csv").read_text()

    @pytest.mark.parametrize("code", ["POST", "CRTT"])
    def test_a_section_without_its_end_is_refused(self, code: str) -> None:
        cut = "".join(line for line in self.TEXT.splitlines(keepends=True) if f'"EOS","{code}"' not in line)
        begun = 4 if code == "POST" else 10
        assert ("cut_section", begun, None) in problems(cut)

    def test_a_file_that_is_cut_off_in_a_section_is_refused(self) -> None:
        assert ("cut_section", 4, None) in problems(self.TEXT[: self.TEXT.index('"USD","BOND"')])

    def test_an_end_of_another_section_ends_nothing(self) -> None:
        assert ("cut_section", 4, None) in problems(self.TEXT.replace('"EOS","POST"', '"EOS","CRTT"'))

    @pytest.mark.parametrize(("mark", "line"), [("EOA", 3), ("EOF", 2)])
    def test_an_account_or_report_without_its_end_is_told(self, mark: str, line: Any) -> None:
        cut = "".join(text for text in self.TEXT.splitlines(keepends=True) if f'"{mark}"' not in text)
        (issue,) = [i for i in read_positions(cut.encode()).issues if i.code == "maybe_cut"]
        assert known(issue.where).line == line


@pytest.mark.parametrize(
    ("column", "again"), [("Quantity", "Quantity"), ("FXRateToBase", "fxRateToBase"), ("Quantity", "Position")]
)
def test_a_column_that_says_two_things_is_refused(column: str, again: str) -> None:
    """Of two rates or quantities none is taken in silence; a quantity has two names."""
    data = f"Symbol,PositionValue,MarkPrice,FifoPnlUnrealized,{column},{again}\nVTI,2500,250,1,10,7\n"
    assert problems(data) == [("duplicate_column", 1, column)]


class TestDerivativesWithoutAssetClass:
    """The symbol or the multiplier shows an option where the file has no column for the class of an asset."""

    def test_by_its_symbol(self) -> None:
        statement = read_positions(f"{PLAIN}VTI,2500,250,1\nMSTR  260206C00220000,2500,2.50,5\n".encode())
        assert statement.portfolio.symbols == ("VTI",)
        assert kinds(statement)["MSTR  260206C00220000"] == "unsupported"
        assert "an option: plans trade shares" in str(statement.issues)

    @pytest.mark.parametrize("level", ["", "SUMMARY", "LOT"])
    def test_by_its_multiplier(self, level: str) -> None:
        rows = f"VTI,2500,250,1,10,1,{level}\nESM6,2500,5,5,10,50,{level}\n"
        statement = read_positions(f"{PLAIN.strip()},Quantity,Multiplier,LevelOfDetail\n{rows}".encode())
        assert statement.portfolio.symbols == ("VTI",)
        assert "a contract for 50 units" in str(statement.issues)

    def test_in_xml(self) -> None:
        position = '<OpenPosition symbol="{}" position="1" markPrice="5" positionValue="{}" multiplier="{}"/>'
        rows = position.format("VTI", 5, 1) + position.format("ESM6", 250, 50)
        text = f"<FlexQueryResponse><OpenPositions>{rows}</OpenPositions></FlexQueryResponse>"
        assert read_positions(text.encode()).portfolio.symbols == ("VTI",)


class TestDaysOfFlex:
    """Month and day are distinguished by all dates of a report, and are not guessed."""

    @staticmethod
    def read(*days: str) -> Statement:
        rows = "".join(f"S{i},10,5,1,{day}\n" for i, day in enumerate(days))
        return read_positions(f"{PLAIN.strip()},ReportDate\n{rows}".encode())

    @pytest.mark.parametrize(
        ("days", "last"),
        [
            (["31/01/2026", "01/02/2026"], "2026-02-01"),
            (["01/31/2026", "02/01/2026"], "2026-02-01"),
            (["31/01/26", "01/02/26"], "2026-02-01"),
            (["01/31/26", "02/01/26"], "2026-02-01"),
            (["31-JAN-26", "01-FEB-26"], "2026-02-01"),
            (["20260131", "20260201"], "2026-02-01"),
            (["05/02/2026", "05/03/2026"], "None"),
            (["04/04/2026", "05/05/2026"], "2026-05-05"),
        ],
    )
    def test_the_last_day_is_read(self, days: list[str], last: str) -> None:
        statement = self.read(*days)
        assert statement.portfolio.symbols == ("S1",)
        assert str(statement.as_of) == last
        assert ("ambiguous_date" in codes(statement)) == (last == "None")

    @pytest.mark.parametrize("days", [["02/05/2026", "01/06/2026"], ["31/01/2026", "01/31/2026"], ["1 Jan", "2 Jan"]])
    def test_a_last_day_that_cannot_be_told_is_refused(self, days: list[str]) -> None:
        data = f"{PLAIN.strip()},ReportDate\nA,10,5,1,{days[0]}\nB,10,5,1,{days[1]}\n"
        assert problems(data) == [("ambiguous_date", 3, "ReportDate")]

    def test_one_day_that_can_be_two_is_not_told(self) -> None:
        statement = self.read("05/02/2026", "05/02/2026")
        assert statement.portfolio.symbols == ("S0", "S1")
        assert statement.as_of is None
        assert codes(statement) == ["ambiguous_date"]

    def test_xml_statements_of_several_days_need_no_report_date(self) -> None:
        """The day of a position is that of the statement around it where it names none."""

        def statement(day: str, symbol: str) -> str:
            cash = f'<CashReport><CashReportCurrency currency="USD" endingCash="{day[-1]}"/></CashReport>'
            position = f'<OpenPosition symbol="{symbol}" position="1" markPrice="5" positionValue="5" currency="USD"/>'
            return (
                f'<FlexStatement accountId="U1" toDate="{day}"><OpenPositions>{position}</OpenPositions>{cash}'
                "</FlexStatement>"
            )

        text = statement("20260331", "NEW") + statement("20260330", "OLD")
        read = read_positions(f"<FlexQueryResponse>{text}</FlexQueryResponse>".encode())
        assert read.portfolio.symbols == ("NEW",)
        assert (str(read.as_of), read.cash_found) == ("2026-03-31", Decimal(1))


class TestTotalsOfOnesOwn:
    """A row is a total, or cash, only where its numbers are those of one: SUM and CASH are tickers."""

    VALUES = "Ticker,Shares,Price,Value\nVTI,10,250.5,2505\n"

    def test_a_share_called_sum_is_a_share(self) -> None:
        data = b"Ticker,Shares,Price\nVTI,10,250.5\nSUM,100,50\n"
        assert read_positions(data).confirm().portfolio.symbols == ("VTI", "SUM")
        with_value = f"{self.VALUES}SUM,10,50,500\n"
        assert read_positions(with_value.encode()).confirm().portfolio["SUM"].value == 500

    @pytest.mark.parametrize("label", ["Sum", "SUM:", "Total", "Grand Total", "totals"])
    def test_a_total_is_compared(self, label: str) -> None:
        statement = read_positions(f"{self.VALUES}{label},,,2505\n".encode())
        assert statement.confirm().portfolio.symbols == ("VTI",)
        assert [check.stated for check in statement.totals] == [2505]
        assert problems(f"{self.VALUES}{label},,,2506\n") == [("total_mismatch", 3, None)]

    @pytest.mark.parametrize(("kind", "held"), [("Margin", ["VTI", "BND"]), ("Option", ["VTI"])])
    def test_a_type_of_account_is_no_class_of_asset(self, kind: str, held: list[str]) -> None:
        """Brokers write Cash or Margin behind every position; where another word stands it is what the asset is."""
        data = f"Ticker,Shares,Price,Type\nVTI,2,5,{'Cash' if kind == 'Margin' else 'ETF'}\nBND,3,7,{kind}\n".encode()
        assert list(read_positions(data).confirm().portfolio.symbols) == held

    @pytest.mark.parametrize("label", ["Subtotal", "Sub-total", "sub total stocks", "Total USD", "Cash Total"])
    @pytest.mark.parametrize("numbers", ["10,,2505", ",,2505", ",,77"])
    def test_a_part_of_the_total_is_no_position(self, label: str, numbers: str) -> None:
        statement = read_positions(f"{self.VALUES}{label},{numbers}\nTotal,,,2505\n".encode())
        sums = numbers == ",,2505"  # of the row above it
        assert [(row.kind, row.reason) for row in statement.rows][2:] == [
            ("total", f"{'the sum of a section' if sums else 'a sub-total'}, compared with its rows"),
            ("total", "compared with the rows"),
        ]
        differing = [issue.message for issue in statement.issues if issue.code == "summary_differs"]
        assert len(differing) == (numbers == ",,77")
        assert all("77" in message and "2505" in message for message in differing)

    @pytest.mark.parametrize("ticker", ["CASH", "USD"])
    def test_a_share_called_cash_needs_no_price_to_be_one(self, ticker: str) -> None:
        """100 of it are worth 8,000: that is no cash, which is worth its own amount."""
        statement = read_positions(f"Ticker,Shares,Value\nVTI,10,2505\n{ticker},100,8000\n".encode()).confirm()
        assert statement.portfolio[ticker].price == 80
        assert statement.cash_found == 0

    @pytest.mark.parametrize("row", ["Cash,,500", "Cash,500,500", "Cash,500,500.00"])
    def test_cash_without_a_column_of_prices(self, row: str) -> None:
        statement = read_positions(f"Ticker,Shares,Value\nVTI,10,2505\n{row}\n".encode()).confirm()
        assert (statement.portfolio.symbols, statement.cash_found) == (("VTI",), Decimal(500))

    @pytest.mark.parametrize("title", ["Asset Class", "Type", "Security Type"])
    def test_the_kind_of_asset_is_heeded(self, title: str) -> None:
        data = f"Ticker,{title},Shares,Value\nVTI,ETF,10,2505\nBTC,Crypto,1,60000\n"
        statement = read_positions(data.encode()).confirm()
        assert statement.portfolio.symbols == ("VTI",)
        assert kinds(statement)["BTC"] == "unsupported"


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("fidelity_2021.csv", "X55555555,MINE,912797QX8,UNITED STATES TREAS BILLS,5000,$98.50,,$4925.00,,,,,,,,Cash,"),
        ("fidelity_2021.csv", "X55555555,MINE,38150VXX1,A BANK CD 4.1% 11/24/2027,5000,$100.00,,$5000.00,,,,,,,,,"),
        ("vanguard.csv", "10000002,U S TREASURY NOTE 4.5% 2033,912797GB7,10000,98.50,9850.00,"),
        ("vanguard.csv", "10000002,AN UNKNOWN NOTE,912797GB7,10000,98.50,9850.00,"),
        ("etrade_2019.csv", "912797GB7,98.5,0,0,10000,98,0,50,.5,9850.00"),
    ],
)  # fmt: skip
def test_a_bond_is_left_out_and_the_rest_is_read(name: str, row: str) -> None:
    """A price in percent of the face value, or the name of a bond, under a CUSIP."""
    anchor = next(line for line in (DATA / name).read_text("utf-8-sig").splitlines() if "VTI" in line)
    data = changed(name, anchor, f"{row}\n{anchor}").decode()
    if name.startswith("etrade"):  # its totals include the bond
        data = data.replace("6906.40", "16756.40")
    statement = read_positions(data.encode())
    (bond,) = [r for r in statement.rows if r.kind == "unsupported" and "bond or deposit" in r.reason]
    assert bond.symbol in row
    assert "VTI" in {h.symbol for h in statement.holdings}


@pytest.mark.parametrize(
    ("symbol", "description"), [("31617E471", "FID GROWTH CO POOL"), ("31617E471", "US TREASURY BOND INDEX FUND")]
)
def test_a_fund_with_a_cusip_is_a_fund(symbol: str, description: str) -> None:
    data = changed("fidelity_2021.csv", "VTI,VANGUARD TOTAL STOCK MKT ETF", f"{symbol},{description}")
    assert symbol in read_positions(data).portfolio.symbols


class TestDegiro:
    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("degiro_de.csv", '"14214,00","14214,00"', '"14214,00","142140,00"'),
            ("degiro_old.csv", 'EUR 1242.00,"1242,00"', 'EUR 1242.00,"12420,00"'),
            ("degiro_old.csv", '"1242,00"', '"124,20"'),
            ("degiro_old.csv", "USD 877.50", "USD 87.75"),
        ],
    )
    def test_quantity_times_price_is_compared_where_both_are_in_one_currency(
        self, name: str, old: str, new: str
    ) -> None:
        """In the account's own currency the value is the product; in another, the value in that currency is."""
        assert "value_mismatch" in [code for code, *_ in problems(changed(name, old, new))]

    @pytest.mark.parametrize("amount", ["EUR 3001.35", "EUR 3001,35", "EUR 3.001,35", "EUR 3,001.35"])
    def test_an_amount_with_its_currency_has_either_decimal_sign(self, amount: str) -> None:
        head = "Product;Symbool/ISIN;Aantal;Slotkoers;Lokale waarde;Waarde in EUR"
        data = f"{head}\nA;IE00BK5BQT80;51;58,85;{amount};3001,35\n"
        assert read_positions(data.encode()).portfolio["IE00BK5BQT80"].value == Decimal("3001.35")
        off = data.replace(amount, amount.replace("3", "4"))
        assert "value_mismatch" in [code for code, *_ in problems(off.encode())]

    @pytest.mark.parametrize(
        "header",
        [
            "Product,Symbool/ISIN,Aantal,Slotkoers,Lokale waarde,,Waarde in EUR",
            "Prodotto,Simbolo/ISIN,Quantità,Chiusura,Valore,,Valore in EUR",
            "Produit,Ticker/ISIN,Quantité,Clôture,Devise,,Montant en EUR",
        ],
    )
    def test_the_header_is_known_in_other_languages(self, header: str) -> None:
        data = f'{header}\nVANGUARD,IE00BK5BQT80,51,"58,85",EUR,"3001,35","3001,35"\n'
        statement = read_positions(data.encode())
        assert (statement.format, statement.portfolio["IE00BK5BQT80"].value) == ("degiro", Decimal("3001.35"))


class TestEtrade:
    def test_the_net_account_value_is_compared_without_a_total(self) -> None:
        text = (DATA / "etrade_2019.csv").read_text()
        cut = text[: text.index("VBTLX")]
        assert [code for code, *_ in problems(cut)] == ["total_mismatch"]

    def test_a_symbol_led_by_a_space_is_no_lot(self) -> None:
        statement = read_positions(changed("etrade_2019.csv", "VBTLX", " VBTLX"))
        assert statement.portfolio["VBTLX"].value == 620

    def test_a_lot_below_no_position_is_refused(self) -> None:
        text = (DATA / "etrade_2019.csv").read_text()
        lot = next(line for line in text.splitlines() if "10/05/2018" in line)
        found = problems(text.replace("TOTAL", f"{lot}\nTOTAL"))
        assert found == [("lot_without_position", 16, None)]


def test_an_account_of_schwab_without_its_total_is_told() -> None:
    lines = (DATA / "schwab_2026.csv").read_text().splitlines(keepends=True)
    first = next(line for line in lines if "Account Total" in line)
    statement = read_positions("".join(line for line in lines if line != first).encode())
    (issue,) = [i for i in statement.issues if i.code == "maybe_cut"]
    assert "the account Individual ...123 does not end with its total" in issue.message
