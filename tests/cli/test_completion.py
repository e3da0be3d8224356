"""The completions work in their shells."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pbal_core.cli import COMMANDS, main
from pbal_core.cli.completion import SHELLS, commands


@pytest.fixture
def script(capsys: pytest.CaptureFixture[str]) -> Any:
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
def test_bash_completes(script: Any, words: list[str], offered: list[Any]) -> None:
    """Commands, options, and the values of those that have a few."""
    assert completed(script("bash"), *words) == offered


@pytest.mark.parametrize("shell", SHELLS)
def test_each_script_has_every_command_and_option(script: Any, shell: Any) -> None:
    """They are made from the parsers, so none is forgotten."""
    text = script(shell)
    for name, options in commands().items():
        assert name in text
        for option in options:
            for spelling in option.names:
                assert (spelling if shell != "fish" else spelling.lstrip("-")) in text
    assert all(name in text for name in COMMANDS)


@pytest.fixture
def installed() -> Any:
    """Skips, and says so, where the machine has not got the shell."""

    def need(shell: str) -> None:
        if shutil.which(shell) is None:
            pytest.skip(f"{shell} is not installed here")

    return need


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_reads_its_script(script: Any, installed: Any, shell: Any) -> None:
    """Without a complaint."""
    installed(shell)
    done = subprocess.run([shell, "-n"], input=script(shell), capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_fish_completes(script: Any, installed: Any, tmp_path: Path) -> None:
    """Commands, options and values, each with its meaning."""
    installed("fish")
    path = tmp_path / "pbal.fish"
    path.write_text(script("fish"), encoding="utf-8")

    def offered(line: str) -> dict[str, str]:
        code = f'source {path}; complete -C "{line}"'
        done = subprocess.run(["fish", "-N", "-c", code], capture_output=True, text=True, timeout=20, check=True)
        return dict(each.partition("\t")[::2] for each in done.stdout.splitlines())

    assert offered("pbal ins") == {"inspect": COMMANDS["inspect"]}
    assert list(offered("pbal --str")) == ["--strategy"]
    assert set(offered("pbal x.csv -s ")) == {"hard_rebalance", "try_avoid_sell"}
    assert list(offered("pbal completion f")) == ["fish"]
    assert "--exact" not in offered("pbal inspect --ex")


ZSH = r"""
zmodload zsh/zpty
zpty z 'zsh -f -i'
zpty -w z 'PS1=; autoload -U compinit; compinit -u -D; source SCRIPT; setopt no_beep; print REA""DY'
out=; until [[ $out == *READY* ]]; do zpty -r z part && out+=$part; done
shown=
for typed made in TYPED; do
  zpty -w -n z $'\\025'"$typed"$'\\t'
  for turn in {1..100}; do
    while zpty -r -t z part; do shown+=$part; done
    [[ $shown == *$made* ]] && break
    sleep 0.1
  done
done
print -rn -- "$shown"
zpty -d z
"""
"""Types into a zsh of its own, presses the tabulator, and shows what became of each line."""


@pytest.mark.slow
def test_zsh_completes(script: Any, installed: Any, tmp_path: Path) -> None:
    """At a terminal, as a person would see it."""
    installed("zsh")
    path = tmp_path / "pbal.zsh"
    path.write_text(script("zsh"), encoding="utf-8")
    lines = {
        "pbal --strat": "pbal --strategy",
        "pbal ins": "pbal inspect",
        "pbal x.csv --format h": "pbal x.csv --format html",
        "pbal completion f": "pbal completion fish",
    }
    typed = " ".join(f"'{line}' '{made}'" for line, made in lines.items())
    code = ZSH.replace("SCRIPT", str(path)).replace("TYPED", typed).replace("\\\\", "\\")
    done = subprocess.run(["zsh", "-f", "-c", code], capture_output=True, timeout=60, check=False)
    shown = done.stdout.decode(errors="replace")
    assert all(made in shown for made in lines.values()), shown


def test_an_unknown_shell(capsys: pytest.CaptureFixture[str]) -> None:
    """The three are named."""
    assert main(["completion", "tcsh"]) == 2
    assert "bash" in capsys.readouterr().err
