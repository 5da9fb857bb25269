"""Whether NULL can come out of a column, by paths, expressions and SELECTs; where nobody can tell, it is taken not to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from synth.spec.kinds.base import Names
from synth.spec.spans import Spans
from synth.spec.view import View
from synth.sql.allowed import allowed_expression
from synth.sql.nulls import Known, select_may_be_null
from synth.sql.parse import path as path_of

__all__ = ["Nulls"]


@dataclass
class Nulls:
    """Which columns may be NULL, each worked out once."""

    names: Names
    _drawn: dict[tuple[str, str], bool] = field(default_factory=dict)

    @cached_property
    def _spans(self) -> Spans:
        return Spans(self.names)

    def is_drawn(self, table: str, column: str) -> bool:
        """Tell whether NULL can be drawn, what is hidden until its time aside."""
        at = (table, column)
        if at not in self._drawn:
            self._drawn[at] = False  # while it is asked
            spec = self.names.table(table)
            draws = spec.columns[column].draws
            if spec.columns[column].null_share > 0:
                found = True
            elif spec.is_given(column):
                found = self.names.kind(table).given_null(self.names, table, column)
            else:
                found = draws.gives_null(View(self.names, table, column))
            self._drawn[at] = found
        return self._drawn[at]

    def at(self, table: str, path: str) -> bool:
        """Tell whether NULL can be drawn behind a path, or for the reference that it is looked up through."""
        found = self.names.resolve(table, path)
        through = found.may_be_nobody or bool(found.via and self.is_drawn(table, found.via))
        return through or self.is_drawn(found.table, found.column)

    def shows(self, table: str, column: str) -> bool:
        """Tell whether NULL can show, as drawn or because something has not come yet."""
        spec, draws = self.names.table(table), self.names.table(table).columns[column].draws
        if draws.is_state and not spec.is_given(column):
            sql = draws.column_sql(View(self.names, table, column))
            return sql is not None and self.of_sql(table, sql.text, self.shows_at)
        hidden = any(
            column in (moment, *others) and column != spec.at for moment, others in spec.hidden_moments.items()
        )
        return hidden or self.is_drawn(table, column)

    def shows_at(self, table: str, path: str) -> bool:
        """Tell whether NULL can show behind a path."""
        if path == "until" and path not in self.names.table(table).columns:
            return False
        found = self.names.resolve(table, path)
        through = found.may_be_nobody or bool(found.via and self.is_drawn(table, found.via))
        return through or self.shows(found.table, found.column)

    def of_sql(self, table: str, text: str, null: Callable[[str, str], bool]) -> bool:
        """Tell whether an expression seen from a row of a table may be NULL, where `null` tells it of paths."""

        def holds(path: str, number: int) -> bool:
            found = self.names.resolve(table, path)
            return self.may_hold(found.table, found.column, number)

        known = Known(lambda node: null(table, path_of(node)), lambda node, number: holds(path_of(node), number))
        return known.may_be_null(allowed_expression(text))

    def may_hold(self, table: str, column: str, number: int) -> bool:
        """Tell whether a column of exact numbers may hold one, as far as it is known what it holds."""
        span, dtype = self._spans.of(table, column), self.names.type_of(table, column)
        if not dtype.is_exact or span is None or not span.low <= number * 10**dtype.digits <= span.high:
            return False
        values = self.names.values_of(table, column)
        return values is None or number in values

    def of_select(self, table: str, text: str, sources: tuple[str, ...], column: str) -> bool:
        """Tell whether a column of a SELECT may be NULL."""
        columns = {source: frozenset(self.names.table(source).columns) for source in sources}
        return column in select_may_be_null(text, self.is_drawn, self.may_hold, columns, self.names.table(table).at)
