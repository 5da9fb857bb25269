"""SQL Server without one: a driver that keeps what it is told, and a small server behind it with tables and foreign keys."""

from __future__ import annotations

import copy
import re
import threading
import types
from collections.abc import Callable

import duckdb
import polars as pl
import pyarrow as pa

from synth.databases.tsql.dialect import DIALECT
from synth.fingerprint import Fingerprint
from tests.support.mssql_driver import (
    NAME,
    ONE,
    TEXT,
    Connection,
    Error,
    in_brackets,
    name,
    places,
    text,
)  # fmt: skip

URL = "mssql://sa:hush@host:1433/demo"

# what a server may lack -> what it refuses then
LACKING = {
    "brackets": r"\]\]",
    "several_adds": r"ADD (?:CONSTRAINT|UNIQUE) .*\), (?:CONSTRAINT|CHECK) ",
    "statistics": "UPDATE STATISTICS",
    "transfers": "ALTER SCHEMA",
    "comments": "sp_addextendedproperty @",
    "text_references": r"INSERT INTO .*_synth_child\W",
    "utf8": "_UTF8",
}


class Server:
    """Schemas with tables, foreign keys between them, and all that was said; it may lack something of LACKING, or bulk copy."""

    def __init__(self, *lacks: str):
        self.lacks = lacks
        self.copies: Callable[[pa.Table], pa.Table] = lambda rows: rows  # what bulk copy makes of rows
        self.columns: dict[str, list[str]] = {}  # of tables that were made, by name
        self.numbered: set[tuple[str, str]] = set()  # tables that number new rows
        self.schemas: dict[str, dict[str, list]] = {"dbo": {}}
        self.keys: dict[tuple, tuple] = {}  # (schema, table, name) -> parent's (schema, table)
        self.manifests: dict[str, tuple] = {}
        self.said: list[str] = []
        self.sent: list[dict] = []
        self.locks: dict[str, object] = {}
        self.open = 0
        self.words: list[dict] = []
        self.prints: dict[str, Fingerprint] = {}
        self.fails: dict[str, str] = {}  # words of a statement -> what the server says to it
        self.guard = threading.RLock()

    def module(self):
        made = types.ModuleType("mssql_python")
        made.Error, made.Warning = Error, type("Warning", (Exception,), {})
        made.connect = lambda text, *, autocommit, timeout, **words: Connection(self, words)
        return made

    def state(self):
        return copy.deepcopy((self.schemas, self.keys, self.manifests))

    def tell(self, connection, sql: str):
        with self.guard:
            self.said.append(sql)
            for words, error in self.fails.items():
                if words in sql:
                    raise Error(error)
            bare = re.sub(TEXT, "N''", sql)
            for what in self.lacks:
                if what in LACKING and re.search(LACKING[what], bare, re.DOTALL):
                    raise Error(f"[Microsoft][SQL Server]{what} are not supported")
            if "brackets" in self.lacks:
                sql = in_brackets(sql)
            for shape, answer in ANSWERS:
                found = re.fullmatch(shape, sql, re.DOTALL)
                if found:
                    return answer(self, connection, *found.groups())
            raise AssertionError(f"what is this? {sql[:300]}")

    # -- answers

    def create_schema(self, connection, schema, made):
        assert in_brackets(text(made)) == f"CREATE SCHEMA {DIALECT.quote_identifier(text(schema))}"
        self.schemas.setdefault(text(schema), {})

    def drop_schema(self, connection, schema):
        if self.schemas.get(name(schema)):
            raise Error(f"Cannot drop schema '{schema}' because it is being referenced by object 'x'.")
        self.schemas.pop(name(schema), None)

    def create_table(self, connection, place, columns):
        ((schema, table),) = places(place)
        if table in self.schemas[schema]:
            raise Error(f"There is already an object named '{table}' in the database.")
        self.schemas[schema][table] = []
        self.columns[table] = re.findall(rf"^\s*{NAME} ", columns, re.MULTILINE)
        if " IDENTITY(1, 1)" in columns:
            self.numbered.add((schema, table))

    def alter(self, connection, place, rules):
        ((schema, table),) = places(place)
        assert table in self.schemas[schema]
        for key, parent in re.findall(rf"CONSTRAINT {NAME} FOREIGN KEY \([^)]*\) REFERENCES ({ONE})", rules):
            (parent,) = places(parent)
            assert parent[1] in self.schemas[parent[0]]
            self.keys[schema, table, name(key)] = parent

    def drop_constraint(self, connection, place, key):
        del self.keys[(*places(place)[0], name(key))]

    def drop_tables(self, connection, spelt):
        for schema, table in places(spelt):
            for (child_schema, child, _), parent in self.keys.items():
                if parent == (schema, table) and (child_schema, child) != parent:
                    raise Error(
                        f"[Microsoft][SQL Server]Could not drop object '{table}' because it is referenced by a FOREIGN KEY constraint."
                    )
            del self.schemas[schema][table]
            self.keys = {key: parent for key, parent in self.keys.items() if key[:2] != (schema, table)}
            self.numbered.discard((schema, table))
            if table == "synth_manifest":
                self.manifests.pop(schema, None)

    def transfer(self, connection, schema, place):
        schema, ((old, table),) = name(schema), places(place)
        if table in self.schemas[schema]:
            raise Error(f"Cannot transfer an object: there is already an object named '{table}'")
        self.schemas[schema][table] = self.schemas[old].pop(table)
        if (old, table) in self.numbered:
            self.numbered ^= {(old, table), (schema, table)}

        def moved(place):
            return (schema, table) if place == (old, table) else place

        self.keys = {(*moved(key[:2]), key[2]): moved(parent) for key, parent in self.keys.items()}
        if table == "synth_manifest":
            self.manifests[schema] = self.manifests.pop(old)

    def insert(self, connection, place, values):
        self.manifests[places(place)[0][0]] = tuple(map(text, re.findall(TEXT, values, re.DOTALL)))

    def lock(self, connection, resource):
        return [(0 if self.locks.setdefault(resource, connection) is connection else -1,)]

    def unlock(self, connection, resource):
        assert self.locks.pop(resource) is connection

    def tables_of(self, connection, schema):
        return [(table,) for table in sorted(self.schemas.get(text(schema), {}))]

    def keys_of(self, connection, schema, children, parents):
        children, parents = (set(map(text, re.findall(TEXT, names))) for names in (children, parents))
        return sorted(
            (table, key) for (at, table, key), (place, parent) in self.keys.items()
            if at == place == text(schema) and table in children and parent in parents
        )  # fmt: skip

    def columns_of(self, connection, schema):
        tables = sorted(self.schemas.get(text(schema), {}))
        return [(t, name(c), "nvarchar", 5, None, None) for t in tables for c in self.columns.get(t, ["x"])]

    def holding(self, connection):
        return [(schema,) for schema, tables in self.schemas.items() if "synth_manifest" in tables]

    def kept(self, connection, schema):
        return [self.manifests[name(schema)][:3]]

    def sums(self, connection, place):
        ((schema, table),) = places(place)
        found = self.prints[table]
        return [(sum(part.num_rows for part in self.schemas[schema][table]), found.linear, found.square)]

    # -- rows that come, change and go, worked out by DuckDB over what was sent

    def whole(self, place):
        schema, table = places(place)[0]
        return pa.concat_tables(self.schemas[schema][table], promote_options="permissive")

    def asked(self, sql, **tables):
        with duckdb.connect() as engine:
            for each, rows in tables.items():
                engine.register(each, rows)
            return engine.sql(re.sub(NAME, lambda spelt: f'"{name(spelt[1])}"', sql)).to_arrow_table()

    def keep(self, place, rows):
        schema, table = places(place)[0]
        touched = self.whole(place).num_rows - rows.num_rows
        self.schemas[schema][table] = [rows]
        return [(touched,)]

    def like(self, connection, columns, to, source):
        schema, table = places(to)[0]
        self.schemas[schema][table] = [self.asked(f"SELECT {columns} FROM t LIMIT 0", t=self.whole(source))]

    def delete(self, connection, place, source, same):
        ours, theirs = self.whole(place), self.whole(source)
        return self.keep(place, self.asked(f"SELECT t.* FROM t ANTI JOIN s ON {same}", t=ours, s=theirs))

    def delete_copies(self, connection, copy, columns, place, source, ours, theirs):
        number = f"SELECT ROW_NUMBER() OVER (PARTITION BY {columns} ORDER BY (SELECT 0)) AS {copy}, {columns} FROM"
        pairs = zip(ours.split(", "), theirs.split(", "), strict=True)
        same = " AND ".join([f"t.{copy} = s.{copy}", *(f"{a} IS NOT DISTINCT FROM {b}" for a, b in pairs)])
        sql = f"WITH n AS ({number} t) SELECT {columns} FROM n t ANTI JOIN ({number} s) s ON {same}"
        return self.keep(place, self.asked(sql, t=self.whole(place), s=self.whole(source)))

    def update(self, connection, cells, place, source, same):
        ours, theirs = self.whole(place), self.whole(source)
        new = dict(re.findall(rf"({NAME.replace('((?:', '(?:(?:')}) = (s\.{NAME.replace('((?:', '(?:(?:')})", cells))
        there = re.search(r"= (s\.\S+)", same)[1]
        spelt = (DIALECT.quote_identifier(column) for column in ours.column_names)
        columns = ", ".join(
            f"CASE WHEN {there} IS NULL THEN t.{c} ELSE {new.get(c, f't.{c}')} END AS {c}" for c in spelt
        )
        touched = self.asked(f"SELECT 1 FROM t JOIN s ON {same}", t=ours, s=theirs).num_rows
        self.keep(place, self.asked(f"SELECT {columns} FROM t LEFT JOIN s ON {same}", t=ours, s=theirs))
        return [(touched,)]

    def look(self, connection, columns, source, how, place, rest):
        """Rows of a staged table beside those that they are compared with."""

        def equal(found):
            pairs = zip(found[1].split(", "), found[2].split(", "), strict=True)
            return f"({' AND '.join(f'{a} IS NOT DISTINCT FROM {b}' for a, b in pairs)})"

        columns = re.sub(r", .* AS n$", ", 0 AS n", columns)  # the number of a row, in T-SQL's own functions
        sql = f"SELECT {columns} FROM s {how or ''}JOIN t ON {rest}"
        sql = re.sub(r"EXISTS \(SELECT (.*?) INTERSECT SELECT (.*?)\)", equal, sql)
        return pl.DataFrame(self.asked(sql, t=self.whole(place), s=self.whole(source))).rows()

    def highest(self, connection, column, place):
        return pl.DataFrame(self.asked(f"SELECT MAX({column}) FROM t", t=self.whole(place))).rows()

    def insert_from(self, connection, place, columns, source):
        schema, table = places(place)[0]
        rows = self.asked(f"SELECT {columns} FROM t", t=self.whole(source))
        there = self.schemas[schema][table]
        there.append(rows.select(there[0].column_names if there else rows.column_names))

    def select_into(self, connection, to, source):
        (schema, table), (old, _) = places(to)[0], places(source)[0]
        self.schemas[schema][table] = list(self.schemas[old][table])
        self.manifests[schema] = self.manifests[old]

    def values(self, connection, place, columns, rows):
        """What the driver is told as INSERT statements."""
        schema, table = places(place)[0]
        spelt = re.sub(TEXT, lambda found: f"'{found[1]}'", rows)
        spelt = re.sub(r"CAST\(NULL AS [^()]*(?:\(6\))?\)", "NULL", spelt)
        self.schemas[schema][table].append(self.asked(f"SELECT * FROM (VALUES {spelt}) t ({columns})"))

    def copied(self, connection, place):
        return list(zip(*self.whole(place).to_pydict().values(), strict=True))

    def is_numbered(self, connection, place):
        return [(int(places(in_brackets(text(place)))[0] in self.numbered),)]

    def extended(self, connection):
        return [(None if "comments" in self.lacks else -1,)]

    def nothing(self, connection, *_):
        return None


