"""Rehearses a spec: its rules and checks on empty tables, then a small dataset in memory with all that `verify` asks.

What cannot be proved from the spec alone is found so: SQL that fails on values, keys that come twice, checks and rules that
nothing makes hold. The seed is fixed, so the same spec is always told the same.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Generator, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import product
from typing import Any

import duckdb
import polars as pl

from synth.columns import as_sql_sees, to_arrow, to_written
from synth.draw.output import FrameSink
from synth.draw.residents import Residents
from synth.draw.task import RunContext
from synth.draw.walk import Walk
from synth.errors import DataError, Problem, SpecError, TooFewError
from synth.generators.declarations import DottedPath
from synth.plan.model import Plan
from synth.runners.serial import Serial
from synth.sandbox import sandbox, time_limit
from synth.spec.kinds.base import Path
from synth.spec.kinds.existing import unread_tables
from synth.spec.lineage import columns_that_tell_of
from synth.spec.models import Dataset
from synth.spec.parts import table_of
from synth.spec.scope import Scope
from synth.sql.parse import SqlError, columns, expression, named, query
from synth.sql.queries import typed_condition, typed_query
from synth.verifying.checks import Check, checks, quoted
from synth.verifying.in_duckdb import Limits, count_together, run_checks
from synth.verifying.report import Finding
from synth.verifying.small_plan import larger_plan, small_plans, whole_plan

__all__ = ["rehearse"]

MEMORY_BYTES = 2**30  # of the whole process, while SQL runs on a few rows
ON_THE_WAY, AT_THE_END = 0.4, 0.0  # of the period, before its end
NUMBER = re.compile("U?(TINY|SMALL|BIG|HUGE)?INT|DECIMAL|FLOAT|DOUBLE")  # types of DuckDB
LIMIT_S = 30  # of one check: the slowest of what ships takes a tenth of a second
NO_MEMORY = f"it takes more than {MEMORY_BYTES // 2**30} GiB of memory on the few rows of a rehearsal"


def rehearse(dataset: Dataset, before_end: tuple[float, ...] = (ON_THE_WAY, AT_THE_END)) -> tuple[str, ...]:
    """Raise SpecError for what cannot be planned, SQL that DuckDB cannot bind, offences; DataError for what cannot be drawn.

    Each of `before_end` is a moment at which it is rehearsed, so large a share of the period before its end. Other rows
    stand in for existing ones; what follows from their values is left to the run that reads the true ones. Gives what could
    not be rehearsed, in words.
    """
    whole = [whole_plan(dataset, until) for until in _moments(dataset, before_end)]
    _bind(dataset)
    unknown = columns_that_tell_of(Scope(dataset), unread_tables(dataset))
    with ThreadPoolExecutor(len(whole)) as pool:  # what they take is partly Polars' and DuckDB's time
        left_open = pool.map(lambda plan: _rehearse(dataset, plan, unknown), whole)
        said = tuple(dict.fromkeys(why for why in left_open if why))
    more = larger_plan(dataset, whole[-1])
    if more:
        with suppress(TooFewError):  # of what there are no more at a larger scale
            _prove(more, unknown)
    return said


def _rehearse(dataset: Dataset, whole: Plan, unknown: Set[tuple[str, str]]) -> str | None:
    """Prove the best small plan that can be drawn; why none can, if there is none."""
    why = "no small dataset can be planned"
    for plan in small_plans(dataset, whole):
        try:
            _prove(plan, unknown)
        except TooFewError as error:
            if plan.dataset is dataset and plan.scale >= 1:
                raise
            why = str(error)  # of a small scale, or of stand-ins: there may be enough at another
        except DataError as error:
            if error.problem is None or not _is_unknown(unknown, error.problem.path):
                raise
            why = str(error)
        else:
            return None
    return why


def _bind(dataset: Dataset) -> None:
    """Raise SpecError for SQL that not every database understands, or that DuckDB cannot bind."""
    scope = Scope(dataset)
    problems = list(_not_portable(dataset, scope))
    if problems:
        raise SpecError(problems)
    with sandbox(memory_bytes=MEMORY_BYTES) as connection:
        for table in dataset.named:
            columns = ", ".join(
                f"{quoted(c)} {scope.type_of(table, c).in_sql.duckdb}" for c in dataset.tables[table].written
            )
            connection.execute(f"CREATE TABLE {quoted(table)} ({columns})")
        asked = [each for each in checks(dataset, dt.datetime(2000, 1, 1)) if each.kind in ("rule", "check")]
        done = count_together(connection, asked, LIMIT_S)  # all but those beside one that cannot be counted
        for check in asked:
            if check in done:
                continue
            try:
                with time_limit(connection, LIMIT_S):
                    connection.execute(check.sql)
            except duckdb.OutOfMemoryException:
                problems.append(Problem(_place(dataset, check), NO_MEMORY))
            except TimeoutError as error:
                problems.append(Problem(_place(dataset, check), f"on empty tables {error}"))
            except duckdb.Error as error:
                problems.append(Problem(_place(dataset, check), f"bad SQL: {_said(str(error))}"))
        problems += _unseen(dataset, connection)
    if problems:
        raise SpecError(problems)


def _unseen(dataset: Dataset, connection: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    """Say which pictures cannot be made, and which facts not be measured, on empty tables."""
    for name, fact in dataset.facts.items():
        at = ("facts", name, "select")
        columns = yield from _columns_of(connection, fact.select, at)
        if columns is not None and len(columns) != 1:
            yield Problem(at, f"it gives {len(columns)} columns", "select one number")
        elif columns and not NUMBER.match(str(columns[0][1])):
            yield Problem(at, f"it gives no number, but {columns[0][1]}", "select one number")
    for name, picture in dataset.pictures.items():
        at = ("pictures", name, "select")
        columns = yield from _columns_of(connection, picture.select, at)
        if columns is None:
            continue
        if len(columns) not in ((3,) if picture.shape == "heat" else (2, 3)):
            wanted = "three columns: across, up, shade" if picture.shape == "heat" else "two columns, or three"
            yield Problem(at, f"it gives {len(columns)} columns", f"select {wanted}")


def _columns_of(
    connection: duckdb.DuckDBPyConnection, select: str, at: tuple[str, ...]
) -> Generator[Problem, None, Sequence[tuple[Any, ...]] | None]:
    """Ask a query on empty tables, and give its columns; None where it cannot be asked, which is told."""
    try:
        with time_limit(connection, LIMIT_S):
            return connection.execute(select).description or ()
    except (duckdb.Error, TimeoutError) as error:
        yield Problem(at, f"bad SQL: {_said(str(error))}")
        return None


def _not_portable(dataset: Dataset, scope: Scope) -> Iterator[Problem]:
    """Say what of rules and checks has no type, so that the databases would each guess another: names among them."""
    tables = {name: {c: scope.type_of(name, c) for c in dataset.tables[name].written} for name in dataset.named}
    for name, rule in dataset.rules.items():
        try:
            typed_query(query(rule).copy(), tables)
        except SqlError as error:
            yield Problem(("rules", name), str(error), error.hint)
    for name in dataset.named:
        spec = dataset.tables[name]
        of_columns = {("columns", c, "check"): declared.check for c, declared in spec.columns.items() if declared.check}
        for at, sql in [*((("checks", c), sql) for c, sql in spec.checks.items()), *of_columns.items()]:
            try:
                typed_condition(expression(sql), tables[name])
            except SqlError as error:
                yield Problem(("tables", name, *at), str(error), error.hint)


def _said(message: str) -> str:
    """DuckDB's words in one line, without its name for the kind of error."""
    return re.sub(r"\s+", " ", message.split("\n\n", maxsplit=1)[0]).split(" Error: ", 1)[-1]


