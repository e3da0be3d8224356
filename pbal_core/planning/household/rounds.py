"""Whole lots for a household: each account in turn solves its own problem, given what the others have.

The model: a turn is the exact method on one account, in which the other accounts' values count and do not move, so the
household's J + R never rises; turns end when no account can improve. In the first round an account takes from the
accounts after it what they would trade without lots (``relaxed``), which is near to what they will. Every turn keeps
the rules of the exact method, so the plan of the household does.

Worked example: two accounts that may both buy A and B: the first buys what the household lacks, the second what is
still lacking then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import permutations
from math import inf, lcm
from typing import TYPE_CHECKING

from ..exact import Effort, allocate
from ..exact.optimum import tolerance
from ..markets import spread
from ..proof import Proof
from ..remarks import cannot_raise
from .accounts import AccountProblem
from .relaxed import Asset, Purse, relax

if TYPE_CHECKING:
    from ..exact import Market

ROUNDS = 12
"""Rounds of turns at most; four to nine turns are usual."""
PARTS = (1.0, 0.5, 0.2, 0.07)
"""The parts of a trade that are given away, beside one lot."""
UNAVOIDABLE = 10**8
"""An exchange of funds that cost differently may add this part of the household's total to J; of one fund none."""
SHAKEN_TURNS = 400
"""Turns at most that follow on giving a trade from one account to another."""
NEAR = 1e-4
"""A plan within this part of the household's total of the bound is left as it is."""
WORK = 20_000
"""Combinations that one turn may look at: no single turn has to be proven."""


