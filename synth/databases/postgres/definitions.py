"""The DDL of what is in a PostgreSQL, put together from its catalogue: in the server's own words, without its noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synth.databases.contract import STAGED
from synth.databases.postgres.catalogue import Catalogue
from synth.databases.postgres.connection import Connection
from synth.databases.postgres.dialect import DIALECT

__all__ = ["Definitions"]

_OWN = ("information_schema", "pg_catalog", "pg_toast")  # schemas of the server's
_TABLES = (
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = {schema}"
)
_THESE = f"{_TABLES} AND c.relname IN ({{tables}})"
_ATTRIBUTES = (
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.relkind IN ('r', 'p') AND n.nspname = {schema} AND c.relname IN ({tables}) AND a.attnum > 0 "
    "AND NOT a.attisdropped"
)
# types of columns, of what arrays of them hold, and of what domains stand for
_TYPES = (
    f"WITH RECURSIVE used AS (SELECT a.atttypid AS oid {_ATTRIBUTES} UNION SELECT u.oid FROM used, LATERAL (SELECT "
    "UNNEST(ARRAY[k.typelem, k.typbasetype]) AS oid FROM pg_type k WHERE k.oid = used.oid) u) "
    "SELECT t.oid, n.nspname, t.typname, t.typtype, FORMAT_TYPE(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault, "
    "ARRAY(SELECT CAST(e.enumlabel AS TEXT) FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder), "
    "ARRAY(SELECT PG_GET_CONSTRAINTDEF(k.oid) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c' "
    "ORDER BY k.conname) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid IN (SELECT oid FROM used) "
    "AND n.nspname <> 'pg_catalog' ORDER BY t.typtype = 'd', t.oid"
)
# those of identities, and those that defaults of columns take numbers from
_SEQUENCES = """
SELECT c.relname, a.attname, q.relname, s.seqstart, s.seqincrement, a.attidentity
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
CROSS JOIN LATERAL (
  SELECT d.objid FROM pg_depend d WHERE d.refclassid = CAST('pg_class' AS REGCLASS) AND d.refobjid = c.oid
  AND d.refobjsubid = a.attnum AND d.deptype = 'i' AND d.classid = CAST('pg_class' AS REGCLASS)
  UNION SELECT d.refobjid FROM pg_attrdef f JOIN pg_depend d ON d.classid = CAST('pg_attrdef' AS REGCLASS)
  AND d.objid = f.oid AND d.refclassid = CAST('pg_class' AS REGCLASS) WHERE f.adrelid = c.oid AND f.adnum = a.attnum
) o JOIN pg_class q ON q.oid = o.objid AND q.relkind = 'S' JOIN pg_sequence s ON s.seqrelid = q.oid
WHERE c.relkind IN ('r', 'p') AND n.nspname = {schema} AND c.relname IN ({tables}) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY q.relname
"""
_COLUMNS = (
    "SELECT c.relname, a.attname, FORMAT_TYPE(a.atttypid, a.atttypmod), a.attnotnull, "
    "(SELECT PG_GET_EXPR(f.adbin, f.adrelid) FROM pg_attrdef f WHERE f.adrelid = c.oid AND f.adnum = a.attnum), "
    f"a.attidentity, a.attgenerated, COL_DESCRIPTION(c.oid, a.attnum) {_ATTRIBUTES} ORDER BY c.relname, a.attnum"
)
_CONSTRAINTS = (
    "SELECT c.relname, k.conname, PG_GET_CONSTRAINTDEF(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
    f"{_THESE.removeprefix('FROM pg_class c ')} AND (k.contype IN ('p', 'u', 'c') OR (k.contype = 'f' "
    "AND c.relnamespace = (SELECT p.relnamespace FROM pg_class p WHERE p.oid = k.confrelid))) "
    "ORDER BY c.relname, ARRAY_POSITION(ARRAY['p', 'u', 'f', 'c'], CAST(k.contype AS TEXT)), k.conname"
)
_INDEXES = (
    "SELECT PG_GET_INDEXDEF(i.indexrelid, 0, TRUE) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
    f"{_THESE.removeprefix('FROM pg_class c ')} AND i.indisunique AND i.indisvalid "
    "AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) "
    "ORDER BY c.relname, i.indexrelid"
)
_ABOUTS = f"SELECT c.relname, OBJ_DESCRIPTION(c.oid, 'pg_class') {_THESE} ORDER BY c.relname"
_BESIDES = """
SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END, c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = {schema} AND c.relkind IN ('v', 'm', 'f')
UNION SELECT 'partition', c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = {schema} AND c.relkind IN ('r', 'p') AND c.relispartition
UNION SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, p.proname
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = {schema}
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION SELECT 'trigger', c.relname || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = {schema} AND c.relname IN ({tables}) AND NOT t.tgisinternal
UNION SELECT 'policy of row security', tablename || '.' || policyname FROM pg_policies
WHERE schemaname = {schema} AND tablename IN ({tables})
UNION SELECT 'rule', tablename || '.' || rulename FROM pg_rules WHERE schemaname = {schema} AND tablename IN ({tables})
UNION SELECT CASE k.contype WHEN 'f' THEN 'reference to another schema' ELSE 'exclusion constraint' END,
c.relname || '.' || k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = {schema} AND c.relname IN ({tables}) AND (k.contype = 'x' OR
(k.contype = 'f' AND c.relnamespace <> (SELECT p.relnamespace FROM pg_class p WHERE p.oid = k.confrelid)))
ORDER BY 1, 2
"""


class Definitions(Catalogue, Connection):
    """Reads pg_catalog: information_schema shows an owner's constraints alone, and neither indexes nor identities whole."""

    def filled_schemas(self) -> list[str]:
        """From pg_class, which shows what may not be read, too: then that is told."""
        own = ", ".join(map(DIALECT.literal, _OWN))
        _, rows = self.rows(
            "SELECT DISTINCT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            f"WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ({own}) AND n.nspname NOT LIKE 'pg\\_temp%' ORDER BY 1"
        )
        return [schema for (schema,) in rows if not schema.startswith(STAGED)]

    def defined_tables(self, schema: str) -> list[str]:
        """Tables, and those that are but the roof of their partitions."""
        _, rows = self.rows(f"SELECT c.relname {_TABLES.format(schema=DIALECT.literal(schema))} ORDER BY 1")
        return [table for (table,) in rows]

    def definitions(self, schema: str, tables: Sequence[str]) -> str:
        """All in one transaction, whose search path lets the server leave the schema out of what it spells."""
        if not tables:
            return ""
        with self.driver_errors("reading what is there"), self.transaction():
            place = {"schema": DIALECT.literal(schema), "tables": ", ".join(map(DIALECT.literal, tables))}
            _, types = self.rows(_TYPES.format(**place))
            path = dict.fromkeys((schema, *(namespace for _, namespace, *_ in types)))
            self.run(f"SET LOCAL search_path = {', '.join(map(DIALECT.quote_identifier, path))}")
            _, types = self.rows(_TYPES.format(**place))  # again: now without the names of their schemas
            constraints = self.rows(_CONSTRAINTS.format(**place))[1]
            sequences = self.rows(_SEQUENCES.format(**place))[1]
            columns = self.rows(_COLUMNS.format(**place))[1]
            indexes = self.rows(_INDEXES.format(**place))[1]
            abouts = self.rows(_ABOUTS.format(**place))[1]
        statements = [
            *_types(types),
            *_sequences(sequences),
            *(_table(name, columns, constraints, sequences) for name in tables),
            *(index.replace(" ON ONLY ", " ON ", 1) for (index,) in indexes),
            *_comments(abouts, columns),
        ]
        return "".join(f"{statement};\n" for statement in statements)

    def besides_tables(self, schema: str, tables: Sequence[str]) -> list[tuple[str, str]]:
        """Views, partitions, functions, and what hangs on the tables."""
        names = ", ".join(map(DIALECT.literal, tables)) or "NULL"
        _, rows = self.rows(_BESIDES.format(schema=DIALECT.literal(schema), tables=names))
        return [(what, name) for what, name in rows]


