"""What the page remembers of one reader, in two dataclasses: the question, and the page around it.

The model: a :class:`Question` is everything that somebody said: whose positions, which targets and constraints, how
much cash. It never changes; a change is a new one, and the questions asked so far are the history that Undo, Redo and
the browser's Back and Forward go along. A :class:`Page` is the rest: what waits for a choice, which panel is open. It
lives in the session under one key. Four widgets keep their values under keys of their own: see ``SETTINGS``.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any

import streamlit as st

from ..policy.household import HouseholdPolicy
from ..policy.policy import Policy
from ..policy.targets import Targets
from ..views.drift import Band
from ..views.saved import PinnedPlan
from .linked import policy_params
from .loaded import Batch, Current
from .settings import Settings, band_params, read_settings

SETTINGS = ("cash", "min_trade", "strategy", "method")
"""Keys under which widgets and the live view keep the settings."""

MOST_STEPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What somebody asks.

    Args:
        current: The portfolio.
        policy: Targets and constraints.
        settings: Cash, minimum trade, strategy and share rounding.
        band: How far a weight may be from its target before that is worth acting on.
        pinned: The question of plan A, once another portfolio was shown; not part of what is asked.
        household: The accounts, where each is planned by itself; an address never says anything of them.
    """

    current: Current
    policy: Policy
    settings: Settings
    band: Band = field(default_factory=Band)
    pinned: PinnedPlan | None = None
    household: HouseholdPolicy | None = None

    def params(self, linked: Targets | None) -> dict[str, str]:
        """What an address says of the question: no amount held, and no targets but those that it may say.

        Args:
            linked: The targets that the address may say.
        """
        own = {} if self.current.sample else {"positions": "own"}
        choice = self.policy.constraints.leftover
        rest = {"leftover": choice} if choice else {}
        return {**self.settings.params(), **rest, **band_params(self.band), **own, **policy_params(self.policy, linked)}

    def same(self, other: Question) -> bool:
        """It asks the same; a portfolio is compared by identity, since it may be large."""
        mine, theirs = ((q.policy, q.settings, q.band, q.household) for q in (self, other))
        return self.current is other.current and mine == theirs


@dataclass(slots=True, kw_only=True)
class History:
    """The questions of a session, each with the address that says it.

    Args:
        steps: Address and question, oldest first; never empty.
        at: Which of them is on the page.
        mark: Tells this session's steps from those of another one in the same browser.
    """

    steps: list[tuple[dict[str, str], Question]]
    at: int = 0
    mark: str = field(default_factory=lambda: secrets.token_hex(2))
    count: int = 0

    @property
    def address(self) -> dict[str, str]:
        """The address of the question on the page."""
        return self.steps[self.at][0]

    def add(self, question: Question, linked: Targets | None = None) -> dict[str, str] | None:
        """Takes a question over as the newest step, and forgets what was undone before it.

        Args:
            question: What is asked now.
            linked: Targets that the address of the session brought.

        Returns:
            The address of the step, or None when the question is the one on the page already.
        """
        if question.same(self.steps[self.at][1]):
            return None
        self.count += 1
        address = question.params(linked) | {"step": f"{self.count}-{self.mark}"}
        self.steps = [*self.steps[: self.at + 1], (address, question)][-MOST_STEPS:]
        self.at = len(self.steps) - 1
        return address

    def note_pinned(self, pinned: PinnedPlan | None) -> None:
        """Keeps plan A with every step of the portfolio on the page, before another one is shown."""
        shown = self.steps[self.at][1].current.statement
        self.steps = [(a, replace(q, pinned=pinned) if q.current.statement is shown else q) for a, q in self.steps]

    def go(self, address: Mapping[str, str]) -> Question | None:
        """Goes to the step of an address, and returns its question; None when it is no step of this session."""
        for i in sorted(range(len(self.steps)), key=lambda k: abs(k - self.at)):
            if self.steps[i][0] == address:
                self.at = i
                return self.steps[i][1]
        return None


