"""The pure parts: limits, cutting purchases to the cash, guards, the journal's steps."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbal_core import LawBrokenError, Portfolio, RequestError
from pbal_core.brokers import guards, messages
from pbal_core.brokers.guards import Facts, Limits, closed_message
from pbal_core.brokers.journal import Journal, default_path
from pbal_core.brokers.pricing import fit_buys, limit_price, shortage, spendable
from pbal_core.brokers.protocol import BrokerAccount, BrokerPosition, Hours, OrderState, Quote, Ticket
from tests.stand_in.clock import FakeClock
from tests.stand_in.trading import plan

OPEN = Hours(spells=((0.0, 1000.0), (2000.0, 3000.0)), zone="US/Eastern")
PRICES = st.decimals(min_value="0.0001", max_value=100_000, places=4)


def facts(**changes: Any) -> Any:
    conids = {"VTI": 1, "BND": 2, "VXUS": 3}
    prices = {"VTI": 250, "BND": 75, "VXUS": 60}
    held = {"VTI": 40, "BND": 100}
    unknown = dict.fromkeys(("price", "value", "pnl"))
    rows = [
        BrokerPosition(symbol=s, conid=conids[s], shares=Decimal(n), currency="USD", asset_class="STK", **unknown)
        for s, n in held.items()
    ]
    given_facts: dict[str, Any] = {
        "account": BrokerAccount(id="DU1", paper=True, currency="USD"),
        "cash": Decimal(10_000),
        "positions": rows,
        "orders": (),
        "conids": conids,
        "quotes": {
            s: Quote(conid=conids[s], last=Decimal(p), bid=Decimal(p), ask=Decimal(p)) for s, p in prices.items()
        },
        "hours": dict.fromkeys(conids, OPEN),
        "now": 500.0,
    }
    return Facts(**given_facts | changes)


def codes(made: Any, found: Any = None, limits: Any = None) -> list[Any]:
    return [issue.code for issue in guards.check(made, made.trades, found or facts(), limits or Limits())]


# -- prices


@given(PRICES, st.sampled_from(["BUY", "SELL"]), st.decimals(min_value=0, max_value="0.05", places=4))
def test_a_limit_never_goes_beyond_the_slip(reference: Any, side: Any, slip: Any) -> None:
    """A purchase never above ask times (1 + slip), a sale never below bid times (1 - slip), and within a tick of it."""
    limit = limit_price(reference, side, slip)
    tick = Decimal("0.01") if limit >= 1 else Decimal("0.0001")
    assert limit > 0
    assert limit % tick == 0
    edge = reference * (1 + slip) if side == "BUY" else reference * (1 - slip)
    if side == "BUY":
        assert limit <= edge or limit == tick
        assert edge - limit < (Decimal("0.01") if edge >= 1 else tick)
    else:
        assert edge <= limit < edge + tick


def test_the_limit_of_the_docstring() -> None:
    assert limit_price(Decimal("250.01"), "BUY", Decimal("0.002")) == Decimal("250.51")
    assert limit_price(Decimal("249.99"), "SELL", Decimal("0.002")) == Decimal("249.50")
    assert limit_price(Decimal("0.5"), "BUY", Decimal(0)) == Decimal("0.5")


def test_a_limit_of_a_dollar_or_more_has_cents() -> None:
    """The tick is that of the limit: an ask below a dollar can lead to a limit above it."""
    assert limit_price(Decimal("0.9999"), "BUY", Decimal("0.002")) == Decimal("1.00")
    assert limit_price(Decimal("1.00"), "SELL", Decimal("0.002")) == Decimal("0.9980")


@given(st.lists(st.tuples(st.integers(0, 500), PRICES), min_size=1, max_size=8), st.decimals(-100, 1_000_000, places=2))
def test_purchases_are_cut_to_the_budget_and_never_grow(wanted: Any, budget: Any) -> None:
    shares, limits = [count for count, _ in wanted], [limit for _, limit in wanted]
    fitted = fit_buys(shares, limits, budget)
    cost = sum(count * limit for count, limit in zip(fitted, limits, strict=True))
    assert cost <= max(budget, 0)
    assert all(0 <= new <= old for new, old in zip(fitted, shares, strict=True))
    full = sum(count * limit for count, limit in zip(shares, limits, strict=True))
    assert (fitted == shares) == (full <= max(budget, 0)) or full == 0


def test_cuts_are_in_proportion() -> None:
    assert fit_buys([10, 10], [Decimal(50), Decimal(50)], Decimal(500)) == [5, 5]
    assert fit_buys([10, 10], [Decimal(50), Decimal(50)], Decimal(550)) == [6, 5]
    assert fit_buys([10, 1], [Decimal(10), Decimal(1000)], Decimal(100)) == [1, 0]
    assert fit_buys([1], [Decimal(10)], Decimal("9.99")) == [0]


# -- guards


def test_a_plan_that_fits_has_no_objection() -> None:
    assert codes(plan("sell 4 VTI; buy 10 BND; buy 3 VXUS")) == []


@pytest.mark.parametrize(
    ("made", "changes", "limits", "code"),
    [
        ("buy 1 BND", {"account": BrokerAccount(id="U1", paper=False, currency="USD")}, {}, "live_account"),
        ("", {}, {}, "nothing_to_trade"),
        ("buy 1 BND", {"positions": ()}, {}, "positions_differ"),
        ("buy 1 BND", {"orders": (OrderState(order_id="1", conid=2, progress="working"),)}, {}, "working_order"),
        ("buy 1 BND", {"quotes": {}}, {}, "no_quote"),
        ("buy 1 BND", {"hours": {"BND": Hours(spells=(), zone="UTC")}}, {}, "market_closed"),
        ("buy 100 BND", {}, {"max_total": Decimal(7499)}, "total_exceeded"),
    ],
)
def test_each_guard_refuses_alone(made: str, changes: dict[str, Any], limits: dict[str, Any], code: str) -> None:
    found = codes(plan(made), facts(**changes), Limits(**limits))
    assert set(found) == {code}


def test_a_plan_in_another_currency_is_refused_alone() -> None:
    """Its prices cannot be compared with dollars, so nothing else is said."""
    made = plan("buy 1 BND")
    euros = replace(made, portfolio=Portfolio(made.portfolio, currency="EUR"))
    issues = guards.check(euros, euros.trades, facts(), Limits())
    assert [str(issue) for issue in issues] == ["the plan is in EUR; only plans in dollars can be traded."]


def test_a_finished_order_or_one_of_another_stock_is_no_objection() -> None:
    orders = (
        OrderState(order_id="1", conid=2, progress="filled"),
        OrderState(order_id="2", conid=1, progress="working"),
    )
    assert codes(plan("buy 1 BND"), facts(orders=orders)) == []


@pytest.mark.parametrize(("shares", "refused"), [(101, False), ("100.9", False), (102, True), (98, True), (0, True)])
def test_positions_may_differ_by_one_percent(shares: int | str, refused: bool) -> None:
    held = facts().positions
    changed = [h if h.symbol != "BND" else BrokerPosition(**{**_fields(h), "shares": Decimal(shares)}) for h in held]
    assert ("positions_differ" in codes(plan("buy 1 VXUS"), facts(positions=changed))) == refused


def _fields(holding: Any) -> Any:
    return {name: getattr(holding, name) for name in holding.__dataclass_fields__}


def test_more_than_is_held_is_never_sold() -> None:
    assert "oversold" in codes(plan("sell 41 VTI"))
    assert codes(plan("sell 40 VTI")) == []


@pytest.mark.parametrize(("price", "refused"), [("262.5", False), ("262.51", True), ("237.5", False), ("237.49", True)])
def test_a_price_may_move_five_percent(price: str, refused: bool) -> None:
    quotes = dict(facts().quotes) | {"VTI": Quote(conid=1, last=Decimal(price))}
    assert ("price_moved" in codes(plan("buy 1 VTI"), facts(quotes=quotes))) == refused


def test_old_prices_are_accepted_only_when_said() -> None:
    quotes = dict(facts().quotes) | {"VTI": Quote(conid=1, last=Decimal(250), live=False)}
    assert codes(plan("buy 1 VTI"), facts(quotes=quotes)) == ["old_quote"]
    assert codes(plan("buy 1 VTI"), facts(quotes=quotes), Limits(delayed=True)) == []
    halted = dict(facts().quotes) | {"VTI": Quote(conid=1, last=Decimal(250), halted=True)}
    assert codes(plan("buy 1 VTI"), facts(quotes=halted), Limits(delayed=True)) == ["halted"]


@pytest.mark.parametrize(
    ("cash", "account", "sales", "purchases", "missing"),
    [
        (5000, 5000, 0, 5000, 0),
        (5000, 4000, 0, 5000, 1000),
        (5000, 4000, 0, 3900, 0),  # the plan leaves the rest in cash
        (0, -4000, 10_000, 10_000, 4000),
        (-4000, -4000, 10_000, 6000, 0),  # the plan pays the loan back itself
        (0, -20_000, 10_000, 10_000, 10_000),
        (-5000, -10_000, 5000, 0, 0),  # a withdrawal buys nothing
        (0, 50_000, 0, 1000, 0),  # the plan has no money of its own: its purchases are cut, not refused
    ],
)
def test_a_loan_is_paid_back_before_anything_is_bought(
    cash: int, account: int, sales: int, purchases: int, missing: int
) -> None:
    """What the account cannot pay for is known before anything is sold."""
    facts = {"cash": cash, "account": account, "sales": sales, "purchases": purchases}
    assert shortage(**{name: Decimal(value) for name, value in facts.items()}) == missing


@given(*[st.decimals(-50_000, 50_000, places=2)] * 2, *[st.decimals(0, 50_000, places=2)] * 2)
def test_preview_and_execution_agree_about_money(cash: Any, account: Any, sales: Any, purchases: Any) -> None:
    """Without a shortage the execution, which spends by the same rule, buys all that the plan itself can pay."""
    missing = shortage(cash=cash, account=account, sales=sales, purchases=purchases)
    spent = min(purchases, spendable(cash + sales, account + sales))
    assert spent == max(Decimal(0), min(purchases, cash + sales)) - (missing if cash + sales > 0 else 0)
    assert account + sales - spent >= min(account + sales, 0)


@pytest.mark.parametrize(
    ("zone", "now", "words"),
    [
        ("America/New_York", 1_775_160_001, "it opens Monday 06 April at 09:30 America/New_York time."),
        ("Nowhere/Land", 1_775_160_001, "it opens Monday 06 April at 13:30 UTC."),
        ("America/New_York", 1_775_482_201, "the broker does not say when it opens."),
    ],
)
def test_a_closed_market_says_when_it_opens(zone: str, now: int, words: str) -> None:
    hours = Hours(spells=((1_775_136_600, 1_775_160_000), (1_775_482_200, 1_775_505_600)), zone=zone)
    assert closed_message(hours, now).endswith(words)


def test_allowed_questions_are_named() -> None:
    assert (
        messages.allowed_questions(Limits(allow=frozenset({"o354", "zz"})))
        == "o354 (there is no market data for the order), zz (unknown)"
    )
    assert messages.allowed_questions(Limits(allow=frozenset())) == "none"


# -- journal


ORDER = (
    Ticket(client_id="x", account="DU1", conid=7, symbol="ABC", side="BUY", shares=3, limit=Decimal("1.12")),
    Decimal(1),
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Any]:
    with Journal(tmp_path / "state" / "journal.sqlite3", FakeClock().clock) as journal:
        yield journal


def begin(journal: Any, account: str = "DU1", orders: Any = (ORDER, ORDER)) -> Any:
    return journal.begin(account=account, paper=True, cash=Decimal(5), checked=1.0, orders=orders)


def test_what_is_written_is_read_again_exactly(journal: Any) -> None:
    run = begin(journal)
    assert journal.run(run).cash == 5
    first, second = journal.orders(run)
    assert first.client_id != second.client_id
    assert (first.symbol, first.conid, first.side, first.shares, first.limit, first.fee, first.stage) == (
        "ABC", 7, "BUY", 3, Decimal("1.12"), Decimal(1), "planned",
    )  # fmt: skip
    journal.sending(first.client_id)
    journal.move(first.client_id, "working", order_id="9", filled=Decimal("1.5"), paid=Decimal("1.65"))
    order = journal.orders(run)[0]
    assert (order.stage, order.order_id, order.filled, order.paid, order.sent) == (
        "working", "9", Decimal("1.5"), Decimal("1.65"), FakeClock().time,
    )  # fmt: skip


def test_a_committed_step_is_durable_and_the_file_is_private(journal: Any, tmp_path: Path) -> None:
    """Full sync at every commit; another connection sees it at once; nobody else may read any of its files."""
    assert journal._db.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert journal._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    run = begin(journal)
    path = tmp_path / "state" / "journal.sqlite3"
    path.chmod(0o644)
    with Journal(path) as other, other.alone():
        assert len(other.orders(run)) == 2
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes.keys() >= {"journal.sqlite3", "journal.sqlite3-wal", "journal.sqlite3.lock"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        ((), "working"),
        ((), "filled"),
        (("sending", "working", "filled"), "sending"),
        (("sending", "working", "filled"), "working"),
        (("sending", "rejected"), "sending"),
        (("sending", "working"), "dropped"),
        (("sending", "working"), "sending"),
        (("dropped",), "sending"),
    ],
)
def test_an_order_only_moves_forwards(journal: Any, steps: tuple[Any, ...], wrong: str) -> None:
    run = begin(journal)
    name = journal.orders(run)[0].client_id

    def move(state: Any) -> None:
        journal.sending(name) if state == "sending" else journal.move(name, state)

    for step in steps:
        move(step)
    before = journal.orders(run)
    with pytest.raises(LawBrokenError):
        move(wrong)
    assert journal.orders(run) == before


def test_only_unsent_orders_are_changed(journal: Any) -> None:
    name = journal.orders(begin(journal))[0].client_id
    journal.revise(name, shares=2, limit=Decimal("1.13"))
    journal.sending(name)
    with pytest.raises(LawBrokenError):
        journal.revise(name, shares=1, limit=Decimal("1.13"))


def test_one_open_run_an_account_even_against_the_database(journal: Any) -> None:
    run = begin(journal)
    with pytest.raises(RequestError, match="not finished"):
        begin(journal)
    begin(journal, account="DU2")
    with pytest.raises(sqlite3.IntegrityError):
        journal._db.execute("INSERT INTO run SELECT 'x', created, account, paper, cash, request, state FROM run")
    with pytest.raises(LawBrokenError, match="unfinished"):
        journal.finish(run)


def test_a_failed_beginning_leaves_nothing(journal: Any) -> None:
    def orders() -> Iterator[Any]:
        yield ORDER
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        begin(journal, orders=orders())
    assert journal.open_run() is None
    begin(journal)


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be read as one" * 30, None])
def test_a_file_that_is_no_journal_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "journal.sqlite3"
    if content is None:
        with sqlite3.connect(path) as other:
            other.execute("PRAGMA user_version=99")
        other.close()
    else:
        path.write_bytes(content)
        path.chmod(0o644)
    before = path.read_bytes(), path.stat().st_mode
    with pytest.raises(RequestError, match=r"is not a (usable journal|journal of orders)"):
        Journal(path)
    if content is not None:
        assert (path.read_bytes(), path.stat().st_mode) == before


def test_a_journal_in_an_impossible_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match="cannot be opened"):
        Journal(tmp_path / "file" / "journal.sqlite3")


def test_the_journals_usual_places() -> None:
    assert default_path({"PBAL_JOURNAL": "/x/j"}, "linux") == Path("/x/j")
    assert default_path({"XDG_STATE_HOME": "/s"}, "linux") == Path("/s/pbal/journal.sqlite3")
    assert default_path({}, "linux") == Path.home() / ".local/state/pbal/journal.sqlite3"
    assert default_path({}, "darwin").parts[-3:] == ("Application Support", "pbal", "journal.sqlite3")
    assert default_path({"LOCALAPPDATA": "/l"}, "win32") == Path("/l/pbal/journal.sqlite3")
