"""The landmarks of the slider of cash: amounts that somebody looks for, and only those that are true."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pbal_core import Targets
from pbal_core.planning.answer import basis_of
from pbal_core.planning.problem import prepare
from pbal_core.views.drift import Band, drift_report, least_cash_to_target
from pbal_core.views.landmarks import all_in_band, landmarks_for
from tests.build import portfolio
from tests.made import made_portfolio

HELD = portfolio("A 60 @ 1; B 40 @ 1")


def found(held: Any = HELD, cash: Any = None, **settings: Any) -> Any:
    return {mark.key: mark.amount for mark in landmarks_for(prepare(held, **settings), cash)}


def test_the_worked_number() -> None:
    """60 and 40 at equal targets: 45 % is reached with 9.09 dollars, and the targets with 20."""
    assert found() == {"nothing": 0, "band": 10, "target": 20}


def test_a_band_of_ones_own_has_a_landmark_of_its_own() -> None:
    """60 and 40, each within two points of a half: 48 % is reached with 15.39 dollars."""
    marks = landmarks_for(prepare(HELD), band=Band("0.25", "0.02"))
    assert {mark.key: mark.amount for mark in marks} == {"nothing": 0, "band": 16, "target": 20}
    assert all(mark.key != "band" for mark in landmarks_for(prepare(HELD), band=Band(1, "0.1")))


def test_they_are_in_the_order_of_their_amounts() -> None:
    marks = landmarks_for(prepare(HELD), Decimal("12.34"))
    assert [mark.key for mark in marks] == ["nothing", "band", "found", "target"]


@pytest.mark.parametrize("cash", [None, Decimal(0), Decimal(-5), Decimal("1.234567")])
def test_cash_that_is_none_is_not_found(cash: Decimal | None) -> None:
    """Nothing, a debt, or an amount that the plan cannot hold."""
    assert "found" not in found(cash=cash)


def test_a_rebalance_that_sells_needs_no_cash() -> None:
    assert found(strategy="hard_rebalance", cash=Decimal(5)) == {"nothing": 0, "found": 5}


def test_what_is_in_band_needs_no_landmark() -> None:
    assert found(portfolio("A 51 @ 1; B 49 @ 1")) == {"nothing": 0, "target": 2}
    assert found(portfolio("A 50 @ 1; B 50 @ 1")) == {"nothing": 0}
    assert found(portfolio("A 0 @ 1; B 0 @ 1")) == {"nothing": 0}


def test_what_no_cash_can_do_is_not_promised() -> None:
    """A fund without a target, one that may not be bought, and one that is frozen."""
    assert found(targets={"B": 100}) == {"nothing": 0}
    assert found(never_buy="B") == {"nothing": 0}
    assert found(frozen="B") == {"nothing": 0}, "A alone is always at its target"
    assert set(found(portfolio("A 60 @ 1; B 40 @ 1; ICE 50 @ 1"), frozen="ICE")) == {"nothing", "band"}


def test_cash_that_is_to_stay_comes_on_top() -> None:
    assert found(cash_buffer=7) == {"nothing": 0, "band": 17, "target": 27}


def test_the_target_is_the_figure_of_the_drift_report() -> None:
    held = made_portfolio(12)
    assert found(held)["target"] == least_cash_to_target(held)


@pytest.mark.parametrize("seed", range(5))
def test_the_band_is_that_of_the_drift_report(seed: Any) -> None:
    held = made_portfolio(8, seed)
    report = drift_report(held)
    weights, targets = [row.weight for row in report.rows], [row.target for row in report.rows]
    assert all_in_band(weights, targets, Band()) == (not report.act)


def test_substitutes_are_in_their_band_together() -> None:
    """66 % of a target of 60 % are out of band, though neither fund is by itself; landmarks are of the set, too."""
    held = portfolio("VTI 3000 @ 250; VTSAX 3600 @ 120; BND 3400 @ 75")
    targets = Targets({"US": 60, "BND": 40}, substitutes={"US": ["VTI", "VTSAX"]})
    problem = prepare(held, method="exact", targets=targets)
    basis = basis_of(problem)
    assert not all_in_band(basis.by_asset(basis.weights), basis.by_asset(basis.targets_before), Band())
    marks = {mark.key: mark.amount for mark in landmarks_for(problem)}
    assert marks["target"] == least_cash_to_target(held, targets) == 1000
    assert marks["band"] == Decimal(154)
