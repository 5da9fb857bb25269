"""What the names in a dataset mean: kinds, families, the column behind a path, types, compiled SQL.

Everything here is asked for by name and raises `MeaningError` when the name means nothing; `check` turns that into
problems with a place, the plan relies on there being none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from synth.dtypes import DType, decimal
from synth.errors import MeaningError, did_you_mean
from synth.generators.declarations import Dependency, DottedPath, OwnBelow
from synth.spec.kinds import kind_of
from synth.spec.kinds.base import Kind
from synth.spec.models import Column, Dataset, Table
from synth.spec.nulls import Nulls
from synth.spec.paths import SIBLINGS, ResolvedPath
from synth.spec.view import View
from synth.sql.compile import as_type, compile_expression
from synth.sql.compiled import Compiled
from synth.sql.listed import require_listed
from synth.sql.parse import SqlError, named

__all__ = ["Scope"]


class Scope:
    """The names of a dataset, and what they mean."""

    def __init__(self, dataset: Dataset):
        self.dataset = dataset
        self._kinds: dict[str, Kind] = {}
        self._types: dict[tuple[str, str], DType] = {}
        self._compiled: dict[tuple[str, str], Compiled] = {}
        self._asking: list[tuple[str, str]] = []

    # -- tables and families

    def table(self, name: str) -> Table:
        """Give a table, or a part of one, by name."""
        if name not in self.dataset.all_tables:
            raise MeaningError(f"unknown table '{name}'", did_you_mean(name, self.dataset.tables))
        return self.dataset.all_tables[name]

    def kind(self, name: str) -> Kind:
        """Give the kind of a table."""
        if name not in self._kinds:
            self._kinds[name] = kind_of(self.table(name))
        return self._kinds[name]

    def with_own_rows(self, name: str) -> Table:
        """Give a table whose rows are of one family: not a gathered one."""
        if not self.kind(name).has_own_rows:
            raise MeaningError(
                f"{name} is gathered from several families, its rows are together only in the end",
                "sum it by a rollup, and read that",
            )
        return self.table(name)

    def column(self, table: str, name: str) -> Column:
        """Give a column by name."""
        columns = self.table(table).columns
        if name not in columns:
            raise MeaningError(f"unknown column '{name}' in {table}", did_you_mean(name, columns))
        return columns[name]

    def all_columns(self) -> Iterator[tuple[str, str, Column]]:
        """Yield all (table, column name, column)."""
        for table, declared in self.dataset.tables.items():
            for name, column in declared.columns.items():
                yield table, name, column

    def ancestors(self, table: str) -> tuple[str, ...]:
        """List the tables that a child's rows are born with, nearest first."""
        ancestors: list[str] = []
        parent = self.table(table).per
        while parent is not None:
            if parent in ancestors or parent == table:
                raise MeaningError(f"a cycle: {' → '.join([table, *ancestors, parent])}")
            ancestors.append(parent)
            parent = self.table(parent).per
        return tuple(ancestors)

    def row_sources(self, table: str) -> tuple[str, ...]:
        """List the tables, or parts of some, that a table's rows are made from."""
        return self.kind(table).row_sources(self, table)

    @cached_property
    def _families(self) -> dict[str, str]:
        families: dict[str, str] = {}

        def root(name: str, path: tuple[str, ...]) -> str:
            if name in path:
                raise MeaningError(f"a cycle: {' → '.join([*path, name])}")
            if name not in families:
                sources = self.kind(name).family_sources(self, name)
                roots = {other: root(other, (*path, name)) for other in sources}
                moving = {other: at for other, at in roots.items() if not self.kind(other).can_be_read_whole}
                homes = dict.fromkeys((moving or roots).values()) or {name: None}
                if len(homes) > 1 and moving:
                    raise MeaningError(
                        f"the SELECT reads tables of several families: {', '.join(sorted(homes))}",
                        "a derived table reads tables whose rows are born together, and rosters; "
                        "look others up by reference",
                        (name, ""),
                    )
                families[name] = next(iter(homes))
            return families[name]

        for name in self.dataset.all_tables:
            root(name, ())
        return families

    def family(self, table: str) -> str:
        """Name the root of the family that a table belongs to."""
        self.table(table)
        return self._families[table]

    def comes_in_time(self, table: str) -> bool:
        """Tell whether there are more rows of a table the later it is: its family's root arrives."""
        return self.table(self.family(table)).arrival is not None

    def family_window(self, table: str) -> int | None:
        """Give the rows of the windows in which the table's family is drawn; None where it has none."""
        return self.table(self.family(table)).window

    def keys_follow_from_rows(self, table: str) -> bool:
        """Tell whether a table's keys are a function of its row numbers."""
        spec = self.table(table)
        return spec.columns[spec.key[0]].draws.makes_key and not spec.is_given(spec.key[0])

    def numbers_have_gaps(self, table: str) -> bool:
        """Tell whether row numbers leave some out: those of children do, where not all totals above are exact."""
        family = [self.table(name) for name in (table, *self.ancestors(table))]
        inexact = any(spec.fanout is not None and not spec.fanout.is_exact for spec in family)
        return inexact or any(spec.fanout is not None and spec.earlier is not None for spec in family)

    def is_read(self, table: str, column: str) -> bool:
        """Tell whether a column is one of rows that exist; how many children each has is counted when they are drawn."""
        found = self.table(table)
        return self.kind(table).is_read and column in found.columns and found.is_given(column)

    # -- columns

    def view(self, table: str, column: str) -> View:
        """Give the spec as one column sees it."""
        return View(self, table, column)

    def dependencies(self, table: str, column: str) -> tuple[Dependency, ...]:
        """List what a column is made from; one that comes with its rows is made from nothing else."""
        if self.table(table).is_given(column):
            return ()
        try:
            return self.column(table, column).draws.dependencies(self.view(table, column))
        except SqlError as error:
            raise MeaningError(str(error)) from error

    def resolve(self, table: str, path: str) -> ResolvedPath:
        """Find the column that a path means, seen from a row of `table`."""
        first, rest = DottedPath.parse(path)
        if not rest:
            self.column(table, path)
            return ResolvedPath("own", table, path)
        home = self.home(table, first, path)
        column = self._step(home, rest)
        if first in self.ancestors(table) or first in self.table(table).links:
            return ResolvedPath("ancestor", home, column)
        columns = self.table(table).columns
        if first in columns and columns[first].draws.target is not None:
            return ResolvedPath("pointed", home, column, first)
        return ResolvedPath("sibling", home, column, sibling=first)

    def home(self, table: str, first: str, path: str) -> str:
        """Name the table to whose row the first name of a path leads, seen from a row of `table`. Raises MeaningError."""
        columns = self.table(table).columns
        if first in self.ancestors(table):
            return first
        target = columns[first].draws.target if first in columns else None
        if target is None and first in SIBLINGS and self.kind(table).parent(self.table(table)):
            return table
        if first not in columns:
            raise MeaningError(f"unknown name '{path}'", did_you_mean(first, [*self.ancestors(table), *columns]))
        if target is None:
            raise MeaningError(f"'{path}': '{first}' is no reference")
        return target

    def hop(self, table: str, path: str) -> str | None:
        """Name the working column of a table that looks a path up just as it is; None where there is none."""
        columns = self.table(table).columns.items()
        found = (
            name for name, column in columns
            if name.startswith("_") and column.draws.copies() == path and not column.null_share and not column.type
        )  # fmt: skip
        return next(found, None)

    def _step(self, table: str, path: str) -> str:
        """Name the column of a table that holds what a path means there: itself, or the working column of further steps."""
        if not DottedPath.parse(path).rest:
            self.column(table, path)
            return path
        column = self.hop(table, path)
        if column is None:
            self.resolve(table, path)  # tells what is wrong with it
            raise MeaningError(f"'{path}' cannot be looked up in {table}, whose columns are not drawn")
        return column

    @cached_property
    def nulls(self) -> Nulls:
        """What may be NULL."""
        return Nulls(self)

    def null_at(self, table: str, path: str) -> bool:
        """Tell whether NULL can be drawn behind a path."""
        return self.nulls.at(table, path)

    def null_of_sql(self, table: str, text: str) -> bool:
        """Tell whether an expression over what is drawn may be NULL."""
        return self.nulls.of_sql(table, text, self.nulls.at)

    def rows_below(self, table: str, column: str) -> tuple[OwnBelow, ...]:
        """List the rows of a table that a column of it counts or sums, as they refer to its row."""
        rows = self.column(table, column).draws.reads_children()
        if rows is None or rows.table != table:
            return ()
        return tuple(each for each in self.dependencies(table, column) if isinstance(each, OwnBelow))

    def follows_until(self, table: str, column: str) -> str | None:
        """Say by what a column hangs on what shows at `until`: a state, or a number of own rows; None where it does not."""
        of_all = self.comes_in_time(table) and self.rows_below(table, column)
        is_state = self.column(table, column).draws.is_state
        return "is a state" if is_state else "is made of all rows that are there" if of_all else None

    def values_of(self, table: str, column: str) -> frozenset[object] | None:
        """Give the values that a column may have, where they are written out; None where they are not."""
        spec = self.table(table)
        if spec.is_given(column):
            cells = spec.cells(column)
            return frozenset(cell for cell in cells if cell is not None) if cells else None
        draws = spec.columns[column].draws
        path = draws.copies()
        if path is None:
            return draws.values_known()
        found = self.resolve(table, path)
        return self.values_of(found.table, found.column)

    # -- types

    def type_of(self, table: str, column: str) -> DType:
        """Give a column's type, declared or inferred."""
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
        """Give the type of the value behind a path."""
        resolved = self.resolve(table, path)
        return self.type_of(resolved.table, resolved.column)

    def _infer(self, table: str, name: str) -> DType:
        column = self.column(table, name)
        if column.declared_type:
            return column.declared_type
        if column.draws.comes_with_rows:
            return self.kind(table).given_type(self, table, name)
        dtype = column.draws.dtype_in(self.view(table, name))
        assert dtype is not None, column.draws
        return dtype

    # -- SQL

    def compile(
        self, table: str, sql: str, wanted: DType | None = None, extra: Mapping[str, DType] | None = None
    ) -> Compiled:
        """Compile a SQL expression seen from a row of `table`, as the wanted type; `extra` are further names with types."""
        try:
            types = dict(extra or {})
            for path in named(sql):
                if path not in types:
                    types[path] = self.type_at(table, path)
            compiled = compile_expression(sql, types, wanted)
            wanted = wanted or types.get(sql.strip())  # a column alone keeps its type
            if wanted is not None and wanted.name == "enum":
                require_listed(sql, types, wanted)
            compiled = as_type(compiled, wanted or _column_type(compiled.dtype))
        except SqlError as error:
            raise MeaningError(str(error), error.hint) from error
        return compiled.bounded({path: dtype.limit for path, dtype in types.items() if dtype.is_exact})

    def has_sql(self, table: str, column: str) -> bool:
        """Tell whether SQL is compiled for a column."""
        return self.column(table, column).draws.column_sql(self.view(table, column)) is not None

    def compiled(self, table: str, column: str) -> Compiled:
        """Compile the SQL of a column, as its declared type if that is the expression's, too."""
        at = (table, column)
        if at not in self._compiled:
            declared = self.column(table, column)
            sql = declared.draws.column_sql(self.view(table, column))
            assert sql is not None, at
            wanted = declared.declared_type if sql.is_column else None
            self._compiled[at] = self.compile(table, sql.text, wanted, sql.extra)
        return self._compiled[at]


def _column_type(dtype: DType | None) -> DType:
    """Give the type of a column when an expression's is all that is known: money has two digits."""
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
