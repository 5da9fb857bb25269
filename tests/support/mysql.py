"""A schema `trial` of MySQL: where it is, tables made and read in it, and a family of tables that point to each other."""

from __future__ import annotations

import polars as pl
import pytest

from synth.databases.mysql.database import MySQL
from synth.databases.mysql.dialect import DIALECT
from synth.dtypes import DType
from tests.support.answers import Refused

S = "trial"


def url(server) -> str:
    return f"mysql://root@localhost/?unix_socket={server.socket}"


def make(mysql: MySQL, types: dict[str, DType], rest: str = "", table: str = "t", keyed=()) -> None:
    columns = [f"{DIALECT.quote_identifier(n)} {DIALECT.type(t, keyed=n in keyed)}" for n, t in types.items()]
    place = DIALECT.place(mysql.staging_schema(S), table)
    mysql.run(f"DROP TABLE IF EXISTS {place}")
    mysql.run(f"CREATE TABLE {place} ({', '.join(columns)}{rest}){DIALECT.table_options}")


def back(mysql: MySQL, types: dict[str, DType], table: str = "t") -> pl.DataFrame:
    return pl.concat(mysql.frames(mysql.query(mysql.staging_schema(S), table, types), types))


FAMILY = {
    "parents": {"primary_key": ["id"], "columns": {"id": {"type": "varchar(9)"}, "first": {"type": "bigint", "references": "rows", "nullable": True}}},
    "rows": {
        "primary_key": ["id"],
        "unique": [["parent", "id"], ["word"]],
        "checks": {"positive": "id > 0"},
        "columns": {
            "id": {"type": "bigint"},
            "parent": {"type": "varchar(9)", "references": "parents", "nullable": True},
            "up": {"type": "bigint", "references": "rows", "nullable": True},
            "word": {"type": "varchar(30)", "nullable": True},
        },
    },
}  # fmt: skip
GOOD = {
    "parents": {"id": ["a", "A", "a "], "first": [1, None, 2]},
    "rows": {"id": [1, 2, 3], "parent": ["a ", None, "A"], "up": [None, 1, 3], "word": ["it's", None, "\\"]},
}


def refused(server, sql: str) -> str:
    with pytest.raises(Refused) as caught:
        server.run(sql)
    return str(caught.value)
