"""Numbers follow the distributions that are asked for: against the formulas of textbooks, whole, cut, and by a column."""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal
from functools import partial

import pytest

from tests.support.drawn import column, table
from tests.support.laws import BELOW, WEIGHT, chi_square, cut, kolmogorov

KOLMOGOROV, CHI = 1.95, 3.1  # exceeded once in a thousand datasets


def law(name: str, fields: dict, more: str = "") -> str:
    return f"{{{name}: {{{', '.join(f'{key}: {value}' for key, value in fields.items())}}}{more}}}"


CONTINUOUS = [
    ("exponential", {"mean": 3}),
    ("weibull", {"shape": 0.7, "scale": 5}),
    ("weibull", {"shape": 3, "scale": 5}),
    ("pareto", {"shape": 1.3, "scale": 20}),
    ("normal", {"mean": -2, "sd": 4}),
    ("lognormal", {"median": 7, "sigma": 0.8}),
    ("triangular", {"min": -1, "mode": 0.5, "max": 6}),
    ("gamma", {"shape": 3, "mean": 5}),
    ("gamma", {"shape": 0.5, "mean": 5}),
    ("beta", {"alpha": 2, "beta": 5}),
    ("beta", {"alpha": 0.5, "beta": 0.5}),
    ("beta", {"alpha": 30, "beta": 4, "low": -10, "high": 40}),
]  # fmt: skip

CUTS = [  # in the middle, in both tails, and on one side
    ("exponential", {"mean": 3}, 1, 5),
    ("exponential", {"mean": 3}, 90, 95),
    ("exponential", {"mean": 3}, None, 0.01),
    ("weibull", {"shape": 2, "scale": 5}, 20, None),
    ("pareto", {"shape": 2, "scale": 1}, 1e6, 3e6),
    ("normal", {"mean": -2, "sd": 4}, -9, -3),
    ("lognormal", {"median": 7, "sigma": 0.8}, 3, 20),
    ("gamma", {"shape": 3, "mean": 5}, 2, 7),
    ("gamma", {"shape": 0.5, "mean": 5}, None, 0.2),
    ("gamma", {"shape": 3, "mean": 5}, 20, None),
    ("gamma", {"shape": 3, "mean": 5}, 0.01, 0.02),
    ("beta", {"alpha": 2, "beta": 5}, 0.2, 0.4),
    ("beta", {"alpha": 2, "beta": 5}, 0.9, None),
    ("beta", {"alpha": 0.5, "beta": 0.5}, None, 0.0001),
]


@pytest.mark.parametrize(("name", "fields"), CONTINUOUS)
def test_numbers_follow_their_formula(name, fields):
    values = column(law(name, fields))
    assert kolmogorov(values, partial(BELOW[name], **fields)) < KOLMOGOROV


@pytest.mark.parametrize(("name", "fields", "low", "high"), CUTS)
def test_numbers_that_are_cut_keep_their_proportions(name, fields, low, high):
    ends = {word: end for word, end in (("min", low), ("max", high)) if end is not None}
    values = column(law(name, {**fields, **ends}))
    below = partial(BELOW[name], **fields)
    first = fields.get("scale", 0) if name == "pareto" else 0
    least, most = low if low is not None else first, high if high is not None else 1 if name == "beta" else math.inf
    assert least <= min(values) and max(values) <= most and len(set(values)) > 19_000
    if high is None:
        most = max(values) * 1.5 if name != "beta" else 1
    if 1 - below(least) > 1e-6 or name == "beta":
        assert kolmogorov(values, cut(below, least, most)) < KOLMOGOROV
        return
    # in the right tail what is above is a formula without the 1
    above = {"exponential": lambda x: math.exp(-(x - least) / 3), "weibull": lambda x: math.exp((least / 5) ** 2 - (x / 5) ** 2),
             "pareto": lambda x: (x / least) ** -2}[name]  # fmt: skip
    lost = above(high) if high is not None else 0.0
    assert kolmogorov(values, lambda x: (1 - above(x)) / (1 - lost)) < KOLMOGOROV


