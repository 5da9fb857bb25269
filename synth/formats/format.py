"""What a file format is: the functions that its file has, and the facts that jobs ask for.

The file `synth/formats/NAME.py` of a format that can be read has five functions, in this order:

- `write(frames, types, required, path)`: write drawn frames as one file;
- `read(path, types, names)`: the rows of one file, in its order; all columns, or those that are named;
- `columns(path)`: the columns of a file that no manifest describes, and their types;
- `other_names(path, names)`: the columns that a file has in their order, of its first row that has others where rows name
  them; None where all are as they should be;
- `relation(paths, types, file)`: what DuckDB reads the files of one table by: a table function as SQL, or an object that is
  registered on its connection; with `file`, a column of that name says in which file a row is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth.errors import OutputError

if TYPE_CHECKING:
    import duckdb
    import polars as pl

    from synth.dtypes import DType, Types
    from synth.translate.dialect import Dialect

__all__ = [
    "DESCRIPTION", "MOMENT", "Format", "column_types", "file_list", "file_option", "first_words",
    "read_by_duckdb", "read_texts", "spelt_in_full", "unreadable_errors",
]  # fmt: skip


MOMENT = "%Y-%m-%d %H:%M:%S%.6f"
DESCRIPTION = "synth"  # the key, in a file's metadata, of what it says of itself
MOST_COLUMNS = 10_000  # of a file that no manifest describes


@dataclass(frozen=True)
class Format:
    """One format: facts about it, and what its file does, which is loaded when it is first needed."""

    name: str
    suffix: str
    least: float  # bytes that a cell takes at the very least, whatever is in it
    can_be_read: bool = True  # whether `load`, `verify`, `--from`, and `pull` take it; else it is only written
    holds_types: bool = False  # whether its files say their columns' types; else the manifest has to
    holds_json: bool = False  # whether a JSON object can stand in its rows as it is
    is_for_feeds: bool = False  # whether a feed of changes can be written in it
    is_for_clients: bool = False  # whether the databases' own clients read it, by the scripts of `synth script`
    is_lines: bool = False  # whether its files are lines, and one can be written behind another
    has_header: bool = False  # whether the first line of a file is no row
    needs_dialect: bool = False  # whether its files are in one database's SQL
    is_for_lakes: bool = False  # whether tables of lakehouses are made of its files
    holds_descriptions: bool = False  # whether a file can say what it holds: its `write` takes a `description`
    compressions: tuple[str, ...] = ()  # of what is in the files, the usual one first: `write` takes a `compression`
    options: Mapping[str, Any] = field(default_factory=dict, compare=False)  # what `write` takes further

    @property
    def _file(self) -> Any:
        return import_module(f"synth.formats.{self.name}")

    def in_dialect(self, dialect: Dialect, schema: str, hierarchies: AbstractSet[str]) -> Format:
        """The format for one database's SQL: of statements for tables of a schema.

        `hierarchies` are the tables that refer to themselves, which matters to one dialect.
        """
        return replace(self, options={"dialect": dialect, "schema": schema, "hierarchies": hierarchies})

    def describing(self, description: str | None) -> Format:
        """The format of files that say what they hold, where it is one whose files can; a text in JSON."""
        if description is None or not self.holds_descriptions:
            return self
        return replace(self, options={**self.options, "description": description})

    def compressed(self, compression: str | None) -> Format:
        """The format of files in one of its compressions; None is the usual one."""
        return self if compression is None else replace(self, options={**self.options, "compression": compression})

    def write(self, frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str], path: Path) -> None:
        """Write drawn frames as one file; `required` columns hold no NULL.

        The same frames give the same bytes. Raises OverflowError where a value is too wide for its type.
        """
        self._file.write(frames, types, required, path, **self.options)

    def read(self, path: Path, types: Types, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """One file's rows in the types in which columns are written: all columns, or those that are named.

        Without types columns come in the types that the file says they have, or as text. Raises OutputError.
        """
        from synth.columns import cast_to_written

        try:
            frame = self._file.read(path, types, columns)
            return cast_to_written(frame, {name: types[name] for name in columns or types} if types else {})
        except unreadable_errors() as error:
            raise _unreadable(path, error) from error

    def columns(self, path: Path) -> dict[str, DType]:
        """The columns of a file that no manifest describes; text where the file does not say more. Raises OutputError."""
        try:
            found: dict[str, DType] = self._file.columns(path)
        except unreadable_errors() as error:
            raise _unreadable(path, error) from None
        if len(found) > MOST_COLUMNS:
            raise OutputError(f"'{path}' has {len(found):,} columns, {MOST_COLUMNS:,} are the most")
        return found

    def other_names(self, path: Path, names: Sequence[str]) -> list[str] | None:
        """The columns that a file has, or a row of it, where they are not these in this order.

        Raises one of `unreadable_errors()`.
        """
        found: list[str] | None = self._file.other_names(path, list(names))
        return found

    def attach(
        self, connection: duckdb.DuckDBPyConnection, name: str, paths: Sequence[Path], types: Types,
        file: str | None = None,
    ) -> None:  # fmt: skip
        """Let a connection of DuckDB see the files of one table as a temporary view `name`.

        With `file`, a column of that name says in which file a row is. Raises one of `unreadable_errors()`.
        """
        source = self._file.relation(paths, types, file)
        if isinstance(source, str):
            spelt = '"' + name.replace('"', '""') + '"'
            connection.execute(f"CREATE OR REPLACE TEMP VIEW {spelt} AS SELECT * FROM {source}")
        else:
            connection.register(name, source)


def unreadable_errors() -> tuple[type[Exception], ...]:
    """What is raised by files that are not what they should be; to be asked for once something has been raised."""
    import duckdb
    import polars as pl
    import pyarrow as pa

    return (pl.exceptions.PolarsError, duckdb.Error, pa.ArrowException, OSError)


# what DuckDB says after it has said what is wrong with a line of a CSV file
_ADVICE = re.compile(r"\n+(Possible|Column .* is being converted)")


def first_words(error: Exception) -> str:
    """What is wrong with a file, in one line: the error's first, and of a line of a CSV file what is wrong with it."""
    text = str(error)
    first = text.partition("\n")[0].partition(" See also ")[0]
    if "CSV Error on Line" not in first:
        return first
    why = _ADVICE.split(text)[0].rstrip().rpartition("\n")[2]
    return first if why.startswith(("Original Line", first)) else f"{first}: {why}"


