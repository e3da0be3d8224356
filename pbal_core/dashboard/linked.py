"""Targets in a link, as weights by symbol: only where somebody asked for it, and never with an amount held.

The model: ``?targets=VTI:60,VXUS:30,BND:10``, in percent. Whoever opens the link has these targets over any file.
Groups are written as their symbols, and prices are left out. What a link says is a stranger's: it is bounded and judged
here, and nothing of it is repeated in a message. This module knows no streamlit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from urllib.parse import quote, urlsplit

from ..errors import TargetError
from ..policy.policy import Policy
from ..policy.targets import Targets
from ..portfolio import SYMBOL
from . import wanted

MOST_TARGETS = 100
MOST_LETTERS = 5_000
"""Of the targets in a link; mail programs and proxies cut longer ones."""

OWN = {"policy": "own"}
"""What an address says of targets and constraints that it does not hold."""


def targets_text(targets: Targets) -> str | None:
    """The targets as a link says them; None where they are too many for one."""
    weights = wanted.weights_of(Policy(targets=targets))
    text = ",".join(f"{symbol}:{wanted.decimal_weight(weight):f}" for symbol, weight in weights.items())
    return text if len(weights) <= MOST_TARGETS and len(text) <= MOST_LETTERS else None


def read_targets(text: object) -> tuple[Targets | None, list[str]]:
    """What a link says about targets, and a sentence where it cannot be used."""
    if text is None:
        return None, []
    try:
        return _targets(str(text)), []
    except TargetError as error:
        return None, [f"The targets of the link are not used: {error}"]


def _targets(text: str) -> Targets:
    if len(text) > MOST_LETTERS or text.count(",") >= MOST_TARGETS:
        raise TargetError(f"a link may have at most {MOST_TARGETS} of them in {MOST_LETTERS:,} characters.")
    weights: dict[str, Decimal] = {}
    for pair in text.split(","):
        symbol, _, weight = pair.partition(":")
        if not SYMBOL.fullmatch(symbol) or symbol in weights or not _is_percent(weight):
            raise TargetError("pairs such as VTI:60,BND:40 are needed, each symbol once.")
        weights[symbol] = Decimal(weight)
    total = sum(weights.values(), Decimal(0))
    if abs(total - 100) > Decimal("0.0001"):
        raise TargetError(f"they sum to {total:f} %; 100 % is needed.")
    return Targets(weights)


def _is_percent(text: str) -> bool:
    """0 to 100 in digits and at most one point, with at most ten decimals."""
    whole, _, part = text.partition(".")
    digits = whole.isascii() and whole.isdigit() and len(whole) <= 3 and len(part) <= 10
    return digits and (part.isascii() and part.isdigit() if "." in text else True) and Decimal(text) <= 100


def policy_params(policy: Policy, linked: Targets | None) -> dict[str, str]:
    """What the page's own address says of a policy: targets that a link brought, while they are in force.

    Targets that were given on the page are not written into its address; it says that there were some.
    """
    params = {}
    rest = replace(policy, constraints=replace(policy.constraints, leftover=""))  # the address has a name for it
    if linked is not None and policy.targets == linked:
        params["targets"] = targets_text(linked) or ""
        rest = replace(rest, targets=None)
    return params | (OWN if rest != Policy() else {})


def link(base: str, params: Mapping[str, str]) -> str:
    """The address with its parameters; the signs of ``targets`` stay readable."""
    root = base if urlsplit(base).path else f"{base}/"
    return f"{root}?" + "&".join(f"{name}={quote(text, safe=':,')}" for name, text in params.items())
