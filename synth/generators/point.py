"""Points on the earth near a city or a centre: one number a row, of which latitude and longitude are read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.columns import mask
from synth.dtypes import BIGINT, DType, decimal
from synth.errors import DataError
from synth.generators.base import Generator
from synth.generators.context import RowContext, SpanView, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue, Span
from synth.generators.place import centres, not_standing_for
from synth.generators.rounding import Floats, as_exact, span_of

__all__ = ["Point", "PointPart"]

EARTH_KM = 6371.0088  # mean radius: IUGG
UNITS = 10**7  # of a degree, in the number of a point: a centimetre
BITS = 32  # of a longitude, which is below 360 · UNITS
ENDS = {"latitude": 90.0, "longitude": 180.0}  # degrees to both sides of 0

Coordinate = float | str


class Point(Generator):
    """A point near a city or a centre, as a number that `point_part` reads; a working column.

    All points within `spread_km` are equally likely.
    """

    default_type = BIGINT
    stands_for = "point"

    example = """_place: {place: {locale: de_DE}}
_point: {point: {near: _place, spread_km: 8}}
latitude: {point_part: {point: _point, part: latitude}}
longitude: {point_part: {point: _point, part: longitude}}"""

    near: str | None = Field(None, description="the path of a column made by `place`: the middle of its city")
    latitude: Coordinate | None = Field(None, description="of the centre, in degrees from -90 to 90, or its path")
    longitude: Coordinate | None = Field(None, description="of the centre, in degrees from -180 to 180, or its path")
    spread_km: Annotated[float, Field(ge=0, le=1000)] = Field(5.0, description="no point is farther from the centre")

    @model_validator(mode="after")
    def _check(self) -> Point:
        if (self.near is None) == (self.latitude is None) or (self.latitude is None) != (self.longitude is None):
            raise ValueError("a point is `near` a place, or has the `latitude` and `longitude` of a centre")
        for word, held in self._centre():
            if not isinstance(held, str) and not -ENDS[word] <= held <= ENDS[word]:
                raise ValueError(f"the {word} {held:g} is not between {-ENDS[word]:g} and {ENDS[word]:g} degrees")
        return self

    def _centre(self) -> list[tuple[str, Coordinate]]:
        """List the coordinates of the centre, where it is no place."""
        both = (("latitude", self.latitude), ("longitude", self.longitude))
        return [(word, held) for word, held in both if held is not None]

    def _paths(self) -> dict[str, str]:
        """Give the paths of what the point is near to, by the words that hold them."""
        held = [("near", self.near), *self._centre()]
        return {word: path for word, path in held if isinstance(path, str)}

    def accepts(self, dtype: DType) -> str | None:
        """Take the one type that has room for both coordinates."""
        return None if dtype == BIGINT else f"points are bigint, which `point_part` reads; they cannot be {dtype}"

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the place, or the coordinates of the centre."""
        return tuple(map(RowValue, self._paths().values()))

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether there may be no centre."""
        return any(map(view.gives_null, self._paths().values()))

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a place that is none, and coordinates that are no numbers."""
        for word, path in self._paths().items():
            found = view.type_at(path)
            if word == "near":
                yield from not_standing_for(view, path, "place", word)
            elif not found.is_exact and not found.is_float:
                yield Complaint(f"'{path}' is {found}, and a {word} is a number", at=(word,))

    def draw(self, context: RowContext) -> pl.Series:
        """Draw the way from the centre: its square, and its direction. (rows,)

        Raises DataError where a centre is not on the earth.
        """
        uniform = context.stream().random((context.rows, 2))
        held = [context.value(self.near)] if self.near else [self._held(context, *each) for each in self._centre()]
        numbers = [each.fill_null(0).to_numpy() if each.null_count() else each.to_numpy() for each in held]
        middle = _middles().at(numbers[0]) if self.near else Middle.of(*numbers)
        way = self.spread_km / EARTH_KM * np.sqrt(uniform[:, 0])
        north, east = _gone(middle, way, 2 * np.pi * uniform[:, 1])
        points = pl.Series(_units(north, 90.0) << BITS | _units(east, 180.0))
        for each in held:
            points = mask(points, each.is_null().to_numpy()) if each.null_count() else points
        return points

    def _held(self, context: RowContext, word: str, value: Coordinate) -> pl.Series:
        """Give a coordinate of the centre in degrees. (rows,)"""
        if not isinstance(value, str):
            return pl.Series(np.full(context.rows, float(value)))
        degrees = context.value(value).cast(pl.Float64) / 10.0 ** context.type_at(value).digits
        outside = degrees.filter(degrees.abs() > ENDS[word])
        if len(outside):
            raise DataError(
                f"'{value}' is {outside[0]:g}, and a {word} lies between {-ENDS[word]:g} and {ENDS[word]:g}"
            )
        return degrees


