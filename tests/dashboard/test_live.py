"""What a browser sends is a stranger's: read_amount and the callback take nothing on trust."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import streamlit as st

from pbal_core import RequestError, Targets, rebalance
from pbal_core.dashboard import component, household_panel, live
from pbal_core.dashboard.component import View
from pbal_core.dashboard.figure import TRACES, figure_data
from pbal_core.dashboard.live import _commit, live_view, new_memory, read_amount
from pbal_core.dashboard.payload import _with_classes
from pbal_core.planning.strategy import Method
from pbal_core.views.classes import class_rows
from tests.build import portfolio

HELD = portfolio("VTI 1000 @ 250; BND 500 @ 75 pnl -20")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("5000", "5000"),
        ("$5,033.51", "5033.51"),
        ("-$2,500.00", "-2500"),
        (" 1e3 ", "1000"),
        ("1,000", "1000"),
        ("5000,50", "5000.50"),
        ("5 000", "5000"),
        ("5'000,50", "5000.50"),
        ("\u22122,500", "-2500"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert read_amount("cash", text) == Decimal(amount)


@pytest.mark.parametrize(
    ("axis", "text", "words"),
    [
        ("cash", "many", '"many" is not a number'),
        ("cash", "", "cash is empty; give an amount such as 5000"),
        ("cash", "5.000", 'cash "5.000" can be read as 5 or as 5000; write 5 or 5,000 to say which.'),
        ("cash", "-$2.500", "can be read as -2.5 or as -2500"),
        ("cash", "nan", "not a finite number"),
        ("cash", "1000000000.01", "must lie within -$1,000,000,000.00 to $1,000,000,000.00"),
        ("cash", "0.001", "must be in whole cents"),
        ("cash", "-1000.005", "The cash is -$1,000.005; it must be in whole cents."),
        ("min_trade", "0", "minimum trade is $0.00; it must lie within $0.01 to $1,000,000.00"),
        ("min_trade", "-5", "must lie within $0.01"),
    ],
)
def test_a_bad_amount_says_what_is_needed(axis: Any, text: Any, words: str) -> None:
    with pytest.raises(RequestError) as refused:
        read_amount(axis, text)
    assert words in str(refused.value)


def test_only_the_exact_method_needs_no_minimum_trade() -> None:
    assert read_amount("min_trade", "0", method=Method.EXACT) == 0
    with pytest.raises(RequestError, match=r"is -\$1\.00; it must lie within \$0\.00 to \$1,000,000\.00"):
        read_amount("min_trade", "-1", method=Method.EXACT)


class Session(dict[str, Any]):
    """Enough of ``st.session_state``: a component's state under its key, and what the page keeps there."""


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Any:
    state = Session(cash=5000, min_trade=100)
    monkeypatch.setattr(st, "session_state", state)
    return state


def committed(session: Any, request: Any) -> Any:
    """The memory of the view after the browser sent ``request``."""
    memory = new_memory()
    session["live"] = {"request": request}
    _commit("live", partial(rebalance, HELD), memory, None, read_amount)
    return memory


def test_a_request_is_taken_over(session: Any) -> None:
    """Whole dollars become an int, cents a Decimal; the number and what the browser has are remembered."""
    memory = committed(session, {"n": 8, "cash": "1234.5", "min_trade": "250", "have": {"cash": "x"}})
    assert (session["cash"], session["min_trade"]) == (Decimal("1234.5"), 250)
    assert isinstance(session["min_trade"], int)
    assert (memory["n"], memory["have"], memory["errors"]) == (8, {"cash": "x"}, {})


@pytest.mark.parametrize(
    "request_",
    [None, 5, "text", [], {}, {"n": "x", "cash": {}, "min_trade": []}, {"n": 1, "cash": "9" * 99, "min_trade": "1"}],
    ids=repr,
)
def test_nonsense_changes_nothing(session: Any, request_: Any) -> None:
    """Whatever its shape, a request that cannot be read leaves both amounts as they were."""
    committed(session, request_)
    assert (session["cash"], session["min_trade"]) == (5000, 100)


