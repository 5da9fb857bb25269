"""Numbers of a known law are told as that law; what is none is told by quantiles."""

import numpy as np
import polars as pl
import pytest

from synth.dtypes import BIGINT, DOUBLE
from synth.generators import GENERATORS
from synth.importing.learning.laws import best_law
from synth.importing.learning.numbers import LEVELS
from tests.support.learning import learnt_of, table

ROWS = 20_000
LAWS = {
    "uniform": {"min": 10, "max": 90},
    "normal": {"mean": 50, "sd": 8},
    "lognormal": {"median": 35, "sigma": 0.9},
    "exponential": {"mean": 12},
    "gamma": {"shape": 3, "mean": 800},
    "weibull": {"shape": 2.5, "scale": 9},
    "pareto": {"shape": 2.5, "scale": 18000},
    "triangular": {"min": 2, "mode": 5, "max": 20},
    "beta": {"alpha": 2, "beta": 8},
    "poisson": {"mean": 6},
    "negative_binomial": {"mean": 6, "r": 0.8},
    "geometric": {"p": 0.3},
}
COUNTS = ("poisson", "negative_binomial", "geometric")
T = table("t", {"id": "bigint", "v": "double"})


def drawn(name: str, rows: int = ROWS) -> np.ndarray:
    """As many numbers of a law, evenly over its shares. (rows,)"""
    law = GENERATORS[name](**LAWS[name])
    return law.at_shares((np.arange(rows) + 0.5) / rows, BIGINT if name in COUNTS else DOUBLE).to_numpy().astype(float)


@pytest.mark.parametrize("name", LAWS)
def test_a_law_is_recognised(name):
    values = drawn(name)
    grid = np.quantile(values, LEVELS, method="inverted_cdf")
    found = best_law(grid, LEVELS, values.mean(), values.var(), 1.0 if name in COUNTS else 0.0, ROWS)
    assert found is not None and found.name == name
    for word, value in LAWS[name].items():
        width = LAWS[name].get("max", 0) - LAWS[name].get("min", 0)
        assert found.parameters[word] == pytest.approx(value, rel=0.06, abs=0.06 * width), word
    assert found.distance < 0.02


def test_two_hills_are_no_law():
    values = np.concatenate([drawn("normal"), drawn("normal") + 100])
    grid = np.quantile(values, LEVELS, method="inverted_cdf")
    assert best_law(grid, LEVELS, values.mean(), values.var(), 0.0, 2 * ROWS) is None
    assert best_law(np.full(256, 7.0), LEVELS, 7.0, 0.0, 0.0, ROWS) is None


@pytest.mark.parametrize("name", ["lognormal", "exponential", "pareto", "normal"])
def test_quantiles_are_within_a_hundredth_and_no_end_is_told(name):
    values = drawn(name, 2_000)
    numbers = learnt_of({"t": pl.DataFrame({"id": range(2_000), "v": values})}, T).tables["t"].columns["v"].numbers
    for share, number in numbers.quantiles.items():
        if 0 < share < 1:
            assert number == pytest.approx(np.quantile(values, share), rel=0.01, abs=0.01)
    assert values.min() < numbers.low <= numbers.high < values.max()
    assert numbers.low == numbers.quantiles[0] and numbers.high == numbers.quantiles[1]
    spec = GENERATORS["empirical"](quantiles=numbers.quantiles)  # as specs take them
    assert spec.support() == (numbers.low, numbers.high)


def numbers_of(values, kind: str = "double"):
    frame = pl.DataFrame({"id": range(len(values)), "v": values}, strict=False)
    if kind.startswith("decimal"):
        frame = frame.with_columns(pl.col("v").cast(pl.Decimal(12, 2)))
    return learnt_of({"t": frame}, table("t", {"id": "bigint", "v": kind})).tables["t"].columns["v"]


@pytest.mark.parametrize(
    ("step", "digits", "told"),
    [(100, 0, 100), (0.05, 2, 0.05), (0.5, 1, 0.5), (1, 0, None), (0.01, 2, None), (0.25, 2, 0.25)],
)
def test_steps_and_digits(step, digits, told):
    numbers = numbers_of([round((i * 7919 % 1009) * step, 2) for i in range(5_000)]).numbers
    assert (numbers.digits, numbers.step) == (digits, told)
    assert all(abs(each / step - round(each / step)) < 1e-6 for each in numbers.quantiles.values())


def test_endings_of_prices():
    ends = [".99"] * 6 + [".50"] * 3 + [".00"]
    numbers = numbers_of([float(f"{i * 37 % 500}{ends[i % 10]}") for i in range(4_000)], "decimal(12,2)").numbers
    assert numbers.endings == {".99": 0.6, ".50": 0.3, ".00": 0.1}
    assert numbers_of([i * 7919 % 50_000 / 100 for i in range(4_000)], "decimal(12,2)").numbers.endings is None


def test_two_endings_are_endings_and_ten_alike_are_none():
    told = numbers_of(
        [float(f"{i * 37 % 500}{'.99' if i % 4 else '.00'}") for i in range(4_000)], "decimal(12,2)"
    ).numbers
    assert told.endings == {".99": 0.75, ".00": 0.25}
    assert numbers_of([i * 7919 % 5_000 / 10 for i in range(4_000)]).numbers.endings is None


def test_prices_with_endings_keep_their_law():
    law = GENERATORS["lognormal"](median=20, sigma=0.8)
    values = np.floor(law.at_shares((np.arange(6_000) + 0.5) / 6_000, DOUBLE).to_numpy()) + np.tile(
        [0.95, 0.25, 0.65], 2_000
    )
    numbers = numbers_of(values.round(2), "decimal(12,2)").numbers
    assert numbers.endings == pytest.approx({".95": 1 / 3, ".25": 1 / 3, ".65": 1 / 3}, abs=1e-3)
    assert numbers.law.name == "lognormal"
    assert numbers.law.parameters == pytest.approx({"median": 20, "sigma": 0.8}, rel=0.03)


def test_a_heap_keeps_its_share():
    numbers = numbers_of([0.0] * 3_000 + [5 + i % 997 for i in range(2_000)]).numbers
    heap = [share for share, number in numbers.quantiles.items() if number == 0]
    assert max(heap) == pytest.approx(0.6, abs=0.005) and numbers.law is None
    after = min(share for share in numbers.quantiles if share > max(heap))
    assert after - max(heap) < 0.005 and numbers.quantiles[after] >= 5


def test_few_numbers_are_a_choice():
    found = numbers_of([[1, 2, 5][i % 3] for i in range(600)], "bigint")
    assert dict(found.weights.values) == pytest.approx({1: 1 / 3, 2: 1 / 3, 5: 1 / 3}, abs=1e-3)
    assert numbers_of([i % 200 for i in range(6_000)], "bigint").weights is None


def test_too_few_numbers_are_none():
    assert numbers_of([1.5 * i for i in range(30)]).numbers is None
