"""Defaults from a file and from the environment, and where each comes from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pbal_core.cli import defaults, main, options

SAMPLE = str(Path(__file__).parent.parent.parent / "pbal_core" / "sample" / "positions.csv")


@pytest.fixture
def pbal(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command in this process: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the configuration file of a home of its own."""
    path = tmp_path / "pbal" / "config.toml"
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("PBAL_CONFIG")

    def write(text: str) -> Path:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_file_gives_defaults_and_options_count_before_it(
    pbal: Callable[..., tuple[int, str, str]], config: Any
) -> None:
    """The plan is that of the options written out; an option that is given counts."""
    usual = pbal(SAMPLE, "-c", "5000")
    config('min_trade = 100\nexact = true\nfrozen = ["VCR"]\ncash_buffer = "$50"\n')
    written = ("-c", "5000", "-m", "100", "--exact", "--freeze", "VCR", "--buffer", "50")
    configured = pbal(SAMPLE, "-c", "5000")
    assert configured == pbal(SAMPLE, *written) != usual
    assert pbal(SAMPLE, "-c", "5000", "-m", "900") != configured
    config("min_trade = 100\n")
    assert pbal(SAMPLE, "-c", "5000", "-i", "3") == usual, "-i counts before the minimum trade of the file"


def test_a_variable_counts_before_the_file(
    pbal: Callable[..., tuple[int, str, str]], config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``PBAL_MIN_TRADE``; and ``pbal config`` says where each default comes from."""
    path = config('min_trade = 100\nstrategy = "hard_rebalance"\n')
    monkeypatch.setenv("PBAL_MIN_TRADE", "250")
    monkeypatch.setenv("PBAL_NEVER_SELL", "VCR, VDC")
    code, out, _err = pbal("config")
    assert code == 0
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
    assert rows["min_trade"] == ["250", "PBAL_MIN_TRADE"]
    assert rows["never_sell"] == ["VCR,", "VDC", "PBAL_NEVER_SELL"]
    assert rows["strategy"] == ["hard_rebalance", str(path)]
    assert rows["exact"] == ["false", "pbal"]
    assert '"min_trade": "250.00"' in pbal(SAMPLE, "-f", "json")[1]


def test_everything_wrong_in_the_file_at_once(pbal: Callable[..., tuple[int, str, str]], config: Any) -> None:
    """Each entry by name; the key that was probably meant."""
    path = config('min_trad = 5\nstrategy = "buy"\nexact = "perhaps"\ntargets = []\n')
    code, out, err = pbal(SAMPLE)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 4
    assert f"{path}: min_trad is not known; did you mean min_trade?" in err
    assert f'{path}: strategy is "buy"; choose try_avoid_sell or hard_rebalance.' in err
    assert f'{path}: exact is "perhaps"; true or false is needed.' in err
    assert f"{path}: targets must be a text or a number." in err
    config("min_trade = = 5\n")
    assert "is not valid TOML" in pbal(SAMPLE)[2]


def test_another_file(
    pbal: Callable[..., tuple[int, str, str]], config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``PBAL_CONFIG`` names it; one that is missing is said, and an empty name is none."""
    config("min_trade = 55\n")
    monkeypatch.setenv("PBAL_CONFIG", "")
    assert json.loads(pbal(SAMPLE, "-f", "json")[1])["min_trade"] == "1000.00"
    other = tmp_path / "mine.toml"
    monkeypatch.setenv("PBAL_CONFIG", str(other))
    assert f"PBAL_CONFIG names {other}, and there is no such file." in pbal(SAMPLE)[2]
    other.write_text("min_trade = 77\n", encoding="utf-8")
    assert json.loads(pbal(SAMPLE, "-f", "json")[1])["min_trade"] == "77.00"


def test_a_mistake_says_where_it_was_made(
    pbal: Callable[..., tuple[int, str, str]], config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody typed the option of a default; the variable or the file is where to look."""
    file = config('frozen = ["XYZ"]\nleftover = true\n')
    monkeypatch.setenv("PBAL_MIN_TRADE", "many")
    lines = pbal(SAMPLE, "--buffer", "few")[2].splitlines()
    assert lines[0].startswith('pbal: PBAL_MIN_TRADE: --min-trade "many" is not a number')
    assert lines[1].startswith(f"pbal: {file}: --frozen: XYZ is not among")
    assert lines[2].startswith('pbal: --cash-buffer "few" is not a number')
    monkeypatch.delenv("PBAL_MIN_TRADE")
    config("leftover = true\n")
    assert pbal(SAMPLE)[2].startswith(f"pbal: {file}: --invest-rest needs the exact method")
    monkeypatch.setenv("PBAL_TARGETS", "")
    assert pbal(SAMPLE)[2] == "pbal: PBAL_TARGETS is empty; the name of a file is needed.\n"


@pytest.mark.parametrize(
    ("system", "end"),
    [
        ("linux", ".config/pbal/config.toml"),
        ("darwin", "Library/Application Support/pbal/config.toml"),
        ("win32", "AppData/Roaming/pbal/config.toml"),
    ],
)
def test_where_each_system_keeps_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, system: str, end: str) -> None:
    """The customary folder of Linux, macOS and Windows."""
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "APPDATA", "PBAL_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    assert defaults.path() == tmp_path / end


def test_what_changes_a_scripts_output_has_no_default() -> None:
    """The cash is another each time, and a format would change what a script reads."""
    keys = defaults.settable(options.parser())
    assert not {"cash", "format", "output", "drift"} & keys.keys()
    assert {"data", "min_trade", "targets", "exact", "fee_per_trade", "leftover"} <= keys.keys()
