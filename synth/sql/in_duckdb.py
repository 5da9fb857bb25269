"""Runs the SELECTs of derived tables in DuckDB, whose SQL a spec is written in: a block gives what whole tables would.

One locked database a process, of one thread, so that the same rows give the same result; tables are a connection's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import duckdb
import polars as pl

from synth.columns import to_arrow
from synth.dtypes import DType
from synth.sandbox import opened
from synth.sql.kinds import kind_of
from synth.sql.parse import SqlError

__all__ = ["Tables", "given_types", "misfit"]


class Tables:
    """Tables that SELECTs may read, under the names by which they read them."""

    def __init__(self) -> None:
        self._connection = _database().cursor()
        self._views: dict[str, str] = {}  # by name: the table that stands behind it
        self._kept: dict[str, int] = {}  # tables that are read again, and their rows

    def put(self, name: str, frame: pl.DataFrame, kept: bool = False) -> None:
        """Let SELECTs read these rows by a name; `kept` are the first rows of always the same ones, sent once."""
        if not kept:  # read where they are
            self._connection.register(name, _Exported(frame))
            self._views.pop(name, None)
            return
        behind = f"#{name} {' '.join(frame.columns)}"
        if self._kept.get(behind) != frame.height:
            self._connection.register("#sent", _Exported(frame))
            self._connection.execute(f'CREATE OR REPLACE TEMP TABLE {_quoted(behind)} AS FROM "#sent"')
            self._connection.unregister("#sent")
            self._kept[behind] = frame.height
        if self._views.get(name) != behind:  # a view has no `rowid`, which would number the rows of a block
            self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {_quoted(name)} AS FROM {_quoted(behind)}")
            self._views[name] = behind

    def declare(self, tables: Mapping[str, Mapping[str, DType]]) -> None:
        """Let SELECTs be looked at that read such tables; there are no rows."""
        for name, types in tables.items():
            cells = (f"CAST(NULL AS {_type(dtype)}) AS {_quoted(column)}" for column, dtype in types.items())
            self._connection.execute(f"CREATE TEMP VIEW {_quoted(name)} AS SELECT {', '.join(cells)} LIMIT 0")

    def run(self, select: str) -> pl.DataFrame:
        """Give the rows of a SELECT, decimals in major units. Raises SqlError."""
        try:
            # by way of pyarrow: Polars keeps what it takes a stream from, and DuckDB complains of that at the end
            return pl.DataFrame(self._connection.sql(select).to_arrow_table())
        except duckdb.Error as error:
            raise _in_words_of_a_spec(error) from error

    def types(self, select: str) -> list[tuple[str, str]]:
        """List the columns that a SELECT gives, and DuckDB's names of their types. Raises SqlError."""
        try:
            rows = self._connection.execute(f"DESCRIBE {select}").fetchall()
        except duckdb.Error as error:
            raise _in_words_of_a_spec(error) from error
        return [(str(name), str(kind)) for name, kind, *_ in rows]


def given_types(select: str, tables: Mapping[str, Mapping[str, DType]]) -> list[tuple[str, str]]:
    """List the columns that a SELECT over such tables gives, and DuckDB's names of their types. Raises SqlError."""
    known = Tables()
    known.declare(tables)
    return known.types(select)


def misfit(kind: str, dtype: DType) -> str | None:
    """Say what must be written where a value of one of DuckDB's types is to be a column's; None where it fits."""
    if dtype.name == "json":
        return "a SELECT gives no JSON but as a plain copy: declare `type: text`, or look the document up"
    if dtype.is_opaque:
        return f"a SELECT gives no {dtype} but as a plain copy: look the value up"
    have = _KINDS.get(kind.partition("(")[0])
    fits = have == "null" or have == ("text" if dtype.name == "uuid" else kind_of(dtype))
    return None if fits else f"write CAST(… AS {str(dtype.in_sql).upper()})"


