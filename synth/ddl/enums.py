"""Types of a schema's own, one for each enum column, where the database has such types."""

from __future__ import annotations

from collections.abc import Sequence

from synth.ddl.keys import Keys
from synth.ddl.names import ConstraintNames
from synth.ddl.parts import OwnType

__all__ = ["Enums"]


class Enums:
    """The enums of some tables as types in a schema; `places` are their names, quoted, by table and column."""

    def __init__(self, keys: Keys, schema: str, tables: Sequence[str]):
        self.keys, self.dialect = keys, keys.dialect
        names = ConstraintNames(keys.dataset.written)
        self.places = {
            (table, column): self.dialect.place(schema, names.new(table, column))
            for table in tables
            if self.dialect.create_enum
            for column in keys.dataset.tables[table].written
            if (dtype := keys.kept_as(table, column)).name == "enum" and not dtype.native
        }

    def types(self, table: str) -> tuple[OwnType, ...]:
        """The types of a table."""
        of_table = {column: place for (owner, column), place in self.places.items() if owner == table}
        return tuple(
            OwnType(place, self.dialect.create_enum.format(place=place, labels=self._labels(table, column)))
            for column, place in of_table.items()
        )

    def _labels(self, table: str, column: str) -> str:
        return self.dialect.labels(self.keys.kept_as(table, column))
