"""The panel of classes and substitutes, as Streamlit runs it without a browser."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from streamlit.testing.v1 import AppTest

from pbal_core import Targets
from pbal_core.dashboard import positions, state, targets_panel, wanted
from pbal_core.dashboard.state import Page
from pbal_core.dashboard.targets_panel import read_weights
from pbal_core.errors import TargetError
from pbal_core.policy.policy import Policy
from tests.build import portfolio
from tests.dashboard.test_app import ROOT, button, upload
from tests.known import known

OWN = """Symbol,PositionValue,MarkPrice,FifoPnlUnrealized
VTI,30000,250,0
VTSAX,10000,120,9
VXUS,16000,62.5,0
BND,44000,75,-20
"""
HELD = portfolio("VTI 30000 @ 250; VTSAX 10000 @ 120; VXUS 16000 @ 62.5; BND 44000 @ 75")
TREE = Targets(
    {"Stocks": 60, "BND": 40},
    groups={"Stocks": {"US": 75, "VXUS": 25}},
    substitutes={"US": ["VTI", "VTSAX"]},
)
POLICY = Policy(targets=TREE)


@pytest.fixture
def app() -> AppTest:
    """The page with four funds and the panel open."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.run()
    upload(app, OWN)
    app.session_state["classes_panel"] = True
    return app.run()


def targets(app: AppTest) -> Targets:
    found: Targets = app.session_state["page"].policy.targets
    return found


def test_known_funds_are_proposed_as_one(app: AppTest) -> None:
    """One click makes them substitutes with the sum of their targets."""
    button(app, "They are the same to me").click().run()
    assert not app.exception
    assert targets(app).substitutes == (("US stocks", ("VTI", "VTSAX")),)
    assert dict(targets(app).weights) == {"US stocks": 50, "VXUS": 25, "BND": 25}


def test_chosen_targets_are_grouped_and_taken_apart(app: AppTest) -> None:
    """With the sum of their targets; without a name it is said what is missing."""
    version = app.session_state["page"].version
    app.multiselect(key=f"arranged {version}").set_value(["VTI", "VXUS"])
    button(app, "Group these").click().run()
    assert app.error[0].value == "The targets were not changed."
    app.text_input(key=f"arranged name {version}").set_value("Stocks")
    button(app, "Group these").click().run()
    assert not app.exception
    assert [node.name for node in targets(app).tree()] == ["Stocks", "VTSAX", "BND"]
    button(app, "Take apart").click().run()
    assert dict(targets(app).weights) == {"VTI": 25, "VXUS": 25, "VTSAX": 25, "BND": 25}


def test_a_published_allocation_is_filled_with_what_is_held(app: AppTest) -> None:
    """Its parts are proposed from the known funds, its source is said."""
    app.selectbox(key="ready").set_value("Three funds").run()
    assert any("Taylor Larimore" in text.value for text in app.text)
    button(app, "Use these targets").click().run()
    assert not app.exception
    assert targets(app).substitutes == (("US stocks", ("VTI", "VTSAX")),)
    assert dict(targets(app).weights) == {"Stocks": 60, "BND": 40}


def rows(**shares: str) -> list[dict[str, str]]:
    return [{"symbol": name, "weight": share, "price": ""} for name, share in shares.items()]


def test_each_level_is_judged_by_itself() -> None:
    """Every level that does not sum up is named with its sum; what counts keeps the tree."""
    with pytest.raises(TargetError) as caught:
        read_weights(rows(Stocks="57", BND="40", US="70", VXUS="25"), POLICY, HELD)
    assert str(caught.value).splitlines() == [
        "the targets sum to 97 %: 3 % to give.",
        "the shares of Stocks sum to 95 %: 5 % to give.",
    ]
    found, note = read_weights(rows(Stocks="50", BND="50", US="60", VXUS="40", VTI=""), POLICY, HELD)
    assert found.targets == Targets(
        {"Stocks": 50, "BND": 50}, {"Stocks": {"US": 60, "VXUS": 40}}, None, dict(TREE.substitutes)
    )
    assert note == ""
    scaled, note = read_weights(rows(Stocks="50", BND="30", US="60", VXUS="20"), POLICY, HELD, scale=True)
    assert dict(known(scaled.targets).weights) == {"Stocks": pytest.approx(62.5), "BND": pytest.approx(37.5)}
    assert note == "The targets, the shares of Stocks were scaled to 100 %."


def test_what_is_open_is_answered_inside_the_tree() -> None:
    """A sale, a price, a target, a target less: the classes stay."""
    held = portfolio("VTI 30000 @ 250; GLD 100 @ 10; BND 44000 @ 75")
    assert wanted.without_target(POLICY, held) == ("GLD",)
    assert wanted.without_price(POLICY, held) == ("VXUS",)
    sold = known(wanted.sell(POLICY, ["GLD"]).targets)
    assert sold.fractions()["GLD"] == 0
    assert sold.groups == TREE.groups
    given = known(wanted.with_target(POLICY, "GLD", Fraction(10)).targets)
    assert dict(given.weights) == {"Stocks": 54, "BND": 36, "GLD": 10}
    assert dict(known(wanted.with_price(POLICY, "VXUS", Decimal(60)).targets).prices) == {"VXUS": 60}
    assert known(wanted.drop(POLICY, ["VXUS"]).targets).groups == (("Stocks", (("US", Decimal(100)),)),)
    now = known(wanted.as_held(POLICY, HELD).targets)
    assert dict(now.weights) == {"Stocks": 56, "BND": 44}
    assert now.substitutes == TREE.substitutes


def test_the_rows_are_those_of_the_tree() -> None:
    """Each with its level; only what is no member of a set has a share."""
    found = [
        (row["symbol"], row["kind"], row["inside"], row["level"], row["now"], row["target"])
        for row in wanted.rows(POLICY, HELD)
    ]
    assert found == [
        ("Stocks", "class", "", "0", "56.0 %", "60"),
        ("US", "set", "Stocks", "1", "40.0 %", "75"),
        ("VTI", "member", "US", "2", "30.0 %", ""),
        ("VTSAX", "member", "US", "2", "10.0 %", ""),
        ("VXUS", "fund", "Stocks", "1", "16.0 %", "25"),
        ("BND", "fund", "", "0", "44.0 %", "40"),
    ]


def test_what_the_browser_sends_of_chosen_rows_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are text, as many as there may be; what cannot be arranged is said, and nothing of it counts."""
    page = Page(current=positions.sample())
    monkeypatch.setattr(state, "page", lambda: page)
    one, two, three = page.current.statement.portfolio.symbols[:3]
    targets_panel._edited({"do": "group", "names": [one, 7, two], "name": " Stocks "})
    assert page.policy.targets is not None
    assert [node.name for node in page.policy.targets.tree()][:2] == ["Stocks", three]
    assert (page.version, page.problems) == (1, ())
    before = page.policy
    for wrong in ({"do": "same", "names": one, "name": ["x"]}, {"do": "apart", "names": [one]}, {"do": "group"}):
        targets_panel._edited(wrong)
        assert (page.policy, page.version) == (before, 1)
        assert page.problems
    targets_panel._edited({"do": "apart", "names": ["Stocks"]})
    assert not wanted.is_tree(page.policy)
