"""No personal value, and no category that few have, is seen anywhere after an import: every kind of source, every way out.

The command runs as it is installed, with all logs written down, and with folders of its own for caches and temporary files;
what it printed, wrote, logged or left is searched.
"""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import polars as pl
import pytest

import synth
from synth.databases import connect
from tests.conftest import ROOT
from tests.importing import personal
from tests.support.servers import change

MADE = personal.rows()
SECRET = personal.secrets(MADE)
# the console program, with whatever any library logs in a file
PROGRAM = """
import logging, os, sys
logging.basicConfig(filename=os.environ["LOG"], level=0)
from synth.cli import entry
sys.argv[0] = "synth"
entry()
"""


class Place:
    """A folder in which a command leaves all that it leaves, but for its source, which stands beside it."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in ("home", "cache", "temporary", "work"):
            (folder / name).mkdir(parents=True)
        self.environment = {
            **os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder / "home"), "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_CONFIG_HOME": str(folder / "home"), "XDG_DATA_HOME": str(folder / "home"), "LOG": str(folder / "log"),
            "TMPDIR": str(folder / "temporary"),
        }  # fmt: skip

    def begin(self, *words: str, **options) -> subprocess.Popen:
        command = [sys.executable, "-c", PROGRAM, "import", *words]
        return subprocess.Popen(command, cwd=self.folder / "work", env=self.environment, **options)

    def run(self, *words: str, code: int = 0) -> str:
        """All that is printed, as into pipes."""
        process = self.begin(*words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = process.communicate(timeout=120)[0].decode()
        assert process.returncode == code, said
        return said

    def run_in_terminal(self, *words: str) -> str:
        """All that is shown by a terminal."""
        ours, its = pty.openpty()
        process = self.begin(*words, stdin=its, stdout=its, stderr=its)
        os.close(its)
        said = b""
        while True:
            try:
                said += os.read(ours, 65_536)
            except OSError:  # as it ends
                break
        os.close(ours)
        assert process.wait(60) == 0, said.decode()
        return said.decode()

    @property
    def spec(self) -> Path:
        return self.folder / "work" / "imported.yaml"

    @property
    def left(self) -> list[Path]:
        """The files and folders that are there besides the spec, but for the interpreter's own."""
        return [each for name in ("home", "cache", "temporary") for each in (self.folder / name).iterdir()]


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "place")


def hospital(target, *, quoting: bool) -> str:
    """Fill a database, and say which schema it is in."""
    schema = "" if target.kind == "sqlite" else "hospital."
    made = [f"CREATE SCHEMA {schema[:-1]}"] if schema else []
    change(target.address, made + personal.statements(target.kind, MADE, quoting=quoting, schema=schema))
    return schema[:-1] or "main"


def obtained(place: Place) -> None:
    """Generate from the spec, beside it, in a form that is searched as it is."""
    synth.generate(synth.make_plan(place.spec), place.folder / "data", format="csv")


def test_the_search_finds_what_is_there(tmp_path):
    """Each secret in a place of its own: a text, a name, a file of bytes, JSON, Parquet."""
    (tmp_path / "deep").mkdir()
    texts = {
        "line": "a Quellbrunn\n  b",
        "wide": "Blauwald   fever",
        "json": json.dumps({"a": MADE["patients"][4][9 - 1]}),
    }
    for name, text in texts.items():
        (tmp_path / "deep" / f"{name}.bin").write_bytes(b"\x00\xff" + text.encode())
    (tmp_path / "deep" / "windows").write_bytes("Zwirnhold".encode("utf-16-le"))
    (tmp_path / "deep" / "GLOOMHOLLOW").touch()
    pl.DataFrame({"x": ["Tarrowby"] * 50}).write_parquet(tmp_path / "deep" / "y.parquet")
    found = personal.told(SECRET, tmp_path, "said by Ostrakow")
    wanted = {
        "Quellbrunn",
        "Blauwald fever",
        MADE["patients"][4][8],
        "Zwirnhold",
        "Gloomhollow",
        "Tarrowby",
        "Ostrakow",
    }
    assert wanted <= {*found} and found["Ostrakow"] == "text 1" and found["Tarrowby"].endswith("y.parquet")
    assert not personal.told(SECRET, "nothing of the kind")


@pytest.mark.some(4)
@pytest.mark.parametrize("way", ["terminal", "json", "quiet", "without --learn"])
def test_a_database(way, target, place):
    schema = hospital(target, quoting=way != "without --learn")
    before = sorted(Path(target.address.name).parent.iterdir()) if target.address.is_file else []
    words = [target.url, "--schema", schema, *([] if way == "without --learn" else ["--learn"])]
    if way == "terminal":
        said = place.run_in_terminal(*words)
    else:
        said = place.run(*words, *({"json": ["--json"], "quiet": ["--quiet"]}.get(way, [])))
    assert before == (sorted(Path(target.address.name).parent.iterdir()) if target.address.is_file else [])
    assert place.left == []
    obtained(place)
    assert personal.told(SECRET, said, place.folder) == {}
    spec = place.spec.read_text("utf-8")
    assert "fee > 0" in spec
    assert ("what the desk wrote down" in spec) == (target.kind != "sqlite")
    if way != "without --learn":
        assert "sprain" in spec and "is personal, or that too few have: left out" in spec
        assert ("as the doctor says" in spec) is False


@pytest.mark.some(2)
@pytest.mark.parametrize(("form", "words"), [("parquet", ["--learn"]), ("csv", []), ("ndjson", []), ("parquet", [])])
def test_a_folder(form, words, place):
    source = place.folder.parent / "hospital"
    personal.fill_folder(source, form, MADE)
    before = sorted(source.rglob("*"))
    said = place.run(str(source), *words)
    assert sorted(source.rglob("*")) == before and place.left == []
    obtained(place)
    assert personal.told(SECRET, said, place.folder) == {}
    assert ("sprain" in place.spec.read_text("utf-8")) == bool(words)
