"""A question prepared once and answered many times: the integers behind ``rebalance()`` and behind a slider.

The model: everything that does not depend on the cash and the minimum trade (parsing decimals, weights, constraints)
is done once by ``prepare``. ``Problem.solve`` then answers one pair of cash and minimum trade in integer units
of ``10**-scale`` dollars, without building decimals; ``Problem.solve_many`` answers the positions of a slider
under one budget of work; ``Problem.plan`` turns an answer into the ``Plan`` that a person
sees. ``rebalance()`` is prepare, solve, plan and nothing else, so a slider and a plan can never differ.

What can be traded of a position is counted in *lots*: one share, or the smallest fraction the broker takes.

Worked example: the sample portfolio at scale 9, 5,000 dollars and a step of 100 dollars:
``solve(5000 * 10**9, 100 * 10**9).lots`` is ``(0, 0, 10, 8, 0, 3, 1, 0, 0, 0)``, and ``cash_left`` is -33.51 dollars.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from ..errors import Issue, RequestError
from ..money import Amount, decimals, from_units, to_units
from ..policy.constraints import Constraints, Symbols, lot_price, lots_as_shares, lots_held, read_constraints
from ..policy.targets import Targets, target_parts, with_targets
from ..portfolio import METHODS, STRATEGIES, Method, Portfolio, Strategy
from . import remarks
from .classic import classic_amounts, round_to_shares
from .plan import Plan, Trade
from .reasons import Reason, reasons
from .solution import Solution

if TYPE_CHECKING:
    from .exact import Allocation, Direction, Market

WORK = 70_000
"""Combinations that the search for one exact plan may look at: some ten milliseconds."""
SLICE_WORK = 2_000_000
"""Combinations for all positions of a slider together."""

MAX_LOTS = 10**15
"""Lots that the exact method counts: a float tells each number of them from the next."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything about a question but the cash and the minimum trade; built by :func:`prepare`.

    Args:
        portfolio: What is held, and what may be bought for the first time.
        strategy: See ``rebalance``.
        method: See ``rebalance``.
        scale: One unit is ``10**-scale`` dollars.
        values: Market values in units, n integers in file order.
        prices: What one lot costs in units, n integers in file order.
        lots: The fraction of a share that is one lot, None for a whole share.
        held: The most lots that may be sold of each position.
        pnls: Unrealised P&L in units, None where unknown.
        parts: Target weights as integers of a common denominator; all 1 for equal weights.
        constraints: What the plan must keep to.
    """

    portfolio: Portfolio
    strategy: Strategy
    method: Method
    scale: int
    values: tuple[int, ...]
    prices: tuple[int, ...]
    lots: tuple[Decimal | None, ...]
    held: tuple[int, ...]
    pnls: tuple[int | None, ...]
    parts: tuple[int, ...]
    constraints: Constraints

    def units(self, dollars: Decimal) -> int:
        """Dollars as integer units of this problem.

        Raises:
            ValueError: The amount has more decimals than the problem's scale holds; see ``prepare(places=...)``.
        """
        return to_units(dollars, self.scale)

    def dollars(self, units: int) -> Decimal:
        """Units of this problem as exact dollars."""
        return from_units(units, self.scale)

    def shares(self, solution: Solution) -> tuple[int | Decimal, ...]:
        """The lots of a solution as shares: integers, or decimals where fractions trade."""
        return tuple(map(lots_as_shares, solution.lots, self.lots))

    def solve(self, cash: int, min_trade: int, *, work: int = WORK) -> Solution:
        """Answers one question.

        Args:
            cash: Units to invest (+) or to withdraw (-).
            min_trade: Units: the step (classic, > 0) or the smallest trade (exact, >= 0).
            work: Combinations that the exact search may look at.

        Returns:
            The lots of each position. What cannot be done at all is an issue of severity ``error``.
        """
        refused = self._refused(cash)
        if refused is not None:
            return self._nothing(cash, refused)
        if self.method == "exact":
            return self._exact(cash, min_trade, work)
        return self._classic(cash, min_trade)

    def solve_many(self, questions: Iterable[tuple[int, int]], *, work: int = SLICE_WORK) -> list[Solution]:
        """Answers several questions, such as the positions of a slider, under one budget of work.

        Args:
            questions: Pairs of cash and minimum trade in units.
            work: Combinations for all questions together. Each question gets at most WORK of it, as ``solve`` does;
                where less is left and not enough, the plan is rounding and filling, marked ``approximate``.

        Returns:
            One solution for each question, in the order given.
        """
        left = work
        solutions = []
        for cash, min_trade in questions:
            solution = self.solve(cash, min_trade, work=min(WORK, left))
            proof = solution.proof
            if proof is not None:
                cut_short = not proof.proven and left < WORK
                solutions.append(replace(solution, approximate=True) if cut_short else solution)
                left = max(0, left - proof.work - len(self.values))
            else:
                solutions.append(solution)
        return solutions

    def plan(self, cash: int, min_trade: int, solution: Solution) -> Plan:
        """The plan that a person sees, from the answer to one question."""
        rows = zip(self.portfolio, self.shares(solution), solution.wanted, self.reasons, strict=True)
        return Plan(
            portfolio=self.portfolio,
            weights=self.weights,
            cash=self.dollars(cash),
            strategy=self.strategy,
            method=self.method,
            min_trade=self.dollars(min_trade),
            orders=tuple(
                Trade(
                    symbol=position.symbol,
                    shares=count,
                    price=position.price,
                    amount=from_units(amount, self.scale),
                    reason=(why.buy if count > 0 else why.sell) if count else "",
                )
                for position, count, amount, why in rows
            ),
            fees=self.dollars(solution.fees),
            issues=solution.issues,
            proof=solution.proof,
            limits=self.limits(min_trade),
            frozen=self.constraints.frozen,
        )

    def limits(self, min_trade: int) -> tuple[str, ...]:
        """What limits a plan besides its cash, in words; ``min_trade`` in units."""
        step = self.dollars(min_trade)
        return remarks.limits(self.portfolio.symbols, self.constraints, self.method, step, self._money)

    @property
    def _money(self) -> Callable[[Decimal], str]:
        return self.portfolio.money

    @cached_property
    def weights(self) -> tuple[float, ...]:
        """Target weights as fractions in file order; they sum to 1."""
        whole = sum(self.parts)
        return tuple(part / whole for part in self.parts)

    @cached_property
    def managed(self) -> list[int]:
        """Positions that are not frozen, in canonical order: unrealised P&L, unknown last, then symbol."""
        symbols = self.portfolio.symbols

        def key(i: int) -> tuple[bool, int, str]:
            pnl = self.pnls[i]
            return pnl is None, pnl or 0, symbols[i]

        return sorted((i for i, symbol in enumerate(symbols) if symbol not in self.constraints.frozen), key=key)

    @cached_property
    def fee(self) -> int:
        """Units that each trade costs."""
        return self.units(self.constraints.fee)

    @cached_property
    def buffer(self) -> int:
        """Units of the cash that stay cash."""
        return self.units(self.constraints.buffer)

    def _budget(self, cash: int) -> int:
        """Units to spend (+) or to raise (-): the cash without the buffer. An investment never becomes a sale."""
        if self.strategy == "try_avoid_sell" and cash >= 0:
            return max(0, cash - self.buffer)
        return cash - self.buffer

    def _direction(self, cash: int) -> Direction:
        if self.strategy == "hard_rebalance":
            return "both"
        return "buy" if cash >= 0 else "sell"

    def _refused(self, cash: int) -> Issue | None:
        """Why no plan can exist, known before anything is computed."""
        if not any(self.parts[i] for i in self.managed):
            return remarks.all_frozen(s for s in self.portfolio.symbols if s in self.constraints.frozen)
        if self.strategy == "try_avoid_sell" and cash >= 0 and 0 < self._budget(cash) <= self.fee:
            return remarks.fee_above_cash(self.dollars(cash), self.constraints, self._money)
        if self.method == "exact" and self.too_fine(cash):
            worth, i = sum(self.values) + max(cash, 0), min(self.managed, key=self.prices.__getitem__)
            lot = self.dollars(self.prices[i])
            return remarks.too_fine(self.portfolio.symbols[i], lot, self.dollars(worth), MAX_LOTS, self._money)
        return None

    def too_fine(self, cash: int) -> bool:
        """Whether there may be more lots of a position than the exact method counts."""
        return sum(self.values) + max(cash, 0) > MAX_LOTS * min(self.prices[i] for i in self.managed)

    def _nothing(self, cash: int, issue: Issue) -> Solution:
        none = (0,) * len(self.values)
        return Solution(lots=none, wanted=none, cash_left=cash, issues=(issue,))

    def _classic(self, cash: int, step: int) -> Solution:
        wanted = [0] * len(self.values)
        members, budget, direction = self.managed, self._budget(cash), self._direction(cash)
        may_buy, may_sell = self._may_buy, self.may_sell
        if direction != "both":
            may = may_buy if direction == "buy" else may_sell
            members = [i for i in members if may[i]]
        if members:
            amounts = classic_amounts(
                self.strategy,
                [self.values[i] for i in members],
                [self.parts[i] for i in members],
                pnls=[self.pnls[i] for i in members],
                symbols=[self.portfolio.symbols[i] for i in members],
                cash=budget,
                step=step,
                may_buy=[may_buy[i] for i in members],
                may_sell=[may_sell[i] for i in members],
            )
            for i, amount in zip(members, amounts, strict=True):
                wanted[i] = max(amount, -self.values[i])
        lots = tuple(map(round_to_shares, wanted, self.prices, self.held))
        fees = self.fee * sum(map(bool, lots))
        left = cash - sum(map(int.__mul__, lots, self.prices)) - fees
        short = self.dollars(-left)
        issues = (remarks.overspend(self.dollars(cash), short, self._money),) if left < 0 else ()
        return Solution(lots=lots, wanted=tuple(wanted), cash_left=left, fees=fees, issues=issues)

    @cached_property
    def _may_buy(self) -> list[bool]:
        """Whether each position may be bought, in file order. One without a target never is."""
        barred = self.constraints.never_buy | self.constraints.frozen
        return [
            part > 0 and symbol not in barred for part, symbol in zip(self.parts, self.portfolio.symbols, strict=True)
        ]

    @cached_property
    def may_sell(self) -> list[bool]:
        """Whether each position may be sold, in file order."""
        barred = self.constraints.never_sell | self.constraints.frozen
        return [symbol not in barred for symbol in self.portfolio.symbols]

    def _exact(self, cash: int, min_trade: int, work: int) -> Solution:
        from .exact import Effort  # the classic method need not load the search

        budget = self._budget(cash)
        found = self._market.allocate(budget, self._direction(cash), min_trade, Effort(work))
        if found.short:
            most = self.dollars(-budget - found.short)
            refused = remarks.cannot_raise(
                self.dollars(cash), most, self.constraints, self.dollars(min_trade), self._money
            )
            return self._nothing(cash, refused)
        lots = [0] * len(self.values)
        for i, count in zip(self.managed, found.lots, strict=True):
            lots[i] = count
        wanted = tuple(map(int.__mul__, lots, self.prices))
        fees = self.fee * sum(map(bool, lots))
        left = cash - sum(wanted) - fees
        return Solution(
            lots=tuple(lots),
            wanted=wanted,
            cash_left=left,
            fees=fees,
            issues=tuple(self._idle_cash(cash, left, found, min_trade)),
            proof=found.proof(10**self.scale),
        )

    @cached_property
    def _market(self) -> Market:
        from .exact import Market

        members = self.managed
        return Market(
            values=[self.values[i] for i in members],
            prices=[self.prices[i] for i in members],
            shares=[self._share_prices[i] for i in members],
            held=[self.held[i] for i in members],
            parts=[self.parts[i] for i in members],
            buyable=[self._may_buy[i] for i in members],
            sellable=[self.may_sell[i] for i in members],
            fee=self.fee,
        )

    def _idle_cash(self, cash: int, left: int, found: Allocation, min_trade: int) -> Iterator[Issue]:
        """Remarks on cash that stays although it would pay a share."""
        if 0 < cash < self.buffer and self.strategy == "try_avoid_sell":
            yield remarks.below_buffer(self.dollars(cash), self.dollars(self.buffer), self._money)
            return
        tradable = self.may_sell if self._direction(cash) == "sell" else self._may_buy
        costs = self.prices if self._direction(cash) == "sell" else self._share_prices
        prices = [(costs[i], self.portfolio.symbols[i]) for i in self.managed if tradable[i]]
        cheapest, symbol = min(prices, default=(0, ""))
        idle = left - self.buffer
        if idle > 0 and idle >= cheapest:
            why = remarks.why_idle(self.dollars(min_trade), self.constraints.fee, self._money, searched=found.searched)
            yield remarks.idle_cash(self.dollars(idle), symbol, self.dollars(cheapest), why, self._money)

    @cached_property
    def _share_prices(self) -> list[int]:
        """Units of one whole share of each position."""
        return [self.units(position.price) for position in self.portfolio]

    @cached_property
    def frozen(self) -> tuple[bool, ...]:
        """Whether each position is frozen, in file order."""
        return tuple(symbol in self.constraints.frozen for symbol in self.portfolio.symbols)

    @cached_property
    def reasons(self) -> list[Reason]:
        """Why each position trades, where it does, in file order."""
        total = sum(self.values)
        now = [value / total if total else 0.0 for value in self.values]
        return reasons(now, self.weights, self.portfolio.symbols, self.frozen)


def prepare(
    portfolio: Portfolio,
    *,
    strategy: Strategy = "try_avoid_sell",
    method: Method = "classic",
    targets: Targets | Mapping[str, Amount] | None = None,
    prices: Mapping[str, Amount] | None = None,
    frozen: Symbols = (),
    never_buy: Symbols = (),
    never_sell: Symbols = (),
    fractional: Mapping[str, Amount] | None = None,
    cash_buffer: Amount = 0,
    fee_per_trade: Amount = 0,
    places: int = 2,
) -> Problem:
    """Does once what every question about a portfolio shares.

    The arguments are those of ``rebalance``; ``places`` are the decimals that the amounts of cash and minimum trade to
    come may have, 2 or more.

    Raises:
        RequestError: An argument is not usable.
        TargetError: The targets are not usable, or one that is not held has no price.
    """
    if strategy not in STRATEGIES:
        raise RequestError(f'strategy "{strategy}" is not known; choose {" or ".join(STRATEGIES)}.')
    if method not in METHODS:
        raise RequestError(f'method "{method}" is not known; choose {" or ".join(METHODS)}.')
    if targets is not None and not isinstance(targets, Targets):
        targets = Targets(targets)
    whole = portfolio if targets is None else with_targets(portfolio, targets, prices)
    constraints = read_constraints(
        whole.symbols,
        frozen=frozen,
        never_buy=never_buy,
        never_sell=never_sell,
        fractional=fractional,
        cash_buffer=cash_buffer,
        fee_per_trade=fee_per_trade,
        idle=targets.fractions() if targets is not None else (),
    )
    lots = tuple(constraints.lot(symbol) for symbol in whole.symbols)
    scale = max(whole.scale, places, decimals(constraints.buffer), decimals(constraints.fee))
    scale = max([scale, *(decimals(p.price) + decimals(lot) for p, lot in zip(whole, lots, strict=True) if lot)])
    return Problem(
        portfolio=whole,
        strategy=strategy,
        method=method,
        scale=scale,
        values=tuple(to_units(p.value, scale) for p in whole),
        prices=tuple(lot_price(p, lot, scale) for p, lot in zip(whole, lots, strict=True)),
        lots=lots,
        held=tuple(lots_held(p, lot) for p, lot in zip(whole, lots, strict=True)),
        pnls=tuple(None if p.pnl is None else to_units(p.pnl, scale) for p in whole),
        parts=target_parts(whole, targets),
        constraints=constraints,
    )
