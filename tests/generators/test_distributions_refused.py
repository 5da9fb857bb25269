"""Distributions that cannot be honoured are refused, each with its place and what is wrong."""

from __future__ import annotations

import pytest

from synth.errors import DataError, SpecError
from tests.support.drawn import column

E = "edges: [0, 1, 5]"
REFUSED = [
    # parameters
    ("{exponential: {mean: 0}}", "x.exponential.mean: should be greater than 0"),
    ("{weibull: {shape: -1}}", "x.weibull.shape: should be greater than 0"),
    ("{beta: {alpha: 2, beta: 3, low: 5, high: 5}}", "x.beta: `low` must be below `high`"),
    ("{triangular: {min: 1, mode: 9, max: 5}}", "x.triangular: `mode` lies between `min` and `max`"),
    ("{triangular: {min: 5, mode: 5, max: 5}}", "x.triangular: `min` must be below `max`"),
    ("{binomial: {n: 0, p: 0.5}}", "x.binomial.n: should be greater than or equal to 1"),
    ("{binomial: {n: 9, p: 1}}", "x.binomial.p: should be less than 1"),
    ("{geometric: {p: 0}}", "x.geometric.p: should be greater than or equal to 1e-12"),
    ("{poisson: {mean: 3, min: 2.5}}", "x.poisson.min: should be a whole number, got 2.5"),
    ("{poisson: {mean: 3, min: -1}}", "x.poisson.min: should be greater than or equal to 0"),
    ("{poisson: {mean: 1.0e+14}}", "x.poisson: more than 4,194,304 counts are likely; round numbers of a gamma or normal"),
    ("{negative_binomial: {mean: 100000, r: 0.01}}", "more than 4,194,304 counts are likely"),
    ("{poisson: {mean: 3, step: 2}}", "x.poisson.step: unknown word 'step'"),
    ("{lognormal: {median: 5, sigma: 1, step: 0.05, endings: {'.99': 1}}}", "one of them is expected"),
    # what is cut away
    ("{exponential: {mean: 1, min: 50}}", "no numbers lie between `min` and `max`: they lie between 0 and 41.4465"),
    ("{weibull: {shape: 2, max: -1}}", "no numbers lie between `min` and `max`: they lie between 0 and 6.43"),
    ("{pareto: {shape: 2, scale: 10, max: 5}}", "no numbers lie between `min` and `max`: they lie between 10 and 1e+10"),
    ("{gamma: {shape: 2, min: 300}}", "no numbers lie between `min` and `max`: they lie between 0 and 25"),
    ("{beta: {alpha: 2, beta: 3, min: 1.5}}", "no numbers lie between `min` and `max`: they lie between 0 and 1"),
    ("{binomial: {n: 5, p: 0.5, min: 9}}", "no counts lie between `min` and `max`: they lie between 0 and 5"),
    ("{geometric: {p: 0.5, max: 0}}", "no counts lie between `min` and `max`: they lie between 1 and inf"),
    (f"{{empirical: {{{E}, shares: [1, 1], min: 7}}}}", "no numbers lie between `min` and `max`: they lie between 0 and 5"),
    (f"{{empirical: {{{E}, shares: [1, 0], min: 2}}}}", "no numbers lie between `min` and `max`: the shares there are 0"),
    ("{exponential: {mean: _m, min: 1}}", "x.exponential: `min` and `max` go with one mean for all rows"),
    ("{poisson: {mean: _m, max: 9}}", "x.poisson: `min` and `max` go with one mean for all rows"),
    # what no type, or step, has
    ("{normal: {mean: 2, sd: 1, min: 2.2, max: 2.4}, type: integer}", "x.type: no integer lies between 2.2 and 2.4"),
    ("{normal: {mean: 2, sd: 1, step: 0.05}, type: 'decimal(5,1)'}", "x.type: multiples of 0.05 are not all decimal(5,1)"),
    ("{beta: {alpha: 2, beta: 3, min: 0.51, max: 0.54, step: 0.05}}", "no multiple of 0.05 lies between 0.51 and 0.54"),
    ("{uniform: {min: 1, max: 9, step: 2.5}, type: integer}", "x.type: multiples of 2.5 are not all integer"),
    ("{uniform: {min: 1, max: 9, step: 10}}", "x.uniform: no multiple of 10 lies between 1 and 9"),
    ("{uniform: {min: 2025-01-01, max: 2025-02-01, step: 7}}", "x.uniform: `step` goes with numbers, not with dates"),
    ("{poisson: {mean: 3}, type: date}", "x.type: numbers cannot be date"),
    ("{poisson: {mean: 40000}, type: smallint}", "values may be as high as 41,"),
    ("{pareto: {shape: 0.01}}", "a value may be drawn that no double can hold"),
    ("{constant: abc, type: varchar(2)}", "x.type: a value is longer than varchar(2)"),
    ("{constant: 1.5, type: integer}", "1.5 does not fit integer"),
    ("{constant: 2025-01-01 12:00:00}", "a timestamp is written as {uniform: {min: …, max: …}}"),
    ("{constant: [1]}", "x.constant: [1] is no value a column can hold"),
    ("{constant: {}}", "x.constant.value: 'value' is missing"),
    # a column as a parameter
    ("{exponential: {mean: _t}}", "x.exponential.mean: '_t' is text, and a mean is a number"),
    ("{weibull: {shape: 2, scale: _n}}", "x.weibull.scale: '_n' may be below 0, and a scale is not"),
    ("{lognormal: {median: _n, sigma: 1}}", "x.lognormal.median: '_n' may be below 0, and a median is not"),
    ("{poisson: {mean: _none}}", "unknown column '_none'"),
    # as they were found
    ("{empirical: {}}", "x.empirical: `edges` and `shares` are expected, or `quantiles`"),
    (f"{{empirical: {{{E}}}}}", "`edges` and `shares` are expected, or `quantiles`"),
    (f"{{empirical: {{{E}, shares: [1, 1], quantiles: {{0: 0, 1: 1}}}}}}", "`edges` and `shares` are expected, or `quantiles`"),
    (f"{{empirical: {{{E}, shares: [1]}}}}", "between 3 edges lie 2 stretches, and there are 1 shares"),
    (f"{{empirical: {{{E}, shares: [1, -1]}}}}", "a share is a number from 0 up, and -1 is not"),
    (f"{{empirical: {{{E}, shares: [0, 0]}}}}", "the shares are all 0"),
    (f"{{empirical: {{{E}, shares: [a, b]}}}}", "`edges` and `shares` are numbers, and 'a' is none"),
    ("{empirical: {edges: [0, 5, 1], shares: [1, 1]}}", "`edges` increase"),
    ("{empirical: {edges: [], shares: [], min: 3}}", "between 0 edges lie"),
    ("{empirical: {quantiles: {0.1: 0, 1: 5}}}", "`quantiles` begin with 0, below which nothing lies, and end with 1"),
    ("{empirical: {quantiles: {0: 0, 0.5: 7, 1: 5}}}", "`quantiles` never decrease"),
    ("{empirical: {quantiles: {0: 0, 1.5: 7}}}", "and end with 1"),
    # correlated
    ("{correlated: {to: _m, spearman: 1.1, poisson: {mean: 2}}}", "x.correlated.spearman: should be less than or equal to 1"),
    ("{correlated: {to: _m, spearman: 0.5}}", "x.correlated: one distribution is expected here"),
    ("{correlated: {to: _m, spearman: 0.5, normal: {mean: 2, sd: -1}}}", "x.correlated.normal.sd: should be greater than 0"),
    ("{correlated: {to: _m, spearman: 0.5, weigull: {}}}", "unknown distribution 'weigull'\n  hint: did you mean 'weibull'?"),
    ("{correlated: {to: _m, spearman: 0.5, poisson: {mean: _m}}}", "poisson of what is correlated: its parameters are numbers"),
    ("{correlated: {to: _none, spearman: 0.5, poisson: {mean: 2}}}", "unknown column '_none'"),
    ("{correlated: {to: _t, spearman: 0.5, poisson: {mean: 2}}}", "x.correlated.to: the distribution of '_t' is not known"),
    ("{correlated: {to: seen, spearman: 0.5, poisson: {mean: 2}}}", "x.correlated.to: the distribution of 'seen' is not known"),
    ("{correlated: {to: _day, spearman: 0.5, poisson: {mean: 2}}}", "x.correlated.to: the distribution of '_day' is not known"),
    ("{correlated: {to: _huge, spearman: 0.5, poisson: {mean: 2}}}", "_huge.pareto: a value may be drawn that no double can hold"),
    ("{correlated: {to: id, spearman: 0.5, poisson: {mean: 2}}}", "x.correlated.to: the distribution of 'id' is not known"),
    ("{correlated: {to: x, spearman: 0.5, poisson: {mean: 2}}}", "a cycle"),
    ("{correlated: {to: _m, spearman: 0.5, constant: a}}", "numbers cannot be text"),
    # mixed
    ("{mixture: []}", "x.mixture: must not be empty"),
    ("{mixture: [{share: 1, normaal: {}}]}", "x.mixture.0.normaal: unknown distribution 'normaal'\n  hint: did you mean 'normal'?"),
    ("{mixture: [{share: 1, normal: {mean: 1, sdd: 1}}]}", "x.mixture.0.normal.sdd: unknown word 'sdd'\n  hint: did you mean 'sd'?"),
    ("{mixture: [{share: 1, normal: {mean: 1, sd: 0}}]}", "x.mixture.0.normal.sd: should be greater than 0, got 0"),
    ("{mixture: [{share: 1, normal: {mean: 1, sd: 1, min: 20}}]}", "x.mixture.0.normal: the range lies more than 9 standard"),
    ("{mixture: [{normal: {mean: 1, sd: 1}}]}", "x.mixture.0.share: 'share' is missing"),
    ("{mixture: [{share: 0, constant: 1}]}", "x.mixture.0.share: should be greater than 0, got 0"),
    ("{mixture: [{share: 1}]}", "x.mixture.0: one distribution is expected here"),
    ("{mixture: [{share: 1, constant: 1, poisson: {mean: 2}}]}", "x.mixture.0.poisson: one distribution is expected here"),
    ("{mixture: [3]}", "x.mixture.0: should be a mapping, got 3"),
    ("{mixture: [{share: 1, poisson: {mean: _m}}]}", "x.mixture: poisson of a mixture: its parameters are numbers, not columns"),
    ("{mixture: [{share: 1, lognormal: {median: 5, sigma: 1, endings: {'.99': 1}}}]}", "lognormal of a mixture: it has no `endings`"),
    ("{mixture: [{share: 1, constant: a}]}", "numbers cannot be text"),
    ("{mixture: [{share: 1, uniform: {min: 2025-01-01, max: 2025-02-01}}, {share: 1, constant: 1}]}", "cannot be double"),
    ("{mixture: [{share: 1, constant: 1}, {share: 1, constant: 1.5}], type: integer}", "constant: 1.5 does not fit integer"),
]  # fmt: skip

