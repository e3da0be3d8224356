"""What a plan comes to in words: its sentence, and how good it is known to be.

The model: the command, the page and the printed page all show these texts; the table is in ``columns``, the
key numbers are in ``numbers``. Worked example:
10 VCR at 279.68 for 5,000 of cash is "Buy 10 VCR for $2,796.80; $2,203.20 stays in cash."
"""

from __future__ import annotations

from decimal import Decimal
from math import ceil

from ..errors import Issue
from ..money import format_money, format_percent, format_shares
from ..planning.outcome import Outcome
from ..planning.plan import Plan
from ..planning.proof import Proof
from ..planning.strategy import Method
from .trades import trade_text
from .wording import joined

ROUGHLY = "Roughly, until you let go: "
"""How a position of a slider begins whose search was cut short; the plan for it is searched for on release."""

_NAMED_TRADES = 8
_ROOM = 96
"""Characters for the trades that the sentence names, so that two lines of a screen hold it."""


def gap_words(proof: Proof, currency: str) -> str:
    """The certified gap as an amount, rounded up to cents."""
    return format_money(Decimal(ceil(proof.gap * 100)).scaleb(-2), currency=currency)


def points(fraction: float, *, signed: bool = False) -> str:
    """A distance between weights in percentage points: ``0.078`` as ``7.8``."""
    return format_percent(fraction, signed=signed).removesuffix(" %")


def sentence(plan: Plan) -> str:
    """What to do, what it costs and what it leaves, as one sentence."""
    return outcome_sentence(plan.outcome)


def outcome_sentence(outcome: Outcome) -> str:
    """``sentence`` of an outcome."""
    if outcome.refusal:
        return f"No plan: {outcome.refusal}"
    return f"{ROUGHLY}{_done(outcome)}" if outcome.approximate else _done(outcome)


