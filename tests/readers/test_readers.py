"""Every broker's file: what becomes of it as a whole, against golden summaries that a person has looked at."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pbal_core import DataError, Place, RequestError, read_positions
from pbal_core.cli.inspect import preview_text
from pbal_core.readers import Statement, columns_of
from pbal_core.readers.document import documents
from pbal_core.readers.mapping import ColumnMapping
from pbal_core.readers.preview import preview
from pbal_core.readers.registry import known_formats

DATA = Path(__file__).parent.parent / "data" / "readers"
FIXTURES = sorted(path.name for path in DATA.iterdir() if path.is_file())
REFUSED = sorted((DATA / "refused").iterdir())


def load(name: str, **options: Any) -> Statement:
    return read_positions(DATA / name, **options)


def codes(statement: Statement, *severities: str) -> list[str]:
    return [i.code for i in statement.issues if not severities or i.severity in severities]


def summary(statement: Statement) -> str:
    """All that was read, and the portfolio once every choice is made (all accounts)."""
    text = preview_text(preview(statement))
    chosen = statement.confirm().select("all") if statement.accounts else statement.confirm()
    try:
        positions = [
            f"{p.symbol}: value {p.value:f}, price {p.price:f}, quantity {p.quantity}, P&L {p.pnl}"
            for p in chosen.portfolio
        ]
    except DataError as error:
        positions = [f"none: {error}"]
    return "\n".join([text, "Portfolio of everything:", *positions, ""])


@pytest.mark.parametrize("name", FIXTURES)
def test_summary(golden: Callable[[str, str], None], name: Any) -> None:
    golden(f"{name}.txt", summary(load(name)))


def test_no_golden_file_is_left_over() -> None:
    names = {path.name for path in (Path(__file__).parent.parent / "golden" / "readers" / "readers").iterdir()}
    assert names == {f"{name}.txt" for name in FIXTURES}


@pytest.mark.parametrize("name", FIXTURES)
def test_every_line_that_is_not_blank_is_accounted_for(name: Any) -> None:
    """XML counts elements; everything else counts rows, and each has exactly one verdict."""
    statement = load(name)
    data = (DATA / name).read_bytes()
    document = next(d for d in documents(data) for f in known_formats() if f.find(d) is not None)
    if statement.format == "ofx":
        assert len(statement.rows) == len({(row.line, row.cells) for row in statement.rows})  # see formats/test_ofx.py
    elif document.xml:
        assert len(statement.rows) == data.count(b"<") - data.count(b"</") - data.count(b"<?")
    else:
        assert [row.line for row in statement.rows] == [record.line for record in document.records]
    assert all(row.reason for row in statement.rows if row.kind not in {"position", "cash"})


@pytest.mark.parametrize("name", FIXTURES)
def test_one_format_knows_each_file(name: Any) -> None:
    """No two brokers claim one file; what comes after them (transactions, guesses) does not count."""
    claims = {
        f.KEY
        for d in documents((DATA / name).read_bytes())
        for f in known_formats()
        if f.KEY not in {"transactions", "generic"} and f.find(d) is not None
    }
    assert claims <= {load(name).format}


@pytest.mark.parametrize("name", FIXTURES)
def test_the_name_of_the_file_says_nothing(name: Any, tmp_path: Path) -> None:
    moved = tmp_path / "anything.bin"
    moved.write_bytes((DATA / name).read_bytes())
    assert read_positions(moved) == load(name)


@pytest.mark.parametrize("name", FIXTURES)
def test_a_hint_reads_the_same(name: Any) -> None:
    statement = load(name)
    assert load(name, format_hint=statement.format) == statement.confirm()


@pytest.mark.parametrize("path", REFUSED, ids=lambda p: p.name)
def test_transactions_orders_and_history_are_refused_by_name(path: Any) -> None:
    with pytest.raises(DataError, match="a positions file is needed") as caught:
        read_positions(path)
    (issue,) = caught.value.issues
    assert issue.code == "transactions_file"
    assert issue.where is not None
    broker = {"robinhood": "Robinhood", "webull": "Webull", "trading212": "Trading 212", "degiro": "DEGIRO",
              "etrade": "E*TRADE", "schwab": "Schwab", "own": "a list of transactions"}  # fmt: skip
    assert broker.get(path.stem.partition("_")[0], "") in issue.message


class TestLots:
    def test_summary_and_lots_together_count_once(self) -> None:
        statement = load("ibkr_flex.xml")
        (vt,) = [h for h in statement.holdings if h.symbol == "VT"]
        assert (vt.quantity, vt.value) == (Decimal(50), Decimal(6575))
        assert [(lot.quantity, lot.cost, lot.opened) for lot in vt.lots] == [
            (Decimal(30), Decimal(3500), "2024-02-01;10:11:12"),
            (Decimal(20), Decimal(2500), "2025-03-04;11:12:13"),
        ]

    def test_lots_without_a_summary_are_added_up(self) -> None:
        portfolio = load("ibkr_descriptors.csv").portfolio
        assert portfolio["ACWI"].quantity == 25
        assert (portfolio["IAU"].quantity, portfolio["IAU"].value, portfolio["IAU"].pnl) == (
            Decimal(52),
            Decimal(2977),
            Decimal(357),
        )

    def test_lots_that_do_not_add_up_are_told(self) -> None:
        data = (DATA / "ibkr_flex.xml").read_bytes().replace(b'position="20"', b'position="19"')
        assert "lots_mismatch" in codes(read_positions(data), "warning")

    def test_etrade_lots_belong_to_the_row_above(self) -> None:
        statement = load("etrade_2019.csv")
        assert [len(h.lots) for h in statement.holdings] == [2, 0, 0, 0]
        assert statement.portfolio["VTI"].quantity == 10

    def test_two_rows_of_one_symbol_add_up_where_the_broker_does_that(self) -> None:
        statement = load("etrade_2019.csv")
        assert statement.portfolio["SIRI"].quantity == 800
        assert "rows_added_up" in codes(statement, "info")

    def test_a_day_before_the_last_is_left_out(self) -> None:
        statement = load("ibkr_by_day.xml")
        assert statement.portfolio["VTI"].quantity == 10
        assert [row.kind for row in statement.rows if row.symbol == "VTI"] == ["other", "position"]


class TestAccounts:
    def test_one_symbol_in_two_accounts_needs_a_choice(self) -> None:
        statement = load("ibkr_two_accounts.csv")
        assert codes(statement, "error") == ["choose_accounts"]
        with pytest.raises(DataError, match=r"VTI.*U7700004, U7700005"):
            _ = statement.portfolio

    def test_one_account_is_taken_alone(self) -> None:
        statement = load("ibkr_two_accounts.csv", accounts=["U7700005"])
        assert [(p.symbol, p.quantity) for p in statement.portfolio] == [("VTI", Decimal(5))]
        assert codes(statement) == []

    @pytest.mark.parametrize("accounts", ["all", ["all"], ["U7700005", "U7700004"]])
    def test_accounts_add_up_on_purpose(self, accounts: list[str] | str) -> None:
        portfolio = load("ibkr_two_accounts.csv", accounts=accounts).portfolio
        assert [(p.symbol, p.quantity, p.value, p.pnl) for p in portfolio] == [
            ("VTI", Decimal(15), Decimal(4131), Decimal("150.5")),
            ("BND", Decimal(20), Decimal(1464), Decimal(-10)),
        ]

    def test_accounts_that_share_no_symbol_are_taken_together_and_told(self) -> None:
        statement = load("schwab_2026.csv")
        assert statement.portfolio.symbols == ("SCHB", "BRK/B", "SCHF")
        assert "several_accounts" in codes(statement, "warning")

    def test_remarks_on_other_accounts_are_not_told(self) -> None:
        assert codes(load("fidelity_2026.csv", accounts="222222222")) == ["pnl_unknown"]
        assert "unsupported" in codes(load("fidelity_2026.csv", accounts="Z11111111"))

    def test_an_account_has_a_name_too(self) -> None:
        assert load("fidelity_2026.csv", accounts="roth ira").included == {"222222222"}

    def test_cash_is_that_of_the_chosen_accounts(self) -> None:
        statement = load("fidelity_2026.csv")
        assert statement.select("222222222").cash_found == Decimal("44.03")
        assert statement.select("all").cash_found == Decimal("1346.03")

    @pytest.mark.parametrize(
        ("account", "words"), [("U1", "is not in the file; the file has: U7700004"), ([], "no account is chosen")]
    )
    def test_a_wrong_choice_says_what_there_is(self, account: list[Any] | str, words: str) -> None:
        with pytest.raises(RequestError, match=words):
            load("ibkr_two_accounts.csv", accounts=account)

    def test_a_name_of_two_accounts_is_no_choice(self) -> None:
        data = (DATA / "fidelity_2026.csv").read_bytes().replace(b"ROTH IRA", b"Individual - TOD")
        with pytest.raises(RequestError, match="the name of several accounts"):
            read_positions(data, accounts="individual - tod")

    def test_fidelity_may_write_its_day_with_slashes(self) -> None:
        data = (DATA / "fidelity_2026.csv").read_bytes().replace(b"Apr-01-2026 at", b"04/01/2026")
        assert str(read_positions(data).as_of) == "2026-04-01"

    def test_a_choice_can_be_taken_back(self) -> None:
        statement = load("ibkr_two_accounts.csv")
        assert statement.select("all").select(None) == statement

    def test_accounts_of_a_column_can_be_chosen_and_added_up(self) -> None:
        """Every account that a row names can be chosen, though the statement's head names another or several."""
        statement = load("ibkr_activity_accounts.csv")
        assert [a.id for a in statement.accounts] == ["U7700021", "U7700022", "U7700023"]
        assert codes(statement, "error") == ["choose_accounts"]
        added = statement.select("all")
        assert [(p.symbol, p.quantity) for p in added.portfolio] == [("VXUS", Decimal(50)), ("SGOV", Decimal(20))]
        assert added.cash_found == Decimal("352.75")
        assert statement.select("U7700022").portfolio["VXUS"].quantity == 10
        data = (DATA / "ibkr_activity_accounts.csv").read_bytes()
        one = data.replace(b'"U7700021, U7700022 (Consolidated)"', b"U7700021 (Custom)")
        assert read_positions(one, accounts="all").portfolio.positions == added.portfolio.positions

    @pytest.mark.parametrize("owner", ["U7700021", "U7700022"])
    def test_a_total_of_one_account_is_compared_with_its_rows(self, owner: str) -> None:
        data = (DATA / "ibkr_activity_accounts.csv").read_text("utf-8-sig")
        total = "Open Positions,Total,,Stocks,,USD,,,,,,4828,,5190,362,\n"
        values = {"U7700021": "2644", "U7700022": "2671", "U7700023": "-125"}
        own = "".join(f"Open Positions,Total,,Stocks,{a},USD,,,,,,1,,{v},1,\n" for a, v in values.items())
        statement = read_positions(data.replace(total, own).encode())
        assert [t.account for t in statement.totals] == list(values)
        assert "maybe_cut" not in codes(statement)
        cut = own.replace(f",{owner},USD,,,,,,1,,{values[owner]}", f",{owner},USD,,,,,,1,,--")
        assert codes(read_positions(data.replace(total, cut).encode())).count("maybe_cut") == 1

    def test_prices_of_one_symbol_that_differ_are_told_or_refused(self) -> None:
        data = (DATA / "ibkr_two_accounts.csv").read_bytes()
        near = data.replace(b'"5","275.4","1377"', b'"5","275","1375"').replace(b'"1","1377"', b'"1","1375"')
        statement = read_positions(near, accounts="all")
        assert statement.portfolio["VTI"].price == Decimal("275.4")
        assert codes(statement) == ["prices_differ"]
        far = data.replace(b'"5","275.4","1377"', b'"5","100","500"').replace(b'"1","1377"', b'"1","500"')
        assert codes(read_positions(far, accounts="all"), "error") == ["prices_differ"]


