"""The command's exact plans, targets, constraints, drift and least cash."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from pbal_core.cli import main

SAMPLE = str(Path(__file__).parent.parent.parent / "pbal_core" / "sample" / "positions.csv")

TARGETS = """
[targets]
sectors = 70
VNQ = 20
BND = 10
VPU = 0

[groups]
sectors = ["FTEC", "VAW", "VCR", "VDC", "VHT", "VIS", "VOX"]

[prices]
BND = 72.55
"""


@pytest.fixture
def pbal(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command in this process: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main([SAMPLE, *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def targets(tmp_path: Path) -> str:
    """A targets file with a group, a zero, and a symbol that is not held."""
    path = tmp_path / "targets.toml"
    path.write_text(TARGETS, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("exact.txt", ["-c", "5000", "--exact", "-v"]),
        ("exact_withdraw.txt", ["-c", "-5000", "--exact", "-v"]),
        ("exact_minimum.txt", ["-c", "5000", "--exact", "-m", "1000", "-v"]),
        ("exact_increment.txt", ["-c", "5000", "--exact", "-i", "3", "-v"]),
        (
            "constraints.txt",
            [
                *("-c", "5000", "--exact", "-v", "--freeze", "VCR", "--never-buy", "VDC", "--never-sell", "VSMAX"),
                *("--fractional", "VNQ", "--fractional", "VOX=0.5", "--buffer", "100", "--fee", "1.5"),
            ],
        ),
        (
            "classic_constraints.txt",
            ["-c", "5000", "-i", "2", "--freeze", "VCR", "--fee", "1.5", "--buffer", "500", "-v"],
        ),
    ],
)
def test_output(
    pbal: Callable[..., tuple[int, str, str]], golden: Callable[[str, str], None], name: str, arguments: list[str]
) -> None:
    """The table on stdout; what it costs, what limited it and what is proven on stderr."""
    code, out, err = pbal(*arguments)
    assert code == 0
    golden(name, f"{out}--- stderr\n{err}")


@pytest.mark.parametrize("method", [["--exact"], ["-m", "100"]], ids=["exact", "classic"])
def test_targets_of_a_file(
    pbal: Callable[..., tuple[int, str, str]], golden: Callable[[str, str], None], targets: str, method: list[str]
) -> None:
    """Groups are split equally, zero is sold first, and what is not held is bought at the file's price."""
    code, out, err = pbal("-c", "5000", "-s", "hard_rebalance", "--targets", targets, "-v", *method)
    assert code == 0
    golden(f"targets_{'exact' if method == ['--exact'] else 'classic'}.txt", f"{out}--- stderr\n{err}")
    # targets_exact.txt, targets_classic.txt


def test_minimum_and_increment_say_the_same(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """With --exact the smallest trade is 0 unless -m or -i says otherwise."""
    assert pbal("-c", "5000", "--exact", "-i", "3")[1] == pbal("-c", "5000", "--exact", "-m", "1000")[1]
    assert pbal("-c", "5000", "--exact")[1] == pbal("-c", "5000", "--exact", "-m", "0")[1]


def test_drift_ends_with_1_when_something_is_out_of_band(
    pbal: Callable[..., tuple[int, str, str]], golden: Callable[[str, str], None]
) -> None:
    """So that cron can use it."""
    code, out, err = pbal("--drift")
    assert code == 1
    golden("drift.txt", f"{out}--- stderr\n{err}")


def test_drift_ends_with_0_when_all_is_in_band(pbal: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    """Nothing to do is success."""
    path = tmp_path / "now.toml"
    weights = "FTEC=13.3 VAW=8.8 VCR=6.0 VDC=7.1 VHT=10.7 VIS=8.0 VNQ=8.4 VOX=8.4 VPU=11.5 VSMAX=17.8"
    path.write_text("[targets]\n" + weights.replace(" ", "\n"), encoding="utf-8")
    code, out, err = pbal("--drift", "--targets", str(path))
    assert (code, err) == (0, "0 of 10 out of band: none calls for a rebalance.\n")
    assert "out of band" not in out


def test_least_cash(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """The amount alone on stdout: 10 times the largest position is the total to reach."""
    assert pbal("--least-cash") == (0, "88103.92\n", "$88,103.92 of new cash reach the targets without a sale.\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-c", "-200000", "--exact"], "cannot withdraw $200,000.00: the sales that are possible raise at most $112,"),
        (
            ["-c", "3", "--max-trades", "2"],
            "--max-trades needs the exact method: the classic method rounds each trade by",
        ),
        (["-c", "3", "--exact", "--max-fee-share", "200%"], "--max-fee-share is 200 %; above 0 % and at most 100 % is"),
        (
            ["-c", "3", "--exact", "--max-fee-share", "1"],
            "--max-fee-share 1 can be read as 1 % or as 100 %; write 1% or",
        ),
        (["--freeze", " "], "--frozen names no symbol; give one of FTEC, VAW, "),
        (["--freeze", "\u0141\u00f3\x1b[1m"], "--frozen: \u0141\u00f3 [1m is not among the positions: FTEC, VAW, "),
        (["-c", "-50000", "--exact", "--max-trades", "1"], "cannot withdraw $50,000.00: the sales that are possible"),
        (["--freeze", "XYZ"], "--frozen: XYZ is not among the positions: FTEC, VAW, "),
        (["--fractional", "VNQ=2"], "the fraction of VNQ is 2; above 0 and at most 1 share is needed, such as 0.001."),
        (["--fee", "-1"], "--fee-per-trade is -1; 0 or more is needed."),
        (["--buffer", "many"], '--cash-buffer "many" is not a number; give an amount such as 5000 or 1234.56.'),
        (["--exact", "-m", "-5"], "--min-trade is -5; 0 or more is needed."),
        (["--targets", "nowhere.toml"], "nowhere.toml cannot be read: No such file or directory."),
        (["--drift", "--least-cash"], "argument --least-cash: not allowed with argument --drift"),
    ],
)
def test_mistakes_are_one_line(pbal: Callable[..., tuple[int, str, str]], arguments: list[str], message: str) -> None:
    """Exit code 2, and one line that says what was found and what is needed."""
    code, out, err = pbal(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"pbal: {message}")
    assert err.count("\n") == 1