def test_a_refused_amount_is_remembered_with_its_reason(session: Any) -> None:
    memory = committed(session, {"n": 8, "cash": "<b>1", "min_trade": "100", "have": None})
    assert memory["typed"] == {"cash": "<b>1"}
    assert '"<b>1" is not a number' in memory["errors"]["cash"]
    assert memory["have"] == {}


def test_a_request_without_amounts_only_says_what_the_browser_has(session: Any) -> None:
    """The amounts stay, and so does what is wrong with what was typed."""
    memory = committed(session, {"n": 8, "cash": "x", "min_trade": "100", "have": {"cash": "a"}})
    refused = memory["errors"]
    session["live"] = {"request": {"n": 9, "have": {}}}
    _commit("live", partial(rebalance, HELD), memory, None, read_amount)
    assert (session["cash"], session["min_trade"]) == (5000, 100)
    assert memory == new_memory() | {"n": 9, "errors": refused, "typed": {"cash": "x"}}
    assert refused


@pytest.mark.usefixtures("session")
def test_no_answer_is_sent_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit would send a reference to the first one, which the browser may not have any more."""
    sent = []

    def renderer(*, data: object, **_placed: object) -> None:
        sent.append(json.dumps(data, default=str))

    monkeypatch.setattr(live, "_live", View(renderer=renderer, parts={"id": "1"}))  # type: ignore[arg-type]
    for _ in range(3):
        live_view(HELD, {})
    assert len(set(sent)) == 3


def test_a_pin_keeps_what_the_plan_shows_and_lets_it_go(session: Any) -> None:
    request = {"n": 8, "cash": "750", "min_trade": "100", "pin": "set"}
    memory = committed(session, request)
    assert memory["pinned"]["trades"][1].startswith("Buy")
    assert memory["pinned"]["label"].startswith("Plan A: cash $750.00, minimum trade $100.00, avoid selling")
    assert memory["pinned_for"] == ("USD", HELD.symbols)
    session["live"] = {"request": {**request, "pin": "clear"}}
    _commit("live", partial(rebalance, HELD), memory, None, read_amount)
    assert memory["pinned"] is None


def test_the_figure_is_plain_data_with_theme_variables_for_colours() -> None:
    """JSON as it stands; the traces are in the order that chart.js fills; only the clear colour is fixed."""
    figure = figure_data()
    assert tuple(trace["name"] for trace in figure["data"]) == TRACES
    text = json.dumps(figure)
    assert "#" not in text
    assert text.count("var(--") > 8


def test_no_text_of_a_file_is_ever_parsed_as_markup() -> None:
    """The scripts write with text nodes; none of the ways from text to markup occurs in them."""
    for name in (*live._SCRIPTS, *household_panel._SCRIPTS, "library.js", "once.js"):
        script = component.asset(name)
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
            assert way not in script, f"{name}: {way}"


def test_the_page_names_no_other_host() -> None:
    """No address of another server in markup, style or scripts."""
    for path in component.ASSETS.iterdir():
        if path.suffix in {".js", ".css", ".html"}:
            assert "//" not in path.read_text(encoding="utf-8").replace("// ", "").replace("//\n", ""), path


def test_plan_a_is_shown_by_the_classes_of_now() -> None:
    """Pinned before there were any: a class has the bars of its positions together, and the number of their trades."""
    tree = Targets({"Stocks": 60, "BND": 40}, groups={"Stocks": ["VTI", "VXUS"]})
    classes = class_rows(portfolio("VTI 30 @ 10; VXUS 30 @ 10; BND 40 @ 10"), tree)
    plan_a: dict[str, Any] = {
        "trades": ["Buy 2", "\N{EN DASH}", "Sell 1"],
        "weights": [32.0, 30.0, 38.0],
        "dollars": [32.0, 30.0, 38.0],
        "width": 3.0,
    }
    shown = _with_classes(plan_a, classes)
    assert shown is not None
    assert shown["trades"] == [*plan_a["trades"], "1 trade"]
    assert shown["weights"] == [*plan_a["weights"], 62.0]
    assert shown["width"] > plan_a["width"]
    assert _with_classes(plan_a, class_rows(portfolio("VTI 30 @ 10; VXUS 30 @ 10; BND 40 @ 10"), None)) is plan_a
