"""The accounts on the page as a household: made from files, named by a file, and known again in the next quarter."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest

from pbal_core import RequestError, Targets
from pbal_core.dashboard import households
from pbal_core.dashboard.loaded import Batch, Current, read_batch
from pbal_core.policy.household import AccountPolicy, HouseholdPolicy, Kind
from pbal_core.policy.policy import Policy
from tests.build import rules

FIDELITY = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,"
    "Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,Total Gain/Loss Percent,"
    "Percent Of Account,Cost Basis Total,Average Cost Basis,Type\r\n"
    "Z31074321,Individual,VTI,TOTAL STOCK,100,$250.00,$0.10,$25000.00,,,,,100%,,,Cash,\r\n"
    "Z31074321,Individual,SPAXX**,HELD IN MONEY MARKET,,,,$3512.40,,,,,,,,Cash,\r\n"
    "Z31078765,Rollover IRA,BND,TOTAL BOND,200.5,$72.50,$0.10,$14536.25,,,,,100%,,,Cash,\r\n"
    "\r\n"
    '"Date downloaded Nov-20-2026 4:10 p.m ET"\r\n'
)
VANGUARD = (
    "Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,\n99992222,TOTAL,VTI,40,248.00,9920.00,\n"
)
PLAIN = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVNQ,900,90,\n"
NAMES = {"Individual": "taxable", "Rollover IRA": "deferred", "Vanguard 2222": "taxable", "roth": "free"}


def loaded(**files: str) -> Current:
    named = [(f"{name}.csv", text.encode()) for name, text in files.items()]
    found = read_batch(named, every_account=True)
    assert isinstance(found, Current)
    return found


@pytest.fixture
def current() -> Current:
    return loaded(fidelity=FIDELITY, vanguard=VANGUARD, roth=PLAIN)


def test_files_become_accounts_with_what_they_say(current: Current) -> None:
    """Name, taxes as the name says, cash as found, and to be bought what is held."""
    made = households.begin(current)
    assert {account.name: account.kind.value for account in made.accounts} == NAMES
    assert [account.cash for account in made.accounts] == [Decimal("3512.40"), 0, 0, 0]
    assert [account.menu for account in made.accounts] == [("VTI",), ("BND",), ("VTI",), ("VNQ",)]


def test_two_accounts_of_one_name_are_told_apart() -> None:
    text = FIDELITY.replace("Rollover IRA", "Individual")
    assert [a.name for a in households.begin(loaded(a=text)).accounts] == ["Individual", "Individual 8765"]


def test_the_end_of_a_masked_number_is_a_name() -> None:
    """Schwab writes ``Demo ...999``: its dots are no part of a number."""
    assert households._from_id("Demo ...999", "Charles Schwab") == "Charles Schwab 999"


def test_an_account_that_holds_nothing_is_none() -> None:
    """There is nothing to plan, and nothing to name."""
    text = FIDELITY.replace(
        "\r\n\r\n", "\r\nZ31070000,Closed,SPAXX**,HELD IN MONEY MARKET,,,,$0.00,,,,,,,,Cash,\r\n\r\n"
    )
    assert "Closed" in {account.name for account in loaded(a=text).statement.accounts}
    made = households.assembled(households.begin(loaded(a=text)), Policy(), loaded(a=text))
    assert [a.name for a in made.household][:2] == ["Individual", "Rollover IRA"]


def test_accounts_are_assembled_with_the_constraints_of_the_page_and_their_own(current: Current) -> None:
    """What is held in fractions trades in fractions; the newer price counts in every account, and that is said."""
    made = households.begin(current)
    made = households.with_account(made, 0, constraints=rules(never_sell="VTI", fee_per_trade=2))
    page = Policy(targets=Targets({"VTI": 60, "BND": 30, "VNQ": 10}),
                  constraints=rules(never_sell="BND", fee_per_trade=1, cash_buffer=10))  # fmt: skip
    found = households.assembled(made, page, current)
    individual, ira, vanguard, _roth = found.household
    assert individual.constraints == rules(never_sell=["BND", "VTI"], fee_per_trade=2, cash_buffer=10)
    assert ira.constraints == replace(page.constraints, fractional=(("BND", Decimal("0.001")),))
    assert vanguard.portfolio["VTI"].value == 10_000
    assert any("VTI costs 250.00 in fidelity.csv and 248.00 in vanguard.csv" in i.message for i in found.issues)
    assert found.found["Individual"] == Decimal("3512.40")


def test_the_next_files_keep_what_was_said(current: Current) -> None:
    """An account is known by its number, in a file of any name; new ones come with the usual, others go."""
    made = households.with_account(households.begin(current), 1, name="His", kind=Kind.FREE, menu=None)
    made = households.with_cash(made, {"His": Decimal(250)})
    found = households.again(made, loaded(later=FIDELITY, other=PLAIN))
    assert found is not None
    assert [account.name for account in found.accounts] == ["Individual", "His", "other"]
    assert found.accounts[1] == made.accounts[1]
    assert households.again(made, loaded(only=PLAIN)) is None
    assert households.again(made, replace(current, sample=True)) is None
    assert households.again(None, current) is None


def test_the_last_four_are_enough() -> None:
    """A saved session has no more of a number."""
    accounts = tuple(AccountPolicy(name=name, number=number) for name, number in (("A", "4321"), ("B", "8765")))
    found = households.again(HouseholdPolicy(targets=None, accounts=accounts, location={}), loaded(f=FIDELITY))
    assert found is not None
    assert [(account.name, account.number) for account in found.accounts] == [("A", "Z31074321"), ("B", "Z31078765")]


def schwab(name: str, symbol: str) -> str:
    return (
        f"Positions for account {name} as of 05:35 PM ET, 2026/11/20\r\n\r\n"
        '"Symbol","Description","Qty (Quantity)","Price","Mkt Val (Market Value)","Security Type"\r\n'
        f'"{symbol}","A FUND","10","$250.00","$2,500.00","ETFs & Closed End Funds"\r\n'
    )


def test_masked_numbers_that_look_the_same_are_two_accounts_if_somebody_says_so() -> None:
    """One broker's are refused until then, since one of them would count double; both are known again afterwards."""
    files = [("his.csv", schwab("Individual ...321", "VTI")), ("hers.csv", schwab("Individual ...321", "BND"))]
    found = read_batch([(name, text.encode()) for name, text in files])
    assert isinstance(found, Batch)
    (issue,) = found.issues
    assert issue.code == "same_ending"
    assert issue.message == (
        "the account ending in 321 is in his.csv and in hers.csv; it would count double. Load one of them, or say that "
        "they are two accounts."
    )
    both = read_batch((), done=found.done, apart=True)
    assert isinstance(both, Current)
    made = households.begin(both)
    assert [account.name for account in made.accounts] == ["his", "hers"]
    assert households.again(made, both) == made
    held = households.assembled(made, Policy(), both).household
    assert [account.portfolio.symbols for account in held] == [("VTI",), ("BND",)]
    third = read_batch([("more.csv", schwab("Individual ...321", "VNQ").encode())], done=both.files)
    assert isinstance(third, Batch)  # it may be one of the two


