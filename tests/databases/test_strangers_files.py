"""A database's file from a stranger is read alone: its views reach no file, and end when the user says so."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time

import duckdb
import pytest

from synth.cli import main
from synth.databases import Address, connect
from synth.errors import DatabaseError

SPEC = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  prices: {existing: {}, primary_key: [id], columns: {id: {type: integer}}}
  sales: {rows: 9, columns: {sale_id: {key: sequence}, price_id: {reference: prices}}}
"""
ENDLESS = {
    "rows without an end": "WITH RECURSIVE r(x) AS (SELECT 1::BIGINT UNION ALL SELECT x + 1 FROM r) SELECT x FROM r",
    "no row and no end": "SELECT a.range AS x FROM range(1000000) a, range(1000000) b, range(1000000) c "
    "WHERE a.range * b.range + c.range = -1",
    "no text and no end": "SELECT a.range::VARCHAR AS x FROM range(1000000) a, range(1000000) b, range(1000000) c "
    "WHERE a.range * b.range + c.range = -1",
}


@pytest.fixture
def made(tmp_path):
    """A stranger's file, whose view reads a file of the user's."""
    (tmp_path / "secret.csv").write_text("id\n7\n")
    with duckdb.connect(str(tmp_path / "evil.duckdb")) as connection:
        connection.execute(f"CREATE VIEW prices AS SELECT * FROM read_csv('{tmp_path}/secret.csv')")
        connection.execute("CREATE TABLE own AS SELECT 1 AS id")
        connection.execute(f"CREATE MACRO md5(x) AS (SELECT MIN(content) FROM read_text('{tmp_path}/secret.csv'))")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ["pull", "{}/evil.duckdb", "--schema", "main", "--out", "{}/pulled"],
        ["pull", "{}/evil.duckdb", "--query", "SELECT * FROM read_csv('{}/secret.csv')", "--out", "{}/pulled"],
        ["generate", "{}/shop.yaml", "--from", "{}/evil.duckdb", "--from-schema", "main", "--out", "{}/made", "--workers", "1"],
    ],
    ids=["pull", "query", "from"],
)  # fmt: skip
def test_no_other_file_is_read(words, made, capsys):
    (made / "shop.yaml").write_text(SPEC)
    assert main([word.replace("{}", str(made)) for word in words]) == 2
    said = capsys.readouterr().err
    assert "file system operations are disabled" in said and "hint: no view or query reads other files" in said
    assert not list(made.rglob("*.parquet"))


def test_a_reader_is_locked_and_stays_so(made):
    with connect(Address.parse(f"{made}/evil.duckdb")) as database:
        assert database.rows("SELECT id FROM own")[1] == [(1,)]
        for sql in ("SET enable_external_access = true", "SET lock_configuration = false", "SELECT md5('x')"):
            with pytest.raises(DatabaseError):
                database.rows(sql)


def test_a_load_reads_its_folder_alone(made):
    """What the file's macros would read is not read while the load proves its rows; our files are."""
    assert main(["generate", "inventory", "--scale", "0.01", "--workers", "1", "--out", str(made / "out")]) == 0
    assert main(["load", str(made / "out/inventory"), str(made / "new.duckdb")]) == 0
    with connect(Address.parse(f"{made}/new.duckdb")) as database:
        assert database.lock("main")
        database.run("CREATE TABLE main.customers AS FROM inventory.customers LIMIT 0")
        files = sorted((made / "out/inventory/customers").iterdir())
        assert database.send_files("main", "customers", files, "parquet", {}) == 20
        for sql in (f"FROM read_csv('{made}/secret.csv')", "SET enable_external_access = true"):
            with pytest.raises(DatabaseError):
                database.rows(sql)
        database.abandon("main")


@pytest.mark.parametrize(
    ("view", "number"), [*((view, signal.SIGINT) for view in ENDLESS), (next(iter(ENDLESS)), signal.SIGTERM)]
)
@pytest.mark.some(2)
def test_a_view_without_an_end_is_ended_at_once(view, number, environment, tmp_path):
    with duckdb.connect(str(tmp_path / "evil.duckdb")) as connection:
        connection.execute(f"CREATE VIEW endless AS {ENDLESS[view]}")
    words = ["pull", "evil.duckdb", "--schema", "main", "--out", "pulled"]
    process = subprocess.Popen(
        [sys.executable, "-m", "synth", *words], env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), text=True,
    )  # fmt: skip
    try:
        while not (tmp_path / "pulled/.main.making").exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        time.sleep(1)  # until the query has begun
        process.send_signal(number)
        said, _ = process.communicate(timeout=20)
        assert process.returncode == 128 + number and "nothing half-done is left" in said
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("words", [["verify"], ["pull", "--schema", "main"]], ids=["verify", "pull"])
@pytest.mark.parametrize("name", ["shop.duckdb", "shop.db"])
def test_a_pipe_is_no_database(name, words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo(name)
    assert main([*words, name]) == 2
    assert capsys.readouterr().err == f"synth: {name}: it is a pipe or a device, and no file\n  hint: name a file\n"


@pytest.mark.parametrize("name", ["shop.duckdb", "shop.db"])
def test_a_table_of_the_users_own_is_not_dropped(name, tmp_path, monkeypatch, capsys):
    """Where it is in the way, `replace` says so; `replace-any` is what drops it. Nothing is written through a link."""
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "inventory", "--scale", "0.01", "--workers", "1"]) == 0
    schema = "inventory" if name == "shop.duckdb" else "main"
    with (duckdb if name == "shop.duckdb" else sqlite3).connect(name) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}" if name == "shop.duckdb" else "SELECT 1")
        connection.execute(f"CREATE TABLE {schema}.stock (mine INTEGER)")
    connection.close()
    capsys.readouterr()
    os.symlink(name, f"link_{name}")
    load = ["load", "output/inventory"]
    assert main([*load, f"link_{name}", "--if-exists", "replace-any"]) == 2
    assert "it is a link, and is not followed" in capsys.readouterr().err
    assert main([*load, name, "--if-exists", "replace"]) == 2
    assert "no load has made 'stock' of schema 'inventory'" in capsys.readouterr().err
    with connect(Address.parse(name)) as database:
        assert list(database.catalogue(schema)["stock"]) == ["mine"]
    assert main([*load, name, "--if-exists", "replace-any"]) == 0
    assert main([*load, name, "--if-exists", "replace"]) == 0  # its own
