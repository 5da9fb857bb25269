"""The spec as one column sees it: the engine's side of `generators.context.SpecView`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.dtypes import DType
from synth.errors import MeaningError
from synth.generators.declarations import Complaint, DottedPath

if TYPE_CHECKING:
    from synth.spec.kinds.base import Names

__all__ = ["View"]


@dataclass(frozen=True)
class View:
    """A dataset's names, seen from a column of a table."""

    names: Names
    table: str
    column: str

    def arrival_of(self, table: str) -> str | None:
        """Name the column with a table's arrival times."""
        return self.names.table(table).arrival

    def ends_of(self, table: str) -> str | None:
        """Name the column from whose time on a row may no longer be referenced."""
        return self.names.table(table).alive_until

    def shows_at(self, table: str) -> str | None:
        """Name the column of a table from whose moment on a row shows; None where all show."""
        return self.names.table(table).at

    def shows_with(self, moment: str) -> bool:
        """Tell whether this column shows with a moment of the row, or that always does."""
        spec = self.names.table(self.table)
        return moment not in spec.hidden_moments or self.column in spec.hidden_moments[moment] or moment == spec.at

    def parent(self) -> str | None:
        """Name the table that this table's rows are born with."""
        return self.names.table(self.table).per

    def target_of(self, column: str) -> str | None:
        """Name the table that a column of this table points at, or the ancestor of this name; None where there is none."""
        if column in self.ancestors():
            return column
        declared = self.names.table(self.table).columns.get(column)
        return declared.draws.target if declared else None

    def own_references(self) -> tuple[str, ...]:
        """List the columns of this table by which its rows refer to rows of it."""
        spec = self.names.table(self.table)
        drawn = ((name, column.draws.held_key) for name, column in spec.columns.items() if not spec.is_given(name))
        return tuple(name for name, held in drawn if held == (self.table, None))

    def hidden_by(self, column: str) -> str | None:
        """Name the moment with which another column of this table shows; None where it always does."""
        spec = self.names.table(self.table)
        return next((m for m, o in spec.hidden_moments.items() if column in (m, *o) and column != spec.at), None)

    def is_link(self) -> bool:
        """Tell whether this column holds the key of the row that this row is born with."""
        return self.column in self.names.table(self.table).links

    def why_no_target_beside(self, table: str) -> Complaint | None:
        """Say why other rows of the parent's table cannot be chosen; None where they can."""
        if self.names.kind(table).takes_windows(self.names.table(table)) and self.names.keys_follow_from_rows(table):
            return None
        return Complaint(f"a second reference needs {table} to have `rows`, and a `key` that is made", at=("to",))

    def ancestors_of(self, table: str) -> tuple[str, ...]:
        """List the tables that a table's rows are born with, nearest first."""
        return self.names.ancestors(table)

    def ancestors(self) -> tuple[str, ...]:
        """List the tables that this table's rows are born with, nearest first."""
        return self.names.ancestors(self.table)

    def children(self) -> tuple[str, ...]:
        """List the tables whose rows are born with this table's."""
        return tuple(name for name, spec in self.names.dataset.tables.items() if spec.per == self.table)

    def key_of(self, table: str) -> tuple[str, ...]:
        """List the columns of a table's primary key."""
        return self.names.table(table).key

    def keys_follow_from_rows(self, table: str) -> bool:
        """Tell whether a table's keys are a function of its row numbers."""
        return self.names.keys_follow_from_rows(table)

    def numbers_have_gaps(self, table: str) -> bool:
        """Tell whether a table's row numbers leave some out."""
        return self.names.numbers_have_gaps(table)

    def same_family(self, table: str) -> bool:
        """Tell whether a table is drawn together with this one."""
        return self.names.family(table) == self.names.family(self.table)

    def why_no_target(self, table: str) -> Complaint | None:
        """Say why rows of a table cannot be chosen; None where they can."""
        kind = self.names.kind(table)
        at = next((at for other in self.names.ancestors(table) if (at := self.names.table(other).at)), None)
        if at and kind.can_be_chosen:
            hint = f"give {table} an `at` of its own, which is not before it"
            return (
                None
                if self.names.table(table).at
                else Complaint(f"rows of {table} show only once '{at}' has come", hint)
            )
        if not kind.can_be_chosen:
            what = f"{table} is {kind.name}: only rows of tables with `rows`, `values`, `per` or one `select` can be chosen"
            return Complaint(what)
        comes = self.names.table(self.names.family(table)).arrival and not self.rows_are_counted(table)
        if comes and not self.names.table(table).at:
            return Complaint(f"nothing says when rows of {table} come", f"give {table} an `at`")
        return None

    def rows_are_counted(self, table: str) -> bool:
        """Tell whether the plan knows the numbers of a table's rows."""
        return not self.names.kind(table).only_gives_columns

    def why_no_moment(self, table: str) -> Complaint | None:
        """Say why rows of a table cannot be chosen by the moment at which they came; None where they can."""
        other = self.names.kind(table).ordered_by(self.names.table(table))
        if other is None:
            return None
        return Complaint(f"rows of {table} lie in the order of {other}, not of time", f"leave `per` of {table} out")

    def type_of(self, table: str, column: str) -> DType:
        """Give the type of a column."""
        return self.names.type_of(table, column)

    def lowest_of(self, table: str, column: str) -> float | None:
        """Give the least number that a column can hold, minus infinity where there is none; None where not known."""
        spec = self.names.table(table)
        return None if spec.is_given(column) else spec.columns[column].draws.lowest()

    def has_quantiles(self, path: str) -> bool:
        """Tell whether the quantiles of the value behind a path are known."""
        found = self.names.resolve(self.table, path)
        spec, dtype = self.names.table(found.table), self.names.type_of(found.table, found.column)
        try:
            return not spec.is_given(found.column) and spec.columns[found.column].draws.quantiles_of(dtype) is not None
        except OverflowError:  # of the other column, and told there
            return True

    def lowest_at(self, path: str) -> float | None:
        """Give the least number that can stand behind a path, minus infinity where there is none; None where not known."""
        found = self.names.resolve(self.table, path)
        return self.lowest_of(found.table, found.column)

    def type_at(self, path: str) -> DType:
        """Give the type of the value behind a path."""
        return self.names.type_at(self.table, path)

    def may_be_null(self, path: str) -> bool:
        """Tell whether the value behind a path may be NULL, or the reference that it is looked up through."""
        found = self.names.resolve(self.table, path)
        through = found.may_be_nobody or (
            found.how == "pointed" and self.names.table(self.table).may_be_null(found.via)
        )
        return through or self.names.table(found.table).may_be_null(found.column)

    def is_own_before(self, path: str) -> bool:
        """Tell whether a path means this column in the sibling before."""
        if DottedPath.parse(path) != ("previous", self.column):
            return False
        return self.names.resolve(self.table, path).how == "sibling"

    def is_own_above(self, path: str) -> bool:
        """Tell whether a path means this column in the row of this table that another column points at."""
        first, rest = DottedPath.parse(path)
        if rest != self.column or self.target_of(first) != self.table:
            return False
        return self.names.resolve(self.table, path).how == "pointed"

    def gives_null(self, path: str) -> bool:
        """Tell whether NULL can be drawn behind a path, whatever is declared."""
        return self.names.null_at(self.table, path)

    def null_of_sql(self, text: str) -> bool:
        """Tell whether an expression over what is drawn may be NULL."""
        return self.names.null_of_sql(self.table, text)

    def values_at(self, path: str) -> frozenset[object] | None:
        """Give the values that may stand behind a path, where they are written out; None where they are not."""
        found = self.names.resolve(self.table, path)
        return self.names.values_of(found.table, found.column)

    def locales_at(self, path: str) -> frozenset[str] | None:
        """Give the locales that the values behind a path are of; None where they have none, or nobody can tell."""
        found = self.names.resolve(self.table, path)
        draws = self.names.column(found.table, found.column).draws
        return draws.locales_known(View(self.names, found.table, found.column))

    def stands_for(self, path: str) -> str | None:
        """Give the word for what the numbers behind a path mean to generators that read them; None where they mean none."""
        found = self.names.resolve(self.table, path)
        spec = self.names.table(found.table)
        if spec.is_given(found.column):
            return None
        draws = spec.columns[found.column].draws
        copied = draws.copies()
        return View(self.names, found.table, found.column).stands_for(copied) if copied else draws.stands_for

    def sql_type(self) -> DType | None:
        """Give the type of the SQL that is compiled for this column; None for NULL alone."""
        return self.names.compiled(self.table, self.column).dtype

    def ranking_type(self, column: str) -> DType | None:
        """Give the type by which another column of this table ranks candidates. Raises MeaningError where it ranks none."""
        draws = self.names.column(self.table, column).draws
        sql = draws.column_sql(View(self.names, self.table, column))
        if sql is None or sql.is_column:
            raise MeaningError(f"'{column}' is no `in_force` column with `largest`")
        return self.names.compiled(self.table, column).dtype
