"""Where a table's rows come from: a period, a count that grows with the scale, sums, or rows read."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic.json_schema import SkipJsonSchema

from synth.generators.base import Model

__all__ = [
    "LONGEST_NAME", "NAME", "EarlierRows", "Existing", "Fact", "Name", "Period", "Picture", "Rollup", "RowCount",
]  # fmt: skip

LONGEST_NAME = 63
NAME = rf"^[A-Za-z_][A-Za-z0-9_]{{0,{LONGEST_NAME - 1}}}$"
Name = Annotated[str, StringConstraints(pattern=NAME)]

MOST_ROWS = 10**15  # a terabyte of keys alone is a thousandth of it


class Period(Model):
    """The time that declared row counts belong to; `until` is exclusive, and the default "now"."""

    start: dt.date = Field(description="the first day")
    until: dt.date = Field(description="the day behind the last; the dataset's now, where no other is asked")

    @model_validator(mode="after")
    def _check(self) -> Period:
        if isinstance(self.start, dt.datetime) or isinstance(self.until, dt.datetime):
            raise ValueError("the period is in whole days")
        if self.start >= self.until:
            raise ValueError(f"the period ends ({self.until}) before it starts ({self.start})")
        return self


class RowCount(Model):
    """Row count: `max(at_least, round(base × scale^growth))`."""

    base: Annotated[int, Field(ge=1, le=MOST_ROWS)] = Field(description="rows at SCALE=1")
    growth: Annotated[float, Field(ge=0, le=1)] = Field(1.0, description="rows grow with scale^growth")
    at_least: Annotated[int, Field(ge=1, le=MOST_ROWS)] = Field(1, description="so many rows at any scale")
    asked: SkipJsonSchema[Annotated[int, Field(ge=0, le=MOST_ROWS)] | None] = None  # noted: so many, whatever the scale

    def at(self, scale: float) -> int:
        """Give the count at a scale, half rounded up, or what was asked for."""
        return self.declared(scale) if self.asked is None else self.asked

    def declared(self, scale: float = 1) -> int:
        """Give the declared count at a scale, whatever was asked for."""
        return max(self.at_least, int(self.base * scale**self.growth + 0.5))


class Rollup(Model):
    """Aggregates of SQL expressions over all rows of a table, or of some parts of a gathered one, by groups."""

    renamed: ClassVar[dict[str, str]] = {"of": "table", "by": "group_by", "take": "aggregates", "every": "for_each"}

    table: str = Field(description="the table whose rows are summed")
    group_by: Annotated[tuple[str, ...], Field(min_length=1, strict=False)] = Field(description="columns of the groups")
    aggregates: Annotated[dict[Name, dict[Literal["sum", "count", "min", "max"], str]], Field(min_length=1)] = Field(
        description="column: {sum, count, min or max: SQL over the rows}"
    )
    for_each: str | None = Field(
        None, description="a table: one row for each of its rows, also where nothing was summed"
    )
    parts: Annotated[tuple[str, ...] | None, Field(strict=False)] = Field(
        None, description="of a gathered table: only the rows of these SELECTs"
    )


class Picture(Model):
    """A picture for the report: what a SELECT gives, its first column across, its second up, a third as several of them."""

    about: str = Field(description="what it shows, as a heading")
    select: str = Field(description="SQL over tables that are written, of two or three columns")
    shape: Literal["line", "bars", "heat"] = Field(
        "line",
        description="line: over time or numbers; bars: one each; heat: fields of a grid, the third column's shade",
    )


class Fact(Model):
    """A figure that data should have, as `synth realism` measures it: a SELECT of one number, and the band for it."""

    about: str = Field(description="what is measured, as a heading")
    source: str | None = Field(None, description="where the band comes from")
    select: str = Field(description="SQL over tables that are written, of one row and one column, a number")
    band: Annotated[tuple[float, float], Field(strict=False)] = Field(description="the least and the most it should be")
    wanted: float | None = Field(None, description="the source's own figure, within the band")
    from_scale: Annotated[float, Field(ge=0)] = Field(
        0.0, description="the scale from which on it is judged: of fewer rows chance says more"
    )

    @model_validator(mode="after")
    def _check(self) -> Fact:
        low, high = self.band
        if not low <= high:
            raise ValueError("the band ends before it begins")
        if self.wanted is not None and not low <= self.wanted <= high:
            raise ValueError(f"`wanted` ({self.wanted:g}) is outside of the band")
        return self


class Existing(Model):
    """Rows that are there before a run, and are read instead of made. What was found of them is noted in the run's spec."""

    arrival: str | None = Field(None, description="the column that says when each row came")
    table: str | None = Field(None, description="what it is called there, if otherwise")
    source: str | None = Field(
        None, description="where it is, if elsewhere than the run's source: a folder, or a database's URL"
    )
    declared: SkipJsonSchema[RowCount | None] = None  # noted: rows, where the table would be made by the spec
    rows: SkipJsonSchema[Annotated[int, Field(ge=0)] | None] = None  # noted: as found
    fingerprint: SkipJsonSchema[str | None] = None  # noted: of the columns that are read


class EarlierRows(Model):
    """Rows of a table that is made, which were in the source before: keys go on behind theirs, and none is made twice."""

    rows: Annotated[int, Field(ge=1)]
    fingerprint: str  # of their keys
