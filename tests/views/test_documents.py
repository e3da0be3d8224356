"""Every JSON of the command is what its schema says, and says its kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pbal_core import drift_report, read_positions, rebalance
from pbal_core.cli import main
from pbal_core.views.documents import KINDS, schema

SAMPLE = str(Path(__file__).parent.parent.parent / "pbal_core" / "sample" / "positions.csv")


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("pbal-plan", [SAMPLE, "-c", "5000", "-f", "json"]),
        ("pbal-plan", [SAMPLE, "-c", "5000", "--exact", "--fractional", "-f", "json"]),
        ("pbal-plan", [SAMPLE, "-c", "-5000", "--exact", "--max-trades", "2", "-f", "json"]),
        ("pbal-drift", [SAMPLE, "--drift", "-f", "json"]),
        ("pbal-least-cash", [SAMPLE, "--least-cash", "-f", "json"]),
        ("pbal-statement", ["inspect", SAMPLE, "-f", "json"]),
    ],
)
def test_a_document_is_what_its_schema_says(capsys: pytest.CaptureFixture[str], kind: str, arguments: Any) -> None:
    """Nothing more and nothing less; a field that goes, or has another type, is noticed."""
    assert main(arguments) in {0, 1}
    found = json.loads(capsys.readouterr().out)
    described = schema(kind)
    jsonschema.Draft202012Validator.check_schema(described)
    jsonschema.validate(found, described)
    assert (found["kind"], found["version"]) == (kind, 1)
    for missing in list(found):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({key: value for key, value in found.items() if key != missing}, described)


def test_the_values_of_the_library_write_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """``to_dict`` and ``to_json`` of a plan, a statement and a drift report are the documents of the command."""
    statement = read_positions(SAMPLE)
    plan = rebalance(statement.portfolio, 5000, method="exact")
    values: dict[tuple[str, ...], Any] = {
        ("pbal-plan", SAMPLE, "-c", "5000", "--exact", "-f", "json"): plan,
        ("pbal-statement", "inspect", SAMPLE, "-f", "json"): statement,
        ("pbal-drift", SAMPLE, "--drift", "-f", "json"): drift_report(statement.portfolio),
    }
    for (kind, *arguments), value in values.items():
        assert main(arguments) in {0, 1}
        assert value.to_json() == capsys.readouterr().out
        assert value.to_dict() == json.loads(value.to_json())
        jsonschema.validate(value.to_dict(), schema(kind))


def test_a_statement_with_an_open_choice_has_its_document() -> None:
    """It says what is to choose, and holds no position yet."""
    two = Path(__file__).parent.parent / "data" / "readers" / "ibkr_two_accounts.csv"
    found = read_positions(two).to_dict()
    jsonschema.validate(found, schema("pbal-statement"))
    assert found["ready"] is False
    assert found["positions"] == []
    assert found["issues"]


def test_every_kind_is_tried() -> None:
    """Each has a schema that names it."""
    assert [schema(kind)["properties"]["kind"]["const"] for kind in KINDS] == list(KINDS)


def test_the_answers_say_what_the_tables_say(capsys: pytest.CaptureFixture[str]) -> None:
    """Exact amounts as text, weights as fractions."""
    main([SAMPLE, "--least-cash"])
    amount = capsys.readouterr().out.strip()
    main([SAMPLE, "--least-cash", "-f", "json"])
    assert json.loads(capsys.readouterr().out)["cash"] == amount
    assert main([SAMPLE, "--drift", "-f", "json"]) == 1
    drift = json.loads(capsys.readouterr().out)
    assert drift["act"] is True
    assert drift["positions"][-1]["symbol"] == "VSMAX"
    assert drift["positions"][-1]["drift"] == pytest.approx(0.0780, abs=1e-4)


def test_what_was_read_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Positions with their exact amounts, and what became of each line."""
    main(["inspect", SAMPLE, "-f", "json"])
    found = json.loads(capsys.readouterr().out)
    assert found["ready"] is True
    assert found["positions"][2] | {"pnl": None} == {
        "symbol": "VCR",
        "value": "6798.48",
        "price": "279.68",
        "pnl": None,
        "quantity": None,
    }
    assert sum(line["used"] * (line["last"] - line["line"] + 1) for line in found["lines"]) == 10
