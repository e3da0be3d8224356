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
from typing import Any

from ..errors import DataError, Issue
from .drift import Band
from .saved import MOST_PORTFOLIOS, PinnedPlan, SavedPortfolio, Session, last_four
from .session_household import adds_up, amount_text, household, household_tables, position_table
from .session_reader import VERSION, Reader

KIND = "pbal-session"
MAX_BYTES = 2_000_000


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
    reader = Reader([])
    reader.keys(tables, "", {"kind", "version", "portfolios"})
    entries = tables.get("portfolios")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_PORTFOLIOS:
        reader.say("portfolios", f"must be a list of 1 to {MOST_PORTFOLIOS} portfolios")
        entries = []
    portfolios = [_portfolio(reader, entry, f"portfolios[{i}]") for i, entry in enumerate(entries)]
    if reader.problems:
        raise DataError(reader.problems)
    return Session(portfolios=tuple(each for each in portfolios if each is not None))


def _saved(each: SavedPortfolio) -> dict[str, Any]:
    pinned = each.pinned
    more: dict[str, Any] = {"not_cash": sorted(each.not_cash)} if each.not_cash else {}
    if each.household is not None:
        more["household"] = household_tables(each.household)
    if pinned is not None:
        more["pinned"] = {"policy": pinned.policy.to_dict(), "settings": _settings(pinned)}
    if each.band != Band():
        more["band"] = {name: amount_text(getattr(each.band, name)) for name in ("absolute", "relative")}
    return more | {
        "name": each.name,
        "currency": each.portfolio.currency,
        "as_of": None if each.as_of is None else each.as_of.isoformat(),
        "accounts": [last_four(account) for account in each.accounts],
        "cash": amount_text(each.found),
        "positions": [position_table(position) for position in each.portfolio],
        "policy": each.policy.to_dict(),
        "settings": _settings(each),
    }


def _settings(each: SavedPortfolio | PinnedPlan) -> dict[str, str]:
    return {
        "cash": amount_text(each.cash),
        "min_trade": amount_text(each.min_trade),
        "strategy": each.strategy.value,
        "method": each.method.value,
    }


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


def _portfolio(reader: Reader, given: Any, path: str) -> SavedPortfolio | None:
    before = len(reader.problems)
    needed = {"name", "currency", "as_of", "accounts", "cash", "positions", "policy", "settings"}
    if not reader.table(given, path, needed, optional={"pinned", "not_cash", "household", "band"}):
        return None
    held = reader.positions(given["positions"], given["currency"], path)
    policy = reader.policy(given["policy"], f"{path}.policy")
    rest: dict[str, Any] = {
        "name": reader.text(given["name"], f"{path}.name"),
        "as_of": reader.day(given["as_of"], f"{path}.as_of"),
        "accounts": reader.texts(given["accounts"], f"{path}.accounts"),
        "found": reader.amount(given["cash"], f"{path}.cash"),
        "not_cash": frozenset(reader.symbols(given.get("not_cash", []), f"{path}.not_cash")),
        "pinned": reader.pinned(given["pinned"], f"{path}.pinned") if "pinned" in given else None,
        "band": reader.band(given["band"], f"{path}.band") if "band" in given else Band(),
        "household": household(reader, given["household"], given["currency"], f"{path}.household")
        if "household" in given
        else None,
        **reader.settings(given["settings"], f"{path}.settings"),
    }
    if held is None or policy is None or len(reader.problems) > before:
        return None
    found = SavedPortfolio(portfolio=held, policy=policy, **rest)
    if not adds_up(found):
        reader.say(f"{path}.household", "does not add up to the positions and the cash of the portfolio")
        return None
    return found