def _done(outcome: Outcome) -> str:
    money = outcome.basis.money
    buys = [i for i, shares in enumerate(outcome.shares) if shares > 0]
    sells = [i for i, shares in enumerate(outcome.shares) if shares < 0]
    if not buys and not sells:
        return f"Nothing to trade: {outcome.why_nothing}." if outcome.why_nothing else "Nothing to trade."
    raised = money(-sum(outcome.moved[i] for i in sells))
    spent = money(sum(outcome.moved[i] for i in buys))
    if buys and sells:
        sold = _listed(outcome, sells, _ROOM // 2)
        bought = _listed(outcome, buys, _ROOM - len(sold))
        both = f"the sales raise {raised}, the purchases cost {spent}"
        return f"Sell {sold}, and buy {bought}: {both}{_rest(outcome)}."
    if buys:
        return f"Buy {_listed(outcome, buys)} for {spent}{_rest(outcome)}."
    return f"Sell {_listed(outcome, sells)} for {raised}{_rest(outcome)}."


def _listed(outcome: Outcome, trades: list[int], room: int = _ROOM) -> str:
    """``10 VCR, 8 VDC and 3 VIS``; of many or long ones the largest, in file order, and how many more.

    Args:
        outcome: What the trades are a part of.
        trades: Positions that trade, in file order.
        room: Characters that there should be at most; one trade is always named.
    """
    text = _named(outcome, trades, trades)
    if len(trades) <= _NAMED_TRADES and len(text) <= room:
        return text
    largest = sorted(trades, key=lambda i: -abs(outcome.moved[i]))[: _NAMED_TRADES - 2]
    while len(text := _named(outcome, sorted(largest), trades)) > room and len(largest) > 1:
        largest.pop()
    return text


def _named(outcome: Outcome, named: list[int], trades: list[int]) -> str:
    sizes = [-outcome.shares[i] if outcome.shares[i] < 0 else outcome.shares[i] for i in named]
    parts = [f"{format_shares(size)} {outcome.basis.symbols[i]}" for size, i in zip(sizes, named, strict=True)]
    if len(named) < len(trades):
        parts.append(f"{len(trades) - len(named)} more")
    return joined(parts)


def _rest(outcome: Outcome) -> str:
    """What the plan leaves or lacks, as the end of the sentence."""
    money, cash, left = outcome.basis.money, outcome.cash, outcome.cash_left
    fees = f" and {money(outcome.fees)} of fees" if outcome.fees else ""
    if left == 0:
        exactly = ", exactly the cash" if cash > 0 else ", exactly the amount to withdraw" if cash else ""
        return fees + exactly
    if money(abs(left)) == money(0):
        return fees
    if cash < 0:
        difference = "more" if left > 0 else "less"
        return f"{fees}: {money(abs(left))} {difference} than the {money(-cash)} to withdraw"
    if left < 0:
        return f"{fees}: {money(-left)} more than the cash"
    return f"{fees}; {money(left)} stays in cash"


def proof_words(plan: Plan) -> str:
    """What is known about how good the plan is, as one sentence."""
    proof = plan.proof
    if proof is None:
        return "Each trade is rounded to the nearest share by itself; a plan fitted to the cash may come closer."
    if proof.proven:
        return f"Optimal: under these rules no plan is better ({MEASURE})."
    gap = gap_words(proof, plan.portfolio.currency)
    return f"Not proven optimal: under these rules another plan may be better by at most {gap} ({MEASURE})."


def remarks(plan: Plan) -> tuple[Issue, ...]:
    """The plan's issues that its sentence does not say: where nothing is traded it says why, and what stays in cash."""
    return tuple(issue for issue in plan.issues if plan.trades or issue.code not in _SAID)


_SAID = {"idle_cash", "below_buffer"}


def limits_words(plan: Plan) -> str:
    """What limits the plan and neither its sentence nor a remark says, as a sentence; empty for nothing."""
    said = " ".join([sentence(plan), *(issue.message for issue in plan.issues)])
    limits = [limit for limit in plan.limits if limit not in said]
    return f"Limits: {'; '.join(limits)}." if limits else ""


MEASURE = "distance to your targets plus cash left idle"
"""What an exact plan makes least, in dollars."""


def rules_words(plan: Plan) -> str:
    """The rules that an exact plan keeps, which its proof speaks of, as one sentence."""
    rules = ["never overspend", "sell nothing that could be kept"]
    if plan.past_target:
        rules.append("invest what is left even past the targets")
    else:
        rules.append("buy nothing past its target")
    rules += plan.limits
    return f"Rules: {'; '.join(rules)}."


def explanation(plan: Plan) -> list[str]:
    """The lines of ``pbal --verbose``: target, drift, cost, cash left, and why each trade."""
    money = plan.portfolio.money
    settings = f"{plan.strategy.label}; share rounding: {plan.method.label}"
    result = f"Net cost: {money(plan.cost)}. Cash left: {money(plan.cash_left)}."
    smallest = f"minimum trade {money(plan.min_trade)}" if plan.min_trade else "no minimum trade"
    return [
        f"Strategy: {settings}; {smallest}.",
        *([rules_words(plan)] if plan.method == Method.EXACT else filter(None, [limits_words(plan)])),
        f"Target: {_targets(plan)}.",
        f"Largest drift: {points(plan.drift_before)} points before, {points(plan.drift_after)} points after.",
        f"{result} Turnover: {format_percent(plan.turnover)}.",
        *([proof_words(plan)] if plan.proof is not None else []),
        *(f"{trade_text(trade.shares)} {trade.symbol}: {trade.reason}." for trade in plan.trades),
    ]


def _targets(plan: Plan) -> str:
    """What the positions that may trade are brought towards, and which do not trade."""
    pairs = zip(plan.portfolio.symbols, plan.weights, plan.targets_after, plan.values_after, strict=True)
    free = [row for row in pairs if row[0] not in plan.frozen]
    stays = "".join(f"; {symbol} is frozen" for symbol in plan.portfolio.symbols if symbol in plan.frozen)
    if len({weight for _, weight, _, _ in free}) > 1:
        return ", ".join(f"{symbol} {format_percent(target)}" for symbol, _, target, _ in free) + stays
    share = sum((value for *_, value in free), Decimal(0)) / len(free)
    return f"{format_percent(free[0][2])} each, {plan.portfolio.money(share)} after the trades{stays}"
