"""A stream of batches: boundaries, order, bad rows and types change nothing but what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pbal_core import RequestError
from pbal_core.errors import DataError
from pbal_core.planning.batch import MOST_ROWS, BatchModel, plan_batches, schema_for
from pbal_core.planning.batch.columns import account_starts
from pbal_core.planning.batch.model import Quality
from pbal_core.planning.batch.order import AccountOrder
from tests.build import rules
from tests.made_accounts import SCHEMA, accounts, cut, many_accounts, small_accounts

GOOD = """
A cash 500: VTI 1000 @ 250 = 0.6; BND 500 @ 75 = 0.4
B cash 300: VTI 0 @ 250; BND 900 @ 75; GLD 90 @ 21
C cash -200: VTI 1000 @ 250 = 60; BND 500 @ 75 = 40
"""


def table(batches: Sequence[pa.RecordBatch], quality: Quality = "whole", **settings: Any) -> pa.Table:
    return pa.Table.from_batches(plan_batches(batches, BatchModel(quality, **settings)))


@pytest.mark.parametrize("quality", ["level", "whole", "auto", "exact"])
def test_a_batch_may_end_anywhere(quality: Quality) -> None:
    """An account that runs over the end of a batch is one account, wherever and however often that happens."""
    batch = small_accounts(8, seed=4)
    whole = table([batch], quality)
    for first in range(batch.num_rows + 1):
        assert table(list(cut(batch, [first])), quality) == whole
    for first in range(0, batch.num_rows, 3):
        for second in range(first, batch.num_rows, 5):
            assert table(list(cut(batch, [first, second])), quality) == whole
    assert table([batch.slice(i, 1) for i in range(batch.num_rows)], quality) == whole


@pytest.mark.parametrize("quality", ["level", "whole", "auto"])
@pytest.mark.parametrize("positions", [7, 12, 33])
def test_an_account_alone_has_the_same_plan_to_the_last_bit(quality: Quality, positions: int) -> None:
    """What is measured of it, too: no sum depends on the accounts beside it."""
    batch = many_accounts(12, positions)
    alone = [batch.slice(i, positions) for i in range(0, batch.num_rows, positions)]
    assert table([batch], quality) == pa.concat_tables([table([each], quality) for each in alone])


def test_accounts_come_in_any_sorted_pieces() -> None:
    """Each account's plan is the same whatever comes before it."""
    batch = many_accounts(40, 3)
    pieces = list(cut(batch, [30, 60, 90]))
    plans = {piece: table([pieces[piece]]) for piece in range(4)}
    for order in ([2, 0, 3, 1], [3, 2, 1, 0], [1, 2, 0, 3], [0, 2, 1, 3]):
        assert table([pieces[i] for i in order]) == pa.concat_tables([plans[i] for i in order])


@pytest.mark.parametrize("quality", ["level", "whole", "auto", "exact"])
def test_the_order_of_an_account_s_rows_does_not_matter(quality: Quality) -> None:
    """Rows permuted within their accounts have the same trades."""
    batch = small_accounts(80, seed=5)
    draw = np.random.default_rng(1)
    mixed = sorted(range(batch.num_rows), key=lambda i: (batch.column("account")[i].as_py(), draw.random()))

    def key(row: dict[str, Any]) -> tuple[str, str]:
        return row["account"], row["symbol"]

    one = sorted(table([batch], quality).to_pylist(), key=key)
    other = sorted(table([batch.take(pa.array(mixed))], quality).to_pylist(), key=key)
    assert one == other


