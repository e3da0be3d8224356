"""The README tells the truth: its commands and its code run here, and print what it shows."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest

from pbal_core.cli import main
from pbal_core.sample import sample_bytes

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A directory with the example's file and every named TOML file in it, and the files of the tests."""
    (tmp_path / "positions.csv").write_bytes(sample_bytes())
    for block in blocks("toml"):
        if name := re.match(r"# (\S+\.toml)\n", block):
            (tmp_path / name[1]).write_text(block, encoding="utf-8")
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    monkeypatch.chdir(tmp_path)


def commands() -> list[tuple[str, str]]:
    """Each ``$ pbal ...`` of a console block with the output shown below it."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


@pytest.mark.parametrize(("command", "output"), commands(), ids=[command for command, _ in commands()])
@pytest.mark.usefixtures("here")
def test_command(command, output, capsys):
    """The command ends well and prints what stands below it, where something does."""
    words = shlex.split(command)
    assert words[0] == "pbal"
    code = main(words[1:])
    speaks = "inspect" in words or "--drift" in words  # 1: something is to choose, or out of band
    assert code == 0 or (code == 1 and speaks)
    if output.strip():
        assert capsys.readouterr().out == output


@pytest.mark.usefixtures("here")
def test_python_example():
    """The library's examples run, one after the other; the first prints the text below it."""
    names: dict[str, object] = {}
    for i, block in enumerate(blocks("python")):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(block, "README.md", "exec"), names)
        assert out.getvalue() == ("" if i else blocks("text")[0])


def test_the_sample_is_the_file_shown():
    """The file in the README is the sample in the package."""
    assert blocks("csv")[0].encode() == sample_bytes()


def test_every_file_named_exists():
    """Links to files of the repository lead somewhere."""
    for link in re.findall(r"\]\((?!https?:|#)([^)]+)\)", TEXT):
        assert (ROOT / link).exists(), link


def test_every_chapter_named_exists():
    """Links within the page lead to a title of it."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", TEXT, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}
    named = set(re.findall(r"\]\(#([^)]+)\)", TEXT))
    assert named
    assert named <= anchors


def test_every_named_toml_file_is_used():
    """A file that the page shows is one that a command of the page reads."""
    names = [name for block in blocks("toml") for name in re.findall(r"^# (\S+\.toml)$", block, re.MULTILINE)]
    assert names == ["my-columns.toml", "targets.toml"]
    assert all(any(name in command for command, _ in commands()) for name in names)


def test_make_targets_exist():
    """Every ``make x`` in the README is a target."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"\bmake ([a-z]+)\b", TEXT)) & set(re.findall(r"^    make (\w+)", TEXT, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    assert shutil.which("make")
