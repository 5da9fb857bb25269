"""What goes wrong while drawing, said with its place in the spec."""

from __future__ import annotations

import re
from types import TracebackType

import polars as pl

from synth.errors import DataError, Problem
from synth.plan.model import Plan
from synth.spec.kinds.base import Path
from synth.spec.parts import table_of

__all__ = ["placed"]

# what numpy, Polars and Python say of values that cannot be worked out; anything else is a mistake of ours
OF_VALUES = (ArithmeticError, ValueError, pl.exceptions.PolarsError)


class placed:  # noqa: N801
    """Within it, what cannot be drawn of a column, or with no column of a table's rows, is a DataError with its place."""

    __slots__ = ("column", "plan", "table")

    def __init__(self, plan: Plan, table: str, column: str):
        self.plan, self.table, self.column = plan, table, column

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise DataError in the place of what is known to go wrong with values."""
        if not isinstance(error, (DataError, *OF_VALUES)):
            return
        if isinstance(error, DataError) and error.problem is not None:
            return
        what, _, hint = str(error).strip().partition("\n  hint: ")
        made = type(error) if isinstance(error, DataError) else DataError
        told = _in_words_of_a_spec(what.split("\n")[0]) or type(error).__name__
        raise made.of(Problem(self._path(), told, hint or None)) from error

    def _path(self) -> Path:
        """Give the place in the spec."""
        spec = self.plan.spec(self.table)
        if not self.column:
            return self.plan.kind(self.table).rows_path(self.table)
        word = () if spec.is_given(self.column) else (spec.columns[self.column].generator_name,)
        return ("tables", table_of(self.table), "columns", self.column, *word)


_NO_VALUE = re.compile(
    r"conversion from `\S+` to `(?P<type>\w+).*?` failed in column '.*?' for .* values: \[(?P<value>\".*?\"|[^,\]]*)"
)
_TYPES = {
    "i16": "smallint",
    "i32": "integer",
    "i64": "bigint",
    "f64": "double",
    "datetime": "timestamp",
    "bool": "boolean",
}


def _in_words_of_a_spec(text: str) -> str:
    """What Polars says of a value that a CAST does not take, by the names that types have in a spec."""
    found = _NO_VALUE.search(text)
    return f"'{found['value'].strip(chr(34))}' is no {_TYPES.get(found['type'], found['type'])}" if found else text
