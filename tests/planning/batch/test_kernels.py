"""What the kernels answer for many accounts is what ``rebalance`` answers for each, as well as they promise."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pbal_core import InfeasiblePlanError, Portfolio, Position, rebalance
from pbal_core.planning.batch import BatchModel, kernels, plan_batches
from pbal_core.planning.batch.model import Quality
from pbal_core.planning.batch.terms import Block, Terms
from pbal_core.planning.plan import Plan
from tests.known import known
from tests.made_accounts import accounts, many_accounts, small_accounts

STRATEGIES = ("try_avoid_sell", "hard_rebalance")


def planned(batch: pa.RecordBatch, quality: Quality, **settings: Any) -> pa.Table:
    return pa.Table.from_batches(plan_batches([batch], BatchModel(quality, **settings)))


def by_account(table: pa.Table) -> Iterator[list[dict[str, Any]]]:
    rows = table.to_pylist()
    begin = 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or rows[end]["account"] != rows[begin]["account"]:
            yield rows[begin:end]
            begin = end


def one_by_one(rows: list[dict[str, Any]], strategy: str, method: str = "exact") -> Plan:
    """The plan of one account by ``rebalance``."""
    held = Portfolio(Position(symbol=row["symbol"], value=row["value"], price=row["price"]) for row in rows)
    targets = {row["symbol"]: row["target"] for row in rows}
    given: dict[str, Any] = {} if None in targets.values() else {"targets": targets}
    return rebalance(held, rows[0]["cash"], strategy=strategy, method=method, **given)


def same_as_rebalance(batch: pa.RecordBatch, strategy: str) -> int:
    """Checks exact, whole and auto against ``rebalance``, account by account; how many were planned."""
    given = list(by_account(pa.Table.from_batches([batch])))
    tables = {
        quality: list(by_account(planned(batch, quality, strategy=strategy))) for quality in ("exact", "whole", "auto")
    }
    count = 0
    for asked, exact, whole, auto in zip(given, *tables.values(), strict=True):
        if exact[0]["status"] == "refused":
            with pytest.raises(InfeasiblePlanError) as error:
                one_by_one(asked, strategy)
            refused = {(row["status"], row["reason"]) for row in (*exact, *whole, *auto)}
            assert refused == {("refused", " ".join(str(error.value).split()))}
            continue
        plan = one_by_one(asked, strategy)
        count += 1
        assert [row["shares"] for row in exact] == [order.shares for order in plan.orders]
        assert [row["value"] for row in exact] == [order.value for order in plan.orders]
        assert {row["cash_left"] for row in exact} == {plan.cash_left}
        proof = known(plan.proof)
        assert {(row["distance"], row["lower_bound"], row["gap"]) for row in exact} == {
            (proof.objective, proof.lower_bound, proof.gap)
        }
        least = proof.objective + proof.idle - proof.gap
        slack = 1e-9 * (proof.objective + proof.idle) + 1e-9
        for row in (whole[0], auto[0]):
            value = row["distance"] + float(row["cash_left"])
            assert row["lower_bound"] <= proof.objective + proof.idle + slack
            assert value >= least - slack
            assert row["gap"] == pytest.approx(value - row["lower_bound"], abs=slack)
    return count


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_account_is_planned_as_rebalance_plans_it(strategy: str) -> None:
    """Exact is the same to the share; the gap of whole and auto is a true one."""
    assert same_as_rebalance(small_accounts(300), strategy) > 200
    assert same_as_rebalance(many_accounts(40, worth=(3, 5)), strategy) == 40
    assert same_as_rebalance(many_accounts(40, worth=(3, 5), cash=-1), strategy) == 40


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_thousand_accounts_are_planned_as_rebalance_plans_them(strategy: str) -> None:
    """The same with more of them; ``bench_batch --accounts`` compares any number."""
    assert same_as_rebalance(small_accounts(1_000, seed=2), strategy) > 680
    assert same_as_rebalance(many_accounts(100, 8, worth=(3.5, 5.5), seed=2), strategy) == 100


def columns(table: pa.Table, *names: str) -> list[np.ndarray]:
    """Columns as integers of a hundredth, or as they are."""
    return [
        np.array([int(v * 100) for v in column.to_pylist()])
        if pa.types.is_decimal((column := table.column(name)).type)
        else column.to_numpy(zero_copy_only=False)
        for name in names
    ]


@pytest.mark.parametrize("cash", [1, 0, -1])
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("quality", ["level", "whole", "auto"])
def test_the_laws_hold_for_every_account(quality: Quality, strategy: str, cash: int) -> None:
    """Cash identity, no overspending, direction, holdings, nothing kept that was sold, finite numbers."""
    size = 10
    batch = many_accounts(150, size, worth=(3.5, 5.5), cash=cash)
    given = pa.Table.from_batches([batch])
    table = planned(batch, quality, strategy=strategy)
    assert set(table.column("status").to_pylist()) == {"planned"}
    moved, after, left = columns(table, "value", "after", "cash_left")
    value, price, amount = columns(given, "value", "price", "cash")
    shaped = (-1, size)
    assert (left[::size] + moved.reshape(shaped).sum(axis=1) == amount[::size]).all()
    assert (left >= 0).all()
    assert (after == value + moved).all()
    assert (after >= 0).all()
    if strategy == "try_avoid_sell":
        assert ((moved >= 0) if cash >= 0 else (moved <= 0)).all()
    if quality != "level":
        shares = table.column("shares").to_numpy()
        assert (shares * price == moved).all()
        assert (-shares * price <= value).all()
        assert not ((shares < 0) & (price <= left)).any()
        parts = np.array([int(t * 10_000) for t in given.column("target").to_pylist()])
        total = np.repeat(value.reshape(shaped).sum(axis=1) + amount[::size], size)
        target = parts * total  # in 1/10,000 of a cent
        off, one_less = np.abs(after * 10_000 - target), np.abs((after - price) * 10_000 - target)
        assert ((shares <= 0) | (off <= one_less)).all()
    else:
        assert (left < size).all()
    for name in ("distance", "lower_bound", "gap"):
        assert np.isfinite(table.column(name).to_numpy()).all()
    assert (table.column("gap").to_numpy() >= 0).all()


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("quality", ["level", "whole", "auto"])
def test_the_laws_hold_for_accounts_of_all_sizes_in_any_order(quality: Quality, strategy: str) -> None:
    """One to five positions in no order, zero targets and equal ones, few shares, contributions and withdrawals."""
    batch = small_accounts(1_500, seed=7)
    order = np.lexsort([np.random.default_rng(7).random(batch.num_rows), batch.column("account").to_numpy(False)])
    table = planned(batch.take(pa.array(order)), quality, strategy=strategy)
    good = pc.equal(table.column("status"), "planned").combine_chunks()
    table, given = table.filter(good), pa.Table.from_batches([batch.take(pa.array(order))]).filter(good)
    moved, after, left, wanted = columns(table, "value", "after", "cash_left", "target")
    value, price, amount = columns(given, "value", "price", "cash")
    names = given.column("account").to_numpy(False)
    starts = np.flatnonzero(np.append(True, names[1:] != names[:-1]))
    assert starts.size > 1_000
    assert (left[starts] + np.add.reduceat(moved, starts) == amount[starts]).all()
    assert (left >= 0).all()
    assert (after == value + moved).all()
    assert (after >= 0).all()
    assert (moved[wanted == 0] <= 0).all()
    assert (wanted == 0).any()
    assert (moved < 0).any()
    if strategy == "try_avoid_sell":
        assert (np.where(amount >= 0, moved, -moved) >= 0).all()
    if quality != "level":
        shares = table.column("shares").to_numpy()
        assert (shares * price == moved).all()
        kept = (shares < 0) & (price <= left) & (wanted > 0)
        assert not kept.any()


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("cash", [1, -1])
def test_auto_is_within_its_threshold_or_proven(strategy: str, cash: int) -> None:
    """At least 99.9 % of what the account can gain is there, or the exact method gave the plan."""
    batch = many_accounts(300, worth=(4, 6), cash=cash)
    given = pa.Table.from_batches([batch])
    table = planned(batch, "auto", strategy=strategy)
    value, amount = columns(given, "value", "cash")
    target = columns(table, "target")[0]
    before = ((value - target) ** 2 / target).reshape(-1, 10).sum(axis=1) + np.abs(amount[::10])
    bound = table.column("lower_bound").to_numpy()[::10] * 100
    gap, quality = table.column("gap").to_numpy()[::10], table.column("quality").to_numpy(zero_copy_only=False)[::10]
    assert set(quality) == {"whole", "exact"}
    gain = (before - bound)[quality == "whole"]
    assert (gap[quality == "whole"] * 100 <= 0.001 * gain * (1 + 1e-6)).all()
    proven = planned(batch, "auto", strategy=strategy, threshold=0)
    at_once = proven.column("quality").to_numpy(zero_copy_only=False) == "whole"
    assert (proven.column("gap").to_numpy()[at_once] == 0).all()


def filled(rows: list[dict[str, Any]], strategy: str) -> list[Fraction]:
    """The water level of one account in fractions, by looking at every set of lowest or highest assets."""
    weights = [Fraction(1, len(rows)) if row["target"] is None else Fraction(row["target"]) for row in rows]
    weights = [w / sum(weights) for w in weights]
    values, cash = [Fraction(row["value"]) for row in rows], Fraction(rows[0]["cash"])
    if strategy == "hard_rebalance":
        return [w * (sum(values) + cash) for w in weights]
    order = sorted((i for i, w in enumerate(weights) if w), key=lambda i: values[i] / weights[i], reverse=cash < 0)
    idle = [i for i, w in enumerate(weights) if not w]
    if cash < 0:
        first = min(-cash, sum((values[i] for i in idle), Fraction(0)))
        values = lowered(values, idle, first)
        cash += first
    best = values
    for count in range(1, len(order) + 1):
        some = order[:count]
        level = (sum(values[i] for i in some) + cash) / sum(weights[i] for i in some)
        raised = [level * weights[i] if i in some else value for i, value in enumerate(values)]
        pairs = zip(raised, values, strict=True)
        if all(after >= before if cash >= 0 else after <= before for after, before in pairs):
            best = raised
    return best


def lowered(values: list[Fraction], members: list[int], amount: Fraction) -> list[Fraction]:
    """An amount taken from the largest of some assets, down to one level."""
    values = list(values)
    for count in range(1, len(members) + 1):
        some = sorted(members, key=lambda i: -values[i])[:count]
        level = (sum(values[i] for i in some) - amount) / count
        following = max((values[i] for i in members if i not in some), default=Fraction(0))
        if level >= following:
            return [level if i in some else value for i, value in enumerate(values)]
    return values


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_level_is_water_filling(strategy: str) -> None:
    """To a cent a position, and what the rounding leaves goes to the largest trade."""
    batch = small_accounts(400, seed=3)
    refused = 0
    for asked, found in zip(
        by_account(pa.Table.from_batches([batch])), by_account(planned(batch, "level", strategy=strategy)), strict=True
    ):
        held, cash = sum(row["value"] for row in asked), asked[0]["cash"]
        if found[0]["status"] == "refused":
            assert held + cash < 0
            assert "cannot be raised" in found[0]["reason"]
            refused += 1
            continue
        assert sum(row["value"] for row in found) + found[0]["cash_left"] == cash
        assert found[0]["cash_left"] >= 0
        for row, want in zip(found, filled(asked, strategy), strict=True):
            assert abs(Fraction(row["after"]) - want) <= Fraction(len(asked), 100)
    assert refused < 120


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_kernel_and_the_fractions_find_the_same_level(strategy: str) -> None:
    """An account whose amounts are too large for floats has the level of the same account in smaller money."""
    text = "A cash {c}: VTI {a} @ 10 = 0.5; BND {b} @ 10 = 0.3; OLD {o} @ 10 = 0.2"
    for cash in (500, 5000, -500, -3000):
        small, large = (
            planned(
                accounts(text.format(a=1000 * m, b=2000 * m, o=700 * m, c=cash * m)), "level", strategy=strategy
            ).to_pylist()
            for m in (1, 5 * 10**9)
        )
        for one, other in zip(small, large, strict=True):
            assert {one["status"], other["status"]} == {"planned"}
            assert abs(one["after"] - other["after"] / (5 * 10**9)) <= Decimal("0.03")


def test_a_contribution_goes_to_the_lowest() -> None:
    """100 and 300 in equal weights and 200 of cash: all goes to the first."""
    table = planned(accounts("A cash 200: LOW 100 @ 10; HIGH 300 @ 10"), "level")
    assert table.column("value").to_pylist() == [200, 0]
    assert table.column("shares").to_pylist() == [20, 0]
    assert table.column("gap").to_pylist() == [0, 0]


def test_a_concentrated_account_still_has_a_bound() -> None:
    """A withdrawal that starts far above the cap of the level is not proven, nor is its bound nothing."""
    table = planned(accounts("A cash -100: ONE 100000 @ 70 = 0.1; TWO 100 @ 9 = 0.9"), "whole").to_pylist()
    plan = planned(accounts("A cash -100: ONE 100000 @ 70 = 0.1; TWO 100 @ 9 = 0.9"), "exact").to_pylist()
    assert 0 < table[0]["lower_bound"] <= plan[0]["distance"] + float(plan[0]["cash_left"])


@pytest.mark.parametrize("quality", ["whole", "auto"])
def test_amounts_whose_products_do_not_fit_are_planned_alone(quality: Quality) -> None:
    """2.5 trillion dollars with weights of four decimals: the exact method's integers have no end."""
    text = "A cash 50000000000: VTI 1500000000000 @ 250 = 0.6123; BND 1000000000000 @ 80 = 0.3877"
    table = planned(accounts(text), quality).to_pylist()
    assert {row["quality"] for row in table} == {"exact"}
    assert table == planned(accounts(text), "exact").to_pylist()