def _moments(dataset: Dataset, before_end: tuple[float, ...]) -> tuple[dt.datetime, ...]:
    """The ends at which a spec is rehearsed: so large a share of its period before it ends."""
    start, until = (dt.datetime.combine(day, dt.time()) for day in (dataset.period.start, dataset.period.until))
    return tuple((until - (until - start) * share).replace(microsecond=0) for share in before_end)


def _prove(plan: Plan, unknown: Set[tuple[str, str]]) -> None:
    """Draw a plan, and run every check of `verify` on it, but for what follows from unknown columns.

    Raises DataError, and SpecError for offences.
    """
    frames: dict[str, list[pl.DataFrame]] = {name: [] for name in plan.wanted}
    for result in Walk(
        RunContext(plan, Residents(), FrameSink(), fingerprints=False), Serial(owns_process=False)
    ).results():
        for part, made in result.tables.items():
            assert made.write.frame is not None
            frames[table_of(part)].append(made.write.frame)
    unread = set(plan.dataset.existing) - plan.content.frames.keys()  # whose keys alone are referred to
    with sandbox(memory_bytes=MEMORY_BYTES) as connection:
        there = frames | _read(plan)
        for name, parts in there.items():
            connection.register("here", to_arrow(as_sql_sees(pl.concat(parts))))
            try:
                connection.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM here")
            except duckdb.OutOfMemoryException:
                raise SpecError([Problem(("tables", name), NO_MEMORY.replace("it takes", "its rows take"))]) from None
        known = (
            check
            for check in checks(plan.dataset, plan.until)
            if not (unknown and unknown & set(_columns(check))) and unread.isdisjoint(check.reads)
        )
        findings = run_checks(connection, known, Limits(LIMIT_S, NO_MEMORY, parts=()))
        failed = [(check, found) for check, found in findings if not found.passed]
        problems = [_problem(plan, check, found) for check, found in failed if isinstance(check, Check)]
    if problems:
        raise SpecError(problems)


