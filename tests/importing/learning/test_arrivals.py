"""How rows come: factors that days were made with come back, and what is chance is flat."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from synth.generators.profiles import SEASONS, WEEKDAYS
from synth.importing.learning.arrivals import arrival_of
from tests.support.learning import learnt_of, table

START, UNTIL = dt.date(2023, 1, 1), dt.date(2026, 1, 1)
DAYS = np.datetime64(START) + np.arange((UNTIL - START).days)
MONTHS, WEEK = DAYS.astype("datetime64[M]").astype(int) % 12, (DAYS.astype(int) + 3) % 7
YEARS = np.arange(len(DAYS)) / 365.25


def expected(rows: float, trend: float = 0.0, season: str = "flat", weekdays: str = "flat") -> np.ndarray:
    """Rows of each day. (days,)"""
    weight = (1 + trend) ** YEARS * np.array(SEASONS[season])[MONTHS] * np.array(WEEKDAYS[weekdays])[WEEK]
    return rows * weight / weight.mean()


def arrival(daily, **how):
    given = {"since": None, "before": 0.0, "after": 0.0, "hours": None, "timed": 10_000, **how}
    return arrival_of(np.asarray(daily, dtype=float), (START, UNTIL), **given)


@pytest.mark.parametrize("season", ["consumer", "giftware"])
def test_factors_come_back(season):
    found = arrival(expected(500, 0.2, season, "consumer"))
    assert found.trend == pytest.approx(0.2, abs=0.01)
    assert np.allclose(found.season, np.array(SEASONS[season]) / np.mean(SEASONS[season]), atol=0.02)
    assert np.allclose(found.weekdays, np.array(WEEKDAYS["consumer"]) / np.mean(WEEKDAYS["consumer"]), atol=0.02)
    assert found.dispersion == 1


def test_chance_is_flat():
    found = arrival(
        np.random.default_rng(5).poisson(40, len(DAYS)),
        hours=np.random.default_rng(6).multinomial(9999, [1 / 24] * 24) / 9999,
    )
    assert (found.season, found.weekdays, found.hours, found.trend) == (None, None, None, 0)
    assert found.dispersion == pytest.approx(1, abs=0.15)


def test_unevenness_is_told():
    noise = np.random.default_rng(5)
    mean = expected(60, 0.0, "consumer", "business")
    found = arrival(noise.poisson(mean * noise.gamma(mean / 3, 3 / np.maximum(mean, 1e-9))))  # (4 - 1) / mean
    assert found.dispersion == pytest.approx(4, rel=0.2) and found.weekdays[5:] == (0, 0)


def test_less_than_two_years_have_no_growth():
    daily = expected(100, 0.5)
    daily[500:] = 0
    assert arrival(daily).trend == 0


def test_days_that_are_cut_are_no_unevenness():
    daily = np.full(len(DAYS), 1000.0)
    daily[0] = daily[-1] = 100.0
    assert arrival(daily).dispersion == 1


def test_rows_before_and_after_a_period_are_counted_apart():
    moments = [dt.datetime(2024, 1, 1) + dt.timedelta(hours=9 * i) for i in range(2_000)]  # two years and 20 days
    frame = pl.DataFrame({"id": range(2_000), "at": moments})
    period = dt.date(2024, 7, 1), dt.date(2025, 7, 1)
    told = learnt_of({"t": frame}, table("t", {"id": "bigint", "at": "timestamp"}), period=period).tables["t"]
    found = told.columns["at"].moments.arrival
    assert found.before_start == pytest.approx(182 * 24 / 9 / 2_000, abs=0.002) and found.since == dt.date(2024, 1, 1)
    assert found.after_until == pytest.approx(1 - 547 * 24 / 9 / 2_000, abs=0.002)
    assert (found.start, found.until) == period


def test_months_of_few_rows_are_left_out():
    days = [dt.date(1900, 1, 1)] * 3 + [dt.date(2024, 5, 1) + dt.timedelta(i % 61) for i in range(600)]
    moments = (
        learnt_of({"t": pl.DataFrame({"id": range(603), "day": days})}, table("t", {"id": "bigint", "day": "date"}))
        .tables["t"]
        .columns["day"]
        .moments
    )
    assert (moments.start, moments.until) == (dt.date(2024, 5, 1), dt.date(2024, 7, 1))
    assert moments.whole_days and moments.arrival.hours is None
