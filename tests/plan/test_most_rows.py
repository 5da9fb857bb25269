"""Plans do not depend on the seed: rows that come behind the period by chance are bounded, whatever it is."""

from __future__ import annotations

import datetime as dt

import pytest

from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.load import parse

AHEAD = dt.date(2026, 1, 3)
TEXT = """
dataset: d
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  p: {rows: 3016, columns: {id: {key: uuid}}}
  o: {rows: 3000, columns: {id: {key: sequence}, at: {arrival: LAW}, COLUMN}}
"""


def plan(law, column, **options):
    return make(parse(TEXT.replace("LAW", law).replace("COLUMN", column)), **options)


@pytest.mark.parametrize(
    "column", ["x: {uniform: {min: 1, max: 3016}, unique: true}", "x: {reference: {to: p, unique: true}}"]
)
def test_what_grows_by_chance_into_a_bound_is_refused_whatever_the_seed(column):
    for seed in range(1, 8):
        plan("{}", column, seed=seed)
        with pytest.raises(SpecError, match=r"up to 3,056 rows need as many"):
            plan("{}", column, seed=seed, until=AHEAD)


@pytest.mark.parametrize(
    "law", ["{}", "{dispersion: 40}", "{trend: 3, season: consumer}", "{hours: business, weekdays: business}"]
)
def test_no_seed_has_more_rows_than_the_bound(law):
    for seed in range(12):
        for until in (AHEAD, dt.date(2026, 5, 1), dt.date(2028, 1, 1)):
            made = plan(law, "x: {uniform: {min: 1, max: 9}}", seed=seed, until=until).tables["o"]
            assert made.rows <= made.most < 4 * made.rows


def test_children_of_a_chance_need_as_many_as_they_may_be():
    """402 rows of 400 were met by some seeds and not by others."""
    text = """
dataset: d
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  p: {rows: 400, columns: {id: {key: uuid}}}
  o: {rows: 200, columns: {oid: {key: sequence}}}
  d:
    per: o
    fanout: {max: 4, mean: 2, poisson: true}
    columns: {oid: {reference: o}, p: {reference: {to: p, unique: true}}}
    primary_key: [p]
"""
    with pytest.raises(SpecError, match="up to 800 rows need as many p of their own, and there are 400"):
        make(parse(text))
