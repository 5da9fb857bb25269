"""CREATE TABLE and what belongs to it, in one dialect, from a dataset."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from types import MappingProxyType
from typing import TypeVar

from synth.dtypes import DType
from synth.errors import OptionError, Problem, SpecError
from synth.spec import constraints
from synth.spec.constraints import Refers
from synth.spec.models import Dataset
from synth.spec.scope import Scope
from synth.sql.parse import SqlError
from synth.translate.conditions import condition
from synth.translate.dialect import Dialect

__all__ = ["Constraint", "Ddl", "Index", "by_table", "ddl", "in_reference_order"]

LONGEST_NAME = 60  # PostgreSQL cuts names at 63 bytes, MySQL refuses above 64
LONGEST_SCHEMA = 63


@dataclass(frozen=True)
class Constraint:
    """`rule` is what stands behind ADD; `parent` is the table that a foreign key points to."""

    table: str
    place: str
    rule: str
    parent: str | None = None
    kind: str = ""  # PRIMARY KEY, UNIQUE, CHECK, FOREIGN KEY
    joins: tuple[tuple[str, ...], str, tuple[str, ...]] | None = (
        None  # of a foreign key: columns, the parent's place and key
    )

    def __str__(self) -> str:
        return f"ALTER TABLE {self.place} ADD {self.rule}"


@dataclass(frozen=True)
class Index:
    """A statement that makes an index of a table."""

    table: str
    statement: str

    def __str__(self) -> str:
        return self.statement


Part = TypeVar("Part", Constraint, Index)


def by_table(parts: Iterable[Part]) -> dict[str, list[Part]]:
    """The parts of each table that has one, in their order."""
    found: dict[str, list[Part]] = {}
    for part in parts:
        found.setdefault(part.table, []).append(part)
    return found


@dataclass(frozen=True)
class Ddl:
    """What is run, in this order; `constraints` and `indexes` may wait until the data is there."""

    schema: tuple[str, ...]
    tables: Mapping[str, str]  # by name, in the order of references
    constraints: tuple[Constraint, ...]
    indexes: tuple[Index, ...]
    comments: tuple[str, ...]

    def __iter__(self) -> Iterator[str]:
        yield from self.schema
        yield from self.tables.values()
        yield from map(str, (*self.constraints, *self.indexes))
        yield from self.comments

    def __str__(self) -> str:
        return "".join(f"{statement};\n" for statement in self)


def ddl(
    dataset: Dataset, dialect: Dialect, schema: str | None = None, only: Collection[str] | None = None,
    parents: Mapping[str, str] = MappingProxyType({}),
) -> Ddl:  # fmt: skip
    """The statements for all written tables, or `only` these; `schema` is the dataset's name if left out.

    `parents` are tables that are there already and can be referred to, and their places, quoted.

    Raises SpecError, OptionError.
    """
    return _Writer(dataset, dialect, dataset.dataset if schema is None else _fits(schema), only, parents).write()


def in_reference_order(dataset: Dataset, only: Collection[str] | None = None) -> tuple[str, ...]:
    """Written tables, or `only` these, each after those it refers to; in a circle, as they are declared."""
    todo = [name for name in dataset.written if only is None or name in only]
    parents: dict[str, set[str]] = {name: set() for name in todo}
    for refers in constraints.references(dataset):
        if refers.table in parents and refers.parent in parents:
            parents[refers.table].add(refers.parent)
    order: list[str] = []
    while todo:
        able = next((name for name in todo if parents[name] - {name} <= set(order)), todo[0])
        order.append(able)
        todo.remove(able)
    return tuple(order)


def _refuse(what: str, hint: str, *path: str | int) -> SpecError:
    return SpecError([Problem(path, what, hint)])


def _fits(schema: str) -> str:
    """A schema's name as every database takes it. Raises OptionError."""
    if not schema.strip() or not schema.isprintable() or len(schema.encode()) > LONGEST_SCHEMA or schema[-1] == " ":
        raise OptionError(
            f"'{schema}' cannot be a schema's name\n  hint: 1 to {LONGEST_SCHEMA} bytes, printable, no blank at its end"
        )
    return schema