class TestCurrencies:
    def test_different_currencies_are_added_at_the_rates_of_the_file(self) -> None:
        statement = load("ibkr_flex.xml")
        assert statement.currency == "CHF"
        assert statement.portfolio["VT"].value == Decimal(6575) * Decimal("0.8")
        assert statement.portfolio["VT"].price == Decimal("131.5") * Decimal("0.8")
        assert statement.portfolio["CHSPI"].value == Decimal("5283.96")

    def test_cash_is_the_converted_sum_or_that_of_the_one_currency(self) -> None:
        assert load("ibkr_flex.xml").cash_found == Decimal("2210.5")
        assert load("ibkr_sections.csv").cash_found == Decimal(1400)

    def test_without_rates_different_currencies_are_not_added(self) -> None:
        data = (DATA / "ibkr_flex.xml").read_bytes().replace(b'fxRateToBase="0.8"', b"")
        statement = read_positions(data)
        assert codes(statement, "error") == ["mixed_currencies"]
        with pytest.raises(DataError, match="CHF"):
            _ = statement.portfolio

    def test_accounts_of_one_currency_can_be_chosen(self) -> None:
        statement = load("wealthsimple.csv")
        assert codes(statement, "error") == ["mixed_currencies"]
        assert statement.select("HQ222USD").currency == "USD"
        assert statement.select("HQ222USD").portfolio.symbols == ("VTI",)

    @pytest.mark.parametrize("rate", [b"0", b"-1"])
    def test_a_rate_of_nothing_is_refused(self, rate: bytes) -> None:
        data = (DATA / "ibkr_plain.csv").read_bytes().replace(b"0.91234", rate)
        with pytest.raises(DataError) as caught:
            read_positions(data)
        assert {i.code for i in caught.value.issues} == {"bad_rate"}

    @pytest.mark.parametrize(
        ("old", "new", "pnl", "cost"),
        [
            ('"252.4","USD"', '"252.4","CAD"', Decimal("252.4"), Decimal(1400)),  # worked out of value and cost
            ('"1400","USD"', '"1900","CAD"', Decimal("252.4"), None),
            ('"1400","USD","1652.4","USD","252.4","USD"', '"1900","CAD","1652.4","USD","340","CAD"', None, None),
        ],
    )
    def test_a_cost_or_profit_in_another_currency_than_the_value_is_not_used(
        self, old: str, new: str, pnl: Decimal | None, cost: Decimal | None
    ) -> None:
        """A P&L in Canadian dollars is none in US dollars; that is reported."""
        data = (DATA / "wealthsimple.csv").read_text()
        assert old in data
        statement = read_positions(data.replace(old, new).encode())
        (vti,) = [h for h in statement.holdings if h.symbol == "VTI"]
        assert (vti.pnl, vti.cost) == (pnl, cost)
        assert "other_currency" in codes(statement, "warning")

    def test_a_row_in_two_currencies_is_refused(self) -> None:
        data = (DATA / "wealthsimple.csv").read_bytes().replace(b'"275.4","USD"', b'"275.4","CAD"')
        with pytest.raises(DataError, match="line 4: the amounts are in CAD and USD"):
            read_positions(data)