COUNTS = [
    ("poisson", {"mean": 0.3}, 0, None),
    ("poisson", {"mean": 7.5}, 0, None),
    ("poisson", {"mean": 7.5}, 3, 9),
    ("poisson", {"mean": 2}, 30, None),
    ("binomial", {"n": 12, "p": 0.3}, 0, None),
    ("binomial", {"n": 12, "p": 0.95}, 2, 11),
    ("binomial", {"n": 12, "p": 0.01}, 9, None),
    ("negative_binomial", {"mean": 4, "r": 0.5}, 0, None),
    ("negative_binomial", {"mean": 4, "r": 5}, 2, 7),
    ("geometric", {"p": 0.2}, 1, None),
    ("geometric", {"p": 0.2}, 4, 6),
    ("geometric", {"p": 0.9}, 20, None),
]


@pytest.mark.parametrize(("name", "fields", "low", "high"), COUNTS)
@pytest.mark.parametrize("kind", ["bigint", "double"])
def test_counts_follow_their_weights(name, fields, low, high, kind):
    ends = {word: end for word, end in (("min", low), ("max", high)) if end}
    values = column(law(name, {**fields, **ends}, f", type: {kind}"))
    last = high if high is not None else fields.get("n", 120)
    weights = {k: WEIGHT[name](k, **fields) for k in range(low, last + 1)}
    assert all(value == int(value) for value in values)
    assert chi_square(Counter(int(value) for value in values), weights) < CHI


def test_counts_of_large_means():
    values = column("{poisson: {mean: 1000000}}")
    below = partial(BELOW["normal"], mean=1e6 - 0.5, sd=1e3)
    assert kolmogorov(values, below) < KOLMOGOROV


@pytest.mark.parametrize(
    ("law", "below"),
    [
        ("exponential: {mean: _m}", lambda x, m: BELOW["exponential"](x, m)),
        ("weibull: {shape: 2, scale: _m}", lambda x, m: BELOW["weibull"](x, 2, m)),
        ("pareto: {shape: 2, scale: _m}", lambda x, m: BELOW["pareto"](x, 2, m)),
        ("gamma: {shape: 3, mean: _m}", lambda x, m: BELOW["gamma"](x, 3, m)),
        ("lognormal: {median: _m, sigma: 0.5}", lambda x, m: BELOW["lognormal"](x, m, 0.5)),
    ],
)
def test_scales_of_a_column(law, below):
    """In each row by its own: the share below a number, of all rows, is even."""
    rows = columns_of(law, "{uniform: {min: 2.00, max: 50.00}, type: 'decimal(12,2)'}")
    assert kolmogorov([below(x, float(m)) for m, x in rows], lambda share: share) < KOLMOGOROV


def test_means_of_counts_of_a_column():
    rows = columns_of("poisson: {mean: _m}", "{choice: {0: 1, 0.5: 2, 3: 2}, type: 'decimal(3,1)'}")
    for mean in (Decimal("0.5"), Decimal(3)):
        counts = Counter(x for m, x in rows if m == mean)
        assert chi_square(counts, {k: WEIGHT["poisson"](k, float(mean)) for k in range(40)}) < CHI
    assert {x for m, x in rows if m == 0} == {0}


def columns_of(law: str, scales: str) -> list:
    """(scale, number) of each row."""
    columns = f"      id: {{key: sequence}}\n      _m: {scales}\n      m: {{expr: _m}}\n      x: {{{law}}}"
    return list(table(columns, 20_000).select("m", "x").iter_rows())


# -- as they were found, and mixed


def test_histograms_and_gaps():
    values = column("{empirical: {edges: [-5, 0, 10, 30], shares: [2, 0, 6]}}")
    assert sum(x < 0 for x in values) == pytest.approx(5000, abs=300) and not [x for x in values if 0 < x < 10]
    assert kolmogorov(values, lambda x: 0.25 * (x + 5) / 5 if x < 0 else 0.25 + 0.75 * (x - 10) / 20) < KOLMOGOROV
    inner = column("{empirical: {edges: [-5, 0, 10, 30], shares: [2, 0, 6], min: -1, max: 15}}")
    whole = 0.05 + 0.1875
    assert kolmogorov(inner, lambda x: (0.05 * (x + 1) if x < 0 else 0.05 + 0.0375 * (x - 10)) / whole) < KOLMOGOROV