ABOVE = "_m: {uniform: {min: 1, max: 3}}\n_n: {normal: {mean: 3, sd: 1}}\n_t: {choice: {a: 1}}\n_day: {uniform: {min: 2025-01-01, max: 2025-02-01}}\n_huge: {pareto: {shape: 0.01}}\nseen: {expr: _m + 1}"


@pytest.mark.parametrize(("law", "message"), REFUSED)
def test_what_cannot_be_drawn_is_refused(law, message):
    with pytest.raises(SpecError) as refused:
        column(law, 5, ABOVE)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "law", ["exponential: {mean: _less}", "poisson: {mean: _less}", "gamma: {shape: 2, mean: _less}"]
)
def test_scales_below_0_of_an_expression_are_told_while_drawing(law):
    with pytest.raises(DataError, match="'_less' is -9, and a mean is not below 0"):
        column(f"{{{law}}}", 500, "_m: {choice: {1: 1}}\n_less: {expr: _m - 10}\nm: {expr: _less}")


@pytest.mark.parametrize("law", ["exponential: {mean: _m}", "poisson: {mean: _m}", "gamma: {shape: 2, mean: _m}"])
def test_no_scale_no_number(law):
    """NULL in, NULL out, where it is declared; and no other row is moved by it."""
    above = "_m: {constant: 5, type: 'decimal(5,1)'MORE}\nm: {expr: _mNULL}"
    whole = column(f"{{{law}}}", 500, above.replace("MORE", "").replace("NULL", ""))
    some = column(
        f"{{{law}, nullable: true}}",
        500,
        above.replace("MORE", ", null_share: 0.5").replace("_mNULL", "_m, nullable: true"),
    )
    assert 150 < some.count(None) < 350
    if not law.startswith(("poisson", "gamma")):  # these take as many random numbers as they need
        assert all(x is None or x == y for x, y in zip(some, whole, strict=True))
    with pytest.raises(SpecError, match="NULL"):
        column(f"{{{law}}}", 500, "_m: {constant: 5, null_share: 0.5}\nm: {constant: 1}")
