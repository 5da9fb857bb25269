"""Points near a city or a centre: both coordinates are of one point, which is as far away as all within the spread are."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from synth.api import frame
from synth.errors import DataError, SpecError
from synth.generators.place import _places
from synth.plan.make import make
from synth.spec.load import parse
from tests.support.drawn import PERIOD, column, table
from tests.support.laws import kolmogorov

ROWS = 20_000
EARTH_KM = 6371.0088
PARTS = """
      latitude: {point_part: {point: _p, part: latitude}, type: double}
      longitude: {point_part: {point: _p, part: longitude}, type: double}"""


SHOPS = f"""dataset: d
{PERIOD}
tables:
  shops:
    rows: 9
    columns:
      id: {{key: sequence}}
      _place: {{place: de_DE}}
      _p: {{point: {{near: _place}}}}
      latitude: {{point_part: {{point: _p, part: latitude}}, null_share: 0.3}}
      longitude: {{point_part: {{point: _p, part: longitude}}}}
  visits:
    rows: 3_000
    columns:
      id: {{key: sequence}}
      shop: {{reference: shops}}
      _p: {{point: {{latitude: shop.latitude, longitude: shop.longitude, spread_km: 2}}, nullable: true}}
      _place: {{lookup: shop._place}}
      _q: {{point: {{near: _place, spread_km: 2}}}}
      latitude: {{point_part: {{point: _p, part: latitude}}, nullable: true}}
      longitude: {{point_part: {{point: _p, part: longitude}}, nullable: true}}
      shop_latitude: {{lookup: shop.latitude, nullable: true}}
      shop_longitude: {{lookup: shop.longitude, nullable: true}}
      city_latitude: {{point_part: {{point: _q, part: latitude}}}}
