"""The documents' commands run as written, in a folder of their own."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from synth.cli import app, main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
DATABASES = (ROOT / "docs" / "databases.md").read_text()
HISTORY = (ROOT / "docs" / "history.md").read_text()
MACHINES = (ROOT / "docs" / "machines.md").read_text()
FORMATS = (ROOT / "docs" / "formats.md").read_text()
EXISTING = (ROOT / "docs" / "existing.md").read_text()
SCHEMA = (ROOT / "schema" / "README.md").read_text()
LANGUAGE = (ROOT / "docs" / "language.md").read_text()


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.S)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with output/ecommerce, as after the README's first command (smaller)."""
    folder = tmp_path_factory.mktemp("readme")
    assert main(["generate", "ecommerce", "--scale", "0.1", "--workers", "1", "--out", str(folder / "output")]) == 0
    yield folder
    assert main(["db", "stop", "--out", str(folder / "output")]) == 0


def run(command, capsys):
    program, *words = shlex.split(command)
    assert program == ".venv/bin/synth"
    code = main(words)
    printed = capsys.readouterr()
    assert code == 0, printed.err
    return printed.out


@pytest.mark.parametrize("code", blocks(README, "python"), ids=lambda c: c.strip().splitlines()[0])
def test_readme_python(code, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    exec(compile(code, "README.md", "exec"), {})
    capsys.readouterr()


def test_readme_commands(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    commands = [line for block in blocks(README, "sh") for line in block.strip().splitlines()]
    assert commands[0].startswith("make data SCALE=1") and commands[1] == "make test"
    for command in commands:
        if not command.startswith("make"):
            assert run(command, capsys)


def test_commands_about_databases(place, monkeypatch, capsys, tmp_path):
    (tmp_path / "output").symlink_to(place / "output")
    monkeypatch.chdir(tmp_path)
    for command in (line for block in blocks(DATABASES, "sh") for line in block.strip().splitlines()):
        assert run(command, capsys)


def test_commands_about_several_machines(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    for command in (line for block in blocks(MACHINES, "sh") for line in block.strip().splitlines()):
        assert run(command, capsys)


def test_commands_about_histories(monkeypatch, capsys, tmp_path):
    """What they make is asked in the words of the page."""
    monkeypatch.chdir(tmp_path)
    for command in (line for block in blocks(HISTORY, "sh") for line in block.strip().splitlines()):
        assert run(command, capsys)
    now, then = (duckdb.sql(each).fetchall() for each in "".join(blocks(HISTORY, "sql")).split(";")[:2])
    assert len(now) > len(then) > 1000


def test_commands_about_files(monkeypatch, capsys, tmp_path):
    """What they make is asked in the words of the page."""
    monkeypatch.chdir(tmp_path)
    for command in (line for block in blocks(FORMATS, "sh") for line in block.strip().splitlines()):
        assert run(command, capsys)
    for query in blocks(FORMATS, "sql"):
        assert duckdb.sql(query).fetchall()
    for code in blocks(FORMATS, "python"):
        exec(compile(code, "formats.md", "exec"), {})
        assert capsys.readouterr().out


def test_the_second_stage_on_a_real_server(tmp_path):
    """The tutorial, word by word, in a shell; the last of its commands reads back what it made."""
    for name in (".venv", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    if not (ROOT / ".venv" / "bin" / "synth").exists():
        (tmp_path / ".venv").unlink()
        (tmp_path / ".venv" / "bin").mkdir(parents=True)
        (tmp_path / ".venv" / "bin" / "synth").symlink_to(Path(sys.executable).with_name("synth"))
    try:
        words = "\n".join(blocks(EXISTING, "sh"))
        assert words.count("verify") == 2
        done = subprocess.run(["bash", "-euc", words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.count("all hold") == 4  # two datasets, twice
        receipts = (tmp_path / "pulled" / "query" / "part-00000.csv").read_text().splitlines()
        assert receipts[0] == "date,invoiced,amount" and len(receipts) > 2000
    finally:
        main(["db", "stop", "--out", str(tmp_path / "output")])


def test_make_targets_are_documented():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.M))
    assert targets >= {"help", "data", "load", "verify", "test", "lint", "bench", "clean"}
    for target in targets - {"help"}:
        assert f"make {target}" in README, target


def test_every_command_is_in_the_readme():
    for command in app.registered_commands:
        assert f"synth {command.name}" in README
    for group in app.registered_groups:
        for command in group.typer_instance.registered_commands:
            assert f"synth {group.name} {command.name or command.callback.__name__}" in README + DATABASES


def test_schema_readme_runs(tmp_path, monkeypatch, capsys):
    text = blocks(SCHEMA, "yaml")[0]
    assert len(text.strip().splitlines()) <= 10
    (tmp_path / "shop.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    for command in (line for block in blocks(SCHEMA, "sh") for line in block.strip().splitlines()):
        assert run(command, capsys)


@pytest.mark.parametrize("text", blocks(SCHEMA, "yaml")[1:], ids=lambda text: text.splitlines()[0])
def test_further_examples_of_the_schema_readme_run(text, tmp_path, monkeypatch, capsys):
    name = text.splitlines()[0].removeprefix("dataset: ")
    (tmp_path / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    for words in (f"check {name}.yaml", f"generate {name}.yaml --workers 1", f"verify output/{name}"):
        assert run(f".venv/bin/synth {words}", capsys)


def headings(path):
    """What a link may name behind `#`: headings as they are spelt in links."""
    found = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in found}


def test_linked_files_exist():
    for text, home in (
        (README, ROOT),
        (SCHEMA, ROOT / "schema"),
        (DATABASES, ROOT / "docs"),
        (MACHINES, ROOT / "docs"),
        (LANGUAGE, ROOT / "docs"),
    ):
        for target, heading in re.findall(r"\]\(([^)#:]+)(?:#([^)]*))?\)", text):
            assert (home / target).exists(), target
            assert not heading or heading in headings(home / target), f"{target}#{heading}"
