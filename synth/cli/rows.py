"""`synth show`: rows in the terminal, or for a pipe."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from synth.cli.words import (
    LONGEST,
    Existing,
    From,
    FromSchema,
    Scale,
    Schema,
    Seed,
    SkipUnfit,
    Until,
    among,
    built_on,
    datasets_there,
    is_given,
    moment,
    program,
    tell_unfit,
)  # fmt: skip
from synth.errors import OptionError, many, one_of
from synth.formats import LINES
from synth.terminal import number, say

if TYPE_CHECKING:
    from synth.job.show import Shown, Tables

__all__ = ["show"]

ROWS, EACH = 10, 3  # rows of a table that is named, and of each where none is
ALL = "all"
ENDLESS = 10**15  # rows, and more than any table has
OF_SPECS = ("scale", "seed", "until", "existing", "source", "from_schema", "skip_unfit")

SOURCE = (
    "a dataset that ships, or a YAML file: rows are drawn; a folder with tables, or a database's URL: they are read"
)
Source = Annotated[str, typer.Argument(metavar="DATASET_OR_DIR", help=SOURCE, autocompletion=datasets_there)]
SHOWN = f"how many rows, 0 or more; all of them with --format [default: {ROWS}, or {EACH} of each table]"
ShownRows = Annotated[Optional[str], typer.Option("--rows", metavar="NUMBER", help=SHOWN, autocompletion=among(ALL))]  # noqa: UP045
FORMAT = f"write the rows of one table for a pipe, and nothing else: {one_of(LINES)}"
LineFormat = Annotated[str | None, typer.Option("--format", metavar="NAME", help=FORMAT, autocompletion=among(*LINES))]


def _tables(ctx: typer.Context) -> list[str]:
    """What a shell can complete TABLE to: the tables of a spec, or of a folder; a database is not asked."""
    from synth.databases.address import is_database
    from synth.job.show import is_spec, stored
    from synth.spec.load import load

    place = str(ctx.params.get("place") or "")
    if is_spec(place):
        return list(load(place).written)
    if is_database(place):
        return []
    with stored(place, None) as tables:
        return list(tables.names)


Named = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads it
    typer.Argument(metavar="[TABLE...]", help="only these tables, and more of their rows", autocompletion=_tables),
]


def show(
    context: typer.Context, place: Source, tables: Named = None, rows: ShownRows = None, format: LineFormat = None,
    scale: Scale = 1, seed: Seed = 42, until: Until = None, schema: Schema = None, existing: Existing = None,
    source: From = None, from_schema: FromSchema = None, skip_unfit: SkipUnfit = False,
) -> None:  # fmt: skip
    """Show the first rows of tables, without making files.

    Of a dataset they are drawn on the spot, and no more than is needed; of a folder or a database they are read. Without a
    TABLE it is a few rows of each.

    Example: synth show ecommerce orders --rows 5

    Example: synth show output/ecommerce orders --format csv --rows all | head
    """
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before Polars loads: a block is a small frame
    from synth.job.show import write_rows
    from synth.job.stream import format_of_lines

    most = _count(rows)
    if format is not None:
        format_of_lines(format, "--format")
    with ExitStack() as within:
        there = within.enter_context(_opened(context, place, schema, within))
        named = tuple(dict.fromkeys(tables or ()))
        for table in named:
            there.types(table)
        if format is not None:
            table, count = _only(named or there.names), most[0] if most else ROWS
            write_rows(there, table, sys.stdout.buffer, format=format, most=count)
        else:
            _show(there, named, most, place)


def _opened(context: typer.Context, place: str, schema: str | None, within: ExitStack) -> Tables:
    """What has the tables: a plan, a folder or a database. Raises SynthError, also for words that are about another one."""
    from synth.job.show import Drawn, is_spec, stored

    words = context.params
    if not is_spec(place):
        for name in OF_SPECS:
            if is_given(context, name):
                option = max(next(each.opts for each in context.command.params if each.name == name), key=len)
                raise OptionError(
                    f"{option} is of what is drawn, and the rows of '{place}' are read\n"
                    "  hint: leave it out, or name a dataset that ships or a YAML file"
                )
        return stored(place, schema)
    if schema is not None:
        raise OptionError(f"--schema is of databases, and '{place}' is a dataset\n  hint: leave it out")
    from synth.api import make_plan
    from synth.spec.load import located

    within.enter_context(located(place))
    made = make_plan(
        place, scale=words["scale"], seed=words["seed"], until=moment(words["until"]),
        **built_on(words["existing"], words["source"], words["from_schema"], skip_unfit=words["skip_unfit"]),
    )  # fmt: skip
    tell_unfit(made)
    return Drawn(made)


def _count(rows: str | None) -> tuple[int | None] | None:
    """Read --rows: a number, all as None, or nothing. Raises OptionError."""
    if rows is None:
        return None
    if rows == ALL:
        return (None,)
    digits = rows.replace("_", "")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > LONGEST:
        raise OptionError(f"--rows takes a number from 0 up, or all, not '{rows[:LONGEST]}'")
    return (min(int(digits), ENDLESS),)


def _only(names: tuple[str, ...]) -> str:
    """The one table whose rows are written. Raises OptionError where there are several."""
    if len(names) != 1:
        more = ", …" if len(names) > 4 else ""
        raise OptionError(
            f"--format writes the rows of one table, and these are {len(names)}\n"
            f"  hint: name one: {', '.join(names[:4])}{more}"
        )
    return names[0]


def _show(there: Tables, named: tuple[str, ...], most: tuple[int | None] | None, place: str) -> None:
    """Print a table after another."""
    from synth.row_table import MOST_ROWS, row_table

    asked = most[0] if most else ROWS if named else EACH
    wanted = MOST_ROWS + 1 if asked is None else asked
    for at, table in enumerate(named or there.names):
        if at:
            say("")
        if not named and wanted and (drawn := there.drawn_for(table)):
            counted = _counted(*there.count(table))
            say(f"{table}: {counted}, for which {many(drawn, 'row')} have to be drawn: name it, and wait")
            continue
        shown = there.first(table, wanted)
        if shown.frame.height > MOST_ROWS:
            raise OptionError(
                f"more than {number(MOST_ROWS)} rows of '{table}' are too many to look at\n"
                "  hint: --format csv or ndjson writes them all"
            )
        say(_title(shown))
        say(row_table(shown.frame, shown.types), as_it_is=True)
    if not named:
        say(f"\nmore of one: {program()} show {_quoted(place)} TABLE")


def _quoted(place: str) -> str:
    from shlex import quote

    from synth.databases.secret import masked

    return quote(masked(place))


def _title(shown: Shown) -> str:
    """The name of a table, and how many of its rows are shown."""
    count, height = shown.rows, shown.frame.height
    if count is None:
        return f"{shown.table}: the first {many(height, 'row')}"
    if count <= height:
        return f"{shown.table}: {many(height, 'row')}"
    return f"{shown.table}: the first {number(height)} of {_counted(count, shown.is_exact)}"


def _counted(rows: int | None, is_exact: bool) -> str:
    return "" if rows is None else f"{'' if is_exact else 'about '}{many(rows, 'row')}"
