"""The completions work in their shells."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from pbal_core.cli import COMMANDS, main
from pbal_core.cli.completion import SHELLS, commands


@pytest.fixture
def script(capsys):
    """The script for a shell."""

    def of(shell: str) -> str:
        assert main(["completion", shell]) == 0
        return capsys.readouterr().out

    return of


def completed(script: str, *words: str) -> list[str]:
    """What bash offers for the last of these words."""
    line = " ".join(f"'{word}'" for word in words)
    code = f'{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _pbal; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(
        ["bash", "--norc", "--noprofile", "-c", code], capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["pbal", "ins"], ["inspect"]),
        (["pbal", "--str"], ["--strategy"]),
        (["pbal", "x.csv", "-s", ""], ["try_avoid_sell", "hard_rebalance"]),
        (["pbal", "x.csv", "--format", "h"], ["html"]),
        (["pbal", "x.csv", "--never"], ["--never-buy", "--never-sell"]),
        (["pbal", "inspect", "--form"], ["--formats", "--format", "--format-hint"]),
        (["pbal", "trade", "--dry"], ["--dry-run"]),
        (["pbal", "trade", "--exa"], ["--exact"]),
        (["pbal", "app", "--p"], ["--port"]),
        (["pbal", "completion", "f"], ["fish"]),
        (["pbal", "help", "tr"], ["trade"]),
        (["pbal", "x.csv", "-c", "5"], []),
        (["pbal", "inspect", "--exa"], []),
    ],
)
def test_bash_completes(script, words, offered):
    """Commands, options, and the values of those that have a few."""
    assert completed(script("bash"), *words) == offered


@pytest.mark.parametrize("shell", SHELLS)
def test_each_script_has_every_command_and_option(script, shell):
    """They are made from the parsers, so none is forgotten."""
    text = script(shell)
    for name, options in commands().items():
        assert name in text
        for option in options:
            for spelling in option.names:
                assert (spelling if shell != "fish" else spelling.lstrip("-")) in text
    assert all(name in text for name in COMMANDS)


@pytest.mark.parametrize("shell", [name for name in SHELLS if shutil.which(name)])
def test_the_shells_of_this_machine_read_their_script(script, shell):
    """Without a complaint."""
    done = subprocess.run([shell, "-n"], input=script(shell), capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_shell(capsys):
    """The three are named."""
    assert main(["completion", "tcsh"]) == 2
    assert "bash" in capsys.readouterr().err
