"""Weights that floats cannot add, calendars without a day, and laws that run out of floats: refused, or drawn as asked."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pytest

from synth.errors import OptionError, SpecError
from synth.plan.make import make
from synth.spec.fanout_models import Fanout, NegativeBinomial
from synth.spec.kinds.fanout import fanout_law
from synth.spec.load import parse
from tests.support.drawn import column

LAWS = {
    "{choice: {a: 1.0e-320, b: 1.0e-310}}": "choice: the weights are too small to be told apart; 1e-100 together are the least",
    "{choice: {a: 1.0e+307, b: 1.0e+307}}": "choice: the weights are too large to be added; 1e+100 together are the most",
    "{lognormal: {median: 9, sigma: 1, endings: {'.99': 1.0e+308, '.00': 1.0e+308}}, type: 'decimal(9,2)'}":
        "lognormal: the shares of the endings are too large to be added",
    "{sentence: {patterns: {x: 1.0e+308, y: 1.0e+308}}}": "sentence: the weights are too large to be added",
    "{arrival: {weekdays: [1.0e+308, 1, 1, 1, 1, 1, 1]}}": "arrival: the numbers of weekdays are too large to be added",
    "{arrival: {season: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1.0e-200]}}": "arrival: the numbers of season are too small",
    "{arrival: {trend: 1.0e+300}}": "arrival.trend: should be less than or equal to 1e+06, got 1e+300",
    "{arrival: {dispersion: 1000}}": "arrival.dispersion: variance / mean of daily counts is 5 at most with 5 rows in the period",
    "{arrival: {dispersion: 40}}": None,
    "{arrival: {dispersion: 101, since: 2023-01-01, before_start: 0.5}}": "is 2 at most with 2 rows in the period",
    "{arrival: {season: [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], since: 2023-12-20, before_start: 0.5}}": None,
    "{arrival: {season: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0], since: 2023-12-20, before_start: 0.5}}":
        "arrival.season: rows are to come before the period, and no day there has a weight",
}  # fmt: skip


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.filterwarnings("error")
def test_weights_that_cannot_be_honoured_are_refused(law):
    if LAWS[law] is None:
        column(law, 5)
        return
    with pytest.raises(SpecError, match=re.escape(LAWS[law])):
        column(law, 5)


SHORT = """
dataset: d
period: {start: 2025-01-01, until: 2025-04-01}
tables:
  a: {rows: 300, columns: {id: {key: sequence}, at: {arrival: LAW}}}
"""


def test_a_period_without_a_day_that_has_a_weight_is_refused():
    """Rows came evenly on days that nobody asked for."""
    spring = "{season: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]}"
    with pytest.raises(SpecError, match=r"at\.arrival\.season: rows are to come in it, and no day there has a weight"):
        make(parse(SHORT.replace("LAW", spring)))
    make(parse(SHORT.replace("LAW", "{season: [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]}")))


@pytest.mark.filterwarnings("error")
def test_a_trend_that_fills_the_days_ahead_is_told_before_they_are_counted():
    text = SHORT.replace("LAW", "{trend: 1000}")
    make(parse(text))
    for year in (2030, 2150):
        with pytest.raises(OptionError, match="until is too far ahead: as its trend goes on, a has more rows by then"):
            make(parse(text), until=dt.date(year, 1, 1))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "law",
    [
        Fanout(max=1000, mean=999.5, poisson=True),
        Fanout(max=1000, mean=998, negative_binomial=NegativeBinomial(r=1e17)),
        Fanout(max=100, mean=3, negative_binomial=NegativeBinomial(r=1e17)),
    ],
)
def test_fan_outs_near_their_ends_have_the_mean_that_is_asked(law):
    chances = np.diff(fanout_law(law, ()).cumulated, prepend=0.0)
    assert (chances * np.arange(law.max + 1)).sum() / chances.sum() == pytest.approx(law.mean)


def test_a_steady_negative_binomial_is_a_poisson():
    both = (
        fanout_law(Fanout(max=60, mean=3, poisson=True), ()),
        fanout_law(Fanout(max=60, mean=3, negative_binomial=NegativeBinomial(r=1e17)), ()),
    )
    first, second = (law.cumulated / law.cumulated[-1] for law in both)
    assert np.abs(first - second).max() < 1e-9


def test_shares_that_cannot_be_added_are_refused():
    text = "dataset: d\nperiod: {start: 2025-01-01, until: 2025-04-01}\ntables:\n  a: {rows: 9, columns: {id: {key: sequence}}}\n"
    text += "  b: {per: a, fanout: {max: 3, shares: {1: 1.0e+308, 2: 1.0e+308}}, columns: {a: {reference: a}}}"
    with pytest.raises(SpecError, match=r"b\.fanout: the shares are too large to be added"):
        parse(text)
