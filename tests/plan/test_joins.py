"""Tables that meet without an equality are refused where their rows come to too many, at the scale that is planned."""

from __future__ import annotations

import pytest

from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.kinds.existing import with_assumed_rows
from synth.spec.load import parse

SPEC = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  ra: {rows: 3000, columns: {a: {key: sequence}}}
  rb: {rows: 3000, columns: {b: {key: sequence}}}
  orders: {rows: 1000, columns: {id: {key: sequence}, n: {uniform: {min: 1, max: 9}, type: integer}}}
  d:
    primary_key: [id]
    select: "SELECT orders.id AS id, COUNT(*) AS m FROM orders HOW GROUP BY orders.id"
    columns: {id: {type: bigint}, m: {type: bigint}}
"""


def planned(how: str, scale: float = 1) -> None:
    make(parse(SPEC.replace("HOW", how), "shop.yaml"), scale=scale)


@pytest.mark.parametrize(
    "how",
    [
        "CROSS JOIN ra CROSS JOIN rb", ", ra, rb", "JOIN ra ON ra.a > orders.n JOIN rb ON rb.b > ra.a",
        "JOIN (SELECT ra.a FROM ra CROSS JOIN rb CROSS JOIN ra AS rc) x ON x.a = orders.n", "CROSS JOIN ra JOIN rb ON rb.b = rb.b",
    ],
)  # fmt: skip
def test_too_many_are_refused(how):
    with pytest.raises(SpecError, match=r"tables\.d\.select: .* meet without an equality: [\d,]* rows at once"):
        planned(how)


@pytest.mark.parametrize(
    "how",
    [
        "JOIN ra ON ra.a = orders.n JOIN rb ON rb.b = ra.a", "JOIN ra ON a = n", ", ra, rb WHERE ra.a = orders.n AND rb.b = n",
        "CROSS JOIN ra", "JOIN ra ON ra.a >= orders.n", "CROSS JOIN (SELECT MAX(a) AS a FROM ra) x CROSS JOIN rb",
        "CROSS JOIN (SELECT a FROM ra LIMIT 5) x CROSS JOIN rb",
    ],
)  # fmt: skip
def test_few_and_equal_ones_are_planned(how):
    planned(how)


def test_it_is_the_rows_at_this_scale_that_count():
    planned("CROSS JOIN ra")
    with pytest.raises(SpecError, match="meet without an equality: 300,000,000 rows"):
        planned("CROSS JOIN ra", scale=10)


def test_rows_that_have_not_been_read_are_not_counted():
    """They may be few, and so may be what follows from them: it is told when they are known."""
    of_theirs = SPEC.replace("ra: {rows: 3000, columns", "ra: {existing: {}, primary_key: [a], columns")
    of_theirs = of_theirs.replace("{a: {key: sequence}}", "{a: {type: bigint}}").replace("HOW", "CROSS JOIN ra")
    make(with_assumed_rows(parse(of_theirs, "shop.yaml")))
