"""How many children a row has: a number, a distribution, or one of them by what the row says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from synth.errors import counted
from synth.generators.base import Model, one_way_of
from synth.generators.sampling import check_weights
from synth.spec.wording import shown

__all__ = ["Fanout", "NegativeBinomial", "SoMany"]

WIDEST = 100_000  # children of one parent: a fan-out's law is a table as long
WIDEST_BY_MEAN = 5_000  # where each parent has a mean of its own: laws are kept for many means
LEAST_R = 1e-9  # of a negative binomial: nearly all parents have no child
Positive = Annotated[float, Field(gt=0)]


class NegativeBinomial(Model):
    """Over-dispersed counts; the smaller `r`, the more unequal."""

    r: Annotated[float, Field(ge=LEAST_R)] = Field(description="the smaller, the more unequal parents are")


def _just_so_many(given: Any) -> Any:
    if isinstance(given, int) and not isinstance(given, bool):
        return {"count": given}
    if not isinstance(given, (Mapping, Fanout)):
        raise ValueError(f"should be a number of rows, or a mapping that says how many, got {shown(given)}")
    return given


WAYS = ("negative_binomial", "poisson", "uniform", "shares", "count", "by")
OF_A_MEAN: list[dict[str, Any]] = [  # laws of a fan-out, as editors are told of them
    {"required": ["negative_binomial"]},
    {"required": ["poisson"], "properties": {"poisson": {"const": True}}},
]


class Fanout(Model):
    """Children per parent: a count, a distribution between `min` and `max`, or one of them by what the parent's row says."""

    model_config = one_way_of(
        *OF_A_MEAN,
        {"required": ["uniform", "max"], "properties": {"uniform": {"const": True}}},
        {"required": ["shares"]},
        {"required": ["count"]},
        {"required": ["by", "values"]},
        **{
            "if": {"anyOf": OF_A_MEAN},
            "then": {"required": ["mean", "max"]},
            "else": {"properties": {"mean": False}},
            "dependentRequired": {"values": ["by"]},
        },
    )

    mean: Positive | str | None = Field(
        None,
        description="children of a row, between `min` and `max`: a number, or the path of one, seen from the parent's row",
    )
    min: Annotated[int, Field(ge=0)] = Field(0, description="fewest children of a row")
    max: Annotated[int, Field(ge=1, json_schema_extra={"maximum": WIDEST})] | None = Field(
        None, description="most children of a row; left out where what is declared says it"
    )
    negative_binomial: NegativeBinomial | None = Field(None, description="over-dispersed counts of the `mean`")
    poisson: bool = Field(False, description="counts of the `mean` by Poisson's law")
    uniform: bool = Field(False, description="every count from `min` to `max` is equally likely")
    shares: dict[Annotated[int, Field(ge=0)], Annotated[float, Field(ge=0)]] | None = Field(
        None, description="count: weight, …", json_schema_extra={"propertyNames": {"pattern": "^[0-9_]+$"}}
    )
    count: Annotated[int, Field(ge=0, le=WIDEST)] | str | None = Field(
        None, description="just so many: a number, or the path of a whole number, seen from the parent's row"
    )
    by: str | None = Field(
        None, description="a path, seen from the parent's row, whose value says which of `values` holds"
    )
    values: dict[Any, SoMany] | None = Field(None, description="value: fan-out, … where there is a `by`")
    exact: bool = Field(False, description="the total is the mean times the parents, block by block")

    @property
    def reads(self) -> str | None:
        """The path, seen from the parent's row, that the fan-out depends on; None where it is the same for all."""
        return self.by or next((path for path in (self.mean, self.count) if isinstance(path, str)), None)

    @property
    def is_exact(self) -> bool:
        """Whether the total of all parents is known."""
        return self.exact or isinstance(self.count, int)

    @property
    def most(self) -> int:
        """The most children that a row can have."""
        return self._limits()[1]

    @property
    def least(self) -> int:
        """The fewest children that a row can have."""
        return self._limits()[0]

    def _limits(self) -> tuple[int, int]:
        fanouts = (self.values or {}).values()
        if fanouts:
            return min(each.least for each in fanouts), max(each.most for each in fanouts)
        if self.shares is not None:
            used = [count for count, share in self.shares.items() if share]
            return min(used, default=0), max(used, default=0)
        if isinstance(self.count, int):
            return self.count, self.count
        return self.min, self.max or 0

    @model_validator(mode="after")
    def _check(self) -> Fanout:
        ways = [w for w in WAYS if getattr(self, w) not in (None, False)]
        if len(ways) != 1:
            raise ValueError(f"a fan-out is one of {', '.join(WAYS[:-1])} or {WAYS[-1]}")
        way = ways[0]
        by_value = self.values or {}
        if way != "by" and by_value:
            raise ValueError("`values` are fan-outs `by` the value of a column")
        if self.max is not None and self.max > WIDEST:
            raise ValueError(
                f"a row may have {WIDEST:,} children at most, not {counted(self.max)}; let more of them arrive"
            )
        if self.max is not None and self.min > self.max:
            raise ValueError(f"`min` ({self.min}) is above `max` ({self.max})")
        if way in ("negative_binomial", "poisson"):
            self._check_mean(way)
        elif self.mean is not None:
            raise ValueError(f"{way} has a mean of its own; leave `mean` out")
        if self.exact and self.reads:
            raise ValueError("`exact` is for fan-outs that are the same for all rows")
        if way == "shares":
            self._check_shares(self.shares or {})
        elif way == "by":
            self._check_values(by_value)
        elif isinstance(self.count, int):
            self._leave_out("count", "max", "min", "exact")
        elif self.max is None:
            raise ValueError(f"{way} needs a `max`: the most children of a row")
        return self

    def _check_mean(self, way: str) -> None:
        if self.mean is None:
            raise ValueError(f"{way} needs a `mean`")
        if self.max is None:
            raise ValueError(f"{way} needs a `max`: the most children of a row")
        if isinstance(self.mean, str):
            if self.max > WIDEST_BY_MEAN:
                raise ValueError(f"where each row has a mean of its own, `max` is at most {WIDEST_BY_MEAN:,}")
            if self.min == self.max:
                raise ValueError(f"between `min` and `max` ({self.max}) there is no mean to choose")
        elif not self.min < self.mean < self.max:
            raise ValueError(f"the mean ({self.mean:g}) must lie between `min` ({self.min}) and `max` ({self.max})")

    def _check_shares(self, shares: Mapping[int, float]) -> None:
        check_weights(shares.values(), "shares")
        if max(shares) > (WIDEST if self.max is None else self.max) or min(shares) < self.min:
            raise ValueError(f"a share is for a count outside {self.min} to {WIDEST if self.max is None else self.max}")
        used = sorted(count for count, share in shares.items() if share)
        if self.exact and used != list(range(used[0], used[-1] + 1)):
            raise ValueError(f"exact totals need a share for every count from {used[0]} to {used[-1]}")

    def _check_values(self, values: Mapping[Any, Fanout]) -> None:
        self._leave_out("by", "max", "min", "exact")
        if not values:
            raise ValueError("`by` needs `values`: a fan-out for each value of the column")
        for value, each in values.items():
            if not isinstance(value, bool | int | str):
                raise ValueError(f"{value!r} cannot be told apart: `by` takes texts, whole numbers, and true or false")
            if each.reads or each.exact:
                word = "exact" if each.exact else "by" if each.by else "mean" if isinstance(each.mean, str) else "count"
                raise ValueError(f"the fan-out of {value!r} says `{word}`, which is for fan-outs of all rows")

    def _leave_out(self, way: str, *words: str) -> None:
        for word in words:
            if getattr(self, word):
                raise ValueError(f"`{word}` is not for a fan-out by `{way}`, which says how many there are")


SoMany = Annotated[
    Fanout, BeforeValidator(_just_so_many, json_schema_input_type=Annotated[int, Field(ge=0, le=WIDEST)] | Fanout)
]
Fanout.model_rebuild()  # `values` hold fan-outs
