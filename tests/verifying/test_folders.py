"""What stands in a folder besides its files is found, what is nobody's offence is told as such, and what is odd is no alarm."""

from __future__ import annotations

import datetime as dt
import os
import resource
import shutil
import subprocess
import sys

import pytest

import synth
from synth.errors import OutputError
from synth.formats import READABLE
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.spec.load import parse
from synth.store.folder import extending_folder
from synth.store.manifest import NAME, Manifest
from synth.verifying.database import verify_database
from synth.verifying.files import verify_folder

UNTIL = dt.date(2025, 3, 10)
HIDDEN = f".{NAME}"


@pytest.fixture(scope="module")
def made(books, tmp_path_factory):
    return generate(synth.make_plan(books, scale=0.2, until=UNTIL), tmp_path_factory.mktemp("made")).folder


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "books")


def found(folder) -> set[str]:
    return {finding.table for finding in verify_folder(folder).failed}


# -- what stands there


MORE = {
    "a text where a manifest was written": lambda f: (f / HIDDEN).write_text("mine"),
    "a link there": lambda f: (f / HIDDEN).symlink_to("/etc/passwd"),
    "a folder there": lambda f: (f / HIDDEN).mkdir(),
    "an empty folder": lambda f: (f / "more").mkdir(),
    "an empty folder in a table's": lambda f: (f / "sales" / ".more").mkdir(),
    "folders in folders": lambda f: (f / "sales" / "a" / "b").mkdir(parents=True),
    "a hard link": lambda f: os.link(f / "sales" / "part-00000.parquet", f / "more"),
    "a name that is no text": lambda f: open(os.fsencode(f / "sales") + b"/.\xff", "w").close(),
}  # fmt: skip


@pytest.mark.parametrize("name", MORE)
def test_anything_else_is_told(name, folder):
    MORE[name](folder)
    assert "(folder)" in found(folder)


def test_a_strange_file_is_not_read(folder):
    with open(os.fsencode(folder / "sales") + b"/\xff.parquet", "w"):
        pass
    assert found(folder) == {"(folder)", "sales"}


def test_what_is_linked_from_elsewhere_is_no_alarm(folder, tmp_path):
    """As a backup does, and whoever names the folder by a link."""
    os.link(folder / "sales" / "part-00000.parquet", tmp_path / "backup")
    (tmp_path / "latest").symlink_to(folder)
    assert not found(folder) and not found(tmp_path / "latest")


def test_a_file_of_yours_is_not_taken_away(books, folder):
    (folder / HIDDEN).write_text("mine")
    with pytest.raises(OutputError, match="holds a file that is not ours"):
        generate(synth.make_plan(books, scale=0.1), folder.parent, if_exists="replace")
    assert (folder / HIDDEN).read_text() == "mine"


def test_an_advance_that_is_killed_leaves_nothing_strange(folder, monkeypatch):
    """The manifest that says so is written beside the folder."""
    monkeypatch.setattr("synth.store.folder._move", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        advance_folder(folder, dt.date(2026, 1, 1))
    assert not [path for path in folder.iterdir() if path.name == HIDDEN]
    monkeypatch.undo()
    with extending_folder(folder):
        pass
    assert Manifest.read(folder).until == dt.datetime(2026, 1, 1) and not found(folder)


# -- what is no offence


@pytest.mark.parametrize("format", READABLE)
def test_nothing_but_working_tables(format, tmp_path):
    spec = """
    dataset: d
    period: {start: 2024-01-01, until: 2025-01-01}
    tables: {_x: {rows: 5, columns: {id: {key: sequence}}}}
    """
    folder = generate(synth.make_plan(parse(spec)), tmp_path, format=format).folder
    assert not found(folder)
    address = synth.databases.Address.parse(str(tmp_path / "d.db"))
    load_folder(folder, address)
    assert all(report.passed for report in verify_database(address))


@pytest.mark.parametrize("files", [8, 9, 10, 12])
def test_too_few_open_files_are_no_offences(files, made, environment):
    done = subprocess.run(
        [sys.executable, "-m", "synth", "verify", str(made)], env=environment, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files)),
    )  # fmt: skip
    assert done.returncode == 2 and done.stderr.count("\n") == 2, done.stderr
    assert "Too many open files" in done.stderr and "ulimit -n 1024" in done.stderr
