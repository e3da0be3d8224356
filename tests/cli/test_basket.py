"""``pbal -f basket``: orders for TWS, and never at prices that are old without a word."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pbal_core.cli import basket, main
from pbal_core.errors import RequestError
from tests.stand_in.trading import plan

FRIDAY = date(2026, 4, 10)


def positions(day: date) -> str:
    """A Flex file of that day."""
    return (
        '"ReportDate","Symbol","Quantity","MarkPrice","PositionValue","FifoPnlUnrealized"\n'
        f'"{day:%Y-%m-%d}","VTI","40","250","10000","5"\n"{day:%Y-%m-%d}","BND","100","75","7500","-5"\n'
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_basket_is_written_and_says_what_it_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sales first, whole shares, limits at the prices of the file."""
    file, orders = tmp_path / "positions.csv", tmp_path / "orders.csv"
    today = datetime.now().astimezone().date()
    file.write_text(positions(today))
    arguments = [str(file), "-s", "hard_rebalance", "-m", "10", "-f", "basket", "-o", str(orders)]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert (
        f"2 orders for TWS, sales first: whole shares, limits for the day at the prices of {today:%A %d %B %Y}." in err
    )
    assert orders.read_text().splitlines() == [
        "Action,Quantity,Symbol,SecType,Exchange,Currency,TimeInForce,OrderType,LmtPrice",
        "SELL,5,VTI,STK,SMART,USD,DAY,LMT,250.00",
        "BUY,17,BND,STK,SMART,USD,DAY,LMT,75.00",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["positions.csv", "orders.csv"] or len(
        list(tmp_path.iterdir())
    ) == 2


def test_old_prices_are_refused_where_nobody_can_be_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of April gives no limits in November without a word, and an older basket stays as it is."""
    file, orders = tmp_path / "positions.csv", tmp_path / "orders.csv"
    file.write_text(positions(date(2026, 4, 1)))
    orders.write_text("before")
    arguments = [str(file), "-c", "5000", "-f", "basket", "-o", str(orders)]
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert "the prices of the positions file are of Wednesday 01 April 2026" in err
    assert "accept the old prices (--old-prices)." in err
    assert orders.read_text() == "before"
    assert main([*arguments, "--old-prices"]) == 0
    assert orders.read_text().startswith("Action,")


@pytest.mark.parametrize(("typed", "code"), [("yes\n", 0), ("no\n", 2), ("", 2)])
def test_old_prices_are_asked_about_at_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    file = tmp_path / "positions.csv"
    file.write_text(positions(date(2026, 4, 1)))
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    assert main([str(file), "-c", "5000", "-f", "basket"]) == code
    assert "Type yes to use them as limits all the same: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("priced", "today", "fresh"),
    [
        (FRIDAY, FRIDAY, True),
        (FRIDAY, FRIDAY + timedelta(days=3), True),  # Monday
        (FRIDAY, FRIDAY + timedelta(days=4), False),
        (FRIDAY - timedelta(days=1), FRIDAY, True),
        (FRIDAY - timedelta(days=1), FRIDAY + timedelta(days=2), False),
        (None, FRIDAY, False),
    ],
)
def test_prices_are_fresh_for_one_trading_day(
    monkeypatch: pytest.MonkeyPatch, priced: Any, today: Any, fresh: bool
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    if fresh:
        assert basket.text(plan("buy 1 VTI"), priced, today=today, old_prices=False)
    else:
        with pytest.raises(RequestError, match="accept the old prices"):
            basket.text(plan("buy 1 VTI"), priced, today=today, old_prices=False)


def test_a_plan_without_trades_has_no_basket() -> None:
    with pytest.raises(RequestError, match="the plan has no trades"):
        basket.text(plan(""), FRIDAY, today=FRIDAY, old_prices=False)
