"""Which source a word means, and what is said of words that mean none."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing

import pytest

from synth.errors import DatabaseError, OptionError, OutputError
from synth.importing.sources import read_source

DDL = "CREATE TABLE parents (id INTEGER PRIMARY KEY);\nCREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents);\n"


def names(found) -> list[str]:
    return [table.name for table in found.tables]


def test_ddl_in_a_file_and_from_a_pipe(tmp_path, monkeypatch):
    path = tmp_path / "schema.sql"
    path.write_text(DDL)
    assert names(read_source(str(path), dialect="postgres")) == ["parents", "children"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(DDL.encode())))
    assert names(read_source("-", dialect="postgres")) == ["parents", "children"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_ddl_as_windows_keeps_it(encoding, tmp_path):
    path = tmp_path / "schema.sql"
    path.write_bytes("CREATE TABLE größe (id INTEGER PRIMARY KEY);".encode(encoding))
    assert names(read_source(str(path), dialect="postgres")) == ["größe"]


def test_some_tables_of_ddl(tmp_path):
    path = tmp_path / "schema.sql"
    path.write_text(DDL)
    found = read_source(str(path), dialect="postgres", tables=["children"])
    assert names(found) == ["children"] and not found.tables[0].references
    assert "children: (parent_id) refers to parents, which is not imported (line 2)" in map(str, found.notes)
    with pytest.raises(OptionError, match="has no table 'parent'\n  hint: did you mean 'parents'"):
        read_source(str(path), dialect="postgres", tables=["parent"])


@pytest.mark.parametrize("word", ["shop.db", "shop.sqlite", "sqlite:///shop.db"])
def test_a_database_is_meant_by_its_ending_or_url(word, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect(word.rpartition("/")[2])) as connection:
        connection.executescript(DDL)
    assert names(read_source(word)) == ["children", "parents"]
    with pytest.raises(OptionError, match="--dialect is not for"):
        read_source(word, dialect="sqlite")


def test_a_folder(tmp_path):
    (tmp_path / "things.csv").write_text("id\n1\n")
    assert names(read_source(str(tmp_path))) == ["things"]
    with pytest.raises(OptionError, match="--schema is not for"):
        read_source(str(tmp_path), schema="public")
    with pytest.raises(OptionError, match="one file of rows\n  hint: name the folder"):
        read_source(str(tmp_path / "things.csv"))


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("", "is no source"),
        ("schema.sq", "there is no 'schema.sq'\n  hint: did you mean 'schema.sql'"),
        ("nothing.sql/x", "there is no"),
        ("oracle://me@host/x", "unknown kind of database 'oracle'"),
        ("s3://bucket/x", "object store"),
        ("postgresql://me:geheim@host/na me#x", "is no URL"),
    ],
)
def test_words_that_mean_nothing(word, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schema.sql").write_text(DDL)
    with pytest.raises(OptionError) as error:
        read_source(word)
    assert said in str(error.value) and "geheim" not in str(error.value) and "\n  hint: " in str(error.value)


def test_what_cannot_be_read(tmp_path, monkeypatch):
    path = tmp_path / "schema.sql"
    path.write_bytes(b"PGDMP\x01\x0e\0\0")
    with pytest.raises(OutputError, match="is no text"):
        read_source(str(path))
    monkeypatch.setattr("synth.importing.sources.MOST_BYTES", 10)
    path.write_text(DDL)
    with pytest.raises(OutputError, match="schema without rows"):
        read_source(str(path))
    with pytest.raises(DatabaseError, match="there is no such file"):
        read_source(str(tmp_path / "gone.db"))
