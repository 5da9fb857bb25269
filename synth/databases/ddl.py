"""CREATE TABLE and what belongs to it, in one dialect, from a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from sqlglot import exp

from synth.databases.dialect import Dialect
from synth.spec import constraints
from synth.spec.constraints import Refers
from synth.spec.models import Dataset
from synth.spec.scope import Scope
from synth.sql.parse import expression

__all__ = ["Ddl", "ddl", "in_reference_order", "translated"]

LONGEST_NAME = 60  # PostgreSQL cuts names at 63 bytes, MySQL refuses above 64


@dataclass(frozen=True)
class Ddl:
    """Statements in the order in which they are run; `constraints` and `indexes` may wait until the data is there."""

    schema: tuple[str, ...]
    tables: tuple[str, ...]
    constraints: tuple[str, ...]
    indexes: tuple[str, ...]
    comments: tuple[str, ...]

    def __iter__(self) -> Iterator[str]:
        yield from (*self.schema, *self.tables, *self.constraints, *self.indexes, *self.comments)

    def __str__(self) -> str:
        return "".join(f"{statement};\n" for statement in self)


def ddl(dataset: Dataset, dialect: Dialect, schema: str | None = None) -> Ddl:
    """The statements for all tables that are written; `schema` defaults to the dataset's name."""
    return _Writer(dataset, dialect, schema or dataset.dataset).write()


def in_reference_order(dataset: Dataset) -> tuple[str, ...]:
    """Written tables, each after those it refers to; in a circle, as they are declared."""
    parents: dict[str, set[str]] = {name: set() for name in dataset.written}
    for refers in constraints.references(dataset):
        parents[refers.table].add(refers.parent)
    order: list[str] = []
    todo = list(dataset.written)
    while todo:
        able = next((name for name in todo if parents[name] - {name} <= set(order)), todo[0])
        order.append(able)
        todo.remove(able)
    return tuple(order)


def translated(sql: str, dialect: Dialect) -> str:
    """A condition of the spec in a dialect, its columns quoted."""
    tree = expression(sql).copy()
    for column in tree.find_all(exp.Column):
        column.this.set("quoted", True)
    return tree.sql(dialect=dialect.sqlglot)