@dataclass
class Rounds:
    """The state of a household while accounts take turns.

    Args:
        accounts: The accounts in canonical order.
        lots: For each account its lots, in the order of its rows; replaced by other lists, never changed.
        work: Work done so far, in combinations looked at.
        turns: Turns so far, those included whose answer was known.
    """

    accounts: Sequence[AccountProblem]
    lots: list[list[int]] = field(default_factory=list)
    work: int = 0
    turns: int = 0
    _moved: list[dict[str, int]] = field(default_factory=list)
    _idle: list[int] = field(default_factory=list)
    _answers: dict[tuple[int, ...], list[int] | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lots = [[0] * len(a.problem.values) for a in self.accounts]
        self._moved = [{} for _ in self.accounts]
        self._idle = [a.need for a in self.accounts]

    def trade(self, number: int, lots: list[int]) -> None:
        """Lets one account trade these lots, and no others any more."""
        account = self.accounts[number]
        self.lots[number] = lots
        self._moved[number] = account.moved(lots)
        self._idle[number] = account.need - account.spent(lots)

    def restore(self, lots: Sequence[list[int]]) -> None:
        """Lets every account trade these lots, and no others any more."""
        for number, mine in enumerate(lots):
            if mine is not self.lots[number]:
                self.trade(number, mine)

    @cached_property
    def active(self) -> list[int]:
        """The accounts that can trade at all, or must: an empty one without cash changes nothing."""
        return [n for n, account in enumerate(self.accounts) if account.trades or account.need < 0]

    @cached_property
    def parts(self) -> dict[str, int]:
        """Asset -> its target weight as an integer of a common denominator, ``whole``."""
        return {name: asset.part for name, asset in self.accounts[0].assets.items()}

    @cached_property
    def whole(self) -> int:
        """The sum of the target weights."""
        return sum(self.parts.values())

    @cached_property
    def total(self) -> int:
        """Units that the targets share out: all that may trade, and the cash."""
        return sum(a.problem.managed_value + a.need for a in self.accounts)

    @cached_property
    def values(self) -> dict[str, int]:
        """Asset -> units in all accounts before the trades."""
        return {i: sum(a.values[i] for a in self.accounts) for i in self.parts}

    def after(self, without: int | None = None) -> dict[str, int]:
        """Asset -> units in all accounts after the trades of all of them, or of all but one."""
        held = dict(self.values)
        for number, moved in enumerate(self._moved):
            if number != without:
                for asset, units in moved.items():
                    held[asset] += units
        return held

    def distance(self) -> Fraction:
        """J in units, exactly."""
        return Fraction(self._scaled(self.after()), self._scale) if self.total > 0 else Fraction(0)

    def farther(self, change: Mapping[str, int]) -> bool:
        """Whether J rises when some assets gain or lose units, by more than what funds of other prices cannot avoid."""
        held = self.after()
        after = {i: held[i] + units for i, units in change.items()}
        rise = self._scaled(after) - self._scaled({i: held[i] for i in change})
        return rise > self.total * self._scale // UNAVOIDABLE

    @cached_property
    def _factors(self) -> tuple[int, dict[str, int]]:
        common = lcm(*self.parts.values())
        return common, {i: common // part for i, part in self.parts.items()}

    @cached_property
    def _scale(self) -> int:
        """How many of what ``_scaled`` counts are one unit."""
        return self.whole * self.total * self._factors[0]

    def _scaled(self, held: Mapping[str, int]) -> int:
        """What some assets add to J, in a fraction of a unit that makes it an integer."""
        whole, total, parts, factors = self.whole, self.total, self.parts, self._factors[1]
        return sum((units * whole - parts[i] * total) ** 2 * factors[i] for i, units in held.items())

    def idle(self, number: int) -> int:
        """Units that one account leaves of its budget."""
        return self._idle[number]

    def value(self) -> int:
        """J + R, in a fraction of a unit that makes it an integer."""
        idle = sum(self._idle)
        return self._scaled(self.after()) + idle * self._scale if self.total > 0 else idle

    def near(self, bound: float) -> bool:
        """Whether J + R is as near to a bound, in units, as it matters."""
        return self.value() <= (bound + NEAR * self.total) * self._scale

    def keeps(self, number: int) -> bool:
        """Whether an account keeps the rules of the exact method, given what all of them trade."""
        account, lots = self.accounts[number], self.lots[number]
        problem, market = account.problem, account.market(self.others(number))
        values = [sum(lots[row] * problem.prices[row] for row in asset.members) for asset in problem.assets]
        trades = sum(map(bool, lots))
        gone = [asset for asset in problem.assets if not asset.part]
        away = sum(
            lots[row] * problem.prices[row] + problem.fee * bool(lots[row]) for asset in gone for row in asset.members
        )
        budget = account.need - away
        stage = market.stage(budget, self.total, account.direction, account.min_trade, account.need)
        mine = [values[i] // market.prices[i] for i in market.targets]
        if market.max_trades is not None and trades > market.max_trades:
            return False
        if not all(stage.allows(i, k) for i, k in enumerate(mine)):
            return False
        return stage.keeps_to_rules(mine, budget - stage.spend(mine))

    def others(self, number: int) -> dict[str, int]:
        """Asset -> units in the other accounts after their trades."""
        own = self.accounts[number].values
        return {i: units - own[i] for i, units in self.after(without=number).items()}

    def turn(self, number: int, others: Mapping[str, int]) -> list[int] | str:
        """The best lots of one account beside what the others have of each asset; or why there are none."""
        self.turns += 1
        asked = number, *others.values()
        if asked not in self._answers:
            self._answers[asked] = self._answered(number, others, self.total)
        return self._answers[asked]

    def alone(self, number: int) -> list[int] | str:
        """The best lots of one account if there were no other; or why there are none."""
        account = self.accounts[number]
        return self._answered(number, dict.fromkeys(self.parts, 0), account.problem.managed_value + account.need)

    def _answered(self, number: int, others: Mapping[str, int], total: int) -> list[int] | str:
        account = self.accounts[number]
        problem, market = account.problem, account.market(others)
        question = account.min_trade, account.need, account.direction
        effort, elsewhere = Effort(WORK), account.elsewhere(others, total)
        found = allocate(market, account.need, account.direction, account.min_trade, effort, elsewhere=elsewhere)
        self.work += found.work
        if found.most is not None:
            terms, money = problem.terms(account.min_trade), problem.portfolio.money
            return cannot_raise(problem.dollars(account.cash), problem.dollars(found.most), terms, money).message
        return spread(problem, market, found.lots, question)

    def run(self, start: Sequence[Mapping[str, float]]) -> list[str]:
        """Lets the accounts take turns until none improves; says which accounts have no plan at all.

        Args:
            start: For each account the units that it would trade of each asset without lots.
        """
        refused: list[str] = []
        for number in self.active:
            account, others = self.accounts[number], self.others(number)
            for later in start[number + 1 :]:
                for asset, units in later.items():
                    others[asset] += round(units)
            lots = self.turn(number, others)
            if isinstance(lots, str):
                refused.append(f"{account.account.name}: {lots}")
            else:
                self.trade(number, lots)
        if refused:
            return refused
        self.settle(self.active[:-1])  # the last one has seen what all the others trade
        return []

    def settle(self, numbers: Iterable[int]) -> None:
        """Gives turns to some accounts, and to all that another's change may concern."""
        waiting = list(numbers)
        for _turn in range(ROUNDS * len(self.accounts)):
            if not waiting:
                break
            number = waiting.pop(0)
            if self._improved(number):
                waiting += [n for n in self.active if n != number and n not in waiting]

    def shake(self, bound: float) -> None:
        """Gives what one account trades to another and lets them settle anew, as long as the bound is far below.

        Turns end where no account can improve by itself; two together may.

        Args:
            bound: No plan has a J + R below this, in units.
        """
        end = self.turns + SHAKEN_TURNS
        for giver, taker in permutations(self.active, 2):
            for asset in self.parts:
                row, there = self.accounts[giver].rows[asset], self.accounts[taker].rows[asset]
                if row is None or there is None:
                    continue
                for traded in _parts(self.lots[giver][row]):
                    if not self._takes(taker, there, traded):
                        continue
                    if self.turns >= end or self.near(bound):
                        return
                    self._shaken(giver, taker, row, traded)

    def _takes(self, number: int, row: int, lots: int) -> bool:
        """Whether an account may buy (lots > 0) or sell a row."""
        account = self.accounts[number]
        if lots > 0:
            return account.direction != "sell" and account.problem.may_buy[row]
        return account.direction != "buy" and account.problem.may_sell[row] and account.problem.held[row] > 0

    def _shaken(self, giver: int, taker: int, row: int, lots: int) -> None:
        """Lets the giver trade less, the taker answer, and all settle; back to before where that is no better."""
        before, was = self.value(), list(self.lots)
        changed = list(self.lots[giver])
        changed[row] -= lots
        self.trade(giver, changed)
        self._improved(taker)
        self.settle([giver, *(n for n in self.active if n != giver)])
        if self.value() >= before:
            self.restore(was)

    def _improved(self, number: int) -> bool:
        """Gives one account a further turn; whether the household is another then.

        It is worse only where another account has made the old plan of this one illegal.
        """
        was, others = self.lots[number], self.others(number)
        lots = self.turn(number, others)
        if isinstance(lots, str) or lots == was:
            return False
        before = self.value()
        self.trade(number, lots)
        after = self.value()
        return after < before - before // 10**12 or after > before + before // 10**12

    def relaxed(self) -> tuple[list[dict[str, float]], float]:
        """Units that each account would trade of each asset without lots, and the bound that this gives, in units."""
        order = sorted(self.parts)
        place = {asset: i for i, asset in enumerate(order)}
        assets = [
            Asset(value=self.values[i], goal=self.parts[i] * max(1, self.total) / self.whole, ceiling=_ceiling(self, i))
            for i in order
        ]
        found = relax([_purse(account, place, self.total) for account in self.accounts], assets)
        return [{order[i]: units for i, units in mine.items()} for mine in found.moved], found.bound

    def proof(self, bound: float) -> Proof:
        """What is known about the plan; ``bound`` in units."""
        dollar = 10 ** self.accounts[0].problem.scale
        distance = self.distance()
        idle = sum(self._idle)
        gap = float(distance + idle) - bound
        near = tolerance(float(distance + idle) / max(1, self.total)) * max(1, self.total)
        return Proof(
            objective=float(distance / dollar),
            idle=idle / dollar,
            gap=0.0 if gap <= near else gap / dollar,
            work=self.work,
        )


def _purse(account: AccountProblem, place: Mapping[str, int], total: int) -> Purse:
    """What an account may move at most, whatever the others do."""
    problem, direction, market = account.problem, account.direction, account.market({})
    money = account.need + _raised_first(account, market)
    low, high = {}, {}
    for name, asset in account.assets.items():
        sells = direction == "both" or (direction == "sell" and money < 0)
        low[place[name]] = float(-account.can_sell(name)) if sells else 0.0
        high[place[name]] = inf if direction != "sell" and asset.buyable else 0.0
    rows = len(problem.managed)
    count = rows if market.max_trades is None else min(market.max_trades, rows)
    spendable = min(0, money) if direction == "sell" else money
    idle = spendable
    if direction != "buy":
        stage = market.stage(spendable, max(1, total), direction, account.min_trade, account.need)
        idle = stage.idle_range()[1]
    return Purse(
        money=float(spendable),
        low=low,
        high=high,
        idle=float(max(0, idle)),
        fees=float(problem.fee * count),
    )


def _raised_first(account: AccountProblem, market: Market) -> int:
    """Units that what has no target brings, which is sold before all else."""
    if account.direction == "buy":
        return 0
    gone = [i for i, part in enumerate(market.parts) if not part and market.goes(i, account.min_trade)]
    return sum(market.held[i] * market.prices[i] - market.fee for i in gone)


def _parts(lots: int) -> list[int]:
    """The lots of a trade that may be given away, without repeats: parts of it, and one."""
    one = 1 if lots > 0 else -1
    return [k for k in dict.fromkeys([*(round(lots * part) for part in PARTS), one]) if lots and k]


def _ceiling(rounds: Rounds, name: str) -> float:
    """The most units that any plan leaves of an asset: past its target by half a lot, or by the smallest trade."""
    twice = 2 * rounds.whole  # all that follows is counted in so many parts of a unit
    goal, held = 2 * rounds.parts[name] * rounds.total, rounds.values[name] * twice
    most = held
    sold = sum(account.can_sell(name) for account in rounds.accounts) * twice
    for account in rounds.accounts:
        problem, asset = account.problem, account.assets[name]
        if problem.constraints.leftover == "invest":
            return inf
        if account.direction == "sell" or not asset.buyable:
            continue
        price = problem.prices[asset.lead]
        most = max(most, goal + price * rounds.whole)
        if max(account.min_trade, problem.fee_trade) > price:
            most = max(most, 2 * goal - held + sold)
    return most / twice
