"""SQL Server without one: what it is told when rows come, change and go, and what that makes of the tables."""

from __future__ import annotations

import sys

import polars as pl
import pyarrow as pa
import pytest
import sqlglot

from synth.databases import Address, connect
from synth.databases.changes import TableChanges
from synth.dtypes import BIGINT, TEXT
from synth.errors import DatabaseError
from tests.support.mssql import URL, Server
from tests.support.tsql import lint_tsql

ORDERS = pl.DataFrame({"id": [1, 2, 3, 4], "na me": ["a", "b", None, "d"], "n": [1, 2, 3, 4]})
LOG = pl.DataFrame({"day": [1, 1, 1, 2], "what": ["x", "x", None, "x"]})


@pytest.fixture
def server(monkeypatch):
    made = Server()
    monkeypatch.setitem(sys.modules, "mssql_python", made.module())
    made.schemas["shop"] = {"orders": [ORDERS.to_arrow()], "log": [LOG.to_arrow()]}
    yield made
    assert made.open == 0 and set(made.schemas) == {"dbo", "shop"}
    assert not lint_tsql(";\n".join(made.said).replace("; SELECT @@", ";\nSELECT @@"))
    for sql in (sql for sql in made.said if not sql.startswith("DBCC")):  # which sqlglot does not know
        sqlglot.parse(sql, read="tsql", error_level=sqlglot.ErrorLevel.RAISE)


def rows(server, table: str) -> list[tuple]:
    return sorted(
        pl.DataFrame(pa.concat_tables(server.schemas["shop"][table], promote_options="permissive")).rows(), key=str
    )


def changes(frame: pl.DataFrame, table: str, key: tuple[str, ...], inserts, updates, deletes) -> TableChanges:
    made = [pl.DataFrame(each, schema=frame.schema, orient="row") for each in (inserts, updates, deletes)]
    types = {name: BIGINT if dtype == pl.Int64 else TEXT for name, dtype in frame.schema.items()}
    return TableChanges(table, key, types, *made)


def test_changes_are_applied(server):
    orders = changes(ORDERS, "orders", ("id",), [(5, "e", 5)], [(2, None, 20), (3, "c", 3)], [(1, "a", 1), (4, "d", 4)])
    log = changes(LOG, "log", (), [(3, None)], [], [(1, "x"), (1, None)])
    with connect(Address.parse(URL)) as database:
        database.apply_changes("shop", [orders, log], lambda _: ["EXEC sp_addextendedproperty x"], {})
    assert rows(server, "orders") == [(2, None, 20), (3, "c", 3), (5, "e", 5)]
    assert rows(server, "log") == [(1, "x"), (2, "x"), (3, None)]
    said = [
        sql for sql in server.said if "addextendedproperty x" in sql or "@@ROWCOUNT" in sql or sql.startswith("INSERT")
    ]
    assert [sql.split()[0] for sql in said] == ["WITH", "DELETE", "INSERT", "INSERT", "UPDATE", "EXEC"]


def test_rows_that_are_not_there_stop_it_all(server):
    before = rows(server, "orders")
    orders = changes(ORDERS, "orders", ("id",), [(5, "e", 5)], [], [(1, "a", 1), (9, "z", 9)])
    with connect(Address.parse(URL)) as database:
        with pytest.raises(DatabaseError, match="'orders' has only 1 of 2 rows that change or go; nothing was changed"):
            database.apply_changes("shop", [orders], lambda _: [], {})
    assert rows(server, "orders") == before


def test_rows_of_others_are_seen_and_let_be(server):
    """While a transaction holds the tables, another session sends what is to be compared."""
    made = pl.DataFrame([(1, "a", 1), (2, "x", 2), (9, "z", 9)], schema=ORDERS.schema, orient="row")
    orders = changes(ORDERS, "orders", ("id",), [(5, "e", 5)], [(9, "z", 10)], [(1, "a", 1)])
    with connect(Address.parse(URL)) as database, database.holding("shop", {"orders": "id"}, {}) as highest:
        assert highest == {"orders": 4}
        look = database.look("shop")
        look.at("orders", ("id",), made)
        assert [frame.rows() for frame in look.met["orders"].missing] == [[(9, "z", 9)]]
        assert [frame.rows() for frame in look.met["orders"].edited] == [[(2, "x", 2, True, False)]]
        applied = database.apply_changes("shop", [orders], lambda _: [], look.met)
    assert rows(server, "orders") == [(2, "b", 2), (3, None, 3), (4, "d", 4), (5, "e", 5)]
    assert applied["orders"].others == (1, 1, 1, 0, 0)


def test_rows_are_appended_and_tables_adopted(server):
    with connect(Address.parse(URL)) as database:
        database.begin_staging("shop", ())
        more = pl.DataFrame([(7, "g", 7)], schema=ORDERS.schema, orient="row")
        server.schemas[database.staging_schema("shop")] |= {"orders": [], "more": []}
        server.schemas[database.staging_schema("shop")]["orders"] = [more.to_arrow()]
        with database.changing("shop", ["orders"], []):
            database.append_rows("shop", "orders", ["id", "na me", "n"])
            database.adopt_table("shop", "more")
        database.abandon("shop")
    assert rows(server, "orders") == sorted([*ORDERS.rows(), (7, "g", 7)], key=str)
    assert set(server.schemas["shop"]) == {"orders", "log", "more"}