@dataclass(slots=True, kw_only=True)
class Page:
    """What the page remembers.

    Args:
        current: The portfolio on the page.
        policy: Targets and constraints in force.
        history: The questions so far; None until the first is asked.
        waiting: Files that are not on the page yet.
        problems: Why the last edit of the targets was refused.
        note: What was done to the targets that were typed last.
        notices: What is to be said once.
        gone: What the address speaks of and this session does not have: ``positions``, ``policy``.
        linked: Targets that the address brought.
        touched: A control of this run changed something, so that an older address is not the browser's Back.
        outdated: A control outside the plan's fragment changed something, and the whole page is not drawn since.
        way: The way in that is open: ``paste``, ``type`` or none.
        changing: The start row is open although a portfolio is loaded.
        seeing: What became of each line is open.
        looking: A sample was chosen to look at; what the browser keeps stays as it is.
        keeping: The browser keeps the session in its own storage.
        unusable: What the browser kept was refused; nothing is written over it.
        brought_back: The browser has just brought a session back, and the page is not drawn with it yet.
        household: The accounts, where each is planned by itself.
        each: The accounts that are shown next are planned each by itself.
        named: Name and content of a household's file that was read and waits for positions.
        band: How far a weight may be from its target before that is worth acting on.
        version: Grows whenever boxes must forget what was typed into them.
        edit: Number of the last edit of the targets that was judged.
        runs: How often Undo was drawn; the browser waits for the next one.
    """

    current: Current
    policy: Policy = field(default_factory=Policy)
    history: History | None = None
    waiting: Batch | None = None
    problems: tuple[str, ...] = ()
    note: str = ""
    notices: list[str] = field(default_factory=list)
    gone: frozenset[str] = frozenset()
    linked: Targets | None = None
    touched: bool = False
    outdated: bool = False
    way: str = ""
    changing: bool = False
    seeing: bool = False
    looking: bool = False
    keeping: bool = False
    unusable: bool = False
    brought_back: bool = False
    household: HouseholdPolicy | None = None
    each: bool = False
    named: tuple[str, HouseholdPolicy] | None = None
    band: Band = field(default_factory=Band)
    version: int = 0
    edit: int = 0
    runs: int = 0


_KEY = "page"


def begun() -> bool:
    """Whether this session has a page."""
    return _KEY in st.session_state


def begin(page: Page) -> None:
    """Puts the page of a new session there."""
    st.session_state[_KEY] = page


def page() -> Page:
    """The page of this session."""
    found: Page = st.session_state[_KEY]
    return found


def today() -> date:
    """The day it is where the server is."""
    return datetime.now(tz=UTC).astimezone().date()


def settings() -> Settings:
    """The settings as the widgets have them, what cannot be used replaced."""
    return read_settings({name: st.session_state.get(name) for name in SETTINGS})[0]


def put_settings(wanted: Settings) -> None:
    """Makes the widgets show settings; only before they are drawn, or in a callback."""
    amounts = {"cash": wanted.cash, "min_trade": wanted.min_trade}
    for name, text in wanted.params().items():
        st.session_state[name] = amounts.get(name, text)


def question() -> Question:
    """What is asked now."""
    found = page()
    return Question(
        current=found.current,
        policy=found.policy,
        settings=settings(),
        band=found.band,
        household=found.household,
    )


def touch(*, inside: bool = False) -> None:
    """Says that a control of the page was used in this run.

    Args:
        inside: It is drawn in the plan's fragment, which runs after its use.
    """
    found = page()
    found.touched = True
    found.outdated = found.outdated or not inside


def change(action: Callable[..., None], *, inside: bool = False) -> Callable[..., None]:
    """A callback that says, besides what it does, that a control of the page was used; see ``touch``."""

    @wraps(action)
    def called(*args: Any, **named: Any) -> None:
        touch(inside=inside)
        action(*args, **named)

    return called
