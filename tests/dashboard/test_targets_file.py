"""A targets file that is dropped at the head of the page, alone or with positions."""

from __future__ import annotations

from decimal import Decimal

import pytest
import streamlit as st

from pbal_core.dashboard import ladder_panel, positions, state, wanted
from pbal_core.policy.policy import Policy
from pbal_core.policy.targets import Targets
from tests.build import portfolio

OWN = b"Symbol,Shares,Price\nVTI,10,250.00\nBND,20,75.00\n"
TARGETS = Policy(targets=Targets({"VTI": 60, "BND": 40})).to_toml().encode()


@pytest.fixture(autouse=True)
def page(monkeypatch: pytest.MonkeyPatch) -> state.Page:
    """A page with the sample, outside a run."""
    settings = {"cash": Decimal(100), "min_trade": Decimal(0), "strategy": "try_avoid_sell", "method": "exact"}
    monkeypatch.setattr(st, "session_state", settings)
    state.begin(state.Page(current=positions.sample()))
    return state.page()


def test_saved_targets_are_dropped_with_the_positions(page: state.Page) -> None:
    """Both count, in either order, alone, or where files are added."""
    for files in ([("own.csv", OWN), ("targets.toml", TARGETS)], [("targets.toml", TARGETS), ("own.csv", OWN)]):
        page.policy = Policy()
        positions.take(files)
        assert (page.waiting, page.current.name, page.household) == (None, "own.csv", None)
        assert wanted.weights_of(page.policy) == {"VTI": 60, "BND": 40}
    for drop in (positions.take, positions.add):
        page.policy, page.changing, version = Policy(), True, page.version
        drop([("Targets.TOML", b"\xef\xbb\xbf" + TARGETS)])
        assert (page.waiting, page.changing, page.current.name) == (None, False, "own.csv")
        assert wanted.weights_of(page.policy) == {"VTI": 60, "BND": 40}
        assert page.version > version


def test_unusable_targets_are_refused_with_all_that_is_wrong(page: state.Page) -> None:
    """Nothing of the drop counts, and the file is named."""
    bad = b"[targets]\nVTI = 60\nBND = 50\n"
    far = b"[targets]\nVTI = 100\n[constraints]\ncash_buffer = 1e13\n"
    for files in ([("t.toml", bad)], [("t.toml", far)], [("t.toml", TARGETS), ("u.toml", TARGETS)]):
        positions.take([*files, ("own.csv", OWN)])
        assert page.waiting is not None
        assert page.waiting.name == "t.toml"
        assert page.current.sample
        assert page.policy == Policy()
        said = page.waiting.issues[0].message
    assert "load one at a time" in said


def test_other_toml_is_still_a_household(page: state.Page) -> None:
    """What names accounts, or neither targets nor constraints, is judged as a household's file."""
    for data in (b"[targets]\nVTI = 100\n[accounts.IRA]\nnumber = 1\n", b"", b"cash = 1", b"not toml"):
        positions.take([("house.toml", data), ("own.csv", OWN)])
        assert page.waiting is not None
        assert {issue.code for issue in page.waiting.issues} == {"household"}


@pytest.mark.usefixtures("page")
def test_steps_of_the_ladder_that_read_alike_look_alike() -> None:
    """A step is drawn as high as it is better; only a point and more fills the height."""
    held = portfolio("A 500 @ 50; B 490 @ 7; C 480 @ 3")
    steps = ladder_panel._steps(held, Policy())
    values = [float(step["value"].removesuffix(" %")) for step in steps]
    assert len(steps) > 1
    span = max(1.0, max(values) - min(values))
    for step, value in zip(steps, values, strict=True):
        assert step["rise"] == pytest.approx((value - min(values)) / span, abs=0.11)
