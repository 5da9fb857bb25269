"""Which source a word of the command line means: DDL in a file or a pipe, a live database, or a folder of files."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from synth.addresses import is_remote
from synth.databases.address import URLS, address_of, is_database
from synth.databases.secret import masked
from synth.errors import OptionError, OutputError, did_you_mean
from synth.formats import FORMATS, READABLE
from synth.importing.found import Found, Note

__all__ = ["read_source"]

STDIN = "-"
MOST_BYTES = 256 * 2**20  # of DDL: a dump with its rows is larger, and needs none of them


def read_source(
    source: str, *, dialect: str | None = None, schema: str | None = None, tables: Sequence[str] = ()
) -> Found:
    """Read what a word means: `schema.sql`, `-`, a URL, a database's file, a name in `synth.toml`, or a folder.

    `dialect` is of DDL, `schema` of a database, `tables` are the ones that are wanted, by default all. Raises SynthError.
    """
    if not source.strip():
        raise OptionError(f"'{source}' is no source\n  hint: {_hint()}")
    if source == STDIN:
        _refuse(source, "standard input is DDL", schema=schema)
        return _of_text(sys.stdin.buffer.read(MOST_BYTES + 1), "<stdin>", dialect, tables)
    if is_database(source):
        _refuse(source, "a database speaks its own SQL", dialect=dialect)
        from synth.importing.live import read_database

        return read_database(address_of(source), schema=schema, tables=tables)
    if is_remote(source):
        raise OptionError(f"'{masked(source)}' is an object store\n  hint: copy it here first, or `synth pull` it")
    path = Path(source)
    if path.is_dir():
        _refuse(source, "a folder of files has neither", dialect=dialect, schema=schema)
        from synth.importing.folder import read_folder

        return read_folder(path, tables=tables)
    _refuse(source, "DDL in a file has no such thing", schema=schema)
    return _of_text(_bytes_of(path), source, dialect, tables)


def _ends() -> list[str]:
    return [FORMATS[name].suffix for name in READABLE]


def _bytes_of(path: Path) -> bytes:
    """What a file of DDL holds. Raises OptionError, OutputError."""
    if path.suffix.lower() in _ends():
        what = f"'{path}' is one file of rows" if path.exists() else f"there is no '{path}'"
        raise OptionError(f"{what}\n  hint: name the folder that holds it: its name is the table's")
    if not path.exists():
        near = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
        hint = did_you_mean(path.name, near) if near and len(near) < 1000 else _hint()
        raise OptionError(f"there is no '{masked(str(path))}'\n  hint: {hint if 'did you mean' in hint else _hint()}")
    if not path.is_file() and not path.is_fifo():
        raise OptionError(f"'{path}' is neither a file nor a folder\n  hint: {_hint()}")
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise OutputError(f"'{path}' cannot be read: {error.strerror}") from None


def _of_text(data: bytes, name: str, dialect: str | None, tables: Sequence[str]) -> Found:
    """The tables of DDL, in UTF-8 or as Windows keeps it. Raises OptionError, OutputError."""
    from synth.importing.ddl import read_ddl

    if len(data) > MOST_BYTES:
        hint = "dump the schema without rows: pg_dump --schema-only, mysqldump --no-data"
        raise OutputError(f"'{name}' is larger than {MOST_BYTES // 2**20} MB\n  hint: {hint}")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        if b"\0" in data[:4096]:
            raise OutputError(f"'{name}' is no text\n  hint: {_hint()}")
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    found = read_ddl(text, dialect=dialect, source=name)
    if not tables:
        return found
    return _only(found, tables, name)


def _only(found: Found, tables: Sequence[str], name: str) -> Found:
    """Some of the tables; references to others are left out, and told. Raises OptionError."""
    there = [table.name for table in found.tables]
    for table in tables:
        if table not in there:
            raise OptionError(f"'{name}' has no table '{table}'\n  hint: {did_you_mean(table, there)}")
    kept = [table for table in found.tables if table.name in tables]
    left = [
        Note(table.name, f"({', '.join(each.columns)}) refers to {each.table}, which is not imported", each.line)
        for table in kept
        for each in table.references
        if each.table not in tables
    ]
    narrowed = tuple(
        replace(table, references=tuple(each for each in table.references if each.table in tables)) for table in kept
    )
    others = tuple(f"{table}." for table in there if table not in tables)
    notes = [note for note in found.notes if not f"{note.where}.".startswith(others)]
    return replace(found, tables=narrowed, notes=(*notes, *left))


def _refuse(source: str, why: str, **options: str | None) -> None:
    """Raise OptionError for an option that is of another kind of source."""
    for name, value in options.items():
        if value is not None:
            raise OptionError(f"--{name} is not for '{masked(source)}': {why}\n  hint: leave --{name} out")


def _hint() -> str:
    examples = ", ".join(urls.example for urls in URLS.values() if urls.example)
    return (
        f"a file of DDL, - for standard input, a folder of files, or a database: postgresql://me@host/name, {examples}"
    )
