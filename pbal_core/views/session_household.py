"""A household in a saved session: its accounts with what each holds, and how the page reads them back.

The model: the positions of a portfolio are the sum of those of its accounts, and a file in which they are not is
refused: half a household would be a guess. Of an account's number four characters are kept.

Worked example::

    {"accounts": [{"cash": "6500", "constraints": {}, "found": "6500", "kind": "deferred", "menu": ["BND"],
     "name": "IRA", "number": "8765", "positions": [...]}], "location": {"BND": ["deferred"]}}
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..money import MAX_CASH
from ..policy.household import AccountPolicy, Kind, kinds_of
from ..portfolio import Position, symbol_key
from .saved import MOST_PORTFOLIOS, SavedAccount, SavedHousehold, SavedPortfolio, last_four
from .session_reader import Reader


def household_tables(saved: SavedHousehold) -> dict[str, Any]:
    """What a file has of a household."""
    return {
        "accounts": [_account_table(each) for each in saved.accounts],
        "location": {name: [kind.value for kind in kinds] for name, kinds in saved.location.items()},
    }


def _account_table(each: SavedAccount) -> dict[str, Any]:
    account = each.account
    return {
        "name": account.name,
        "number": last_four(account.number),
        "kind": account.kind.value,
        "menu": None if account.menu is None else list(account.menu),
        "cash": amount_text(account.cash),
        "constraints": account.constraints.to_dict(),
        "found": amount_text(each.found),
        "positions": [position_table(position) for position in each.portfolio],
    }


def position_table(position: Position) -> dict[str, str]:
    """What a file has of a position."""
    amounts = {"value": position.value, "price": position.price, "pnl": position.pnl, "quantity": position.quantity}
    return {"symbol": position.symbol} | {name: amount_text(a) for name, a in amounts.items() if a is not None}


def amount_text(amount: Decimal) -> str:
    """An amount in digits, equal amounts alike: 750.00 is 750, and -0 is 0."""
    text = f"{amount:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def household(reader: Reader, given: Any, currency: Any, path: str) -> SavedHousehold | None:
    """Reads a household; what is wrong goes to the reader."""
    before = len(reader.problems)
    if not reader.table(given, path, {"accounts", "location"}):
        return None
    entries, location = given["accounts"], given["location"]
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_PORTFOLIOS:
        reader.say(f"{path}.accounts", f"must be a list of 1 to {MOST_PORTFOLIOS} accounts")
        return None
    accounts = [_account(reader, entry, currency, f"{path}.accounts[{i}]") for i, entry in enumerate(entries)]
    names = [each.account.name.casefold() for each in accounts if each is not None]
    if len(set(names)) < len(names):
        reader.say(f"{path}.accounts", "must have names of their own")
    places = _location(reader, location, f"{path}.location")
    if len(reader.problems) > before:
        return None
    return SavedHousehold(accounts=tuple(each for each in accounts if each is not None), location=places)


def _account(reader: Reader, given: Any, currency: Any, path: str) -> SavedAccount | None:
    before = len(reader.problems)
    needed = {"name", "number", "kind", "menu", "cash", "constraints", "found", "positions"}
    if not reader.table(given, path, needed):
        return None
    held = reader.positions(given["positions"], currency, path)
    constraints = reader.policy({"constraints": given["constraints"]}, f"{path}.constraints")
    menu = given["menu"]
    symbols = () if menu is None else reader.symbols(menu, f"{path}.menu")
    found = reader.amount(given["found"], f"{path}.found")
    number = reader.texts([given["number"]], f"{path}.number")
    account = {
        "name": reader.text(given["name"], f"{path}.name"),
        "kind": reader.choice(given["kind"], Kind, f"{path}.kind"),
        "cash": reader.cents(given["cash"], f"{path}.cash", -MAX_CASH),
    }
    if held is None or constraints is None or len(reader.problems) > before:
        return None
    policy = AccountPolicy(
        **account, number=number[0], menu=None if menu is None else symbols, constraints=constraints.constraints
    )
    return SavedAccount(account=policy, portfolio=held, found=found)


def _location(reader: Reader, given: Any, path: str) -> dict[str, tuple[Kind, ...]]:
    """Name of a target -> kinds of account."""
    if not reader.is_table(given, path):
        return {}
    problems: list[str] = []
    found = {str(name): kinds_of(kinds, f"the location of {str(name)[:40]}", problems) for name, kinds in given.items()}
    for problem in problems:
        reader.refuse(path, problem)
    return found


def adds_up(saved: SavedPortfolio) -> bool:
    """Whether the accounts of a portfolio's household hold what the portfolio does, and its cash."""
    if saved.household is None:
        return True
    sums: dict[str, Decimal] = {}
    for each in saved.household.accounts:
        for position in each.portfolio:
            key = symbol_key(position.symbol)
            sums[key] = sums.get(key, Decimal(0)) + position.value
    whole = {symbol_key(position.symbol): position.value for position in saved.portfolio}
    return sums == whole and sum((each.found for each in saved.household.accounts), Decimal(0)) == saved.found
