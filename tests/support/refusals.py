"""The program refusing a file or its options: exit code 2, one message, its place, and no word of what is inside."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.cli import main

INTERNALS = (
    "Traceback", "pydantic", "sqlglot", "validation error", "\x1b[", "Binder Error", "TokenType", "<class", "instance of",
    "valid dictionary", "valid string", "match pattern", "datetime.datetime", "synth.",
)  # fmt: skip


def write(folder: Path, text: str) -> tuple[Path, str]:
    """The YAML without its mark, and the place of the mark as line:column."""
    file = folder / "shop.yaml"
    before, mark, after = text.partition("§")
    file.write_text(before + after, encoding="utf-8")
    return file, f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}" if mark else ""


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run the program, which must refuse; what it says on standard error."""
    code = main(list(words))
    said = capsys.readouterr()
    assert code == 2
    assert said.out == ""
    assert said.err.startswith("synth: ")
    assert [inner for inner in INTERNALS if inner in said.err] == []
    return said.err


def says(said: str, place: str, phrases: list[str]) -> None:
    """The first line with the first phrase begins with the place, and the others are there too."""
    assert [phrase for phrase in phrases if phrase not in said] == []
    line = next(line for line in said.splitlines() if phrases[0] in line)
    assert line.removeprefix("synth: ").startswith(f"{place}: ")
