"""The file of a household: read, or refused with everything that is wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pbal_core import TargetError, Targets
from pbal_core.policy.household import HouseholdPolicy, Kind
from tests.build import rules

FILE = b"""
[targets]
VTI = 60
BND = 40

[prices]
BND = 72.5

[accounts.Taxable]
number = "4321"
constraints.never_sell = ["VTI"]

[accounts.IRA]
file = "vanguard.csv"
kind = "deferred"
menu = ["BND", "VTI"]
cash = 6500.50

[accounts."New Roth"]
kind = "free"

[location]
BND = ["deferred", "free"]
VTI = "taxable"
"""


def test_everything_in_the_file_is_read() -> None:
    household = HouseholdPolicy.from_toml(FILE)
    assert household.targets == Targets({"VTI": 60, "BND": 40}, prices={"BND": "72.5"})
    taxable, ira, roth = household.accounts
    assert (taxable.name, taxable.kind, taxable.number, taxable.file) == ("Taxable", Kind.TAXABLE, "4321", "")
    assert taxable.constraints == rules(never_sell=["VTI"])
    assert (ira.kind, ira.file, ira.menu, ira.cash) == (
        Kind.DEFERRED,
        "vanguard.csv",
        ("BND", "VTI"),
        Decimal("6500.50"),
    )
    assert (taxable.empty, ira.empty, roth.empty) == (False, False, True)
    assert household.location == {"BND": (Kind.DEFERRED, Kind.FREE), "VTI": (Kind.TAXABLE,)}


def test_targets_may_be_left_out() -> None:
    assert HouseholdPolicy.from_toml(b"[accounts.IRA]\n").targets is None


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = b"""
[targets]
VTI = 60

[constraints]
frozen = ["VTI"]

[accounts.IRA]
kind = "roth"
number = 4321
menu = "BND"
cash = "much"
colour = "red"
constraints.frozen = "VTI"

[accounts.ira]

[location]
BND = "offshore"
"""
    with pytest.raises(TargetError) as caught:
        HouseholdPolicy.from_toml(wrong)
    assert str(caught.value).splitlines() == [
        "[constraints] is for a single portfolio; put them under the account they are for.",
        "the targets sum to 60; fractions that sum to 1 or percents that sum to 100 are needed.",
        "IRA has colour; an account has kind, number, file, menu, cash, constraints.",
        "IRA: kind is 'roth'; taxable, deferred, free are the kinds of account.",
        'IRA: number must be in quotes, such as number = "4321".',
        'IRA: menu must be a list of symbols, such as ["BND", "VTI"].',
        'IRA: cash "much" is not a number; give an amount such as 5000 or 1234.56.',
        'IRA: frozen must be a list of symbols, such as ["BND", "VTEB"].',
        "the account IRA has the name of another; each needs a name of its own.",
        "the account ira has the name of another; each needs a name of its own.",
        "the location of BND is 'offshore'; taxable, deferred, free are the kinds of account.",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "the file names no account; begin one with a line such as [accounts.IRA]."),
        (b"accounts = 1", "the file names no account; begin one with a line such as [accounts.IRA]."),
        (b"[accounts]\nIRA = 1", "the account IRA must be a table; begin it with a line [accounts.IRA]."),
        (b"location = 1\n[accounts.IRA]", "location must be a table; begin it with a line [location]."),
        (b"\xff", "the file is not UTF-8 text; a TOML file is needed."),
        (b"[accounts.IRA", "the household is not valid TOML: "),
        (b"[colours]\n[accounts.IRA]", "[colours] is not known; a household's file has "),
    ],
)
def test_what_is_no_household_is_refused(text: bytes, message: str) -> None:
    with pytest.raises(TargetError) as caught:
        HouseholdPolicy.from_toml(text)
    assert str(caught.value).startswith(message)
