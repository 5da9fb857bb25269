"""The contract of all distributions of numbers, asked of each in the registry: what is declared moves what comes out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from synth.dtypes import DType
from synth.generators import GENERATORS
from synth.generators.named import PARTS
from synth.generators.numbers import Distribution, Number
from synth.streams import stream

DISTRIBUTIONS = {name: made for name, made in GENERATORS.items() if issubclass(made, Distribution)}
DOUBLE = DType.parse("double")
MIXED = [{"share": 1, "constant": 0}, {"share": 1, "normal": {"mean": 9, "sd": 1}}]


class Row:
    """What a distribution sees, and a column of another's."""

    seed, table, column, first_row = 1, "t", "c", 0

    def __init__(self, dtype=DOUBLE, rows=20_000):
        self.dtype, self.rows = dtype, rows

    def stream(self, sub=""):
        return stream(self.seed, self.table, self.column, 0, sub)


def drawn(name, fields, dtype=DOUBLE, rows=20_000):
    return GENERATORS[name].model_validate(fields).draw(Row(dtype, rows)).to_numpy()


def mean(values):
    return values.mean()


def spread(values):
    return values.std()


def skew(values):
    """How much more the top twentieth has than the middle, as a share of the middle."""
    return np.quantile(values, 0.95) / np.median(values)


def least(values):
    return values.min()


def most(values):
    return values.max()


def kinds(values):
    """Minus the number of different values."""
    return -len(np.unique(values))


def above_one(values):
    return (values > 1).mean()


N = {"mean": 4, "sd": 1}
T = {"min": 0, "mode": 2, "max": 10}
E = {"edges": [0, 1, 9], "shares": [1, 1]}
B = {"alpha": 2, "beta": 3}
ENDS = {"min": ({"min": 2}, {"min": 3}, least), "max": ({"max": 5}, {"max": 6}, most)}
STEP = {"step": ({"step": 0.1}, {"step": 0.5}, kinds)}

# generator -> what all have -> field -> less, more, and what grows from the one to the other
MOVES = {
    "beta": (
        B,
        {
            "alpha": ({"alpha": 2}, {"alpha": 4}, mean), "beta": ({"beta": 4}, {"beta": 2}, mean),
            "low": ({"low": -9}, {"low": -1}, least), "high": ({"high": 2}, {"high": 7}, most),
            "min": ({"min": 0.1}, {"min": 0.3}, least), "max": ({"max": 0.4}, {"max": 0.6}, most),
            "step": ({"step": 0.01}, {"step": 0.2}, kinds),
        },
    ),
    "binomial": ({"n": 10, "p": 0.4}, {"n": ({"n": 10}, {"n": 14}, mean), "p": ({"p": 0.2}, {"p": 0.3}, mean), **ENDS}),
    "constant": ({}, {"value": ({"value": 1}, {"value": 2}, mean)}),
    "empirical": (
        {},
        {
            "edges": ({**E, "edges": [0, 1, 5]}, E, mean), "shares": (E, {**E, "shares": [1, 3]}, mean),
            "quantiles": ({"quantiles": {0: 1, 0.5: 2, 1: 9}}, {"quantiles": {0: 1, 0.5: 4, 1: 9}}, mean),
            **{word: tuple(({**E, **each}) for each in pair) + (grows,) for word, (*pair, grows) in {**ENDS, **STEP}.items()},
        },
    ),
    "exponential": ({"mean": 3}, {"mean": ({"mean": 2}, {"mean": 3}, mean), **ENDS, **STEP}),
    "gamma": ({"shape": 2, "mean": 3}, {"shape": ({"shape": 4}, {"shape": 1}, skew), "mean": ({"mean": 2}, {"mean": 3}, mean), **ENDS, **STEP}),
    "geometric": ({"p": 0.2}, {"p": ({"p": 0.5}, {"p": 0.3}, mean), **ENDS}),
    "lognormal": (
        {"median": 4, "sigma": 0.5},
        {
            "median": ({"median": 3}, {"median": 4}, mean), "sigma": ({"sigma": 0.3}, {"sigma": 0.5}, skew), **ENDS, **STEP,
            "endings": ({"endings": {".10": 1}}, {"endings": {".90": 1}}, mean),
        },
    ),
    "mixture": ({}, {"parts": ({"parts": MIXED}, {"parts": [{**MIXED[0], "share": 0.5}, MIXED[1]]}, above_one)}),
    "negative_binomial": ({"mean": 4, "r": 2}, {"mean": ({"mean": 3}, {"mean": 4}, mean), "r": ({"r": 5}, {"r": 1}, spread), **ENDS}),
    "normal": (N, {"mean": ({"mean": 3}, {"mean": 4}, mean), "sd": ({"sd": 1}, {"sd": 2}, spread), **ENDS, **STEP}),
    "pareto": ({"shape": 3, "scale": 1.5}, {"shape": ({"shape": 4}, {"shape": 3}, skew), "scale": ({"scale": 1}, {"scale": 2}, least), **ENDS, **STEP}),
    "poisson": ({"mean": 4}, {"mean": ({"mean": 3}, {"mean": 4}, mean), **ENDS}),
    "triangular": (T, {"mode": ({"mode": 2}, {"mode": 8}, mean), "min": ({"min": 0}, {"min": 2}, least), "max": ({"max": 4}, {"max": 9}, most), **STEP}),
    "uniform": ({"min": 1.0, "max": 9.0}, {"min": ({"min": 1.0}, {"min": 3.0}, least), "max": ({"max": 5.0}, {"max": 9.0}, most), **STEP}),
    "weibull": ({"shape": 2, "scale": 4}, {"shape": ({"shape": 2}, {"shape": 1}, skew), "scale": ({"scale": 3}, {"scale": 4}, mean), **ENDS, **STEP}),
}  # fmt: skip


