"""Constraints and indexes: what the database is to hold true, and what it is to find fast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from synth.ddl.keys import Keys
from synth.ddl.names import ConstraintNames, refused
from synth.ddl.parts import Constraint, Index, Join
from synth.spec import constraints
from synth.sql.parse import SqlError
from synth.translate.conditions import condition

__all__ = ["Rules"]


class _Rule(NamedTuple):
    """A constraint that concerns one table alone; `body` is what stands in parentheses."""

    name: str
    kind: str
    body: str


class Rules:
    """Makes the constraints and indexes of tables in a schema, and names them in the order in which it is asked."""

    def __init__(self, keys: Keys, schema: str, tables: Sequence[str], there: Mapping[str, str]):
        """`tables` are made, in this order; `there` are others that can be referred to, and their places, quoted."""
        self.keys, self.schema, self.tables, self.there = keys, schema, tables, there
        self.dataset, self.dialect = keys.dataset, keys.dialect
        self.names = ConstraintNames(self.dataset.written)
        self.left_out: list[str] = []  # foreign keys to tables that are made later, where that cannot be said, in words

    def _quoted(self, *names: str) -> str:
        return ", ".join(self.dialect.quote_identifier(name) for name in names)

    def _new_name(self, *parts: str) -> str:
        return self._quoted(self.names.new(*parts))

    def _place(self, table: str) -> str:
        return self.dialect.place(self.schema, table)

    def constraints(self, table: str) -> Iterator[Constraint]:
        """Primary key, unique groups and checks."""
        for name, kind, body in self._rules(table):
            yield Constraint(table, self._place(table), f"CONSTRAINT {name} {kind} ({body})", kind=kind, name=name)

    def _rules(self, table: str) -> Iterator[_Rule]:
        key = self.dataset.tables[table].key
        required = constraints.not_null(self.dataset, table)
        for group in self.keys.groups(table):
            if group == key and set(key) <= set(required):
                yield _Rule(self._new_name("pk", table), "PRIMARY KEY", self._quoted(*group))
            elif self.dialect.unique_repeats_null or set(group) <= set(required):
                yield _Rule(self._new_name("uq", table, *group), "UNIQUE", self._quoted(*group))
        for check, sql in constraints.checks(self.dataset, table):
            yield _Rule(self._new_name("ck", table, check), "CHECK", self._condition(table, check, sql))
        for column in self.dataset.tables[table].written:
            dtype = self.keys.type_of(table, column)
            if dtype.name == "enum" != self.keys.kept_as(table, column).name:
                listed = dtype.is_listed('"' + column.replace('"', '""') + '"')
                yield _Rule(self._new_name("ck", table, column), "CHECK", self._condition(table, column, listed))

    def _condition(self, name: str, check: str, sql: str) -> str:
        if "\0" in sql:
            raise refused("U+0000 in a condition", "no database takes it", "tables", name)
        table = self.dataset.tables[name]
        types = {column: self.dialect.in_conditions(self.keys.kept_as(name, column)) for column in table.written}
        try:
            return condition(sql, types, self.dialect.sqlglot, self.dialect.rewrites)
        except SqlError as error:
            path = ("checks", check) if table.checks.get(check) == sql else ("columns", check, "check")
            raise refused(str(error), "write it with operators, CASE or IN", "tables", name, *path) from None

    def foreign_keys(self, table: str) -> Iterator[Constraint]:
        """Foreign keys to parents that are made, or are there."""
        before = set(self.tables[: self.tables.index(table) + 1])
        for refers in self.keys.references.get(table, []):
            whole = refers.keys in set(self.keys.groups(refers.parent))
            required = set(refers.keys) <= set(constraints.not_null(self.dataset, refers.parent))
            if not whole or not (required or self.dialect.unique_repeats_null):
                continue  # no constraint that a foreign key could point to
            made = refers.parent in self.tables and (refers.parent in before or self.dialect.forward_references)
            if not made and refers.parent not in self.there:
                if refers.parent in self.tables:
                    what = f"the foreign key of {table} ({', '.join(refers.columns)}) to {refers.parent}"
                    self.left_out.append(f"{what}: they refer to each other, and one of two tables is made first")
                continue
            texts = any(self.keys.type_of(table, column).is_text for column in refers.columns)
            if texts and not self.dialect.text_references:
                what = f"the foreign key of {table} ({', '.join(refers.columns)}) to {refers.parent}"
                self.left_out.append(f"{what}: with one of texts this server takes no new rows")
                continue
            place = self._place(refers.parent) if made else self.there[refers.parent]
            columns, keys = self._quoted(*refers.columns), self._quoted(*refers.keys)
            name = self._new_name("fk", table, *refers.columns)
            rule = f"CONSTRAINT {name} FOREIGN KEY ({columns}) REFERENCES {place} ({keys})"
            if made and refers.parent not in before:
                rule += self.dialect.forward_reference
            join = Join(tuple(map(self._quoted, refers.columns)), place, tuple(map(self._quoted, refers.keys)))
            yield Constraint(table, self._place(table), rule, refers.parent, "FOREIGN KEY", join, name)

    def indexes(self, table: str) -> Iterator[Index]:
        """On every reference that no key begins with; and unique ones where a constraint would count NULL once."""
        groups = list(self.keys.groups(table))
        required = constraints.not_null(self.dataset, table)
        begun = {group[0] for group in groups}
        for group in groups:
            if not self.dialect.unique_repeats_null and not set(group) <= set(required):
                there = " AND ".join(f"{self._quoted(c)} IS NOT NULL" for c in group if c not in required)
                name = self._new_name("uq", table, *group)
                on = f"ON {self._place(table)} ({self._quoted(*group)}) WHERE {there}"
                yield Index(table, f"CREATE UNIQUE INDEX {name} {on}", name)
        for refers in self.keys.references.get(table, []):
            if refers.columns[0] not in begun:
                yield self._index(table, self._new_name("ix", table, *refers.columns), *refers.columns)

    def time_indexes(self, table: str) -> Iterator[Index]:
        """On every date and timestamp that no key and no other index begins with; to be asked for last."""
        begun = {group[0] for group in self.keys.groups(table)}
        begun |= {refers.columns[0] for refers in self.keys.references.get(table, [])}
        for column in self.dataset.tables[table].written:
            if column not in begun and self.keys.type_of(table, column).is_time:
                name = self._new_name("ix", table, column)
                yield self._index(table, name, column)

    def _index(self, table: str, name: str, *columns: str) -> Index:
        return Index(table, f"CREATE INDEX {name} ON {self._place(table)} ({self._quoted(*columns)})", name)
