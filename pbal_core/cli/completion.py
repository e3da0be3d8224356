"""``pbal completion bash|zsh|fish``: a script for the shell, made from the parsers, that completes pbal.

Worked example: ``eval "$(pbal completion bash)"`` in ``~/.bashrc``; then ``pbal --str<TAB>`` is ``pbal --strategy``.
"""

from __future__ import annotations

import argparse
import importlib
import re
from typing import NamedTuple

from . import COMMANDS
from .output import write
from .parser import Parser

_QUIET = str.maketrans("'[]:", "`();")
"""What would end a description of zsh, and what is written instead."""

SHELLS = ("bash", "zsh", "fish")


class Option(NamedTuple):
    """An option as a shell completes it.

    Attributes:
        names: Its spellings.
        values: What may follow it; empty for anything.
        takes_file: A file may follow it.
        takes_value: Something must follow it.
        meaning: Its help, in one line.
    """

    names: tuple[str, ...]
    values: tuple[str, ...]
    takes_file: bool
    takes_value: bool
    meaning: str


def parser() -> Parser:
    """The arguments of ``pbal completion``."""
    p = Parser(
        prog="pbal completion",
        description="Prints a script that completes the commands and options of pbal.",
        epilog='bash: eval "$(pbal completion bash)" in ~/.bashrc. zsh: the same with zsh, in ~/.zshrc after compinit. '
        "fish: pbal completion fish > ~/.config/fish/completions/pbal.fish",
    )
    p.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
    return p


def run(arguments: list[str]) -> int:
    """Prints the script."""
    shell = parser().parse_args(arguments).shell
    write({"bash": bash, "zsh": zsh, "fish": fish}[shell](commands()), None)
    return 0


def commands() -> dict[str, list[Option]]:
    """Command -> its options; the plan's are those of the empty name."""
    parsers = {"": importlib.import_module(f"{__package__}.options").parser()}
    for name in COMMANDS:
        if name not in {"help", "config"}:
            parsers[name] = importlib.import_module(f"{__package__}.{name}").parser()
    listed = {name: [_option(action) for action in p._actions if action.option_strings] for name, p in parsers.items()}  # noqa: SLF001 - argparse has no other way to list its options
    listed["trade"] += [option for option in listed[""] if not set(option.names) & _names(listed["trade"])]
    return listed


def _names(options: list[Option]) -> set[str]:
    return {name for option in options for name in option.names}


def _option(action: argparse.Action) -> Option:
    takes_value = action.nargs != 0
    return Option(
        names=tuple(action.option_strings),
        values=tuple(map(str, action.choices or ())),
        takes_file=takes_value and action.metavar == "FILE",
        takes_value=takes_value,
        meaning=_meaning(action.help or ""),
    )


def _meaning(text: str) -> str:
    """The help of an option up to its first semicolon, without its default."""
    first = " ".join(re.sub(r"\(?default: [^)]*\)?", "", text).split(";")[0].split()).replace("%%", "%")
    return first or "one of those listed"


def bash(listed: dict[str, list[Option]]) -> str:
    """A function of bash; files are completed by bash itself."""
    cases = [_bash_case(name, options) for name, options in listed.items()]
    first = " ".join(COMMANDS)
    return f"""# bash completion of pbal
_pbal() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} words
  COMPREPLY=()
  case ${{COMP_WORDS[1]}} in
{"".join([*cases[1:], cases[0]])}  esac
  if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$word")); return; fi
  if [[ $COMP_CWORD == 1 || ${{COMP_WORDS[1]}} == help ]]; then COMPREPLY=($(compgen -W '{first}' -- "$word")); fi
  if [[ ${{COMP_WORDS[1]}} == completion ]]; then COMPREPLY=($(compgen -W '{" ".join(SHELLS)}' -- "$word")); fi
}}
complete -o default -F _pbal pbal
"""


def _bash_case(name: str, options: list[Option]) -> str:
    """What completes after a command: values after an option that takes one, otherwise the options."""
    lines = [f"    {name or '*'})", "      case $before in"]
    for option in options:
        if option.takes_value:
            replies = f"COMPREPLY=($(compgen -W '{' '.join(option.values)}' -- \"$word\")); " if option.values else ""
            lines.append(f"        {'|'.join(option.names)}) {replies}return;;")
    words = " ".join(name for option in options for name in option.names)
    return "\n".join([*lines, "      esac", f"      words='{words}';;\n"])


def zsh(listed: dict[str, list[Option]]) -> str:
    """A function of zsh for ``compdef``."""
    cases = []
    for name, options in listed.items():
        specs = []
        for option in options:
            meaning = option.meaning.translate(_QUIET)
            value = (
                f":value:({' '.join(option.values)})" if option.values else ":file:_files" if option.takes_file else ""
            )
            value = value or (":value: " if option.takes_value else "")
            specs += [f"      '{each}[{meaning}]{value}'" for each in option.names]
        rest = f"      '*:shell:({' '.join(SHELLS)})'" if name == "completion" else "      '*:file:_files'"
        cases.append(f"    {name or '*'}) _arguments \\\n" + " \\\n".join([*specs, rest]) + ";;\n")
    described = "\n".join(f"    '{name}:{meaning.translate(_QUIET)}'" for name, meaning in COMMANDS.items())
    return f"""#compdef pbal
# zsh completion of pbal
_pbal() {{
  local -a commands
  commands=(
{described}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then _describe command commands; _files; return; fi
  case $words[2] in
{"".join([*cases[1:], cases[0]])}  esac
}}
compdef _pbal pbal
"""


def fish(listed: dict[str, list[Option]]) -> str:
    """One ``complete`` a command and an option."""
    lines = ["# fish completion of pbal"]
    known = " ".join(COMMANDS)
    quoted = str.maketrans({"\\": "\\\\", "'": "\\'"})
    for name, meaning in COMMANDS.items():
        lines.append(
            f"complete -c pbal -n 'not __fish_seen_subcommand_from {known}' -a {name} -d '{meaning.translate(quoted)}'"
        )
    for name, options in listed.items():
        when = f"__fish_seen_subcommand_from {name}" if name else f"not __fish_seen_subcommand_from {known}"
        for option in options:
            flags = [f"-l {each[2:]}" if each.startswith("--") else f"-s {each[1:]}" for each in option.names]
            value = f" -x -a '{' '.join(option.values)}'" if option.values else " -r" if option.takes_value else ""
            meaning = option.meaning.translate(quoted)
            lines.append(f"complete -c pbal -n '{when}' {' '.join(flags)}{value} -d '{meaning}'")
    lines.append(f"complete -c pbal -n '__fish_seen_subcommand_from completion' -x -a '{' '.join(SHELLS)}'")
    return "\n".join(lines) + "\n"
