"""What the page shows of a household: a sheet that no slider changes, and the plans along the cash of one account.

The model: a *sheet* has names, values before and targets. *States* have what follows the cash, for one position (the
committed plan, with the rows of all accounts) or for every position of one account's slider (with the rows of that
account: those of the others stay as they are). The browser looks up; it decides and formats nothing.

Worked example: "Buy 12 in Taxable, 6 in IRA" is the trade of the fund VTI, whose rows are VTI in both accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypedDict

from ..money import format_percent, format_shares
from ..planning.outcome import Outcome
from .axis import AxisData, axis_data
from .balance import balanced_after
from .classes import count_text
from .household import sentence_of
from .household_rows import KIND_WORDS, HouseholdRows
from .numbers import outcome_numbers
from .sheet import percent_texts
from .states import Known, States
from .sweep import weight_code
from .tops import nice_ceiling
from .trades import DASH, side_of, trade_text
from .wording import joined

ROW_TEXTS = ("trade", "traded", "after")
"""Texts of a row that follow its trade."""


class AccountSheet(TypedDict):
    """One account: its name, what it holds, and which fund each of its rows is."""

    name: str
    kind: str
    symbols: list[str]
    values: list[str]
    funds: list[int]
    axis: AxisData


class FundSheet(TypedDict):
    """One fund of the household: its name, and its weights before the trades in percent and as text."""

    name: str
    before: float
    now: str
    target: float
    frozen: bool
    level: int
    """How many classes it lies in."""


class FundClassSheet(TypedDict):
    """A class of the targets: its name, how deep it lies, its first fund, and its weight before the trades as text."""

    name: str
    level: int
    first: int
    now: str


class HouseholdSheet(TypedDict):
    """What no slider changes."""

    accounts: list[AccountSheet]
    funds: list[FundSheet]
    funds_in: list[FundClassSheet]
    """The classes, each before those inside it; none where the targets are a flat list."""
    percents: list[str]
    min_trade: AxisData
    top: float
    """Where the value axis of the chart ends, in percent; it may have to end later for states."""


class AccountStates(TypedDict):
    """One account over the positions of a slider."""

    rows: list[dict[str, list[object]]]
    """For each row ``at``, the number of its trade at each position, and for each trade ``side``, ``dollars`` after it
    and ROW_TEXTS."""
    cash: States
    """A state is cash before, what the trades take from it, and what stays, as text."""
    total: States
    """A state is the account with its cash: before, its trades, and after, as text."""


class FundStates(TypedDict):
    """One fund, or the sum of those of a class, over the positions of a slider."""

    trade: States
    traded: States
    after: list[int]
    """Weights in thousandths of a percent; see ``weight_code``."""
    target: list[int]
    """The same of its target, which moves where something is frozen."""


class HouseholdStates(TypedDict):
    """p positions of a slider, or the committed plan as one."""

    places: list[int]
    balance: list[int]
    trades: list[int]
    landmarks: list[dict[str, object]]
    sentence: States
    numbers: list[States]
    accounts: list[AccountStates | None]
    """None for accounts that stay as they are."""
    funds: list[FundStates]
    funds_in: list[FundStates]
    """The same of each class, whose trades are counted."""
    total: States
    """The foot of the table: everything before, trades, fees, and after, as text."""
    dollars: list[float]
    """All positions together after the trades."""
    top: float


def household_sheet(
    rows: HouseholdRows, axes: Sequence[Sequence[Decimal]], min_trade: Sequence[Decimal]
) -> HouseholdSheet:
    """What no slider changes.

    Args:
        rows: The rows of the household.
        axes: For each account the positions of its slider, in dollars, lowest first.
        min_trade: The positions of the slider of the smallest trade.
    """
    basis = rows.basis
    fund_of = {row: number for number, fund in enumerate(rows.funds) for row in fund.rows}
    accounts = []
    for account, axis in zip(rows.accounts, axes, strict=True):
        own = account.basis
        accounts.append(
            AccountSheet(
                name=account.name,
                kind=KIND_WORDS[account.kind],
                symbols=list(own.symbols),
                values=[own.cents_text(cents) for cents in own.cents],
                funds=[fund_of[row] for row in account.span],
                axis=axis_data(axis, own.currency),
            )
        )
    funds = []
    for fund in rows.funds:
        before = sum(basis.weights[row] for row in fund.rows)
        target = sum(basis.targets_before[row] for row in fund.rows)
        frozen = all(basis.frozen[row] for row in fund.rows)
        funds.append(
            FundSheet(name=fund.name, before=100 * before, now=format_percent(before), target=100 * target,
                      frozen=frozen, level=fund.level)
        )  # fmt: skip
    classes = [
        FundClassSheet(
            name=each.name,
            level=each.level,
            first=each.funds[0],
            now=format_percent(sum(basis.weights[row] for row in rows.rows_of(each))),
        )
        for each in rows.classes
    ]
    return HouseholdSheet(
        accounts=accounts,
        funds=funds,
        funds_in=classes,
        percents=percent_texts(),
        min_trade=axis_data(min_trade, basis.currency),
        top=chart_top(*(fund["before"] for fund in funds), *(fund["target"] for fund in funds)),
    )


def household_states(
    rows: HouseholdRows,
    positions: Iterable[Sequence[Outcome]],
    *,
    moving: int | None = None,
    places: Sequence[int] = (0,),
    landmarks: Sequence[tuple[int, str]] = (),
) -> HouseholdStates:
    """Packs what is shown of each position, one after the other.

    Args:
        rows: The rows of the household.
        positions: For each position the outcome of every account.
        moving: The account whose cash differs; None for the committed plan, which has all of them.
        places: The positions' places on the slider.
        landmarks: Places that somebody looks for, and what they are.
    """
    packing = _Packing(rows, range(len(rows.accounts)) if moving is None else [moving])
    for outcomes in positions:
        packing.add(outcomes)
    return packing.states(list(places), landmarks)


class _Packing:
    """States in the making: takes positions one by one and keeps no part of them but texts and numbers."""

    def __init__(self, rows: HouseholdRows, numbers: Iterable[int]) -> None:
        self.rows = rows
        self.accounts = {number: _AccountPacking(len(rows.accounts[number].rows)) for number in numbers}
        self.account_of = rows.account_of
        self.sentence, self.total = Known(), Known()
        self.numbers: list[Known] = []
        self.funds = [_FundPacking() for _ in rows.funds]
        self.classes = [_FundPacking() for _ in rows.classes]
        self.balance: list[int] = []
        self.trades: list[int] = []
        self.dollars: list[float] = []

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Packs one position."""
        whole = self.rows.together(outcomes)
        for number, packing in self.accounts.items():
            packing.add(outcomes[number])
        self.sentence.add(household_sentence(self.rows, outcomes))
        left = sum(outcome.cents.cash_after for outcome in outcomes)
        found = [number for number in outcome_numbers(whole) if number.name != "proof"]
        self.numbers = self.numbers or [Known() for _ in found]
        for known, each in zip(self.numbers, found, strict=True):
            value = each.value
            if each.name == "cash_left" and not whole.refusal:
                value = whole.basis.cents_text(left)  # as the accounts' own lines add up
            known.add((each.label, value, each.alert))
        self._add_funds(outcomes, whole)
        count = sum(map(bool, whole.shares))
        self.total.add(self._foot(outcomes, count, refused=bool(whole.refusal)))
        self.balance.append(-1 if whole.refusal else round(1000 * balanced_after(whole)))
        self.trades.append(count)
        self.dollars.append(sum(whole.values_after) / 10**whole.basis.scale)

    def _add_funds(self, outcomes: Sequence[Outcome], whole: Outcome) -> None:
        spans = [account.span for account in self.rows.accounts]
        cents = {
            row: moved
            for span, outcome in zip(spans, outcomes, strict=True)
            for row, moved in zip(span, outcome.cents.moved, strict=True)
        }
        for packing, fund in zip(self.funds, self.rows.funds, strict=True):
            packing.add(self._fund_trade(fund.name, fund.rows, whole), fund.rows, whole, cents)
        for packing, each in zip(self.classes, self.rows.classes, strict=True):
            rows = self.rows.rows_of(each)
            packing.add(count_text(sum(1 for row in rows if whole.shares[row])), rows, whole, cents)

    def _fund_trade(self, fund: str, rows: Sequence[int], whole: Outcome) -> str:
        """``Buy 12 in Taxable, 6 in IRA; sell 3 in Roth``."""
        said = []
        for verb, sign in (("buy", 1), ("sell", -1)):
            parts = [self._part(fund, row, whole) for row in rows if whole.shares[row] * sign > 0]
            if parts:
                said.append(f"{verb} {joined(parts)}")
        text = "; ".join(said)
        return f"{text[:1].upper()}{text[1:]}" if text else DASH

    def _part(self, fund: str, row: int, whole: Outcome) -> str:
        number, symbol = self.account_of[row], whole.basis.symbols[row]
        which = "" if symbol == fund else f" {symbol}"
        where = "" if number is None else f" in {self.rows.accounts[number].name}"
        shares = whole.shares[row]
        return f"{format_shares(-shares if shares < 0 else shares)}{which}{where}"

    def _foot(self, outcomes: Sequence[Outcome], count: int, *, refused: bool) -> tuple[str, str, str, str]:
        text = self.rows.basis.cents_text
        fees = sum(outcome.cents.fees for outcome in outcomes)
        return (
            text(sum(outcome.cents.total_now for outcome in outcomes)),
            trade_count_words(count),
            f"fees {text(-fees)}" if fees else DASH,
            DASH if refused else text(sum(outcome.cents.total_after for outcome in outcomes)),
        )

    def states(self, places: list[int], landmarks: Sequence[tuple[int, str]]) -> HouseholdStates:
        """What goes on the wire."""
        weights = [code for fund in self.funds for code in (*fund.after, *fund.target)]
        accounts = self.accounts
        return HouseholdStates(
            places=places,
            balance=self.balance,
            trades=self.trades,
            landmarks=[{"place": place, "words": words} for place, words in landmarks],
            sentence=self.sentence.states(),
            numbers=[known.states() for known in self.numbers],
            accounts=[accounts[n].states() if n in accounts else None for n in range(len(self.rows.accounts))],
            funds=[fund.states() for fund in self.funds],
            funds_in=[each.states() for each in self.classes],
            total=self.total.states(),
            dollars=self.dollars,
            top=chart_top(*(code / 1000 for code in weights)),
        )


