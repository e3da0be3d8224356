"""Portfolio Balancer: what to trade so that every asset comes closer to its target share."""

from importlib import import_module

from .version import __version__

TYPE_CHECKING = False  # what type checkers take for True; the module typing is as long to load as all of this
if TYPE_CHECKING:
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
    from .planning.household import Household, HouseholdAccount, HouseholdPlan, rebalance_household
    from .planning.plan import Plan, Trade
    from .planning.proof import Proof
    from .planning.rebalance import rebalance
    from .planning.strategy import Method, Strategy
    from .policy.constraints import Constraints
    from .policy.policy import Policy
    from .policy.targets import Targets
    from .portfolio import Portfolio, Position
    from .readers import Statement, read_positions
    from .views.drift import Band, Drift, DriftReport, drift_report, least_cash_to_target

__all__ = [
    "Band",
    "BrokerError",
    "Constraints",
    "DataError",
    "Drift",
    "DriftReport",
    "Household",
    "HouseholdAccount",
    "HouseholdPlan",
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
    "rebalance_household",
]

_HOMES = {
    "errors": (
        "BrokerError",
        "DataError",
        "InfeasiblePlanError",
        "Issue",
        "LawBrokenError",
        "PbalError",
        "Place",
        "RequestError",
        "TargetError",
    ),
    "planning.household": ("Household", "HouseholdAccount", "HouseholdPlan", "rebalance_household"),
    "planning.plan": ("Plan", "Trade"),
    "planning.proof": ("Proof",),
    "planning.rebalance": ("rebalance",),
    "planning.strategy": ("Method", "Strategy"),
    "policy.constraints": ("Constraints",),
    "policy.policy": ("Policy",),
    "policy.targets": ("Targets",),
    "portfolio": ("Portfolio", "Position"),
    "readers": ("Statement", "read_positions"),
    "views.drift": ("Band", "Drift", "DriftReport", "drift_report", "least_cash_to_target"),
}
"""Module -> its public names. Each module is loaded when one of its names is first used, so that the command, which
needs only some of them, starts sooner."""

_WRITERS = {"Plan": ("views.exports", "plan_document"), "Statement": ("views.documents", "statement_document")}
"""Public class -> module and function that write its JSON document."""


def document_of(value: object) -> object:
    """The JSON document of a plan or a statement, for their ``to_dict``; its writer is loaded when it is first used."""
    module, function = next(_WRITERS[kind.__name__] for kind in type(value).__mro__ if kind.__name__ in _WRITERS)
    return getattr(import_module(f"{__name__}.{module}"), function)(value)


def __getattr__(name: str) -> object:
    """Loads a public name when it is first used."""
    for module, names in _HOMES.items():
        if name in names:
            value = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
