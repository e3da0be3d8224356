"""Portfolio Balancer: what to trade so that every asset comes closer to its target share."""

from importlib import import_module
from typing import TYPE_CHECKING

from .errors import (
    BrokerError,
    DataError,
    InfeasiblePlanError,
    Issue,
    LawBrokenError,
    PbalError,
    Place,
    RequestError,
    TargetError,
)
from .planning.plan import Plan, Trade
from .planning.proof import Proof
from .planning.rebalance import rebalance
from .planning.strategy import Method, Strategy
from .policy.constraints import Constraints
from .policy.policy import Policy
from .policy.targets import Targets
from .portfolio import Portfolio, Position
from .version import __version__

if TYPE_CHECKING:
    from .readers import Statement, read_positions
    from .views.drift import Band, Drift, DriftReport, drift_report, least_cash_to_target

__all__ = [
    "Band",
    "BrokerError",
    "Constraints",
    "DataError",
    "Drift",
    "DriftReport",
    "InfeasiblePlanError",
    "Issue",
    "LawBrokenError",
    "Method",
    "PbalError",
    "Place",
    "Plan",
    "Policy",
    "Portfolio",
    "Position",
    "Proof",
    "RequestError",
    "Statement",
    "Strategy",
    "TargetError",
    "Targets",
    "Trade",
    "__version__",
    "drift_report",
    "least_cash_to_target",
    "read_positions",
    "rebalance",
]

_LATER = {
    "views.drift": ("Band", "Drift", "DriftReport", "drift_report", "least_cash_to_target"),
    "readers": ("Statement", "read_positions"),
}
"""What ``import pbal_core`` does not load, which saves a third of its time: module -> public names."""


def __getattr__(name: str) -> object:
    """Loads a public name of ``_LATER`` when it is first asked for."""
    for module, names in _LATER.items():
        if name in names:
            value = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
