"""The contract of INSERT statements in all dialects: run in the database they hold the content of the same plan's Parquet."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from hashlib import md5

import polars as pl
import pytest
import sqlglot

import synth
from synth.cli import main
from synth.databases import DIALECTS
from synth.ddl import ddl, in_reference_order
from synth.errors import OptionError
from synth.fingerprint import Fingerprint
from synth.formats import FORMATS, READABLE
from synth.formats.sql import STATEMENT_ROWS
from tests.support.cells import CASES, FIRST, TYPES, frame_of
from tests.support.file_databases import SQLite
from tests.support.hostile import hostile
from tests.support.servers import SERVERS
from tests.support.tsql import lint_tsql
from tests.support.typed import typed_plan
from tests.support.wide import wide_plan

WRITTEN = [name for name, dialect in DIALECTS.items() if dialect.inserts]


def digest(text):
    """What every SQLite connection of ours brings."""
    return None if text is None else int(md5(text.encode()).hexdigest()[:15], 16)


@pytest.fixture(params=SERVERS)
def place(request, database):
    """A database's name and what speaks to it."""
    server = database(request.param)
    if isinstance(server, SQLite):
        server.connection.create_function("synth_digest", 1, digest, deterministic=True)
    return request.param, server


def found(server, dialect, schema, table, entry) -> str:
    """The fingerprint of a table's content, by the database's own SQL."""
    sums = dialect.fingerprint_query(entry.types, dialect.place(schema, table))
    ((rows, linear, square),) = server.run(sums)
    return str(Fingerprint(int(rows), int(linear), int(square)))


PLANS = {
    "inventory": lambda: synth.make_plan("inventory", scale=0.2),
    "erp": lambda: synth.make_plan("erp", scale=0.02),
    "ecommerce": lambda: synth.make_plan("ecommerce", scale=0.01),
    "hostile": lambda: synth.make_plan(hostile()),
    "typed": typed_plan,
    "wide": wide_plan,
}


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.some(8)
def test_what_is_inserted_is_what_was_drawn(place, name, tmp_path):
    """After `synth ddl`, constraints and all, tables in the order of references."""
    dialect_name, server = place
    dialect, plan = DIALECTS[dialect_name], PLANS[name]()
    columns = synth.generate(plan, tmp_path / "columns").manifest.tables
    made = synth.generate(plan, tmp_path / "text", format="sql", dialect=dialect_name)
    order = in_reference_order(plan.dataset)
    server.drop(name, order[::-1])
    try:
        server.run(str(ddl(plan.dataset, dialect)))
        for table in order:
            for file in made.manifest.tables[table].files:
                text = (made.folder / file.path).read_bytes().decode()
                assert (text != "") == (file.rows > 0)
                if text:
                    server.run(text)
            assert found(server, dialect, name, table, columns[table]) == columns[table].fingerprint, table
    finally:
        server.drop(name, order[::-1])


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.some(3)
def test_tsql(name, tmp_path):
    """No server here: batches are parsed and linted; no line but GO begins with what sqlcmd takes for its own.

    Rows bring their keys to a table that was made to give them some.
    """
    made = synth.generate(PLANS[name](), tmp_path, format="sql", dialect="tsql")
    for file in made.folder.glob("*/*.sql"):
        text = file.read_bytes().decode()
        assert not lint_tsql(text) and "$(" not in text and "\r" not in text
        lines = text.split("\n")
        assert all(re.match(r"(SET|GO|INSERT INTO|IF EXISTS|\()", line) for line in lines[:-1]) and lines[-1] == ""
        for batch in text.split("\nGO\n")[1:-2]:
            if len(batch) < 50_000:
                (statement,) = sqlglot.parse(batch, read="tsql")
                assert isinstance(statement, sqlglot.exp.Insert)


def test_tsql_keeps_what_it_takes_apart(tmp_path):
    text = written("tsql", [frame_of([{**FIRST, "text": "it's\nGO\r$(x) ü"}])], tmp_path)
    spelt = "CAST(N'' AS NVARCHAR(MAX)) + N'it''s' + NCHAR(10) + N'GO' + NCHAR(13) + N'$' + N'(x) ü'"
    assert f", {spelt}, " in text
    given = "IF EXISTS (SELECT 1 FROM sys.identity_columns WHERE object_id = OBJECT_ID(N'[contract].[t]')) SET IDENTITY_INSERT [contract].[t]"
    assert text.count(f"\n{given} ON;\nGO\n") == 1 and text.endswith(f"\nGO\n{given} OFF;\nGO\n")