ANSWERS = [
    (r"SELECT 1 AS \[a\]\]b\]", lambda *_: [(1,)]),
    (r"(?:CREATE TABLE|INSERT INTO) \[dbo\]\.\[_synth_(?:parent|child)\] .*", Server.nothing),
    (r"(?:CREATE|ALTER) TABLE #asked .*|DROP TABLE #asked|IF 1 = 0 .*", Server.nothing),
    (r"SELECT OBJECT_ID\(N'sys.sp_addextendedproperty'\) AS found", Server.extended),
    (r"SELECT CASE WHEN HASHBYTES\('MD5', .*\) = 0x\w+ THEN 1 ELSE 0 END AS same", lambda *_: [(1,)]),
    (rf"SELECT \[n\], \[m\], \[t\] FROM ({ONE})", Server.copied),
    (rf"SELECT COUNT_BIG\(\*\) FROM sys.identity_columns WHERE object_id = OBJECT_ID\({TEXT}\)", Server.is_numbered),
    (rf"SET IDENTITY_INSERT ({ONE}) (?:ON|OFF)", Server.nothing),
    (r"DBCC CHECKIDENT \(N?'.*', RESEED\)", Server.nothing),
    (rf"SELECT \* INTO ({ONE}) FROM ({ONE})", Server.select_into),
    (r"SET (?:NOCOUNT|XACT_ABORT) ON|SET LOCK_TIMEOUT \d+", Server.nothing),
    (rf"IF SCHEMA_ID\({TEXT}\) IS NULL EXEC\({TEXT}\)", Server.create_schema),
    (rf"IF DB_ID\({TEXT}\) IS NULL EXEC\({TEXT}\)", Server.nothing),
    (rf"DROP SCHEMA (?:IF EXISTS )?{NAME}", Server.drop_schema),
    (rf"CREATE TABLE ({ONE}) \((.*)\)", Server.create_table),
    (rf"ALTER TABLE ({ONE}) ADD (CONSTRAINT .*)", Server.alter),
    (rf"ALTER TABLE ({ONE}) DROP CONSTRAINT {NAME}", Server.drop_constraint),
    (r"DROP TABLE (.*)", Server.drop_tables),
    (rf"ALTER SCHEMA {NAME} TRANSFER ({ONE})", Server.transfer),
    (rf"SELECT (.*?) INTO ({ONE}) FROM ({ONE}) WHERE 1 = 0 UNION ALL .* WHERE 1 = 0", Server.like),
    (rf"DELETE t FROM ({ONE}) t JOIN ({ONE}) s ON (.*); SELECT @@ROWCOUNT AS touched", Server.delete),
    (rf"WITH t AS \(SELECT ROW_NUMBER\(\) OVER .* AS (\[#copy\]), ([^()]*) FROM ({ONE})\) DELETE t FROM t JOIN "
     rf"\(SELECT ROW_NUMBER\(\) .* FROM ({ONE})\) s ON t.\[#copy\] = s.\[#copy\] AND EXISTS \(SELECT (.*) INTERSECT SELECT (.*)\); "
     r"SELECT @@ROWCOUNT AS touched", Server.delete_copies),
    (rf"UPDATE t SET (.*) FROM ({ONE}) t JOIN ({ONE}) s ON (.*); SELECT @@ROWCOUNT AS touched", Server.update),
    (rf"SELECT (s\.\[#row\].*?) FROM ({ONE}) s (LEFT )?JOIN ({ONE}) t ON (.*)", Server.look),
    (rf"SELECT MAX\(({NAME.replace('((?:', '(?:(?:')})\) FROM ({ONE})(?: WITH \(TABLOCK, HOLDLOCK\))?", Server.highest),
    (r"SELECT CAST\(cs.name AS .* FROM sys.foreign_keys f .*", lambda *_: []),
    (rf"INSERT INTO ({ONE}) \((.*)\) SELECT .* FROM ({ONE})", Server.insert_from),
    (rf"SELECT TOP \(1\) 1 AS n FROM {ONE} WITH \(TABLOCK, HOLDLOCK\)", Server.nothing),
    (rf"INSERT INTO ({ONE}) VALUES \((.*)\)", Server.insert),
    (rf"INSERT INTO ({ONE}) \(([^()]*)\) VALUES (\(.*\))", Server.values),
    (rf"CREATE (?:UNIQUE )?INDEX {NAME} ON ({ONE}) .*", Server.nothing),
    (r"EXEC sp_addextendedproperty .*", Server.nothing),
    (rf"UPDATE STATISTICS ({ONE})", Server.nothing),
    (rf"DECLARE @got INT; EXEC @got = sp_getapplock @Resource = {TEXT}, .*; SELECT @got AS got", Server.lock),
    (rf"EXEC sp_releaseapplock @Resource = {TEXT}, @LockOwner = N'Session'", Server.unlock),
    (rf"SELECT CAST\(t.name AS NVARCHAR\(128\)\) FROM sys.tables .* WHERE s.name = {TEXT} .*", Server.tables_of),
    (rf"SELECT CAST\(t.name AS .*, CAST\(f.name AS NVARCHAR\(128\)\) FROM sys.foreign_keys .*s.name = {TEXT} AND t.name IN \((.*?)\) AND p.name IN \((.*?)\) ORDER .*", Server.keys_of),
    (r"SELECT N'trigger' AS what, CAST\(g.name AS NVARCHAR\(128\)\) AS name FROM sys.triggers g .*", lambda *_: []),
    (rf"SELECT CAST\(t.TABLE_NAME AS .* WHERE t.TABLE_SCHEMA = {TEXT} .*", Server.columns_of),
    (r"SELECT CAST\(TABLE_SCHEMA AS NVARCHAR\(128\)\) FROM INFORMATION_SCHEMA.TABLES .*", Server.holding),
    (rf"SELECT SUM\(1\), MAX\(DATALENGTH\(.* FROM {NAME}\.\[synth_manifest\]", lambda *_: [(1, 9, 999, 9999, 2)]),
    (rf"SELECT \[dataset\], \[spec\], \[manifest\] FROM {NAME}\.\[synth_manifest\]", Server.kept),
    (r"SELECT \[x\] FROM \[t\]|SELECT 1", Server.nothing),
    (rf"SELECT COUNT_BIG\(\*\), .* FROM ({ONE})\) x", Server.sums),
]  # fmt: skip