def test_what_is_not_settled_in_few_steps_is_planned_alone() -> None:
    """A dear share leaves many lots of two cheap ones to take back, in turn; of one alone they are taken at once."""
    one = "A cash 1450: DEAR 0 @ 1000 = 0.5; CHEAP 0 @ 1 = 0.5"
    two = "A cash 1450: DEAR 0 @ 1000 = 0.5; CHEAP 0 @ 1 = 0.25; OTHER 0 @ 1.01 = 0.25"
    assert set(planned(accounts(one), "whole").column("quality").to_pylist()) == {"whole"}
    assert set(planned(accounts(two), "whole").column("quality").to_pylist()) == {"exact"}
    assert planned(accounts(two), "whole") == planned(accounts(two), "exact")


def test_a_fund_without_a_target_is_sold_whole_in_a_hard_rebalance() -> None:
    """By the kernel too, and the cash goes to the others."""
    text = "A cash 0: OLD 950 @ 100 = 0; VTI 1000 @ 50 = 0.5; BND 1000 @ 50 = 0.5"
    table = planned(accounts(text), "whole", strategy="hard_rebalance").to_pylist()
    assert [row["shares"] for row in table] == [-9, 9, 9]
    assert {(row["quality"], row["cash_left"]) for row in table} == {("whole", 0)}


