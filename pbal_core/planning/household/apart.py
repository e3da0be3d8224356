"""Planning account by account, than which no plan of a household may be worse.

The model: without a household, people plan each account by itself with the same targets; or one account after the
other, where each counts what the earlier ones have traded. Either makes a plan of the household too, if it keeps the
household's rules: together they may buy past a target. Turns seldom end at a worse plan than these; where they do, and
are not already as near to the bound as it matters, the better one is taken up, and turns go on from there.

Worked example: by themselves two accounts both buy the one share of BND that the household lacks; one after the other,
the second counts that of the first and buys VTI.
"""

from __future__ import annotations

from .rounds import Rounds


def take_up_apart(rounds: Rounds, bound: float) -> None:
    """Takes up what planning account by account gives, where that is better and keeps the rules.

    Args:
        rounds: The state, in which turns have ended.
        bound: No plan has a J + R below this, in units.
    """
    for planned in (_alone, _one_after_the_other):
        if rounds.near(bound):
            return
        before, was = rounds.value(), list(rounds.lots)
        if planned(rounds) and rounds.value() < before and all(map(rounds.keeps, rounds.active)):
            rounds.settle(rounds.active)
        else:
            rounds.restore(was)


def _alone(rounds: Rounds) -> bool:
    """Lets each account trade as if there were no other; whether all can."""
    plans = [rounds.alone(number) for number in rounds.active]
    for number, lots in zip(rounds.active, plans, strict=True):
        if isinstance(lots, str):
            return False
        rounds.trade(number, lots)
    return True


def _one_after_the_other(rounds: Rounds) -> bool:
    """Lets each account answer what those before it have traded, and no more; whether all can."""
    rounds.restore([[0] * len(lots) for lots in rounds.lots])
    for number in rounds.active:
        lots = rounds.turn(number, rounds.others(number))
        if isinstance(lots, str):
            return False
        rounds.trade(number, lots)
    return True
