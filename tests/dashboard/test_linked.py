"""Targets in a link: asked for, by symbol, as weights alone; and what a stranger's link may say."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pbal_core.dashboard import kept, positions, state, wanted
from pbal_core.dashboard.linked import MOST_LETTERS, MOST_TARGETS, link, policy_params, read_targets, targets_text
from pbal_core.dashboard.live import new_memory
from pbal_core.dashboard.settings import Settings
from pbal_core.planning.strategy import Method, Strategy
from pbal_core.policy.constraints import Constraints
from pbal_core.policy.policy import Policy
from pbal_core.policy.targets import Targets
from pbal_core.views.saved import SavedPortfolio, Session
from pbal_core.views.session import dumps
from tests.build import portfolio

pytestmark = pytest.mark.whole

ROOT = Path(__file__).parent.parent.parent
HEADER = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\n"
OWN = HEADER + "VTI,1000,250,0\nBND,500,75,-20\n"
WANTED = Targets({"VTI": 60, "BND": 40})


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)


def load(app: AppTest, text: str, name: str = "positions.csv") -> AppTest:
    return app.file_uploader(key="upload").set_value([(name, text.encode(), "text/csv")]).run()


def policy(app: AppTest) -> Policy:
    found: Policy = app.session_state["page"].policy
    return found


def has_plan(app: AppTest) -> bool:
    return any('"point"' in part.proto.json for part in app.get("bidi_component"))


def shared(app: AppTest) -> str:
    """The link in the dialog."""
    found = [json.loads(part.proto.json) for part in app.get("bidi_component") if '"link"' in part.proto.json]
    return str(found[0]["link"])


def address(app: AppTest) -> dict[str, str]:
    return {name: value[0] if isinstance(value, list) else value for name, value in dict(app.query_params).items()}


@given(
    st.lists(st.from_regex(r"[A-Z][A-Z0-9 ./-]{0,8}[A-Z0-9]", fullmatch=True), min_size=1, max_size=12, unique=True),
    st.lists(st.integers(0, 10_000), min_size=12, max_size=12),
    st.integers(0, 3),
)
def test_a_link_brings_the_targets_back(symbols: Any, weights: Any, grouped: Any) -> None:
    """Each symbol has its weight, of groups too, to ten decimals of a percent; through the address as text."""
    shares = {symbol: Fraction(weight + 1) for symbol, weight in zip(symbols, weights, strict=False)}
    given_targets = wanted.with_weights(Policy(), shares).targets
    assert given_targets is not None
    if grouped and len(symbols) > grouped:
        named = dict(given_targets.weights)
        rest = sum((named.pop(symbol) for symbol in symbols[:grouped]), Decimal(0))
        given_targets = Targets({**named, "some": rest}, groups={"some": symbols[:grouped]})
    text = targets_text(given_targets)
    assert text is not None
    query = urlsplit(link("http://127.0.0.1:1/", {"cash": "5", "targets": text})).query
    assert dict(parse_qsl(query))["targets"] == text
    found, problems = read_targets(text)
    assert not problems
    assert found is not None
    before, after = given_targets.fractions(), found.fractions()
    assert before.keys() == after.keys()
    assert all(abs(before[symbol] - after[symbol]) < Fraction(1, 10**9) for symbol in before)


TREE = Targets(
    {"Stocks & more": 60, "BND": "33.3333333333", "gold": "6.6666666667"},
    groups={"Stocks & more": {"US": 67, "BRK.B": 33}, "gold": ["GLD"]},
    substitutes={"US": ["VTI", "VTSAX", "BF B"]},
)


def test_a_link_brings_classes_and_substitutes_back() -> None:
    """Level by level, through the address, and again as the same text."""
    text = targets_text(TREE)
    assert text == ("Stocks & more:60(US:67[VTI~VTSAX~BF B],BRK.B:33),BND:33.3333333333,gold:6.6666666667(GLD:100)")
    query = urlsplit(link("http://127.0.0.1:1/", {"cash": "5", "targets": text})).query
    found, problems = read_targets(dict(parse_qsl(query))["targets"])
    assert not problems
    assert found is not None
    assert (found.tree(), found.substitutes) == (TREE.tree(), TREE.substitutes)
    assert targets_text(found) == text
    assert targets_text(Targets({"![x](y)": 100}, groups={"![x](y)": ["VTI"]})) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Stocks:100(VTI:60,BND:41)",
        "Stocks:100(VTI:100",
        "Stocks:100(VTI:100))",
        "Stocks:100()",
        "US:100[]",
        "US:100[VTI~VTI]",
        "US:100[VTI~=x()]",
        "VTI:100(VTI:100)",
        "A:50(VTI:100),B:50(VTI:100)",
        "A:50(VTI:100),A:50(BND:100)",
        "vti:100(VTI:100)",
        "![x](http://evil.test/b.png):100(VTI:100)",
        "<b>:100(VTI:100)",
        "A:100(" * 40 + "VTI:100" + ")" * 40,
        "own",
        "VTI",
        "VTI:",
        "VTI:60",
        "VTI:60,BND:41",
        "VTI:60,VTI:40",
        "VTI:0.6,BND:0.4",
        "VTI:-10,BND:110",
        "VTI:1e2",
        "VTI:NaN",
        "VTI:Infinity",
        "VTI:\u0661\u0660\u0660",
        "VTI:100.",
        "VTI: 100",
        "VTI:99.999999999999999999",
        "[x](http://evil.test):100",
        "![x](http://evil.test/b.png):100",
        "<b>VTI</b>:100",
        "=cmd():100",
        "VTI:100" + "0" * 10_000,
        ",".join(f"S{i}:1" for i in range(MOST_TARGETS + 1)),
        "x" * (MOST_LETTERS + 1),
    ],
)
def test_what_cannot_be_used_is_said_and_never_repeated(text: str) -> None:
    """The page shows the sentence where Markdown is read, so it has no word of the link."""
    found, problems = read_targets(text)
    assert found is None
    assert len(problems) == 1
    assert problems[0].startswith("The targets of the link are not used: ")
    assert "evil" not in problems[0]
    assert len(problems[0]) < 200


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: Any) -> None:
    """There are targets or a sentence."""
    found, problems = read_targets(text)
    assert (found is None) == bool(problems)


def test_too_many_targets_are_in_no_link() -> None:
    """The dialog says what to do instead."""
    assert targets_text(Targets.equal([f"S{i}" for i in range(MOST_TARGETS)])) is not None
    assert targets_text(Targets.equal([f"S{i}" for i in range(MOST_TARGETS + 1)])) is None


def test_an_address_says_only_that_there_were_targets() -> None:
    """Unless a link brought these very ones; what else was said is named, not shown."""
    frozen = Constraints(frozen=frozenset({"VTI"}))
    assert policy_params(Policy(), None) == {}
    assert policy_params(Policy(constraints=Constraints(leftover="invest")), None) == {}
    assert policy_params(Policy(targets=WANTED), None) == {"policy": "own"}
    assert policy_params(Policy(constraints=frozen), None) == {"policy": "own"}
    assert policy_params(Policy(targets=WANTED), WANTED) == {"targets": "VTI:60,BND:40"}
    assert policy_params(Policy(targets=Targets({"VTI": 50, "BND": 50})), WANTED) == {"policy": "own"}
    assert policy_params(Policy(targets=WANTED, constraints=frozen), WANTED) == {
        "targets": "VTI:60,BND:40",
        "policy": "own",
    }


def test_the_link_of_the_dialog_has_targets_only_when_asked(app: AppTest) -> None:
    """And no symbol, price or amount of what is held but theirs."""
    load(app.run(), OWN)
    app.session_state["page"].policy = Policy(targets=Targets({"VTI": 60, "GLD": 40}, prices={"GLD": 321}))
    app.run()
    app.button(key="share").click().run()
    assert not app.exception
    text = shared(app)
    assert all(word not in text for word in ("VTI", "GLD", "BND"))
    app.session_state["share-targets"] = True
    app.button(key="share").click().run()
    text = shared(app)
    said = dict(parse_qsl(text.partition("?")[2]))
    assert said == {
        "cash": "5000",
        "min_trade": "100",
        "strategy": "try_avoid_sell",
        "method": "exact",
        "positions": "own",
        "targets": "VTI:60,GLD:40",
    }
    assert "targets" not in address(app)


def test_a_link_with_targets_waits_for_positions(app: AppTest) -> None:
    """The sample is planned without them; a file loaded later has them by symbol, whatever its order."""
    app.query_params.update({"cash": "900", "method": "exact", "positions": "own", "targets": "BND:40,VTI:60"})
    app.run()
    assert "BND 40 %, VTI 60 %" in app.info[0].value
    assert "never holds them" in app.warning[0].value
    assert has_plan(app)
    load(app, OWN)
    assert not app.info
    assert not app.warning
    assert policy(app).targets == WANTED
    assert has_plan(app)
    assert address(app)["targets"] == "BND:40,VTI:60"
    app.session_state["page"].policy = Policy(targets=Targets({"VTI": 50, "BND": 50}))
    app.run()
    assert "targets" not in address(app)
    assert address(app)["policy"] == "own"


def test_a_link_with_targets_that_are_not_held_asks_for_their_price(app: AppTest) -> None:
    """There is no plan on a guess."""
    app.query_params.update({"cash": "900", "targets": "BND:30,VTI:60,GLD:10"})
    load(app.run(), OWN)
    assert not has_plan(app)
    assert any("Price of one share of GLD" in box.label for box in app.text_input)


def test_bad_targets_of_a_link_change_nothing_else(app: AppTest) -> None:
    """The rest of the link counts."""
    app.query_params.update({"cash": "900", "targets": "BND:40"})
    app.run()
    assert "they sum to 40 %; 100 % is needed" in app.warning[0].value
    assert app.session_state["cash"] == 900
    assert policy(app).targets is None


def test_targets_that_an_address_does_not_hold_are_said(app: AppTest) -> None:
    """A reload forgets them; until some are given again, the page says so."""
    app.query_params.update({"cash": "900", "method": "exact", "policy": "own"})
    app.run()
    assert "targets or constraints that it does not hold" in app.warning[0].value
    app.session_state["page"].policy = Policy(constraints=Constraints(max_trades=3))
    app.run()
    assert not app.warning


def test_own_targets_that_a_browser_kept_are_not_lost_to_a_link() -> None:
    """They stay, and that is said; where it kept none, those of the link count."""
    mine = SavedPortfolio(
        name="Mine", portfolio=portfolio("VTI 1000 @ 250; BND 500 @ 75"), policy=Policy(targets=WANTED)
    )

    def back(one: SavedPortfolio, monkeypatch: pytest.MonkeyPatch) -> state.Page:
        linked = Targets({"VTI": 10, "BND": 90})
        page = state.Page(current=positions.sample(), linked=linked, policy=Policy(targets=linked))
        session = {"page": page, "cash": Decimal(5), "live-memory": new_memory()}
        monkeypatch.setattr(state.st, "session_state", session)  # type: ignore[attr-defined]
        page.history = state.History(steps=[({}, state.question())])
        kept.take({"on": True, "text": dumps(Session(portfolios=(one,)))})
        return page

    with pytest.MonkeyPatch.context() as patch:
        page = back(mine, patch)
        assert page.policy.targets == WANTED
        assert "not used" in page.notices[0]
        page = back(SavedPortfolio(name="Mine", portfolio=mine.portfolio), patch)
        assert page.policy.targets == Targets({"VTI": 10, "BND": 90})
        assert not page.notices


def test_settings_and_targets_of_a_question_are_its_address() -> None:
    """What History writes and what the dialog offers is one thing."""
    asked = state.Question(
        current=positions.sample(),
        policy=Policy(targets=WANTED, constraints=Constraints(leftover="invest")),
        settings=Settings(cash=Decimal(-5), strategy=Strategy.HARD_REBALANCE, method=Method.CLASSIC),
    )
    assert asked.params(WANTED) == {
        "cash": "-5",
        "min_trade": "100",
        "strategy": "hard_rebalance",
        "method": "classic",
        "leftover": "invest",
        "targets": "VTI:60,BND:40",
    }