def test_numbers_in_full_are_one_account_whatever_is_said() -> None:
    """Of today and yesterday, or in a broker's file and in a table of one's own; the number is not shown in full."""
    yesterday = FIDELITY.replace("Nov-20", "Nov-21")
    own = "account,symbol,shares,price\nZ31074321,VTI,100,250\nZ31074321,BND,10,75\n"
    for text, apart in itertools.product((yesterday, own), (False, True)):
        files = [("a.csv", FIDELITY.encode()), ("b.csv", text.encode())]
        found = read_batch(files, every_account=True, apart=apart)
        assert isinstance(found, Batch)
        assert [issue.code for issue in found.issues] == ["same_account"]
        assert "the account ending in 4321 is in a.csv and in b.csv" in found.issues[0].message


def test_names_of_accounts_may_be_those_of_two() -> None:
    """A couple has two accounts that are called alike; no name is a number in full."""
    text = "account,symbol,shares,price\nIndividual,VTI,100,250\nIndividual,BND,10,75\n"
    files = [("his.csv", text.encode()), ("hers.csv", text.replace("100", "90").encode())]
    found = read_batch(files, every_account=True)
    assert isinstance(found, Batch)
    (issue,) = found.issues
    assert (issue.code, issue.message[:34]) == ("same_ending", "the account Individual is in his.c")
    both = read_batch((), done=found.done, apart=True)
    assert isinstance(both, Current)
    assert [account.name for account in households.begin(both).accounts] == ["his", "hers"]


