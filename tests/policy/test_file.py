"""The file of targets and constraints: what is saved is what is loaded, and what is wrong is said."""

from __future__ import annotations

import pytest

from pbal_core import TargetError
from pbal_core.policy.policy import Policy
from pbal_core.policy.targets import Targets
from tests.build import rules

FILE = """[targets]
VTI = 60
"BRK.B" = 40

[constraints]
frozen = ["BRK.B"]
never_sell = ["BRK.B", "VTI"]
cash_buffer = "250.50"

[constraints.fractional]
"BRK.B" = "1"
VTI = "0.001"
"""


def test_a_file_is_read_and_written_as_it_was() -> None:
    """Each entry is the argument of ``rebalance`` of the same name; what says nothing is not written."""
    file = Policy.from_toml(FILE.encode())
    assert file == Policy(
        targets=Targets({"VTI": 60, "BRK.B": 40}),
        constraints=rules(
            frozen=["BRK.B"],
            never_sell=["VTI", "BRK.B"],
            fractional={"VTI": "0.001", "BRK.B": 1},
            cash_buffer="250.5",
        ),
    )
    assert file.to_toml() == FILE
    assert file.constraints.symbols == ("BRK.B", "VTI")
    assert Policy(targets=Targets({"VTI": 100})).to_toml() == "[targets]\nVTI = 100\n"


def test_the_notepad_of_windows_writes_a_mark_before_the_text() -> None:
    """A byte order mark is no part of the file."""
    assert Policy.from_toml(b"\xef\xbb\xbf" + FILE.encode()) == Policy.from_toml(FILE.encode())


def test_constraints_alone_keep_equal_weights() -> None:
    """No table of targets is no target, as without a file; amounts may be numbers too."""
    file = Policy.from_toml(b"[constraints]\nfee_per_trade = 1.5\n")
    assert file == Policy(constraints=rules(fee_per_trade="1.5"))
    assert Policy.from_toml(file.to_toml().encode()) == file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[constraints]\nfreeze = []",
            "[constraints] has no freeze; it knows frozen, never_buy, never_sell, fractional",
        ),
        ('[constraints]\nfrozen = "VTI"', 'frozen must be a list of symbols, such as ["BND", "VTEB"].'),
        ('[constraints]\nfrozen = ["<b>"]', "'<b>' cannot be a symbol"),
        ("[constraints]\ncash_buffer = -1", "cash_buffer is -1; 0 or more is needed."),
        ('[constraints]\nfee_per_trade = "much"', 'fee_per_trade "much" is not a number'),
        ("[constraints]\nfractional = 3", "fractional must be a table of steps"),
        ("[constraints.fractional]\nVTI = 2", "the fraction of VTI is 2; above 0 and at most 1 share is needed"),
        ("[constraints.fractional]\nBRK.B = 1", 'put BRK.B in quotes: "BRK.B" = ...'),
        ("constraints = 3", "constraints must be a table; begin it with a line [constraints]."),
        ("", "there is no target; at least one is needed."),
    ],
)
def test_what_is_wrong_is_said(text: str, message: str) -> None:
    with pytest.raises(TargetError) as caught:
        Policy.from_toml(text.encode())
    assert str(caught.value).startswith(message)


def test_everything_wrong_is_said_at_once() -> None:
    """One line each, of the targets and of the constraints."""
    with pytest.raises(TargetError) as caught:
        Policy.from_toml(b"[targets]\nVTI = 90\n[constraints]\nfrozen = 1\nnever_buy = 2\n")
    assert len(str(caught.value).splitlines()) == 3


def test_other_text_is_refused() -> None:
    with pytest.raises(TargetError, match="the file is not UTF-8 text"):
        Policy.from_toml("[targets]\n# 60 \xe9".encode("latin-1"))
