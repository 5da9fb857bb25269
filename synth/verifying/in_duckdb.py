"""Runs checks in DuckDB: what looks at each row by itself is counted in one pass over a table."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import duckdb

from synth.sandbox import TIME_LIMIT_S, time_limit
from synth.verifying.apart import keep_apart
from synth.verifying.checks import Check, of_each_row, quoted
from synth.verifying.course import Course
from synth.verifying.findings import EXAMPLES, refuse_lack
from synth.verifying.in_parts import PARTS, counted, first_rows
from synth.verifying.report import Finding
from synth.verifying.row_by_row import by_row

__all__ = ["Limits", "count_together", "run_checks", "said"]

NO_MEMORY = "it needs more memory, or more space in the temporary folder: state more by --memory, or another TMPDIR"


@dataclass(frozen=True)
class Limits:
    """What a check may take: so many seconds; what is said where it needs more memory, and parts that are tried before."""

    seconds: float
    no_memory: str = NO_MEMORY
    parts: tuple[int, ...] = PARTS


def run_checks(
    connection: duckdb.DuckDBPyConnection, checks: Iterable[Check | Finding], limits: Limits | None = None,
    course: Course | None = None,
) -> Iterator[tuple[Check | Finding, Finding]]:  # fmt: skip
    """Yield each check with what it found; what is a finding already stays as it is.

    A check is given up at its limits, the usual ones if left out. The `course` is told what was done.
    """
    todo, limits = list(checks), limits or Limits(TIME_LIMIT_S)
    known = [check for check in todo if isinstance(check, Check)]
    simpler = by_row(connection, known, limits.seconds)
    already = count_together(connection, [simpler.get(check, check) for check in known], limits.seconds, course)
    for check in todo:
        if isinstance(check, Finding):
            yield check, check
            continue
        if course:
            course.begins(check)
        found = _run(connection, check, already.get(simpler.get(check, check)), limits)
        if course:
            course.checked(check, found.seconds)
        yield check, found


def count_together(
    connection: duckdb.DuckDBPyConnection, checks: list[Check], limit_s: float, course: Course | None = None
) -> dict[Check, tuple[int, float]]:
    """Offences, and seconds, of checks that look at each row by itself: many of one table are counted in one pass.

    What cannot be worked out is left out with those beside it.
    """
    found: dict[Check, tuple[int, float]] = {}
    for table, some in of_each_row(checks):
        started = time.perf_counter()
        asked = ", ".join(f"COUNT(CASE WHEN {check.condition}\nTHEN 1 END)" for check in some)
        with suppress(duckdb.Error, TimeoutError), time_limit(connection, limit_s):
            counts = connection.execute(f"SELECT {asked} FROM {quoted(table)}").fetchone() or ()
            seconds = (time.perf_counter() - started) / len(some)
            found |= {check: (int(count), seconds) for check, count in zip(some, counts, strict=True)}
        if course:
            course.counted(table, len(some), time.perf_counter() - started)
    return found


def _run(
    connection: duckdb.DuckDBPyConnection, check: Check, already: tuple[int, float] | None, limits: Limits
) -> Finding:
    """Count what a check selects, unless that is done, and fetch a few rows of it."""
    started = time.perf_counter()
    examples: tuple[dict[str, Any], ...] = ()
    if already and not already[0]:
        return Finding(check.kind, check.table, check.name, 0, seconds=already[1])
    try:
        with time_limit(connection, limits.seconds):
            if check.apart and keep_apart(connection, check):
                return Finding(check.kind, check.table, check.name, 0, seconds=time.perf_counter() - started)
            offences, seconds = already or (counted(connection, check.sql, limits.parts), 0.0)
            if offences:
                examples = first_rows(connection, check.sql, EXAMPLES, limits.parts)
    except (duckdb.Error, TimeoutError) as error:
        if isinstance(error, duckdb.InterruptException):  # by the user
            raise
        refuse_lack(error)
        return Finding(check.kind, check.table, check.name, None, note=said(error, limits.no_memory))
    seconds += time.perf_counter() - started
    return Finding(check.kind, check.table, check.name, offences, examples, seconds=seconds)


def said(error: Exception, no_memory: str = NO_MEMORY) -> str:
    """What is wrong, in one line."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return no_memory
    return str(error).splitlines()[0]
