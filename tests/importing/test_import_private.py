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
import tempfile
import time
from pathlib import Path

import polars as pl
import pytest

import synth
from synth.cli import main
from synth.databases import Address
from synth.importing import mend, rows
from tests.conftest import ROOT
from tests.importing import personal
from tests.support.servers import change
from tests.support.targets import Target, url_of

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
        assert "sprain" in spec and "may hold a value that is personal, or that too few have: left out" in spec
        ends = {end for end in personal.ends(MADE) if f" {end}," in spec or f" {end}}}" in spec or end in said.split()}
        assert ends == set()  # no true minimum or maximum


@pytest.mark.some(2)
@pytest.mark.parametrize(("form", "words"), [("parquet", ["--learn"]), ("parquet", []), ("ndjson", []), ("csv", [])])
def test_a_folder(form, words, place):
    source = place.folder.parent / "hospital"
    personal.fill_folder(source, form, MADE)
    before = sorted(source.rglob("*"))
    said = place.run(str(source), *words)
    assert sorted(source.rglob("*")) == before and place.left == []
    obtained(place)
    assert personal.told(SECRET, said, place.folder) == {}
    assert ("sprain" in place.spec.read_text("utf-8")) == bool(words)


# -- what goes wrong in the midst


@pytest.fixture
def said_of(place, capfd, caplog, monkeypatch):
    """Import in this process, and give the exit code and all that was printed, logged or left."""
    monkeypatch.chdir(place.folder / "work")
    caplog.set_level(0)

    def run(*words: str) -> tuple[int, str]:
        with monkeypatch.context() as patch:
            patch.setattr(tempfile, "tempdir", str(place.folder / "temporary"))
            code = main(["import", *words])
        out, err = capfd.readouterr()
        found = personal.told(SECRET, out + err, caplog.text, place.folder)
        assert found == {}
        return code, out + err

    return run


def database_file(kind: str, folder: Path, *further: str, quoting: bool = False) -> str:
    """The URL of a filled database of this kind, after further statements."""
    address = Address.parse(f"{kind}:///{folder / f'hospital.{kind}'}")
    change(address, [*personal.statements(kind, MADE, quoting=quoting), *further])
    return address.url()


def test_a_cell_that_is_not_of_its_type(said_of, place, tmp_path):
    mixed = "UPDATE visits SET fee = 'Zwirnhold pays' WHERE visit_id = 400"
    url = database_file("sqlite", tmp_path, mixed)
    code, said = said_of(url, "--learn")
    assert code == 0 and "visits: its rows were not measured: reading them ended in " in said
    spec = place.spec.read_text("utf-8")
    assert "sprain" not in spec and "Easterby" in spec
    code, said = said_of(url, "--learn", "--tables", "visits", "--out", "none.yaml")
    assert code == 2 and "visits: its rows were not measured" in said and "\n  hint: " in said
    assert not (place.folder / "work" / "none.yaml").exists()


CELLS = f'{MADE["patients"][0][3]},"Abelina'
BROKEN = {
    "a quote that is not closed": ("x.csv", f'id,mail,name\n1,{CELLS} Quellbrunn\n2,"a" b,{CELLS}'),
    "too many fields": ("x.csv", "id,name\n" + "1,Quellbrunn\n" * 30_000 + "2,Zwirnhold,Tarrowby,Ostrakow\n"),
    "a number that is none": ("x.csv", "id,n\n" + "1,2\n" * 30_000 + "2,Zwirnhold\n"),
    "no header": ("x.csv", "1,Abelina,Quellbrunn\n2,Bertwin,Zwirnhold\n"),
    "somebody's header": ("x.csv", f"Abelina,{MADE['patients'][1][3]}\nBertwin,{MADE['patients'][2][3]}\n"),
    "no JSON": ("x.ndjson", '{"name": "Zwirnhold"}\n{"name": "Quellbrunn" "Abelina"}\n'),
    "a key twice": ("x.ndjson", '{"name": "Zwirnhold", "name": "Tarrowby"}\n'),
    "lines of several kinds": ("x.ndjson", '{"n": 1}\n' * 30_000 + '{"n": "Zwirnhold"}\n[1e999, "Ostrakow"]\n'),
    "no Parquet": ("x.parquet", "PAR1 Quellbrunn Zwirnhold PAR1"),
}
READ = ("a number that is none", "lines of several kinds")  # as texts