BAD = {
    "BAD cash 5: 123 - @ 250; BND 500 @ 75": "the value of 123 is missing",
    "BAD cash 5: VTI 100 @ -; BND 500 @ 75": "the price of VTI is missing",
    "BAD cash 5: VTI -100 @ 250; BND 500 @ 75": "the value of VTI is below 0, a short position",
    "BAD cash 5: VTI 100 @ 0; BND 500 @ 75": "the price of VTI is not above 0",
    "BAD cash 5: VTI 100 @ -2; BND 500 @ 75": "the price of VTI is not above 0",
    "BAD cash 5: VTI 100 @ 10 = -0.5; BND 500 @ 75 = 1.5": "the target of VTI is below 0",
    "BAD cash 5: VTI 100 @ 10 = 0.5; BND 500 @ 75": "the target of BND is missing, but others are given",
    "BAD cash 5: VTI 100 @ 10 = 0.5; BND 500 @ 75 = 0.4": "its targets sum to neither 1 nor 100",
    "BAD cash 5: VTI 100 @ 10 = 0; BND 500 @ 75 = 0": "every target is 0; one above 0 is needed",
    "BAD cash 5: VTI 100 @ 10; VTI 500 @ 75": "VTI occurs more than once",
    "BAD cash 5: BRK.B 100 @ 10; BRK-B 500 @ 75": "BRK-B occurs more than once",
    "BAD cash 5: <b> 100 @ 10; VTI 500 @ 75": "'<b>' cannot be a symbol; letters, digits, spaces and . / - _ are "
    "accepted, at most 32",
    "BAD cash -9000: VTI 100 @ 10; BND 500 @ 75": None,
}


@pytest.mark.parametrize("quality", ["level", "whole", "auto", "exact"])
@pytest.mark.parametrize("bad", BAD)
def test_a_bad_account_costs_nobody_else_a_plan(bad: str, quality: Quality) -> None:
    """It trades nothing and says why; its neighbours are planned as if it were not there."""
    good = table([accounts(GOOD)], quality).to_pylist()
    lines = GOOD.strip().splitlines()
    for place in range(len(lines) + 1):
        found = table([accounts("\n".join([*lines[:place], bad, *lines[place:]]))], quality).to_pylist()
        assert [row for row in found if row["account"] != "BAD"] == good
        refused = [row for row in found if row["account"] == "BAD"]
        assert {(row["status"], row["quality"], row["shares"], row["value"]) for row in refused} == {
            ("refused", "", 0, 0)
        }
        assert {row["distance"] for row in refused} == {None}
        (reason,) = {row["reason"] for row in refused}
        assert reason == (BAD[bad] or reason)
        assert "raise" in reason or BAD[bad]


def changed(name: str, values: list[Any], kind: pa.DataType | None = None) -> pa.RecordBatch:
    """The good accounts with another column."""
    batch = accounts(GOOD)
    column = pa.array(values, kind or SCHEMA.field(name).type)
    names = [*batch.schema.names, *([] if name in batch.schema.names else [name])]
    return pa.RecordBatch.from_arrays([column if n == name else batch.column(n) for n in names], names=names)


@pytest.mark.parametrize(
    ("name", "values", "kind", "reasons"),
    [
        ("account", ["A", None, "B", "B", "B", "C", "C"], None, {"A": "its targets sum", None: "a row has no account"}),
        ("symbol", ["VTI", None, "VTI", " ", "GLD", "VTI", "BND"], None, dict.fromkeys("AB", "a row has no symbol")),
        ("cash", [Decimal(5), Decimal(6), *[Decimal(1)] * 5], None, {"A": "its rows name different amounts of cash"}),
        ("quantity", [1, -2, 3, 4, 5, 6, 7], pa.int32(), {"A": "the quantity of BND is below 0"}),
        (
            "value",
            [Decimal("1.0000001"), *[Decimal(900)] * 6],
            pa.decimal128(38, 18),
            {"A": "an amount of VTI has too many decimals; at most 6 are read"},
        ),
        ("price", [10, 10, 2**62, *[20] * 4], pa.int64(), {"B": "an amount of VTI is too large"}),
        ("value", [2**55] * 2 + [900] * 5, pa.uint64(), {"A": "its amounts are too large together"}),
    ],
)
def test_a_bad_row_is_named(name: str, values: list[Any], kind: pa.DataType, reasons: dict[str, str]) -> None:
    """Whatever its column holds instead."""
    found = {
        (row["account"], row["reason"]) for row in table([changed(name, values, kind)]).to_pylist() if row["reason"]
    }
    assert {account for account, _ in found} == set(reasons)
    assert all(reason.startswith(reasons[account]) for account, reason in found)


