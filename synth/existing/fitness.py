"""Which existing rows a spec can build on, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from synth.columns import cast_to_written, to_drawn
from synth.dtypes import DType
from synth.errors import DataError, many
from synth.formats import unreadable_errors
from synth.intervals import as_parts
from synth.spec import constraints
from synth.spec.kinds.existing import parent_link
from synth.spec.scope import Scope
from synth.sql.parse import columns as named
from synth.sql.parse import expression
from synth.store.reading import broken_rows

__all__ = ["Unfit", "fitting", "known"]

EXAMPLES = 3
NEAR = 1e-9  # what a float may be beside a decimal, in proportion

_YES, _NO = ("true", "t", "1", "1.0", "yes", "y"), ("false", "f", "0", "0.0", "no", "n")
_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_SPELT = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")


@dataclass(frozen=True)
class Unfit:
    """Rows of a table that break one thing which the spec needs."""

    table: str
    what: str
    rows: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        more = ", …" if self.rows > len(self.examples) else ""
        return f"{self.table}: {many(self.rows, 'row')} {self.what}: {', '.join(self.examples)}{more}"


def fitting(
    scope: Scope, table: str, rows: pl.DataFrame, keys: Mapping[str, pl.Series]
) -> tuple[pl.DataFrame, list[Unfit]]:
    """The rows that fit, as columns are drawn, and what is wrong with the others.

    `rows` are the columns that are needed, as they were read; `keys` the keys of other existing tables' rows that fit.
    """
    types = {name: scope.type_of(table, name) for name in rows.columns}
    cast = {name: _as(rows[name], dtype) for name, dtype in types.items()}
    frame = pl.DataFrame([column.alias(name) for name, (column, _) in cast.items()])
    unfit: list[Unfit] = []
    bad = pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    key = [name for name in scope.table(table).key if name in rows.columns] or rows.columns[:1]

    def note(what: str, wrong: pl.Series, about: str | None = None) -> None:
        nonlocal bad
        count = int(wrong.sum())
        if count:
            names = list(dict.fromkeys([*key, *([about] if about else [])]))
            some = rows.select(names).filter(wrong).head(EXAMPLES).rows(named=True)
            shown = tuple(" ".join(f"{name}={_shown(value)}" for name, value in row.items()) for row in some)
            unfit.append(Unfit(table, what, count, shown))
            bad = bad | wrong

    for name, (_, wrong) in cast.items():
        note(f"with a '{name}' that is no {types[name]}", wrong, name)
    for name in _required(scope, table, rows.columns):
        note(f"without '{name}'", rows[name].is_null(), name)
    for group in constraints.uniques(scope.dataset, table):
        if set(group) <= set(frame.columns):
            some = frame.select(group)
            note(f"of the same {', '.join(group)}", some.is_duplicated() & ~pl.Series(_any_null(some)))
    for name, sql in _checks(scope, table, frame):
        note(f"breaking the check '{name}'", sql)
    for name in rows.columns:
        parent = _parent(scope, table, name)
        theirs = frame[scope.table(table).key[0]] if parent == table else keys.get(parent or "")
        if theirs is not None:
            lacking = frame[name].is_not_null() & ~frame[name].is_in(theirs.cast(frame[name].dtype).implode())
            note(f"whose '{name}' is no row of {parent}", lacking, name)
    return to_drawn(frame.filter(~bad), types), unfit


def known(scope: Scope, table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Keys of rows that are there, as columns are drawn: each once, whatever else is wrong with the rows."""
    types = {name: scope.type_of(table, name) for name in rows.columns}
    cast = pl.DataFrame([_as(rows[name], dtype)[0].alias(name) for name, dtype in types.items()])
    return to_drawn(cast.drop_nulls().unique(maintain_order=True), types)


def _required(scope: Scope, table: str, there: list[str]) -> Iterator[str]:
    """Columns without NULL: those that are declared so, the key, the arrival, and what tells a row's parent."""
    spec = scope.table(table)
    home = parent_link(scope.dataset, table)
    musts = (*spec.key, spec.arrival, home, *(name for name in spec.columns if not spec.may_be_null(name)))
    yield from dict.fromkeys(name for name in musts if name is not None and name in there)


def _parent(scope: Scope, table: str, column: str) -> str | None:
    refers = constraints.references(scope.dataset)
    found = next((r for r in refers if (r.table, r.columns) == (table, (column,))), None)
    return found.parent if found else None


def _any_null(frame: pl.DataFrame) -> pl.Series:
    return frame.select(pl.any_horizontal(pl.all().is_null())).to_series()


def _checks(scope: Scope, table: str, frame: pl.DataFrame) -> Iterator[tuple[str, pl.Series]]:
    """The declared conditions over columns that are there, and the rows that break each."""
    for name, sql in constraints.checks(scope.dataset, table):
        if set(named(expression(sql))) <= set(frame.columns):
            try:
                yield name, broken_rows(frame, sql)
            except unreadable_errors() as error:
                what = str(error).splitlines()[0]
                raise DataError(f"{table}: the check '{name}' of existing rows cannot be worked out: {what}") from None


def _shown(value: object) -> str:
    return "NULL" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


def _as(column: pl.Series, dtype: DType) -> tuple[pl.Series, pl.Series]:
    """A column in the type that is declared, NULL where a value has no place in it, and where that is so."""
    try:
        found, lost = _cast(column, dtype)
    except pl.exceptions.PolarsError:  # types that have nothing in common
        found = pl.Series([None], dtype=dtype.written).new_from_index(0, len(column))
        lost = column.is_not_null()
    wrong = column.is_not_null() & (found.is_null() | lost)
    missing = pl.Series([None], dtype=found.dtype).new_from_index(0, len(found))
    return found.zip_with(~wrong, missing), wrong


