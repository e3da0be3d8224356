"""Files become the accounts of a household: each found once, none left out, one price for each symbol."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pbal_core import DataError, RequestError, read_positions
from pbal_core.planning.household.assemble import PositionsFile, assemble
from pbal_core.planning.household.numbers import endings, fits
from pbal_core.policy.household import HouseholdPolicy

FIDELITY = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,"
    "Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,Total Gain/Loss Percent,"
    "Percent Of Account,Cost Basis Total,Average Cost Basis,Type\r\n"
    "Z31074321,Individual,VTI,VANGUARD TOTAL STOCK,100,$250.00,$0.10,$25000.00,,,,,100%,,,Cash,\r\n"
    "Z31078765,Rollover IRA,BND,VANGUARD TOTAL BOND,200,$72.50,$0.10,$14500.00,,,,,100%,,,Cash,\r\n"
    "\r\n"
    '"Date downloaded Nov-20-2026 4:10 p.m ET"\r\n'
)
PLAIN = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,2600,260,10\n"


def files(**texts: str) -> list[PositionsFile]:
    return [PositionsFile(name=f"{name}.csv", statement=read_positions(text.encode())) for name, text in texts.items()]


def household(text: str) -> HouseholdPolicy:
    return HouseholdPolicy.from_toml(text.encode())


WHOLE = """
[accounts.Joint]
number = "4321"
cash = 100
[accounts.IRA]
number = "...8765"
kind = "deferred"
[accounts.Roth]
file = "plain"
kind = "free"
[accounts.New]
kind = "free"
"""


def test_accounts_are_found_by_their_number_and_by_their_file() -> None:
    made = assemble(files(fidelity=FIDELITY, plain=PLAIN), household(WHOLE))
    held = {account.name: account.portfolio.symbols for account in made.household}
    assert held == {"Joint": ("VTI",), "IRA": ("BND",), "Roth": ("VTI",), "New": ()}
    assert made.cash == {"Joint": 100, "IRA": 0, "Roth": 0, "New": 0}


def test_a_symbol_has_the_newer_price_everywhere_and_that_is_said() -> None:
    made = assemble(files(fidelity=FIDELITY, plain=PLAIN), household(WHOLE))
    accounts = {account.name: account for account in made.household}
    roth = accounts["Roth"].portfolio["VTI"]
    assert (roth.price, roth.value, roth.pnl) == (Decimal(250), Decimal("2500.00"), Decimal("-90.00"))
    assert [issue.message for issue in made.issues] == [
        "VTI costs 250.00 in fidelity.csv and 260 in plain.csv; the newer one, of fidelity.csv, is used."
    ]


def test_different_days_are_said() -> None:
    later = FIDELITY.replace("Nov-20", "Nov-25").replace("Z31074321", "Z99991111").replace("Z31078765", "Z99992222")
    text = "".join(f'[accounts.A{end}]\nnumber = "{end}"\n' for end in ("4321", "8765", "1111", "2222"))
    made = assemble(files(a=FIDELITY, b=later), household(text))
    assert [issue.message for issue in made.issues] == [
        "the files are from different days: a.csv from 2026-11-20, b.csv from 2026-11-25."
    ]


def test_everything_that_does_not_match_is_said_at_once() -> None:
    text = """
