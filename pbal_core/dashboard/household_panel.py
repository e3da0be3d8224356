"""The household on the page: its component, what it is sent, and what comes back from it.

The model: as in ``live``, Python computes and the browser looks up. The browser gets the committed plan of all
accounts, and the plans along the slider that somebody reaches for: along the cash of one account the others keep their
plans; along the minimum trade all accounts are planned. When a slider is let go, it sends one request with all amounts,
and all is planned anew.

Amounts live in the page's household, the minimum trade in ``st.session_state["min_trade"]``. What comes from the
browser is the client's: it is text until ``read_amount`` accepted it and the core computed a plan for it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import streamlit as st

from ..errors import InfeasiblePlanError, PbalError, RequestError
from ..money import currency_spellings
from ..planning.household import HouseholdPlan, rebalance_household
from ..planning.household.along import Prepared, prepare_household
from ..planning.household.assemble import Assembled
from ..planning.household.smallest import along_min_trade
from ..planning.strategy import Method
from ..policy.household import HouseholdPolicy
from ..policy.policy import Policy
from ..policy.targets import Targets
from ..views import household as views
from ..views.axis import cash_axis, min_trade_axis, plain
from ..views.copying import trade_lines
from ..views.household_page import HouseholdStates, household_sheet, household_states
from ..views.household_rows import HouseholdRows, household_rows
from ..views.reading import counted
from . import households, state
from .component import digest, view
from .live import read_amount
from .loaded import Current
from .messages import literal, page_words, say

LIVE_ROWS = 100
"""Above this many rows of one account its plans are computed when its cash is let go."""
MOST_REMARKS = 6
_FEW_ROWS = 15
_PARTS = {True: 700, False: 400}
"""Into how many parts the slider of an account of few rows, or of more, divides what it is worth, near zero."""
_KEY = "household"

_SCRIPTS = (
    *("cells.js", "numbers.js", "track.js", "amount.js", "copying.js", "conductor.js"),
    *("household_table.js", "household_chart.js", "household.js"),
)
_view = view("household", styles=("live.css", "track.css", "household.css"), scripts=_SCRIPTS)


def show(current: Current, household: HouseholdPolicy, policy: Policy) -> HouseholdPlan | None:
    """Draws the household and returns its plan; None where there is none, and it is said why.

    Args:
        current: What is held.
        household: The accounts.
        policy: The targets, and the constraints that count in each account.
    """
    memory = st.session_state.setdefault(f"{_KEY}-memory", new_memory())
    memory["answer"] += 1
    try:
        asked = _Asked.of(current, household, policy)
    except PbalError as error:
        st.error("There is no plan for this household.")
        say([error])
        return None
    _view.draw(asked.data(memory), memory, key=_KEY, on_request=_committed, awaited=True)
    return asked.plan


def remarks(plan: HouseholdPlan) -> None:
    """What is to be said of the files and of each account's plan, in small letters."""
    lines = [page_words(issue) for issue in plan.issues]
    lines += [f"{name}: {issue.message}" for name, each in plan.plans.items() for issue in each.issues]
    if len(lines) > MOST_REMARKS:
        more = counted(len(lines) - MOST_REMARKS, "remark")
        lines[MOST_REMARKS:] = [f"{more} more: all of them are in the JSON file."]
    with st.container(key="plan-remarks"):
        if lines:
            st.caption("  \n".join(map(literal, lines)))


def new_memory() -> dict[str, Any]:
    """What Python keeps of the view: the last request and answer, what the browser has, what was refused."""
    return {"n": 0, "answer": 0, "have": "", "parts": None, "reached": None, "errors": {}, "typed": {}}


