"""The README and its pages tell the truth: their commands and their code run here, and print what they show."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pbal_core.cli import main
from pbal_core.readers.registry import readable_formats
from pbal_core.sample import sample_bytes

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / ".github").glob("*.md")), *sorted((ROOT / ".github" / "docs").glob("*.md"))]
"""Every page that a reader can come to from the README."""


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def prose(page: Path) -> str:
    """The page without what is quoted in it."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def toml_files(page: Path) -> dict[str, str]:
    """Name -> content of the files that the page shows: TOML blocks that begin with a comment of their name."""
    return {name[1]: block for block in blocks(page, "toml") if (name := re.match(r"# (\S+\.toml)\n", block))}


def csv_files(page: Path) -> dict[str, str]:
    """Name -> content of the files that the page shows: CSV blocks below a line with nothing but their name."""
    shown = re.findall(
        r"^`(\S+\.csv)`:\n\n```csv\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    return dict(shown)


@pytest.fixture
def lay_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Goes to a folder with what a page's reader has there: the sample, the files that it shows, and the tests."""

    def to(page: Path) -> None:
        (tmp_path / "positions.csv").write_bytes(sample_bytes())
        for name, text in (toml_files(page) | csv_files(page)).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / "tests").symlink_to(ROOT / "tests")
        monkeypatch.chdir(tmp_path)

    return to


def commands() -> Iterator[tuple[Path, str, str]]:
    """Each ``$ pbal ...`` of a console block: its page, the command, and the output shown below it."""
    for page in PAGES:
        for block in blocks(page, "console"):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                yield page, command, output


COMMANDS = list(commands())


@pytest.mark.parametrize(
    ("page", "command", "output"), COMMANDS, ids=[f"{page.stem}: {command}" for page, command, _ in COMMANDS]
)
def test_command(
    page: Path, command: str, output: str, capsys: pytest.CaptureFixture[str], lay_out: Callable[[Path], None]
) -> None:
    """The command ends well, and prints what is shown below it, where something is."""
    lay_out(page)
    words = shlex.split(command)
    assert words[0] == "pbal"
    code = main(words[1:])
    checks = "inspect" in words or "--drift" in words  # 1: something is to choose, or out of band
    assert code == 0 or (code == 1 and checks), capsys.readouterr().err
    if output.strip():
        assert capsys.readouterr().out == output


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=name_of)
def test_python_examples(page: Path, lay_out: Callable[[Path], None]) -> None:
    """The page's examples run, one after the other, and print the texts below them."""
    lay_out(page)
    names: dict[str, object] = {}
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        for block in blocks(page, "python"):
            exec(compile(block, page.name, "exec"), names)
    assert out.getvalue() == "".join(blocks(page, "text"))


def test_the_sample_is_the_file_shown() -> None:
    """The file in the README is the sample in the package."""
    assert blocks(README, "csv")[0].encode() == sample_bytes()


def anchors(page: Path) -> set[str]:
    """What a link may name after ``#``."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Links within the repository name a file that is there, and a title that it has."""
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", prose(page)):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_readme_links_every_page() -> None:
    """Nobody has to find a page by looking through folders."""
    linked = {
        (ROOT / link.partition("#")[0]).resolve() for link in re.findall(r"\]\((?!https?:)([^)]+)\)", prose(README))
    }
    templates = {ROOT / ".github" / "pull_request_template.md", ROOT / ".github" / "docs" / "package.md"}
    assert set(PAGES) - {README} - templates <= linked


NAMED = ("Interactive Brokers", "Fidelity", "Schwab", "Vanguard", "E*TRADE", "M1", "Wealthsimple", "DEGIRO", "Merrill")
NO_BROKERS = {"Portfolio Balancer (a plan)", "Yahoo Finance", "an OFX or QFX statement", "a file of your own"}


@pytest.mark.parametrize("page", [README, ROOT / ".github" / "docs" / "package.md"], ids=name_of)
def test_the_number_of_brokers_is_that_of_the_readers(page: Path) -> None:
    """Those that are named, and so many others."""
    text = page.read_text(encoding="utf-8").replace("\\", "")
    assert all(name in text for name in NAMED)
    brokers = {form.broker for form in readable_formats()} - NO_BROKERS
    others = {broker for broker in brokers if not any(name in broker for name in NAMED)}
    assert f"and {len(others)} other brokers" in " ".join(text.split())


def test_the_readme_is_short() -> None:
    """It is for somebody who comes for the first time; everything else has a page of its own."""
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 260


@pytest.mark.parametrize("page", [page for page in PAGES if toml_files(page)], ids=name_of)
def test_every_named_toml_file_is_used(page: Path) -> None:
    """A file that a page shows is one that a command of the page reads."""
    for name in toml_files(page):
        assert any(name in command for where, command, _ in COMMANDS if where == page), name


def test_a_file_is_shown_alike_everywhere() -> None:
    """Two pages that show a file of one name show the same file."""
    seen: dict[str, str] = {}
    for page in PAGES:
        for name, text in (toml_files(page) | csv_files(page)).items():
            assert seen.setdefault(name, text) == text, f"{name} in {name_of(page)}"
    assert set(seen) == {"targets.toml", "my-columns.toml", "fees.toml", "accounts.csv", "household.toml"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_exist(page: Path) -> None:
    """Every ``make x`` that a page names is a target."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = re.findall(r"`make ([a-z]+)`|^(?:    )?make ([a-z]+)\b", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert {one or other for one, other in named} <= set(targets)


def test_every_measured_table_names_its_command() -> None:
    """Whoever doubts a figure can measure it: its module is named above each table."""
    text = (ROOT / ".github" / "docs" / "measured.md").read_text(encoding="utf-8")
    marks = re.findall(r"<!-- bench:(\w+) -->", text)
    named = re.findall(
        r"^`python -m tests\.benchmarks\.(\w+) --write`[^\n]*:\n\n<!-- bench:(\w+) -->", text, re.MULTILINE
    )
    assert [mark for _, mark in named] == marks
    assert all((ROOT / "tests" / "benchmarks" / f"{module}.py").is_file() for module, _ in named)
