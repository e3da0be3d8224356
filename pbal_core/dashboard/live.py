"""The live view: both sliders, the chart, the table, the sentence and the key numbers, as one Streamlit component.

The model: Python computes, the browser looks up. ``live_view`` sends two sweeps of plans (see ``views.sweep``);
while a slider is dragged the browser shows positions of its sweep and sends nothing. On release it sends one *request*
(both amounts, and which sweeps it already has); the callback checks it, the page's fragment runs once, and what the
browser does not have yet goes back. A request carries a number that is sent back, so an answer that a newer move has
overtaken is not mistaken for news. Answers get lost where a newer run comes between: a browser that lacks something
asks for it with a request without amounts, which changes nothing but what is sent. So does one whose reader has reached
for a slider of which it has only some positions (see ``payload``).

Amounts live in ``st.session_state`` under ``cash`` and ``min_trade``, as whole numbers or ``Decimal``. What comes from
the browser is the client's: it is text until ``to_amount`` accepted it and the core computed a plan for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import streamlit as st

from ..errors import PbalError, RequestError
from ..money import (
    currency_sign,
    decimals,
    format_money,
    minor_digits,
    to_amount,
    typed_amount,
)
from ..planning.plan import Plan
from ..planning.problem import prepare
from ..planning.rebalance import proven_plan, read_min_trade, rebalance
from ..planning.solve import solve
from ..planning.strategy import Method
from ..policy.policy import Policy
from ..portfolio import Portfolio
from ..views.axis import Axis, Point
from ..views.classes import tree_rows
from ..views.columns import BY_KEY
from ..views.drift import Band
from ..views.numbers import key_numbers
from ..views.prices import Quotes
from ..views.saved import PinnedPlan
from ..views.widths import widest
from .component import asset, view
from .messages import page_words
from .payload import AXES, payload
from .settings import WORDS, amount_bounds
from .vendor import plotly_gzip

Ask = Callable[..., Plan]
"""``rebalance`` of one portfolio and its settings; the cash and ``min_trade`` are left to say."""

Read = Callable[[Axis, str], Decimal]
"""``read_amount`` with everything but the axis and the text."""

_SCRIPTS = (
    *("cells.js", "folds.js", "shown.js", "order.js", "table.js", "pick.js", "details.js", "thin.js", "numbers.js"),
    *("fit.js", "sketch.js", "chart.js", "tools.js", "track.js", "amount.js", "copying.js", "conductor.js", "main.js"),
)


_live = view("live", styles=("live.css", "track.css"), scripts=_SCRIPTS)
_library = st.components.v2.component("pbal_library", js=asset("library.js"), isolate_styles=False)


def chart_library(*, key: str = "chart-library") -> None:
    """Sends plotly.js, compressed, once a page load. Call it last on the page and outside fragments: controls first."""
    _library(data=plotly_gzip(), key=key, height="content")


def live_view(
    portfolio: Portfolio,
    settings: Mapping[str, Any],
    *,
    quotes: Quotes | None = None,
    key: str = "live",
    on_fit: Callable[[], None] | None = None,
    on_price: Callable[[str, str], None] | None = None,
    found: Decimal | None = None,
    band: Band | None = None,
) -> Plan:
    """Shows the live view and returns the committed plan. Call it inside an ``st.fragment``.

    Args:
        portfolio: What is held.
        settings: Keyword arguments of ``rebalance`` besides cash and min_trade. Their ``repr`` must say all of them.
        quotes: What is known of its prices and names.
        key: Key of the component; unique on the page.
        on_fit: Called, before the rerun, when the reader asks to fit the shares to the cash.
        on_price: Called, before the rerun, with a symbol and the price that the reader typed for it; raises
            ``PbalError`` where it cannot be used.
        found: Dollars of cash that the file has: a landmark on the slider.
        band: How far a weight may be from its target, for another landmark; the 5/25 rule by default.

    Returns:
        The plan for ``st.session_state["cash"]`` and ``["min_trade"]``, which the caller has set before the first call.

    Raises:
        InfeasiblePlanError: There is no plan for these amounts. The view is shown all the same and says why, so
            nothing needs to be said again.
        PbalError: The core refuses the settings or the amounts, and nothing is shown.
    """
    state = st.session_state
    point = Point(*(to_amount(state[axis], WORDS[axis]) for axis in AXES))
    places = max(decimals(point.cash), decimals(point.min_trade))
    problem = prepare(portfolio, **settings, places=places)
    memory = state.setdefault(f"{key}-memory", new_memory())
    memory["answer"] += 1
    memory["policy"] = settings.get("policy")
    ask: Ask = partial(rebalance, portfolio, **settings)
    read = partial(read_amount, method=problem.method, currency=portfolio.currency)
    commit = partial(_commit, key, ask, memory, on_fit, read, on_price=on_price)
    facts = (portfolio, sorted(settings.items()), quotes)
    policy = settings.get("policy") or Policy()
    classes = tree_rows(problem.portfolio, policy.targets)
    question = problem.units(point.cash), problem.units(read_min_trade(point.min_trade, problem.method))
    solution = solve(problem, *question)
    data = payload(
        *(problem, point, memory),
        facts=facts,
        quotes=quotes or Quotes(),
        found=found,
        band=band,
        classes=classes,
        solution=solution,
    )
    axes = memory["sliders"].axes
    awaited = data["sheet"] is not None or any(getattr(point, axis) not in axes.of(axis) for axis in AXES)
    _live.draw(data, memory, key=key, on_request=commit, awaited=awaited)
    del data  # Streamlit has written it by now, and collects garbage after the run
    return proven_plan(problem, question, solution)


def new_memory() -> dict[str, Any]:
    """What Python keeps of one view: numbers of the last request and answer, what the browser has, what was refused."""
    return {
        "n": 0,
        "answer": 0,
        "have": {},
        "parts": None,
        "reached": (),
        "sliders": None,
        "errors": {},
        "typed": {},
        "refused_price": None,
    }


def _commit(
    key: str,
    ask: Ask,
    memory: dict[str, Any],
    on_fit: Callable[[], None] | None,
    read: Read,
    *,
    on_price: Callable[[str, str], None] | None = None,
) -> None:
    """Takes a request of the browser over, if it can be honoured, or remembers why not."""
    request = st.session_state[key].get("request")
    if not isinstance(request, Mapping):
        return
    number, have = request.get("n"), request.get("have")
    memory["n"] = number if isinstance(number, int) else memory["n"]
    memory["have"] = dict(have) if isinstance(have, Mapping) else {}
    memory["parts"] = request.get("parts")
    memory["reached"] = tuple(axis for axis in AXES if axis in str(request.get("reached", ""))[:60])
    if not any(axis in request for axis in AXES):
        return  # the browser only lacks something
    memory["errors"], memory["typed"], memory["refused_price"] = {}, {}, None
    amounts: dict[Axis, Decimal] = {}
    for axis in AXES:
        text = str(request.get(axis, ""))[:60]
        try:
            amounts[axis] = read(axis, text)
        except RequestError as error:
            memory["errors"][axis], memory["typed"][axis] = page_words(error), text
    if memory["errors"]:
        return
    for axis in AXES:
        st.session_state[axis] = _number(amounts[axis])
    if on_fit is not None and request.get("fit") is True:
        on_fit()
    if on_price is not None and isinstance(request.get("price"), Mapping):
        memory["refused_price"] = _price(request["price"], on_price)
    if request.get("pin") == "set":
        _pin(partial(ask, amounts["cash"], min_trade=amounts["min_trade"]), memory)
    elif request.get("pin") == "clear":
        memory["pinned"] = memory["question"] = None


def _price(typed: Mapping[Any, Any], on_price: Callable[[str, str], None]) -> dict[str, str] | None:
    """Takes a price over; if it cannot be used, of which symbol that is said, and why."""
    symbol, text = (str(typed.get(name, ""))[:60] for name in ("symbol", "price"))
    try:
        on_price(symbol, text)
    except PbalError as error:
        return {"symbol": symbol, "message": page_words(error)}
    return None


def _number(amount: Decimal) -> int | Decimal:
    """The amount as a whole number where it is one."""
    return int(amount) if amount == int(amount) else amount


def read_amount(axis: Axis, text: str, *, method: Method = Method.CLASSIC, currency: str = "USD") -> Decimal:
    """An amount as somebody typed it (see ``typed_amount``), within the bounds of its axis.

    Raises:
        RequestError: It is no amount, or out of bounds; what was found and what is needed.
    """
    words = WORDS[axis]
    amount = typed_amount(text, words, currency)
    digits = minor_digits(currency)
    if decimals(amount) > digits:
        needed = {0: "a whole number", 2: "in whole cents"}.get(digits, f"of at most {digits} decimals")
        found = f"{'-' if amount < 0 else ''}{currency_sign(currency)}{abs(amount):,f}"  # format_money would round it
        raise RequestError(f"The {words} is {found}; it must be {needed}.")
    low, high = amount_bounds(axis, method)
    if not low <= amount <= high:
        found, least, most = (format_money(value, currency=currency) for value in (amount, low, high))
        raise RequestError(f"The {words} is {found}; it must lie within {least} to {most}.")
    return amount


def pinned_plan(portfolio: Portfolio, *, key: str = "live") -> PinnedPlan | None:
    """The question of plan A, None where no plan is pinned, or only one of another portfolio."""
    memory = st.session_state.get(f"{key}-memory", {})
    currency, symbols = memory.get("pinned_for", ("", ()))
    same = currency == portfolio.currency and set(portfolio.symbols) <= set(symbols)
    question: PinnedPlan | None = memory.get("question")
    return question if same else None


def pin_again(portfolio: Portfolio, pinned: PinnedPlan | None, *, key: str = "live") -> None:
    """Makes the plan of a saved question plan A, or unpins where there is none."""
    memory = st.session_state.setdefault(f"{key}-memory", new_memory())
    memory["pinned"] = memory["question"] = None
    if pinned is None:
        return
    options: dict[str, Any] = {"policy": pinned.policy, "strategy": pinned.strategy, "method": pinned.method}
    memory["policy"] = pinned.policy
    _pin(partial(rebalance, portfolio, pinned.cash, min_trade=pinned.min_trade, **options), memory)


def _pin(ask: Callable[[], Plan], memory: dict[str, Any]) -> None:
    """Keeps what the plan shows as plan A; where there is no plan, nothing changes."""
    try:
        plan = ask()
    except PbalError:
        return  # the view says why
    portfolio = plan.portfolio
    memory["question"] = PinnedPlan(
        policy=memory.get("policy") or Policy(),
        cash=plan.cash,
        min_trade=plan.min_trade,
        strategy=plan.strategy,
        method=plan.method,
    )
    trades = BY_KEY["shares"].texts(plan)
    memory["pinned_for"] = (portfolio.currency, portfolio.symbols)
    memory["pinned"] = {
        "label": f"Plan A: cash {portfolio.money(plan.cash)}, minimum trade {portfolio.money(plan.min_trade)}, "
        f"{plan.strategy.label.lower()}, {plan.method.label}.",
        "trades": trades,
        "width": widest(f"\N{NOT EQUAL TO} {trade}" for trade in trades),
        "numbers": [f"A: {number.value}" for number in key_numbers(plan)],
        "weights": [100 * weight for weight in plan.weights_after],
        "dollars": [float(value) for value in plan.values_after],
    }