class _FundPacking:
    """A fund or a class in the making."""

    def __init__(self) -> None:
        self.trade, self.traded = Known(), Known()
        self.after: list[int] = []
        self.target: list[int] = []

    def add(self, trade: str, rows: Sequence[int], whole: Outcome, cents: Mapping[int, int]) -> None:
        """Packs one position: what is said of the trade, and the sums of its rows of the household."""
        self.trade.add(trade)
        traded = any(whole.shares[row] for row in rows)
        moved = sum(cents.get(row, 0) for row in rows)
        self.traded.add(whole.basis.cents_text(moved, signed=True) if traded else DASH)
        self.after.append(weight_code(sum(whole.weights_after[row] for row in rows)))
        self.target.append(weight_code(sum(whole.targets_after[row] for row in rows)))

    def states(self) -> FundStates:
        """What goes on the wire."""
        return FundStates(trade=self.trade.states(), traded=self.traded.states(), after=self.after, target=self.target)


class _AccountPacking:
    """The rows of one account in the making."""

    def __init__(self, count: int) -> None:
        self.known: list[dict[tuple[int | Decimal, int], int]] = [{} for _ in range(count)]
        self.rows: list[dict[str, list[object]]] = [
            {key: [] for key in ("at", "side", "dollars", *ROW_TEXTS)} for _ in range(count)
        ]
        self.cash, self.total = Known(), Known()

    def add(self, outcome: Outcome) -> None:
        """Packs one position."""
        basis, cents = outcome.basis, outcome.cents
        text = basis.cents_text
        for i, trade in enumerate(zip(outcome.shares, cents.moved, strict=True)):
            row, known = self.rows[i], self.known[i]
            if trade not in known:
                known[trade] = len(known)
                shares, moved = trade
                row["side"].append(side_of(shares))
                row["dollars"].append(outcome.values_after[i] / 10**basis.scale)
                row["trade"].append(trade_text(shares))
                row["traded"].append(text(moved, signed=True) if moved else DASH)
                row["after"].append(text(cents.after[i]))
            row["at"].append(known[trade])
        taken = text(cents.cash_moved, signed=True) if cents.cash_moved else DASH
        left = DASH if outcome.refusal else text(cents.cash_after)
        self.cash.add((text(cents.cash), taken, left))
        count = sum(map(bool, outcome.shares))
        after = DASH if outcome.refusal else text(cents.total_after)
        self.total.add((text(cents.total_now), trade_count_words(count), after))

    def states(self) -> AccountStates:
        """What goes on the wire."""
        return AccountStates(rows=self.rows, cash=self.cash.states(), total=self.total.states())


def household_sentence(rows: HouseholdRows, outcomes: Sequence[Outcome]) -> str:
    """What to trade in each account, or why there is no plan."""
    refusals = dict.fromkeys(outcome.refusal for outcome in outcomes if outcome.refusal)
    if refusals:
        return f"No plan. {' '.join(refusals)}"
    trades = {
        account.name: [
            (symbol, shares) for symbol, shares in zip(outcome.basis.symbols, outcome.shares, strict=True) if shares
        ]
        for account, outcome in zip(rows.accounts, outcomes, strict=True)
    }
    text = rows.basis.cents_text
    cash = sum(outcome.cents.cash for outcome in outcomes)
    left = sum(outcome.cents.cash_after for outcome in outcomes)
    withdrawn = any(outcome.cash < 0 for outcome in outcomes)
    return sentence_of(trades, text(left), "" if withdrawn else text(cash))


def trade_count_words(count: int) -> str:
    """``2 trades``, or that there are none."""
    return f"{count:,} trade{'' if count == 1 else 's'}" if count else "No trades"


def chart_top(*percents: float) -> float:
    """Where the chart's axis ends for bars of at most so many percent."""
    return min(100.0, nice_ceiling(1.04 * max(percents, default=0.0)))