def test_columns_without_any_value_have_no_type() -> None:
    """Cash and targets that nobody names are none; accounts and symbols that nobody names are refused."""
    none = pa.nulls(7)
    batch = accounts(GOOD)
    for name in ("cash", "target"):
        unsaid = table([changed(name, none.to_pylist(), pa.null())], cash=20)
        assert unsaid.select(["shares", "status"]) == table([batch.drop_columns([name])], cash=20).select(
            ["shares", "status"]
        )
    for name, reason in (("account", "a row has no account"), ("symbol", "a row has no symbol")):
        found = table([changed(name, none.to_pylist(), pa.null())])
        assert set(found.column("reason").to_pylist()) == {reason}
        assert found.num_rows == 7


def test_an_account_too_large_for_a_level_is_refused() -> None:
    """Its sum has more than 62 bits, and nothing of it wraps around."""
    found = table([changed("value", [2**55] * 2 + [900] * 5, pa.uint64())], "level").to_pylist()
    assert [row["status"] for row in found] == ["refused"] * 2 + ["planned"] * 5
    assert found[0]["reason"] == "its amounts are too large together"


def test_what_cannot_be_a_batch_is_refused_at_once() -> None:
    """With everything that is wrong in one message."""
    batch = accounts(GOOD)
    floats = changed("value", [1.5] * 7, pa.float64()).drop_columns(["price"])
    with pytest.raises(DataError) as error:
        table([floats])
    assert {issue.code for issue in error.value.issues} == {"missing_column", "not_exact"}
    assert "decimal(18, 4)" in str(error.value)
    with pytest.raises(DataError, match="its type is date32"):
        table([changed("account", [1] * 7, pa.date32())])
    with pytest.raises(DataError, match="2 columns have this name"):
        table([batch.add_column(0, "price", batch.column("price"))])
    with pytest.raises(DataError, match="different columns"):
        table([batch, batch.drop_columns(["cash"])])


def test_rows_of_an_account_that_are_apart_are_noticed() -> None:
    """In one batch, in two, and where a stream is not sorted so that nobody could know."""
    batch = accounts(GOOD)
    rows = pa.concat_batches([batch, batch.slice(0, 1)])
    for places in ([], [3], [5], [7], [2, 5]):
        with pytest.raises(DataError, match="sort the input by account"):
            table(list(cut(rows, places)))
    with pytest.raises(DataError, match="sort among those of earlier rows"):
        table([accounts("A cash 1: VTI 1 @ 1\nZ cash 1: VTI 1 @ 1"), accounts("M cash 1: VTI 1 @ 1")])


def test_sorted_runs_are_remembered_by_their_ends() -> None:
    """Descending input, and pieces in any order, are no mistake; what lies in a run that has ended is."""
    order = AccountOrder()
    for low, high in ((50, 60), (61, 70), (20, 30), (10, 15), (31, 40)):
        order.add_run(low, high)
    for low, high in ((55, 56), (15, 16), (5, 100), (25, 35), (70, 71)):
        with pytest.raises(DataError):
            order.add_run(low, high)
    order.add_run(16, 19)
    few = AccountOrder(most=1)
    few.add_run(1, 2)
    few.add_run(5, 6)
    with pytest.raises(DataError):
        few.add_run(3, 4)
    falling = [accounts(f"{name} cash 1: VTI 1 @ 1") for name in "ZYXW"]
    assert table(falling).num_rows == 4


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("account", pa.large_string()),
        ("account", pa.dictionary(pa.int32(), pa.string())),
        ("symbol", pa.dictionary(pa.int8(), pa.string())),
        ("symbol", pa.string_view()),
        ("value", pa.decimal128(38, 18)),
        ("value", pa.decimal64(18, 4)),
        ("target", pa.decimal128(38, 18)),
        ("price", pa.decimal128(20, 4)),
    ],
)
def test_columns_may_have_any_exact_type(name: str, kind: pa.DataType) -> None:
    """The plan is the same."""
    batch = accounts(GOOD)
    columns = [batch.column(n).cast(kind) if n == name else batch.column(n) for n in batch.schema.names]
    other = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
    one, two = table([batch]), table([other])
    assert two.schema == schema_for(other.schema, BatchModel("whole"))
    assert one.select(["symbol", "shares"]) == two.select(["symbol", "shares"])
    assert [Decimal(v) for v in two.column("after").to_pylist()] == one.column("after").to_pylist()