class _Writer:
    def __init__(
        self, dataset: Dataset, dialect: Dialect, schema: str, only: Collection[str] | None, there: Mapping[str, str]
    ):
        self.there = there
        self.dataset, self.dialect, self.schema = dataset, dialect, schema
        self.scope = Scope(dataset)
        self.refers: dict[str, list[Refers]] = {}
        for refers in constraints.references(dataset):
            self.refers.setdefault(refers.table, []).append(refers)
        self.parents = {
            (r.table, column): (r.parent, key)
            for group in self.refers.values()
            for r in group
            for column, key in zip(r.columns, r.keys, strict=True)
        }
        self.order = in_reference_order(dataset, only)
        self.taken = {name.lower() for name in dataset.written}

    def write(self) -> Ddl:
        names = self.order
        self._differ(names, "tables")
        rules = {name: list(self._constraints(name)) for name in names}
        foreign = {name: list(self._foreign(name)) for name in names}
        everything = [constraint for kind in (rules, foreign) for name in names for constraint in kind[name]]
        added = [c for c in everything if self.dialect.alters and c.kind not in self.dialect.inside]
        tables = {n: self._table(n, [c.rule for c in (*rules[n], *foreign[n]) if c not in added]) for n in names}
        return Ddl(
            schema=tuple(self._schema()),
            tables=tables,
            constraints=tuple(added),
            indexes=tuple(index for name in names for index in self._indexes(name)),
            comments=tuple(comment for name in names for comment in self._comments(name)),
        )

    # -- pieces

    def _quoted(self, *names: str) -> str:
        return ", ".join(self.dialect.quoted(name) for name in names)

    def _place(self, table: str) -> str:
        return self.dialect.place(self.schema, table)

    def _named(self, *parts: str) -> str:
        """A new constraint's quoted name: its parts, or where that is long or taken their beginning and a hash.

        Names are taken in the whole schema, small letters and capitals alike: that is the strictest of the databases.
        """
        name, tries = "_".join(parts), 0
        found = name
        while len(found) > LONGEST_NAME or found.lower() in self.taken:
            digest = blake2b("/".join((*parts, str(tries))).encode(), digest_size=4).hexdigest()
            found, tries = f"{name[: LONGEST_NAME - 9]}_{digest}", tries + 1
        self.taken.add(found.lower())
        return self._quoted(found)

    @staticmethod
    def _differ(names: Iterable[str], *path: str) -> None:
        """Refuse names that most databases take for one."""
        seen: dict[str, str] = {}
        for name in names:
            other = seen.setdefault(name.lower(), name)
            if other != name:
                raise _refuse(f"'{other}' and '{name}' are one name in most databases", "rename one", *path, name)

    def _type(self, table: str, column: str) -> DType:
        """A column's type; a reference has its parent's key's, as most databases ask for."""
        path = [(table, column)]
        while parent := self.parents.get(path[-1]):
            if parent in path:  # a circle: any of its columns, the same from everywhere
                return self.scope.type_of(*min(path[path.index(parent) :]))
            path.append(parent)
        return self.scope.type_of(*path[-1])

    def _groups(self, name: str) -> Iterator[tuple[str, ...]]:
        """The primary key and the unique groups, of written columns, none longer than an index may be."""
        written = set(self.dataset.tables[name].written)
        for group in dict.fromkeys(tuple(dict.fromkeys(g)) for g in constraints.uniques(self.dataset, name)):
            if set(group) <= written:
                self._measure(name, group)
                yield group

    def _measure(self, name: str, group: tuple[str, ...]) -> None:
        limit = self.dialect.longest_key
        texts = [t for column in group if (t := self._type(name, column)).name == "varchar"]
        if limit and sum(t.length or self.dialect.keyed_length for t in texts) > limit:
            raise _refuse(
                f"a key of {', '.join(group)} is longer than the {limit} characters that {self.dialect.name} can index",
                "declare shorter varchars", "tables", name, "columns", group[0],
            )  # fmt: skip

    def _text(self, text: str, *path: str) -> str:
        """A comment as a literal."""
        if "\0" in text:
            raise _refuse("U+0000 in a comment", "no database takes it", *path, "about")
        limit = self.dialect.longest_comment
        return self.dialect.literal(text if not limit or len(text) <= limit else text[: limit - 1] + "…")

    def _condition(self, name: str, check: str, sql: str) -> str:
        if "\0" in sql:
            raise _refuse("U+0000 in a condition", "no database takes it", "tables", name)
        types = {column: self._type(name, column) for column in self.dataset.tables[name].written}
        try:
            return condition(sql, types, self.dialect.sqlglot, self.dialect.rewrites)
        except SqlError as error:
            table = self.dataset.tables[name]
            path = ("checks", check) if table.checks.get(check) == sql else ("columns", check, "check")
            raise _refuse(str(error), "write it with operators, CASE or IN", "tables", name, *path) from None

    def _schema(self) -> Iterator[str]:
        yield from self.dialect.before
        if self.dialect.has_schemas:
            quoted = self.dialect.quoted(self.schema)
            yield self.dialect.create_schema.format(
                schema=quoted,
                literal=self.dialect.literal(self.schema),
                created=self.dialect.literal(f"CREATE SCHEMA {quoted}"),
            )

    def _table(self, name: str, inside: list[str]) -> str:
        table = self.dataset.tables[name]
        self._differ(table.written, "tables", name, "columns")
        required = constraints.not_null(self.dataset, name)
        keyed = {c for group in self._groups(name) for c in group}
        keyed |= {column for refers in self.refers.get(name, []) for column in refers.columns}
        lines = []
        for column in table.written:
            words = [self._quoted(column), self.dialect.type(self._type(name, column), keyed=column in keyed)]
            words += [self.dialect.null if column not in required else "NOT NULL"]
            about = table.columns[column].about
            if about and self.dialect.comments == "inline":
                words.append(f"COMMENT {self._text(about, 'tables', name, 'columns', column)}")
            lines.append(" ".join(filter(None, words)))
        body = ",\n    ".join([*lines, *inside])
        options = self.dialect.table_options
        if table.about and self.dialect.comments == "inline":
            options += f" COMMENT {self._text(table.about, 'tables', name)}"
        return f"CREATE TABLE {self._place(name)} (\n    {body}\n){options}"

    def _constraints(self, name: str) -> Iterator[Constraint]:
        """Primary key, unique groups and checks."""
        for named, kind, what in self._rules(name):
            yield Constraint(name, self._place(name), f"CONSTRAINT {named} {kind} ({what})", kind=kind)

    def _rules(self, name: str) -> Iterator[tuple[str, str, str]]:
        """Names, kinds, and what stands in parentheses."""
        key = self.dataset.tables[name].key
        required = constraints.not_null(self.dataset, name)
        for group in self._groups(name):
            if group == key and set(key) <= set(required):
                yield self._named("pk", name), "PRIMARY KEY", self._quoted(*group)
            elif self.dialect.null_repeats or set(group) <= set(required):
                yield self._named("uq", name, *group), "UNIQUE", self._quoted(*group)
        for check, sql in constraints.checks(self.dataset, name):
            yield self._named("ck", name, check), "CHECK", self._condition(name, check, sql)

    def _foreign(self, name: str) -> Iterator[Constraint]:
        """To parents that are made, or are there."""
        before = set(self.order[: self.order.index(name) + 1])
        for refers in self.refers.get(name, []):
            whole = refers.keys in set(self._groups(refers.parent))
            required = set(refers.keys) <= set(constraints.not_null(self.dataset, refers.parent))
            if not whole or not (required or self.dialect.null_repeats):
                continue  # no constraint that a foreign key could point to
            made = refers.parent in self.order and (refers.parent in before or self.dialect.looks_ahead)
            if not made and refers.parent not in self.there:
                continue
            place = self._place(refers.parent) if made else self.there[refers.parent]
            columns, keys = self._quoted(*refers.columns), self._quoted(*refers.keys)
            named = self._named("fk", name, *refers.columns)
            rule = f"CONSTRAINT {named} FOREIGN KEY ({columns}) REFERENCES {place} ({keys})"
            joins = tuple(map(self._quoted, refers.columns)), place, tuple(map(self._quoted, refers.keys))
            yield Constraint(name, self._place(name), rule, refers.parent, "FOREIGN KEY", joins)

    def _indexes(self, name: str) -> Iterator[Index]:
        """On every reference that no key begins with; and unique ones where a constraint would count NULL once."""
        yield from (Index(name, statement) for statement in self._index_statements(name))

    def _index_statements(self, name: str) -> Iterator[str]:
        groups = list(self._groups(name))
        required = constraints.not_null(self.dataset, name)
        begun = {group[0] for group in groups}
        for group in groups:
            if not self.dialect.null_repeats and not set(group) <= set(required):
                there = " AND ".join(f"{self._quoted(c)} IS NOT NULL" for c in group if c not in required)
                yield (
                    f"CREATE UNIQUE INDEX {self._named('uq', name, *group)} "
                    f"ON {self._place(name)} ({self._quoted(*group)}) WHERE {there}"
                )
        for refers in self.refers.get(name, []):
            if refers.columns[0] not in begun:
                index = self._named("ix", name, *refers.columns)
                yield f"CREATE INDEX {index} ON {self._place(name)} ({self._quoted(*refers.columns)})"

    def _comments(self, name: str) -> Iterator[str]:
        table = self.dataset.tables[name]
        abouts = [(None, table.about), *((c, table.columns[c].about) for c in table.written)]
        for column, about in abouts:
            if not about:
                continue
            text = self._text(about, "tables", name, *(("columns", column) if column else ()))
            if self.dialect.comments == "statements":
                what = f"COLUMN {self._place(name)}.{self._quoted(column)}" if column else f"TABLE {self._place(name)}"
                yield f"COMMENT ON {what} IS {text}"
            elif self.dialect.comments == "procedure":
                words = [f"@level0type = N'SCHEMA', @level0name = {self.dialect.literal(self.schema)}"]
                words.append(f"@level1type = N'TABLE', @level1name = {self.dialect.literal(name)}")
                if column:
                    words.append(f"@level2type = N'COLUMN', @level2name = {self.dialect.literal(column)}")
                yield f"EXEC sp_addextendedproperty @name = N'MS_Description', @value = {text}, {', '.join(words)}"
