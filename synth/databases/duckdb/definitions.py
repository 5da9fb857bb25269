"""The DDL of what is in a file of DuckDB, which spells it itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from synth.databases.contract import STAGED
from synth.databases.duckdb.catalogue import Catalogue
from synth.databases.duckdb.connection import ALIAS
from synth.databases.duckdb.dialect import DIALECT

__all__ = ["Definitions"]

_HERE = "NOT internal AND database_name = current_database()"


class Definitions(Catalogue):
    """Reads duckdb_tables() and its kin."""

    def filled_schemas(self) -> list[str]:
        """Schemas that hold tables, without staging places."""
        _, rows = self.rows(f"SELECT DISTINCT schema_name FROM duckdb_tables() WHERE {_HERE} ORDER BY 1")
        return [schema for (schema,) in rows if not schema.startswith(STAGED)]

    def defined_tables(self, schema: str) -> list[str]:
        """Tables of a schema."""
        _, rows = self.rows(f"SELECT table_name FROM duckdb_tables() WHERE {self._of(schema)} ORDER BY 1")
        return [table for (table,) in rows]

    def _of(self, schema: str) -> str:
        return f"{_HERE} AND schema_name = {DIALECT.literal(schema)}"

    def definitions(self, schema: str, tables: Sequence[str]) -> str:
        """As DuckDB spells it, without the schema; labels of enums stand with their columns."""
        names = ", ".join(map(DIALECT.literal, tables)) or "NULL"
        these = f"{self._of(schema)} AND table_name IN ({names})"
        _, sequences = self.rows(
            f"SELECT sql FROM duckdb_sequences() WHERE {self._of(schema).removeprefix('NOT internal AND ')}"
        )
        _, tables_sql = self.rows(f"SELECT sql FROM duckdb_tables() WHERE {these} ORDER BY table_oid")
        _, indexes = self.rows(
            f"SELECT sql FROM duckdb_indexes() WHERE is_unique AND sql IS NOT NULL AND "
            f"{these.removeprefix('NOT internal AND ')} ORDER BY index_oid"
        )
        home = f"(?:{re.escape(schema)}|{re.escape(DIALECT.quote_identifier(schema))})"
        spelt = re.compile(
            rf"(^CREATE TABLE |^CREATE UNIQUE INDEX .*? ON | REFERENCES )(?:{ALIAS}\.)?{home}\.", re.DOTALL
        )
        created = [spelt.sub(r"\1", sql.rstrip(";")) for (sql,) in (*sequences, *tables_sql, *indexes)]
        return "".join(f"{statement};\n" for statement in (*created, *self._comments(these)))

    def _comments(self, these: str) -> Iterator[str]:
        _, tables = self.rows(f"SELECT table_name, comment FROM duckdb_tables() WHERE {these} AND comment IS NOT NULL")
        _, columns = self.rows(
            "SELECT table_name, column_name, comment FROM duckdb_columns() "
            f"WHERE {these} AND comment IS NOT NULL ORDER BY table_name, column_index"
        )
        for table, about in tables:
            yield f"COMMENT ON TABLE {DIALECT.quote_identifier(table)} IS {DIALECT.literal(about)}"
        for table, column, about in columns:
            place = f"{DIALECT.quote_identifier(table)}.{DIALECT.quote_identifier(column)}"
            yield f"COMMENT ON COLUMN {place} IS {DIALECT.literal(about)}"

    def besides_tables(self, schema: str, tables: Sequence[str]) -> list[tuple[str, str]]:
        """Views, and macros, which other databases have as functions."""
        _, rows = self.rows(
            f"SELECT 'view', view_name FROM duckdb_views() WHERE {self._of(schema)} "
            f"UNION SELECT 'macro', function_name FROM duckdb_functions() WHERE {self._of(schema)} ORDER BY 1, 2"
        )
        return [(what, name) for what, name in rows]