def test_what_an_account_does_not_say_the_model_says() -> None:
    """Cash of the model is for accounts without their own."""
    batch = accounts("A cash -: VTI 100 @ 10\nB cash 70: VTI 100 @ 10")
    assert table([batch], cash="50.5").column("shares").to_pylist() == [5, 7]
    assert table([batch.drop_columns(["cash"])], cash=20).column("shares").to_pylist() == [2, 2]


def test_shares_that_are_said_count_before_the_value() -> None:
    """A quantity of 2 lets two shares be sold, whatever the value is worth."""
    batch = accounts("A cash -30: VTI 100 @ 10").append_column(
        "quantity", pa.array([Decimal("3.7")], pa.decimal128(9, 2))
    )
    assert table([batch], "exact").column("shares").to_pylist() == [-3]
    assert table([batch]).column("shares").to_pylist() == [-3]


def test_constraints_are_kept_by_the_exact_method() -> None:
    """Of an account's symbols those that it has; a fee is paid."""
    found = table([accounts(GOOD)], constraints=rules(never_buy=["BND", "XYZ"], fee_per_trade="1.5")).to_pylist()
    assert {row["quality"] for row in found} == {"exact"}
    assert all(row["shares"] <= 0 for row in found if row["symbol"] == "BND")
    assert sum(row["value"] for row in found[:2]) + found[0]["cash_left"] == 500 - Decimal("1.5")
    frozen = table([accounts(GOOD)], constraints=rules(frozen="BND", cash_buffer=100)).to_pylist()
    assert [row["target"] for row in frozen[:2]] == [1400, 500]


def test_a_smallest_trade_is_kept() -> None:
    """No trade is below it."""
    values = table([accounts(GOOD)], min_trade=260).column("value").to_pylist()
    assert all(not value or abs(value) >= 260 for value in values)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"quality": "best"}, "choose level or whole or exact or auto"),
        ({"min_trade": -1}, "0 or more is needed"),
        ({"threshold": -1}, "0 or more is needed"),
        ({"quality": "level", "min_trade": 5}, "choose exact"),
        ({"strategy": "hold"}, "try_avoid_sell or hard_rebalance"),
        ({"cash": "0.0000001"}, "7 decimals; at most 6"),
        ({"constraints": {"VTI": "0.1"}}, "a batch trades whole shares"),
    ],
)
def test_a_model_that_cannot_be_kept_is_refused(settings: dict[str, Any], message: str) -> None:
    """In one sentence."""
    from pbal_core import Constraints

    if "constraints" in settings:
        settings = {"constraints": Constraints(fractional=settings["constraints"])}
    with pytest.raises(RequestError, match=message):
        BatchModel(**settings)


def test_nothing_comes_of_nothing() -> None:
    """No batches, and batches without rows."""
    assert list(plan_batches([], BatchModel())) == []
    assert list(plan_batches([accounts(GOOD).slice(0, 0)], BatchModel())) == []


def test_a_batch_larger_than_the_cache_is_planned_in_pieces() -> None:
    """Pieces end between accounts; a single account may be larger than any piece."""
    batch = many_accounts(MOST_ROWS // 4, 9)
    pieces = list(plan_batches([batch], BatchModel("level")))
    assert [piece.num_rows for piece in pieces[-1:]] == [9]
    assert len(pieces) == 3
    assert all(piece.num_rows % 9 == 0 for piece in pieces)
    assert pa.Table.from_batches(pieces) == table(
        [batch.slice(i, 1800) for i in range(0, batch.num_rows, 1800)], "level"
    )
    rows = 2_000
    large = pa.record_batch({
        "account": pa.array(["A"] * rows), "symbol": pa.array([f"S{i}" for i in range(rows)]),
        "value": pa.array(range(rows)), "price": pa.array([10] * rows), "cash": pa.array([5000] * rows),
    })  # fmt: skip
    assert sum(table([large], "level").column("value").to_pylist()) == 5000
    assert table([large], "whole").column("status").unique().to_pylist() == ["planned"]


def test_the_input_is_not_changed() -> None:
    """Arrow's columns are shared with the caller."""
    batch, same = small_accounts(50), small_accounts(50)
    for quality in ("level", "whole", "auto"):
        table([batch], quality)
    assert batch.equals(same)


def test_no_rows_are_no_accounts() -> None:
    assert account_starts(pa.array([], pa.string())).tolist() == []
