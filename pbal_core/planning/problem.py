"""A question prepared once and answered many times: the integers behind ``rebalance()`` and behind a slider.

The model: everything that does not depend on the cash and the minimum trade (parsing decimals, weights, constraints)
is done once by ``prepare``. ``solve`` then answers one pair of cash and minimum trade in integer units of
``10**-scale`` dollars, without building decimals, and ``Problem.plan`` turns its answer into the ``Plan`` that a person
sees. ``rebalance()`` takes the same three steps, so a slider and a plan cannot differ.

What can be traded of a position is counted in *lots*: one share, or the smallest fraction the broker takes.

Worked example: 1,000 dollars of VTI at 250 dollars a share, prepared with two places, has ``values = (100000,)``,
``prices = (25000,)`` and ``held = (4,)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import ceil, lcm
from typing import TYPE_CHECKING, Any, Unpack

from ..errors import TargetError
from ..money import decimals, from_units, to_units
from ..policy.assets import Asset, assets_of, with_targets
from ..policy.constraints import Constraints, never_bought, read_constraints
from ..policy.policy import Policy
from ..policy.targets import Targets
from ..portfolio import Portfolio
from . import remarks
from .asset_reasons import AssetReasons
from .classic import refuse_exact_rules
from .gains import gain_parts
from .lots import lot_price, lots_as_shares, lots_held
from .plan import Plan, Trade
from .reasons import Reason
from .sets import TradedAsset, lead_of, traded_assets
from .solution import Solution
from .strategy import Direction, Method, Strategy

if TYPE_CHECKING:
    from ..policy.keywords import PolicyKeywords

MAX_LOTS = 10**15
"""Lots that the exact method counts: a float can hold each number up to here."""


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
        wanted: Which positions are one asset, and its target weight, in file order.
        constraints: What the plan must keep to.
        elsewhere: Units of the total that other accounts of a household leave as cash.
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
    wanted: tuple[Asset, ...]
    constraints: Constraints
    elsewhere: int = 0

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

    def plan(self, cash: int, min_trade: int, solution: Solution) -> Plan:
        """The plan that a person sees, from the answer to one question."""
        rows = zip(self.portfolio, self.shares(solution), solution.wanted, self.reasons_for(cash), strict=True)
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
            why_nothing=solution.why_nothing,
            frozen=self.constraints.frozen,
            past_target=self.constraints.leftover == "invest",
            sets=self.sets,
        )

    def limits(self, min_trade: int) -> tuple[str, ...]:
        """What limits a plan besides its cash, in words; ``min_trade`` in units."""
        return remarks.limits(self.portfolio.symbols, self.terms(min_trade), self.method, self.portfolio.money)

    def bars(self) -> list[str]:
        """What may not be bought or sold, in words."""
        return remarks.bars(self.portfolio.symbols, self.constraints, self.portfolio.money)

    def terms(self, min_trade: int) -> remarks.Terms:
        """What a plan has to keep to; ``min_trade`` in units."""
        return remarks.Terms(
            constraints=self.constraints,
            min_trade=self.dollars(min_trade),
            fee_trade=self.dollars(self.fee_trade),
            fee_share=self.max_fee_share,
        )

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
    def _asset_parts(self) -> list[int]:
        common = lcm(*(asset.weight.denominator for asset in self.wanted))
        return [asset.weight.numerator * (common // asset.weight.denominator) for asset in self.wanted]

    @cached_property
    def parts(self) -> tuple[int, ...]:
        """Target weights in file order as the smallest integers of a common denominator.

        The weight of a set is that of the position that is bought; those beside it have none, and are never bought.
        """
        found = [0] * len(self.values)
        for lead, part in zip(self._leads, self._asset_parts, strict=True):
            found[lead] = part
        return tuple(found)

    @cached_property
    def _leads(self) -> list[int]:
        """The position of each asset that is bought, or, where none may be, the first that is not frozen."""
        symbols, barred = self.portfolio.symbols, self.constraints.barred("buy")
        closed = [symbol in barred for symbol in symbols]
        return [lead_of(asset.members, self.frozen, closed) for asset in self.wanted]

    @cached_property
    def sets(self) -> tuple[tuple[int, ...], ...]:
        """The positions that are one asset, where they are several, the one that is bought first."""
        rows = ((lead, asset.members) for lead, asset in zip(self._leads, self.wanted, strict=True))
        return tuple((lead, *(i for i in several if i != lead)) for lead, several in rows if len(several) > 1)

    @cached_property
    def assets(self) -> list[TradedAsset]:
        """The assets that are not frozen, in canonical order: unrealised P&L, unknown last, then name."""
        return traded_assets(
            zip(self.wanted, self._leads, self._asset_parts, strict=True),
            frozen=self.frozen,
            held=self.held,
            pnls=self.pnls,
            may_buy=self.may_buy,
            may_sell=self.may_sell,
        )

    def worth(self, i: int, lots: Sequence[int] = ()) -> int:
        """Units that the asset of a position is worth, after trading lots of each position."""
        members = next((several for several in self.sets if i in several), (i,))
        return sum(self.values[j] + (lots[j] * self.prices[j] if lots else 0) for j in members)

    @cached_property
    def managed_value(self) -> int:
        """Units of all assets that are not frozen: what the targets share out, without the cash."""
        return sum(self.values[i] for asset in self.assets for i in asset.members)

    @cached_property
    def fee(self) -> int:
        """Units that each trade costs."""
        return self.units(self.constraints.fee_per_trade)

    @cached_property
    def max_fee_share(self) -> Decimal | None:
        """The largest part of a trade that its fee may be; None for any."""
        return self.constraints.max_fee_share or self.method.usual_fee_share

    @cached_property
    def fee_trade(self) -> int:
        """Units of the smallest trade that is worth its fee."""
        share = self.max_fee_share
        return ceil(self.fee / Fraction(share)) if share is not None else 0

    @cached_property
    def buffer(self) -> int:
        """Units of the cash that stay cash."""
        return self.units(self.constraints.cash_buffer)

    def direction(self, cash: int) -> Direction:
        """Which way the trades may go."""
        return self.strategy.direction(cash)

    def budget(self, cash: int) -> int:
        """Units to spend (+) or to raise (-): the cash without the buffer. What may only buy never has to sell."""
        rest = cash - self.buffer
        return max(0, rest) if self.direction(cash) == "buy" else rest

    def too_fine(self, cash: int) -> bool:
        """Whether there may be more lots of a position than the exact method counts."""
        return sum(self.values) + max(cash, 0) > MAX_LOTS * min(self.prices[i] for i in self.managed)

    @cached_property
    def may_buy(self) -> list[bool]:
        """Whether each position may be bought, in file order. One without a target never is."""
        barred = self.constraints.barred("buy")
        rows = zip(self.parts, self.portfolio.symbols, strict=True)
        return [part > 0 and symbol not in barred for part, symbol in rows]

    @cached_property
    def may_sell(self) -> list[bool]:
        """Whether each position may be sold, in file order."""
        barred = self.constraints.barred("sell")
        return [symbol not in barred for symbol in self.portfolio.symbols]

    @cached_property
    def markets(self) -> dict[str, Any]:
        """What the exact method has made of this problem so far; see ``markets.market_for``."""
        return {}

    @cached_property
    def aimed(self) -> tuple[bool, ...]:
        """Whether the asset of each position has a target, in file order."""
        of = {i: part > 0 for asset, part in zip(self.wanted, self._asset_parts, strict=True) for i in asset.members}
        return tuple(of[i] for i in range(len(self.values)))

    @cached_property
    def frozen(self) -> tuple[bool, ...]:
        """Whether each position is frozen, in file order."""
        return tuple(symbol in self.constraints.frozen for symbol in self.portfolio.symbols)

    @cached_property
    def gains(self) -> tuple[int | None, ...]:
        """Which part of the proceeds of a sale is gain, for each position in file order."""
        return tuple(map(gain_parts, self.portfolio))

    @cached_property
    def reasons(self) -> list[Reason]:
        """Why each position trades, where it does, in file order, whatever the cash is."""
        return self._asset_reasons.always()

    def reasons_for(self, cash: int) -> list[Reason]:
        """The same where the cash is known."""
        return self._asset_reasons.with_cash(cash, self.portfolio.money(self.dollars(abs(cash))))

    @cached_property
    def _asset_reasons(self) -> AssetReasons:
        return AssetReasons(
            names=[asset.name for asset in self.wanted],
            members=[asset.members for asset in self.wanted],
            values=[sum(self.values[i] for i in asset.members) for asset in self.wanted],
            parts=self._asset_parts,
            frozen=[all(self.frozen[i] for i in asset.members) for asset in self.wanted],
        )

    def with_values(self, values: tuple[int, ...], elsewhere: int) -> Problem:
        """The same question where positions are worth something else; what does not depend on that is kept."""
        other = replace(self, values=values, elsewhere=elsewhere)
        vars(other).update((name, known) for name, known in vars(self).items() if name in _OF_ALL_VALUES)
        return other


_OF_ALL_VALUES = {
    *(
        "managed",
        "parts",
        "_asset_parts",
        "_leads",
        "sets",
        "assets",
        "weights",
        "aimed",
        "frozen",
        "may_buy",
        "may_sell",
    ),
    *("fee", "max_fee_share", "fee_trade", "buffer", "gains"),
}
"""What a problem works out of itself whatever its positions are worth."""


def prepare(
    portfolio: Portfolio,
    *,
    policy: Policy | None = None,
    strategy: Strategy | str = Strategy.TRY_AVOID_SELL,
    method: Method | str = Method.CLASSIC,
    places: int = 2,
    **keywords: Unpack[PolicyKeywords],
) -> Problem:
    """Does once what every question about a portfolio shares.

    The arguments are those of ``rebalance``; ``places`` are the decimals that the amounts of cash and minimum trade to
    come may have, 2 or more.

    Raises:
        RequestError: An argument is not usable.
        TargetError: The targets are not usable, or one that is not held has no price.
    """
    strategy, method = Strategy.named(strategy), Method.named(method)
    targets, given = _wanted(policy or Policy(), keywords)
    barred = never_bought(given)
    whole = portfolio if targets is None else with_targets(portfolio, targets, barred)
    if not len(whole):
        raise TargetError("the portfolio holds no position to plan with; give targets with prices.")
    constraints = read_constraints(whole.symbols, given, idle=targets.fractions() if targets is not None else ())
    if method == Method.CLASSIC:
        refuse_exact_rules(constraints)
    lots = tuple(constraints.lot(symbol) for symbol in whole.symbols)
    scale = max(whole.scale, places, decimals(constraints.cash_buffer), decimals(constraints.fee_per_trade))
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
        wanted=assets_of(whole, targets),
        constraints=constraints,
    )


def _wanted(policy: Policy, keywords: PolicyKeywords) -> tuple[Targets | None, dict[str, Any]]:
    """The targets, and the constraints by their keys: those of the policy, unless a keyword says otherwise."""
    given: dict[str, Any] = policy.constraints.given() | dict(keywords)
    targets, prices = given.pop("targets", None), given.pop("prices", None)
    targets = policy.targets if targets is None else targets if isinstance(targets, Targets) else Targets(targets)
    return (targets.priced(prices) if targets is not None and prices is not None else targets), given
