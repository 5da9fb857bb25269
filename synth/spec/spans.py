"""How large values can become, and how long texts: the spans of columns, asked from generators and followed along paths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from synth.generators.arrival import microseconds
from synth.generators.declarations import Span
from synth.spec.kinds.arrival import LAST_US
from synth.spec.kinds.base import Names
from synth.spec.kinds.row_counts import MAX_ROWS

__all__ = ["Spans"]


@dataclass
class Spans:
    """The spans of a dataset's columns, each worked out once.

    `rows` gives the row numbers of a table that are used at most; left out, as many as any table may have.
    """

    names: Names
    rows: Callable[[str], int] = lambda table: MAX_ROWS
    _spans: dict[tuple[str, str], Span | None] = field(default_factory=dict)
    _lengths: dict[tuple[str, str], int | None] = field(default_factory=dict)

    def of(self, table: str, column: str) -> Span | None:
        """Give the least and the largest that a column can hold, in its own type; None where that is not known."""
        at = (table, column)
        if at not in self._spans:
            self._spans[at] = None  # while it is asked: what is made from itself is refused elsewhere
            self._spans[at] = self._span(table, column)
        return self._spans[at]

    def longest(self, table: str, column: str) -> int | None:
        """Count the most characters of a column; None where that is not known."""
        at = (table, column)
        if at not in self._lengths:
            spec = self.names.table(table)
            self._lengths[at] = None
            if not spec.is_given(column):
                self._lengths[at] = spec.columns[column].draws.longest(_Seen(self, table, column))
        return self._lengths[at]

    def _span(self, table: str, column: str) -> Span | None:
        spec, dtype = self.names.table(table), self.names.type_of(table, column)
        if spec.is_given(column):
            return self.names.kind(table).given_span(self, table, column)
        return spec.columns[column].draws.span(_Seen(self, table, column), dtype)


@dataclass(frozen=True)
class _Seen:
    """Spans, seen from a column of a table (`generators.context.SpanView`)."""

    spans: Spans
    table: str
    column: str

    def siblings(self) -> int:
        fanout = self.spans.names.table(self.table).fanout
        return fanout.most if fanout else 1

    def is_own_before(self, path: str) -> bool:
        found = self.spans.names.resolve(self.table, path)
        return found.sibling == "previous" and found.column == self.column

    def at(self, path: str) -> Span | None:
        found = self.spans.names.resolve(self.table, path)
        return self.spans.of(found.table, found.column)

    def of(self, table: str, column: str) -> Span | None:
        return self.spans.of(table, column)

    def numbers_at(self, path: str) -> tuple[float, float] | None:
        span, unit = self.at(path), 10 ** self.spans.names.type_at(self.table, path).digits
        return None if span is None else (span.low / unit, span.high / unit)

    def longest_of(self, table: str, column: str) -> int | None:
        return self.spans.longest(table, column)

    def longest_at(self, path: str) -> int | None:
        found = self.spans.names.resolve(self.table, path)
        return self.spans.longest(found.table, found.column)

    def key_of(self, table: str) -> tuple[str, ...]:
        return self.spans.names.table(table).key

    def rows(self) -> int:
        return self.spans.rows(self.table)

    def children(self, table: str, ancestor: str) -> int | None:
        most, here = 1, table
        while here != ancestor:
            spec, parent = (
                self.spans.names.table(here),
                self.spans.names.kind(here).parent(self.spans.names.table(here)),
            )
            if parent is None or spec.fanout is None:
                return None
            most, here = most * spec.fanout.most, parent
        return most

    def period(self) -> Span:
        return Span(microseconds(self.spans.names.dataset.period.start), LAST_US)
