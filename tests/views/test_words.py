"""What a plan says of itself: no two sentences contradict each other, none repeats another, and each is true."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pbal_core import Plan, rebalance
from pbal_core.views import summary
from tests.build import portfolio
from tests.requests import Request, requests

AMOUNT = r"\$([\d,]+\.\d+)"
CENT = Decimal("0.005")
"""What an amount that is written in cents may be off, where fractions trade."""
ROUNDED = "each trade is rounded to whole shares by itself; a plan fitted to the cash may come closer."


@st.composite
def asked(draw: st.DrawFn) -> Request:
    """Any request, with every rule that there is."""
    method = draw(st.sampled_from(["exact", "classic"]))
    request = draw(requests(method))
    more: dict[str, Any] = {
        "max_fee_share": draw(st.sampled_from([None, None, "2%", 1])),
        "cash_buffer": draw(st.sampled_from([0, 0, 100, 5000])),
    }
    if method == "exact":
        more |= {
            "max_trades": draw(st.sampled_from([None, None, 0, 1, 2])),
            "leftover": draw(st.sampled_from(["", "", "invest"])),
        }
    if draw(st.booleans()):  # everything at once leaves little to trade
        more |= dict.fromkeys(("frozen", "never_buy", "never_sell"), frozenset())
    return request.asking(**more)


def said(plan: Plan) -> list[str]:
    """The sentences that a face shows beside the table."""
    words = [summary.sentence(plan), *(issue.message for issue in summary.remarks(plan)), summary.limits_words(plan)]
    return [text for text in words if text]


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


@settings(max_examples=150)
@given(asked())
def test_no_sentence_contradicts_or_repeats_another(request: Any) -> None:
    """Over all methods and rules: amounts that stay agree, what is said not to happen does not, nothing comes twice."""
    plan = request.plan()
    assume(plan is not None)
    sentences = said(plan)
    whole = " ".join(sentences)
    buffer = Decimal(request.options["cash_buffer"])
    for found in re.finditer(rf"{AMOUNT} stays in cash( beyond the buffer)?", whole):
        assert abs(amount(found[1]) - plan.cash_left + (buffer if found[2] else 0)) <= CENT
    for found in re.finditer(rf"{AMOUNT} more than (?:asked for|the buffer)", whole):
        assert abs(amount(found[1]) - plan.cash_left + buffer) <= CENT
    assert (sentences[0].startswith("Nothing to trade: ")) == (not plan.trades)
    clauses = [c.strip(" ().") for text in sentences for c in re.split(r"[:;]|\. ", text) if len(c.split()) > 3]
    clauses = [clause for clause in clauses if not clause.endswith("stays in cash")]  # a remark gives the reason
    assert len(clauses) == len(set(clauses))
    assert ("exactly the" in whole) <= (plan.cash_left == 0)
    assert ("more than the cash" in sentences[0]) == (plan.cash_left < 0 <= plan.cash)
    for text in sentences:
        assert re.fullmatch(r"[A-Z$€£0-9].*[^.;:, ]\.", text)
        assert "  " not in text


@settings(max_examples=100)
@given(asked())
def test_a_reason_is_true(request: Any) -> None:
    """What a sentence says of prices, limits and what may not trade holds for the plan."""
    plan = request.plan()
    assume(plan is not None)
    whole = " ".join(said(plan))
    bought = {trade.symbol for trade in plan.trades if trade.shares > 0}
    if re.search(r"nothing (else )?may be (bought|traded)", whole.split("Limits:")[0]):
        assert not bought or "nothing else" in whole
    if limited := re.search(r": trades are limited to (\d+)[;.]", whole.split("Limits:")[0]):
        assert len(plan.trades) == int(limited[1])
    if dear := re.search(rf"(\w+), (the [a-z ]+), costs {AMOUNT}(?: and a fee of {AMOUNT})?", whole):
        i = plan.portfolio.symbols.index(dear[1])
        idle = plan.cash_left - Decimal(request.options["cash_buffer"])
        assert amount(dear[3]) + amount(dear[4] or "0") > idle - CENT
        assert plan.orders[i].shares >= 0
        assert bool(dear[4]) == (not plan.orders[i].shares and bool(request.options["fee_per_trade"]))
    if small := re.search(rf"{AMOUNT} to (?:invest|withdraw).* less than the minimum trade of {AMOUNT}", whole):
        assert amount(small[1]) < amount(small[2])
    if kept := re.search(rf"the buffer of {AMOUNT} keeps all of the {AMOUNT}", whole):
        assert amount(kept[1]) >= amount(kept[2]) == plan.cash == plan.cash_left


@pytest.mark.parametrize(
    ("text", "cash", "options", "words"),
    [
        # The buffer is not what stays where there is less.
        (
            "A 600 @ 40; B 900 @ 40",
            70,
            {"cash_buffer": 200, "method": "exact"},
            [
                "Nothing to trade: the buffer of $200.00 keeps all of the $70.00 in cash.",
                "Limits: cash up to $200.00 is kept as a buffer.",
            ],
        ),
        # A fee that stops everything is said once.
        (
            "A 600 @ 40; B 900 @ 40",
            70,
            {"fee_per_trade": 7, "method": "exact"},
            [
                "Nothing to trade: a fee of $7.00 is more than 1 % of trades below $700.00; $70.00 stays in cash.",
            ],
        ),
        (
            "A 600 @ 40; B 900 @ 40",
            70,
            {"fee_per_trade": 7, "max_fee_share": "1%", "min_trade": 10},
            ["Nothing to trade: a fee of $7.00 is more than 1 % of trades below $700.00."],
        ),
        # The step of a classic plan, whether rounding spends some of the rest or not.
        (
            "A 4000 @ 75; B 7000 @ 51",
            2650,
            {},
            [
                "Buy 27 A for $2,025.00; $625.00 stays in cash.",
                "$650.00 of the cash is below one step of $1,000.00, so no trade is planned for it.",
            ],
        ),
        (
            "A 4000 @ 80; B 7000 @ 51",
            2650,
            {},
            [
                "Buy 25 A for $2,000.00; $650.00 stays in cash.",
                "$650.00 of the cash is below one step of $1,000.00, so it stays.",
            ],
        ),
        (
            "A 4000 @ 80; B 7000 @ 100",
            -1650,
            {},
            [
                "Sell 10 B for $1,000.00: $650.00 less than the $1,650.00 to withdraw.",
                "The trades raise $650.00 less than the $1,650.00 to withdraw: $650.00 is below one step of $1,000.00.",
            ],
        ),
        (
            "A 4000 @ 80; B 2000 @ 100",
            -8000,
            {},
            [
                "Sell 50 A and 20 B for $6,000.00: $2,000.00 less than the $8,000.00 to withdraw.",
                "The trades raise $2,000.00 less than the $8,000.00 to withdraw: no more is held that may be sold.",
            ],
        ),
        (
            "A 4000 @ 80; B 2000 @ 100",
            -150,
            {},
            [
                "Nothing to trade: $150.00 to withdraw is less than the minimum trade of $1,000.00.",
                "Nothing is raised of the $150.00 to withdraw.",
            ],
        ),
        # What rounding takes of the buffer is not hidden.
        (
            "A 4000 @ 70; B 7000 @ 51",
            1100,
            {"cash_buffer": 100, "fee_per_trade": 5},
            [
                "Buy 14 A for $980.00 and $5.00 of fees; $115.00 stays in cash.",
                f"$15.00 stays in cash beyond the buffer of $100.00: {ROUNDED}",
                "Limits: cash up to $100.00 is kept as a buffer; each trade costs a fee of $5.00.",
            ],
        ),
        (
            "A 4000 @ 69; B 7000 @ 51",
            1100,
            {"cash_buffer": 100},
            [
                "Buy 14 A for $966.00; $134.00 stays in cash.",
                f"$34.00 stays in cash beyond the buffer of $100.00: {ROUNDED}",
                "Limits: cash up to $100.00 is kept as a buffer.",
            ],
        ),
        (
            "A 4000 @ 72; B 7000 @ 51",
            1100,
            {"cash_buffer": 100},
            [
                "Buy 14 A for $1,008.00; $92.00 stays in cash.",
                "The plan leaves $92.00 of the buffer of $100.00: each is rounded to whole shares by itself.",
                "Limits: cash up to $100.00 is kept as a buffer.",
            ],
        ),
        # The fund that the rest is for, and its fee.
        (
            "A 9000 @ 90; B 9000 @ 90; C 9000 @ 90",
            270,
            {"fee_per_trade": "0.5", "method": "exact"},
            [
                "Buy 1 A and 1 B for $180.00 and $1.00 of fees; $89.00 stays in cash.",
                "$89.00 stays in cash: C, the furthest below target, costs $90.00 and a fee of $0.50.",
                "Limits: a fee of $0.50 is more than 1 % of trades below $50.00.",
            ],
        ),
        # What may not be bought.
        (
            "A 600 @ 40; B 900 @ 40; C 50 @ 10",
            700,
            {"never_buy": "C", "frozen": ["A", "B"], "method": "exact"},
            [
                "Nothing to trade: nothing may be bought (A, B are frozen; C is never bought); $700.00 stays in cash.",
            ],
        ),
        (
            "A 600 @ 40; B 600 @ 40",
            0,
            {"strategy": "hard_rebalance", "method": "exact", "max_trades": 1},
            ["Nothing to trade: under these limits no other plan is better (trades are limited to 1)."],
        ),
        (
            "A 100 @ 40; B 900 @ 40",
            300,
            {"method": "exact", "never_buy": "A"},
            [
                "Nothing to trade: nothing that may be bought is below its target; $300.00 stays in cash.",
                "Limits: A is never bought.",
            ],
        ),
    ],
)
def test_sentences_of_one_answer(text: str, cash: int, options: dict[str, Any], words: list[str]) -> None:
    """Small cases, whole: the sentence, the remarks and the limits that neither says."""
    assert said(rebalance(portfolio(text), cash, **options)) == words
