"""How values that can be ordered are spread: a count for each, rounded so finely that shapes stay, and alike everywhere.

Numbers are rounded to 12 binary digits (one part in 4,096: whole numbers up to 4,096 stay as they are), timestamps are taken
by the hour, times of day by the minute, dates by the day. The same value falls on the same point in any table, so spectra
are compared without reading rows again, and take memory by the points (some ten thousand), not by the rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from synth.dtypes import DType
from synth.measuring.summary import NUMBERS, quoted

if TYPE_CHECKING:
    import duckdb

__all__ = ["Spectrum", "length_spectrum", "spectrum_of", "spelt_point"]

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

FEW = 200_000  # different values
DIGITS = 12  # binary ones of a number
LARGEST, SMALLEST = 1e300, 1e-300  # what is beyond counts as the largest, what is nearer to 0 as 0
HOUR_US, MINUTE_US = 3_600_000_000, 60_000_000


@dataclass(frozen=True)
class Spectrum:
    """Points in ascending order, how many values are at each, and how many are NULL."""

    points: Floats  # (n,)
    counts: Counts  # (n,)
    nulls: int

    @property
    def values(self) -> int:
        """How many values there are."""
        return int(self.counts.sum())

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """The least point that so large a share of the values is not above, for each; none where there are no values."""
        if not self.values:
            return []
        reached = np.cumsum(self.counts)
        places = np.searchsorted(reached, np.ceil(np.asarray(shares) * reached[-1]).clip(1))
        return [float(self.points[place]) for place in places]


def spectrum_of(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, dtype: DType, distinct: int | None = None
) -> Spectrum:
    """The spectrum of a column that can be ordered, and has about so many `distinct` values. Raises duckdb.Error."""
    few = distinct is not None and distinct <= FEW
    if dtype.name in NUMBERS:
        return _counted(connection, quoted(column), _number("v"), _ROUNDED, table, few=few)
    return _counted(connection, quoted(column), "v", _TIMES[dtype.name], table, few=few)


def length_spectrum(connection: duckdb.DuckDBPyConnection, table: str, column: str, dtype: DType) -> Spectrum:
    """How long texts are, in characters, bytes in bytes, and arrays in elements. Raises duckdb.Error."""
    length = "OCTET_LENGTH" if dtype.name == "bytes" else "LENGTH"
    return _counted(connection, f"{length}({quoted(column)})", _number("v"), _ROUNDED, table, few=True)


def spelt_point(point: float, dtype: DType) -> str | float:
    """A point as what it stands for: a number, or a date or time as text."""
    if dtype.name == "date":
        return str(np.datetime64(int(point), "D"))
    if dtype.name in ("timestamp", "timestamptz"):
        return str(np.datetime64(int(point), "h").astype("datetime64[m]")).replace("T", " ")
    if dtype.name == "time":
        return str(dt.time(int(point) // 60 % 24, int(point) % 60))[:5]
    return int(point) if point == int(point) else float(f"{point:.6g}")


def _counted(
    connection: duckdb.DuckDBPyConnection, value: str, read: str, point: str, table: str, *, few: bool
) -> Spectrum:
    """Let SQL count the points of a table's values: `read` and `point` are said of a value `v`.

    Of few values each is counted before it becomes a point, which takes longer than to look it up.
    """
    values = f"SELECT {value} AS v, 1 AS times FROM {quoted(table)}"
    if few:
        values = f"SELECT v, COUNT(*) AS times FROM ({values}) GROUP BY v"
    values = f"SELECT {read} AS v, times FROM ({values})"
    found = connection.execute(
        f"SELECT CAST({point} AS DOUBLE) AS point, CAST(SUM(times) AS BIGINT) AS times FROM ({values}) GROUP BY point "
        "ORDER BY point"
    ).fetchnumpy()
    counts, missing = np.asarray(found["times"], dtype=np.int64), np.ma.getmaskarray(found["point"])
    points = np.asarray(np.ma.getdata(found["point"])[~missing], dtype=np.float64)
    return Spectrum(points, counts[~missing], int(counts[missing].sum()))


def _number(value: str) -> str:
    """A number as a double that is not infinite, in SQL; NaN counts as the largest."""
    within = f"LEAST(GREATEST(CAST({value} AS DOUBLE), {-LARGEST!r}), {LARGEST!r})"
    return f"CASE WHEN {value} IS NULL THEN NULL ELSE {within} END"  # both leave NULL out


_UNIT = f"POW(2, FLOOR(LOG2(ABS(v))) - {DIGITS - 1})"
_ROUNDED = f"CASE WHEN ABS(v) < {SMALLEST!r} THEN 0 ELSE ROUND(v / {_UNIT}) * {_UNIT} END"
_TIMES = {
    "date": "DATE_DIFF('day', DATE '1970-01-01', v)",
    "time": f"EPOCH_US(v) // {MINUTE_US}",
    "timestamp": f"EPOCH_US(v) // {HOUR_US}",
    "timestamptz": f"EPOCH_US(v) // {HOUR_US}",
}