class TestIntegrity:
    def test_a_share_has_no_multiplier(self) -> None:
        rows = {row.symbol: row for row in load("ibkr_plain.csv").rows}
        assert rows["VT    260619P00120000"].kind == "unsupported"
        data = (DATA / "ibkr_plain.csv").read_bytes()
        stock = data.replace(
            b'"7300","6100","21.40","1200","STK","1","1"', b'"73000","6100","21.40","1200","STK","1","10"'
        )
        with pytest.raises(DataError, match="NESTE1 is a share and has the multiplier 10"):
            read_positions(stock)

    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("ibkr_records.csv", b'"EOS","POST","3"', b'"EOS","POST","4"'),
            ("ibkr_records.csv", b'"17864"', b'"17865"'),
            ("ibkr_records.csv", b'"812.44"\n"EOS"', b'"812.45"\n"EOS"'),
            ("schwab_2026.csv", b"$15,325.04", b"$15,325.14"),
            ("etrade_2019.csv", b"1000.40,\n", b"1001.40,\n"),
            ("ibkr_activity.csv", b"352190", b"352191"),
            ("generic_semicolon.csv", b"4.218,00", b"4.219,00"),
        ],
    )
    def test_a_total_or_checksum_that_does_not_hold_is_refused(self, name: str, old: bytes, new: bytes) -> None:
        data = (DATA / name).read_bytes()
        assert old in data
        with pytest.raises(DataError) as caught:
            read_positions(data.replace(old, new, 1))
        assert caught.value.issues[0].code == "total_mismatch"
        assert caught.value.issues[0].where is not None

    def test_the_code_and_the_mark_may_be_swapped(self) -> None:
        data = (DATA / "ibkr_records.csv").read_bytes().replace(b'"EOS","POST"', b'"POST","EOS"')
        assert read_positions(data.replace(b'"BOS","POST"', b'"POST","BOS"')).portfolio.symbols == ("VTI", "VXUS")

    def test_quantity_times_price_is_compared_with_the_value(self) -> None:
        data = (DATA / "fidelity_2021.csv").read_bytes()
        with pytest.raises(DataError) as caught:
            read_positions(data.replace(b"$25,316.50", b"$52,316.50"))
        assert [(i.code, i.where) for i in caught.value.issues] == [("value_mismatch", Place(line=3))]
        statement = read_positions(data.replace(b"$25,316.50", b"$25,317.50"))
        assert codes(statement, "warning") == ["value_mismatch", "gain_mismatch"]
        assert statement.portfolio["VTI"].value == Decimal("25317.50")

    @pytest.mark.parametrize("name", ["fidelity_2026.csv", "schwab_2020.csv", "etrade_2026.csv", "wealthsimple.csv"])
    def test_a_file_cut_between_rows_is_told(self, name: str) -> None:
        lines = (DATA / name).read_bytes().splitlines(keepends=True)
        last = max(
            i
            for i, line in enumerate(lines)
            if b"CASH," in line or b"TFSA" in line or b"SCHE" in line or b"FXAIX" in line
        )
        assert "maybe_cut" in codes(read_positions(b"".join(lines[: last + 1])), "warning")

    def test_seventeen_fields_under_sixteen_headers_do_not_shift(self) -> None:
        assert load("fidelity_2026.csv", accounts="33333").portfolio["31617E471"].value == Decimal("2245.60")

    def test_one_field_too_many_is_refused(self) -> None:
        data = (DATA / "fidelity_2021.csv").read_bytes().replace(b",22.4%,", b",22,4%,")
        with pytest.raises(DataError) as caught:
            read_positions(data)
        assert [i.code for i in caught.value.issues] == ["field_count"]

    def test_a_report_without_positions_says_what_it_has(self) -> None:
        data = (DATA / "ibkr_records.csv").read_bytes()
        cash_only = data[: data.index(b'"BOS","POST"')] + data[data.index(b'"BOS","CRTT"') :]
        with pytest.raises(DataError, match=r"no section Open Positions \(sections: CRTT\)"):
            read_positions(cash_only)
        xml = b'<FlexQueryResponse><FlexStatements><FlexStatement accountId="U1"/></FlexStatements></FlexQueryResponse>'
        with pytest.raises(DataError, match="no section Open Positions"):
            read_positions(xml)

    def test_only_unsupported_rows_are_no_portfolio(self) -> None:
        data = (DATA / "vanguard.csv").read_bytes()
        lines = [
            line for line in data.splitlines(keepends=True) if not any(s in line for s in (b"VTI", b"BND", b"VMFXX"))
        ]
        data = b"".join(lines).replace(b"An Institutional Trust", b"An Institution")
        with pytest.raises(DataError, match=r"line 3: no position can be planned: .* \(no symbol, so .*; give a"):
            read_positions(data)