[accounts.Joint]
number = "4321"
[accounts.Twice]
file = "fidelity.csv"
[accounts.Gone]
number = "0000"
"""
    with pytest.raises(RequestError) as caught:
        assemble(files(fidelity=FIDELITY, plain=PLAIN), household(text))
    assert str(caught.value).splitlines() == [
        "Twice: another account of the household has taken the same part of fidelity.csv.",
        (
            "Gone: an account whose number ends in 0000 is not among fidelity.csv, plain.csv; give its file too, or "
            "leave number and file out if it is new."
        ),
        (
            'the account of plain.csv is not in the household\'s file; add it with file = "plain.csv", or leave the '
            "file out."
        ),
    ]


def test_a_number_that_fits_two_accounts_is_not_guessed() -> None:
    other = FIDELITY.replace("Z31078765", "Z99994321")
    text = '[accounts.Joint]\nnumber = "4321"\n[accounts.IRA]\nnumber = "99994321"\n'
    with pytest.raises(RequestError) as caught:
        assemble(files(fidelity=other), household(text))
    assert str(caught.value).splitlines()[0] == (
        "Joint: an account whose number ends in 4321 is there 2 times. Give the one that is meant: "
        'number = "74321"; or number = "94321".'
    )


MASKED = (
    "Positions for account {name} as of 05:35 PM ET, 2026/11/20\r\n\r\n"
    '"Symbol","Description","Qty (Quantity)","Price","Mkt Val (Market Value)","Security Type"\r\n'
    '"{symbol}","A FUND","10","$250.00","$2,500.00","ETFs & Closed End Funds"\r\n'
)


def test_masked_numbers_that_end_alike_are_named_by_file() -> None:
    """The message says what to write for each of them, and no number is shown in full."""
    his, hers = (MASKED.format(name="Individual ...321", symbol=symbol) for symbol in ("VTI", "BND"))
    with pytest.raises(RequestError) as caught:
        assemble(files(his=his, hers=hers), household('[accounts.His]\nnumber = "321"\n'))
    assert str(caught.value).splitlines()[0] == (
        "His: an account whose number ends in 321 is there 2 times. Give the one that is meant: "
        'file = "his.csv"; or file = "hers.csv".'
    )
    made = assemble(
        files(his=his, hers=hers), household('[accounts.His]\nfile = "his.csv"\n[accounts.Hers]\nfile = "hers"\n')
    )
    assert [account.portfolio.symbols for account in made.household] == [("VTI",), ("BND",)]


def test_one_account_in_two_files_would_count_double() -> None:
    """A download of today and one of yesterday, each under a name of its own."""
    yesterday = FIDELITY.replace("Nov-20", "Nov-19")
    text = '[accounts.New]\nfile = "new.csv"\n[accounts.Old]\nfile = "old.csv"\n'
    with pytest.raises(RequestError) as caught:
        assemble(files(new=FIDELITY, old=yesterday), household(text))
    assert str(caught.value).splitlines()[0] == (
        "the account ending in 4321 is in new.csv and in old.csv; it would count double. Leave one of them out."
    )


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        (["Z31074321", "Z31078765"], ["4321", "8765"]),
        (["Z31074321", "Z99994321"], ["74321", "94321"]),
        (["Z31074321", "Y31074321"], ["4321", "4321"]),  # only the whole of them would tell
        (["Individual ...321", "IRA XXXX-4321", "xxxx1234", ""], ["321", "4321", "1234", ""]),
        (["4321"], ["4321"]),
        (["Individual", "Stocks and Shares ISA"], ["Individual", "Stocks and Shares ISA"]),
    ],
)
def test_no_number_is_shown_in_full(numbers: list[str], shown: list[str]) -> None:
    """As many characters as tell them apart, and two of a number in full stay hidden."""
    assert endings(numbers) == shown


@pytest.mark.parametrize(
    ("number", "name", "given", "meant"),
    [
        ("Z31074321", "Roth IRA", "4321", True),
        ("Z31074321", "Roth IRA", "roth 4321", True),
        ("Z31074321", "Individual", "Roth 4321", False),
        ("Roth IRA XXXX-4321", "", "Roth 4321", True),
        ("Individual XXXX-4321", "", "Roth 4321", False),
        ("Z31074321", "Roth IRA", "Roth 1234", False),
        ("Z31074321", "Roth IRA", "Roth", False),
        ("Z31074321", "", "...", False),
    ],
)
def test_words_of_a_name_may_stand_before_the_end_of_a_number(number: str, name: str, given: str, meant: bool) -> None:
    assert fits(number, name, given) is meant


def test_accounts_of_one_file_whose_numbers_end_alike_are_named_by_their_names() -> None:
    """Where neither a longer end nor a file tells them apart."""
    alike = FIDELITY.replace("Z31078765", "Y31074321")
    with pytest.raises(RequestError) as caught:
        assemble(files(fidelity=alike), household('[accounts.Joint]\nnumber = "4321"\n'))
    assert str(caught.value).splitlines()[0] == (
        "Joint: an account whose number ends in 4321 is there 2 times. Give the one that is meant: "
        'number = "Individual 4321" with file = "fidelity.csv"; or '
        'number = "Rollover IRA 4321" with file = "fidelity.csv".'
    )
    named = "".join(
        f'[accounts.{name}]\nnumber = "{words} 4321"\nfile = "fidelity.csv"\n'
        for name, words in (("Joint", "Individual"), ("IRA", "Rollover IRA"))
    )
    held = [account.portfolio.symbols for account in assemble(files(fidelity=alike), household(named)).household]
    assert held == [("VTI",), ("BND",)]


def test_what_is_still_to_be_chosen_is_said_for_every_account() -> None:
    """With the name of the account and of its file."""
    mixed = "Symbol,Quantity,Price,Value,Currency\nVTI,10,250,2500,USD\nBND,10,7,70,EUR\n"
    with pytest.raises(DataError) as caught:
        assemble(
            files(his=mixed, hers=mixed.replace("VTI", "ITOT")),
            household('[accounts.His]\nfile = "his.csv"\n[accounts.Hers]\nfile = "hers.csv"\n'),
        )
    begin = [issue.message.partition(": ")[0] for issue in caught.value.issues]
    assert begin == ["His, of his.csv", "Hers, of hers.csv"]