def _read(plan: Plan) -> dict[str, list[pl.DataFrame]]:
    """What was read of tables that exist, as it is written."""
    types = {name: plan.tables[name].types for name in plan.content.frames}
    return {
        name: [to_written(frame.select(c for c in frame.columns if c in types[name]), types[name])]
        for name, frame in plan.content.frames.items()
    }


def _is_unknown(unknown: Set[tuple[str, str]], path: Path) -> bool:
    """Tell whether a place in a spec is one of unknown columns: by itself, or by those of its table."""
    match path:
        case ("tables", table, "columns", column, *_):
            return (table, column) in unknown
        case ("tables", table, *_):
            return any(name == table for name, _ in unknown)
    return False


def _columns(check: Check) -> Iterator[tuple[str, str]]:
    """The columns by whose values a check holds or not; of keys and references it is only which are equal."""
    if check.kind in ("key", "unique", "reference"):
        return
    paths = named(check.condition) if check.condition else columns(query(check.sql))
    yield from product(check.reads, (rest or first for first, rest in map(DottedPath.parse, paths)))


def _problem(plan: Plan, check: Check, found: Finding) -> Problem:
    """What a check found, in the place of the spec that it is about."""
    what = f"rehearsed at scale {plan.scale:.3g} until {plan.until:%Y-%m-%d}, "
    if found.offences is None:
        return Problem(_place(plan.dataset, check), f"{what}it cannot be run: {_said(found.note)}")
    rows = "1 row breaks it" if found.offences == 1 else f"{found.offences:,} rows break it"
    shown = ", ".join(f"{name} = {value}" for name, value in found.examples[0].items())
    what = f"{what}{rows}: {check.kind} {check.name}, for instance {shown}"
    return Problem(_place(plan.dataset, check), what, _WAYS_OUT.get(check.kind))


_WAYS_OUT = {
    "key": "nothing makes this key hold: take a `key` column, or draw its columns from more values",
    "unique": "nothing makes it unique: see `unique` in schema/README.md",
    "length": "declare a longer type, or draw shorter values",
    "check": "draw the column so that it holds, or take the check out",
    "rule": "draw the columns so that it holds, or take the rule out",
}


def _place(dataset: Dataset, check: Check) -> tuple[str, ...]:
    """The path in the spec of what a check is about."""
    return next(_places(dataset, check))


def _places(dataset: Dataset, check: Check) -> Iterator[tuple[str, ...]]:
    at, name = ("tables", check.table), check.name
    spec = dataset.tables[check.table]
    if check.kind == "rule":
        yield ("rules", name)
    if check.kind == "check":
        yield (*at, "checks", name) if name in spec.checks else (*at, "columns", name, "check")
    columns = name.partition(" → ")[0].split(", ")
    if len(columns) == 1 and columns[0] in spec.columns:
        yield (*at, "columns", columns[0])
    if check.kind == "key":
        yield (*at, "primary_key")
    if check.kind == "unique":
        yield (*at, "unique")
    yield at
