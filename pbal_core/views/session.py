"""What somebody asked, as one file to keep: positions, targets, constraints and settings, in JSON. Pure.

The model: a file has a list of portfolios, since a household has several; each is self-contained. Amounts are texts,
keys are sorted, and a file that is read and written again is the same, byte for byte. A key that is not known, or a
newer version, is refused by name: half a session would be a guess. ``session.schema.json`` beside this module says the
same for other programs.

Worked example: one position of ten VTI at 250 dollars and 5,000 to invest is::

    {"kind": "pbal-session", "version": 1, "portfolios": [{"cash": "0", "currency": "USD", "name": "Mine",
     "positions": [{"price": "250", "quantity": "10", "symbol": "VTI", "value": "2500"}],
     "settings": {"cash": "5000", "method": "exact", "min_trade": "100", "strategy": "try_avoid_sell"}, ...}]}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ..errors import DataError, Issue, PbalError, RequestError
from ..money import MAX_CASH, decimals, parse_decimal
from ..planning.strategy import Method, Strategy
from ..policy.policy import Policy
from ..portfolio import SYMBOL, Portfolio, Position
from .drift import Band
from .saved import MOST_PORTFOLIOS, PinnedPlan, SavedPortfolio, Session, last_four

KIND, VERSION = "pbal-session", 1
MAX_BYTES = 2_000_000
_TEXT = 120


def is_session(data: bytes) -> bool:
    """Whether a file claims to be a session, so that it is read as one and not as positions."""
    head = data[:200_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"{") and f'"{KIND}"'.encode() in data


def dumps(session: Session) -> str:
    """The text of a file; ``loads`` brings the session back."""
    tables = {"kind": KIND, "version": VERSION, "portfolios": [_saved(each) for each in session.portfolios]}
    return json.dumps(_sorted(tables), indent=1, ensure_ascii=False) + "\n"


def _sorted(given: Any, name: str = "") -> Any:
    """Tables by ascending keys, except targets and groups, whose order is what a reader sees of them."""
    if isinstance(given, dict):
        pairs = given.items() if name in _ORDERED else sorted(given.items())
        inner = name if name == "groups" else ""
        return {key: _sorted(value, inner or key) for key, value in pairs}
    return [_sorted(each) for each in given] if isinstance(given, list) else given


_ORDERED = {"targets", "groups", "substitutes"}


def loads(data: bytes) -> Session:
    """Reads what ``dumps`` writes.

    Raises:
        DataError: Too large, no JSON, no session, a newer version, or anything in it that cannot be used; each with
            its path, such as ``portfolios[0].positions[2].price``.
    """
    tables = _json(data)
    if not isinstance(tables, dict) or tables.get("kind") != KIND:
        raise _refused("not_a_session", f'the file is no saved session: its "kind" is not "{KIND}".')
    version = tables.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _refused("session_version", "the version of the session is no whole number from 1 on.")
    if version > VERSION:
        message = f"the session has version {version}; this program reads up to {VERSION}: update it."
        raise _refused("session_version", message)
    reader = _Reader([])
    reader.keys(tables, "", {"kind", "version", "portfolios"})
    entries = tables.get("portfolios")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_PORTFOLIOS:
        reader.say("portfolios", f"must be a list of 1 to {MOST_PORTFOLIOS} portfolios")
        entries = []
    portfolios = [reader.portfolio(entry, f"portfolios[{i}]") for i, entry in enumerate(entries)]
    if reader.problems:
        raise DataError(reader.problems)
    return Session(portfolios=tuple(each for each in portfolios if each is not None))


def _saved(each: SavedPortfolio) -> dict[str, Any]:
    pinned = each.pinned
    more: dict[str, Any] = {"not_cash": sorted(each.not_cash)} if each.not_cash else {}
    if pinned is not None:
        more["pinned"] = {"policy": pinned.policy.to_dict(), "settings": _settings(pinned)}
    if each.band != Band():
        more["band"] = {name: _text(getattr(each.band, name)) for name in ("absolute", "relative")}
    return more | {
        "name": each.name,
        "currency": each.portfolio.currency,
        "as_of": None if each.as_of is None else each.as_of.isoformat(),
        "accounts": [last_four(account) for account in each.accounts],
        "cash": _text(each.found),
        "positions": [_position(position) for position in each.portfolio],
        "policy": each.policy.to_dict(),
        "settings": _settings(each),
    }


def _settings(each: SavedPortfolio | PinnedPlan) -> dict[str, str]:
    return {
        "cash": _text(each.cash),
        "min_trade": _text(each.min_trade),
        "strategy": each.strategy.value,
        "method": each.method.value,
    }


def _position(position: Position) -> dict[str, str]:
    amounts = {"value": position.value, "price": position.price, "pnl": position.pnl, "quantity": position.quantity}
    return {"symbol": position.symbol} | {name: _text(a) for name, a in amounts.items() if a is not None}


def _text(amount: Decimal) -> str:
    """An amount in digits, equal amounts alike: 750.00 is 750, and -0 is 0."""
    text = f"{amount:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _json(data: bytes) -> Any:
    if len(data) > MAX_BYTES:
        raise _refused("too_large", f"the file has more than {MAX_BYTES / 1e6:.0f} MB; a session is smaller.")
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:200]
        raise _refused("not_json", f"the session is no JSON: {reason}.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice[:40]!a} is there twice")
    return dict(pairs)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _refused(code: str, message: str) -> DataError:
    return DataError([Issue("error", code, message)])


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads parts of a session and collects what is wrong, each with its path."""

    problems: list[Issue]

    def say(self, path: str, what: str) -> None:
        self.problems.append(Issue("error", "session_value", f"{path} {what}."))

    def keys(self, given: Mapping[str, Any], path: str, known: set[str]) -> None:
        for name in sorted(given.keys() - known):
            place = f"{path}.{name[:40]}" if path else name[:40]
            message = (
                f"{ascii(place)[1:-1]} is not known; a session of version {VERSION} has {', '.join(sorted(known))}."
            )
            self.problems.append(Issue("error", "session_key", message))
        for name in sorted(known - given.keys()):
            self.say(f"{path}.{name}" if path else name, "is missing")

    def portfolio(self, given: Any, path: str) -> SavedPortfolio | None:
        if not isinstance(given, dict):
            self.say(path, "must be a table")
            return None
        before = len(self.problems)
        names = {"name", "currency", "as_of", "accounts", "cash", "positions", "policy", "settings"}
        self.keys({name: given[name] for name in given if name not in {"pinned", "not_cash", "band"}}, path, names)
        if len(self.problems) > before:
            return None
        held = self.positions(given["positions"], given["currency"], path)
        policy = self.policy(given["policy"], f"{path}.policy")
        rest: dict[str, Any] = {
            "name": self.text(given["name"], f"{path}.name"),
            "as_of": self.day(given["as_of"], f"{path}.as_of"),
            "accounts": self.texts(given["accounts"], f"{path}.accounts"),
            "found": self.amount(given["cash"], f"{path}.cash"),
            "not_cash": self.symbols(given.get("not_cash", []), f"{path}.not_cash"),
            "pinned": self.pinned(given["pinned"], f"{path}.pinned") if "pinned" in given else None,
            "band": self.band(given["band"], f"{path}.band") if "band" in given else Band(),
            **self.settings(given["settings"], f"{path}.settings"),
        }
        if held is None or policy is None or len(self.problems) > before:
            return None
        return SavedPortfolio(portfolio=held, policy=policy, **rest)

    def settings(self, given: Any, path: str) -> dict[str, Any]:
        """Cash, minimum trade, strategy and method; empty where one of them is missing."""
        if not isinstance(given, dict):
            self.say(path, "must be a table")
            return {}
        before = len(self.problems)
        self.keys(given, path, {"cash", "min_trade", "strategy", "method"})
        if len(self.problems) > before:
            return {}
        return {
            "cash": self.cents(given["cash"], f"{path}.cash", -MAX_CASH),
            "min_trade": self.cents(given["min_trade"], f"{path}.min_trade", Decimal(0)),
            "strategy": self.choice(given["strategy"], Strategy, f"{path}.strategy"),
            "method": self.choice(given["method"], Method, f"{path}.method"),
        }

    def band(self, given: Any, path: str) -> Band:
        """How far a weight may be from its target; the 5/25 rule where that cannot be used."""
        if not isinstance(given, dict):
            self.say(path, "must be a table")
            return Band()
        before = len(self.problems)
        self.keys(given, path, {"absolute", "relative"})
        limits = {
            name: self.amount(given[name], f"{path}.{name}") for name in ("absolute", "relative") if name in given
        }
        if len(self.problems) == before:
            try:
                return Band(**limits)
            except RequestError as error:
                self.say(path, f"cannot be used: {str(error).removesuffix('.')}")
        return Band()

    def pinned(self, given: Any, path: str) -> PinnedPlan | None:
        if not isinstance(given, dict):
            self.say(path, "must be a table")
            return None
        before = len(self.problems)
        self.keys(given, path, {"policy", "settings"})
        if len(self.problems) > before:
            return None
        policy, settings = self.policy(given["policy"], f"{path}.policy"), given["settings"]
        rest = self.settings(settings, f"{path}.settings")
        return None if policy is None or not rest else PinnedPlan(policy=policy, **rest)

    def positions(self, given: Any, currency: Any, path: str) -> Portfolio | None:
        if not isinstance(given, list):
            self.say(f"{path}.positions", "must be a list")
            return None
        before = len(self.problems)
        held = [self.position(entry, f"{path}.positions[{i}]") for i, entry in enumerate(given)]
        if len(self.problems) > before:
            return None
        try:
            return Portfolio([each for each in held if each is not None], currency=currency)
        except DataError as error:
            for issue in error.issues:
                self.say(path, f"cannot be used: {issue.message.removesuffix('.')}")
            return None

    def position(self, given: Any, path: str) -> Position | None:
        if not isinstance(given, dict):
            self.say(path, "must be a table")
            return None
        optional = {"pnl", "quantity"}
        self.keys({name: given[name] for name in given if name not in optional}, path, {"symbol", "value", "price"})
        before = len(self.problems)
        amounts: dict[str, Any] = {
            name: self.amount(given[name], f"{path}.{name}")
            for name in ("value", "price", "pnl", "quantity")
            if name in given
        }
        if len(self.problems) > before or not {"symbol", "value", "price"} <= given.keys():
            return None
        try:
            return Position(symbol=given["symbol"], **amounts)
        except DataError as error:
            for issue in error.issues:
                self.say(path, f"cannot be used: {issue.message.removesuffix('.')}")
            return None

    def policy(self, given: Any, path: str) -> Policy | None:
        if not isinstance(given, dict):
            self.say(path, "must be a table")
            return None
        try:
            return Policy.from_dict(given)
        except PbalError as error:
            for line in str(error).splitlines():
                self.say(path, f"cannot be used: {line.removesuffix('.')}")
            return None

    def text(self, given: Any, path: str) -> str:
        if not isinstance(given, str) or not 0 < len(given) <= _TEXT or not given.isprintable():
            self.say(path, f"must be a text of 1 to {_TEXT} characters")
            return ""
        return given

    def texts(self, given: Any, path: str) -> tuple[str, ...]:
        right = isinstance(given, list) and all(isinstance(each, str) and len(each) <= 4 for each in given)
        if not right:
            self.say(path, "must be a list of texts of at most four characters")
            return ()
        return tuple(given)

    def symbols(self, given: Any, path: str) -> frozenset[str]:
        right = isinstance(given, list) and all(isinstance(each, str) and SYMBOL.fullmatch(each) for each in given)
        if not right:
            self.say(path, "must be a list of symbols")
            return frozenset()
        return frozenset(given)

    def day(self, given: Any, path: str) -> date | None:
        if given is None:
            return None
        try:
            return date.fromisoformat(given)
        except (TypeError, ValueError):
            self.say(path, "must be a day such as 2026-04-01, or null")
            return None

    def amount(self, given: Any, path: str) -> Decimal:
        try:
            return parse_decimal(given)
        except (PbalError, ValueError, AttributeError):
            self.say(path, 'must be an amount as text, such as "1234.50"')
            return Decimal(0)

    def cents(self, given: Any, path: str, least: Decimal) -> Decimal:
        amount = self.amount(given, path)
        if not least <= amount <= MAX_CASH or decimals(amount) > 2:
            self.say(path, f"must be in whole cents, {least:,} to {MAX_CASH:,}")
        return amount

    def choice(self, given: Any, choices: Any, path: str) -> Any:
        if given not in tuple(choices):
            self.say(path, f"must be {' or '.join(each.value for each in choices)}")
            return next(iter(choices))
        return choices.named(given)
