"""The command on a household: files, cash for each account, tables, documents and baskets."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from pbal_core.cli import main

HOUSEHOLD = """
[targets]
VTI = 60
BND = 40

[accounts.Taxable]
number = "4321"

[accounts.IRA]
number = "8765"
kind = "deferred"
menu = ["BND"]

[accounts.Roth]
file = "roth.csv"
kind = "free"
cash = 500

[location]
BND = ["deferred", "free"]
"""

FIDELITY = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Last Price Change,Current Value,"
    "Today's Gain/Loss Dollar,Today's Gain/Loss Percent,Total Gain/Loss Dollar,Total Gain/Loss Percent,"
    "Percent Of Account,Cost Basis Total,Average Cost Basis,Type\r\n"
    "Z31074321,Individual,VTI,VANGUARD TOTAL STOCK,100,$250.00,$0.10,$25000.00,,,,,100%,,,Cash,\r\n"
    "Z31078765,Rollover IRA,BND,VANGUARD TOTAL BOND,100,$72.50,$0.10,$7250.00,,,,,100%,,,Cash,\r\n"
    "\r\n"
    '"Date downloaded {day:%b-%d-%Y} 4:10 p.m ET"\r\n'
)


NEEDED = "an account and its dollars are needed, such as Taxable=5000; the accounts are Taxable, IRA, Roth."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "home.toml").write_text(HOUSEHOLD, encoding="utf-8")
    (tmp_path / "fidelity.csv").write_text(FIDELITY.format(day=date.today()), encoding="utf-8")  # noqa: DTZ011
    roth = "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,2500,250,10\n"
    (tmp_path / "roth.csv").write_text(roth, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PBAL_CONFIG", "")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_plan_for_each_account(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["fidelity.csv", "roth.csv", "--household", "home.toml", "-c", "ira=6500", "-v"])
    out, err = capsys.readouterr()
    assert code == 0, err
    lines = out.splitlines()
    assert lines[0].split() == ["Account", "Symbol", "Value", "Now", "Trade", "Amount", "After"]
    assert [line.split()[:2] for line in lines[2:]] == [
        ["Taxable", "VTI"],
        ["Taxable", "BND"],
        ["IRA", "BND"],
        ["Roth", "VTI"],
        ["Roth", "BND"],
        ["All", "accounts"],
        ["All", "accounts"],
    ]
    first = err.splitlines()[0]
    assert first.startswith("Buy 89 BND in IRA; buy 6 BND in Roth. ")
    assert first.endswith("left. No money moves between accounts.")
    assert "under these rules no plan is better" in err


CLASSES = """
[targets]
stocks = 60
bonds = 40
[groups]
stocks = ["VTI"]
bonds = ["BND"]
"""


def test_the_table_by_class_has_sums_over_all_accounts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = HOUSEHOLD.replace("[targets]\nVTI = 60\nBND = 40\n", CLASSES)
    (folder / "home.toml").write_text(home, encoding="utf-8")
    given = ["fidelity.csv", "roth.csv", "--household", "home.toml", "-c", "ira=6500", "--by", "class"]
    assert main(given) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition("  $")[0].split("  $")[0].rstrip() for line in lines[1:]] == [
        "stocks",
        "  VTI",
        "    VTI in Taxable",
        "    VTI in Roth",
        "bonds",
        "  BND",
        "    BND in Taxable",
        "    BND in IRA",
        "    BND in Roth",
    ]
    assert lines[5].split() == ["bonds", "$7,250.00", "20.9", "%", "40.0", "%", "+$6,887.50", "$14,137.50", "34.0", "%"]
    assert main([*given, "-f", "json"]) == 2
    assert "--by class is for the table; leave it out, or --format json." in capsys.readouterr().err


def test_the_drift_of_all_accounts_together(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By fund or by class, as a table or as the document of a single portfolio; 1 while something is out of band."""
    given = ["fidelity.csv", "roth.csv", "--household", "home.toml", "--drift"]
    assert main(given) == 1
    out, err = capsys.readouterr()
    assert [line.split() for line in out.splitlines()[2:]] == [
        ["VTI", "79.1", "%", "60.0", "%", "+19.1", "%", "55.0", "%", "to", "65.0", "%", "out", "of", "band"],
        ["BND", "20.9", "%", "40.0", "%", "-19.1", "%", "35.0", "%", "to", "45.0", "%", "out", "of", "band"],
    ]
    assert err == "2 of 2 out of band: worth acting.\n"
    assert main([*given, "-f", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["kind"], [row["value"] for row in document["positions"]]) == (
        "pbal-drift",
        ["27500.00", "7250.00"],
    )
    (folder / "home.toml").write_text(HOUSEHOLD.replace("[targets]\nVTI = 60\nBND = 40\n", CLASSES), encoding="utf-8")
    assert main([*given, "--by", "class"]) == 1
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[2:]] == ["stocks", "bonds"]
    assert main([*given, "-c", "IRA=5", "-f", "basket"]) == 2
    assert "plans no trade; leave out --cash, --format basket." in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_the_order_of_files_does_not_matter(capsys: pytest.CaptureFixture[str]) -> None:
    main(["fidelity.csv", "roth.csv", "--household=home.toml", "-c", "IRA=6500"])
    first = capsys.readouterr().out
    main(["--household=home.toml", "roth.csv", "fidelity.csv", "-c", "IRA=6500"])
    assert capsys.readouterr().out == first