_NUMBERS = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
    "DECIMAL", "FLOAT", "DOUBLE",
)  # fmt: skip
_KINDS = {
    **dict.fromkeys(_NUMBERS, "number"), "VARCHAR": "text", "DATE": "time", "TIMESTAMP": "time", "TIME": "clock",
    "BOOLEAN": "boolean",    '"NULL"': "null",
}  # fmt: skip


class _Exported:
    """A frame of which DuckDB sees the C interface alone: what it does with pyarrow's first loads pyarrow.dataset."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        if any(kind == pl.Time for kind in self._frame.dtypes):
            return to_arrow(self._frame).__arrow_c_stream__(requested_schema)
        return self._frame.__arrow_c_stream__(requested_schema)


@lru_cache(maxsize=1)
def _database() -> duckdb.DuckDBPyConnection:
    """Open the database of this process."""
    return opened({"temp_directory": "''", "threads": "1", "preserve_insertion_order": "true"})


def _type(dtype: DType) -> str:
    """What a SELECT finds a column to be: UUIDs are texts until they are written."""
    return "VARCHAR" if dtype.name == "uuid" else dtype.in_sql.duckdb


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# -- what goes wrong, in words of a spec

_INTEGERS = {"INT8": "tinyint", "INT16": "smallint", "INT32": "integer", "INT64": "bigint", "BOOL": "boolean"}
_NO_VALUE = (  # what of DuckDB's words is the value, and what the type
    re.compile(r"Could not convert string ['\"](?P<value>.*)['\"] to (?P<type>[A-Z0-9_]+(\(.*?\))?)", re.DOTALL),
    re.compile(r"invalid (?P<type>date|timestamp|time) field format: \"(?P<value>.*)\", expected", re.DOTALL),
    re.compile(r"(?P<type>date|timestamp) field value out of range: \"(?P<value>.*)\"", re.DOTALL),
    re.compile(r"Could not cast value (?P<value>\S+) to (?P<type>[A-Z0-9_]+(\(.*?\))?)"),
    re.compile(r"with value (?P<value>\S+) can't be cast .* type (?P<type>[A-Z0-9_]+(\(.*?\))?)"),
)
_FROM_COLUMN = re.compile(r"when casting from source column (\S+)")
_ARGUMENTS = re.compile(r"argument types '([^']*)'")
_DIVISION = re.compile(r"Division by zero in expression \((.*?)\)\. ")
_UNKNOWN = re.compile(r"Function with name (\S+) does not exist")


def _in_words_of_a_spec(error: duckdb.Error) -> SqlError:
    """What is said of an error of DuckDB: its own words speak of settings and of types that a spec does not have."""
    text = str(error).partition(": ")[2]
    for form in _NO_VALUE:
        if found := form.search(text):
            kind = _INTEGERS.get(found["type"], found["type"].lower())
            column = _FROM_COLUMN.search(text)
            where = f" in column {column[1]}" if column else ""
            return SqlError(f"'{found['value'][:_LONGEST_VALUE]}'{where} is no {kind}", "TRY_CAST gives NULL instead")
    if found := _ARGUMENTS.search(text):
        return SqlError(f"bad SQL: {found[1]} is not known", "write CAST(… AS …) around what has another type")
    if found := _DIVISION.search(text):
        return SqlError(f"a division by zero: {found[1]}", "write NULLIF(…, 0) around the divisor")
    if found := _UNKNOWN.search(text):
        return SqlError(f"unknown function '{found[1]}'", "see schema/README.md")
    if isinstance(error, duckdb.OutOfRangeException) and text.startswith("Overflow"):
        return SqlError(f"a number is too large: {_first_line(text)}", "write CAST(… AS BIGINT) around a part of it")
    if isinstance(error, duckdb.OutOfMemoryException):
        raise MemoryError("a SELECT needs more memory than there is") from error
    return SqlError(f"bad SQL: {_first_line(text)}")


_LONGEST_VALUE = 80


def _first_line(text: str) -> str:
    line = text.splitlines()[0] if text else "it cannot be read"
    return line[:1].lower() + line[1:]
