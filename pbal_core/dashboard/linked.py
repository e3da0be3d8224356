"""Targets in a link, as weights by symbol: only where somebody asked for it, and never with an amount held.

The model: ``?targets=VTI:60,VXUS:30,BND:10``, in percent. Whoever opens the link has these targets over any file. A
class has its members behind it, each with its share of the class, and a set of substitutes its symbols:
``Stocks:60(US:67[VTI~VTSAX],VXUS:33),BND:40``. Prices are left out. What a link says is a stranger's: it is bounded and
judged here, and nothing of it is repeated in a message. This module knows no streamlit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from urllib.parse import quote, urlsplit

from ..errors import TargetError
from ..policy.policy import Policy
from ..policy.targets import Targets
from ..policy.tree import DEEPEST, TargetNode, every_node
from ..portfolio import SYMBOL
from . import wanted

MOST_TARGETS = 100
MOST_LETTERS = 5_000
"""Of the targets in a link; mail programs and proxies cut longer ones."""

OWN = {"policy": "own"}
"""What an address says of targets and constraints that it does not hold."""


NAME = re.compile(r"\w[\w &.'+/-]{0,59}")
"""What a class or a set is called in a link: no sign of Markdown, and none that the link itself uses."""

_NEEDED = "pairs such as VTI:60,BND:40 are needed, each symbol once."


def targets_text(targets: Targets) -> str | None:
    """The targets as a link says them; None where there are too many, or a class has a name that no link may have."""
    if wanted.is_tree(Policy(targets=targets)):
        tree = targets.tree()
        names = [name for node in every_node(tree) for name in (node.name, *(node.symbols if node.is_set else ()))]
        text = _level_text(tree)
        if not all(map(_usable, (node.name for node in every_node(tree)))):
            return None
    else:
        weights = wanted.weights_of(Policy(targets=targets))
        names = list(weights)
        text = ",".join(f"{symbol}:{wanted.decimal_weight(weight):f}" for symbol, weight in weights.items())
    return text if len(names) <= MOST_TARGETS and len(text) <= MOST_LETTERS else None


def _usable(name: str) -> bool:
    return bool(SYMBOL.fullmatch(name) or NAME.fullmatch(name))


def _level_text(nodes: Sequence[TargetNode]) -> str:
    return ",".join(map(_node_text, nodes))


def _node_text(node: TargetNode) -> str:
    inside = f"({_level_text(node.members)})" if node.members else f"[{'~'.join(node.symbols)}]" if node.is_set else ""
    return f"{node.name}:{wanted.decimal_weight(100 * node.share):f}{inside}"


def read_targets(text: object) -> tuple[Targets | None, list[str]]:
    """What a link says about targets, and a sentence where it cannot be used."""
    if text is None:
        return None, []
    try:
        return _targets(str(text)), []
    except TargetError as error:
        return None, [f"The targets of the link are not used: {error}"]


def _targets(text: str) -> Targets:
    if len(text) > MOST_LETTERS or text.count(",") + text.count("~") >= MOST_TARGETS:
        raise TargetError(f"a link may have at most {MOST_TARGETS} of them in {MOST_LETTERS:,} characters.")
    link_ = _Link(text)
    weights = link_.level(0)
    if link_.rest():
        raise TargetError(_NEEDED)
    try:
        return Targets(weights, groups=link_.groups, substitutes=link_.sets)
    except TargetError:
        raise TargetError("a class or a fund has two places, or a name of another.") from None


class _Link:
    """The text of a link, read from its beginning: a level is items with commas between them."""

    _ITEM = re.compile(r"([^:,()\[\]~]{1,120}):([0-9.]{1,20})")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.groups: dict[str, dict[str, Decimal]] = {}
        self.sets: dict[str, list[str]] = {}

    def rest(self) -> str:
        return self.text[self.at :]

    def level(self, depth: int) -> dict[str, Decimal]:
        """The shares of one level; they sum to 100."""
        shares: dict[str, Decimal] = {}
        while True:
            found = self._ITEM.match(self.text, self.at)
            if not found or depth > DEEPEST or found[1] in shares or not _is_percent(found[2]):
                raise TargetError(_NEEDED)
            self.at = found.end()
            shares[found[1]] = Decimal(found[2])
            self.inside(found[1], depth)
            if not self.take(","):
                break
        total = sum(shares.values(), Decimal(0))
        if abs(total - 100) > Decimal("0.0001"):
            raise TargetError(f"{'those of a class' if depth else 'they'} sum to {total:f} %; 100 % is needed.")
        return shares

    def inside(self, name: str, depth: int) -> None:
        """What follows an item: its members, its substitutes, or nothing; then it is a symbol."""
        if self.take("("):
            shares = self.level(depth + 1)
            self.name(name, end=")")
            self.groups[name] = shares
        elif self.take("["):
            symbols = self.rest().partition("]")[0]
            self.at += len(symbols)
            self.name(name, end="]")
            self.sets[name] = symbols.split("~")
            if not all(map(SYMBOL.fullmatch, self.sets[name])):
                raise TargetError(_NEEDED)
        elif not SYMBOL.fullmatch(name):
            raise TargetError(_NEEDED)

    def name(self, name: str, *, end: str) -> None:
        """The end of a class or a set, whose name must be usable and new."""
        if not self.take(end) or not _usable(name) or name in self.groups or name in self.sets:
            raise TargetError(_NEEDED)

    def take(self, sign: str) -> bool:
        there = self.text.startswith(sign, self.at)
        self.at += there
        return there


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
