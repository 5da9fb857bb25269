"""Which columns hold the key of a row that a row is born with: what a derived table's SELECT must stay within."""

from __future__ import annotations

from synth.errors import MeaningError
from synth.spec.kinds.base import Names
from synth.spec.kinds.derived import select_sources, select_text
from synth.spec.kinds.row_plans import TellsBlock
from synth.sql.closure import Keys, closed_keys
from synth.sql.parse import SqlError

__all__ = ["check_closed", "is_closed", "is_selected", "telling"]

WINDOW = "#window"  # what a column that numbers windows holds: all rows of one are drawn together


def check_closed(names: Names, table: str) -> None:
    """Raise MeaningError for a SELECT that reaches beyond one root row, or one window."""
    _keys(names, table)


def is_closed(names: Names, table: str) -> bool:
    """Tell whether a SELECT stays within one root row."""
    try:
        check_closed(names, table)
    except MeaningError:
        return False
    return True


def telling(names: Names, table: str) -> tuple[TellsBlock, ...]:
    """List the columns of a SELECT that tell of which block each of its rows is: those that hold the key of a row in it."""
    family, window, found = names.family(table), names.family_window(table), []
    try:
        keys = _keys(names, table)
    except MeaningError:  # beside a rollup, which is one block
        return ()
    for column, held in keys.items():
        for other in sorted(held - {table}):
            if other == WINDOW:
                found.append(TellsBlock(column, window=window))
            elif names.family(other) == family and len(names.table(other).key) == 1:
                found.append(TellsBlock(column, other, names.table(other).key[0]))
    return tuple(found)


def is_selected(names: Names, table: str) -> bool:
    """Tell whether rows of a table, or of a part of one, come from one SELECT."""
    kind = names.kind(table)
    return kind.only_gives_columns and kind.has_own_rows and not kind.is_sum


def _keys(names: Names, table: str) -> Keys:
    """What each column of a table, or of a part of one, holds a key of."""
    if not is_selected(names, table):
        return {column: _of_column(names, table, column) for column in names.table(table).columns}
    family = names.family(table)
    own = {other: _keys(names, other) for other in select_sources(names, table) if names.family(other) == family}
    try:
        found = closed_keys(select_text(names.table(table)), own)
    except SqlError as error:
        raise MeaningError(str(error)) from error
    return {column: held | _as_key(names, table, column) for column, held in found.items()}


def _as_key(names: Names, table: str, column: str) -> frozenset[str]:
    """The table itself where the column is its whole key."""
    return frozenset({table}) if names.table(table).key == (column,) else frozenset()


def _of_column(names: Names, table: str, column: str) -> frozenset[str]:
    """What a column of rows that are counted, or born with others, holds a key of."""
    spec = names.table(table)
    draws = spec.columns[column].draws
    held = _as_key(names, table, column)
    if draws.window_rows:
        return held | {WINDOW}
    if column in spec.links:
        parent = names.ancestors(table)[0]
        key = (draws.held_key.column if draws.held_key else None) or names.table(parent).key[0]
        return held | _of_column(names, parent, key)
    path = draws.copies()
    found = names.resolve(table, path) if path else None
    if found is not None and found.how in ("own", "ancestor"):
        return held | _of_column(names, found.table, found.column)
    return held
