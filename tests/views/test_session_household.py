"""A household in a saved session: every account comes back with what it holds, and half of one is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from pbal_core import DataError, Portfolio
from pbal_core.policy.household import AccountPolicy, Kind
from pbal_core.views.saved import SavedAccount, SavedHousehold, SavedPortfolio, Session, statement_of
from pbal_core.views.session import dumps, loads
from tests.build import portfolio, rules

SCHEMA = json.loads(files("pbal_core.views").joinpath("session.schema.json").read_text(encoding="utf-8"))
TAXABLE = SavedAccount(
    account=AccountPolicy(name="Joint", number="4321", menu=("VTI",), cash=Decimal("-250.5"),
                          constraints=rules(never_sell="VTI", fractional={"VTI": "0.001"})),
    portfolio=portfolio("VTI 1000.01 @ 250 pnl -3.5 held 4"),
    found=Decimal("12.34"),
)  # fmt: skip
IRA = SavedAccount(
    account=AccountPolicy(name="IRA", number="8765", kind=Kind.DEFERRED, cash=Decimal(6500)),
    portfolio=portfolio("BND 725 @ 72.50 held 10; VTI 500 @ 250 held 2"),
)
NEW = SavedAccount(account=AccountPolicy(name="Roth", kind=Kind.FREE), portfolio=Portfolio([]))
ONE = SavedPortfolio(
    name="Ours",
    portfolio=portfolio("VTI 1500.01 @ 250 held 6; BND 725 @ 72.50 held 10"),
    found=Decimal("12.34"),
    accounts=("4321", "8765"),
    household=SavedHousehold(accounts=(TAXABLE, IRA, NEW), location={"BND": (Kind.DEFERRED, Kind.FREE)}),
)
SAVED = dumps(Session(portfolios=(ONE,)))


def test_what_is_read_is_what_was_saved() -> None:
    """Every account with its taxes, menu, cash, constraints and positions; the schema agrees."""
    assert loads(SAVED.encode()) == Session(portfolios=(ONE,))
    assert dumps(loads(SAVED.encode())) == SAVED
    jsonschema.validate(json.loads(SAVED), SCHEMA)


def test_of_a_number_four_characters_are_kept() -> None:
    longer = replace(TAXABLE, account=replace(TAXABLE.account, number="Z31074321"))
    home = replace(ONE.household, accounts=(longer, IRA, NEW)) if ONE.household else None
    assert dumps(Session(portfolios=(replace(ONE, household=home),))) == SAVED


def test_the_statement_has_each_account() -> None:
    """By the end of its number, or by its name where two numbers end alike."""
    statement = statement_of(ONE)
    assert [(account.id, account.name) for account in statement.accounts] == [
        ("4321", "Joint"), ("8765", "IRA"), ("Roth", "Roth")]  # fmt: skip
    assert statement.select("4321").portfolio.symbols == ("VTI",)
    assert (statement.portfolio["VTI"].value, statement.cash_found) == (Decimal("1500.01"), Decimal("12.34"))
    same = replace(IRA, account=replace(IRA.account, number="4321"))
    assert SavedHousehold(accounts=(TAXABLE, same)).ids() == ["Joint", "IRA"]


def change(path: list[Any], value: Any) -> Callable[[Any], None]:
    def made(tables: Any) -> None:
        *way, last = path
        for key in way:
            tables = tables[key]
        tables[last] = value

    return made


@pytest.mark.parametrize(
    ("where", "value", "words"),
    [
        ([], 1, "household must be a table"),
        ([], {"accounts": []}, "household.location is missing"),
        (["accounts"], [], "household.accounts must be a list of 1 to 50 accounts"),
        (["accounts", 1], 3, "accounts[1] must be a table"),
        (["accounts", 0, "kind"], "offshore", "accounts[0].kind must be taxable or deferred or free"),
        (["accounts", 0, "menu"], "VTI", "accounts[0].menu must be a list of symbols"),
        (["accounts", 0, "number"], "Z31074321", "accounts[0].number must be a list of texts of at most four"),
        (["accounts", 0, "cash"], "0.001", "accounts[0].cash must be in whole cents"),
        (["accounts", 0, "constraints"], {"colour": 1}, "accounts[0].constraints cannot be used"),
        (["accounts", 0, "colour"], 1, "accounts[0].colour is not known"),
        (["accounts", 1, "name"], "JOINT", "household.accounts must have names of their own"),
        (["accounts", 0, "found"], "12.35", "does not add up to the positions and the cash"),
        (["accounts", 1, "positions"], [], "does not add up to the positions and the cash"),
        (["location"], [], "household.location must be a table"),
        (["location", "BND"], ["offshore"], "the location of BND is 'offshore'"),
    ],
)
def test_half_a_household_is_refused(where: list[Any], value: Any, words: str) -> None:
    """With the path of what is wrong."""
    tables = json.loads(SAVED)
    change(["portfolios", 0, "household", *where], value)(tables)
    with pytest.raises(DataError) as refused:
        loads(json.dumps(tables).encode())
    assert words in str(refused.value)