class Middle(NamedTuple):
    """Where points are on a sphere: sine and cosine of the latitude, and the longitude in degrees, (n,) each."""

    sine: Floats
    cosine: Floats
    longitude: Floats

    @classmethod
    def of(cls, latitude: Floats, longitude: Floats) -> Middle:
        """Give the points at these degrees. (n,), (n,) -> (n,)"""
        phi = np.radians(latitude)
        return cls(np.sin(phi), np.cos(phi), longitude)

    def at(self, places: npt.NDArray[np.int64]) -> Middle:
        """Give some of the points. (m,) -> (m,)"""
        return Middle(*(np.take(each, places) for each in self))


@lru_cache(maxsize=1)
def _middles() -> Middle:
    """Give the middles of all places. (places,)"""
    return Middle.of(*(centres(word).to_numpy() for word in ENDS))


def _gone(middle: Middle, way: Floats, bearing: Floats) -> tuple[Floats, Floats]:
    """Give where one comes from points by so many radians on a sphere, in degrees. All (n,) -> 2 × (n,)"""
    north, ahead, longitude = middle
    far, back = np.sin(way), np.cos(way)
    sine, east = np.cos(bearing), np.sin(bearing)
    sine *= ahead * far
    sine += north * back
    np.clip(sine, -1.0, 1.0, out=sine)
    east *= far
    east *= ahead
    back -= north * sine
    np.degrees(np.arctan2(east, back, out=east), out=east)
    east += longitude
    east -= 360.0 * (east >= 180.0)  # past the line where one day becomes another
    east += 360.0 * (east < -180.0)
    return np.degrees(np.arcsin(sine, out=sine), out=sine), east


def _units(degrees: Floats, end: float) -> npt.NDArray[np.int64]:
    """Give degrees above the least ones as whole units. (n,) -> (n,)"""
    return np.floor((degrees + end) * UNITS + 0.5).astype(np.int64)


class PointPart(Generator):
    """The latitude or the longitude of a point, in degrees: north and east of 0 are above it."""

    default_type = decimal(7, 4)

    example = Point.example

    point: str = Field(description="the path of a column made by `point`")
    part: Literal["latitude", "longitude"] = Field(description="which of the two")

    _low: ClassVar[int] = (1 << BITS) - 1

    def accepts(self, dtype: DType) -> str | None:
        """Take floats, and decimals that have room for all degrees."""
        if dtype.is_float:
            return None
        if dtype.name != "decimal":
            return f"degrees cannot be {dtype}"
        return (
            None
            if dtype.limit > ENDS[self.part] * 10**dtype.digits
            else f"a {self.part} of 3 digits does not fit {dtype}"
        )

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column of points."""
        return (RowValue(self.point),)

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether there may be no point."""
        return view.gives_null(self.point)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column that holds no points."""
        yield from not_standing_for(view, self.point, "point", "point")

    def lowest(self) -> float:
        """Give the least number of degrees."""
        return -ENDS[self.part]

    def span(self, view: SpanView, dtype: DType) -> Span:
        """Give all degrees there are."""
        return span_of(-ENDS[self.part], ENDS[self.part], dtype)

    def draw(self, context: RowContext) -> pl.Series:
        """Read the degrees off the points. (rows,)"""
        points = context.value(self.point)
        numbers = points.fill_null(0).to_numpy()
        units = numbers >> BITS if self.part == "latitude" else numbers & self._low
        drawn = as_exact(units / UNITS - ENDS[self.part], context.dtype)
        return mask(drawn, points.is_null().to_numpy()) if points.null_count() else drawn
