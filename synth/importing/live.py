"""What a live database holds: it gives its own DDL, which is read as any other, in transactions that only read."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from synth.databases import Address, Database, connect
from synth.databases.address import address_of
from synth.databases.contract import MANIFEST
from synth.errors import DatabaseError, OptionError, did_you_mean, many, one_of
from synth.importing.ddl import read_ddl
from synth.importing.found import Found, FoundTable, Note

__all__ = ["read_database"]

LIMIT_S = 60  # of a statement
COUNTING_S = 30  # of counts, one after the other: a table that comes later is not counted
MOST_TOLD = 20  # things of one kind, of which a schema may have hundreds
_SHOWN = 10  # schemas of an error
_NOT_IN_TEXT = ", which is no table of the text"  # as `read_ddl` says it


def read_database(url: Address | str | Path, *, schema: str | None = None, tables: Sequence[str] = ()) -> Found:
    """Read the tables of a schema, or some of them; nothing is written.

    Without a schema it is where tables are by default, or the only one that holds some. Raises OptionError, DatabaseError.
    """
    address = address_of(url)
    with connect(address) as database:
        database.only_read(LIMIT_S)
        schema = _schema(database, schema)
        wanted = _wanted(database, schema, tables)
        text = database.definitions(schema, wanted)
        found = read_ddl(text, dialect=address.database, source=f"schema {schema} of {address}")
        besides = _besides(schema, database.besides_tables(schema, wanted))
        read = {table.name: table for table in found.tables}
        said = {note.where for note in found.notes}
        unread = [Note(name, "no columns could be read of it") for name in wanted if name not in {*read, *said}]
        there = [read[name] for name in wanted if name in read]
        counts, late = _counted(database, schema, list(read))
        made = tuple(_numbered(database, schema, _as_here(table, counts.get(table.name))) for table in there)
        notes = [
            replace(note, what=note.what.replace(_NOT_IN_TEXT, ", which is not imported"), line=None)
            for note in found.notes
        ]
        return Found(made, (*notes, *unread, *besides, *late), name=schema if database.dialect.has_schemas else None)


def _besides(schema: str, found: Sequence[tuple[str, str]]) -> Iterator[Note]:
    """What is not taken over, by kind; of many functions or partitions the first."""
    for kind, those in groupby(sorted(found), key=lambda each: each[0]):
        names = [name for _, name in those]
        article = "an" if kind[0] in "aeiou" else "a"
        yield from (Note(name, f"{article} {kind} is not taken over") for name in names[:MOST_TOLD])
        if len(names) > MOST_TOLD:
            yield Note(schema, f"{len(names) - MOST_TOLD:,} more of the kind '{kind}' are not taken over")


def _schema(database: Database, given: str | None) -> str:
    """The schema that is meant. Raises OptionError."""
    there = database.filled_schemas()
    usual = database.default_schema
    if given is not None:
        if given in there:
            return given
        hint = did_you_mean(given, there) if there else "it has no tables at all"
        raise OptionError(f"{database.address} has no tables in schema '{given}'\n  hint: {hint}")
    if not there:
        raise OptionError(f"{database.address} has no tables\n  hint: name another database")
    if usual in there:
        return usual
    is_named = usual and usual == database.address.name  # by the user's URL, where a schema is a database
    if len(there) == 1 and not is_named:
        return there[0]
    some = one_of(there[:_SHOWN]) + (f" … ({len(there)} in all)" if len(there) > _SHOWN else "")
    where = f" in schema '{usual}'" if usual else ""
    raise OptionError(f"{database.address} has no tables{where}, but in others\n  hint: --schema {some}")


def _wanted(database: Database, schema: str, tables: Sequence[str]) -> list[str]:
    """The tables that are asked for, all but our manifest if none is named. Raises OptionError."""
    there = [name for name in database.defined_tables(schema) if name != MANIFEST]
    for name in tables:
        if name not in there:
            raise OptionError(
                f"schema {schema} of {database.address} has no table '{name}'\n  hint: {did_you_mean(name, there)}"
            )
    return [name for name in there if not tables or name in tables]


def _counted(database: Database, schema: str, tables: Sequence[str]) -> tuple[dict[str, int], list[Note]]:
    """How many rows tables have, and those that took too long to count.

    A server's own estimates may be from long ago, or of nothing; a spec's numbers of rows are worth half a minute.
    """
    counts: dict[str, int] = {}
    late: list[Note] = []
    begun = time.monotonic()
    database.only_read(COUNTING_S)
    for name in tables:
        left = COUNTING_S - (time.monotonic() - begun)
        if left > 0:
            try:
                _, rows = database.rows(f"SELECT COUNT(*) AS n FROM {database.dialect.place(schema, name)}")
                counts[name] = int(rows[0][0])
                continue
            except DatabaseError:  # it took too long, or may not be read
                pass
        late.append(Note(name, f"its rows were not counted: no right to, or more than {many(COUNTING_S, 'second')}"))
    return counts, late


def _as_here(table: FoundTable, rows: int | None) -> FoundTable:
    """A table with its rows, without lines, which are of a text that nobody sees."""
    return replace(
        table,
        columns=tuple(replace(column, line=None) for column in table.columns),
        uniques=tuple(replace(unique, line=None) for unique in table.uniques),
        references=tuple(replace(reference, line=None) for reference in table.references),
        checks=tuple(replace(check, line=None) for check in table.checks),
        rows=rows,
        line=None,
    )


def _numbered(database: Database, schema: str, table: FoundTable) -> FoundTable:
    """A table whose numbers begin about where those of its rows do: a sequence may say but where they go on."""
    first: dict[str, int | None] = {}
    for column in table.columns:
        if column.starts_at is not None and table.rows != 0:
            name, least = database.dialect.quote_identifier(column.name), column.starts_at
            if table.rows:
                place = database.dialect.place(schema, table.name)
                _, rows = database.rows(f"SELECT MIN({name}) AS least FROM {place}")
                least = min(least, int(rows[0][0] or 0))
            first[column.name] = None if least <= 1 else _rounded_down(least)
    columns = tuple(replace(each, starts_at=first.get(each.name, each.starts_at)) for each in table.columns)
    return replace(table, columns=columns)


def _rounded_down(key: int) -> int:
    """A number of the same size whose first digit alone is not 0: it says of no row what its key is."""
    unit: int = 10 ** (len(str(key)) - 1)
    return key // unit * unit
