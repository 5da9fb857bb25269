"""What is in a file of SQLite: tables, columns, and their types as ours, which are but what was declared."""

from __future__ import annotations

from collections.abc import Sequence

from synth.databases.changes import ForeignKey, foreign_keys
from synth.databases.contract import MANIFEST, Database
from synth.databases.sqlite.dialect import DIALECT
from synth.dtypes import BIGINT, DOUBLE, REAL, TEXT, DType

__all__ = ["Catalogue", "column_type"]


class Catalogue(Database):
    """Looks into sqlite_master. There are no schemas: a file holds one dataset."""

    def catalogue(self, schema: str) -> dict[str, dict[str, DType]]:
        """Tables and columns, whatever the schema."""
        _, rows = self.rows(
            "SELECT t.name, c.name, c.type, c.pk FROM sqlite_master t, pragma_table_xinfo(t.name) c "
            "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY t.name, c.cid"
        )
        ours = any(table == MANIFEST for table, *_ in rows)
        tables: dict[str, dict[str, DType]] = {}
        for table, column, kind, of_key in rows:
            numbered = of_key and kind.upper() == "INTEGER"  # by SQLite itself, and with 64 bits
            tables.setdefault(table, {})[column] = BIGINT if numbered else column_type(kind, ours=ours)
        return tables

    def dataset_schemas(self) -> list[str]:
        """The dataset of the manifest."""
        if MANIFEST not in self.catalogue(""):
            return []
        _, rows = self.rows(f"SELECT dataset FROM {MANIFEST}")
        return [dataset for (dataset,) in rows]

    def referring(self, schema: str, tables: Sequence[str]) -> list[ForeignKey]:
        """From each table's pragma; a key that is not named is the parent's own."""
        names = ", ".join(map(DIALECT.literal, tables))
        _, rows = self.rows(
            'SELECT \'\', CAST(f.id AS TEXT), t.name, f."from", f."table", COALESCE(f."to", (SELECT k.name FROM '
            'pragma_table_info(f."table") k WHERE k.pk = f.seq + 1)) FROM sqlite_master t, '
            "pragma_foreign_key_list(t.name) f WHERE t.type = 'table' "
            f'AND f."table" COLLATE NOCASE IN ({names}) AND t.name NOT IN ({names}) ORDER BY t.name, f.id, f.seq'
        )
        return foreign_keys(rows)

    def hanging_on(self, schema: str, tables: Sequence[str]) -> list[tuple[str, str]]:
        """Triggers, and indexes that somebody made; those of constraints have no SQL."""
        names = ", ".join(map(DIALECT.literal, tables))
        _, rows = self.rows(
            "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL "
            f"AND tbl_name COLLATE NOCASE IN ({names}) ORDER BY 1, 2"
        )
        return [(what, name) for what, name in rows]


def column_type(declaration: str, *, ours: bool) -> DType:
    """The type of a column from its declaration; `ours` says that INTEGER has 32 bits, which it has for us alone."""
    words = declaration.lower().replace("_text(", "(")
    if words.startswith("enum") or words == "char":  # which SQLite looks for in no way
        return TEXT
    if ours and words == DIALECT.types["real"].lower():
        return REAL
    try:
        dtype = DType.parse(words)
    except ValueError:
        return _by_affinity(words)
    if dtype.name == "wide" and "_text(" not in declaration.lower():  # of digits that SQLite's numbers do not keep
        return TEXT
    if dtype == REAL:  # of eight bytes
        return DOUBLE
    if (dtype.name == "decimal" and "(" not in words) or (dtype.name == "integer" and not ours):
        return BIGINT if dtype.name == "integer" else DOUBLE
    return dtype


def _by_affinity(words: str) -> DType:
    """Of other people's declarations: by the parts that SQLite itself looks for (sqlite.org/datatype3.html, 3.1)."""
    if words.startswith("datetime"):
        return DType("timestamp")
    if "int" in words:
        return BIGINT
    if "char" not in words and any(part in words for part in ("real", "floa", "doub", "numeric")):
        return DOUBLE
    return TEXT
