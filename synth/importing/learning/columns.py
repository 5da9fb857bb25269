"""What is learnt of one column, by the sort of its values, and whether it may be."""

from __future__ import annotations

from synth.importing.learning.asking import Asking
from synth.importing.learning.categories import MOST_OTHER, true_share, weights_of
from synth.importing.learning.learnt import ColumnLearnt
from synth.importing.learning.moments import decades_of, hours_of, moments_of
from synth.importing.learning.numbers import numbers_of
from synth.importing.learning.personal import LOOKED_AT, by_content, by_name
from synth.importing.learning.personal_words import BIRTH
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.texts import texts_of
from synth.importing.learning.working import Work

__all__ = ["column_of", "is_key", "is_place", "nulls_of"]


def is_key(work: Work, column: str) -> bool:
    """Whether a column holds a key, is referred to, numbered or alone unique: its values are never copied."""
    table = work.source.table
    alone = any(unique.columns == (column,) for unique in table.uniques)
    return column in work.source.held or table.column(column).numbered or alone


def is_place(work: Work, column: str) -> bool:
    """Whether a column is the last of a key of several, and tells rows apart that have the others alike: a line's number."""
    table = work.source.table
    refers = {name for reference in table.references for name in reference.columns}
    return len(table.primary_key) > 1 and column == table.primary_key[-1] and column not in refers


def nulls_of(work: Work, column: str) -> float:
    """The share of NULLs in all rows."""
    return few_digits(work.source.nulls[column] / work.source.rows, 4) if work.source.rows else 0.0


def column_of(asking: Asking, work: Work, column: str, least: int) -> ColumnLearnt:
    """Measure a column. Raises DataError, which quotes no value."""
    dtype, kind = work.source.table.column(column).type, work.kind(column)
    nulls, distinct = nulls_of(work, column), work.source.distinct.get(column)
    personal = by_name(work.source.name, column, dtype)
    personal = personal or by_content(asking, work.some(LOOKED_AT), column, dtype)
    key = is_key(work, column)
    if kind == "text":
        weights = None if personal or key else weights_of(asking, work, column, least)
        told = personal is None and (weights is None or weights.other > MOST_OTHER)
        return ColumnLearnt(nulls, distinct, personal, weights, texts=texts_of(asking, work, column, least, told=told))
    if kind == "moment" and not key:
        if personal:
            decades = decades_of(asking, work, column, least) if personal == BIRTH else None
            return ColumnLearnt(nulls, distinct, personal, moments=decades)
        return ColumnLearnt(nulls, distinct, moments=moments_of(asking, work, column, least))
    if not personal and kind == "number" and is_place(work, column) and work.roots >= least:
        return ColumnLearnt(nulls, distinct, numbers=numbers_of(asking, work, column, least))
    if personal or key or work.roots < least:
        return ColumnLearnt(nulls, distinct, personal)
    if kind == "boolean":
        return ColumnLearnt(nulls, true=true_share(asking, work, column, least))
    if kind == "time":
        return ColumnLearnt(nulls, distinct, hours=hours_of(asking, work, column, least))
    if kind == "number":
        weights = None if dtype.is_float else weights_of(asking, work, column, least)
        return ColumnLearnt(nulls, distinct, weights=weights, numbers=numbers_of(asking, work, column, least))
    return ColumnLearnt(nulls)