def test_quantiles():
    knots = [(0, 0), (0.3, 0), (0.5, 4), (0.9, 50), (1, 1000)]
    values = column(f"{{empirical: {{quantiles: {{{', '.join(f'{p}: {x}' for p, x in knots)}}}}}}}")
    assert values.count(0) == pytest.approx(6000, abs=330)
    for share, number in knots[1:-1]:
        assert sum(x <= number for x in values) / 20_000 == pytest.approx(share, abs=0.012)
    assert max(values) <= 1000 and kolmogorov([x for x in values if 4 < x <= 50], lambda x: (x - 4) / 46) < KOLMOGOROV
    cut_values = column("{empirical: {quantiles: {0: 0, 0.3: 0, 0.5: 4, 1: 9}, max: 2}}")
    assert cut_values.count(0) / 20_000 == pytest.approx(0.75, abs=0.016)


def test_mixtures_are_their_parts():
    values = column(
        "{mixture: [{share: 6, constant: -1}, {share: 3, exponential: {mean: 2}}, {share: 1, uniform: {min: 50, max: 60}}]}"
    )
    assert values.count(-1) == pytest.approx(12_000, abs=5 * 70)
    few, many = [x for x in values if 0 <= x < 50], [x for x in values if x >= 50]
    assert len(few) == pytest.approx(6000, abs=5 * 65) and len(many) == pytest.approx(2000, abs=5 * 43)
    assert kolmogorov(few, partial(BELOW["exponential"], mean=2)) < KOLMOGOROV
    assert chi_square(Counter(int(x) for x in many if x < 60), dict.fromkeys(range(50, 60), 1.0)) < CHI
    near = sum(a == -1 and b == -1 for a, b in zip(values, values[1:], strict=False))
    assert near == pytest.approx(20_000 * 0.36, abs=5 * 80), "which part a row is of says nothing of the next row's"


# -- rounding


@pytest.mark.parametrize(
    ("law", "step"),
    [
        ("{normal: {mean: 3, sd: 0.2, step: 0.05, min: 2.8, max: 3.1}}", "0.05"),
        ("{normal: {mean: 3, sd: 0.2, step: 0.05, min: 2.8, max: 3.1}, type: 'decimal(5,2)'}", "0.05"),
        ("{normal: {mean: 3, sd: 0.2, min: 2.8, max: 3.1}, type: 'decimal(5,2)'}", "0.01"),
        ("{normal: {mean: 3, sd: 0.2, min: 2.76, max: 3.14}, type: 'decimal(5,1)'}", "0.1"),
        ("{normal: {mean: 300, sd: 20, min: 276, max: 314, step: 25}, type: integer}", "25"),
    ],
)
def test_rounding_keeps_the_shares_and_the_ends(law, step):
    """A multiple of the step gets what lies nearer to it than to others, cut at the ends; none comes that lies outside."""
    low, high = (float(law.split(f"{word}: ")[1].split(",")[0].split("}")[0]) for word in ("min", "max"))
    mean, sd = (300, 20) if step == "25" else (3, 0.2)
    values = [Decimal(str(value)) for value in column(law)]
    pitch = Decimal(step)
    assert all(value % pitch == 0 for value in values), "written out they are whole multiples"
    assert low <= min(values) and max(values) <= high
    first, last = math.ceil(Decimal(str(low)) / pitch), math.floor(Decimal(str(high)) / pitch)
    below = partial(BELOW["normal"], mean=mean, sd=sd)
    half = float(pitch) / 2
    weights = {
        k: below(min(high, k * float(pitch) + half)) - below(max(low, k * float(pitch) - half))
        for k in range(first, last + 1)
    }
    assert chi_square(Counter(int(value / pitch) for value in values), weights) < CHI
