"""Questions to DuckDB whose failures tell no value: what a database says of an error may quote the cell that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import numpy.typing as npt

from synth.errors import DataError
from synth.left import temporary_folder
from synth.sandbox import as_pattern, sandbox, time_limit

if TYPE_CHECKING:
    import datetime as dt

__all__ = ["Asking", "asking", "literal", "name_of", "number_of", "relation_of"]

MEMORY_BYTES = 2 * 10**9
SECONDS = 60.0  # of one question
LARGEST = 1e60  # of numbers that are measured

Row = tuple[Any, ...]


class Asking:
    """A connection and how long a question may take."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, seconds: float = SECONDS):
        self.connection, self.seconds = connection, seconds

    def rows(self, sql: str) -> list[Row]:
        """The rows of a query that gives few. Raises DataError, which quotes nothing."""
        with _told(), time_limit(self.connection, self.seconds):
            return self.connection.execute(sql).fetchall()

    def row(self, sql: str) -> Row:
        """The only row of a query. Raises DataError."""
        return self.rows(sql)[0]

    def columns(self, sql: str) -> dict[str, npt.NDArray[np.float64]]:
        """The columns of a query of numbers, NULL as NaN. -> name: (rows,). Raises DataError."""
        with _told(), time_limit(self.connection, self.seconds):
            found = self.connection.execute(sql).fetchnumpy()
        return {name: np.ma.filled(column.astype(np.float64), np.nan) for name, column in found.items()}

    def do(self, sql: str) -> None:
        """Run what gives no rows. Raises DataError."""
        with _told(), time_limit(self.connection, self.seconds):
            self.connection.execute(sql)


@contextmanager
def _told() -> Iterator[None]:
    """Say of an error its kind alone."""
    try:
        yield
    except TimeoutError as error:
        raise DataError(f"it was not measured: {error}") from None
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise DataError(f"it was not measured: DuckDB had a {type(error).__name__}") from None


@contextmanager
def asking(
    relations: Mapping[str, str | Path], *, connection: duckdb.DuckDBPyConnection | None = None, seconds: float = SECONDS,
    memory_bytes: int = MEMORY_BYTES, workers: int | None = None,
) -> Iterator[Asking]:  # fmt: skip
    """Ask a connection that is there, or one of our own that reads the files of these relations and no others."""
    if connection is not None:
        yield Asking(connection, seconds)
        return
    places = [path for path in relations.values() if isinstance(path, Path)]
    files = [file for path in places for file in ([path] if path.is_file() else sorted(path.rglob("*.parquet")))]
    with (
        temporary_folder("synth-learn-", guarded=True) as spill,
        sandbox(files=files, memory_bytes=memory_bytes, spill=spill, workers=workers) as own,
    ):
        yield Asking(own, seconds)


def relation_of(relation: str | Path) -> str:
    """What stands behind FROM: SQL as it is, or the Parquet files of a path."""
    if isinstance(relation, str):
        return relation
    files = [relation] if relation.is_file() else sorted(relation.rglob("*.parquet"))
    return f"read_parquet([{', '.join(literal(as_pattern(file.absolute())) for file in files)}])"


def literal(value: str | dt.date) -> str:
    """A text, or a date, as a literal."""
    return "'" + str(value).replace("'", "''") + "'"


def name_of(column: str) -> str:
    """An identifier in double quotes."""
    return '"' + column.replace('"', '""') + '"'


def number_of(column: str) -> str:
    """A column of numbers as a double, as SQL: NULL where it has no end, or is beyond what can be squared and added up."""
    value = f"{name_of(column)}::DOUBLE"
    return (
        f"CASE WHEN abs({value}) <= {LARGEST} THEN CASE WHEN abs({value}) >= 1 / {LARGEST} THEN {value} ELSE 0 END END"
    )
