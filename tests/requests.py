"""What hypothesis draws for whole requests: a portfolio, cash, targets and constraints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from pbal_core import InfeasiblePlanError, Plan, Portfolio, Position, rebalance
from pbal_core.policy.constraints import Constraints, read_constraints
from tests.strategies import cash_amounts, dollars, portfolios, strategy_names

fractions = st.sampled_from(["1", "0.5", "0.1", "0.01"])


@dataclass(frozen=True)
class Request:
    """The arguments of one call of ``rebalance``."""

    portfolio: Portfolio
    cash: Decimal
    options: dict[str, Any]

    def plan(self) -> Plan | None:
        """The plan, or None where none exists."""
        try:
            return rebalance(self.portfolio, self.cash, **self.options)
        except InfeasiblePlanError:
            return None

    def constraints(self, plan: Plan) -> Constraints:
        names = ("frozen", "never_buy", "never_sell", "fractional", "cash_buffer", "fee_per_trade")
        given = {name: self.options[name] for name in names if name in self.options}
        return read_constraints(plan.portfolio.symbols, given)

    def asking(self, **options: Any) -> Request:
        return replace(self, options=self.options | options)


@st.composite
def target_weights(draw: st.DrawFn, symbols: tuple[str, ...]) -> dict[str, int] | None:
    """Percents that sum to 100, some of them zero; or equal weights."""
    if draw(st.booleans()):
        return None
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=len(symbols) - 1, max_size=len(symbols) - 1)))
    parts = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    return dict(zip(symbols, parts, strict=True))


@st.composite
def requests(draw: st.DrawFn, method: str, *, constrained: bool = True, max_size: int = 6) -> Request:
    """A request that is well formed, though there may be no plan for it."""
    portfolio = draw(portfolios(max_size=max_size))
    options: dict[str, Any] = {
        "method": method,
        "strategy": draw(strategy_names),
        "targets": draw(target_weights(portfolio.symbols)),
    }
    if method == "classic":
        options["min_trade"] = draw(st.sampled_from([10, 37, 100, 1000]))
    elif constrained:
        options["min_trade"] = draw(st.sampled_from([0, 0, 0, 100, 750, 5000]))
    if constrained:
        some = st.sets(st.sampled_from(portfolio.symbols), max_size=2)
        options |= {
            "frozen": draw(some),
            "never_buy": draw(some),
            "never_sell": draw(some),
            "fractional": draw(st.dictionaries(st.sampled_from(portfolio.symbols), fractions, max_size=2)),
            "cash_buffer": draw(st.sampled_from([0, 0, 100])),
            "fee_per_trade": draw(st.sampled_from([0, 0, "1.05", 10])),
        }
    return Request(portfolio, draw(cash_amounts), options)


def applied(plan: Plan) -> Portfolio:
    """The portfolio after the trades."""
    after = zip(plan.portfolio, plan.values_after, strict=True)
    return Portfolio(Position(symbol=p.symbol, value=value, price=p.price, pnl=p.pnl) for p, value in after)


def scaled(portfolio: Portfolio, factor: Decimal) -> Portfolio:
    """The same portfolio in another currency."""
    return Portfolio(
        Position(
            symbol=p.symbol,
            value=p.value * factor,
            price=p.price * factor,
            pnl=None if p.pnl is None else p.pnl * factor,
            quantity=p.quantity,
        )
        for p in portfolio
    )


__all__ = ["Request", "applied", "dollars", "requests", "scaled", "target_weights"]
