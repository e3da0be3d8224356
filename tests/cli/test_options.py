"""The options of a plan: amounts and symbols as people type them, targets in a line, and suggestions after a slip."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pbal_core.cli import COMMANDS, main

SAMPLE = str(Path(__file__).parent.parent.parent / "pbal_core" / "sample" / "positions.csv")
THREE = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,1000,250,0\nVXUS,600,60,0\nBND,400,75,0\n"


@pytest.fixture
def pbal(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command in this process: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def three(tmp_path: Path) -> str:
    """A portfolio of three funds."""
    path = tmp_path / "three.csv"
    path.write_text(THREE, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("cash", ["$5,000", "5,000", "5000.00", "5 000", "USD 5000", "5e3"])
def test_amounts_as_people_write_them(pbal: Callable[..., tuple[int, str, str]], cash: str) -> None:
    """The same plan, however the amount is written."""
    assert pbal(SAMPLE, "-c", cash, "-m", "$100") == pbal(SAMPLE, "-c", "5000", "-m", "100")


@pytest.mark.parametrize("cash", ["-$2,500", "\u22122500", "($2,500)", "-2,500"])
def test_withdrawals_as_people_write_them(pbal: Callable[..., tuple[int, str, str]], cash: str) -> None:
    """A minus in any form, Unicode's too."""
    assert pbal(SAMPLE, "-c", cash, "-m", "50") == pbal(SAMPLE, "--cash=-2500", "-m", "50")


