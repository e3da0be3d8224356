"""OFX and QFX: what is held by SGML and by XML, and that hostile files are bounded."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from pbal_core import DataError, read_positions
from tests.known import known
from tests.readers.fuzz import DATA

SGML = (DATA / "ofx_1.ofx").read_text()
XML = (DATA / "ofx_2.qfx").read_text()


def read(content: str, **options: Any) -> Any:
    return read_positions(content.encode(), **options)


def codes(content: str) -> list[str]:
    with pytest.raises(DataError) as caught:
        read(content)
    return [issue.code for issue in caught.value.issues]


def test_sgml_is_read_by_its_tickers() -> None:
    statement = read(SGML)
    assert {p.symbol: (p.quantity, p.price, p.value) for p in statement.portfolio} == {
        "VTI": (10, Decimal("275.40"), 2754),
        "BND": (Decimal("20.5"), Decimal("73.20"), Decimal("1500.60")),
    }
    assert (str(statement.as_of), statement.currency) == ("2026-09-30", "USD")
    assert [account.id for account in statement.accounts] == ["1111-2222"]


def test_a_money_market_fund_is_cash_and_not_counted_twice() -> None:
    """500 available include the fund's 432.10, or do not: the larger counts, less the 120 that are borrowed."""
    statement = read(SGML)
    assert [(b.label, b.amount) for b in statement.cash] == [
        ("VMFXX", Decimal("432.10")),
        ("available cash", Decimal("67.90")),
        ("margin balance", -120),
    ]
    assert statement.cash_found == 380
    assert "cash_overlaps" in [issue.code for issue in statement.issues]


def test_options_and_bonds_are_left_out() -> None:
    rows = [row for row in read(SGML).rows if row.kind == "unsupported"]
    assert [row.reason.partition(":")[0] for row in rows] == ["an option", "a bond or deposit"]


def test_xml_has_rates_and_accounts() -> None:
    statement = read(XML, accounts="all")
    assert statement.currency == "CAD"
    assert {p.symbol: (p.value, p.pnl) for p in statement.portfolio} == {
        "XEQT.TO": (1490, 290),
        "VTI": (Decimal("3855.60"), Decimal("355.60")),
        "VFV.TO": (Decimal("802.50"), None),
    }
    assert [account.id for account in statement.accounts] == ["TFSA-1", "RRSP-2"]
    assert statement.cash_found == 250


def test_sgml_and_xml_are_one_format() -> None:
    """The same statement with end tags is the same portfolio."""
    lines = [line.strip() for line in XML.splitlines()]
    sgml = "\n".join(lines[2:])
    for tag in ("UNITS", "UNITPRICE", "MKTVAL", "COSTBASIS", "UNIQUEID", "ACCTID", "CURDEF", "CURRATE"):
        sgml = sgml.replace(f"</{tag}>", "")
    content = f"OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n{sgml}"
    assert read(content, accounts="all").portfolio == read(XML, accounts="all").portfolio


def test_a_value_that_is_not_units_times_price_is_refused() -> None:
    assert codes(SGML.replace("<MKTVAL>2754.00", "<MKTVAL>2954.00")) == ["value_mismatch"]


@pytest.mark.parametrize("content", [SGML, XML], ids=["sgml", "xml"])
@pytest.mark.parametrize("tag", ["UNITS", "UNITPRICE", "MKTVAL", "CURRATE"])
def test_changing_one_number_changes_it_or_is_refused(content: Any, tag: str) -> None:
    before = read(content)
    end = content.index("</INVPOSLIST>")
    for match in re.finditer(rf"<{tag}>([\d.,]+)", content[:end]):
        if content.rfind("<INVTRANLIST>", 0, match.start()) > content.rfind("</INVTRANLIST>", 0, match.start()):
            continue  # a transaction is no part of what is held
        digit = match.end() - 1
        changed = content[:digit] + str((int(content[digit]) + 5) % 10) + content[digit + 1 :]
        try:
            after = read(changed)
        except DataError:
            continue
        assert (after.holdings, after.cash, after.rows) != (before.holdings, before.cash, before.rows)
        assert (after.holdings, after.cash, after.issues) != (before.holdings, before.cash, before.issues) or (
            "POSOPT" in content.splitlines()[content.count("\n", 0, digit)]
            or "POSDEBT" in content.splitlines()[content.count("\n", 0, digit)]
        )


def test_a_file_that_was_cut_is_refused() -> None:
    assert codes(SGML[: SGML.index("</INVSTMTRS>")]) == ["bad_xml"]