def test_asking_again_gives_no_trade() -> None:
    """Exact plans of investments are complete: applied, and asked again with the cash that is left, they do nothing."""
    batch = many_accounts(30, 5, worth=(3, 4))
    table = planned(batch, "exact")
    new = {"value": table.column("after"), "cash": table.column("cash_left")}
    again = pa.Table.from_batches([batch])
    for name, column in new.items():
        again = again.set_column(again.schema.get_field_index(name), name, column)
    (again,) = again.combine_chunks().to_batches()
    assert set(planned(again, "exact").column("shares").to_pylist()) == {0}


@pytest.mark.parametrize("quality", ["level", "whole", "auto", "exact"])
def test_scaling_all_dollars_scales_the_plan(quality: Quality) -> None:
    """The same shares, and ten times the money."""
    text = "A cash {c}: VTI {a} @ {p} = 0.6; BND {b} @ {q} = 0.4"
    one, ten = (
        planned(accounts(text.format(a=1000 * m, b=900 * m, p=23 * m, q=11 * m, c=333 * m)), quality) for m in (1, 10)
    )
    if quality != "level":
        assert one.column("shares") == ten.column("shares")
    pairs = zip(one.column("value").to_pylist(), ten.column("value").to_pylist(), strict=True)
    assert all(abs(10 * less - more) <= Decimal("0.1") for less, more in pairs)


