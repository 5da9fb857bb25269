"""How long the texts of a spec's columns can become: what is longer than is drawn is refused before any row is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from synth.errors import MeaningError, Problem
from synth.spec.closure import is_selected
from synth.spec.kinds.base import Path
from synth.spec.kinds.derived import select_path, select_sources, select_text
from synth.spec.scope import Scope
from synth.sql.allowed import allowed_expression, allowed_query
from synth.sql.lengths import MOST_CHARACTERS, NO_TEXT, UNKNOWN, longest_given, longest_text, too_long
from synth.sql.nodes import Node
from synth.sql.parse import SqlError, path, tables

__all__ = ["checks_stay_short", "columns_stay_short"]


def columns_stay_short(scope: Scope) -> Iterator[Problem]:
    """Yield columns whose texts may be longer than is drawn: of expressions, of generators, and of SELECTs."""
    lengths = _Lengths(scope)
    for name in scope.dataset.all_tables:
        if is_selected(scope, name):
            yield from _told(select_path(name), partial(lengths.of_select, name))
    for name, column, declared in scope.all_columns():
        if not scope.is_read(name, column):
            at: Path = ("tables", name, "columns", column, declared.generator_name)
            yield from _told(at, partial(lengths.of_drawn, name, column))


def checks_stay_short(scope: Scope) -> Iterator[Problem]:
    """Yield rules and checks that make texts which are longer than is drawn."""
    lengths = _Lengths(scope)
    for name, rule in scope.dataset.rules.items():
        yield from _told(("rules", name), partial(lengths.of_query, rule))
    for name, table in scope.dataset.tables.items():
        checks: list[tuple[Path, str]] = [(("tables", name, "checks", c), sql) for c, sql in table.checks.items()]
        checks += [(("tables", name, "columns", c, "check"), d.check) for c, d in table.columns.items() if d.check]
        for at, sql in checks:
            yield from _told(at, partial(lengths.of_expression, name, sql))


def _told(at: Path, ask: Callable[[], object]) -> Iterator[Problem]:
    """What is wrong, in the place where it is asked first; what is no error of lengths is told by other rules."""
    try:
        ask()
    except SqlError as error:
        yield Problem(at, str(error), error.hint)


class _Lengths:
    """The most characters of each column's text; one that is refused counts as moderate afterwards."""

    def __init__(self, scope: Scope):
        self.scope = scope
        self.known: dict[tuple[str, str], int] = {}
        self.selects: dict[str, dict[str, int]] = {}

    def of(self, table: str, column: str) -> int:
        """Give a column's; moderate where it is asked for while it is worked out, or refused by itself."""
        at = (table, column)
        if at not in self.known:
            self.known[at] = UNKNOWN
            try:
                self.known[at] = self._worked_out(table, column)
            except (SqlError, MeaningError):
                self.known[at] = UNKNOWN
        return self.known[at]

    def _worked_out(self, table: str, column: str) -> int:
        scope = self.scope
        spec, declared = scope.table(table), scope.column(table, column)
        dtype, draws = scope.type_of(table, column), declared.draws
        if dtype.name == "enum":
            return dtype.as_varchar.length or NO_TEXT
        if not dtype.is_free_text:
            return NO_TEXT
        if scope.is_read(table, column):
            return dtype.length or UNKNOWN
        if not draws.comes_with_rows:
            return self.of_drawn(table, column)
        if spec.values:
            return max((len(str(cell)) for cell in spec.cells(column)), default=0)
        if is_selected(scope, table):
            return self.of_select(table).get(column, UNKNOWN)
        below = [self.of(source, name) for source in scope.row_sources(table) for name in scope.table(source).columns]
        return max([UNKNOWN, *below])

    def of_drawn(self, table: str, column: str) -> int:
        """Give that of a column that is drawn. Raises SqlError."""
        scope = self.scope
        declared = scope.column(table, column)
        draws = declared.draws
        sql = draws.column_sql(scope.view(table, column))
        if sql is not None:
            longest = self.of_expression(table, sql.text)
            if sql.is_column:
                return longest
        copied, own = draws.copies(), draws.longest_text()
        if copied:
            return self._of_path(table, copied)
        if draws.target and draws.held_key:
            return self.of(draws.target, draws.held_key.column or scope.table(draws.target).key[0])
        if own is not None and own > MOST_CHARACTERS:
            raise too_long(f"`{declared.generator_name}`", own)
        length = declared.declared_type.length if declared.declared_type else None
        return own or min(length or UNKNOWN, MOST_CHARACTERS)

    def of_expression(self, table: str, sql: str) -> int:
        """Give that of an expression seen from a row of a table. Raises SqlError."""
        return longest_text(allowed_expression(sql), lambda node: self._of_path(table, path(node)))

    def _of_path(self, table: str, path: str) -> int:
        try:
            found = self.scope.resolve(table, path)
        except MeaningError:
            return UNKNOWN  # of rows that are candidates, or `until`
        return self.of(found.table, found.column)

    def of_select(self, table: str) -> dict[str, int]:
        """Give those of a SELECT's columns. Raises SqlError."""
        if table not in self.selects:
            self.selects[table] = {}
            self.selects[table] = self._of_tables(
                select_text(self.scope.table(table)), select_sources(self.scope, table)
            )
        return self.selects[table]

    def of_query(self, sql: str) -> dict[str, int]:
        """Give those of a rule's columns. Raises SqlError."""
        return self._of_tables(sql, tables(allowed_query(sql)))

    def _of_tables(self, sql: str, read: tuple[str, ...]) -> dict[str, int]:
        columns = self.scope.dataset.all_tables
        there = {name: columns[name].columns for name in read if name in columns}

        def column(node: Node) -> int:
            holders = [table for table, held in there.items() if node.name in held]
            return max((self.of(table, node.name) for table in holders), default=UNKNOWN)

        star = {name: self.of(table, name) for table, held in there.items() for name in held}
        return {**star, **longest_given(allowed_query(sql), column)}