def test_every_bad_number_is_told_with_its_line() -> None:
    content = SGML.replace("<UNITS>10<", "<UNITS>ten<").replace("<UNITS>20.5<", "<UNITS>1e400<")
    with pytest.raises(DataError) as caught:
        read(content)
    lines = content.splitlines()
    assert [lines[known(known(issue.where).line) - 1][:10] for issue in caught.value.issues] == ["<POSSTOCK>"] * 2


def test_other_statements_are_refused_by_what_they_are() -> None:
    bank = "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    with pytest.raises(DataError, match="bank or card account"):
        read(bank)
    start, end = SGML.index("<INVPOSLIST>"), SGML.index("</INVPOSLIST>")
    with pytest.raises(DataError, match="no positions"):
        read(SGML[:start] + SGML[end + len("</INVPOSLIST>") :])


def test_one_account_twice_is_refused() -> None:
    assert codes(XML.replace("RRSP-2", "TFSA-1")) == ["duplicate_account"]


def test_entities_are_not_expanded() -> None:
    """A declaration is refused; character references are read, once, and stay text."""
    assert codes('<!DOCTYPE x [<!ENTITY a "b">]>' + XML[XML.index("<OFX>") :]) == ["doctype"]
    statement = read(SGML.replace("<TICKER>VTI", "<TICKER>V&amp;amp;T"))
    assert next(row.symbol for row in statement.rows if row.kind == "unsupported") == "V&amp;T"


@pytest.mark.parametrize(
    ("lost", "held"),
    [("<MKTVAL>2754.00", ("275.40", "2754")), ("<UNITPRICE>275.40", ("275.4", "2754.00"))],
    ids=["value", "price"],
)
def test_one_missing_amount_follows_from_the_others(lost: str, held: tuple[str, str]) -> None:
    position = read(SGML.replace(lost, "")).portfolio["VTI"]
    assert (position.price, position.value) == tuple(map(Decimal, held))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("LONG<UNITS>10<", "SHORT<UNITS>10<", "a short position"),
        ("<UNITPRICE>275.40<MKTVAL>2754.00", "", "no market price"),
    ],
    ids=["short", "without price"],
)
def test_what_cannot_be_planned_is_left_out(old: str, new: str, reason: str) -> None:
    assert old in SGML
    (row,) = [row for row in read(SGML.replace(old, new)).rows if row.symbol == "VTI"]
    assert row.kind == "unsupported"
    assert reason in row.reason


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<UNITS>10<UNITPRICE>275.40<MKTVAL>2754.00", "<UNITPRICE>275.40", "empty_cell"),
        ("<UNITS>10<UNITPRICE>275.40", "", "empty_cell"),
        ("<UNITPRICE>275.40", "<UNITPRICE>0", "price_not_positive"),
    ],
    ids=["price alone", "value alone", "price of 0"],
)
def test_too_few_amounts_are_refused(old: str, new: str, code: str) -> None:
    assert old in SGML
    assert code in codes(SGML.replace(old, new))


def test_ends_without_a_beginning_end_nothing() -> None:
    assert read(SGML.replace("<INVBAL>", "</POSMF></INVBAL><INVBAL>")).portfolio == read(SGML).portfolio


def test_a_position_without_its_end_ends_with_its_list() -> None:
    """SGML may leave end tags out."""
    assert read(SGML.replace("</POSDEBT>", "")).portfolio == read(SGML).portfolio


def test_without_a_currency_the_portfolio_has_none() -> None:
    assert read(SGML.replace("<CURDEF>USD", "")).portfolio["VTI"].value == 2754


def test_a_position_may_have_no_units() -> None:
    """Its value and its price are enough for a plan."""
    position = read(SGML.replace("<UNITS>10<", "<")).portfolio["VTI"]
    assert (position.quantity, position.price, position.value) == (None, Decimal("275.40"), 2754)


@pytest.mark.parametrize(("depth", "refused"), [(18, False), (19, True)])
def test_aggregates_are_not_nested_without_end(depth: int, *, refused: bool) -> None:
    """A statement and its list are two of the twenty levels."""
    content = SGML.replace("<INVPOSLIST>", f"<INVPOSLIST>{'<SECINFO>' * depth}{'</SECINFO>' * depth}")
    if refused:
        assert codes(content) == ["too_many_rows"]
    else:
        assert read(content).portfolio == read(SGML).portfolio