class _Asked:
    """One question about a household, and its answer."""

    def __init__(self, assembled: Assembled, targets: Targets, household: HouseholdPolicy) -> None:
        settings = state.settings()
        self.assembled, self.targets = assembled, targets
        self.cash, self.min_trade = assembled.cash, settings.min_trade
        self.axes = _axes(assembled)
        self.prepared: Prepared = prepare_household(
            assembled.household,
            targets,
            self.cash,
            strategy=settings.strategy,
            min_trade=self.min_trade,
            amounts=[amount for axis in self.axes for amount in axis],
        )
        self.rows: HouseholdRows = household_rows(self.prepared, targets)
        self.refusal = ""
        self.plan: HouseholdPlan | None = None
        self.strategy, self.location = settings.strategy, households.location_for(household, targets)
        try:
            plan = self.ask(self.min_trade)
            self.plan = replace(plan, issues=(*assembled.issues, *plan.issues))
        except InfeasiblePlanError as error:
            self.refusal = str(error)
        worth = sum((account.portfolio.value for account in assembled.household), Decimal(0))
        self.smallest = min_trade_axis(worth, Method.EXACT, len(self.rows.basis.symbols), reach=[self.min_trade])
        facts = (assembled.household, targets, settings.strategy, self.axes, self.smallest, assembled.found)
        self.sheet = digest(facts, sorted(self.location.items()))
        self.point = digest(self.sheet, sorted(self.cash.items()), self.min_trade)

    def ask(self, min_trade: Decimal) -> HouseholdPlan:
        """The plan for a minimum trade.

        Raises:
            InfeasiblePlanError: There is none.
        """
        return rebalance_household(
            self.assembled.household,
            self.targets,
            self.cash,
            strategy=self.strategy,
            method=Method.EXACT,
            min_trade=min_trade,
            location=self.location,
        )

    @classmethod
    def of(cls, current: Current, household: HouseholdPolicy, policy: Policy) -> _Asked:
        """The question of the page.

        Raises:
            PbalError: It cannot be asked.
        """
        assembled = households.assembled(household, policy, current)
        return cls(assembled, households.targets_for(policy, current), household)

    def data(self, memory: dict[str, Any]) -> dict[str, Any]:
        """What the browser needs and does not have yet; it is remembered as sent."""
        plan, rows = self.plan, self.rows
        outcomes = rows.refused(self.cash, self.refusal) if plan is None else rows.committed(plan)
        money = self.assembled.household.accounts[0].portfolio.money
        names, errors, typed = list(self.cash), memory["errors"], memory["typed"]
        sheet = None if memory["have"] == self.sheet else self._sheet()
        memory["have"] = self.sheet  # a browser that does not get it asks again
        reached, memory["reached"] = memory["reached"], None
        return {
            "n": memory["n"],
            "answer": memory["answer"],  # no answer is sent twice; see ``payload``
            "ids": {"sheet": self.sheet},
            "sheet": sheet,
            "point": {
                "id": self.point,
                "cash": [plain(self.cash[name]) for name in names],
                "min_trade": plain(self.min_trade),
                "states": household_states(rows, [outcomes]),
            },
            "slice": self._slice(reached) if reached is not None and reached <= len(names) else None,
            "cash": [
                {"value": plain(self.cash[name]), "label": typed.get(name, money(self.cash[name])),
                 "error": errors.get(name, "")}
                for name in names
            ],
            "min_trade": {"value": plain(self.min_trade), "label": typed.get("", money(self.min_trade)),
                          "error": errors.get("", "")},
            "lines": [] if plan is None else _lines(plan),
            "explanation": "" if plan is None else views.explanation(plan),
        }  # fmt: skip

    def _sheet(self) -> dict[str, Any]:
        sheet = household_sheet(self.rows, self.axes, self.smallest)
        classes = bool(self.targets.groups or self.targets.substitutes)
        spellings = currency_spellings(self.assembled.household.currency)
        return {**sheet, "id": self.sheet, "classes": classes, "spellings": spellings}

    def _slice(self, number: int) -> dict[str, Any] | None:
        """The plans along the cash of one account, or along the minimum trade, which is the last slider.

        None where there is no plan, or too much to do.
        """
        rows, plan = self.rows, self.plan
        if plan is None:
            return None
        if number == len(rows.accounts):
            few = len(rows.basis.symbols) <= LIVE_ROWS
            return {"slider": number, "of": self.point, "states": along_smallest(self, plan)} if few else None
        if len(rows.accounts[number].rows) > LIVE_ROWS:
            return None
        return {"slider": number, "of": self.point, "states": along(rows, self.prepared, plan, number, self)}

    def marks(self, number: int) -> list[tuple[int, str]]:
        """Places on the slider of an account that somebody looks for."""
        name, axis = list(self.cash)[number], self.axes[number]
        known = {Decimal(0): "nothing to invest or to withdraw"}
        found = self.assembled.found.get(name, Decimal(0))
        if found > 0:
            known[found] = "the cash found in the file"
        return [(axis.index(amount), words) for amount, words in sorted(known.items()) if amount in axis]


