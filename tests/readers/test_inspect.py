"""``pbal inspect`` and ``pbal --account``: what a person sees of a file, and how a choice is made."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pbal_core import read_positions
from pbal_core.cli import main
from pbal_core.readers.preview import preview
from tests.readers.fuzz import DATA


def test_inspect_shows_every_line_and_what_to_choose(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(DATA / "fidelity_2026.csv")]) == 1
    out = capsys.readouterr().out
    assert "Fidelity as of 2026-04-01 (format fidelity), in USD" in out
    assert "-BRKB261218C520" in out
    assert "an option: plans trade shares" in out
    assert "Error: the same symbol is held in more than one account (FXAIX)" in out


def test_inspect_of_a_chosen_account_is_ready(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(DATA / "fidelity_2026.csv"), "--account", "222222222"]) == 0
    out = capsys.readouterr().out
    assert "of an account that is not chosen" in out
    assert "Cash found: 44.03 USD" in out


def test_inspect_writes_the_mapping_of_an_unknown_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    doubtful = tmp_path / "doubtful.csv"
    doubtful.write_text("Ticker;Units;Price;Current Price\nVTI;10;200,5;250,5\n")
    assert main(["inspect", str(doubtful)]) == 1
    out = capsys.readouterr().out
    toml = out[out.index("# Portfolio Balancer") : out.index('decimal = "auto"') + len('decimal = "auto"')]
    mapping = tmp_path / "mine.toml"
    mapping.write_text(toml)
    assert main(["inspect", str(doubtful), "--format-hint", str(mapping)]) == 0
    assert "10 x 250.5" in capsys.readouterr().out


def test_inspect_of_a_refused_file_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(DATA / "refused" / "robinhood.csv")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "this is Robinhood's activity report; a positions file is needed" in captured.err


def test_unknown_columns_say_how_they_can_be_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The way out is in the message: a mapping file, which the README shows."""
    path = tmp_path / "own.csv"
    path.write_text("Papier,Bestand,Kurs\nVTI,10,250.00\n")
    assert main(["inspect", str(path)]) == 2
    assert "say which columns those are (--format-hint FILE.toml, a mapping file)." in capsys.readouterr().err


def test_inspect_lists_the_formats_without_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "--formats"]) == 0
    out = capsys.readouterr().out
    for words in ("Hargreaves Lansdown", "ing-de", "medium", "generic"):
        assert words in out


def test_inspect_needs_a_file_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect"]) == 2
    assert "FILE" in capsys.readouterr().err


def test_a_plan_asks_for_the_account_first(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(DATA / "ibkr_two_accounts.csv")
    assert main([path, "-c", "1000"]) == 2
    assert "--account ID" in capsys.readouterr().err
    assert main([path, "-c", "1000", "--account", "U7700005", "-f", "json"]) == 0
    assert '"VTI"' in capsys.readouterr().out


def test_accounts_add_up_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(DATA / "ibkr_two_accounts.csv")
    one = ["--account", "U7700004", "--account", "U7700005"]
    assert main([path, *one, "-f", "json"]) == 0
    both = json.loads(capsys.readouterr().out)
    assert main([path, "--account", "all", "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == both


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--account", "U1"], 'the account "U1" is not in the file'),
        (["--format-hint", "nothing"], 'there is no format "nothing"'),
        (["--format-hint", "fidelity"], "does not look like Fidelity"),
    ],
)
def test_a_wrong_choice_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    assert main([str(DATA / "ibkr_two_accounts.csv"), *arguments]) == 2
    assert words in capsys.readouterr().err


class TestPreview:
    def test_accounts_show_what_they_hold(self) -> None:
        view = preview(read_positions(DATA / "wealthsimple.csv", accounts="HQ222USD"))
        assert [(a.id, a.included, a.positions, a.values) for a in view.accounts] == [
            ("HQ111CAD", False, 2, (("CAD", Decimal("2254.5")),)),
            ("HQ222USD", True, 1, (("USD", Decimal("1652.4")),)),
            ("HQ333CAD", False, 0, ()),
        ]
        assert view.ready
        assert view.currency == "USD"

    def test_lines_say_what_is_used_and_why_not(self) -> None:
        view = preview(read_positions(DATA / "schwab_2026.csv", accounts="Roth IRA ...456"))
        assets = [line for line in view.lines if line.kind in {"position", "unsupported"}]
        used = {(line.symbol, line.account): line.used for line in assets}
        assert used == {
            ("SCHB", "Individual ...123"): False,
            ("BRK/B", "Individual ...123"): False,
            ("SCHB 06/19/2026 26.00 C", "Individual ...123"): False,
            ("SCHF", "Roth IRA ...456"): True,
        }
        assert all(line.reason for line in view.lines if not line.used)
        assert view.cash == Decimal("210.11")

    ETRADE = (
        "Symbol,Last Price $,Quantity,Total Gain $,Value $\nVTI,250,2,1,500\n 01/02/2025,250,2,1,500\n"
        "VTI Jan 16 '26 $300 Call,1,2,1,200\n 01/02/2025,1,2,1,200\n"
    )
    FLEX = (
        "AssetClass,Symbol,Quantity,MarkPrice,PositionValue,LevelOfDetail\nSTK,VTI,2,250,500,SUMMARY\n"
        "STK,VTI,2,250,500,LOT\nOPT,VTI   260116C00300000,2,1,200,LOT\n"
    )
    ACTIVITY = (
        "Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Close Price,Value\n"
        "Open Positions,Data,Summary,Stocks,USD,VTI,2,250,500\nOpen Positions,Data,Lot,Stocks,USD,VTI,2,250,500\n"
        "Open Positions,Data,Summary,Stocks,USD,GME,-2,25,-50\nOpen Positions,Data,Lot,Stocks,USD,GME,-2,25,-50\n"
    )

    @pytest.mark.parametrize("text", [ETRADE, FLEX, ACTIVITY])
    def test_lots_of_a_position_that_is_left_out_are_not_used(self, text: Any) -> None:
        """A lot is as much a part of the portfolio as its position is."""
        lots = [line for line in preview(read_positions(text.encode())).lines if line.kind == "lot"]
        assert [line.used for line in lots] == [True, False]
        assert lots[0].symbol == "VTI"
        assert lots[1].reason == "part of a position that is left out"

    def test_open_choices_stand_first(self) -> None:
        view = preview(read_positions(DATA / "fidelity_2026.csv"))
        assert not view.ready
        assert [i.severity for i in view.issues] == ["error", "warning", "warning", "info"]

    def test_an_xml_file_on_one_line_shows_each_position(self) -> None:
        text = (DATA / "ibkr_by_day.xml").read_text().replace("\n", " ")
        facts = [line.facts for line in preview(read_positions(text.encode())).lines if line.kind == "position"]
        assert facts == ["10 x 275.4 = 2754 USD", "7 x 73.2 = 512.4 USD, P&L 12.4"]