def written(dialect: str, frames, path) -> str:
    file = path / "t" / f"{dialect}.sql"
    file.parent.mkdir(exist_ok=True)
    form = FORMATS["sql"].in_dialect(DIALECTS[dialect], "contract", frozenset())
    form.write(frames, TYPES, frozenset({"id"}), file)
    return file.read_bytes().decode()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dialect", WRITTEN)
def test_a_statement_holds_at_most_so_many_rows(dialect, case, tmp_path):
    frames = [pl.concat([frame] * 40) for frame in CASES[case]]
    text = written(dialect, frames, tmp_path)
    rows = sum(frame.height for frame in frames)
    needed = sum(-(-frame.height // STATEMENT_ROWS) for frame in frames)
    assert len(re.findall(r"^INSERT INTO ", text, re.MULTILINE)) == needed
    assert (text == "") == (rows == 0)
    assert text == written(dialect, frames, tmp_path)
    assert text.count("COMMIT;\n") == (rows > 0 and dialect != "tsql")


@pytest.mark.parametrize("dialect", WRITTEN)
@pytest.mark.parametrize(("column", "cell"), [("money", 10**12), ("small", -(2**15)), ("ratio", float("nan")), ("ratio", float("-inf"))])  # fmt: skip
def test_a_value_without_a_literal_is_refused(dialect, column, cell, tmp_path):
    with pytest.raises(OverflowError, match=f"column '{column}'"):
        written(dialect, [frame_of([FIRST, {**FIRST, column: cell}])], tmp_path)


def test_texts_are_spelt_as_the_dialect_does():
    """Cells of INSERT statements, and literals elsewhere."""
    assert "sql" not in READABLE
    for name in WRITTEN:
        style = DIALECTS[name].inserts
        for text in ("", "it's", "\\", "'\\'"):
            escaped = text.replace("'", "''").replace("\\", style.signs.get("\\", "\\"))
            assert style.opening + escaped + "'" == DIALECTS[name].literal(text)


def test_a_dialect_without_inserts_is_refused(monkeypatch, tmp_path, capsys):
    """In words, before anything is drawn; never by a KeyError."""
    bare = replace(DIALECTS["postgres"], name="bare", inserts=None)
    monkeypatch.setattr("synth.databases.DIALECTS", {**DIALECTS, "bare": bare})
    words = ["generate", "inventory", "--format", "sql", "--dialect", "bare", "--out", str(tmp_path), "--workers", "1"]
    assert main(words) == 2
    said, known = capsys.readouterr().err, ", ".join(sorted(WRITTEN))
    assert said == f"synth: INSERT statements cannot be written for 'bare' yet\n  hint: known are {known}\n"
    assert not list(tmp_path.iterdir())


# -- the command


def test_generate_and_verify(tmp_path, capsys):
    words = ["generate", "inventory", "--scale", "0.05", "--workers", "1", "--out", str(tmp_path), "--format", "sql"]
    assert main([*words, "--dialect", "duckdb"]) == 0
    manifest = json.loads((tmp_path / "inventory" / "manifest.json").read_text())
    assert manifest["format"] == "sql" and manifest["dialect"] == "duckdb"
    assert main([*words, "--dialect", "duckdb"]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert main(words) == 2 and "dialect (asked: postgres)" in capsys.readouterr().err
    assert main([*words, "--if-exists", "replace"]) == 0  # PostgreSQL's, which takes the other's place
    assert "nothing to do" not in capsys.readouterr().out
    assert json.loads((tmp_path / "inventory" / "manifest.json").read_text())["dialect"] == "postgres"
    assert main(["verify", str(tmp_path / "inventory")]) == 2
    assert "INSERT statements, which are proved where they are loaded\n  hint: " in capsys.readouterr().err
    assert main([*words[:-2], "--format", "csv", "--if-exists", "replace"]) == 0
    assert "dialect" not in json.loads((tmp_path / "inventory" / "manifest.json").read_text())


@pytest.mark.parametrize(("words", "said"), [
    (["--format", "sql", "--dialect", "mysqll"], "unknown dialect 'mysqll'\n  hint: did you mean 'mysql'?"),
    (["--format", "csv", "--dialect", "mysql"], "--dialect goes with --format sql"),
    (["--format", "sqll"], "unknown format 'sqll'\n  hint: did you mean 'sql'?"),
])  # fmt: skip
def test_words_that_cannot_be_used(words, said, tmp_path, capsys):
    assert main(["generate", "inventory", "--out", str(tmp_path), *words]) == 2
    assert said in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_in_python(tmp_path):
    with pytest.raises(OptionError, match="unknown dialect"):
        synth.generate(synth.make_plan("inventory", scale=0.05), tmp_path, format="sql", dialect="no such")