def along(rows: HouseholdRows, prepared: Prepared, plan: HouseholdPlan, number: int, asked: _Asked) -> HouseholdStates:
    """The plans for every position of one account's slider, beside the plans of the others."""
    name, axis = rows.accounts[number].name, asked.axes[number]
    beside, committed = prepared.beside(plan, name), rows.committed(plan)
    account = prepared.accounts[name]
    positions = (
        [*committed[:number], rows.along(number, account, amount, beside.solve(amount)), *committed[number + 1 :]]
        for amount in axis
    )
    return household_states(rows, positions, moving=number, places=range(len(axis)), landmarks=asked.marks(number))


def along_smallest(asked: _Asked, plan: HouseholdPlan) -> HouseholdStates:
    """The plans of all accounts along the minimum trade, for as many positions around it as there is time for."""
    found = along_min_trade(asked.smallest, plan, asked.min_trade, asked.ask, clock=time.perf_counter)
    rows = asked.rows
    positions = (
        rows.refused(asked.cash, each) if isinstance(each, str) else rows.committed(each) for each in found.plans
    )
    return household_states(rows, positions, places=range(found.first, found.first + len(found.plans)))


def _axes(assembled: Assembled) -> list[tuple[Decimal, ...]]:
    """The positions of each account's slider; a far amount widens it while it is asked for."""
    axes = []
    for account in assembled.household:
        cash, found = assembled.cash[account.name], assembled.found.get(account.name, Decimal(0))
        marks = [found] if found > 0 else []
        worth = account.portfolio.value
        reach = [cash, *(mark for mark in marks if mark <= 10 * worth)]
        parts = _PARTS[len(account.portfolio) <= _FEW_ROWS]
        axes.append(cash_axis(worth, parts, reach=reach, marks=marks))
    return axes


def _lines(plan: HouseholdPlan) -> list[str]:
    """The trades of each account under its name, to paste into a note."""
    lines = []
    for name, each in plan.plans.items():
        if each.trades:
            lines += [f"{name}:", *trade_lines(each.portfolio, each.outcome)]
    return lines


def _committed() -> None:
    """Takes a request of the browser over, if it can be honoured, or remembers why not."""
    memory, request = st.session_state[f"{_KEY}-memory"], st.session_state[_KEY].get("request")
    take(request, memory)


def take(request: object, memory: dict[str, Any]) -> None:
    """Takes over what the browser asks: other amounts, or only what it lacks.

    Args:
        request: What the browser sent; anything that is no table is nothing.
        memory: See ``new_memory``.
    """
    page = state.page()
    household = page.household
    if not isinstance(request, Mapping) or household is None:
        return
    number, have, reached = (request.get(name) for name in ("n", "have", "reached"))
    memory["n"] = number if isinstance(number, int) else memory["n"]
    memory["have"] = have if isinstance(have, str) else ""
    memory["parts"] = request.get("parts")
    known = isinstance(reached, int) and 0 <= reached <= len(household.accounts)
    memory["reached"] = reached if known else None
    texts = request.get("cash")
    if not isinstance(texts, list) or len(texts) != len(household.accounts):
        return  # the browser only lacks something
    currency = page.current.statement.portfolio.currency
    memory["errors"], memory["typed"] = {}, {}
    amounts: dict[str, Decimal] = {}
    asked = [(account.name, texts[i], "cash") for i, account in enumerate(household.accounts)]
    for name, text, axis in (*asked, ("", request.get("min_trade", ""), "min_trade")):
        try:
            amounts[name] = read_amount("cash" if axis == "cash" else "min_trade", str(text)[:60], method=Method.EXACT,
                                        currency=currency)  # fmt: skip
        except RequestError as error:
            memory["errors"][name], memory["typed"][name] = page_words(error), str(text)[:60]
    if memory["errors"]:
        return
    smallest = amounts.pop("")
    st.session_state["min_trade"] = smallest
    page.household = households.with_cash(household, amounts)