def test_a_bad_targets_file_is_named(pbal: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    """The sum that was found is shown."""
    path = tmp_path / "t.toml"
    path.write_text("[targets]\nVNQ = 30\nVOX = 60\n", encoding="utf-8")
    code, _out, err = pbal("--targets", str(path))
    assert code == 2
    assert (
        err == f"pbal: {path}: the targets sum to 90; fractions that sum to 1 or percents that sum to 100 are needed.\n"
    )


def test_the_classic_method_refuses_what_it_cannot_keep(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """With the options as they were given, all of them at once, and the option that helps."""
    code, out, err = pbal("-c", "5000", "-m", "100", "--invest-rest", "--max-trades", "2")
    assert (code, out) == (2, "")
    assert "--max-trades needs the exact method" in err
    assert "--invest-rest needs the exact method: the classic method leaves what does not fill a step (--exact)." in err


def test_nothing_is_sold_or_bought_at_all(pbal: Callable[..., tuple[int, str, str]]) -> None:
    """Without a symbol ``--never-sell`` and ``--never-buy`` hold for every asset, targets that are not held too."""
    code, out, _ = pbal("-c", "5000", "--exact", "-s", "hard_rebalance", "--never-sell", "-f", "csv")
    assert code == 0
    shares = [int(row["BuyShares"]) for row in csv.DictReader(out.splitlines())]
    assert sum(shares) == 23
    assert min(shares) == 0
    code, _, err = pbal("-c", "5000", "--exact", "-v", "--never-buy")
    assert code == 0
    assert "Nothing to trade: nothing may be bought; $5,000.00 stays in cash." in err
    code, _, err = pbal("-c", "-5000", "--exact", "--never-sell")
    assert code == 2
    assert "raise at most $0.00" in err


def test_an_asset_to_start_with_is_not_bought_either(pbal: Callable[..., tuple[int, str, str]], targets: str) -> None:
    code, _, err = pbal("-c", "5000", "--exact", "--targets", targets, "--never-buy")
    assert code == 0
    assert "nothing may be bought" in err


@pytest.mark.parametrize("option", ["--never-sell", "--never-buy"])
def test_a_file_is_no_symbol(capsys: pytest.CaptureFixture[str], option: str) -> None:
    """The file after an option that may take a symbol."""
    assert main([option, SAMPLE, "-c", "5000"]) == 2
    assert capsys.readouterr().err == f"pbal: {option} took the file {SAMPLE} for a symbol; put the file first.\n"


def test_constraints_of_the_file_count_and_options_add_to_them(
    pbal: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    """Symbols are added up; an amount of an option counts before the file's; a byte order mark is no matter."""
    path = tmp_path / "targets.toml"
    text = '[constraints]\nfrozen = ["VCR"]\ncash_buffer = "100"\n[constraints.fractional]\nVNQ = "0.5"\n'
    path.write_text(text, encoding="utf-8-sig")
    base = ("-c", "5000", "--exact", "-v")
    file = ("--targets", str(path))
    frozen = ("--freeze", "VCR", "--fractional", "VNQ=0.5")
    assert pbal(*base, *file) == pbal(*base, *frozen, "--buffer", "100")
    more = ("--freeze", "VDC", "--buffer", "0", "--fee", "2", "--fractional", "VNQ=0.1")
    assert pbal(*base, *file, *more) == pbal(*base, "--freeze", "VCR", *more)
