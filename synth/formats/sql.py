"""INSERT statements in one database's SQL, for data small enough to be read, mailed or pasted.

A cell is spelt so that the database's own client takes it as it is: what a client or a server would change within quotes
(a backslash, a carriage return, a line that says GO) is written in another way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from synth.columns import to_written
from synth.dtypes import DType, Types
from synth.translate.dialect import Dialect

__all__ = ["SPELLINGS", "STATEMENT_ROWS", "Spelling", "write"]

STATEMENT_ROWS = 500  # of one INSERT; SQL Server takes 1,000
QUOTE = {"'": "''"}


@dataclass(frozen=True)
class Spelling:
    """How cells are written in a dialect; texts by what stands for a sign between the quotes."""

    signs: Mapping[str, str] = field(default_factory=lambda: QUOTE)
    opening: str = "'"
    broken: tuple[str, ...] = ()  # signs at which a text falls into pieces that are put together
    pieces: str = ""  # what begins such a text
    booleans: tuple[str, str] = ("TRUE", "FALSE")
    nulls: Mapping[str, str] = field(default_factory=dict)  # of types whose NULL has to say so
    sees_itself: bool = True  # whether a row's parent may come in the same statement
    before: str = "BEGIN;\n"
    between: str = ""  # behind every statement
    after: str = "COMMIT;\n"


SPELLINGS = {
    "postgres": Spelling(before="SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\nBEGIN;\n"),
    "mysql": Spelling(
        {**QUOTE, "\\": "\\\\", "\r": "\\r"},  # its client drops a \r before \n
        booleans=("1", "0"),
        before="SET NAMES utf8mb4;\nSET SESSION sql_mode = 'STRICT_ALL_TABLES';\nBEGIN;\n",
    ),
    "tsql": Spelling(
        # sqlcmd looks for GO, :commands and $(variables) in every line, within quotes too; so there is only one line,
        # and pieces are as long as they are
        {**QUOTE, "\n": "' + NCHAR(10) + N'", "\r": "' + NCHAR(13) + N'", "$(": "$' + N'("},
        opening="N'",
        broken=("\n", "\r", "$("),
        pieces="CAST(N'' AS NVARCHAR(MAX)) + ",
        booleans=("1", "0"),
        # a column of nothing but NULL is INT, which does not become a date
        nulls={"date": "CAST(NULL AS DATE)", "timestamp": "CAST(NULL AS DATETIME2(6))"},
        before="SET QUOTED_IDENTIFIER ON;\nSET NOCOUNT ON;\nGO\n",
        between="GO\n",
        after="",
    ),
    "sqlite": Spelling({**QUOTE, "\r": "' || CHAR(13) || '"}, booleans=("1", "0")),  # as MySQL's client
    "duckdb": Spelling({**QUOTE, "\r": "' || CHR(13) || '"}, sees_itself=False),  # its client is SQLite's
}


def write(
    frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str], path: Path, *, dialect: Dialect, schema: str,
    hierarchies: AbstractSet[str] = frozenset(),
) -> None:  # fmt: skip
    """Write one file, all of it or nothing of it taken where the database can; the table is named as the path's folder.

    Raises OverflowError where a value has no literal.
    """
    spelling = SPELLINGS[dialect.name]
    together = 1 if path.parent.name in hierarchies and not spelling.sees_itself else STATEMENT_ROWS
    rows = [frame for frame in frames if frame.height]
    with path.open("wb") as file:
        if rows:
            file.write(spelling.before.encode())
        for frame in rows:
            columns = ", ".join(map(dialect.quoted, frame.columns))
            insert = f"INSERT INTO {dialect.place(schema, path.parent.name)} ({columns}) VALUES\n"
            lines = _lines(to_written(frame, types), types, spelling, insert, together)
            lines.write_csv(file, include_header=False, quote_style="never")
        if rows:
            file.write(spelling.after.encode())


def _lines(frame: pl.DataFrame, types: Types, spelling: Spelling, insert: str, together: int) -> pl.DataFrame:
    """A frame's rows as lines of statements, so many rows together, in one column."""
    cells = pl.select(_spelt(column, types[column.name], spelling) for column in frame.get_columns())
    place = pl.int_range(pl.len())
    is_first = place % together == 0
    is_last = ((place + 1) % together == 0) | (place == pl.len() - 1)
    return cells.select(
        pl.concat_str(
            pl.when(is_first).then(pl.lit(f"{insert}(")).otherwise(pl.lit("(")),
            pl.concat_str(pl.all(), separator=", "),
            pl.when(is_last).then(pl.lit(f");\n{spelling.between}".removesuffix("\n"))).otherwise(pl.lit("),")),
        )
    )


def _spelt(column: pl.Series, dtype: DType, spelling: Spelling) -> pl.Series:
    """A written column's cells as SQL, NULL as well."""
    null = spelling.nulls.get(dtype.name, "NULL")
    return _literals(column, dtype, spelling).fill_null(null).alias(column.name)


def _literals(column: pl.Series, dtype: DType, spelling: Spelling) -> pl.Series:
    if dtype.name in ("varchar", "uuid"):
        return _texts(column, spelling)
    if dtype.name == "boolean":
        true, false = spelling.booleans
        return pl.select(pl.when(column).then(pl.lit(true)).when(~column).then(pl.lit(false))).to_series()
    if dtype.name == "date":
        return "'" + column.dt.strftime("%Y-%m-%d") + "'"
    if dtype.name == "timestamp":
        return "'" + column.dt.strftime("%Y-%m-%d %H:%M:%S%.6f") + "'"
    text = column.cast(pl.String)
    if dtype.name == "double":
        if not column.is_finite().all():
            raise OverflowError(f"column '{column.name}': NaN and infinity have no literal in SQL")
        # with an exponent it is a double; without one it would be a decimal, and rounded in some
        return pl.select(pl.when(text.str.contains("e", literal=True)).then(text).otherwise(text + "e0")).to_series()
    return text


def _texts(column: pl.Series, spelling: Spelling) -> pl.Series:
    signs = spelling.signs
    quoted = column.str.replace_many(signs) if column.str.contains_any(list(signs)).any() else column
    quoted = spelling.opening + quoted + "'"
    if not spelling.broken:
        return quoted
    is_broken = column.str.contains_any(list(spelling.broken))
    return pl.select(pl.when(is_broken).then(spelling.pieces + quoted).otherwise(quoted)).to_series()