@pytest.mark.parametrize("name", BROKEN)
def test_files_that_are_broken(name, said_of, tmp_path):
    """They may be read all the same: then it is by their types, and nothing of them is told either."""
    file, text = BROKEN[name]
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / file).write_text(text)
    code, said = said_of(str(tmp_path / "source"))
    assert code == 2 or name in READ
    assert code == 0 or f"/{file}'" in said or "'x' in " in said
    assert (
        "JSON" not in name or "cannot be read: Invalid Input Error: Malformed JSON in file, at byte 23 in line " in said
    )


def test_parquet_that_is_broken_in_the_middle(said_of, tmp_path):
    personal.fill_folder(tmp_path / "source", "parquet", MADE)
    path = tmp_path / "source" / "patients.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 4 : len(data) // 2] = b"Zwirnhold" * (len(data) // 36)
    path.write_bytes(data)
    code, said = said_of(str(tmp_path / "source"), "--learn")
    assert code == 2 and "'patients' in " in said and "cannot be read" in said


def test_a_connection_that_is_lost(said_of, database, request, tmp_path, monkeypatch):
    target = Target("postgres", url_of("postgres", request, tmp_path))
    try:
        schema = hospital(target, quoting=True)
        write = rows.write_streamed

        def lost(frames, *rest):
            ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            target.sql(f"{ends} AND backend_type = 'client backend'")
            return write(frames, *rest)

        monkeypatch.setattr(rows, "write_streamed", lost)
        code, said = said_of(target.url, "--schema", schema, "--learn")
    finally:
        target.clear()
    assert code == 2 and "its rows were not measured: reading them ended in " in said


def test_a_check_that_what_was_learnt_breaks(said_of, place, tmp_path, monkeypatch):
    """The notes tell it; and where it cannot be mended, the error."""
    table = "CREATE TABLE bills (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER NOT NULL, CHECK (a % 7 = b % 7))"
    filled = "INSERT INTO bills SELECT i, i * 3 % 1000, i * 3 % 1000 + 7 FROM range(1, 3000) t(i)"
    url = database_file("duckdb", tmp_path, table, filled)
    code, said = said_of(url, "--learn")
    assert code == 0 and "the check" in said and "is not kept" in said
    monkeypatch.setattr(mend, "ROUNDS", 1)
    code, said = said_of(url, "--learn", "--out", "other.yaml")
    assert code == 2 and "no spec could be made that holds" in said


@pytest.mark.parametrize("learn", [True, False])
def test_a_mistake_of_ours(learn, said_of, place, tmp_path, monkeypatch):
    def wrong(*_: object, **__: object) -> None:
        raise ValueError(f"no number: {MADE['patients'][0][3]}")

    monkeypatch.setattr(
        "synth.importing.learning.learn.prepared" if learn else "synth.importing.folder._Reading.table", wrong
    )
    personal.fill_folder(tmp_path / "source", "parquet", MADE)
    code, said = said_of(str(tmp_path / "source"), *(["--learn"] if learn else []))
    assert code == 70 and "UntoldError: ValueError, whose words might quote a row" in said
    (report,) = place.left
    assert "in wrong\n" in report.read_text()  # where it was


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_an_import_that_is_killed(number, place, tmp_path):
    """As soon as rows lie in the temporary folder."""
    process = place.begin(
        database_file("sqlite", tmp_path), "--learn", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        while not list((place.folder / "temporary").glob("synth-learn-*/visits/*")):
            assert process.poll() is None, process.communicate()
            time.sleep(0.002)
        assert personal.told(SECRET, place.folder / "temporary")  # so there is something to be removed
        process.send_signal(number)
        said = process.communicate(timeout=30)[0].decode()
    finally:
        process.kill()
    end = time.monotonic() + 10
    while place.left and time.monotonic() < end:
        time.sleep(0.05)
    assert place.left == [] and personal.told(SECRET, said, place.folder) == {}
    assert process.returncode in (-signal.SIGKILL, 128 + signal.SIGTERM)
