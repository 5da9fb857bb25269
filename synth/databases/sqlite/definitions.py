"""The DDL of what is in a file of SQLite, which keeps it as it was written."""

from __future__ import annotations

from collections.abc import Sequence

from synth.databases.sqlite.catalogue import Catalogue
from synth.databases.sqlite.dialect import DIALECT

__all__ = ["Definitions"]

_TABLES = (
    "FROM pragma_table_list t WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite^_%' ESCAPE '^'"
)


class Definitions(Catalogue):
    """Looks into sqlite_master, where each statement stands as somebody wrote it."""

    def filled_schemas(self) -> list[str]:
        """The only one, if it holds tables."""
        return [self.default_schema] if self.defined_tables("") else []

    def defined_tables(self, schema: str) -> list[str]:
        """Tables, but neither virtual ones nor those in which these keep what they have."""
        return [table for (table,) in self.rows(f"SELECT t.name {_TABLES} ORDER BY t.name")[1]]

    def definitions(self, schema: str, tables: Sequence[str]) -> str:
        """As it was written, with what ALTER TABLE has changed since; indexes where they are unique."""
        names = ", ".join(map(DIALECT.literal, tables))
        _, rows = self.rows(
            f"SELECT m.sql FROM sqlite_master m WHERE m.sql IS NOT NULL AND m.tbl_name IN ({names}) AND (m.type = 'table' "
            "OR (m.type = 'index' AND EXISTS (SELECT 1 FROM pragma_index_list(m.tbl_name) i WHERE i.name = m.name AND "
            'i."unique"))) ORDER BY m.type DESC, m.rowid'
        )
        return "".join(f"{sql}\n;\n" for (sql,) in rows)  # what is written may end in a comment

    def besides_tables(self, schema: str, tables: Sequence[str]) -> list[tuple[str, str]]:
        """Views, triggers and virtual tables."""
        names = ", ".join(map(DIALECT.literal, tables)) or "NULL"
        _, rows = self.rows(
            "SELECT type, CASE type WHEN 'trigger' THEN tbl_name || '.' || name ELSE name END FROM sqlite_master "
            f"WHERE type = 'view' OR (type = 'trigger' AND tbl_name IN ({names})) UNION SELECT 'virtual table', t.name "
            "FROM pragma_table_list t WHERE t.schema = 'main' AND t.type = 'virtual' ORDER BY 1, 2"
        )
        return [(what, name) for what, name in rows]