def _cast(column: pl.Series, dtype: DType) -> tuple[pl.Series, pl.Series]:
    """A column in another type, NULL where it cannot be, and where something would be lost. Raises PolarsError."""
    kind, none = column.dtype, pl.repeat(value=False, n=len(column), dtype=pl.Boolean, eager=True)
    if dtype.has_units:
        return (
            (column.cast(dtype.written), ~none) if kind.is_temporal() or kind == pl.Boolean else _exact(column, dtype)
        )
    if dtype.name == "boolean" and kind != pl.Boolean:
        text = column.cast(pl.String).str.strip_chars().str.to_lowercase()
        return text.replace_strict(
            [*_YES, *_NO], [True] * len(_YES) + [False] * len(_NO), default=None, return_dtype=pl.Boolean
        ), none
    if dtype.is_time:
        if kind == pl.String:
            column = _with_zones(column) if dtype.name == "timestamptz" else _moments(column)
        elif not kind.is_temporal():
            return pl.Series([None], dtype=dtype.written).new_from_index(0, len(column)), none
        found = column.cast(dtype.written, strict=False)
        return found, (found.cast(column.dtype, strict=False) != column).fill_null(value=False)
    if dtype.name == "time" and kind == pl.String:
        return _clocks(column), none
    if dtype.name == "interval":
        texts = column.cast(pl.String)
        return texts, as_parts(texts)["us"].is_null() & texts.is_not_null()
    if dtype.name in ("bytes", "array"):
        found = cast_to_written(column.to_frame(), {column.name: dtype}).to_series()
        if dtype.element is None or not dtype.element.labels:
            return found, none
        strange = pl.lit(found).list.eval(~pl.element().is_in(list(dtype.element.labels))).list.any()
        return found, pl.select(strange.fill_null(value=False)).to_series()
    found = column.cast(dtype.written, strict=False)
    if dtype.name == "uuid":
        found = found.str.to_lowercase()
        return found, ~found.str.contains(_UUID).fill_null(value=True)
    if dtype.name == "enum":
        return found, ~found.is_in(list(dtype.labels)).fill_null(value=True)
    if dtype.is_float:
        lost = found.is_nan() if dtype.name == "double" else ~found.is_finite()
        return found, lost.fill_null(value=False)
    if dtype.name == "char":
        found = found.str.strip_chars_end(" ")
    return found, (found.str.len_chars() > dtype.length).fill_null(value=False) if dtype.length else none


def _exact(column: pl.Series, dtype: DType) -> tuple[pl.Series, pl.Series]:
    """Whole numbers and decimals, of numbers and texts."""
    kind, exact = column.dtype, pl.Decimal(38, dtype.digits)
    lost = pl.repeat(value=False, n=len(column), dtype=pl.Boolean, eager=True)
    if kind == pl.String:
        column = column.str.strip_chars()
        lost = column.str.contains(rf"\.\d{{{dtype.digits}}}\d*[1-9]").fill_null(value=False)
        found = column.cast(exact, strict=False)
    elif kind.is_float():
        near = column.round(dtype.digits)
        lost = ((column - near).abs() > NEAR * column.abs().clip(lower_bound=1.0)).fill_null(value=True)
        found = near.cast(exact, strict=False)
    else:
        found = column.cast(exact, strict=False)
        if isinstance(kind, pl.Decimal):
            lost = (found.cast(pl.Decimal(38, kind.scale), strict=False) != column).fill_null(value=True)
    limit = dtype.limit if dtype.digits == 0 else 10 ** ((dtype.precision or 18) - dtype.digits)
    lost = lost | (found.abs() >= limit).fill_null(value=False)
    return found if dtype.is_decimal else found.cast(dtype.written, strict=False), lost


def _clocks(texts: pl.Series) -> pl.Series:
    """Times of day, with or without seconds; NULL what is none. (n,) -> (n,)"""
    clean = texts.str.strip_chars()
    tried = [clean.str.to_time(spelt, strict=False) for spelt in ("%H:%M:%S%.f", "%H:%M") if len(clean)]
    return pl.select(pl.coalesce(tried)).to_series() if tried else clean.cast(pl.Time)


_ZONE = r"([+-])(\d\d):?(\d\d)?$"  # behind a time of day


def _with_zones(texts: pl.Series) -> pl.Series:
    """Moments with a zone, in UTC; those without are in UTC. (n,) -> (n,)"""
    behind = texts.str.strip_chars().str.slice(len("2024-01-01"))
    zone = behind.str.extract(_ZONE, 0).fill_null("")
    hours, minutes = (behind.str.extract(_ZONE, group).cast(pl.Int64).fill_null(0) for group in (2, 3))
    sign = zone.str.starts_with("-").cast(pl.Int64) * -2 + 1
    moments = _moments(texts.str.strip_chars().str.strip_suffix(zone) if len(texts) else texts)
    return moments - (sign * (hours * 60 + minutes) * 60_000_000).cast(pl.Duration("us"))


def _moments(texts: pl.Series) -> pl.Series:
    """Dates and timestamps as ISO 8601 spells them, whatever their order; NULL what is none."""
    clean = texts.str.strip_chars().str.replace("T", " ").str.strip_suffix("Z")
    tried = [clean.str.to_datetime(spelt, time_unit="us", strict=False) for spelt in _SPELT if len(clean)]
    return pl.select(pl.coalesce(tried)).to_series() if tried else clean.cast(pl.Datetime("us"))