def _types(rows: Sequence[Any]) -> Iterator[str]:
    for _, _, name, kind, base, required, default, labels, checks in rows:
        if kind == "e":
            spelt = ", ".join(map(DIALECT.literal, labels))
            yield f"CREATE TYPE {DIALECT.quote_identifier(name)} AS ENUM ({spelt})"
        if kind == "d":
            words = [f"DEFAULT {default}"] if default else []
            words += ["NOT NULL"] if required else []
            yield " ".join([f"CREATE DOMAIN {DIALECT.quote_identifier(name)} AS {base}", *words, *checks])


def _sequences(rows: Sequence[Any]) -> Iterator[str]:
    """Those of identities stand with their columns."""
    named = {name: (start, step) for _, _, name, start, step, identity in rows if not identity}
    for name, (start, step) in named.items():
        yield f"CREATE SEQUENCE {DIALECT.quote_identifier(name)} START WITH {start} INCREMENT BY {step}"


def _table(name: str, columns: Sequence[Any], constraints: Sequence[Any], sequences: Sequence[Any]) -> str:
    starts = {(table, column): (start, step) for table, column, _, start, step, identity in sequences if identity}
    lines = []
    for table, column, kind, required, expression, identity, generated, _ in columns:
        if table != name:
            continue
        words = [DIALECT.quote_identifier(column), kind]
        if generated:
            words.append(f"GENERATED ALWAYS AS ({expression}) STORED")
        elif identity:
            start, step = starts.get((table, column), (1, 1))
            way = "ALWAYS" if identity == "a" else "BY DEFAULT"
            words.append(f"GENERATED {way} AS IDENTITY (START WITH {start} INCREMENT BY {step})")
        elif expression is not None:
            words.append(f"DEFAULT {expression}")
        lines.append(" ".join([*words, "NOT NULL"] if required else words))
    lines += [
        f"CONSTRAINT {DIALECT.quote_identifier(constraint)} {spelt.removesuffix(' NOT VALID')}"
        for table, constraint, spelt in constraints
        if table == name
    ]
    return f"CREATE TABLE {DIALECT.quote_identifier(name)} (\n  " + ",\n  ".join(lines) + "\n)"


def _comments(tables: Sequence[Any], columns: Sequence[Any]) -> Iterator[str]:
    for name, about in tables:
        if about:
            yield f"COMMENT ON TABLE {DIALECT.quote_identifier(name)} IS {DIALECT.literal(about)}"
    for table, column, *_, about in columns:
        if about:
            place = f"{DIALECT.quote_identifier(table)}.{DIALECT.quote_identifier(column)}"
            yield f"COMMENT ON COLUMN {place} IS {DIALECT.literal(about)}"