class TestXmlAndBytes:
    def test_a_document_type_is_refused(self) -> None:
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        data = (DATA / "ibkr_by_day.xml").read_bytes()
        for hostile in (bomb + data, (bomb + data).decode().encode("utf-16")):
            with pytest.raises(DataError) as caught:
                read_positions(hostile)
            assert [i.code for i in caught.value.issues] == ["doctype"]

    def test_broken_xml_names_the_line(self) -> None:
        data = (DATA / "ibkr_flex.xml").read_bytes().replace(b"</OpenPositions>", b"")
        with pytest.raises(DataError) as caught:
            read_positions(data)
        assert [(i.code, i.where) for i in caught.value.issues] == [("bad_xml", Place(line=21))]

    def test_other_xml_is_no_positions_file(self) -> None:
        with pytest.raises(DataError, match="is a web page"):
            read_positions(b"<html><body>log in</body></html>")

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
    @pytest.mark.parametrize("name", ["schwab_2026.csv", "vanguard.csv", "ibkr_flex.xml", "m1.csv"])
    def test_encodings_read_the_same(self, name: str, encoding: str) -> None:
        text = (DATA / name).read_bytes().decode("utf-8-sig")
        assert read_positions(text.encode(encoding)) == load(name)


class TestGeneric:
    MAPPING = ColumnMapping(symbol="Ticker", quantity="Units", price="Last Price", value="Market Value", decimal=",")

    def test_a_guess_that_something_competes_with_is_to_be_confirmed(self) -> None:
        """The price may be the one paid, and no value tells."""
        statement = read_positions(b"Ticker,Units,Price,Current Price\nVTI,10,200,275.4\n")
        assert codes(statement, "error") == ["mapping_guessed"]
        with pytest.raises(DataError, match="symbol from Ticker"):
            _ = statement.portfolio
        assert statement.confirm().portfolio["VTI"].value == Decimal(2754)

    def test_a_table_that_proves_itself_needs_no_confirmation(self) -> None:
        statement = load("generic_semicolon.csv")
        assert codes(statement, "error") == []
        assert statement.portfolio["VTI"].value == Decimal(2754)
        assert statement.mapping is not None
        assert statement.columns == ("Ticker", "Name", "Units", "Last Price", "Market Value", "Cost Basis")

    def test_a_mapping_given_is_confirmed(self) -> None:
        statement = load("generic_semicolon.csv", mapping=self.MAPPING)
        assert statement.portfolio["BND"].price == Decimal("73.2")
        assert statement.portfolio["BND"].pnl is None
        assert statement.mapping == self.MAPPING

    def test_a_mapping_survives_its_file(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.toml"
        odd = ColumnMapping(symbol='Ti"ck\\er', quantity="Größe\t", price="Last\x7f", decimal=",")
        for mapping in (self.MAPPING, odd):
            path.write_text(mapping.to_toml(), encoding="utf-8")
            assert ColumnMapping.from_toml(path.read_text(encoding="utf-8")) == mapping
        path.write_text(self.MAPPING.to_toml())
        assert load("generic_semicolon.csv", format_hint=str(path)) == load(
            "generic_semicolon.csv", mapping=self.MAPPING
        )

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("symbol = ", "not TOML"),
            ('quantity = "Q"', "needs the field symbol"),
            ('symbol = "S"\nquantity = "Q"', "two of quantity, price and value"),
            ('symbol = "S"\nquantity = "Q"\nprice = 3', "must be the text"),
            ('symbol = "S"\nquantity = "Q"\nprice = "q "', "for two fields"),
            ('symbol = "S"\nquantity = "Q"\nprice = "P"\ndecimal = ";"', "decimal must be"),
            ('symbol = "S"\nshares = "Q"', 'no field "shares"'),
        ],
    )
    def test_a_broken_mapping_is_told(self, text: str, words: str) -> None:
        with pytest.raises(RequestError, match=words):
            ColumnMapping.from_toml(text)

    def test_a_mapping_for_another_file_is_told(self) -> None:
        with pytest.raises(DataError, match="it is for another file"):
            load("m1.csv", mapping=self.MAPPING)

    def test_a_missing_mapping_file_is_told(self) -> None:
        with pytest.raises(RequestError, match=r"nothing\.toml cannot be read"):
            load("m1.csv", format_hint="nothing.toml")

    def test_an_unknown_or_wrong_hint_is_told(self) -> None:
        with pytest.raises(RequestError, match="the formats are flex-csv, flex-xml"):
            load("m1.csv", format_hint="broker-x")
        with pytest.raises(DataError, match="does not look like Vanguard"):
            load("m1.csv", format_hint="vanguard")

    def test_columns_can_be_listed_where_nothing_can_be_guessed(self) -> None:
        assert columns_of(b"a note\n\nWas,Wieviel,Kurs\nVTI,1,2\n") == ("Was", "Wieviel", "Kurs")

    def test_a_file_of_holdings_with_a_date_and_a_type_is_no_list_of_transactions(self) -> None:
        data = b"Symbol,Type,Date,Quantity,Market Value\nVTI,ETF,2026-03-31,10,2754.10\n"
        assert read_positions(data, format_hint="generic").portfolio["VTI"].price == Decimal("275.41")

    @pytest.mark.parametrize("kind", ["ETF", "Dividend ETF", "Buyback fund", "Seller financing"])
    def test_holdings_whose_kind_sounds_like_an_action_are_holdings(self, kind: str) -> None:
        """Only the words of an action make a list of transactions of a table with market values."""
        data = f"Symbol,Type,Date,Quantity,Market Value\nVTI,{kind},2026-03-31,10,2754.10\n"
        assert read_positions(data.encode(), format_hint="generic").portfolio.symbols == ("VTI",)

    def test_price_and_quantity_make_the_value_exactly(self) -> None:
        data = b"Ticker,Shares,Price\nVTI,1.23456789,275.123456\n"
        assert read_positions(data).confirm().portfolio["VTI"].value == Decimal("1.23456789") * Decimal("275.123456")

    def test_two_currencies_by_sign_are_not_added(self) -> None:
        data = "Ticker,Shares,Price\nVTI,1,$275.10\nVWCE,2,€118.20\n".encode()
        assert "mixed_currencies" in codes(read_positions(data), "error")
