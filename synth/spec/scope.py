"""What the names in a dataset mean: families, the column behind a path, types, compiled SQL.

Everything here is asked for by name and raises `MeaningError` when the name means nothing; `check` turns that into
problems with a place, the plan relies on there being none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from synth.dtypes import BIGINT, TIMESTAMP, DType, decimal
from synth.errors import did_you_mean
from synth.generators.base import Need
from synth.generators.derived import Expr, Given, Lookup, State, Sum
from synth.generators.in_force import InForce, Ranked
from synth.generators.reference import Reference
from synth.spec.models import Column, Dataset, Table
from synth.sql.compile import as_type, compile_expression
from synth.sql.compiled import Compiled
from synth.sql.parse import SqlError, named, query, tables

__all__ = ["MeaningError", "Scope", "Seen", "View"]


class MeaningError(ValueError):
    """A name, path or SQL text that means nothing here, and a hint."""

    def __init__(self, what: str, hint: str | None = None, at: tuple[str, str] | None = None):
        self.hint = hint
        self.at = at  # the table and column it is about, where known
        super().__init__(what)


@dataclass(frozen=True)
class Seen:
    """The column behind a path. How: "own", "up" (an ancestor's), or "through" a reference column `via`."""

    how: str
    table: str
    column: str
    via: str = ""


@dataclass(frozen=True)
class View:
    """The schema as one column sees it (`generators.base.Schema`)."""

    scope: Scope
    table: str
    column: str

    def arrival_of(self, table: str) -> str | None:
        """The column with a table's arrival times."""
        return self.scope.table(table).arrival

    def ends_of(self, table: str) -> str | None:
        """The column from whose time on a row may no longer be referenced."""
        return self.scope.table(table).alive_until

    def parent(self) -> str | None:
        """The table that this table's rows are born with."""
        return self.scope.table(self.table).per


class Scope:
    """A dataset's names."""

    def __init__(self, dataset: Dataset):
        self.dataset = dataset
        self._types: dict[tuple[str, str], DType] = {}
        self._compiled: dict[tuple[str, str], Compiled] = {}
        self._asking: list[tuple[str, str]] = []

    # -- tables and families

    def table(self, name: str) -> Table:
        """A table by name."""
        if name not in self.dataset.every:
            raise MeaningError(f"unknown table '{name}'", did_you_mean(name, self.dataset.tables))
        return self.dataset.every[name]

    def single(self, name: str) -> Table:
        """A table whose rows are of one family: not a gathered one."""
        found = self.table(name)
        if found.kind == "gathered":
            raise MeaningError(
                f"{name} is gathered from several families, its rows are together only in the end",
                "sum it by a rollup, and read that",
            )
        return found

    def column(self, table: str, name: str) -> Column:
        """A column by name."""
        found = self.table(table).columns
        if name not in found:
            raise MeaningError(f"unknown column '{name}' in {table}", did_you_mean(name, found))
        return found[name]

    def ancestors(self, table: str) -> tuple[str, ...]:
        """The tables that a child's rows are born with, nearest first."""
        found: list[str] = []
        parent = self.table(table).per
        while parent is not None:
            if parent in found or parent == table:
                raise MeaningError(f"a cycle: {' → '.join([table, *found, parent])}")
            found.append(parent)
            parent = self.table(parent).per
        return tuple(found)

    def sources(self, table: str) -> tuple[str, ...]:
        """The tables that a derived table's SELECT reads; the parts of a gathered table."""
        select = self.table(table).select
        if select is None:
            return ()
        if not isinstance(select, str):
            return self.dataset.parts(table)
        try:
            found = tables(query(select))
        except SqlError as error:
            raise MeaningError(str(error)) from error
        for name in found:
            self.single(name)
        if not found:
            raise MeaningError("the SELECT reads no table")
        return found

    def above(self, table: str) -> tuple[str, ...]:
        """The tables, or parts of some, that a table's rows are made from."""
        found = self.table(table)
        if found.rollup:
            return (*self.dataset.rolled(found.rollup), *((found.rollup.every,) if found.rollup.every else ()))
        return (found.per,) if found.per else self.sources(table)

    @cached_property
    def _families(self) -> dict[str, str]:
        found: dict[str, str] = {}

        def root(name: str, path: tuple[str, ...]) -> str:
            if name in path:
                raise MeaningError(f"a cycle: {' → '.join([*path, name])}")
            if name not in found:
                table = self.table(name)
                above = (table.per,) if table.per else self.sources(name) if table.kind == "derived" else ()
                roots = {other: root(other, (*path, name)) for other in above}
                moving = {
                    other: at for other, at in roots.items() if self.table(other).kind not in ("roster", "existing")
                }
                homes = dict.fromkeys((moving or roots).values()) or {name: None}
                if len(homes) > 1 and moving:
                    raise MeaningError(
                        f"the SELECT reads tables of several families: {', '.join(sorted(homes))}",
                        "a derived table reads tables whose rows are born together, and rosters; "
                        "look others up by reference",
                        (name, ""),
                    )
                found[name] = next(iter(homes))
            return found[name]

        for name in self.dataset.every:
            root(name, ())
        return found

    def home(self, table: str) -> str | None:
        """Of rows that exist: the column that says which row of `per` each belongs to."""
        per = self.table(table).per
        for name, column in self.table(table).columns.items():
            to = column.draws.to if isinstance(column.draws, Reference) else column.references
            if per is not None and to == per:
                return name
        return None

    def is_read(self, table: str, column: str) -> bool:
        """Whether a column is one of rows that exist."""
        spec = self.table(table)
        return spec.existing is not None and spec.is_given(column)

    def foreign(self, table: str) -> tuple[str, ...]:
        """The rosters of other families that a derived table's SELECT reads whole."""
        if self.table(table).kind != "derived":
            return ()
        return tuple(other for other in self.sources(table) if self.family(other) != self.family(table))

    def window(self, table: str) -> int | None:
        """The rows of the windows in which the table's family is drawn, where it is."""
        return self.table(self.family(table)).window

    def family(self, table: str) -> str:
        """The root of the family that a table belongs to."""
        self.table(table)
        return self._families[table]

    def view(self, table: str, column: str) -> View:
        """The schema as one column sees it."""
        return View(self, table, column)

    def needs(self, table: str, column: str) -> tuple[Need, ...]:
        """What a column is made from; one that comes with its rows is made from nothing else."""
        if self.table(table).is_given(column):
            return ()
        try:
            return self.column(table, column).draws.needs(self.view(table, column))
        except SqlError as error:
            raise MeaningError(str(error)) from error

    # -- paths

    def resolve(self, table: str, path: str) -> Seen:
        """The column that a path means, seen from a row of `table`."""
        first, dot, second = path.partition(".")
        if not dot:
            self.column(table, path)
            return Seen("own", table, path)
        if first in self.ancestors(table):
            self.column(first, second)
            return Seen("up", first, second)
        if first in self.table(table).columns:
            draws = self.column(table, first).draws
            if isinstance(draws, (Reference, InForce)):
                parent = draws.to if isinstance(draws, Reference) else draws.of
                self.column(parent, second)
                if parent == table:
                    raise MeaningError(f"'{path}': a row cannot look into its own table")
                if parent in self.ancestors(table):
                    return Seen("up", parent, second)
                return Seen("through", parent, second, first)
            raise MeaningError(f"'{path}': '{first}' is no reference")
        raise MeaningError(
            f"unknown name '{path}'", did_you_mean(first, [*self.ancestors(table), *self.table(table).columns])
        )

    # -- types

    def type_of(self, table: str, column: str) -> DType:
        """A column's type, declared or inferred."""
        at = (table, column)
        if at not in self._types:
            if at in self._asking:
                cycle = [*self._asking[self._asking.index(at) :], at]
                raise MeaningError(f"a cycle: {' → '.join('.'.join(c) for c in cycle)}")
            self._asking.append(at)
            try:
                self._types[at] = self._infer(table, column)
            except MeaningError as error:
                error.at = error.at or at
                raise
            finally:
                self._asking.pop()
        return self._types[at]

    def type_at(self, table: str, path: str) -> DType:
        """The type behind a path."""
        seen = self.resolve(table, path)
        return self.type_of(seen.table, seen.column)

    def _infer(self, table: str, name: str) -> DType:
        column = self.column(table, name)
        if column.declared_type:
            return column.declared_type
        draws = column.draws
        if isinstance(draws, Reference):
            key = (draws.take,) if draws.take else self.table(draws.to).key
            if len(key) != 1:
                raise MeaningError(f"{draws.to} has no key of one column to refer to")
            return self.type_of(draws.to, key[0])
        if isinstance(draws, InForce):
            return self.type_of(draws.of, draws.take)
        if isinstance(draws, Ranked):
            return self._ranked(table, draws.of)
        if isinstance(draws, Lookup):
            return self.type_at(table, draws.path)
        if isinstance(draws, Sum):
            child, _, summed = draws.of.partition(".")
            one = self.type_of(child, summed)
            return decimal(max(12, one.precision or 0), one.digits) if one.name == "decimal" else one
        if isinstance(draws, Expr):
            dtype = self.compiled(table, name).dtype
            assert dtype is not None
            return dtype
        if isinstance(draws, Given):
            return self._given(table, name)
        own = draws.dtype()
        assert own is not None, draws
        return own

    def _given(self, table: str, name: str) -> DType:
        rollup = self.table(table).rollup
        if rollup is None:
            raise MeaningError("the column has no generator and no type", "declare `type: …`")
        if name in rollup.by:
            return self.type_at(rollup.of, name)
        if name in rollup.take:
            found = self.taken(table, name).dtype
            assert found is not None
            return BIGINT if "count" in rollup.take[name] else found
        raise MeaningError(f"'{name}' is neither in the rollup's `by` nor in its `take`, and has no generator")

    def _ranked(self, table: str, column: str) -> DType:
        found = self.column(table, column).draws
        if not isinstance(found, InForce) or not found.largest:
            raise MeaningError(f"'{column}' is no `in_force` column with `largest`")
        dtype = self.ranking(table, column).dtype
        assert dtype is not None
        return dtype

    @staticmethod
    def _settled(dtype: DType | None) -> DType:
        """The type a column gets when an expression's is all that is known: money has two digits."""
        if dtype is None:
            raise MeaningError("the expression is always NULL; declare a `type`")
        if dtype.name == "decimal":
            if dtype.digits > 2:
                raise MeaningError(
                    f"the expression has {dtype.digits} digits after the point",
                    "write ROUND(…, 2), or declare a `type` that keeps them",
                )
            return decimal(12, 2)
        return dtype

    # -- SQL

    def rehearse(self, table: str) -> None:
        """Run a derived table's SELECT on empty tables: it must give every column. Raises MeaningError."""
        frames = {}
        for source in self.sources(table):
            types = {column: self.type_of(source, column) for column in self.table(source).columns}
            states = [c for c, declared in self.table(source).columns.items() if isinstance(declared.draws, State)]
            types = {column: dtype for column, dtype in types.items() if column not in states}
            frames[source] = pl.DataFrame(schema={column: dtype.written for column, dtype in types.items()}).lazy()
        select = self.table(table).select
        assert isinstance(select, str)
        try:
            given = pl.SQLContext(frames=frames).execute(select).collect_schema().names()
        except (pl.exceptions.PolarsError, ValueError) as error:
            raise MeaningError(f"bad SQL: {str(error).splitlines()[0]}") from error
        for column, declared in self.table(table).columns.items():
            if column not in given and isinstance(declared.draws, Given):
                raise MeaningError(f"the SELECT gives no column '{column}'", did_you_mean(column, given))

    def compile(
        self, table: str, sql: str, wanted: DType | None = None, extra: Mapping[str, DType] | None = None
    ) -> Compiled:
        """A SQL expression seen from a row of `table`, as the wanted type; `extra` are further names and their types."""
        try:
            types = dict(extra or {})
            for path in named(sql):
                if path not in types:
                    types[path] = self.type_at(table, path)
            found = compile_expression(sql, types)
            wanted = wanted or types.get(sql.strip())  # a column alone keeps its type
            found = as_type(found, wanted or self._settled(found.dtype))
        except SqlError as error:
            raise MeaningError(str(error)) from error
        return found.bounded({path: dtype.limit for path, dtype in types.items() if dtype.is_exact})

    def compiled(self, table: str, column: str) -> Compiled:
        """The SQL of an `expr` or `state` column, as its declared type if it has one."""
        at = (table, column)
        if at not in self._compiled:
            declared = self.column(table, column)
            assert isinstance(declared.draws, Expr)
            now = {"until": TIMESTAMP} if isinstance(declared.draws, State) else None
            self._compiled[at] = self.compile(table, declared.draws.sql, declared.declared_type, now)
        return self._compiled[at]

    def ranking(self, table: str, column: str) -> Compiled:
        """The SQL that an `in_force` column ranks candidates by."""
        draws = self.column(table, column).draws
        assert isinstance(draws, InForce) and draws.largest
        theirs = {f"{column}.{name}": self.type_of(draws.of, name) for name in draws.theirs(column, draws.ranked_by())}
        return self.compile(table, draws.largest, extra=theirs)

    def taken(self, rollup: str, name: str) -> Compiled:
        """The SQL that a rollup takes an aggregate of: as the column's type, but for a count's."""
        spec = self.table(rollup).rollup
        assert spec is not None
        how, sql = next(iter(spec.take[name].items()))
        column = self.table(rollup).columns.get(name)
        return self.compile(spec.of, sql, column.declared_type if column and how != "count" else None)

    def every_column(self) -> Iterator[tuple[str, str, Column]]:
        """All (table, column name, column)."""
        for table, declared in self.dataset.tables.items():
            for name, column in declared.columns.items():
                yield table, name, column