"""


def km(latitude, longitude, latitudes, longitudes) -> np.ndarray:
    """Distances on the sphere by the angle between vectors, which shares no formula with the drawing. (n,)"""

    def vectors(phi, psi):
        phi, psi = np.radians(phi), np.radians(psi)
        return np.stack([np.cos(phi) * np.cos(psi), np.cos(phi) * np.sin(psi), np.sin(phi)])

    here, there = (
        vectors(*np.broadcast_arrays(*both, latitudes)[:2]) for both in ((latitude, longitude), (latitudes, longitudes))
    )
    apart, along = np.cross(here, there, axis=0), (here * there).sum(axis=0)
    return EARTH_KM * np.arctan2(np.sqrt((apart**2).sum(axis=0)), along)


def around(latitude: float, longitude: float, spread_km: float):
    point = f"{{point: {{latitude: {latitude}, longitude: {longitude}, spread_km: {spread_km}}}}}"
    rows = table(f"      id: {{key: sequence}}\n      _p: {point}{PARTS}", ROWS)
    return rows["latitude"].to_numpy(), rows["longitude"].to_numpy()


@pytest.mark.parametrize(
    "centre", [(52.5, 13.4), (-33.9, 151.2), (0, 0), (64.1, -179.99), (-18, 180), (89.99, 20), (-90, 0)]
)
@pytest.mark.parametrize("spread_km", [0.5, 40])
def test_points_are_even_within_the_spread(centre, spread_km):
    latitudes, longitudes = around(*centre, spread_km)
    assert (np.abs(latitudes) <= 90).all() and (np.abs(longitudes) <= 180).all()
    shares = (km(*centre, latitudes, longitudes) / spread_km) ** 2
    assert shares.max() <= 1.0001 and kolmogorov(shares, lambda share: min(max(share, 0), 1)) < 1.95
    if abs(centre[0]) < 80:  # where north and east mean something
        north = (latitudes - centre[0]) / np.degrees(spread_km / EARTH_KM)
        east = ((longitudes - centre[1] + 180) % 360 - 180) * math.cos(math.radians(centre[0]))
        bearings = np.arctan2(east / np.degrees(spread_km / EARTH_KM), north) / (2 * math.pi) + 0.5
        assert kolmogorov(bearings, lambda share: min(max(share, 0), 1)) < 1.95


def test_a_wider_spread_goes_farther():
    far = [km(48, 11, *around(48, 11, spread)).mean() for spread in (0, 1, 5, 100)]
    assert far[0] < 0.001 and far[1:] == pytest.approx([2 / 3, 10 / 3, 200 / 3], rel=0.02)


def test_points_lie_near_their_city():
    rows = table(f"""
      id: {{key: sequence}}
      _l: {{choice: {{en_US: 1, ja_JP: 1, pt_BR: 1, vi_VN: 1}}}}
      _place: {{place: {{locale: _l}}}}
      city: {{place_part: {{place: _place, part: city}}}}
      _p: {{point: {{near: _place, spread_km: 20}}}}{PARTS}""", 4_000)  # fmt: skip
    centre = rows.select("city").join(_places().unique("city"), on="city", how="left", maintain_order="left")
    found = rows.select("latitude", "longitude").to_numpy().T
    assert km(centre["latitude"].to_numpy(), centre["longitude"].to_numpy(), *found).max() < 20.001
    assert rows["latitude"].n_unique() > 3_990


def test_every_city_has_a_middle():
    places = _places()
    assert not places["latitude"].null_count() and not places["longitude"].null_count()
    land = {
        "US": (24, 50, -125, -66),
        "GB": (50, 60, -8, 2),
        "JP": (24, 46, 123, 146),
        "BR": (-34, 6, -74, -34),
        "FI": (59, 71, 19, 32),
    }
    for country, (south, north, west, east) in land.items():
        here = places.filter(country=country)
        assert here["latitude"].is_between(south, north).all() and here["longitude"].is_between(west, east).all(), (
            country
        )


def test_points_near_what_a_reference_names():
    rows = frame(make(parse(SHOPS)), "visits")
    assert (rows["latitude"].is_null() == rows["shop_latitude"].is_null()).all() and rows["latitude"].null_count()
    shown = rows.drop_nulls().cast({each: float for each in rows.columns if "itude" in each})
    names = ("shop_latitude", "shop_longitude", "latitude", "longitude")
    assert km(*(shown[name].to_numpy() for name in names)).max() < 2.02


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ("{point: {}}", "a point is `near` a place, or has the `latitude` and `longitude` of a centre"),
        ("{point: {latitude: 4}}", "a point is `near` a place, or has the `latitude` and `longitude` of a centre"),
        ("{point: {near: n, latitude: 4, longitude: 3}}", "a point is `near` a place, or has the"),
        ("{point: {latitude: 91, longitude: 3}}", "the latitude 91 is not between -90 and 90 degrees"),
        ("{point: {latitude: 1, longitude: -181}}", "the longitude -181 is not between -180 and 180 degrees"),
        ("{point: {near: n}}", "'n' is no column made by `place`"),
        ("{point: {latitude: t, longitude: 3}}", "'t' is text, and a latitude is a number"),
        ("{point: {latitude: 1, longitude: 3}, type: double}", "points are bigint, which `point_part` reads"),
        ("{point_part: {point: n, part: latitude}}", "'n' is no column made by `point`"),
        ("{place_part: {place: n, part: city}}", "'n' is no column made by `place`"),
        ("{point_part: {point: p, part: latitude}, type: text}", "degrees cannot be text"),
        ("{point_part: {point: p, part: longitude}, type: 'decimal(4,2)'}", "a longitude of 3 digits does not fit decimal(4,2)"),
        ("{point: {latitude: 1, longitude: 3, spread_km: 2000}}", "less than or equal to 1000"),
    ],
)  # fmt: skip
def test_what_is_refused(law, message):
    with pytest.raises(SpecError, match=re.escape(message)):
        column(
            law,
            5,
            "n: {uniform: {min: 1, max: 9}}\nt: {choice: {a: 1}}\np: {point: {latitude: 1, longitude: 1}}",
        )


def test_a_centre_that_is_not_on_the_earth_ends_drawing():
    with pytest.raises(DataError, match="'n' is 9[0-9.]*, and a latitude lies between -90 and 90"):
        column("{point: {latitude: n, longitude: 3}}", 5, "n: {uniform: {min: 91, max: 95}}")


def test_reals_are_coordinates_as_doubles_are():
    """Of a centre, and of what is read of a point."""
    spec = parse(
        "dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n  t:\n    rows: 50\n    columns:\n"
        "      id: {key: sequence}\n      a: {uniform: {min: 40, max: 50}, type: real}\n"
        "      _p: {point: {latitude: a, longitude: 9}}\n      lat: {point_part: {point: _p, part: latitude}, type: real}\n"
    )
    rows = frame(make(spec), "t")
    assert (rows["lat"] - rows["a"]).abs().max() < 0.1