def test_every_wrong_amount_is_named_at_once(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """One line for each option, which is called as it was typed."""
    code, out, err = pbal(SAMPLE, "-c", "5.000", "-m", "many", "--fee", "-1", "--buffer", "x", "--freeze", "XYZ")
    assert (code, out) == (2, "")
    lines = err.splitlines()
    assert [line.split()[1].rstrip(":") for line in lines] == [
        "--min-trade",
        "--cash",
        "--frozen",
        "--cash-buffer",
        "--fee-per-trade",
    ]
    assert "5 or as 5000" in lines[1]


def test_symbols_in_any_case(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """A symbol is found however it is typed, where only one is meant."""
    plain = pbal(SAMPLE, "-c", "5000", "--freeze", "VCR", "--never-buy", "VDC", "--fractional", "VIS=0.5")
    assert pbal(SAMPLE, "-c", "5000", "--freeze", "vcr", "--never-buy", "Vdc", "--fractional", "vis=0.5") == plain
    assert plain[0] == 0


def test_a_symbol_that_may_be_two_is_not_guessed(pbal: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    """Both are named; the exact spelling is always taken."""
    path = tmp_path / "two.csv"
    path.write_text("Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nABc,100,1,0\nABC,100,1,0\n", encoding="utf-8")
    assert "--frozen: abc may be ABc or ABC." in pbal(str(path), "--freeze", "abc")[2]
    assert pbal(str(path), "-c", "50", "-m", "1", "--freeze", "ABC")[0] == 0


def test_everything_in_fractions(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """``--fractional`` without a symbol means every position."""
    _code, out, _err = pbal(SAMPLE, "-c", "5000", "--exact", "-f", "json", "--fractional")
    plan = json.loads(out)
    assert plan["cash_left"] in {"0.00", "0.01", "0.02"} or abs(float(plan["cash_left"])) < 0.1
    assert any("." in str(p["buy_shares"]) for p in plan["positions"])


def test_targets_in_a_line(pbal: Callable[..., tuple[int, str, str]], three: Any, tmp_path: Path) -> None:
    """Percents, fractions and ratios are the plan of the same targets in a file; a new symbol needs a price."""
    file = tmp_path / "targets.toml"
    file.write_text("[targets]\nVTI = 50\nVXUS = 25\nBND = 25\n", encoding="utf-8")
    wanted = pbal(three, "-c", "1000", "-m", "1", "--targets", str(file))
    assert wanted[0] == 0
    for given in (
        ["--target", "VTI=50", "--target", "vxus=25%", "--target", "BND=25"],
        ["--target", "VTI=0.5", "--target", "VXUS=.25", "--target", "BND=0.25"],
        ["--target", "VTI:VXUS:BND=2:1:1"],
        ["--target", "VTI:VXUS:BND=50:25:25"],
    ):
        assert pbal(three, "-c", "1000", "-m", "1", *given) == wanted
    new = ["--target", "VTI=50", "--target", "VNQ=50"]
    unpriced = pbal(three, "-c", "1000", *new)[2]
    assert unpriced.startswith("pbal: VNQ: not held, so a price is needed; give it with the targets (--price VNQ=")
    assert pbal(three, "-c", "1000", "-m", "1", *new, "--price", "VNQ=$83.125")[0] == 0


def test_rounded_weights_are_scaled_and_that_is_said(
    pbal: Callable[..., tuple[int, str, str]], three: Any, tmp_path: Path
) -> None:
    """33.3 three times is a third each; a sum that is further off is refused."""
    thirds = ["--target", "VTI=33.3", "--target", "VXUS=33.3", "--target", "BND=33.3"]
    code, out, err = pbal(three, "-c", "1000", "-m", "1", *thirds)
    assert code == 0
    assert "--target: the weights sum to 99.9; they are scaled to sum to 100." in err
    assert out == pbal(three, "-c", "1000", "-m", "1")[1]
    file = tmp_path / "targets.toml"
    file.write_text("[targets]\nVTI = 33.3\nVXUS = 33.3\nBND = 33.3\n", encoding="utf-8")
    code, out, err = pbal(three, "-c", "1000", "-m", "1", "--targets", str(file))
    assert out == pbal(three, "-c", "1000", "-m", "1")[1]
    assert "the weights sum to 99.9; they are scaled" in err
    code, out, err = pbal(three, "-c", "1000", "--target", "VTI=33", "--target", "VXUS=33", "--target", "BND=33.8")
    assert (code, out) == (2, "")
    assert "the targets sum to 99.8" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--target", "VTI"], 'the target "VTI" is not clear'),
        (["--target", "VTI:BND=1"], 'the target "VTI:BND=1" is not clear'),
        (["--target", "VTI:BND=1:1", "--target", "VXUS=2"], "a ratio gives all targets"),
        (["--target", "VTI=50", "--target", "VTI=50"], "the target of VTI is given twice"),
        (["--target", "vti=0", "--target", "VTI=100"], "the target of VTI is given twice"),
        (["--target", "VNQ=100", "--price", "VNQ=5", "--price", "VNQ=6"], "the price of VNQ is given twice"),
        (["--target", "VTI=half"], 'the weight of VTI "half" is not a number'),
        (["--target", "VTI:BND=0:0"], "the targets sum to 0"),
        (["--target", "VTI=100", "--targets", "t.toml"], "--target and --targets both give target weights"),
        (["--price", "VNQ=5"], "--price goes with --target"),
        (["--target", "VTI=100", "--price", "5"], 'the price "5" is not clear'),
        (["--target", "VTI=100", "--price", "VNQ=x"], 'the price of VNQ "x" is not a number'),
    ],
)
def test_unclear_targets(
    pbal: Callable[..., tuple[int, str, str]], three: Any, arguments: list[str], words: str
) -> None:
    """What is wrong, and how it is written."""
    code, out, err = pbal(three, *arguments)
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tarde"], "there is no file and no command tarde; did you mean pbal trade?"),
        (["--chas", "5"], "unrecognized arguments: --chas; did you mean --cash?"),
        (["inspect", "x.csv", "--acount", "U1"], "did you mean --account?"),
        (["drift"], "there is no file and no command drift; did you mean pbal --drift?"),
        (["least-cash"], "did you mean pbal --least-cash?"),
        (["ibkr:"], "did you mean pbal trade ibkr:?"),
        (["x.csv", "y.csv"], "y.csv; a plan has one positions file, and --household takes several (see pbal --help)"),
        (["--exact=1"], "argument --exact: it takes no value, and was given '1' (see pbal --help)"),
        (["-i", "two"], 'argument -i/--increment: "two" is not a whole number (see pbal --help)'),
        (["inspect", "--formats", "-f", "json"], "as a table; leave FILE and --format out (see pbal inspect --help)"),
        (["batch.csv"], "there is no file batch.csv; give the path of a positions file."),
        (["help", "inspekt"], "there is no command inspekt; did you mean pbal help inspect?"),
        (["help", "zzzzzz"], "the commands are plan, app, inspect, batch, trade,"),
        (["https://example.com/positions.csv"], "is an address, and pbal reads files; download it"),
    ],
)
def test_a_slip_gets_a_suggestion(pbal: Callable[..., tuple[int, str, str]], arguments: list[str], words: str) -> None:
    """One line, with the command or the option that is closest."""
    code, out, err = pbal(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_help_for_each_command(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """``pbal help X`` is ``pbal X --help``; ``pbal help`` is ``pbal --help``."""
    assert pbal("help") == pbal("--help") == pbal("help", "help") == pbal("help", "--help") == pbal("help", "plan")
    assert pbal("help", "flex", "fetch") == pbal("flex", "fetch", "--help")
    assert pbal("flex", "fetch", "--help")[1].startswith("usage: pbal flex fetch")
    assert pbal("help", "household") == pbal("help", "--household") == pbal("--household", "--help")
    assert pbal("--help", "trade") == pbal("-h", "trade") == pbal("trade", "-h")
    assert pbal("--help", "x.csv") == pbal("--help")
    for name in COMMANDS:
        if name != "help":
            assert pbal("help", name) == pbal(name, "--help")
            assert pbal(name, "--help")[0] == 0


def test_the_word_plan_may_be_said(pbal: Callable[..., tuple[int, str, str]], three: str) -> None:
    """It is a command like the others."""
    assert pbal("plan", three, "-c", "1000") == pbal(three, "-c", "1000")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--targets", ""],
        ["-o", ""],
        ["x.csv", "--household", ""],
        ["flex", "fetch", "-o", ""],
        ["trade", "--status", "--journal", ""],
        ["trade", "x.csv", "--certificate", ""],
        ["batch", "x.csv", "-o", ""],
    ],
)
def test_a_file_has_a_name(pbal: Callable[..., tuple[int, str, str]], arguments: list[str]) -> None:
    """An empty one, as an unset variable of a script gives it, would mean this directory."""
    code, out, err = pbal(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert arguments[-2] in err
    assert ": the name of a file is needed (see pbal " in err


def test_the_help_is_as_it_was_read(
    pbal: Callable[..., tuple[int, str, str]], golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Groups, commands and examples, in a terminal of eighty columns."""
    monkeypatch.setenv("COLUMNS", "80")
    golden("help.txt", pbal("--help")[1])


def test_the_short_version(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """``-V`` is ``--version``."""
    assert pbal("-V") == pbal("--version")
    assert pbal("-V")[1].startswith("pbal ")


def test_every_form_can_be_saved(pbal: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    """``-o`` writes what would be printed, whole, and prints nothing."""
    for form in ("table", "csv", "json", "trades", "html"):
        path = tmp_path / f"plan.{form}"
        asked = (SAMPLE, "-c", "5000", "-i", "2", "-f", form)
        code, printed, _err = pbal(*asked)
        assert code == 0
        assert pbal(*asked, "-o", str(path))[:2] == (0, "")
        assert path.read_text(encoding="utf-8") == printed
    assert "<!doctype html>" in (tmp_path / "plan.html").read_text(encoding="utf-8")
    trades = list(csv.DictReader(io.StringIO((tmp_path / "plan.trades").read_text(encoding="utf-8"))))
    assert [trades[0][column] for column in ("Action", "Quantity", "Symbol")] == ["Buy", "10", "VCR"]
    assert "cannot be written" in pbal(SAMPLE, "-o", str(tmp_path / "no" / "plan.csv"))[2]


@pytest.mark.parametrize(
    "asked", [["-c", "5000"], ["-c", "-5000", "--exact"], ["-c", "500", "--exact", "--fractional"]]
)
def test_a_plan_is_read_back_as_what_it_leads_to(
    pbal: Callable[..., tuple[int, str, str]], tmp_path: Path, asked: list[str]
) -> None:
    """The positions after the trades, to the cent, and the next plan from there."""
    path = str(tmp_path / "plan.csv")
    assert pbal(SAMPLE, *asked, "-f", "csv", "-o", path)[0] == 0
    after = json.loads(pbal(SAMPLE, *asked, "-f", "json")[1])["positions"]
    read = json.loads(pbal("inspect", path, "-f", "json")[1])
    assert read["format"] == "plan"
    assert [(p["symbol"], Decimal(p["value"]), Decimal(p["price"])) for p in read["positions"]] == [
        (p["symbol"], Decimal(p["final_value"]), Decimal(p["mark_price"])) for p in after
    ]
    assert pbal(path, "-c", "100")[0] == 0