@pytest.mark.usefixtures("folder")
def test_the_document_follows_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["fidelity.csv", "roth.csv", "--household", "home.toml", "-c", "Taxable=-1000", "-f", "json"])
    document = json.loads(capsys.readouterr().out)
    assert code == 0
    schemas = Path(__file__).parents[2] / "pbal_core" / "views"
    jsonschema.validate(document, json.loads((schemas / "household-plan.schema.json").read_text(encoding="utf-8")))
    plan_schema = json.loads((schemas / "plan.schema.json").read_text(encoding="utf-8"))
    for account in document["accounts"]:
        jsonschema.validate(account["plan"], plan_schema)
    assert [account["name"] for account in document["accounts"]] == ["Taxable", "IRA", "Roth"]
    assert document["cash"] == "-500.00"


def test_a_basket_for_each_account(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["fidelity.csv", "roth.csv", "--household", "home.toml", "-c", "IRA=6500", "-f", "basket"]
    assert main([*given, "-o", "orders.csv"]) == 2
    assert "the positions file does not say what day its prices are from" in capsys.readouterr().err
    assert main([*given, "-o", "orders.csv", "--old-prices"]) == 0
    assert sorted(path.name for path in folder.glob("orders*")) == ["orders-IRA.csv", "orders-Roth.csv"]
    assert ",BND," in (folder / "orders-IRA.csv").read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(given) == 2
    assert "name a file: -o orders.csv" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        (
            ["-c", "6500", "-c", "Savings=1", "-c", "IRA=much"],
            [
                f"pbal: --cash 6500: {NEEDED}",
                f"pbal: --cash Savings=1: {NEEDED}",
                'pbal: --cash IRA "much" is not a number',
            ],
        ),
        (["-c", "IRA=-90000"], ["pbal: IRA: cannot withdraw $90,000.00"]),
        (["-c", "IRA=5", "-c", "ira=6"], ["pbal: --cash IRA is given twice; once is needed."]),
        (["-m", "-5"], ["pbal: --min-trade is -5; 0 or more is needed."]),
        (["-f", "basket", "-o", "."], ["pbal: . is no file; a household has a basket for each account; name a file"]),
        (["--exact"], ["pbal: unrecognized arguments: --exact (see pbal --household --help)"]),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_used_is_said_at_once(
    capsys: pytest.CaptureFixture[str], arguments: list[str], messages: list[str]
) -> None:
    assert main(["fidelity.csv", "roth.csv", "--household", "home.toml", *arguments]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(messages), lines
    for line, message in zip(lines, messages, strict=True):
        assert line.startswith(message)


def test_an_account_that_is_not_named_is_not_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "home.toml").write_text(HOUSEHOLD.replace("8765", "0000"), encoding="utf-8")
    assert main(["fidelity.csv", "roth.csv", "--household", "home.toml"]) == 2
    missing, unnamed = capsys.readouterr().err.splitlines()
    assert missing.startswith("pbal: IRA: an account whose number ends in 0000 is not among fidelity.csv, roth.csv; ")
    assert unnamed.startswith("pbal: the account ending in 8765 of fidelity.csv is not in the household's file; ")


def test_every_damaged_file_is_named_and_nothing_is_planned(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan for a part of what is held would be wrong in silence; the household's file is one of them."""
    (folder / "home.toml").write_text(HOUSEHOLD.replace("cash = 500", 'cash = "much"'), encoding="utf-8")
    (folder / "bad.csv").write_text(
        "Symbol,PositionValue,MarkPrice,FifoPnlUnrealized\nVTI,2500,,10\n", encoding="utf-8"
    )
    (folder / "empty.csv").write_bytes(b"")
    given = ["fidelity.csv", "bad.csv", "empty.csv", "gone.csv", "https://example.org/roth.csv"]
    assert main([*given, "--household", "home.toml"]) == 2
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    for line, words in zip(
        lines, ("home.toml: Roth: cash", "bad.csv: ", "empty.csv: ", "gone.csv", "https://example.org"), strict=True
    ):
        assert words in line


@pytest.mark.usefixtures("folder")
def test_accounts_that_are_added_up_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fidelity.csv", "--account", "all", "-c", "500"]) == 0
    assert (
        "Warning: the plan adds up 2 accounts: money would have to move between them, and it does not say which trade "
        "belongs to which; plan them as a household (--household FILE.toml)."
    ) in capsys.readouterr().err


def test_help_shows_the_file_of_a_household(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--household", "--help"]) == 0
    out = capsys.readouterr().out
    assert "[accounts.Taxable]" in out
    assert "-c ACCOUNT=DOLLARS" in out
