"""What can be drawn fits its type at this scale: numbers, moments that can be read, codes as long as their column."""

from __future__ import annotations

import datetime as dt
import math
import sys
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal

from synth.dtypes import BIGINT, DType
from synth.errors import Problem, SpecError
from synth.generators.arrival import microseconds
from synth.generators.declarations import Span
from synth.plan.model import TablePlan
from synth.spec.kinds.base import Path
from synth.spec.models import Column
from synth.spec.scope import Scope
from synth.spec.spans import Spans

__all__ = ["check_sizes"]

LARGEST_REAL = 3.4028234663852886e38
FIRST_US = microseconds(dt.date(1, 1, 1))
LAST_US = microseconds(dt.datetime(9999, 12, 31, 23, 59, 59, 999_999))  # of what can be read


def check_sizes(
    scope: Scope, tables: Mapping[str, TablePlan], earlier: Mapping[str, int], drawn: Collection[tuple[str, str]]
) -> None:
    """Refuse columns whose values may not fit, as far as it is known how large they become. Raises SpecError.

    `earlier` are row numbers that rows of before have used up.
    """
    spans = Spans(scope, lambda table: tables[table].most + earlier.get(table, 0))
    problems: list[Problem] = []
    for name, column, declared in scope.all_columns():
        if (name, column) in drawn and not scope.is_read(name, column):
            problems += _misfits(spans, name, column, declared, tables[name].types[column])
    if problems:
        raise SpecError(problems)


def _misfits(spans: Spans, name: str, column: str, declared: Column, dtype: DType) -> Iterator[Problem]:
    """Yield that values of a column can be larger than its type, or longer."""
    dtype = dtype.element or dtype
    given = declared.draws.comes_with_rows
    word = ("type",) if declared.type else () if given else (declared.generator_name,)
    path: Path = ("tables", name, "columns", column, *word)
    longest = spans.longest(name, column) if dtype.length else None
    if dtype.length and longest is not None and longest > dtype.length:
        yield Problem(path, f"a value may be {longest} long, and it is {dtype}", "declare a longer type")
    span = spans.of(name, column)
    if span is None:
        return
    if dtype.is_time:
        if span.low < FIRST_US or span.high > LAST_US:
            yield Problem(path, "moments lie beyond the years 1 to 9999, which can be read", "lower `max`")
    elif dtype.is_float:
        most = LARGEST_REAL if dtype.name == "real" else sys.float_info.max
        if max(span.high, -span.low) > most:
            yield Problem(path, f"a value may be drawn that no {dtype} can hold", "give it a `max`")
    elif max(span.high, -span.low) >= (dtype.limit if dtype.has_units else BIGINT.limit):
        kind = dtype if dtype.has_units else BIGINT
        what = f"values may be {_spelt(span, kind)}, and it is {kind}"
        yield Problem(path, what, "declare a wider type, or bound what is drawn")


def _spelt(span: Span, dtype: DType) -> str:
    """Say how far values go, as people write them."""
    far, least = (span.high, False) if span.high >= dtype.limit else (span.low, True)
    if math.isinf(far):
        return "of any size"
    number = Decimal(int(far)).scaleb(-dtype.digits)
    text = f"{number:,f}" if abs(number) < 10**21 else f"{number:.3g}"
    return f"as low as {text}" if least else f"as high as {text}"
