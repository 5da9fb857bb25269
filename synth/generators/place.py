"""Cities with a country, region, postal code and telephone number that belong together.

The places are a table of ours (`data/places.csv`): cities by population, the coarse area of their postal codes, and only
telephone ranges that the authorities keep for fiction (FCC/NANPA 555-01xx, Ofcom, BNetzA, ARCEP); where a country has no
such range, numbers are NULL. `#` is a digit; `@` is a letter that British inward codes never use, so those codes do not
exist, as Dutch ones that end with IO do not. The middles of cities are GeoNames's, to a hundredth of a degree.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from synth.columns import mask
from synth.dtypes import BIGINT, TEXT, DType
from synth.errors import DataError
from synth.generators.base import Generator
from synth.generators.context import RowContext, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue
from synth.generators.person import complaints_of_locale, complaints_of_locales, locale_column, locales
from synth.generators.sampling import BELOW_ONE, Search
from synth.texts import from_bytes

__all__ = ["Place", "PlacePart", "centres"]

Rows = npt.NDArray[np.int64]

DIGIT, LETTER = ord("#"), ord("@")
_LETTERS = np.frombuffer(b"CIKMOV", dtype=np.uint8)  # never in the inward part of a British postcode


@lru_cache(maxsize=1)
def _places() -> pl.DataFrame:
    return pl.read_csv(Path(__file__).parent / "data" / "places.csv", schema_overrides={"weight": pl.Float64})


@lru_cache(maxsize=64)
def _cities(locale: str) -> tuple[Rows, Search]:
    """Give the places of a locale, (cities,), and a search in their cumulated weights."""
    rows = (_places()["locale"] == locale).arg_true().to_numpy().astype(np.int64)
    if not len(rows):
        known = ", ".join(_places()["locale"].unique().sort())
        raise DataError(f"no places are known for locale '{locale}'; known are {known}")
    return rows, Search(np.cumsum(_places()["weight"].gather(rows).to_numpy()))


def centres(word: str) -> pl.Series:
    """Give the latitude or longitude of the middle of each place, in degrees to the nearest hundredth. (places,)"""
    return _places()[word]


def not_standing_for(view: SpecView, path: str, what: str, word: str) -> Iterator[Complaint]:
    """Yield a column whose numbers are not what a parameter reads of them."""
    if view.stands_for(path) != what:
        yield Complaint(f"'{path}' is no column made by `{what}`", at=(word,))


class Place(Generator):
    """A city of the locale by population, as a number that `place_part` reads; a working column."""

    shorthand = "locale"
    default_type = BIGINT
    stands_for = "place"

    example = """_place: {place: {locale: de_DE}}
city: {place_part: {place: _place, part: city}}"""
    nanoseconds = 150

    locale: str = Field("en_US", description="one locale, like `de_DE`, or a column of locales")

    def accepts(self, dtype: DType) -> str | None:
        """Take the integers by which places are known."""
        return None if dtype.name in ("integer", "bigint") else f"a place is known by a number, and cannot be {dtype}"

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column of locales."""
        return tuple(RowValue(name) for name in (locale_column(self.locale),) if name)

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield a locale without places."""
        if locale_column(self.locale) is None:
            yield from complaints_of_locale(self.locale, _cities)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column of locales that may be NULL, or name one without places."""
        yield from complaints_of_locales(view, self.locale, _cities)

    def locales_known(self, view: SpecView) -> frozenset[str] | None:
        """Give the locale, or those that its column may name."""
        column = locale_column(self.locale)
        if column is None:
            return frozenset({self.locale})
        values = view.values_at(column)
        return None if values is None else frozenset(map(str, values))

    def draw(self, context: RowContext) -> pl.Series:
        """Give the place's line in the table. (rows,)"""
        uniform = context.stream().random(context.rows)
        result = np.zeros(context.rows, dtype=np.int64)
        for here, locale in locales(context, self.locale):
            rows, search = _cities(locale)
            result[here] = rows[search(uniform[here] * (search.cumulated[-1] * BELOW_ONE))]
        return pl.Series(result)


class PlacePart(Generator):
    """What is so at a place: its city, region, country, or a postal code or telephone number there."""

    default_type = TEXT

    renamed: ClassVar[dict[str, str]] = {"of": "place"}

    example = """_place: {place: {locale: de_DE}}
city: {place_part: {place: _place, part: city}}
phone: {place_part: {place: _place, part: phone}}"""
    nanoseconds = 180

    place: str = Field(description="a column made by `place`")
    part: Literal["city", "region", "country", "postal_code", "phone"] = Field(description="what of it")

    def nullable(self) -> bool:
        """Tell that there is no number where no telephone range is kept for fiction."""
        return self.part == "phone"

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether there may be no place, or one of a locale without such a part."""
        return view.gives_null(self.place) or bool(self._lacking(view))

    def _lacking(self, view: SpecView) -> list[str]:
        """List the locales that have no such part."""
        having = _places().filter(pl.col(self.part).is_not_null())["locale"]
        return sorted((view.locales_at(self.place) or frozenset()) - set(having))

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column that holds no places."""
        yield from not_standing_for(view, self.place, "place", "place")

    def remarks(self, view: SpecView) -> Iterator[Complaint]:
        """Yield locales of whose telephone numbers none is kept for fiction."""
        lacking = self._lacking(view)
        if lacking:
            what = f"no telephone range is kept for fiction in {', '.join(lacking)}: numbers there are NULL"
            yield Complaint(what, at=("part",))

    def accepts(self, dtype: DType) -> str | None:
        """Take text of any length."""
        return None if dtype.is_free_text else f"parts of an address cannot be {dtype}"

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column of places."""
        return (RowValue(self.place),)

    def draw(self, context: RowContext) -> pl.Series:
        """Fill the holes of patterns, which are rows of bytes. (rows,)"""
        at = context.value(self.place).to_numpy()
        patterns = _places()[self.part]
        form, lengths, hole = _forms(self.part)
        if not form.size:
            return patterns[at]
        drawn = context.stream().integers(0, 2**16, (context.rows, int(hole.max()) + 1))
        signs = form[at]
        for place in np.flatnonzero((hole >= 0).any(axis=0)):
            which, kind = drawn[np.arange(context.rows), hole[at, place]], signs[:, place]
            kind[:] = np.where(kind == DIGIT, ord("0") + which % 10, kind)
            kind[:] = np.where(kind == LETTER, _LETTERS[which % len(_LETTERS)], kind)
        return mask(from_bytes(signs, lengths[at]), patterns.is_null().to_numpy()[at])


@lru_cache(maxsize=8)
def _forms(part: str) -> tuple[npt.NDArray[np.uint8], Rows, Rows]:
    """Give patterns as bytes, (n, width), their lengths, (n,), and each byte's hole (-1: none), (n, width)."""
    patterns = [(pattern or "").encode() for pattern in _places()[part]]
    width = max(len(pattern) for pattern in patterns)
    form = np.frombuffer(b"".join(p.ljust(width, b"\0") for p in patterns), dtype=np.uint8).reshape(-1, width)
    holes = (form == DIGIT) | (form == LETTER)
    hole = np.where(holes, np.cumsum(holes, axis=1) - 1, -1)
    return form if holes.any() else form[:0], np.array([len(p) for p in patterns]), hole
