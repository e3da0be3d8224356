"""Portfolio Balancer: what to trade so that every asset comes closer to its target share."""

from .drift import Band, Drift, DriftReport, drift_report, least_cash_to_target
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
from .model import Portfolio, Position
from .plan import Plan, Proof, Trade
from .readers import Statement, read_positions
from .rebalance import rebalance
from .targets import Targets
from .version import __version__

__all__ = [
    "Band",
    "BrokerError",
    "DataError",
    "Drift",
    "DriftReport",
    "InfeasiblePlanError",
    "Issue",
    "LawBrokenError",
    "PbalError",
    "Place",
    "Plan",
    "Portfolio",
    "Position",
    "Proof",
    "RequestError",
    "Statement",
    "TargetError",
    "Targets",
    "Trade",
    "__version__",
    "drift_report",
    "least_cash_to_target",
    "read_positions",
    "rebalance",
]
