"""MySQL and MariaDB: foreign keys are checked, and replacing tables keeps them whole."""

from __future__ import annotations

import polars as pl
import pytest

from synth.databases.mysql.database import MySQL
from synth.databases.mysql.dialect import DIALECT
from synth.ddl import ddl
from synth.dtypes import DType
from synth.errors import DatabaseError
from tests.support.ddl import spec
from tests.support.mysql import FAMILY, GOOD, S, refused


@pytest.fixture(scope="module")
def server(database):
    return database("mysql")


def built(mysql: MySQL, rows: dict, tables: dict = FAMILY) -> None:
    """A staged family of tables, with all that comes after the rows."""
    made = ddl(spec(tables), DIALECT, mysql.staging_schema(S))
    for statement in made.tables.values():
        mysql.run(statement)
    for table, columns in rows.items():
        mysql.send(S, table, pl.DataFrame(columns))
    for steps in mysql.steps(made):
        for step in steps:
            for statement in step.statements:
                mysql.run(statement)


def test_keys_and_checks_stand_in_create_table():
    made = ddl(spec(FAMILY), DIALECT, S)
    assert "PRIMARY KEY (`id`)" in made.tables["rows"] and "CHECK (`id` > 0)" in made.tables["rows"]
    assert {constraint.kind for constraint in made.constraints} == {"UNIQUE", "FOREIGN KEY"}


def test_good_rows_are_published(mysql, server):
    built(mysql, GOOD)
    mysql.publish(S, FAMILY, ())
    found = server.catalogue(S)
    assert {name for name, *_ in found["rows"].foreign} == {"fk_rows_parent", "fk_rows_up"}
    assert found["parents"].foreign == {("fk_parents_first", "first", "rows", "id")}
    assert found["rows"].checks == {"ck_rows_positive"}
    assert {name for _, name, _ in found["rows"].keys} == {"PRIMARY", "uq_rows_parent_id", "uq_rows_word"}
    assert not server.catalogue(mysql.staging_schema(S)) and not server.catalogue(mysql._replaced_place(S))


@pytest.mark.parametrize(
    "table, column, cells, words",
    [
        ("rows", "parent", ["a", None, "b"], ["fk_rows_parent", "is b"]),
        ("rows", "parent", ["a", None, "a  "], ["fk_rows_parent", "is a  "]),
        ("rows", "up", [1, 1, 7], ["fk_rows_up", "is 7"]),
        ("parents", "first", [1, 2, 4], ["fk_parents_first", "is 4"]),
    ],
)
def test_rows_without_a_parent_are_found(mysql, table, column, cells, words):
    with pytest.raises(DatabaseError) as caught:
        built(mysql, {**GOOD, table: {**GOOD[table], column: cells}})
    assert all(word in str(caught.value) for word in words) and "hint: the data" in str(caught.value)


def test_values_that_come_twice_are_found(mysql):
    with pytest.raises(DatabaseError, match="Duplicate entry 'x' for key 'uq_rows_word'"):
        built(mysql, {**GOOD, "rows": {**GOOD["rows"], "word": ["x", None, "x"]}})


def published(mysql: MySQL, gone=(), rows=GOOD, tables=FAMILY) -> None:
    mysql.begin_staging(S, gone)
    built(mysql, rows, tables)
    mysql.publish(S, tables, gone)


def test_replacing_keeps_foreign_keys_among_the_new_tables(mysql, server):
    for _ in range(2):
        published(mysql, tuple(mysql.catalogue(S)))
        assert "fk_rows_parent" in refused(server, f"INSERT INTO {S}.rows VALUES (9, 'z', NULL, NULL)")
        assert "fk_rows_parent" in refused(server, f"DELETE FROM {S}.parents WHERE id = 'A'")
        assert "ck_rows_positive" in refused(server, f"INSERT INTO {S}.rows VALUES (-1, 'a', NULL, NULL)")
        server.run(f"INSERT INTO {S}.rows VALUES (9, 'a', 1, NULL)")
    points = (
        "SELECT unique_constraint_schema FROM information_schema.referential_constraints WHERE constraint_schema = "
    )
    assert server.run(f"{points}'{S}'") == [(S,)] * 3
    fewer = {"parents": {"primary_key": ["id"], "columns": {"id": {"type": "bigint"}}}}
    published(mysql, ("parents", "rows"), {"parents": {"id": [5]}}, fewer)
    assert list(mysql.catalogue(S)) == ["parents"]


@pytest.mark.parametrize(
    "sql, words",
    [
        (f"CREATE TABLE {S}.mine (p VARCHAR(9), CONSTRAINT mine_p FOREIGN KEY (p) REFERENCES {S}.parents (id)) {DIALECT.table_options}", "mine_p of trial.mine points to it"),
        (f"CREATE TRIGGER {S}.watch BEFORE INSERT ON {S}.rows FOR EACH ROW SET NEW.up = NULL", "it has the trigger watch"),
        (f"CREATE TABLE {S}.x LIKE {S}.rows; SET foreign_key_checks = 0; DROP TABLE {S}.rows; CREATE VIEW {S}.rows AS SELECT * FROM {S}.x", "it is a view"),
    ],
)  # fmt: skip
def test_what_hangs_on_old_tables_stops_the_load(mysql, server, sql, words):
    published(mysql)
    server.run(sql)
    before = server.catalogue(S)
    with pytest.raises(DatabaseError) as caught:
        mysql.begin_staging(S, ("parents", "rows"))
    assert (
        words in str(caught.value) and "nothing was changed" in str(caught.value) and "hint: drop" in str(caught.value)
    )
    assert server.catalogue(S) == before


def test_what_comes_to_hang_on_old_tables_stops_the_load_too(mysql, server):
    published(mysql)
    mysql.begin_staging(S, ("parents", "rows"))
    built(mysql, GOOD)
    server.run(f"CREATE TRIGGER {S}.watch BEFORE INSERT ON {S}.rows FOR EACH ROW SET NEW.up = NULL")
    with pytest.raises(DatabaseError, match="trigger watch"):
        mysql.publish(S, FAMILY, ("parents", "rows"))
    assert server.run(f"SELECT COUNT(*) FROM {S}.rows") == [("3",)]


def test_a_database_of_another_spelling_is_another(mysql, server):
    server.run("CREATE DATABASE TRIAL; CREATE TABLE TRIAL.t (x INT)")
    try:
        assert mysql.catalogue("TRIAL") == {"t": {"x": DType("integer")}} and not mysql.catalogue(S)
        assert not mysql.catalogue("triál")
    finally:
        server.drop("TRIAL", ())


def test_a_failed_swap_leaves_no_database_behind(mysql):
    with pytest.raises(DatabaseError, match="putting the tables into database 'trial'"):
        mysql.publish(S, ["missing"], ())
    assert (S,) not in mysql.rows("SHOW DATABASES")[1]
