"""Where a table's rows come from: a count that grows with the scale, so many for each of a parent's, sums, or rows read."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic.json_schema import SkipJsonSchema

from synth.errors import counted
from synth.generators.base import Model, one_way_of
from synth.generators.sampling import check_weights

__all__ = [
    "LONGEST_NAME",
    "NAME",
    "EarlierRows",
    "Existing",
    "Fanout",
    "Name",
    "NegativeBinomial",
    "Rollup",
    "RowCount",
]

LONGEST_NAME = 63
NAME = rf"^[A-Za-z_][A-Za-z0-9_]{{0,{LONGEST_NAME - 1}}}$"
Name = Annotated[str, StringConstraints(pattern=NAME)]

WIDEST = 100_000  # children of one parent: a fan-out's law is a table as long
MOST_ROWS = 10**15  # a terabyte of keys alone is a thousandth of it
LEAST_R = 1e-9  # of a negative binomial: nearly all parents have no child
Positive = Annotated[float, Field(gt=0)]


class RowCount(Model):
    """Row count: `max(at_least, round(base × scale^growth))`."""

    base: Annotated[int, Field(ge=1, le=MOST_ROWS)] = Field(description="rows at SCALE=1")
    growth: Annotated[float, Field(ge=0, le=1)] = Field(1.0, description="rows grow with scale^growth")
    at_least: Annotated[int, Field(ge=1, le=MOST_ROWS)] = Field(1, description="so many rows at any scale")

    def at(self, scale: float) -> int:
        """Give the declared count at a scale, half rounded up."""
        return max(self.at_least, int(self.base * scale**self.growth + 0.5))


class NegativeBinomial(Model):
    """Over-dispersed counts; the smaller `r`, the more unequal."""

    r: Annotated[float, Field(ge=LEAST_R)] = Field(description="the smaller, the more unequal parents are")


OF_A_MEAN: list[dict[str, Any]] = [  # laws of a fan-out, as editors are told of them
    {"required": ["negative_binomial"]},
    {"required": ["poisson"], "properties": {"poisson": {"const": True}}},
]


class Fanout(Model):
    """Children per parent: a distribution between `min` and `max` of the declared mean."""

    model_config = one_way_of(
        *OF_A_MEAN,
        {"required": ["uniform"], "properties": {"uniform": {"const": True}}},
        {"required": ["shares"]},
        **{"if": {"anyOf": OF_A_MEAN}, "then": {"required": ["mean"]}, "else": {"properties": {"mean": False}}},
    )

    mean: Positive | None = Field(None, description="children of a row, between `min` and `max`")
    min: Annotated[int, Field(ge=0)] = Field(0, description="fewest children of a row")
    max: Annotated[int, Field(ge=1, json_schema_extra={"maximum": WIDEST})] = Field(
        description="most children of a row"
    )
    negative_binomial: NegativeBinomial | None = Field(None, description="over-dispersed counts of the `mean`")
    poisson: bool = Field(False, description="counts of the `mean` by Poisson's law")
    uniform: bool = Field(False, description="every count from `min` to `max` is equally likely")
    shares: dict[Annotated[int, Field(ge=0)], Annotated[float, Field(ge=0)]] | None = Field(
        None, description="count: weight, …", json_schema_extra={"propertyNames": {"pattern": "^[0-9_]+$"}}
    )
    exact: bool = Field(False, description="the total is the mean times the parents, block by block")

    @property
    def most(self) -> int:
        """The most children that a row can have."""
        return max((count for count, share in self.shares.items() if share), default=0) if self.shares else self.max

    @model_validator(mode="after")
    def _check(self) -> Fanout:
        ways = [w for w in ("negative_binomial", "poisson", "uniform", "shares") if getattr(self, w)]
        if len(ways) != 1:
            raise ValueError("a fan-out is one of negative_binomial, poisson, uniform or shares")
        if self.max > WIDEST:
            raise ValueError(
                f"a row may have {WIDEST:,} children at most, not {counted(self.max)}; let more of them arrive"
            )
        if self.min > self.max:
            raise ValueError(f"`min` ({self.min}) is above `max` ({self.max})")
        if ways[0] in ("negative_binomial", "poisson"):
            if self.mean is None:
                raise ValueError(f"{ways[0]} needs a `mean`")
            if not self.min < self.mean < self.max:
                raise ValueError(f"the mean ({self.mean:g}) must lie between `min` ({self.min}) and `max` ({self.max})")
        elif self.mean is not None:
            raise ValueError(f"{ways[0]} has a mean of its own; leave `mean` out")
        if self.shares is not None:
            check_weights(self.shares.values(), "shares")
            if max(self.shares) > self.max or min(self.shares) < self.min:
                raise ValueError(f"a share is for a count outside {self.min} to {self.max}")
            used = sorted(count for count, share in self.shares.items() if share)
            if self.exact and used != list(range(used[0], used[-1] + 1)):
                raise ValueError(f"exact totals need a share for every count from {used[0]} to {used[-1]}")
        return self


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
