"""What is shown: sentences, rows and key numbers, looked at by a person once and kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from pbal_core import read_positions, rebalance
from pbal_core.portfolio import Portfolio
from pbal_core.sample import sample_bytes
from pbal_core.views import summary as present
from pbal_core.views.columns import table_rows
from pbal_core.views.numbers import key_numbers
from tests.build import portfolio
from tests.known import known
from tests.strategies import cash_amounts, portfolios, steps, strategy_names

SAMPLE = read_positions(sample_bytes()).portfolio


@pytest.mark.parametrize(
    ("cash", "options", "expected"),
    [
        (5000, {}, "Buy 10 VCR, 8 VDC, 3 VIS and 1 VNQ for $5,033.51: $33.51 more than the cash."),
        (3000, {}, "Buy 8 VCR and 5 VDC for $3,201.19: $201.19 more than the cash."),
        (-2500, {}, "Sell 26 VSMAX for $2,462.98: $37.02 less than the $2,500.00 to withdraw."),
        (0, {}, "Nothing to trade: there is no cash to invest, and this strategy does not sell to rebalance."),
        (50, {}, "Nothing to trade: $50.00 to invest is less than the minimum trade of $100.00."),
        (-50, {}, "Nothing to trade: $50.00 to withdraw is less than the minimum trade of $100.00."),
    ],
)
def test_sentences(cash: int, options: dict[str, Any], expected: str) -> None:
    """The headline says what to do, what it costs, and the one thing to worry about."""
    assert present.sentence(rebalance(SAMPLE, cash, min_trade=100, **options)) == expected


@pytest.mark.parametrize(
    ("text", "cash", "step", "strategy", "expected"),
    [
        ("A 10 @ 1; B 10 @ 1", 10, 1, "try_avoid_sell", "Buy 5 A and 5 B for $10.00, exactly the cash."),
        (
            "A 10 @ 1; B 10 @ 1",
            -10,
            1,
            "try_avoid_sell",
            "Sell 5 A and 5 B for $10.00, exactly the amount to withdraw.",
        ),
        ("A 10 @ 3; B 50 @ 1", 10, 1, "try_avoid_sell", "Buy 3 A for $9.00; $1.00 stays in cash."),
        ("A 0 @ 1; B 10 @ 7", -10, 1, "try_avoid_sell", "Sell 1 B for $7.00: $3.00 less than the $10.00 to withdraw."),
        (
            "A 30 @ 1; B 10 @ 1",
            0,
            1,
            "hard_rebalance",
            "Sell 10 A, and buy 10 B: the sales raise $10.00, the purchases cost $10.00.",
        ),
        (
            "A 30 @ 1; B 30 @ 1",
            0,
            10,
            "hard_rebalance",
            "Nothing to trade: every position that may trade is within half a minimum trade ($10.00) of its target.",
        ),
        (
            "A 30 @ 500; B 80 @ 1",
            40,
            10,
            "try_avoid_sell",
            "Nothing to trade: no amount rounds to a whole share.",
        ),
        ("A 290 @ 300", -500, 100, "try_avoid_sell", "Nothing to trade: too little is held to sell a share of it."),
        ("A 0 @ 1", -500, 100, "try_avoid_sell", "Nothing to trade: nothing is held that could be sold."),
    ],
)
def test_sentences_of_small_cases(text: str, cash: int, step: int, strategy: str, expected: str) -> None:
    """Every ending of the sentence."""
    assert present.sentence(rebalance(portfolio(text), cash, min_trade=step, strategy=strategy)) == expected


@pytest.mark.parametrize(
    ("cash", "options", "why"),
    [
        (5000, {"never_buy": SAMPLE.symbols}, "nothing may be bought; $5,000.00 stays in cash"),
        (-5000, {"never_sell": SAMPLE.symbols}, "nothing may be sold"),
        (5000, {"cash_buffer": 4950}, "$50.00 to invest beyond the buffer is less than the minimum trade of $100.00"),
        (5000, {"cash_buffer": 5000, "fee_per_trade": 1}, "the buffer of $5,000.00 keeps all of the $5,000.00 in cash"),
        (5000, {"cash_buffer": 5001, "method": "exact"}, "the buffer of $5,001.00 keeps all of the $5,000.00 in cash"),
        (
            0,
            {"never_buy": SAMPLE.symbols, "never_sell": SAMPLE.symbols, "strategy": "hard_rebalance"},
            "nothing may be traded",
        ),
    ],
)
def test_what_was_agreed_is_why_nothing_trades(cash: int, options: dict[str, Any], why: str) -> None:
    """Where constraints leave nothing to trade, the sentence names them and says nothing untrue of the targets."""
    plan = rebalance(SAMPLE, cash, **({"min_trade": 100} | options))
    assert not plan.trades
    assert present.sentence(plan) == f"Nothing to trade: {why}."


def test_many_trades_are_summed_up() -> None:
    """Of many trades the largest are named, in file order, and the others counted."""
    many = portfolio("; ".join(f"S{i:02} {1000 - i} @ 1" for i in range(20)))
    assert present.sentence(rebalance(many, 40_000, min_trade=1)).startswith(
        "Buy 2,004 S14, 2,005 S15, 2,006 S16, 2,007 S17, 2,008 S18, 2,009 S19 and 14 more for $40,000.00"
    )


@pytest.mark.parametrize("name", ["S{:02}", "VERYLONGSYMB{:03}"])
@pytest.mark.parametrize("cash", [0, 5000, -5000])
def test_the_trades_that_are_named_have_room(name: str, cash: int) -> None:
    """However many and however long the symbols, what is named on both sides stays below 100 characters."""
    many = portfolio("; ".join(f"{name.format(i)} {1000 + 900 * i} @ {1 + i % 7}" for i in range(40)))
    said = present.sentence(rebalance(many, cash, min_trade=1, strategy="hard_rebalance"))
    sold, bought = known(re.fullmatch(r"Sell (.+), and buy (.+): the sales raise .+", said)).groups()
    assert len(sold) + len(bought) < 100
    assert re.search(r"\d [A-Z0-9]+ and \d+ more$", sold)
    assert re.search(r"\d [A-Z0-9]+ and \d+ more$", bought)


def test_one_trade_is_named_however_long() -> None:
    """A symbol and a count of the greatest length."""
    long = "A" * 32
    plan = rebalance(portfolio(f"{long} 0 @ 0.0001"), 100_000_000, min_trade=1)
    assert present.sentence(plan).startswith(f"Buy 1,000,000,000,000 {long} for $100,000,000.00")


def test_table_and_numbers(golden: Callable[[str, str], None]) -> None:
    """Rows in file order, one format a kind, a dash for no trade, an alert for the overspend."""
    plan = rebalance(SAMPLE, 5000, min_trade=100)
    lines = [
        f"{r['symbol']:6}|{r['value_before']:>12}|{r['weight_before']:>7}|{r['shares']:>7}|{r['traded']:>11}"
        f"|{r['value_after']:>12}|{r['weight_after']:>7}|{r['target']:>7}|{r['reason']}"
        for r in table_rows(plan)
    ]
    lines += [f"{n.label}: {n.value}{' (!)' if n.alert else ''}" for n in key_numbers(plan)]
    golden("example.txt", "\n".join(lines) + "\n")


@given(portfolio=portfolios(), cash=cash_amounts, step=steps, strategy=strategy_names)
def test_every_plan_can_be_shown(portfolio: Portfolio, cash: Decimal, step: int, strategy: str) -> None:
    """No plan breaks a sentence, and no sentence shows minus zero or an exponent."""
    plan = rebalance(portfolio, cash, strategy=strategy, min_trade=step)
    texts = [present.sentence(plan), *present.explanation(plan), *(n.value for n in key_numbers(plan))]
    texts += [text for row in table_rows(plan) for key, text in row.items() if key != "reason"]
    for text in texts:
        assert text
        assert "-$0.00" not in text
        assert "-0.0 %" not in text
        assert "E+" not in text


@pytest.mark.parametrize(
    ("lengths", "named"),
    [([8] * 7 + [7], 8), ([8] * 8, 6), ([11] * 3 + [10] * 3 + [5] * 3, 6), ([11] * 6 + [5] * 3, 5)],
)
def test_trades_are_named_up_to_the_last_character_of_their_room(lengths: list[int], named: int) -> None:
    """96 characters are enough for what has 96, and not for what has 97."""
    rows = [f"{chr(65 + i) * length} 0 @ 1" for i, length in enumerate(lengths)]
    plan = rebalance(portfolio("; ".join(rows)), len(rows), method="exact")
    listed = re.fullmatch(r"Buy (.+) for .+", present.sentence(plan))
    assert listed
    assert len(plan.trades) == len(lengths)
    assert len(re.findall(r"\d+ [A-Z]+", listed[1])) == named
    assert len(listed[1]) <= 96


def test_eight_long_trades_are_not_all_named() -> None:
    """Eight may be named where they are short; long ones are shortened to the largest, so that two lines hold them."""
    held = portfolio("; ".join(f"LONGSYMBOL{i:02} {i} @ 1" for i in range(8)))
    words = present.sentence(rebalance(held, 80_000_000, method="exact"))
    assert " more for " in words
    assert len(words) < 200
    short = portfolio("; ".join(f"S{i} {i} @ 1" for i in range(8)))
    assert " more for " not in present.sentence(rebalance(short, 8_000, method="exact"))


@pytest.mark.parametrize(
    ("options", "proof", "rules"),
    [
        (
            {},
            "Each trade is rounded to the nearest share by itself; ",
            "buy nothing past its target",
        ),
        (
            {"method": "exact"},
            "Optimal: under these rules no plan is better (",
            "buy nothing past its target; no trade below the minimum of $100.00",
        ),
        (
            {"method": "exact", "leftover": "invest", "max_trades": 3},
            "Optimal: ",
            "invest what is left even past the targets; no trade below the minimum of $100.00; trades are limited to 3",
        ),
    ],
    ids=["classic", "exact", "leftover"],
)
def test_how_good_a_plan_is_and_which_rules_it_keeps(options: dict[str, Any], proof: str, rules: str) -> None:
    plan = rebalance(SAMPLE, 5000, min_trade=100, **options)
    assert present.proof_words(plan).startswith(proof)
    assert present.rules_words(plan) == f"Rules: never overspend; sell nothing that could be kept; {rules}."


def test_a_gap_is_rounded_up_to_cents() -> None:
    """What is said to be the most is never less than it."""
    plan = rebalance(SAMPLE, 5000, min_trade=100, method="exact")
    assert plan.proof is not None
    unproven = replace(plan, proof=replace(plan.proof, gap=0.001))
    assert "another plan may be better by at most $0.01 (" in present.proof_words(unproven)
