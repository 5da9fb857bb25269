"""What a reference declares, and what stands against it: no such rows, no key of one column, choices nothing can make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from synth.dtypes import DType
from synth.generators.base import Generator, Model, Share
from synth.generators.context import SpecView
from synth.generators.declarations import Complaint

__all__ = ["Popularity", "ReferenceWords", "ZipfMandelbrot"]


class ZipfMandelbrot(Model):
    """Weight ∝ (rank + q·N)^−s, the rank a fixed shuffle of the N parents."""

    # beyond 20, all but the first ranks weigh nothing as floats
    s: Annotated[float, Field(ge=0, le=20)] = Field(description="the larger, the more unequal; 0 is even")
    q: Annotated[float, Field(ge=0)] = Field(0.0, description="a share of the parents: flattens the head")


class Popularity(Model):
    """How unequal parents are, where no column of theirs says so."""

    zipf_mandelbrot: ZipfMandelbrot = Field(description="weight ∝ (rank + q·N)^−s")


class ReferenceWords(Generator):
    """What a reference declares, and what stands against it."""

    shorthand = "to"
    renamed: ClassVar[dict[str, str]] = {"take": "key_column"}

    to: str = Field(description="the table whose rows are chosen")
    alive_at: str | None = Field(
        None, description="path of a moment: only parents that came before and have not ended; the row's own arrival"
    )
    weights: str | None = Field(None, description="a parent's column of weights")
    popularity: Popularity | None = Field(None, description="how unequal parents are, where no column says so")
    where: str | None = Field(None, description="a parent's column of booleans: only parents where it is true")
    distinct_per: str | None = Field(None, description="an ancestor: no parent twice in one of its rows")
    within: str | None = Field(
        None,
        description="a column that points at an ancestor's row, or an ancestor of both tables: only rows born with it",
    )
    match: dict[str, str] = Field(
        default_factory=dict, description="a parent's column by the path of the value that it equals"
    )
    other_than: str | None = Field(
        None, description="a column that points at a row of the same table, or an ancestor: not that row"
    )
    optional: bool = Field(False, description="NULL where no parent can be chosen")
    unique: bool = Field(False, description="each parent at most once (one to one)")
    key_column: str | None = Field(
        None, description="of a key of several columns: the one that this column holds; look the others up"
    )
    roots: Share = Field(0.0, description="in a table that references itself: share of rows without a parent")

    choosing_words: ClassVar[tuple[str, ...]] = (
        "alive_at", "weights", "popularity", "where", "distinct_per", "within", "match", "other_than", "optional", "unique",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> ReferenceWords:
        if self.weights and self.popularity:
            raise ValueError("`weights` and `popularity` exclude each other")
        if self.unique and any(getattr(self, word) for word in self.choosing_words if word != "unique"):
            raise ValueError("`unique` matches parents one to one and goes with no other choice")
        return self

    @property
    def says_which(self) -> bool:
        """Whether any word says more than that some row is chosen."""
        return any(getattr(self, word) for word in self.choosing_words)

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield what stands against the choice: a table of no such rows, a key of several columns, no moment."""
        to, kin = self.to, self.to in (view.table, *view.ancestors())
        born = to == view.parent() and view.is_link()
        no_target = None if kin else view.why_no_target(to)
        if kin and to not in (view.table, view.parent()) and not self.says_which:
            hint = f"write {{lookup: {to}.…}} for the one the row is born with, or say which other: `other_than`, `weights`"
            yield Complaint(f"{to} is an ancestor", hint, of_column=True)
        elif no_target:
            yield replace(no_target, at=("to",))
        elif self.alive_at and not kin and (no_moment := view.why_no_moment(to)):
            yield replace(no_moment, at=("alive_at",))
        yield from self._of_key(view, kin=kin)
        if born:
            yield from self._not_for(f"the reference to the row of {to} that a row is born with")
        elif to == view.parent() and not self.says_which:
            yield from self._of_another(view)
        elif to == view.table:
            yield from self._of_own(view)
        if not born and not no_target:
            yield from self._of_particular(view)
        if self.alive_at and not any(
            (view.arrival_of((to, *view.ancestors_of(to))[-1]), view.ends_of(to), view.shows_at(to))
        ):
            yield Complaint(f"{to} has no arrival column", at=("alive_at",))
        if self.unique and not kin and view.ends_of(to):
            what = f"rows of {to} end at '{view.ends_of(to)}', and a one-to-one reference does not ask when"
            yield Complaint(what, f"leave `unique` out, or `alive_until` of {to}", ("unique",))
        if self.distinct_per and self.distinct_per not in view.ancestors():
            yield Complaint(f"'{self.distinct_per}' is no ancestor of {view.table}", at=("distinct_per",))
        if self.roots and to != view.table:
            yield Complaint("`roots` is for a table that references itself", "use null_share", ("roots",))

    def _of_key(self, view: SpecView, *, kin: bool) -> Iterator[Complaint]:
        """Yield keys that one column cannot hold."""
        to, key = self.to, view.key_of(self.to)
        if self.key_column and (self.key_column not in key or kin):
            yield Complaint(
                f"'{self.key_column}' is no column of the key of another family's table",
                f"the key of {to} is {', '.join(key) or 'not declared'}", ("key_column",),
            )  # fmt: skip
        elif len(key) != 1 and not self.key_column:
            yield Complaint(
                f"{to} has no key of one column",
                "give it a column with `key`, or a `primary_key` of one column; of several columns take one by `key_column`",
                ("to",),
            )  # fmt: skip

    def _not_for(self, why: str, words: tuple[str, ...] | None = None) -> Iterator[Complaint]:
        """Yield those of the words that say something."""
        for word in words or self.choosing_words:
            if getattr(self, word):
                yield Complaint(f"`{word}` is not for {why}", at=(word,))

    def _of_another(self, view: SpecView) -> Iterator[Complaint]:
        """Yield what a second reference to the parent's table cannot do: its rows are drawn beside these."""
        to = self.to
        no_target = view.why_no_target_beside(to)
        if no_target:
            yield no_target
        if view.ends_of(to):
            what = f"rows of {to} end at '{view.ends_of(to)}', and a second reference does not ask when"
            yield Complaint(what, f"leave `alive_until` of {to} out", ("to",))

    def _of_own(self, view: SpecView) -> Iterator[Complaint]:
        """Yield what a reference to the own table cannot do: it chooses an earlier row, by number."""
        to = self.to
        if not view.may_be_null(view.column):
            yield Complaint("the first row has no earlier row to refer to", "write `nullable: true` beside it", ("to",))
        yield from self._not_for("a reference to the own table, which chooses an earlier row", ("alive_at", "unique"))
        ends = view.ends_of(to)
        if ends:
            what = f"rows of {to} end at '{ends}', and a reference to the own table does not ask when"
            yield Complaint(what, f"leave `alive_until` of {to} out", ("to",))
        if at := view.shows_at(to):
            what = f"rows of {to} show only once '{at}' has come, and an earlier one may not have when this one has"
            yield Complaint(
                what, f"leave `at` of {to} out, or let a column like `previous.…` say which is meant", ("to",)
            )
        if len(view.key_of(to)) == 1 and not view.keys_follow_from_rows(to):
            what = f"the key of {to} does not follow from the row's number, so that of an earlier row is not known"
            yield Complaint(what, "give it a column with `key`; in `values` write the references out", ("to",))
        if view.numbers_have_gaps(to):
            what = f"the fan-outs above {to} are not all exact, so nobody knows which earlier rows there are"
            yield Complaint(what, "say `exact: true` in them", ("to",))

    def _of_particular(self, view: SpecView) -> Iterator[Complaint]:
        """Yield what nothing can be found by: columns that point elsewhere, columns that do not exist."""
        to = self.to
        if self.unique and (view.ancestors_of(to) or view.same_family(to) or not view.rows_are_counted(to)):
            what = f"`unique` matches the numbers of rows, and those of {to} are not known before they are drawn"
            yield Complaint(what, "take a table with `rows` of another family", ("unique",))
        if self.within:
            pointed = view.target_of(self.within)
            if pointed is None or pointed not in view.ancestors_of(to):
                above = ", ".join(view.ancestors_of(to)) or "none"
                what = f"'{self.within}' points at no row that rows of {to} are born with"
                hint = f"name a reference of {view.table} to one of these: {above}"
                yield Complaint(what, f"{hint}; or `match` a column of {to} with such a key", ("within",))
        if self.other_than and view.target_of(self.other_than) != to:
            yield Complaint(f"'{self.other_than}' does not point at rows of {to}", at=("other_than",))
        if view.column in {self.other_than, self.within}:
            yield Complaint("a reference cannot be known before it is chosen", at=("to",))

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield columns of other types than the choice needs: numbers as weights, a boolean condition, a moment."""
        to = self.to
        weights = view.type_of(to, self.weights) if self.weights else None
        if weights and not (weights.is_exact or weights.is_float):
            yield Complaint(f"{to}.{self.weights} is {weights}, and weights are numbers", at=("weights",))
        least = view.lowest_of(to, self.weights) if self.weights else None
        if self.weights and least is not None and least < 0:
            what = f"{to}.{self.weights} may be below 0, and weights are not"
            yield Complaint(what, "give it a `min` of 0", ("weights",))
        where = view.type_of(to, self.where) if self.where else None
        if where and where.name != "boolean":
            what = f"{to}.{self.where} is {where}, and a condition is a boolean"
            yield Complaint(what, "for instance {expr: size > 0}, in a column of its own", ("where",))
        if self.alive_at and not view.type_at(self.alive_at).is_time:
            yield Complaint(f"'{self.alive_at}' is no moment", at=("alive_at",))
        elif self.alive_at and view.gives_null(self.alive_at):
            yield Complaint(f"'{self.alive_at}' may be NULL, and no parent is there then", at=("alive_at",))
        for column, path in self.match.items():
            theirs, ours = view.type_of(to, column), view.type_at(path)
            if theirs.compared_as != ours.compared_as or theirs.is_float:
                what = f"{to}.{column} is {theirs}, and '{path}' is {ours}: they are never equal for sure"
                yield Complaint(what, "match columns of one type, but no doubles", ("match", column))
            elif view.gives_null(path) and not self.optional:
                what = f"'{path}' may be NULL, and no row of {to} matches it then"
                yield Complaint(what, "write `optional: true`: NULL where no row can be chosen", ("match", column))
        known = self.within and self.within not in view.ancestors()
        if known and view.gives_null(str(self.within)) and not self.optional:
            what = f"'{self.within}' may be NULL, and no row of {to} is born with none"
            yield Complaint(what, "write `optional: true`: NULL where no row can be chosen", ("within",))
