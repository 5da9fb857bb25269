"""What no format and no database holds is refused where it is drawn: NaN, infinity, and years out of reach."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

import synth
from synth.draw.values import require_values
from synth.errors import DataError
from synth.spec.load import parse
from synth.verifying.rehearse import rehearse

SHOP = """
dataset: shop
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  orders:
    rows: 50
    columns: {id: {key: sequence}, at: {arrival: {}}, n: {uniform: {min: 1, max: 900}, type: integer}, x: COLUMN}
MORE
"""
DERIVED = """  d:
    select: SELECT id AS k, {} AS v FROM orders
    primary_key: [k]
    columns: {{k: {{type: bigint}}, v: {{type: {}}}}}"""


def shop(column="{choice: {a: 1}}", more=""):
    return parse(SHOP.replace("COLUMN", column).replace("MORE", more))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("column", "more"),
    [
        ('{expr: "SQRT(n - 1000)", type: double}', ""), ('{expr: "LN(n - n)", type: double}', ""),
        ('{expr: "EXP(n * 1000)", type: double}', ""), ('{expr: "CAST(at AS DATE) + 999999999", type: date}', ""),
        ('{expr: "CAST(\'1e400\' AS DOUBLE)", type: double}', ""), ('{state: "LN(n - n)", type: double}', ""),
        ("{choice: {a: 1}}", DERIVED.format("LN(n - n)", "double")),
        ("{choice: {a: 1}}", DERIVED.format("CAST(at AS DATE) + 999999999", "date")),
    ],
)  # fmt: skip
def test_it_is_told_with_its_place_by_check_and_by_generate(column, more, tmp_path):
    dataset = shop(column, more)
    with pytest.raises(
        DataError, match=r"NaN or infinity comes out|outside the years 1 to 9999|too large|no (date|double)"
    ) as told:
        rehearse(dataset)
    assert told.value.problem is not None
    with pytest.raises(DataError):
        synth.generate(synth.make_plan(dataset), tmp_path)
    assert not list(tmp_path.iterdir())


def test_ends_and_nothing():
    day, moment = dt.date(9999, 12, 31), dt.datetime(1, 1, 1)
    require_values(
        [pl.Series([day, None]), pl.Series([moment, None]), pl.Series([1.5, None, -0.0]), pl.Series([], dtype=pl.Date)]
    )
    require_values([pl.Series([None, None], dtype=pl.Float64), pl.Series(["NaN"]), pl.Series([2**62])])
    for wrong in (pl.Series([np.nan]), pl.Series([1.0, -np.inf]), pl.Series([10**7]).cast(pl.Date)):
        with pytest.raises(DataError):
            require_values([wrong])
