"""The fingerprint of a table's content: the same for any row order, file layout, block order and database.

Every cell becomes a number (integers and decimals their minor units, dates days, timestamps microseconds since 1970,
booleans 0 or 1, doubles millionths, text the first 15 hex digits of its MD5). A row is r = Σ (cell mod P)·K(column) mod P,
NULL adding a constant of the column's own instead. The fingerprint is three sums over rows: 1, r, and r·(r + C) mod P.
So it adds up over blocks; the squares see values that swapped rows. K comes from the column's name, by blake2b.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b, md5

import polars as pl

from synth.dtypes import DType

__all__ = ["Fingerprint", "fingerprint", "row_sql"]

P = 2**31 - 1
C = 1_234_567_891
HEX_DIGITS = 15


@dataclass(frozen=True)
class Fingerprint:
    """Rows, Σ r and Σ (r·(r + C) mod P); adding two gives that of both contents together."""

    rows: int = 0
    linear: int = 0
    square: int = 0

    def __add__(self, other: Fingerprint) -> Fingerprint:
        return Fingerprint(self.rows + other.rows, self.linear + other.linear, self.square + other.square)

    def __str__(self) -> str:
        return f"{self.rows:x}-{self.linear:x}-{self.square:x}"


def _constant(column: str, use: str) -> int:
    return int.from_bytes(blake2b(f"{use}/{column}".encode(), digest_size=8).digest(), "little") % (P - 1) + 1


def fingerprint(frame: pl.DataFrame, types: Mapping[str, DType]) -> Fingerprint:
    """The fingerprint of drawn columns (decimals as minor units). Exact integer arithmetic, whole columns."""
    if not frame.height:
        return Fingerprint()
    terms = []
    texts = {}
    for name, dtype in types.items():
        cell = pl.col(name)
        if dtype.name in ("varchar", "uuid"):
            texts[name] = _digests(frame[name])
        elif dtype.name == "boolean":
            cell = cell.cast(pl.Int64)
        elif dtype.name == "double":
            scaled = cell * 1e6
            cell = (scaled.sign() * (scaled.abs() + 0.5).floor()).cast(pl.Int64)
        elif dtype.is_time:
            cell = cell.to_physical().cast(pl.Int64)
        terms.append(((cell % P) * _constant(name, "value") % P).fill_null(_constant(name, "null")))
    row = pl.sum_horizontal(terms) % P
    sums = frame.with_columns(**texts).select(r=row).select(
        linear=pl.col("r").sum(), square=(pl.col("r") * (pl.col("r") + C) % P).sum()
    )
    linear, square = sums.row(0)
    return Fingerprint(frame.height, linear, square)


def _digests(column: pl.Series) -> pl.Series:
    """Text cells as numbers: MD5 of each distinct value, looked up. (n,) -> (n,)"""
    distinct = column.drop_nulls().unique()
    digests = [int(md5(value.encode(), usedforsecurity=False).hexdigest()[:HEX_DIGITS], 16) for value in distinct]
    return column.replace_strict(distinct, pl.Series(digests, dtype=pl.Int64), default=None, return_dtype=pl.Int64)


def row_sql(types: Mapping[str, DType]) -> str:
    """SELECT list of the three sums in DuckDB's SQL, over a relation with these columns."""
    terms = []
    for name, dtype in types.items():
        cell = '"' + name.replace('"', '""') + '"'
        if dtype.name in ("varchar", "uuid"):
            number = f"CAST('0x' || SUBSTR(MD5({cell}), 1, {HEX_DIGITS}) AS BIGINT)"
        elif dtype.name == "boolean":
            number = f"CAST({cell} AS BIGINT)"
        elif dtype.name == "double":
            number = f"CAST(SIGN({cell}) * FLOOR(ABS({cell} * 1e6) + 0.5) AS BIGINT)"
        elif dtype.name == "date":
            number = f"CAST(EPOCH_US(CAST({cell} AS TIMESTAMP)) // 86400000000 AS BIGINT)"
        elif dtype.name == "timestamp":
            number = f"EPOCH_US({cell})"
        elif dtype.name == "decimal":
            number = f"CAST(CAST({cell} AS DECIMAL(38,{dtype.scale})) * {10**dtype.digits} AS BIGINT)"
        else:
            number = f"CAST({cell} AS BIGINT)"
        modulo = f"((({number}) % {P}) + {P}) % {P}"
        terms.append(f"COALESCE({modulo} * {_constant(name, 'value')} % {P}, {_constant(name, 'null')})")
    row = f"(({' + '.join(terms)}) % {P})"
    return (
        f"COUNT(*), CAST(COALESCE(SUM({row}), 0) AS HUGEINT), "
        f"CAST(COALESCE(SUM({row} * ({row} + {C}) % {P}), 0) AS HUGEINT)"
    )
