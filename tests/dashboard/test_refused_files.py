"""Files that cannot be read, among others that can: the others are shown, and none is forgotten before it is there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import streamlit as st

from pbal_core.dashboard import positions, state
from pbal_core.dashboard.loaded import Batch
from pbal_core.readers.mapping import ColumnMapping

from .test_households import FIDELITY, PLAIN, VANGUARD, schwab

HOME = """
[targets]
VTI = 60
BND = 40
[accounts.Joint]
number = "4321"
[accounts.IRA]
number = "8765"
[accounts.Mine]
number = "2222"
"""
DAMAGED = VANGUARD.replace("40,248.00", "many,much")
ODD = "a,b,c\n=1,2,3\n"


@pytest.fixture(autouse=True)
def page(monkeypatch: pytest.MonkeyPatch) -> state.Page:
    """A page with the sample, outside a run."""
    monkeypatch.setattr(st, "session_state", {"min_trade": Decimal(0), "strategy": "try_avoid_sell", "method": "exact"})
    state.begin(state.Page(current=positions.sample()))
    return state.page()


def take(**files: str) -> None:
    positions.take(named(files))


def named(files: dict[str, str]) -> list[tuple[str, bytes]]:
    return [(name.replace("__", "."), text.encode()) for name, text in files.items()]


def refused(page: state.Page) -> list[str]:
    return [] if page.waiting is None else [each.name for each in (page.waiting, *page.waiting.refused)]


def shown(page: state.Page) -> list[str]:
    return [file.name for file in page.current.files]


def test_the_good_files_are_shown_and_every_bad_one_is_named(page: state.Page) -> None:
    """One whose columns can be chosen comes first; each says what is wrong with it."""
    take(fidelity__csv=FIDELITY, vanguard__csv=DAMAGED, roth__csv=PLAIN, odd__csv=ODD)
    positions.select(page.waiting, ["Z31074321", "Z31078765"])  # type: ignore[arg-type]
    assert shown(page) == ["fidelity.csv", "roth.csv"]
    assert refused(page) == ["odd.csv", "vanguard.csv"]
    assert page.waiting is not None
    assert all(each.issues and each.beside for each in (page.waiting, *page.waiting.refused))


def test_a_missing_file_is_said_until_it_is_there_or_left_out(page: state.Page) -> None:
    """Neither another choice of accounts nor a second bad file hides it; other positions do."""
    take(roth__csv=PLAIN, vanguard__csv=DAMAGED, odd__csv=ODD)
    assert refused(page) == ["odd.csv", "vanguard.csv"]
    positions.count_fund("SPAXX", invested=True)
    assert refused(page) == ["odd.csv", "vanguard.csv"]
    positions.add(named({"more__csv": ODD + "\n"}))
    assert (shown(page), refused(page)) == (["roth.csv"], ["more.csv", "odd.csv", "vanguard.csv"])
    positions.leave_out("more.csv")
    positions.add(named({"vanguard__csv": VANGUARD}))
    assert (shown(page), refused(page)) == (["roth.csv", "vanguard.csv"], ["odd.csv"])
    mapping = ColumnMapping(symbol="a", quantity="b", price="c")
    odd: Any = page.waiting
    positions.use_columns(odd, mapping)
    assert refused(page) == ["odd.csv"]  # its symbol is none
    positions.leave_out("odd.csv")
    assert page.waiting is None
    take(roth__csv=PLAIN, odd__csv=ODD)
    positions.show_sample(positions.FIRST_SAMPLE)
    assert page.waiting is None


def test_columns_of_a_bad_file_add_it_to_the_good_ones(page: state.Page) -> None:
    take(roth__csv=PLAIN, odd__csv="a,b,c\nGLD,2,3\n", vanguard__csv=DAMAGED)
    odd: Any = page.waiting
    positions.use_columns(odd, ColumnMapping(symbol="a", quantity="b", price="c"))
    assert (shown(page), refused(page)) == (["roth.csv", "odd.csv"], ["vanguard.csv"])
    assert page.current.statement.portfolio.symbols == ("VNQ", "GLD")


def test_where_no_file_can_be_read_the_page_stays(page: state.Page) -> None:
    """And all of them are reported, of whatever name."""
    before = page.current
    positions.take([("a.csv", ODD.encode()), ("a.csv", b"a,b,c\n4,5,6\n"), ("b.csv", b"")])
    assert page.current is before
    assert refused(page) == ["a.csv", "a.csv (another)", "b.csv"]
    assert isinstance(page.waiting, Batch)
    assert not page.waiting.beside


def test_a_household_waits_for_the_file_that_could_not_be_read(page: state.Page) -> None:
    """It is said that it does not fit yet; once the file is there, it counts."""
    take(fidelity__csv=FIDELITY, vanguard__csv=DAMAGED, home__toml=HOME)
    assert page.household is None
    assert (shown(page), refused(page)) == (["fidelity.csv"], ["home.toml", "vanguard.csv"])
    positions.add(named({"vanguard__csv": VANGUARD}))
    assert page.household is not None
    assert [account.name for account in page.household.accounts] == ["Joint", "IRA", "Mine"]
    assert refused(page) == []
    take(fidelity__csv=FIDELITY, vanguard__csv=DAMAGED, home__toml=HOME.replace("Joint", "Ours"))
    positions.leave_out("vanguard.csv")
    assert page.named is None
    assert refused(page) == ["home.toml"]


def test_accounts_that_look_the_same_are_loaded_when_somebody_says_that_they_are_two(page: state.Page) -> None:
    """A file that could not be read beside them is still missing then."""
    take(his__csv=schwab("Individual ...321", "VTI"), hers__csv=schwab("Individual ...321", "BND"), odd__csv=ODD)
    assert refused(page) == ["his.csv and hers.csv", "odd.csv"]
    same: Any = page.waiting
    positions.tell_apart(same)
    assert (shown(page), refused(page)) == (["his.csv", "hers.csv"], ["odd.csv"])
    assert page.current.statement.portfolio.symbols == ("VTI", "BND")
    positions.plan_each_account()
    positions.add(named({"roth__csv": PLAIN}))
    assert page.household is not None
    assert [account.name for account in page.household.accounts] == ["his", "hers", "roth"]
