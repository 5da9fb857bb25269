"""One table's columns measured: what each holds, how it is spread, and how many rows refer to each row of a parent.

    measures = measure(connection, "orders", types, {"customer_id": ("customers", 1_000)})
    measures.columns["total"].quantiles

`connection` is DuckDB's and knows the table by its name; what comes back is plain data without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from synth.dtypes import DType, Types
from synth.measuring.spectrum import Spectrum, length_spectrum, spectrum_of, spelt_point
from synth.measuring.summary import Summary, is_ordered, quoted, summaries

if TYPE_CHECKING:
    import duckdb

    from synth import answers

__all__ = ["QUANTILES", "ChildMeasures", "ColumnMeasures", "TableMeasures", "measure"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FEW = 1_000  # different values that are counted each, where they have no order
SOME = 10  # that are counted even where each comes once
SHOWN_FEW = 50  # where they have one, and the spectrum tells how they are spread
SHOWN = 20  # of them, the commonest, as plain data
LONGEST = 60  # characters of one


@dataclass(frozen=True)
class ColumnMeasures:
    """A column's measures: what has no meaning for its type, or is too much, is None or empty."""

    type: DType
    summary: Summary
    spectrum: Spectrum | None = None  # of values that can be ordered
    lengths: Spectrum | None = None  # of texts, bytes and arrays that are too many to be counted each
    values: Mapping[str, int] = field(default_factory=dict)  # of few different ones: each as text, with its rows

    @property
    def null_share(self) -> float:
        """The share of rows that are NULL; 0 where there are no rows."""
        rows = self.summary.rows
        return (rows - self.summary.values) / rows if rows else 0.0

    @property
    def true_share(self) -> float | None:
        """Of booleans that are not NULL, the share that is true."""
        summary = self.summary
        return summary.true / summary.values if summary.true is not None and summary.values else None

    @property
    def quantiles(self) -> dict[str, str | float]:
        """The values that 5, 25, 50, 75 and 95 % are not above, by the per cent; rounded as spectra are."""
        found = self.spectrum.quantiles(QUANTILES) if self.spectrum else []
        return {f"{share:.0%}": spelt_point(point, self.type) for share, point in zip(QUANTILES, found, strict=False)}

    @property
    def shares(self) -> dict[str, float]:
        """Each of few values' share of those that are not NULL, the commonest first."""
        total = sum(self.values.values())
        return {
            value: count / total for value, count in sorted(self.values.items(), key=lambda each: (-each[1], each[0]))
        }

    def as_dict(self) -> answers.ColumnMeasured:
        """Give it as plain values, for `--json`."""
        summary = self.summary
        shares = {value[:LONGEST]: round(share, 6) for value, share in list(self.shares.items())[:SHOWN]}
        return {
            "type": str(self.type), "rows": summary.rows, "null_share": round(self.null_share, 6),
            "distinct": summary.distinct, "least": _plain(summary.least), "greatest": _plain(summary.greatest),
            "mean": summary.mean, "deviation": summary.deviation, "quantiles": self.quantiles, "shares": shares,
            "mean_length": summary.length, "true_share": self.true_share,
        }  # fmt: skip


@dataclass(frozen=True)
class ChildMeasures:
    """How many rows refer to each row of a parent, by one column."""

    parent: str
    parents: int
    children: Spectrum  # of all parents: those without a child are at 0

    @property
    def mean(self) -> float:
        """Children of a parent, on average."""
        return float(self.children.points @ self.children.counts) / self.parents if self.parents else 0.0

    @property
    def without(self) -> float:
        """The share of parents that have no child."""
        here = self.children
        return float(here.counts[here.points == 0].sum()) / self.parents if self.parents else 0.0

    def as_dict(self) -> answers.ChildrenMeasured:
        """Give it as plain values, for `--json`."""
        mean, without = round(self.mean, 6), round(self.without, 6)
        return {"parent": self.parent, "parents": self.parents, "mean": mean, "without": without}


@dataclass(frozen=True)
class TableMeasures:
    """A table's measures, by column; `references` by the column that refers."""

    rows: int
    columns: Mapping[str, ColumnMeasures]
    references: Mapping[str, ChildMeasures] = field(default_factory=dict)


def measure(
    connection: duckdb.DuckDBPyConnection, table: str, types: Types, parents: Mapping[str, tuple[str, int]] | None = None,
    told: Callable[[], None] | None = None,
) -> TableMeasures:  # fmt: skip
    """Measure the columns of a table that a connection knows by name; `parents` are tables and their rows, by column.

    Each column is gone through by itself, so memory is that of one grouping, which DuckDB spills. `told` is called after
    each. Raises duckdb.Error.
    """
    found = summaries(connection, table, types)
    columns: dict[str, ColumnMeasures] = {}
    references: dict[str, ChildMeasures] = {}
    for name, dtype in types.items():
        columns[name] = _column(connection, table, name, dtype, found[name])
        if parents and name in parents:
            references[name] = _children(connection, table, name, *parents[name])
        if told:
            told()
    return TableMeasures(next(iter(found.values())).rows, columns, references)


def _column(
    connection: duckdb.DuckDBPyConnection, table: str, name: str, dtype: DType, summary: Summary
) -> ColumnMeasures:
    """Look at one column by itself."""
    if is_ordered(dtype):
        values = _counts(connection, table, name) if summary.distinct <= SHOWN_FEW else {}
        return ColumnMeasures(
            dtype, summary, spectrum_of(connection, table, name, dtype, summary.distinct), values=values
        )
    counted = dtype.element is None and dtype.name != "bytes"
    come_again = (
        summary.distinct <= SOME or summary.distinct * 2 <= summary.values
    )  # names of their own are no categories
    values = _counts(connection, table, name) if counted and come_again and summary.distinct <= FEW else {}
    lengths = None if dtype.name == "boolean" else length_spectrum(connection, table, name, dtype)
    return ColumnMeasures(dtype, summary, lengths=lengths, values=values)


def _counts(connection: duckdb.DuckDBPyConnection, table: str, name: str) -> dict[str, int]:
    """Count each value."""
    column = quoted(name)
    sql = f"SELECT CAST({column} AS VARCHAR), COUNT(*) FROM {quoted(table)} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 1"
    return dict(connection.execute(sql).fetchall())


def _children(connection: duckdb.DuckDBPyConnection, table: str, name: str, parent: str, parents: int) -> ChildMeasures:
    """Count the rows that refer to each parent, and then the parents that have so many."""
    column = quoted(name)
    each = f"SELECT COUNT(*) AS n FROM {quoted(table)} WHERE {column} IS NOT NULL GROUP BY {column}"
    found = connection.execute(f"SELECT n, COUNT(*) AS times FROM ({each}) GROUP BY n ORDER BY n").fetchnumpy()
    points, counts = np.asarray(found["n"], dtype=np.float64), np.asarray(found["times"], dtype=np.int64)
    if (without := parents - int(counts.sum())) > 0:
        points, counts = np.concatenate([[0.0], points]), np.concatenate([[without], counts])
    return ChildMeasures(parent, parents, Spectrum(points, counts, 0))


def _plain(value: Any) -> Any:
    """Give a number as it is, where JSON has it, and what else there is as text."""
    is_number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    return value if value is None or is_number else str(value)
