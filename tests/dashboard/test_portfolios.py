"""A session with several portfolios: one is shown, each can be, and none is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pbal_core.dashboard import keep, state
from pbal_core.planning.strategy import Method, Strategy
from pbal_core.policy.policy import Policy
from pbal_core.policy.targets import Targets
from pbal_core.views.saved import PinnedPlan, SavedPortfolio, Session
from pbal_core.views.session import dumps, loads
from tests.build import portfolio

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parent.parent.parent
PINNED = PinnedPlan(
    policy=Policy(),
    cash=Decimal(750),
    min_trade=Decimal(100),
    strategy=Strategy.TRY_AVOID_SELL,
    method=Method.EXACT,
)
HIS = SavedPortfolio(
    name="His",
    portfolio=portfolio("VTI 1000 @ 250 held 4; BND 750 @ 75 held 10"),
    found=Decimal("12.34"),
    accounts=("1111",),
    policy=Policy(targets=Targets({"VTI": 60, "BND": 40})),
    cash=Decimal(100),
    pinned=PINNED,
)
HERS = replace(HIS, name="Hers", portfolio=portfolio("GLD 500 @ 50; VXUS 500 @ 25"), found=Decimal(0), pinned=None,
               accounts=("2222",), policy=Policy(), cash=Decimal(-200), strategy=Strategy.HARD_REBALANCE)  # fmt: skip
OURS = replace(HERS, name="Ours", accounts=(), method=Method.CLASSIC, not_cash=frozenset({"VMFXX"}))
THREE = (HIS, HERS, OURS)
VANGUARD = "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n"
NEWER = VANGUARD + "99992222,GOLD,GLD,12,50.00,600.00,\n99992222,SETTLEMENT,VMFXX,1500,1.00,1500.00,\n"


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()


def load(app: AppTest, **files: str) -> AppTest:
    named = [(name.replace("__", "."), text.encode(), "text/csv") for name, text in files.items()]
    return app.file_uploader(key="upload").set_value(named).run()


def session(portfolios: Sequence[SavedPortfolio] = THREE) -> str:
    return dumps(Session(portfolios=tuple(portfolios)))


def saved(app: AppTest) -> Session:
    """What the button would save: only inside a run is there a session to ask, so this is put together here."""
    memory, page = app.session_state["live-memory"], app.session_state["page"]
    settings, _ = state.read_settings({name: app.session_state[name] for name in state.SETTINGS})  # type: ignore[attr-defined]
    known = memory.get("pinned_for", ("", ()))[1] == page.current.statement.portfolio.symbols
    return keep.session_of(page, settings, memory.get("question") if known else None)


def choose(app: AppTest, at: int) -> AppTest:
    app.selectbox[0].set_value(at).run()
    assert not app.exception
    return app


def symbols(app: AppTest) -> list[str]:
    return list(app.session_state["page"].current.statement.portfolio.symbols)


def test_each_portfolio_can_be_shown_and_none_is_lost(app: AppTest) -> None:
    """With its own targets, amounts and plan A; saved again, the session is the same byte for byte."""
    load(app, three__pbal__json=session())
    assert list(app.selectbox[0].options) == ["1. His", "2. Hers", "3. Ours"]
    for at in (1, 2, 0, 2, 1, 0):
        choose(app, at)
        assert symbols(app) == list(THREE[at].portfolio.symbols)
        assert (app.session_state["cash"], app.session_state["strategy"]) == (THREE[at].cash, THREE[at].strategy)
        assert dumps(saved(app)) == session()
        assert loads(dumps(saved(app)).encode()) == Session(portfolios=THREE)


def test_what_is_changed_stays_with_its_portfolio(app: AppTest) -> None:
    """Another strategy for hers is not his."""
    load(app, three__pbal__json=session())
    choose(app, 1)
    app.radio(key="strategy").set_value("try_avoid_sell").run()
    choose(app, 0)
    found = saved(app).portfolios
    assert [each.strategy for each in found] == ["try_avoid_sell", "try_avoid_sell", "hard_rebalance"]
    assert dumps(Session(portfolios=(found[0], replace(found[1], strategy=HERS.strategy), found[2]))) == session()


def test_undo_goes_over_portfolios(app: AppTest) -> None:
    """Back to the one before, with plan A; nothing of the session is lost on the way."""
    load(app, three__pbal__json=session())
    first = dict(app.query_params)
    choose(app, 1)
    app.query_params.clear()
    app.query_params.update(first)
    app.run()
    assert symbols(app) == ["VTI", "BND"]
    assert dumps(saved(app)) == session()


def test_removing_one_leaves_the_others(app: AppTest) -> None:
    """The next one is shown; after the last there is the sample."""
    load(app, three__pbal__json=session())
    choose(app, 1)
    for left in ((HIS, OURS), (HIS,)):
        app.button(key="remove").click().run()
        assert dumps(saved(app)) == session(left)
    assert not app.selectbox
    app.button(key="remove").click().run()
    assert app.session_state["page"].current.sample


def test_a_newer_file_goes_to_the_portfolio_of_its_account(app: AppTest) -> None:
    """Known by the last four characters; the others stay as they were."""
    load(app, three__pbal__json=session(), new__csv=NEWER)
    assert not app.warning
    assert app.selectbox[0].value == 1
    assert symbols(app) == ["GLD"]
    found = saved(app).portfolios
    assert (found[0], found[2]) == (HIS, OURS)
    assert (found[1].accounts, found[1].cash) == (("2222",), HERS.cash)


def test_a_newer_file_of_nobody_goes_to_the_first_and_says_so(app: AppTest) -> None:
    """A guess that matters is never silent."""
    load(app, three__pbal__json=session(), new__csv=NEWER.replace("99992222", "99990000"))
    assert "replaces the first one, His" in app.warning[0].value
    assert saved(app).portfolios[1:] == (HERS, OURS)


def test_a_portfolio_that_the_page_cannot_show_is_refused_by_name(app: AppTest) -> None:
    """All are looked at before one is shown."""
    bad = replace(OURS, min_trade=Decimal(0))
    load(app, three__pbal__json=session((HIS, bad)))
    assert "not loaded" in app.error[0].value
    assert any("Ours: the minimum trade" in text.value for text in app.text)
    assert app.session_state["page"].current.sample


def test_a_fund_meant_as_an_investment_stays_one(app: AppTest) -> None:
    """In the next file, after a session, and over a sample; taken back, it stays cash."""
    load(app, new__csv=NEWER)
    app.button(key="see").click().run()
    app.checkbox[0].check().run()
    assert symbols(app) == ["GLD", "VMFXX"]
    text = dumps(saved(app))
    app.button(key="change").click().run()
    load(app, later__csv=NEWER.replace("1500", "1600"))
    assert symbols(app) == ["GLD", "VMFXX"]
    fresh = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    load(fresh, mine__pbal__json=text, later__csv=NEWER.replace("1500", "1700"))
    assert {p.symbol: p.value for p in fresh.session_state["page"].current.statement.portfolio}["VMFXX"] == 1700
    fresh.button(key="see").click().run()
    fresh.checkbox[0].uncheck().run()
    fresh.button(key="change").click().run()
    load(fresh, again__csv=NEWER.replace("1500", "1800"))
    assert symbols(fresh) == ["GLD"]
    app.button(key="remove").click().run()
    load(app, after__csv=NEWER.replace("1500", "1900"))
    assert symbols(app) == ["GLD", "VMFXX"]


def test_a_session_keeps_its_accounts(app: AppTest) -> None:
    """Saved again, and with a file added, it still knows them; a file without an account adds none."""
    load(app, mine__pbal__json=session((HIS,)))
    assert dumps(saved(app)) == session((HIS,))
    app.button(key="see").click().run()
    assert not app.exception
    app.button(key="change").click().run()
    app.file_uploader(key="added").set_value(
        [("x.csv", b"Symbol,Shares,Price,Currency\nEFA,3,80,USD\n", "text/csv")]
    ).run()
    assert symbols(app) == ["VTI", "BND", "EFA"]
    assert saved(app).portfolios[0].accounts == ("1111",)