class _Writer:
    def __init__(self, dataset: Dataset, dialect: Dialect, schema: str):
        self.dataset, self.dialect, self.schema = dataset, dialect, schema
        self.scope = Scope(dataset)
        self.refers: dict[str, list[Refers]] = {}
        for refers in constraints.references(dataset):
            self.refers.setdefault(refers.table, []).append(refers)

    def write(self) -> Ddl:
        names = in_reference_order(self.dataset)
        alters = self.dialect.alters
        rules = {name: list(self._constraints(name)) for name in names}
        foreign = {name: list(self._foreign(name)) for name in names}
        tables = [self._table(name, [] if alters else [*rules[name], *foreign[name]]) for name in names]
        added = [self._alter(name, rule) for kind in (rules, foreign) for name in names for rule in kind[name]]
        return Ddl(
            schema=tuple(self._schema()),
            tables=tuple(tables),
            constraints=tuple(added) if alters else (),
            indexes=tuple(index for name in names for index in self._indexes(name)),
            comments=tuple(comment for name in names for comment in self._comments(name)),
        )

    # -- pieces

    def _quoted(self, *names: str) -> str:
        return ", ".join(self.dialect.quoted(name) for name in names)

    def _place(self, table: str) -> str:
        return self.dialect.place(self.schema, table)

    @staticmethod
    def _named(*parts: str) -> str:
        """A constraint's name: its parts, or where they are too long their beginning and a hash."""
        name = "_".join(parts)
        if len(name) <= LONGEST_NAME:
            return name
        return f"{name[: LONGEST_NAME - 9]}_{blake2b(name.encode(), digest_size=4).hexdigest()}"

    def _schema(self) -> Iterator[str]:
        if self.dialect.has_schemas:
            quoted = self.dialect.quoted(self.schema)
            yield self.dialect.create_schema.format(
                schema=quoted,
                literal=self.dialect.literal(self.schema),
                created=self.dialect.literal(f"CREATE SCHEMA {quoted}"),
            )

    def _table(self, name: str, inside: list[str]) -> str:
        table = self.dataset.tables[name]
        required = constraints.not_null(self.dataset, name)
        keyed = {c for group in constraints.uniques(self.dataset, name) for c in group}
        keyed |= {refers.column for refers in self.refers.get(name, [])}
        lines = []
        for column in table.written:
            words = [self._quoted(column), self.dialect.type(self.scope.type_of(name, column), keyed=column in keyed)]
            words += ["NOT NULL"] if column in required else ["NULL"] if self.dialect.name == "tsql" else []
            about = table.columns[column].about
            if about and self.dialect.comments == "inline":
                words.append(f"COMMENT {self.dialect.literal(about)}")
            lines.append(" ".join(words))
        body = ",\n    ".join([*lines, *inside])
        about = f" COMMENT {self.dialect.literal(table.about)}" if table.about else ""
        options = self.dialect.table_options + (about if self.dialect.comments == "inline" else "")
        return f"CREATE TABLE {self._place(name)} (\n    {body}\n){options}"

    def _alter(self, table: str, rule: str) -> str:
        return f"ALTER TABLE {self._place(table)} ADD {rule}"

    def _constraints(self, name: str) -> Iterator[str]:
        """Primary key, unique groups and checks."""
        key = self.dataset.tables[name].key
        required = constraints.not_null(self.dataset, name)
        for group in constraints.uniques(self.dataset, name):
            if group == key and set(key) <= set(required):
                yield f"CONSTRAINT {self._quoted(self._named('pk', name))} PRIMARY KEY ({self._quoted(*group)})"
            elif self.dialect.null_repeats or set(group) <= set(required):
                yield f"CONSTRAINT {self._quoted(self._named('uq', name, *group))} UNIQUE ({self._quoted(*group)})"
        for check, sql in constraints.checks(self.dataset, name):
            condition = translated(sql, self.dialect)
            yield f"CONSTRAINT {self._quoted(self._named('ck', name, check))} CHECK ({condition})"

    def _foreign(self, name: str) -> Iterator[str]:
        for refers in self.refers.get(name, []):
            yield (
                f"CONSTRAINT {self._quoted(self._named('fk', name, refers.column))} "
                f"FOREIGN KEY ({self._quoted(refers.column)}) "
                f"REFERENCES {self._place(refers.parent)} ({self._quoted(refers.key)})"
            )

    def _indexes(self, name: str) -> Iterator[str]:
        """On every reference that no key begins with; and unique ones where a constraint would count NULL once."""
        groups = list(constraints.uniques(self.dataset, name))
        required = constraints.not_null(self.dataset, name)
        begun = {group[0] for group in groups}
        for group in groups:
            if not self.dialect.null_repeats and not set(group) <= set(required):
                there = " AND ".join(f"{self._quoted(c)} IS NOT NULL" for c in group if c not in required)
                yield (
                    f"CREATE UNIQUE INDEX {self._quoted(self._named('uq', name, *group))} "
                    f"ON {self._place(name)} ({self._quoted(*group)}) WHERE {there}"
                )
        for refers in self.refers.get(name, []):
            if refers.column not in begun:
                index = self._quoted(self._named("ix", name, refers.column))
                yield f"CREATE INDEX {index} ON {self._place(name)} ({self._quoted(refers.column)})"

    def _comments(self, name: str) -> Iterator[str]:
        table = self.dataset.tables[name]
        abouts = [(None, table.about), *((c, table.columns[c].about) for c in table.written)]
        for column, about in abouts:
            if not about:
                continue
            text = self.dialect.literal(about)
            if self.dialect.comments == "statements":
                what = f"COLUMN {self._place(name)}.{self._quoted(column)}" if column else f"TABLE {self._place(name)}"
                yield f"COMMENT ON {what} IS {text}"
            elif self.dialect.comments == "procedure":
                words = [f"@level0type = N'SCHEMA', @level0name = {self.dialect.literal(self.schema)}"]
                words.append(f"@level1type = N'TABLE', @level1name = {self.dialect.literal(name)}")
                if column:
                    words.append(f"@level2type = N'COLUMN', @level2name = {self.dialect.literal(column)}")
                yield f"EXEC sp_addextendedproperty @name = N'MS_Description', @value = {text}, {', '.join(words)}"
