"""Live databases: what people have in them is created in each real one, and read back as it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from synth.databases import connect
from synth.errors import DatabaseError, OptionError
from synth.importing import live
from synth.importing.live import read_database
from tests.support.everything import SQLITE, statements
from tests.support.servers import change

# what is asked of all of them, and what each adds, or has otherwise
TYPES = {
    "postgres": {
        "tenants.id": "integer numbered from 100", "tenants.name": "text", "Order.id": "bigint numbered from 1000",
        "Order.User": "varchar(20)", "Order.mood": "enum(sad, ok, very happy)", "Order.moods": "enum(sad, ok, very happy)[]?",
        "Order.level": 'enum(low, "it\'s high")?', "Order.price": "decimal(8,2)?", "Order.mail": "varchar(80)",
        "Order.tags": "text[]?", "Order.sizes": "decimal(6,2)[]?", "Order.doc": "json", "Order.hash": "bytes?",
        "Order.uid": "uuid?", "Order.made": "timestamptz", "Order.took": "interval?", "Order.at": "time?",
        "Order.code": "char(3)?", "Order.ratio": "real?", "a.id": "integer numbered", "b.id": "bigint numbered", "events.at": "date",
    },
    "mysql": {
        "tenants.id": "bigint numbered from 100", "tenants.name": "varchar(50)", "Order.id": "bigint", "Order.User": "varchar(20)",
        "Order.mood": "enum(sad, ok, \"it's\")", "Order.flags": "text?", "Order.active": "boolean", "Order.small": "smallint?",
        "Order.doc": "json?", "Order.hash": "bytes?", "Order.pic": "bytes?", "Order.body": "text?", "Order.made": "timestamp",
        "Order.seen": "timestamp?", "Order.at": "time?", "Order.y": "smallint?", "Order.code": "char(3)?", "Order.ratio": "real?",
        "Order.price": "decimal(8,2)?", "a.id": "integer numbered", "events.at": "date",
    },
    "sqlite": {
        "tenants.id": "bigint numbered", "tenants.name": "text", "Order.id": "bigint", "Order.User": "varchar(20)",
        "Order.anything": "text?", "Order.price": "decimal(8,2)?", "Order.made": "timestamp", "Order.big": "bigint?",
        "Order.pic": "bytes?", "a.id": "bigint numbered", "pairs.x": "text",
    },
    "duckdb": {
        "tenants.id": "integer", "tenants.name": "text", "Order.id": "bigint numbered from 1000", "Order.User": "text",
        "Order.mood": "enum(sad, ok, \"it's\")", "Order.tags": "text[]?", "Order.doc": "json?", "Order.hash": "bytes?",
        "Order.uid": "uuid?", "Order.made": "timestamptz", "Order.took": "interval?", "Order.small": "smallint?",
        "Order.ratio": "real?", "Order.price": "decimal(8,2)?",
    },
}  # fmt: skip
TOLD = {
    "postgres": {
        "Order.Order_daterange_excl: an exclusion constraint", "Order.Order_outside_fkey: a reference to another schema",
        "touch: a function", "kept: a materialized view", "events_2024: a partition", "tenants.own: a policy of row security",
        "tenants.touched: a trigger", "shown: a view",
    },
    "mysql": {
        "events.p24: a partition", "events.later: a partition", "nothing: a procedure", "tenants.touched: a trigger",
        "shown: a view", "Order.outside: a reference to another schema",
    },
    "sqlite": {"tenants.touched: a trigger", "shown: a view", "searched: a virtual table"},
    "duckdb": {"doubled: a macro", "shown: a view"},
}  # fmt: skip


@pytest.fixture
def odd(target):
    """A database that holds what people have, and the schema it is in."""
    if target.kind == "sqlite":
        with closing(sqlite3.connect(target.address.name)) as connection:
            connection.executescript(SQLITE)
        yield target, "main"
        return
    change(target.address, statements(target.kind))
    yield target, "odd"
    if target.kind == "mysql":  # whose other schema is dropped first
        target.sql("ALTER TABLE odd.`Order` DROP FOREIGN KEY to_outside")


def spelt(column) -> str:
    number = f" numbered{'' if column.starts_at is None else f' from {column.starts_at}'}" if column.numbered else ""
    return f"{column.type}{'?' if column.nullable else ''}{number}"


def test_everything_is_read_back(odd):
    target, schema = odd
    found = read_database(target.address, schema=schema)
    there = {table.name: table for table in found.tables}
    assert found.name == (None if target.kind == "sqlite" else schema)
    types = {f"{table.name}.{column.name}": spelt(column) for table in found.tables for column in table.columns}
    assert {place: types[place] for place in TYPES[target.kind]} == TYPES[target.kind]
    assert {f"{each} is not taken over" for each in TOLD[target.kind]} <= set(map(str, found.notes))
    orders = there["Order"]
    assert orders.primary_key == ("tenant_id", "id")
    assert there["tenants"].rows == (0 if target.kind == "mysql" else 2) and orders.rows == 0
    references = {(each.columns, each.table, each.parent_columns) for each in orders.references}
    whole = (("tenant_id", "parent_id"), "Order", ("tenant_id", "id"))
    assert references == {(("tenant_id",), "tenants", ("id",)), whole}
    uniques = {(each.columns, each.where) for each in orders.uniques}
    partial = {(("tenant_id", "state"), "ended IS NULL")} if target.kind in ("postgres", "sqlite") else set()
    partial |= {(("tenant_id", "began"), None)} if target.kind == "duckdb" else set()
    assert uniques == {(("tenant_id", "User"), None)} | partial
    assert ("name",) in [each.columns for each in there["tenants"].uniques]
    conditions = {each.condition for each in orders.checks}
    assert "began <= ended" in conditions
    assert conditions & {"quantity BETWEEN 1 AND 100", "quantity >= 1 AND quantity <= 100"}
    assert "price > 0" in conditions or target.kind == "mysql"
    assert "quantity" in (orders.column("total").computed or "")
    if target.kind != "sqlite":
        assert orders.about == "What was bought; it's all here"
        assert (orders.column("User").about or "").startswith('Who "bought" it')
    if target.kind != "duckdb":
        assert {each.table for each in there["a"].references} == {"b"}
        assert {each.table for each in there["b"].references} == {"a"}
    assert not [line for table in found.tables for line in (table.line, *(c.line for c in table.columns)) if line]


def test_some_tables_and_what_refers_to_others(odd):
    target, schema = odd
    found = read_database(target.address, schema=schema, tables=["Order"])
    (table,) = found.tables
    assert [reference.table for reference in table.references] == ["Order"]
    assert "Order: (tenant_id) refers to tenants, which is not imported" in map(str, found.notes)
    with pytest.raises(OptionError, match="has no table 'tenant'\n  hint: did you mean 'tenants'"):
        read_database(target.address, schema=schema, tables=["tenant"])


def test_a_schema_that_is_not_there(odd):
    target, schema = odd
    with pytest.raises(OptionError, match=f"no tables in schema '{schema}d'\n  hint: did you mean '{schema}'"):
        read_database(target.address, schema=f"{schema}d")
    if target.kind in ("postgres", "mysql"):  # whose usual schema holds nothing
        with pytest.raises(OptionError, match="hint: --schema elsewhere or odd"):
            read_database(target.address)
    else:
        assert read_database(target.address).tables


def test_the_only_schema_is_meant_unless_another_is_named(database, target):
    if target.kind not in ("postgres", "mysql"):
        return
    target.sql("CREATE SCHEMA lone")
    target.sql("CREATE TABLE lone.things (id INTEGER PRIMARY KEY)")
    assert read_database(target.address).name == "lone"
    if target.kind == "mysql":  # whose schemas are the databases of URLs
        target.sql("CREATE SCHEMA hollow")
        with pytest.raises(OptionError, match="no tables in schema 'hollow', but in others\n  hint: --schema lone"):
            read_database(f"mysql://root@localhost/hollow?unix_socket={database('mysql').socket}")


def test_a_database_without_tables(target):
    if target.kind == "sqlite":
        sqlite3.connect(target.address.name).close()
    if target.address.is_file:
        change(target.address, ["CREATE TABLE gone (a INTEGER)", "DROP TABLE gone"])
    with pytest.raises(OptionError, match="has no tables\n  hint"):
        read_database(target.address)


def test_nothing_is_written_while_it_is_read(odd, monkeypatch):
    """The connection refuses to write: whatever a view or function does, it does nothing here."""
    target, schema = odd
    with connect(target.address) as database:
        database.only_read(live.LIMIT_S)
        assert "CREATE TABLE" in database.definitions(schema, database.defined_tables(schema))
        if target.kind != "tsql":
            with pytest.raises(DatabaseError):
                database.run(f"INSERT INTO {target.dialect.place(schema, 'tenants')} VALUES (7, 'seven')")


def test_what_takes_too_long_is_not_counted(odd, monkeypatch):
    target, schema = odd
    monkeypatch.setattr(live, "COUNTING_S", 0)
    found = read_database(target.address, schema=schema)
    assert {table.rows for table in found.tables} == {None}
    assert sum("were not counted" in str(note) for note in found.notes) == len(found.tables)


def test_of_many_views_some_are_named(odd):
    target, schema = odd
    place = target.dialect.place(schema, "tenants")
    made = [f"CREATE VIEW {target.dialect.place(schema, f'v{n:02}')} AS SELECT * FROM {place}" for n in range(30)]
    change(target.address, made)
    notes = [str(note) for note in read_database(target.address, schema=schema, tables=["tenants"]).notes]
    assert sum("a view is not taken over" in note for note in notes) == live.MOST_TOLD
    assert f"{schema}: 11 more of the kind 'view' are not taken over" in notes


def test_no_key_is_told(target):
    """Where numbers begin is told by their first digit."""
    kinds = {"mysql": "INT AUTO_INCREMENT", "postgres": "INT GENERATED BY DEFAULT AS IDENTITY (START WITH 4711)"}
    key = kinds.get(target.kind, "INTEGER")
    change(target.address, [*(["CREATE SCHEMA lone"] if target.kind in kinds else []), *(
        statement.replace("LONE", "lone." if target.kind in kinds else "")
        for statement in (
            f"CREATE TABLE LONEkeyed (id {key} PRIMARY KEY, a INTEGER)", "INSERT INTO LONEkeyed VALUES (4711, 1), (4713, 2)",
        )
    )])  # fmt: skip
    (table,) = read_database(target.address, schema="lone" if target.kind in kinds else None).tables
    assert table.columns[0].starts_at == {"postgres": 4000}.get(target.kind)


def test_passwords_are_not_shown(database):
    server = database("postgres")
    url = f"postgresql://nobody:geheim@/postgres?host={server.folder}"
    with pytest.raises(DatabaseError) as error:
        read_database(url)
    assert "geheim" not in str(error.value)
