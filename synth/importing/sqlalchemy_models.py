"""Models of SQLAlchemy: the DDL that it writes for them is read as any DDL, with what Python alone knows of defaults."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

from synth.importing.ddl import read_ddl
from synth.importing.found import Found, FoundColumn, FoundTable, Note
from synth.importing.python_values import called_default, literal

__all__ = ["metadata_of", "read_metadata"]

_DIALECTS = {"postgres": "postgresql", "mysql": "mysql", "tsql": "mssql", "sqlite": "sqlite"}


def metadata_of(thing: Any) -> list[Any]:
    """The MetaData that something is, or has; of a module those of all that stands in it, each once."""
    from sqlalchemy import MetaData

    members = [*vars(thing).values()] if isinstance(thing, ModuleType) else [thing]
    found = dict[int, Any]()
    for member in members:
        metadata = member if isinstance(member, MetaData) else getattr(member, "metadata", None)
        if isinstance(metadata, MetaData) and (metadata.tables or not isinstance(thing, ModuleType)):
            found.setdefault(id(metadata), metadata)
    return [*found.values()]


def read_metadata(metadata: Sequence[Any], source: str) -> Found:
    """Read all tables of some MetaData. Raises DdlError where there is none, and what SQLAlchemy raises."""
    from sqlalchemy.exc import CompileError

    tables = [table for each in metadata for table in each.tables.values()]
    failed: CompileError | None = None
    for dialect, module in _DIALECTS.items():  # the first that knows all types
        try:
            text = ";\n".join(_statements(tables, module)) + ";\n"
        except CompileError as error:
            failed = failed or error
            continue
        return _with_python(read_ddl(text, dialect=dialect, source=source), tables)
    assert failed is not None
    raise failed


def _statements(tables: Sequence[Any], module: str) -> Iterator[str]:
    """The DDL of tables, in the words of a database. Raises CompileError."""
    from importlib import import_module

    from sqlalchemy import Enum, schema

    dialect = import_module(f"sqlalchemy.dialects.{module}").dialect()
    made = set[str]()
    for table in tables:
        for column in table.columns:
            kind = getattr(column.type, "item_type", column.type)
            if isinstance(kind, Enum) and module == "postgresql":
                kind.name = kind.name or f"{table.name}_{column.name}_values"
                if kind.native_enum and kind.name not in made:
                    made.add(kind.name)
                    yield f'CREATE TYPE "{kind.name}" AS ENUM ({", ".join(map(literal, kind.enums))})'
    for table in tables:
        yield str(schema.CreateTable(table).compile(dialect=dialect)).strip()
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            if index.unique:
                yield str(schema.CreateIndex(index).compile(dialect=dialect)).strip()
        if dialect.supports_comments and not dialect.inline_comments:
            if table.comment:
                yield str(schema.SetTableComment(table).compile(dialect=dialect))
            for column in table.columns:
                if column.comment:
                    yield str(schema.SetColumnComment(column).compile(dialect=dialect))
        for constraint in table.foreign_key_constraints:
            if constraint.use_alter:
                yield str(schema.AddConstraint(constraint).compile(dialect=dialect))


def _with_python(found: Found, tables: Sequence[Any]) -> Found:
    """What was found without its lines, which are of no text that anybody has, and with defaults that Python gives."""
    known = {table.name: table for table in tables}
    return Found(
        tuple(_table(table, known.get(table.name)) for table in found.tables),
        tuple(Note(note.where, note.what) for note in found.notes),
        found.name,
    )


def _table(table: FoundTable, known: Any) -> FoundTable:
    """A table without lines, and with the defaults that SQLAlchemy gives before a row is sent."""
    columns = tuple(
        _column(each, known.columns[each.name] if known is not None and each.name in known.columns else None)
        for each in table.columns
    )
    return replace(
        table,
        columns=columns,
        uniques=tuple(replace(each, line=None) for each in table.uniques),
        references=tuple(replace(each, line=None) for each in table.references),
        checks=tuple(replace(each, line=None) for each in table.checks),
        line=None,
    )


def _column(column: FoundColumn, known: Any) -> FoundColumn:
    """A column with the default that SQLAlchemy gives, where the database gives none."""
    default = column.default
    given = getattr(known, "default", None)
    if default is None and given is not None and not column.computed:
        if given.is_scalar and isinstance(given.arg, enum.Enum):
            labels = getattr(known.type, "enums", ())
            default = literal(given.arg.name if given.arg.name in labels else given.arg.value)
        elif given.is_scalar and isinstance(given.arg, (str, int, float, bool, decimal.Decimal, dt.date, uuid.UUID)):
            default = literal(given.arg)
        elif given.is_callable:
            default = called_default(given.arg)
        elif given.is_sequence:
            start = given.start
            return replace(column, numbered=True, starts_at=start if start not in (None, 1) else None, line=None)
    return replace(column, default=default, line=None)
