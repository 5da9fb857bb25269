"""SQL Server's DDL as it is put together from its catalogue: from rows as the catalogue has them, as no server is here."""

from __future__ import annotations

import sqlglot

from synth.databases import Address
from synth.databases.tsql import definitions
from synth.databases.tsql.database import SQLServer
from synth.importing.ddl import read_ddl

ORDER, TENANT = "Order", "tenants"
# name, column, kind, length, precision, scale, nullable, usual, computed, seed, step, about
COLUMNS = [
    (ORDER, "tenant_id", "int", 4, 10, 0, 0, None, None, None, None, None),
    (ORDER, "id", "bigint", 8, 19, 0, 0, "(NEXT VALUE FOR [numbers])", None, None, None, None),
    (ORDER, "User", "nvarchar", 40, 0, 0, 0, None, None, None, None, "Who 'bought' it"),
    (ORDER, "note", "nvarchar", -1, 0, 0, 1, None, None, None, None, None),
    (ORDER, "code", "char", 3, 0, 0, 1, None, None, None, None, None),
    (ORDER, "hash", "varbinary", -1, 0, 0, 1, None, None, None, None, None),
    (ORDER, "price", "decimal", 5, 8, 2, 1, "((0))", None, None, None, None),
    (ORDER, "paid", "bit", 1, 1, 0, 0, "((0))", None, None, None, None),
    (ORDER, "uid", "uniqueidentifier", 16, 0, 0, 0, "(newid())", None, None, None, None),
    (ORDER, "made", "datetime2", 8, 27, 7, 0, "(sysutcdatetime())", None, None, None, None),
    (ORDER, "due", "datetimeoffset", 10, 34, 7, 1, None, None, None, None, None),
    (ORDER, "twice", "decimal", 9, 10, 2, 1, None, "([price]*(2))", None, None, None),
    (TENANT, "id", "int", 4, 10, 0, 0, None, None, 100, 1, None),
    (TENANT, "name", "varchar", 50, 0, 0, 0, None, None, None, None, None),
]
ROWS = {
    definitions._ABOUTS: [(ORDER, "What was bought"), (TENANT, None)],
    definitions._COLUMNS: COLUMNS,
    definitions._KEYS: [
        (ORDER, "PK_Order", 1, None, "tenant_id"), (ORDER, "PK_Order", 1, None, "id"),
        (ORDER, "UQ_user", 0, None, "tenant_id"), (ORDER, "UQ_user", 0, None, "User"),
        (ORDER, "UQ_open", 0, "([paid]=(0))", "User"), (TENANT, "PK_tenants", 1, None, "id"),
    ],
    definitions._REFERENCES: [(ORDER, "FK_tenant", TENANT, "tenant_id", "id")],
    definitions._CHECKS: [(ORDER, "CK_price", "([price]>(0))"), (ORDER, "CK_code", "([code]='a' OR [code]='b')")],
    definitions._SEQUENCES: [("numbers", 1000, 1)],
}  # fmt: skip


def server(monkeypatch) -> SQLServer:
    found = object.__new__(SQLServer)
    found.address = Address("tsql", "demo")
    place = {"schema": "N'dbo'", "tables": f"N'{ORDER}', N'{TENANT}'"}
    answers = {sql.format(**place): rows for sql, rows in ROWS.items()}
    monkeypatch.setattr(SQLServer, "rows", lambda self, sql: ([], answers[sql]))
    return found


def test_catalogue_queries_are_tsql():
    place = {"schema": "N'dbo'", "tables": "N'a', N'b'"}
    for sql in ROWS:
        (tree,) = sqlglot.parse(sql.format(**place), read="tsql", error_level=sqlglot.ErrorLevel.RAISE)
        assert isinstance(tree, sqlglot.exp.Select)


def test_ddl_of_catalogue_rows_is_read_as_tables(monkeypatch):
    text = server(monkeypatch).definitions("dbo", [ORDER, TENANT])
    found = read_ddl(text, dialect="tsql")
    orders, tenants = found.tables
    types = {c.name: f"{c.type}{'?' if c.nullable else ''}" for c in orders.columns}
    assert types == {
        "tenant_id": "integer", "id": "bigint", "User": "varchar(20)", "note": "text?", "code": "char(3)?", "hash": "bytes?",
        "price": "decimal(8,2)?", "paid": "boolean", "uid": "uuid", "made": "timestamp", "due": "timestamptz?", "twice": types["twice"],
    }  # fmt: skip
    assert orders.column("id").starts_at == 1000 and orders.column("id").numbered
    assert tenants.column("id").starts_at == 100 and tenants.column("id").numbered
    assert orders.column("twice").computed == "price * 2"
    assert orders.primary_key == ("tenant_id", "id") and tenants.primary_key == ("id",)
    assert [(each.columns, each.where) for each in orders.uniques] == [
        (("tenant_id", "User"), None),
        (("User",), "paid = 0"),
    ]
    assert [(each.columns, each.table, each.parent_columns) for each in orders.references] == [
        (("tenant_id",), TENANT, ("id",))
    ]
    assert [each.condition for each in orders.checks] == ["price > 0", "code = 'a' OR code = 'b'"]
    assert (orders.about, orders.column("User").about) == ("What was bought", "Who 'bought' it")
