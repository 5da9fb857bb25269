"""Decimals of 19 to 38 digits: written, drawn within their ends and in proportion, and only copied by SQL."""

from __future__ import annotations

from decimal import Context, Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth
from synth.databases import DIALECTS
from synth.ddl import ddl
from synth.dtypes import DType, decimal
from synth.errors import SpecError
from synth.generators.rounding import wide
from synth.literals import digits_of
from synth.spec.load import parse

EXACT = Context(prec=60)
SPEC = """
dataset: ledgers
period: {start: 2024-01-01, until: 2024-02-01}
tables:
  entries:
    rows: 4000
    columns:
      id: {key: sequence}
      scale: {uniform: {min: 1, max: 9}}
      x: COLUMN
"""


def drawn(column: str) -> list[Decimal]:
    return synth.frame(synth.make_plan(parse(SPEC.replace("COLUMN", column))), "entries")["x"].to_list()


@given(st.integers(19, 38), st.data())
@settings(deadline=None, max_examples=60, derandomize=True)
def test_units_there_and_back(precision, data):
    """Texts have all digits behind the point; what is written out is spelt as what is drawn."""
    dtype = decimal(precision, data.draw(st.integers(0, precision)))
    units = data.draw(st.lists(st.integers(1 - 10**precision, 10**precision - 1), min_size=1, max_size=5))
    texts = wide(pl.Series(units, dtype=pl.Int128), dtype).to_list()
    values = [Decimal(each).scaleb(-dtype.digits, EXACT) for each in units]
    assert texts == [f"{value:f}" for value in values] == [digits_of(text, dtype) for text in texts]
    assert pl.Series(texts).cast(dtype.written).cast(pl.String).to_list() == texts
    assert DType.parse(str(dtype)) == dtype and dtype.name == "wide"


@pytest.mark.parametrize(
    ("value", "said"),
    [("1e30", "does not fit"), ("0.0000001", "does not fit"), ("1e999999999", "is no decimal"), ("one", "is no decimal"), (True, "is no decimal"),
     ("NaN", "is no decimal"), ("Infinity", "is no decimal"), (None, "is no decimal"), (0.12345678901234567, "may have lost digits")],
)  # fmt: skip
def test_not_of_the_type(value, said):
    with pytest.raises(ValueError, match=said):
        digits_of(value, decimal(30, 6))


@pytest.mark.parametrize(
    ("column", "low", "high"),
    [
        ('{uniform: {min: -0.3, max: 0.7}, type: "decimal(38,38)"}', "-0.3", "0.7"),
        ('{uniform: {min: 5, max: 900_000_000_000_000_000_000_000}, type: "decimal(24,0)"}', "5", "9e23"),
        ('{normal: {mean: 0, sd: 1, min: -0.1, max: 0.1}, type: "decimal(25,20)"}', "-0.1", "0.1"),
        ('{beta: {alpha: 2, beta: 5}, type: "decimal(20,19)"}', "0", "1"),
        ('{triangular: {min: 0, mode: 1, max: 9, step: 0.25}, type: "decimal(30,6)"}', "0", "9"),
        ('{gamma: {shape: 2, mean: scale}, type: "decimal(30,20)"}', "0", "1e9"),
        ('{empirical: {edges: [0, 10, 50], shares: [3, 1]}, type: "decimal(22,4)"}', "0", "50"),
        ('{poisson: {mean: 3}, type: "decimal(20,0)"}', "0", "60"),
    ],
)
def test_numbers_within_their_ends(column, low, high):
    values = drawn(column)
    assert Decimal(low) <= min(values) < max(values) <= Decimal(high)
    assert len(set(values)) > 10
    if "uniform" in column:
        shares = np.array([float((value - Decimal(low)) / (Decimal(high) - Decimal(low))) for value in values])
        assert np.abs(np.quantile(shares, (0.1, 0.5, 0.9)) - (0.1, 0.5, 0.9)).max() < 0.03
    if "step" in column:
        assert all(value % Decimal("0.25") == 0 for value in values)


def test_chosen():
    found = drawn('{choice: {"12345678901234567890.5": 1, "-0.25": 1}, type: "decimal(22,2)"}')
    assert set(found) == {Decimal("12345678901234567890.50"), Decimal("-0.25")}
    assert set(drawn('{constant: "1", type: "decimal(38,0)"}')) == {Decimal(1)}


@pytest.mark.parametrize(
    ("column", "said"),
    {
        '{uniform: {min: 0, max: 1}, type: "decimal(39,0)"}': "a decimal has 1 to 38 digits",
        '{uniform: {min: 0, max: 100}, type: "decimal(20,19)"}': "values may be",
        '{lognormal: {median: 1.0e+30, sigma: 1}, type: "decimal(20,0)"}': "values may be",
        '{choice: {"0.001": 1}, type: "decimal(20,2)"}': "does not fit",
        '{uniform: {min: 0, max: 1}, type: "decimal(20,2)", unique: true}': "which no key and no unique group can hold",
        '{mixture: [{share: 1, constant: 0}, {share: 1, poisson: {mean: 2}}], type: "decimal(20,2)"}': "cannot be decimal",
        '{expr: "scale * 2.0", type: "decimal(20,2)"}': "decimal",
        '{key: sequence, type: "decimal(20,0)"}': "a sequence needs an integer type",
    }.items(),
)
def test_refused(column, said):
    with pytest.raises(SpecError, match=said):
        synth.make_plan(parse(SPEC.replace("COLUMN", column)))


@pytest.mark.parametrize(
    "sql", ["x > 0", "x = scale", "COALESCE(x, x) = x", "ROUND(x, 1) > 1", "CAST(x AS TEXT) = 'a'"]
)
def test_checks_may_not_compare_them(sql):
    column = f'{{uniform: {{min: 0, max: 1}}, type: "decimal(20,2)", check: "{sql}"}}'
    with pytest.raises(SpecError, match=r"more than 18 digits|of decimal\(20,2\)|with decimal\(20,2\)"):
        str(ddl(parse(SPEC.replace("COLUMN", column)), DIALECTS["mysql"]))