def test_a_dollar_more_never_lowers_the_level() -> None:
    """The lowest share of the target after the level of a larger contribution is no lower."""
    text = "\n".join(
        f"A{c:04d} cash {c}: VTI 1000 @ 250 = 0.5; BND 300 @ 75 = 0.3; GLD 100 @ 20 = 0.2" for c in range(900)
    )
    after = np.array([float(v) for v in planned(accounts(text), "level").column("after").to_pylist()]).reshape(-1, 3)
    levels = (after / [0.5, 0.3, 0.2]).min(axis=1)
    assert (np.diff(levels) >= -0.2).all()
    assert levels[-1] > levels[0] + 1000


def block_of(draw: np.random.Generator, most: int, whole: int, count: int = 2_000) -> Block:
    """Accounts of four assets with halves and quarters among them, and amounts up to ``most``."""
    values, prices = draw.integers(0, most, (4, count)), draw.integers(1, 50, (4, count)) * 2
    parts = draw.multinomial(whole, [0.25] * 4, count).T
    given = {"values": values, "prices": prices, "parts": parts, "low": -(values // prices)}
    cash = draw.integers(0, most, count)
    more = {"whole": np.full(count, whole), "cash": cash, "total": values.sum(axis=0) + cash}
    return Block(buys=np.ones(count, dtype=bool), **{name: c.astype(np.float64) for name, c in (given | more).items()})


@pytest.mark.parametrize(("most", "whole"), [(200, 8), (10**6, 7), (2**40, 1_000), (2**44, 10_000)])
def test_targets_and_reach_are_exact(most: int, whole: int) -> None:
    """Ties too: as fractions say, whether floats or integers are asked."""
    block = block_of(np.random.default_rng(whole), most, whole)
    targets, reach = block.targets(), Terms.of(block).high
    for i, j in np.ndindex(4, 300):
        target = Fraction(int(block.parts[i, j]) * int(block.total[j]), whole)
        lots = (target - int(block.values[i, j])) / int(block.prices[i, j]) + Fraction(1, 2)
        assert targets[i, j] == round(target)
        assert reach[i, j] == (max(0, lots.__floor__()) if block.parts[i, j] else 0)


def test_fractions_of_shares_are_rounded_towards_no_trade() -> None:
    """To a millionth: 29 dollars in shares of 100 are 0.29, though floats say a hair less."""
    table = planned(accounts("A cash 29: VTI 0 @ 100\nB cash -29: VTI 100 @ 100\nC cash 2: VTI 0 @ 3"), "level")
    assert table.column("shares").to_pylist() == [Decimal("0.29"), Decimal("-0.29"), Decimal("0.666666")]


def test_exchanges_that_are_cut_short_leave_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own bound holds, and so does that of all exchanges."""
    batch = many_accounts(300, 12, seed=5)
    best = planned(batch, "auto").to_pylist()
    monkeypatch.setattr(kernels, "_MOST_SWAPS", 1)
    cut = planned(batch, "auto").to_pylist()
    assert {row["status"] for row in cut} == {row["status"] for row in best}
    for row, full in zip(cut, best, strict=True):
        if row["status"] == "planned":
            value, least = (each["distance"] + float(each["cash_left"]) for each in (row, full))
            assert row["lower_bound"] <= value + 1e-6
            assert full["lower_bound"] <= value + 1e-6
            assert least <= value + row["gap"] + full["gap"] + 1e-6
