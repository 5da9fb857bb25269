"""What a spec says of its keys as a database must hold them: groups, references, the types of both ends."""

from __future__ import annotations

from collections.abc import Iterator

from synth.ddl.names import refused
from synth.dtypes import DType
from synth.spec import constraints
from synth.spec.constraints import Refers
from synth.spec.kept import natives
from synth.spec.models import Dataset
from synth.spec.scope import Scope
from synth.sql.parse import named
from synth.translate.dialect import Dialect

__all__ = ["Keys"]


class Keys:
    """The keys and references of a dataset, in one dialect."""

    def __init__(self, dataset: Dataset, dialect: Dialect):
        self.dataset, self.dialect, self.scope = dataset, dialect, Scope(dataset)
        self.natives = natives(dataset, dialect.name)
        self.references: dict[str, list[Refers]] = {}
        for refers in constraints.references(dataset):
            self.references.setdefault(refers.table, []).append(refers)
        self._parents = {
            (refers.table, column): (refers.parent, key)
            for of_table in self.references.values()
            for refers in of_table
            for column, key in zip(refers.columns, refers.keys, strict=True)
        }

    def type_of(self, table: str, column: str) -> DType:
        """A column's type; a reference has its parent's key's, as most databases ask for."""
        path = [(table, column)]
        while parent := self._parents.get(path[-1]):
            if parent in path:  # a circle: any of its columns, the same from everywhere
                return self.scope.type_of(*min(path[path.index(parent) :]))
            path.append(parent)
        return self.scope.type_of(*path[-1])

    def kept_as(self, table: str, column: str) -> DType:
        """A column's type as the database keeps it: an enum is a text with a check where there is no type for it.

        So it is in references, too, as two types of PostgreSQL have no values in common. One that the spec gives a type of
        the database's own has that.
        """
        dtype = self.type_of(table, column).kept_as(self.natives.get((table, column), ""))
        if dtype.name != "enum" or dtype.native:
            return dtype
        refers = (table, column) in self._parents or (table, column) in self._parents.values()
        return dtype.as_varchar if refers or not self.dialect.has_enums else dtype

    def groups(self, table: str) -> Iterator[tuple[str, ...]]:
        """The primary key and the unique groups, of written columns. Raises SpecError for one that is too long."""
        written = set(self.dataset.tables[table].written)
        for group in dict.fromkeys(tuple(dict.fromkeys(g)) for g in constraints.uniques(self.dataset, table)):
            if set(group) <= written:
                self._measure(table, group)
                yield group

    def keyed(self, table: str) -> set[str]:
        """The columns that stand in a key, a unique group or a reference."""
        columns = {column for group in self.groups(table) for column in group}
        return columns | {column for refers in self.references.get(table, []) for column in refers.columns}

    def own(self, table: str) -> str | None:
        """The key by which a database can number new rows by itself: one integer or UUID, which refers to no other table."""
        key = self.dataset.tables[table].key
        if len(key) != 1 or self.scope.kind(table).is_sum or key[0] not in constraints.not_null(self.dataset, table):
            return None
        (column,) = key
        if any(column in refers.columns for refers in self.references.get(table, [])):
            return None
        if not self.dialect.own_keys_in_checks:
            checks = constraints.checks(self.dataset, table)
            if any(column in named(sql) for _, sql in checks):
                return None
        return column if self.type_of(table, column).name in self.dialect.own_keys else None

    def _measure(self, table: str, group: tuple[str, ...]) -> None:
        limit = self.dialect.longest_key
        texts = [dtype for column in group if (dtype := self.kept_as(table, column)).is_free_text]
        if limit and sum(dtype.length or self.dialect.keyed_length for dtype in texts) > limit:
            raise refused(
                f"a key of {', '.join(group)} is longer than the {limit} characters that {self.dialect.name} can index",
                "declare shorter varchars", "tables", table, "columns", group[0],
            )  # fmt: skip