def _unreadable(path: Path, error: Exception) -> OutputError:
    return OutputError(f"'{path}' cannot be read: {first_words(error)}")


# -- pieces of table functions


def file_list(paths: Iterable[Path]) -> str:
    """Files as a list in DuckDB's SQL; what would be a pattern in a path is spelt as the sign that it is."""
    from synth.sandbox import as_pattern

    return "[" + ", ".join("'" + as_pattern(path).replace("'", "''") + "'" for path in paths) + "]"


def file_option(file: str | None) -> str:
    """The option of a table function by which a column says in which file a row is."""
    return "" if file is None else f", filename = '{file}'"


def spelt_in_full(frame: pl.DataFrame) -> pl.DataFrame:
    """Written columns as texts show them: moments with a zone say that it is UTC, and reals have the digits of doubles.

    So whoever takes one for a double has the same number.
    """
    import polars as pl

    return frame.with_columns(
        pl.col(pl.Float32).cast(pl.Float64), pl.col(pl.Datetime("us", "UTC")).dt.strftime(f"{MOMENT}+00:00")
    )


def column_types(types: Types) -> str:
    """Columns and their types as a struct in DuckDB's SQL."""
    cells = ("'" + name.replace("'", "''") + f"': '{dtype.duckdb}'" for name, dtype in types.items())
    return "{" + ", ".join(cells) + "}"


def read_texts(relation: str, types: Types) -> str:
    """A table function whose bytes, and arrays, are texts, as a query in which they are what they are."""
    from synth.arrays import HEX

    cells = {
        name: f"UNHEX(SUBSTR({{0}}, {len(HEX) + 1}))"
        if dtype.name == "bytes"
        else f"CAST(CAST({{0}} AS JSON) AS {dtype.duckdb})"
        for name, dtype in types.items()
        if dtype.name in ("bytes", "array")
    }
    if not cells:
        return relation
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in cells}
    read = ", ".join(f"{cell.format(quoted[name])} AS {quoted[name]}" for name, cell in cells.items())
    return f"(SELECT * REPLACE ({read}) FROM {relation})"


def read_by_duckdb(path: Path, relation: str, columns: Sequence[str] | None) -> pl.DataFrame:
    """The rows of a table function over one file: all columns, or those that are named. Raises duckdb.Error."""
    import duckdb
    import polars as pl

    from synth.sandbox import lock

    spelt = "*" if columns is None else ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
    with duckdb.connect(":memory:") as connection:
        lock(connection, files=[path])
        return pl.DataFrame(connection.sql(f"SELECT {spelt} FROM {relation}").to_arrow_table())
