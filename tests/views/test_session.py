"""A saved session: what is read back is what was saved, and nothing is taken that is not understood."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbal_core import DataError, Targets
from pbal_core.planning.strategy import Method, Strategy
from pbal_core.policy.constraints import Constraints
from pbal_core.policy.policy import Policy
from pbal_core.views.drift import Band
from pbal_core.views.saved import PinnedPlan, SavedPortfolio, Session
from pbal_core.views.session import MAX_BYTES, dumps, is_session, loads
from tests.build import portfolio, rules
from tests.strategies import cash_amounts, portfolios

SCHEMA = json.loads(files("pbal_core.views").joinpath("session.schema.json").read_text(encoding="utf-8"))
ONE = SavedPortfolio(
    name="Fidelity",
    portfolio=portfolio("VTI 1000.01 @ 250 pnl -3.5 held 4; BRK.B 500 @ 75"),
    found=Decimal("3512.40"),
    as_of=date(2026, 4, 1),
    accounts=("1111",),
    policy=Policy(
        targets=Targets({"VTI": 60, "bonds": 40}, groups={"bonds": ["BND", "BRK.B"]}, prices={"BND": "74.20"}),
        constraints=rules(frozen=frozenset({"VTI"}), fractional={"BND": "0.001"}, cash_buffer="250.00"),
    ),
    cash=Decimal("-750.50"),
    min_trade=Decimal(0),
    strategy=Strategy.HARD_REBALANCE,
    pinned=PinnedPlan(
        policy=Policy(targets=Targets({"VTI": 100})),
        cash=Decimal("12.34"),
        min_trade=Decimal(100),
        strategy=Strategy.TRY_AVOID_SELL,
        method=Method.CLASSIC,
    ),
)
SAVED = dumps(Session(portfolios=(ONE,)))


def test_a_tree_of_targets_is_kept_as_it_is() -> None:
    """Classes, their shares, substitutes, and the order of all of them."""
    targets = Targets(
        {"stocks": 60, "bonds": 40},
        groups={"bonds": ["BND"], "stocks": {"US": 67, "International": 33}},
        substitutes={"US": ["VTSAX", "VTI"], "International": ["VXUS"]},
    )
    session = Session(portfolios=(replace(ONE, policy=Policy(targets=targets)),))
    assert loads(dumps(session).encode()) == session
    jsonschema.validate(json.loads(dumps(session)), SCHEMA)


def changed(**values: object) -> bytes:
    """The session with values of its portfolio replaced, or taken away by ``...``."""
    tables = json.loads(SAVED)
    for path, value in values.items():
        table = tables["portfolios"][0]
        *way, last = path.split("__")
        for name in way:
            table = table[int(name)] if name.isdigit() else table[name]
        if value is ...:
            del table[last]
        else:
            table[last] = value
    return json.dumps(tables).encode()


@st.composite
def targets_over(draw: st.DrawFn, symbols: Sequence[str]) -> Targets:
    """Targets, groups, members and prices, each in any order."""
    alone = draw(st.permutations([*symbols, "ZZ", "AA"]))
    groups = {name: draw(st.permutations(members)) for name, members in (("y", ["B1", "A1"]), ("x", ["C1", "D1"]))}
    names = draw(st.permutations([*alone, *groups]))
    rest = 100 - len(names) + 1
    weights = {name: rest if i == 0 else 1 for i, name in enumerate(names)}
    prices = dict.fromkeys(draw(st.permutations(["ZZ", "AA", "B1"])), "1.5")
    return Targets(weights, {name: groups[name] for name in draw(st.permutations(list(groups)))}, prices)


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    held = draw(portfolios(max_size=5))
    policy = Policy(
        targets=draw(st.none() | targets_over(held.symbols)),
        constraints=Constraints(never_buy=frozenset(draw(st.sets(st.sampled_from(held.symbols))))),
    )
    one = SavedPortfolio(
        name=draw(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)),
        portfolio=held,
        found=draw(cash_amounts),
        as_of=draw(st.none() | st.dates()),
        accounts=tuple(draw(st.lists(st.text("0123456789", max_size=4), max_size=3))),
        policy=policy,
        cash=draw(cash_amounts),
        min_trade=draw(st.integers(0, 10**6).map(lambda n: Decimal(n) / 100)),
        strategy=draw(st.sampled_from(list(Strategy))),
        method=draw(st.sampled_from(list(Method))),
        pinned=draw(st.sampled_from([None, ONE.pinned])),
        band=draw(st.sampled_from([Band(), Band("0.2", "0.03"), Band("1e-7", 3)])),
    )
    return Session(portfolios=tuple([one] * draw(st.integers(1, 3))))


@given(sessions())
def test_what_is_saved_comes_back(session: Any) -> None:
    """Equal as a value, and byte for byte when it is written again; the schema agrees."""
    text = dumps(session)
    found = loads(text.encode())
    assert found == session
    assert dumps(found) == text
    jsonschema.validate(json.loads(text), SCHEMA)


@given(cash_amounts, st.integers(0, 3))
def test_equal_amounts_are_written_alike(amount: Any, zeros: Any) -> None:
    """Cash that came out of a plan as 750.00 is the 750 that was typed; nothing is rounded."""
    again = Decimal(f"{amount:f}" + ("" if "." in f"{amount:f}" else ".") + "0" * zeros)
    first, second = (dumps(Session(portfolios=(replace(ONE, cash=each, found=each),))) for each in (amount, again))
    assert first == second
    assert Decimal(json.loads(first)["portfolios"][0]["cash"]) == amount


def test_accounts_are_kept_by_their_last_four() -> None:
    """A file that is kept for years, or sent, names no account."""
    text = dumps(Session(portfolios=(replace(ONE, accounts=("Z12345678",)),)))
    assert "Z1234" not in text
    assert loads(text.encode()).portfolios[0].accounts == ("5678",)


@pytest.mark.parametrize(
    ("data", "needle"),
    [
        (changed(colour="red"), r"portfolios\[0\].colour is not known"),
        (changed(settings__speed="1"), r"settings.speed is not known"),
        (changed(positions__0__isin="x"), r"positions\[0\].isin is not known"),
        (changed(policy__wish="x"), "policy cannot be used"),
        (changed(policy__constraints__never="x"), "never"),
        (changed(name=...), r"portfolios\[0\].name is missing"),
        (changed(positions__1__price=...), r"positions\[1\].price is missing"),
        (changed(positions__1__price=75), r"positions\[1\].price must be an amount as text"),
        (changed(positions__1__price="0"), r"positions\[1\] cannot be used: the price is 0"),
        (changed(positions__1__symbol="=cmd()"), "cannot be a symbol"),
        (changed(positions__1__symbol="VTI"), "VTI"),
        (changed(positions={}), "positions must be a list"),
        (changed(positions=[3]), r"positions\[0\] must be a table"),
        (changed(policy=3), r"portfolios\[0\].policy must be a table"),
        (changed(currency="dollars"), "currency"),
        (changed(as_of="April"), "as_of must be a day"),
        (changed(accounts=["123456789"]), "four characters"),
        (changed(not_cash=["=cmd()"]), "not_cash must be a list of symbols"),
        (changed(settings__cash="1e99"), "settings.cash"),
        (changed(settings__cash="0.001"), "whole cents"),
        (changed(settings__min_trade="-1"), "min_trade"),
        (changed(settings__strategy="yolo"), "try_avoid_sell or hard_rebalance"),
        (changed(settings__method=["exact"]), "classic or exact"),
        (changed(band=3), r"band must be a table"),
        (changed(band={"absolute": "0.03"}), r"band.relative is missing"),
        (changed(band={"absolute": "0.03", "relative": "0"}), r"band cannot be used: the relative band is 0"),
        (changed(band={"absolute": 3, "relative": "0.2"}), r"band.absolute must be an amount"),
        (changed(pinned=3), r"pinned must be a table"),
        (changed(pinned__policy=...), r"pinned.policy is missing"),
        (changed(pinned__trades=[]), r"pinned.trades is not known"),
        (changed(pinned__policy__wish="x"), "pinned.policy cannot be used"),
        (changed(pinned__settings__cash="0.001"), "pinned.settings.cash"),
        (changed(settings=[]), r"portfolios\[0\].settings must be a table"),
        (changed(name="a\u202eb"), "name must be a text"),
        (SAVED.replace('"version": 1', '"version": 2').encode(), "version 2; this program reads up to 1"),
        (SAVED.replace('"version": 1', '"version": true').encode(), "whole number"),
        (SAVED.replace('"kind"', '"sort"').encode(), 'its "kind" is not "pbal-session"'),
        (SAVED.replace('"version": 1', '"version": 1, "more": 2').encode(), "more is not known"),
        (SAVED.replace('"version": 1', '"version": 1, "version": 1').encode(), "there twice"),
        (b"{" * 100_000, "no JSON"),
        (b"[1, 2", "no JSON"),
        (SAVED.replace('"version": 1', '"version": NaN').encode(), "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b" " * (MAX_BYTES + 1), "2 MB"),
        (b'{"kind": "pbal-session", "version": 1, "portfolios": []}', "1 to 50"),
        (b'{"kind": "pbal-session", "version": 1, "portfolios": [3]}', r"portfolios\[0\] must be a table"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(data: bytes, needle: str) -> None:
    """Half a session would be a guess; the message has the path."""
    with pytest.raises(DataError, match=needle):
        loads(data)


def test_a_session_is_known_by_its_content() -> None:
    """Whatever the file is called; positions are none."""
    assert is_session(SAVED.encode())
    assert not is_session(b"Symbol,PositionValue\n")
    assert not is_session(b'{"kind": "other"}')
