"""Columns that are correlated: ranks as asked, each column as declared, and the other one as without it."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from tests.support.drawn import table
from tests.support.laws import BELOW, kolmogorov

ROWS = 20_000
OTHERS = {
    "lognormal": "{lognormal: {median: 35, sigma: 0.9}, type: 'decimal(12,2)'}",
    "normal": "{normal: {mean: 0, sd: 3, min: -2, max: 9}}",
    "gamma": "{gamma: {shape: 0.6, mean: 3}}",
    "uniform": "{uniform: {min: 1, max: 9_000}}",
    "mixture": "{mixture: [{share: 7, normal: {mean: 0, sd: 1}}, {share: 3, pareto: {shape: 2, scale: 5}}]}",
    "correlated": "{correlated: {to: z, spearman: -0.4, weibull: {shape: 2}}}",
}


def ranks(values) -> np.ndarray:
    """Ranks from 0 up; of equal values the mean one. (n,)"""
    _, which, counts = np.unique(np.asarray(values, dtype=float), return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts + 1) / 2)[which]


def spearman(a, b) -> float:
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def drawn(other: str, rho: float, law: str = "exponential: {mean: 3}", more: str = ""):
    columns = f"      id: {{key: sequence}}\n      z: {{normal: {{mean: 1, sd: 1}}}}\n      a: {other}"
    return table(f"{columns}\n      b: {{correlated: {{to: a, spearman: {rho}, {law}}}{more}}}", ROWS)


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("rho", [-0.9, 0, 0.3, 0.7])
def test_ranks_are_correlated_as_asked(name, rho):
    rows = drawn(OTHERS[name], rho)
    assert spearman(rows["a"], rows["b"]) == pytest.approx(rho, abs=4 * (1 - rho * rho) / math.sqrt(ROWS) + 0.003)
    assert kolmogorov(rows["b"].to_list(), partial(BELOW["exponential"], mean=3)) < 1.95
    assert rows["a"].equals(drawn(OTHERS[name], 0.1)["a"]), "the other column is as it was"


@pytest.mark.parametrize("rho", [1, -1])
def test_ranks_that_are_the_same(rho):
    rows = drawn(OTHERS["normal"], rho)
    assert spearman(rows["a"], rows["b"]) * rho > 0.9999


def test_counts_go_with_counts():
    """Equal values have no order: what is between them is lost, and nothing else."""
    rows = drawn("{poisson: {mean: 6}}", 0.8, "binomial: {n: 20, p: 0.4}")
    assert 0.74 < spearman(rows["a"], rows["b"]) < 0.81
    assert np.mean(rows["b"].to_numpy()) == pytest.approx(8, abs=0.08)


def test_cuts_and_steps_hold():
    rows = drawn(
        OTHERS["lognormal"], 0.7, "normal: {mean: 3, sd: 1, min: 1, max: 4, step: 0.5}", ", type: 'decimal(4,1)'"
    )
    assert set(map(float, rows["b"])) == {1, 1.5, 2, 2.5, 3, 3.5, 4}
    assert spearman(rows["a"], rows["b"]) == pytest.approx(0.7, abs=0.04)


def test_what_goes_with_null():
    rows = drawn("{normal: {mean: 1, sd: 1}, null_share: 0.5}", 0.9)
    alone, both = rows.filter(rows["a"].is_null()), rows.drop_nulls("a")
    assert kolmogorov(alone["b"].to_list(), partial(BELOW["exponential"], mean=3)) < 1.95
    assert spearman(both["a"], both["b"]) == pytest.approx(0.9, abs=0.02)