def test_all_their_parameters_are_moved():
    """Here, and by a column where they take one: `tests/realism/test_distributions.py`."""
    assert set(MOVES) == set(DISTRIBUTIONS), "give each distribution a line in MOVES"
    for name, (_, moves) in MOVES.items():
        assert set(moves) == set(GENERATORS[name].model_fields), f"MOVES: move each parameter of {name}"


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, (_, moves) in MOVES.items() for field in moves])
def test_a_parameter_moves_what_comes_out(name, field):
    base, moves = MOVES[name]
    less, more, grows = moves[field]
    dtype = DType.parse("decimal(12,2)") if field == "endings" else DOUBLE
    low, high = (grows(drawn(name, {**base, **each}, dtype)) for each in (less, more))
    assert high > low * 1.02 + (0.02 if low == 0 else 0) if low >= 0 else high > low * 0.9


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("dtype", ["double", "decimal(12,3)", "bigint"])
def test_what_is_said_of_them_holds(name, dtype):
    """Ends, spans, capacities and shares above, of each way in which MOVES declares it."""
    kind = DType.parse(dtype)
    base, moves = MOVES[name]
    for less, more, _ in moves.values():
        for fields in ({**base, **less}, {**base, **more}):
            made = GENERATORS[name].model_validate(fields)
            if made.accepts(kind) is not None:
                continue
            values = made.draw(Row(kind)).to_numpy()
            span, unit = made.span(None, kind), 10**kind.digits
            assert span.low - 1 <= values.min() and values.max() <= span.high + 1, fields
            assert made.lowest() - 0.5 / unit * kind.is_exact <= values.min() / unit, fields
            capacity = made.capacity(kind)
            assert capacity is None or len(np.unique(values)) <= capacity, fields
            for floor in (0, 2, 4):
                share = made.share_above(floor, kind)
                found = (values > floor * unit).mean()
                error = 0 if share is None else 5 * math.sqrt(share * (1 - share) / 20_000) + 1e-9
                assert share is None or abs(found - share) <= error, (fields, floor, share, found)


@pytest.mark.parametrize("name", MOVES)
def test_fewer_rows_are_the_first_of_more(name):
    """A block that is cut at `until` has the numbers of the whole one."""
    base, moves = MOVES[name]
    for less, _, _ in moves.values():
        fields = {**base, **less}
        dtype = DType.parse("decimal(12,2)") if "endings" in fields else DOUBLE
        assert (drawn(name, fields, dtype, 137) == drawn(name, fields, dtype, 5000)[:137]).all(), fields


@pytest.mark.parametrize("name", [name for name, made in DISTRIBUTIONS.items() if issubclass(made, Number)])
def test_the_inverse_goes_up_from_end_to_end(name):
    base, moves = MOVES[name]
    shares = np.concatenate(([0.0, 1e-300, 1e-18], np.linspace(0, 1, 10_001)[1:-1], [1 - 2**-53]))
    for less, more, _ in moves.values():
        for fields in ({**base, **less}, {**base, **more}):
            made = GENERATORS[name].model_validate(fields)
            values = made.at_shares(shares, DOUBLE).to_numpy()
            low, high = made.ends()
            assert (np.diff(values) >= 0).all() and low <= values[0] and values[-1] <= high, fields
            assert np.isfinite(values).all()


def test_all_are_parts_of_mixtures():
    assert PARTS == {name: made for name, made in DISTRIBUTIONS.items() if name != "mixture"}, "PARTS, in named.py"


@pytest.mark.parametrize("shape", [1e-3, 0.05, 1.0, 40.0, 1e4, 1e9])
def test_tables_of_any_shape(shape):
    """Means and spreads are those of the formulas, whether numbers lie all over or close together."""
    shares = (np.arange(100_000) + 0.5) / 100_000
    gamma = (
        GENERATORS["gamma"].model_validate({"shape": shape, "mean": 7, "min": 0}).at_shares(shares, DOUBLE).to_numpy()
    )
    beta = GENERATORS["beta"].model_validate({"alpha": shape, "beta": shape}).at_shares(shares, DOUBLE).to_numpy()
    assert beta.mean() == pytest.approx(0.5, rel=1e-3)
    assert beta.std() == pytest.approx(0.5 / math.sqrt(2 * shape + 1), rel=1e-2)
    if shape >= 0.05:  # of others hardly any number is above 0, and these are large
        assert gamma.mean() == pytest.approx(7, rel=1e-2) and gamma.std() == pytest.approx(
            7 / math.sqrt(shape), rel=3e-2
        )
