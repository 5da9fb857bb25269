"""INSERT statements in one database's SQL, for data small enough to be read, mailed or pasted.

A cell is spelt so that the database's own client takes it as it is: what a client or a server would change within quotes
(a backslash, a carriage return, a line that says GO) is written in another way.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import polars as pl

from synth.arrays import to_json, to_literal
from synth.columns import to_written
from synth.dtypes import DType, Types
from synth.translate.dialect import Dialect, InsertStyle

__all__ = ["STATEMENT_ROWS", "spelt_rows", "write"]

STATEMENT_ROWS = 500  # of one INSERT; SQL Server takes 1,000


def write(
    frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str], path: Path, *, dialect: Dialect, schema: str,
    hierarchies: AbstractSet[str] = frozenset(),
) -> None:  # fmt: skip
    """Write one file, all of it or nothing of it taken where the database can; the table is named as the path's folder.

    Raises OverflowError where a value has no literal.
    """
    style = dialect.inserts
    assert style, f"the dialect {dialect.name} declares no inserts"  # `sink` refuses it
    together = 1 if path.parent.name in hierarchies and not style.sees_itself else STATEMENT_ROWS
    rows = [frame for frame in frames if frame.height]
    place = dialect.place(schema, path.parent.name)
    before, after = (
        text.replace("{place}", place).replace("{place_text}", dialect.literal(place))
        for text in (style.before, style.after)
    )
    with path.open("wb") as file:
        if rows:
            file.write(before.encode())
        for frame in rows:
            columns = ", ".join(map(dialect.quote_identifier, frame.columns))
            insert = f"INSERT INTO {place} ({columns}) VALUES\n"
            lines = _lines(to_written(frame, types), types, style, insert, together)
            lines.write_csv(file, include_header=False, quote_style="never")
        if rows:
            file.write(after.encode())


def _lines(frame: pl.DataFrame, types: Types, style: InsertStyle, insert: str, together: int) -> pl.DataFrame:
    """A frame's rows as lines of statements, so many rows together, in one column."""
    place = pl.int_range(pl.len())
    is_first = place % together == 0
    is_last = ((place + 1) % together == 0) | (place == pl.len() - 1)
    return pl.DataFrame(spelt_rows(frame, types, style)).select(
        pl.concat_str(
            pl.when(is_first).then(pl.lit(insert)).otherwise(pl.lit("")),
            pl.all(),
            pl.when(is_last).then(pl.lit(f";\n{style.between}".removesuffix("\n"))).otherwise(pl.lit(",")),
        )
    )


def spelt_rows(frame: pl.DataFrame, types: Types, style: InsertStyle) -> pl.Series:
    """A written frame's rows as SQL, each between parentheses. Raises OverflowError where a value has no literal."""
    cells = pl.select(_spelt(column, types[column.name], style) for column in frame.get_columns())
    return cells.select(pl.concat_str(pl.lit("("), pl.concat_str(pl.all(), separator=", "), pl.lit(")"))).to_series()


def _spelt(column: pl.Series, dtype: DType, style: InsertStyle) -> pl.Series:
    """A written column's cells as SQL, NULL as well."""
    null = style.nulls.get(dtype.name, "NULL")
    return _literals(column, dtype, style).fill_null(null).alias(column.name)


def _literals(column: pl.Series, dtype: DType, style: InsertStyle) -> pl.Series:
    if dtype.name == "bytes":
        before, after = style.bytes.split("{0}")
        return before + column.bin.encode("hex") + after
    if dtype.element is not None:
        before, after = style.array.format("\0", type=dtype.duckdb).split("\0")
        return before + _texts(to_literal(column) if style.braces else to_json(column), style) + after
    if dtype.is_text or dtype.name == "interval":
        return _texts(column, style)
    if dtype.name == "boolean":
        true, false = style.booleans
        return pl.select(pl.when(column).then(pl.lit(true)).when(~column).then(pl.lit(false))).to_series()
    if dtype.name == "date":
        return "'" + column.dt.strftime("%Y-%m-%d") + "'"
    if dtype.is_time:
        zone = style.utc if dtype.name == "timestamptz" else ""
        return "'" + column.dt.strftime(f"%Y-%m-%d %H:%M:%S%.6f{zone}") + "'"
    if dtype.name == "time":
        return "'" + column.dt.to_string("%H:%M:%S%.6f") + "'"
    if dtype.is_decimal and (dtype.precision or 0) > style.longest_number:
        return "'" + column.cast(pl.String) + "'"
    text = (column.cast(pl.Float64) if dtype.is_float else column).cast(pl.String)
    if dtype.is_float:
        if not column.is_finite().all():
            raise OverflowError(f"column '{column.name}': NaN and infinity have no literal in SQL")
        # with an exponent it is a double; without one it would be a decimal, and rounded in some
        return pl.select(pl.when(text.str.contains("e", literal=True)).then(text).otherwise(text + "e0")).to_series()
    return text


def _texts(column: pl.Series, style: InsertStyle) -> pl.Series:
    signs = style.signs
    quoted = column.str.replace_many(signs) if column.str.contains_any(list(signs)).any() else column
    quoted = style.opening + quoted + "'"
    if not style.broken:
        return quoted
    is_broken = column.str.contains_any(list(style.broken))
    return pl.select(pl.when(is_broken).then(style.pieces + quoted).otherwise(quoted)).to_series()
