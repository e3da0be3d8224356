"""What is kept beside the positions: plan A, funds that are no cash, files that are added."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pbal_core.dashboard import kept, positions, state
from pbal_core.dashboard.live import new_memory
from pbal_core.planning.strategy import Method, Strategy
from pbal_core.policy.policy import Policy
from pbal_core.policy.targets import Targets
from pbal_core.readers.registry import broker_names
from pbal_core.views.saved import PinnedPlan, SavedPortfolio, Session
from pbal_core.views.session import dumps
from tests.build import portfolio

ROOT = Path(__file__).parent.parent.parent
HELD = portfolio("VTI 1000 @ 250 held 4; BND 750 @ 75 held 10")
VANGUARD = "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n"
ONE = VANGUARD + "11111111,TOTAL STOCK,VTI,10,250.00,2500.00,\n11111111,SETTLEMENT,VMFXX,1500,1.00,1500.00,\n"
OTHER = VANGUARD + "22222222,TOTAL BOND,BND,20,75.00,1500.00,\n"
PINNED = PinnedPlan(
    policy=Policy(targets=Targets({"BND": 0, "VTI": 100})),
    cash=Decimal(750),
    min_trade=Decimal(100),
    strategy=Strategy.HARD_REBALANCE,
    method=Method.EXACT,
)


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()


def load(app: AppTest, text: str, name: str = "OfxDownload.csv", *, key: str = "upload") -> AppTest:
    return app.file_uploader(key=key).set_value([(name, text.encode(), "text/csv")]).run()


def click(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if label in button.label).click().run()


def held(app: AppTest) -> dict[str, Decimal]:
    return {p.symbol: p.value for p in app.session_state["page"].current.statement.portfolio}


def session(pinned: PinnedPlan | None) -> str:
    return dumps(Session(portfolios=(SavedPortfolio(name="Mine", portfolio=HELD, pinned=pinned),)))


def test_plan_a_comes_back_with_its_session(app: AppTest) -> None:
    """It is computed again from its own question; a session without one unpins."""
    load(app, session(PINNED), "mine.pbal.json")
    assert not app.exception
    memory = app.session_state["live-memory"]
    assert memory["question"] == PINNED
    assert memory["pinned"]["label"].startswith("Plan A: cash $750.00, minimum trade $100.00, hard rebalance")
    assert memory["pinned"]["trades"] == ["Buy 6", "Sell 10"]
    click(app, "Change")
    load(app, session(None), "mine.pbal.json")
    assert app.session_state["live-memory"]["pinned"] is None


@pytest.mark.parametrize("told", [None, 3, {"on": 1}, {"on": True, "text": 3}, {"on": True, "text": "\ud800"}])
def test_a_browser_may_say_anything_about_what_it_kept(
    told: dict[str, Any] | int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the truth value switches it on, and no text is taken that is no session."""
    page = state.Page(current=positions.sample())
    session = {"page": page, "cash": Decimal(5000), "live-memory": new_memory()}
    monkeypatch.setattr(state.st, "session_state", session)  # type: ignore[attr-defined]
    page.history = state.History(steps=[({}, state.question())])
    kept.take(told)
    assert page.current.sample
    assert page.keeping == (told == {"on": True, "text": 3})
    assert page.unusable == (told == {"on": True, "text": "\ud800"})


def test_a_fund_can_be_meant_as_an_investment(app: AppTest) -> None:
    """Its cash is then no longer offered, and the choice can be taken back."""
    load(app, ONE)
    assert held(app) == {"VTI": 2500}
    click(app, "Details")
    box = next(box for box in app.checkbox if "VMFXX" in box.label)
    assert not box.value
    box.check().run()
    assert not app.exception
    assert held(app) == {"VTI": 2500, "VMFXX": 1500}
    assert not any("Invest " in button.label for button in app.button)
    next(box for box in app.checkbox if "VMFXX" in box.label).uncheck().run()
    assert held(app) == {"VTI": 2500}


def test_a_file_is_added_to_what_is_loaded(app: AppTest) -> None:
    """The choice that was made about a fund stays; one account twice is refused and changes nothing."""
    load(app, ONE)
    click(app, "Details")
    next(box for box in app.checkbox if "VMFXX" in box.label).check().run()
    click(app, "Change")
    load(app, OTHER, "more.csv", key="added")
    assert not app.exception
    assert held(app) == {"VTI": 2500, "VMFXX": 1500, "BND": 1500}
    click(app, "Change")
    load(app, OTHER.replace("BND", "GLD"), "again.csv", key="added")
    assert "not loaded" in app.error[0].value
    assert held(app) == {"VTI": 2500, "VMFXX": 1500, "BND": 1500}


def test_accounts_left_out_stay_out_when_a_file_is_added(app: AppTest) -> None:
    """Nobody is sold what she left out on purpose."""
    load(app, ONE + "33333333,TOTAL STOCK,VTI,4,250.00,1000.00,\n")
    app.multiselect[0].set_value(["33333333"]).run()
    click(app, "Use these accounts")
    click(app, "Change")
    load(app, OTHER, "more.csv", key="added")
    assert held(app) == {"VTI": 1000, "BND": 1500}


def test_a_file_is_added_to_a_saved_session(app: AppTest) -> None:
    """What came from a session is a part like any other."""
    load(app, session(None), "mine.pbal.json")
    click(app, "Change")
    load(app, OTHER.replace("BND", "GLD"), "more.csv", key="added")
    assert held(app) == {"VTI": 1000, "BND": 750, "GLD": 1500}


def test_the_page_names_every_broker_it_reads(app: AppTest) -> None:
    """In the help of the uploader."""
    for name in broker_names():
        assert name in app.file_uploader(key="upload").help


def test_an_account_of_a_saved_session_is_not_added_once_more(app: AppTest) -> None:
    """A session keeps the ends of numbers, so the ends count: what is held would double."""
    text = dumps(Session(portfolios=(SavedPortfolio(name="Mine", portfolio=HELD, accounts=("2222",)),)))
    load(app, text, "mine.pbal.json")
    click(app, "Change")
    load(app, OTHER, "more.csv", key="added")
    assert "more.csv was not loaded" in app.error[0].value.replace("\\", "")
    assert any("ends in 2222 is in Mine and in more.csv" in text.value for text in app.text)
    assert held(app) == {"VTI": 1000, "BND": 750}