def test_ends_that_are_alike_are_told_apart_by_name() -> None:
    """A newer account that ends alike takes nothing of an older one's."""
    kept = AccountPolicy(name="Rollover IRA", number="4321", kind=Kind.DEFERRED, cash=Decimal(5))
    text = FIDELITY.replace("Z31078765", "Z99994321")
    found = households.again(HouseholdPolicy(targets=None, accounts=(kept,), location={}), loaded(f=text))
    assert found is not None
    assert [(account.name, account.number) for account in found.accounts] == [
        ("Rollover IRA", "Z99994321"), ("Individual", "Z31074321")]  # fmt: skip


FILE = """
[accounts.Joint]
number = "4321"
cash = 100
[accounts.IRA]
number = "8765"
kind = "deferred"
[accounts.Roth]
file = "roth.csv"
kind = "free"
[accounts.New]
kind = "free"
[location]
BND = ["deferred"]
GLD = ["free"]
"""


def test_a_household_file_names_the_accounts() -> None:
    """By the end of a number, or by the file; one that holds nothing yet is there too."""
    current = loaded(fidelity=FIDELITY, roth=PLAIN)
    made, ids = households.from_file(HouseholdPolicy.from_toml(FILE.encode()), current)
    assert ids == ("Z31074321", "Z31078765", "roth.csv")
    found = households.assembled(made, Policy(), current)
    assert {account.name: account.portfolio.symbols for account in found.household} == {
        "Joint": ("VTI",), "IRA": ("BND",), "Roth": ("VNQ",), "New": ()}  # fmt: skip
    assert found.cash == {"Joint": 100, "IRA": 0, "Roth": 0, "New": 0}
    assert households.location_for(made, Targets({"BND": 40, "VTI": 60})) == {"BND": (Kind.DEFERRED,)}
    again = households.again(made, current)
    assert again == made


def test_all_accounts_of_a_file_may_be_one() -> None:
    """Then they stay one, whatever is chosen next."""
    policy = HouseholdPolicy.from_toml(b'[accounts.All]\nfile = "fidelity"\n[accounts.Roth]\nfile = "roth.csv"\n')
    current = loaded(fidelity=FIDELITY, roth=PLAIN)
    made, ids = households.from_file(policy, current)
    assert len(ids) == 3
    found = households.assembled(made, Policy(), current)
    assert found.household.accounts[0].portfolio.symbols == ("VTI", "BND")
    assert households.again(made, current) == made


def test_an_account_that_the_file_forgets_is_an_error() -> None:
    """Nothing is left out in silence."""
    policy = HouseholdPolicy.from_toml(b'[accounts.Joint]\nnumber = "4321"\n')
    with pytest.raises(
        RequestError, match=r"the account ending in 8765 of fidelity\.csv is not in the household's file"
    ):
        households.from_file(policy, loaded(fidelity=FIDELITY))


def test_a_symbol_frozen_wherever_it_is_held_needs_no_target(current: Current) -> None:
    """Frozen in one of two accounts it does."""
    made = households.begin(current)
    frozen = rules(frozen="VTI")
    assert households.left_alone(None, current) == set()
    assert households.left_alone(households.with_account(made, 0, constraints=frozen), current) == set()
    both = households.with_account(households.with_account(made, 0, constraints=frozen), 2, constraints=frozen)
    assert households.left_alone(both, current) == {"VTI"}


def test_where_funds_belong_is_said_kind_by_kind(current: Current) -> None:
    made = households.with_location(households.begin(current), Kind.FREE, ["BND", "VNQ"])
    made = households.with_location(made, Kind.DEFERRED, ["BND"])
    assert made.location == {"BND": (Kind.DEFERRED, Kind.FREE), "VNQ": (Kind.FREE,)}
    assert households.with_location(made, Kind.FREE, []).location == {"BND": (Kind.DEFERRED,)}


@pytest.mark.parametrize(
    ("name", "kind"),
    [("ROTH IRA", "free"), ("Stocks & Shares ISA", "free"), ("401(k) plan", "deferred"), ("Visa", "taxable"),
     ("Simpleton", "taxable"), ("Hira", "taxable"), ("SEP-IRA", "deferred")],
)  # fmt: skip
def test_a_name_says_how_an_account_is_taxed(name: str, kind: str) -> None:
    assert households.usual_kind(name).value == kind
