"""Databases inside our process: in memory, or a file."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

import duckdb

from tests.support.answers import Refused, Seen


class Embedded:
    """A database inside our process."""

    narrow_comments = False

    def __init__(self, *path: str):
        self.open(*path)

    def stop(self) -> None:
        self.connection.close()


class SQLite(Embedded):
    """SQLite in memory, or a file."""

    types = {
        "boolean": "BOOLEAN", "smallint": "SMALLINT", "integer": "INTEGER", "bigint": "BIGINT", "decimal": "DECIMAL({0}, {1})",
        "double": "REAL", "uuid": "TEXT", "date": "DATE", "timestamp": "TIMESTAMP",
        "real": "FLOAT4", "char": "CHAR({0})", "timestamptz": "TIMESTAMPTZ", "varchar": "VARCHAR({0})", "text": "TEXT",
        "keyed": "TEXT",
    }  # fmt: skip
    own_keys = "INTEGER"
    keeps_comments = keeps_lengths = False
    keeps_names = True
    collations = {"BINARY"}

    def open(self, path: str = ":memory:"):
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA foreign_keys = ON")

    def run(self, sql: str) -> list[tuple]:
        try:
            if sql.lstrip().upper().startswith(("SELECT", "PRAGMA")):
                return self.connection.execute(sql).fetchall()
            self.connection.executescript(sql)
        except (sqlite3.Error, ValueError) as error:
            raise Refused(str(error)) from error
        return []

    def drop(self, schema: str, tables) -> None:
        self.connection.execute("PRAGMA foreign_keys = OFF")
        for table in tables:
            self.connection.execute(f'DROP TABLE IF EXISTS "{table}"')
        self.connection.execute("PRAGMA foreign_keys = ON")

    def catalogue(self, schema: str) -> dict[str, Seen]:
        found = {}
        for table, text in self.run("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
            seen = found[table] = Seen(collations={"BINARY"})
            named = [
                line.strip().removesuffix(",") for line in text.split("\n") if line.strip().startswith("CONSTRAINT")
            ]
            words = {line.split('"')[1]: line.split('"', 2)[2].strip() for line in named}
            for _, column, kind, required, _, _, hidden in self.run(f'PRAGMA table_xinfo("{table}")'):
                assert not hidden
                seen.columns[column] = (kind, not required)
            groups = set()
            for _, index, unique, origin, _ in self.run(f'PRAGMA index_list("{table}")'):
                columns = [row[2] for row in self.run(f'PRAGMA index_info("{index}")')]
                if origin == "c":
                    assert not unique
                    seen.indexes.add((index, ",".join(columns)))
                else:
                    groups.add((origin, ",".join(columns)))
            pk = [r for r in self.run(f'PRAGMA table_info("{table}")') if r[5]]
            if pk:
                groups.add(("pk", ",".join(r[1] for r in sorted(pk, key=lambda r: r[5]))))
            for name, rest in words.items():
                columns = rest.partition("(")[2].partition(")")[0].replace('"', "").replace(", ", ",")
                if rest.startswith("CHECK"):
                    seen.checks.add(name)
                elif not rest.startswith("FOREIGN"):
                    kind = "pk" if rest.startswith("PRIMARY") else "uq"
                    assert (kind if kind == "pk" else "u", columns) in groups
                    seen.keys.add((kind, name, columns))
            for _, _, parent, column, key, *_ in self.run(f'PRAGMA foreign_key_list("{table}")'):
                name = next(n for n, rest in words.items() if rest.startswith(f'FOREIGN KEY ("{column}")'))
                seen.foreign.add((name, column, parent, key))
        return found


class DuckDB(Embedded):
    """DuckDB in memory, or a file."""

    types = {
        "boolean": "BOOLEAN", "smallint": "SMALLINT", "integer": "INTEGER", "bigint": "BIGINT", "decimal": "DECIMAL({0},{1})",
        "double": "DOUBLE", "uuid": "UUID", "date": "DATE", "timestamp": "TIMESTAMP",
        "real": "FLOAT", "char": "VARCHAR", "timestamptz": "TIMESTAMP WITH TIME ZONE", "varchar": "VARCHAR", "text": "VARCHAR",
        "keyed": "VARCHAR",
    }  # fmt: skip
    keeps_comments = True
    keeps_lengths = keeps_names = False
    collations = set()

    def open(self, path: str = ":memory:"):
        self.connection = duckdb.connect()
        if path != ":memory:":  # under another name than a schema's
            self.connection.execute(f"ATTACH '{path}' AS file; USE file")

    def run(self, sql: str) -> list[tuple]:
        try:
            return self.connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise Refused(str(error)) from error

    def drop(self, schema: str, tables) -> None:
        quoted = schema.replace('"', '""')
        for table in tables:  # CASCADE does not go along foreign keys
            self.connection.execute(f'DROP TABLE IF EXISTS "{quoted}"."{table}"')
        self.connection.execute(f'DROP SCHEMA IF EXISTS "{quoted}" CASCADE')

    def catalogue(self, schema: str) -> dict[str, Seen]:
        found = defaultdict(Seen)
        for table, about in self.run(f"SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = '{schema}'"):
            found[table].comments |= {None: about} if about else {}
        for table, column, kind, nullable, about in self.run(
            "SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
            f"WHERE schema_name = '{schema}' ORDER BY table_name, column_index"
        ):
            found[table].columns[column] = (kind, nullable)
            found[table].comments |= {column: about} if about else {}
        for table, kind, columns, text, parent, keys in self.run(
            "SELECT table_name, constraint_type, constraint_column_names, expression, referenced_table, "
            f"referenced_column_names FROM duckdb_constraints() WHERE schema_name = '{schema}'"
        ):
            joined = ",".join(columns)
            if kind in ("PRIMARY KEY", "UNIQUE"):
                found[table].keys.add(("pk" if kind == "PRIMARY KEY" else "uq", None, joined))
            elif kind == "CHECK":
                found[table].checks.add(text)
            elif kind == "FOREIGN KEY":
                found[table].foreign.add((None, joined, parent, ",".join(keys)))
        for table, name, columns in self.run(
            f"SELECT table_name, index_name, expressions FROM duckdb_indexes() WHERE schema_name = '{schema}'"
        ):
            found[table].indexes.add((name, columns.strip("[]").replace("'", "").replace('"', "").replace(", ", ",")))
        return found
