"""What a spec says of its keys as a database must hold them: groups, references, the types of both ends."""

from __future__ import annotations

from collections.abc import Iterator

from synth.ddl.names import refused
from synth.dtypes import DType
from synth.spec import constraints
from synth.spec.constraints import Refers
from synth.spec.models import Dataset
from synth.spec.scope import Scope
from synth.translate.dialect import Dialect

__all__ = ["Keys"]


class Keys:
    """The keys and references of a dataset, in one dialect."""

    def __init__(self, dataset: Dataset, dialect: Dialect):
        self.dataset, self.dialect, self.scope = dataset, dialect, Scope(dataset)
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

    def _measure(self, table: str, group: tuple[str, ...]) -> None:
        limit = self.dialect.longest_key
        texts = [dtype for column in group if (dtype := self.type_of(table, column)).name == "varchar"]
        if limit and sum(dtype.length or self.dialect.keyed_length for dtype in texts) > limit:
            raise refused(
                f"a key of {', '.join(group)} is longer than the {limit} characters that {self.dialect.name} can index",
                "declare shorter varchars", "tables", table, "columns", group[0],
            )  # fmt: skip
