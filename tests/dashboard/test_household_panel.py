"""The household on the page: offered where accounts are added up, planned with its own cash, and taken back."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pbal_core.dashboard import households, keep, state
from pbal_core.dashboard.household_panel import _Asked, along, new_memory, take
from pbal_core.dashboard.settings import read_settings
from pbal_core.policy.policy import Policy
from pbal_core.policy.targets import Targets
from pbal_core.views.household_page import household_states
from pbal_core.views.session import dumps

from .test_households import FIDELITY, FILE, PLAIN, VANGUARD, loaded

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parent.parent.parent
TARGETS = "[targets]\nVTI = 50\nBND = 30\nVNQ = 20\n"


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()


def load(app: AppTest, **files: str) -> AppTest:
    named = [(name.replace("__", "."), text.encode(), "text/csv") for name, text in files.items()]
    app.file_uploader(key="upload").set_value(named).run()
    assert not app.exception
    return app


def page(app: AppTest) -> Any:
    return app.session_state["page"]


def cash(app: AppTest) -> dict[str, Decimal]:
    return {account.name: account.cash for account in page(app).household.accounts}


def test_accounts_that_are_added_up_are_offered_to_be_planned_each(app: Any) -> None:
    """With the cash that was found; Back takes it back, no address says anything of it, one account never sees it."""
    labels = [button.label for button in app.button]
    assert "Plan each account" not in labels
    load(app, fidelity__csv=FIDELITY)
    assert "as a household" in app.caption[0].value
    before = dict(app.query_params)
    app.button(key="household-begin").click().run()
    assert not app.exception
    assert cash(app) == {"Individual": Decimal("3512.40"), "Rollover IRA": 0}
    assert [radio.key for radio in app.radio] == ["strategy"]
    assert not any("4321" in value or "Individual" in value for value in app.query_params.values())
    app.query_params.clear()
    app.query_params.update(before)
    app.run()
    assert page(app).household is None
    assert [radio.key for radio in app.radio] == ["strategy", "method"]
    assert app.session_state["method"] == "exact"


def test_what_is_said_of_several_files_is_said_in_both_ways(app: Any) -> None:
    """Two prices of one symbol; with one account left, the page is that of a single one again."""
    load(app, fidelity__csv=FIDELITY, vanguard__csv=VANGUARD)
    newer = "VTI costs 250.00 in fidelity.csv and 248.00 in vanguard.csv; the newer one, of fidelity.csv, is used."
    assert any(newer in caption.value.replace("\\", "") for caption in app.caption)
    app.button(key="household-begin").click().run()
    assert len(cash(app)) == 3
    assert any(newer in caption.value.replace("\\", "") for caption in app.caption)
    app.button(key="see").click().run()
    app.multiselect[0].set_value(["99992222"]).run()
    next(button for button in app.button if button.label == "Use these accounts").click().run()
    assert not app.exception
    assert page(app).household is None
    assert "Plan each account" not in [button.label for button in app.button]


def test_a_household_file_is_dropped_with_the_positions(app: Any) -> None:
    """It names the accounts, says what belongs where, and brings the targets."""
    load(app, fidelity__csv=FIDELITY, roth__csv=PLAIN, home__toml=TARGETS + FILE)
    assert cash(app) == {"Joint": 100, "IRA": 0, "Roth": 0, "New": 0}
    assert page(app).policy.targets == Targets({"VTI": 50, "BND": 30, "VNQ": 20})
    assert not app.error


def test_a_household_file_that_does_not_fit_changes_nothing(app: Any) -> None:
    """Everything that is wrong is said at once; without positions it says what is missing."""
    load(app, home__toml=FILE)
    assert "not loaded" in app.error[0].value
    assert any("load them with it" in text.value for text in app.text)
    load(app, fidelity__csv=FIDELITY, home__toml=FILE)
    assert page(app).household is None
    assert any("the file roth.csv is not among fidelity.csv" in text.value for text in app.text)
    app.button(key="change").click().run()
    load(app, fidelity__csv=FIDELITY, home__toml="[accounts.A]\nkind = 'x'\nmenu = 1\n")
    assert len([text for text in app.text if text.value.startswith("A: ")]) == 2


def test_a_file_that_could_not_be_read_is_missing_until_it_is_left_out(app: Any) -> None:
    """Beside the household, also after Undo; the drift of all accounts is said meanwhile."""
    load(app, fidelity__csv=FIDELITY, damaged__csv=VANGUARD.replace("40,248.00", "many,much"))
    next(button for button in app.button if button.label == "Plan each account").click().run()
    assert len(cash(app)) == 2
    before = dict(app.query_params)
    app.radio(key="strategy").set_value("hard_rebalance").run()
    app.query_params.clear()
    app.query_params.update(before)
    app.run()
    assert not app.exception
    assert app.session_state["strategy"] == "try_avoid_sell"
    (error,) = app.error
    assert error.value.startswith("damaged\\.csv was not loaded: 2 problems were found. The plan is without it.")
    assert any(text.value.startswith("2 of 2 funds are out of band: ") for text in app.text)
    next(button for button in app.button if button.label.startswith("Leave out")).click().run()
    assert not app.error
    assert len(cash(app)) == 2


def test_accounts_are_named_and_taxed_on_the_page(app: Any) -> None:
    """A name that another account has changes nothing; the end of it all is one plan for the sum."""
    load(app, fidelity__csv=FIDELITY)
    app.button(key="household-begin").click().run()
    app.session_state["accounts_panel"] = True
    app.run()
    app.text_input[0].set_value("Joint").run()
    app.selectbox[0].set_value("free").run()
    app.multiselect[0].set_value(["VTI", "BND"]).run()
    app.text_input[1].set_value("joint").run()
    first, second = page(app).household.accounts
    assert (first.name, first.kind, first.menu, second.name) == ("Joint", "free", ("VTI", "BND"), "Rollover IRA")
    assert "name of its own" in app.warning[0].value
    app.button(key="household-end").click().run()
    assert page(app).household is None


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> state.Page:
    """A page with three accounts, outside a run."""
    monkeypatch.setattr(st, "session_state", {"min_trade": Decimal(0), "strategy": "try_avoid_sell", "method": "exact"})
    current = loaded(fidelity=FIDELITY, vanguard=VANGUARD)
    state.begin(state.Page(current=current, household=households.begin(current)))
    return state.page()


def test_amounts_of_the_browser_count_together_or_not_at_all(asked: state.Page) -> None:
    """Text as people write it; what cannot be read is said beside its box."""
    memory = new_memory()
    take({"n": 3, "cash": ["$1,000", "-2500.50", "0"], "min_trade": "50", "reached": 1}, memory)
    assert asked.household is not None
    assert [account.cash for account in asked.household.accounts] == [1000, Decimal("-2500.50"), 0]
    assert (st.session_state["min_trade"], memory["n"], memory["reached"]) == (50, 3, 1)
    take({"n": 4, "cash": ["5", "many", "0.001"], "min_trade": "50"}, memory)
    assert [account.cash for account in asked.household.accounts] == [1000, Decimal("-2500.50"), 0]
    assert set(memory["errors"]) == {"Rollover IRA", "Vanguard 2222"}
    assert memory["typed"]["Rollover IRA"] == "many"


@pytest.mark.parametrize(
    "request_", [None, [], {"cash": "5"}, {"cash": ["1", "2"]}, {"n": "x", "reached": 99, "have": 3}, {"reached": True}]
)
def test_what_is_no_request_changes_nothing(asked: state.Page, request_: object) -> None:
    before, memory = asked.household, new_memory()
    take(request_, memory)
    assert asked.household == before
    assert (memory["n"], memory["errors"]) == (0, {})


def test_the_slice_of_a_slider_is_what_is_planned_beside_the_others(asked: state.Page) -> None:
    """Sent once somebody reaches for it; the committed plan and every sheet only where they are new."""
    memory = new_memory()
    policy = Policy(targets=Targets({"VTI": 60, "BND": 40}))
    assert asked.household is not None
    question = _Asked.of(asked.current, asked.household, policy)
    data = question.data(memory)
    assert data["sheet"]["id"] == data["ids"]["sheet"]
    assert data["slice"] is None
    assert data["cash"][0] == {"value": "3512.4", "label": "$3,512.40", "error": ""}
    memory["reached"] = 0
    data = question.data(memory)
    assert data["sheet"] is None
    states = data["slice"]["states"]
    assert data["slice"]["of"] == data["point"]["id"]
    assert [mark["words"] for mark in states["landmarks"]] == [
        "nothing to invest or to withdraw", "the cash found in the file"]  # fmt: skip
    assert question.plan is not None
    rows, plan = question.rows, question.plan
    assert along(rows, question.prepared, plan, 0, question) == states
    beside = question.prepared.beside(plan, "Individual")
    for place in states["places"][:: len(states["places"]) // 7]:
        amount = question.axes[0][place]
        outcomes = rows.committed(plan)
        outcomes[0] = rows.along(0, question.prepared.accounts["Individual"], amount, beside.solve(amount))
        one = household_states(rows, [outcomes])
        assert states["sentence"]["states"][states["sentence"]["at"][place]] == one["sentence"]["states"][0]


def test_the_slice_of_the_minimum_trade_is_what_is_planned_for_it(asked: state.Page) -> None:
    """The plans of all accounts; the slider is the last one, and where there is no plan it has none, either."""
    st.session_state["min_trade"] = Decimal(130)  # between two positions
    policy = Policy(targets=Targets({"VTI": 60, "BND": 40}))
    assert asked.household is not None
    question = _Asked.of(asked.current, asked.household, policy)
    data = question.data(new_memory() | {"reached": 3})
    states = data["slice"]["states"]
    assert (data["slice"]["slider"], data["slice"]["of"]) == (3, data["point"]["id"])
    assert states["places"] == list(range(len(question.smallest)))
    assert question.plan is not None
    for place in states["places"][::9]:
        plan = question.ask(question.smallest[place])
        one = household_states(question.rows, [question.rows.committed(plan)])
        assert states["sentence"]["states"][states["sentence"]["at"][place]] == one["sentence"]["states"][0]
    refused = households.with_cash(asked.household, {"Rollover IRA": Decimal(-90_000)})
    assert _Asked.of(asked.current, refused, policy).data(new_memory() | {"reached": 3})["slice"] is None


def test_a_far_amount_widens_a_slider_while_it_is_asked_for(asked: state.Page) -> None:
    """One slip of the finger does not leave a slider that no hand can use."""
    assert asked.household is not None
    known = asked.household
    name = known.accounts[0].name

    def ends(amount: int) -> tuple[Decimal, Decimal]:
        household = households.with_cash(known, {name: Decimal(amount)})
        axis = _Asked.of(asked.current, household, Policy()).axes[0]
        return axis[0], axis[-1]

    usual = ends(100)
    assert ends(30_000_000)[1] >= 30_000_000
    assert ends(100) == usual


def test_where_nothing_can_be_raised_the_view_says_so(asked: state.Page) -> None:
    """The amounts stay where they are, to be changed."""
    assert asked.household is not None
    household = households.with_cash(asked.household, {"Rollover IRA": Decimal(-90_000)})
    question = _Asked.of(asked.current, household, Policy())
    data = question.data(new_memory() | {"reached": 1})
    assert question.plan is None
    assert data["slice"] is None
    (sentence,) = data["point"]["states"]["sentence"]["states"]
    assert sentence.startswith("No plan. Rollover IRA: ")
    assert data["cash"][1]["value"] == "-90000"


def test_a_saved_session_brings_the_household_back(app: Any) -> None:
    """With kinds, menus and cash; saved again it is the same, byte for byte."""
    load(app, fidelity__csv=FIDELITY, roth__csv=PLAIN, home__toml=TARGETS + FILE)
    first = page(app)
    settings, _ = read_settings({name: app.session_state[name] for name in state.SETTINGS})
    text = dumps(keep.session_of(first, settings))
    assert "Z31074321" not in text
    fresh = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    load(fresh, mine__pbal__json=text)
    assert [(a.name, a.kind, a.menu, a.cash) for a in page(fresh).household.accounts] == [
        (a.name, a.kind, a.menu, a.cash) for a in first.household.accounts]  # fmt: skip
    assert page(fresh).household.location == first.household.location
    again = dumps(keep.session_of(page(fresh), settings))
    assert again == text


def test_next_quarter_a_newer_file_meets_the_saved_household(app: Any) -> None:
    """Its accounts are newer, the others stay as they were saved, and that is said."""
    load(app, fidelity__csv=FIDELITY, roth__csv=PLAIN, home__toml=TARGETS + FILE)
    settings, _ = read_settings({name: app.session_state[name] for name in state.SETTINGS})
    text = dumps(keep.session_of(page(app), settings))
    fresh = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    newer = FIDELITY.replace(",100,$250.00,$0.10,$25000.00", ",110,$260.00,$0.10,$28600.00").replace("Nov-20", "Nov-25")
    load(fresh, mine__pbal__json=text, downloads__csv=newer)
    assert [account.name for account in page(fresh).household.accounts] == ["Joint", "IRA", "Roth", "New"]
    held = {a.name: a.portfolio for a in households.assembled(
        page(fresh).household, page(fresh).policy, page(fresh).current).household}  # fmt: skip
    assert (held["Joint"]["VTI"].value, held["Roth"]["VNQ"].value) == (Decimal(28_600), Decimal(900))
    assert "No newer file has Roth" in fresh.warning[0].value
    assert page(fresh).policy.targets == Targets({"VTI": 50, "BND": 30, "VNQ": 20})


def test_newer_files_keep_what_a_household_says(app: Any) -> None:
    """Nobody has to choose between accounts that it knows, though they share a symbol: cash, names and taxes stay."""
    shared = FIDELITY.replace("Rollover IRA,BND,", "Rollover IRA,VTI,").replace("$72.50", "$250.00")
    shared = shared.replace("$14536.25", "$50125.00")
    load(app, fidelity__csv=shared)
    assert any('press "Plan each account"' in text.value for text in app.text)
    next(button for button in app.button if button.label == "Plan each account").click().run()
    kept = page(app).household = households.with_account(page(app).household, 1, name="Hers", cash=Decimal(7000))
    app.run()
    app.button(key="change").click().run()
    load(app, fidelity__csv=shared.replace("200.5", "201.5").replace("$50125.00", "$50375.00"), own__csv=PLAIN)
    assert cash(app) == {**{account.name: account.cash for account in kept.accounts}, "own": 0}
    assert not app.warning
