"""How many rows parents have by rank: nothing is lost, and no group has too few roots behind it."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from synth.importing.learning.ranks import _grouped
from tests.support.learning import learnt_of, table


@given(st.lists(st.integers(1, 300), min_size=1, max_size=60), st.integers(0, 20), st.integers(1, 40), st.booleans())
def test_groups_have_all_parents_and_enough_roots(counts, without, least, apart):
    rows = np.sort(np.array(counts, dtype=np.float64))[::-1]
    roots = np.ceil(rows / 3)
    groups = _grouped(rows, roots, len(rows) + without, least, apart=apart)
    behind = roots.sum() if apart else roots.max()
    assert bool(groups) == bool(behind >= least)
    if groups:
        assert sum(parents for parents, _ in groups) == len(rows) + without
        assert abs(sum(share for _, share in groups) - 1) < 0.001 * len(groups)
        first = 0
        for parents, share in groups:
            here = roots[first : first + parents]
            assert not share or (here.sum() if apart else here.max()) >= least
            first += parents


def test_one_of_few_parents_is_told_where_many_rows_stand_behind_it():
    rows = {
        "kinds": pl.DataFrame({"id": range(7)}),
        "entries": pl.DataFrame({"id": range(500), "kind_id": [3] * 500}),
    }
    kinds, entries = (
        table("kinds", {"id": "bigint"}),
        table("entries", {"id": "bigint", "kind_id": "bigint"}, kind_id="kinds"),
    )
    (found,) = learnt_of(rows, kinds, entries).tables["entries"].references
    assert found.ranks == ((1, 1.0), (6, 0.0))


def test_parents_that_are_roots_are_told_in_groups():
    chance = np.random.default_rng(5)
    people = pl.DataFrame({"id": range(200), "email": [f"p{i}@example.org" for i in range(200)]})
    orders = pl.DataFrame({"id": range(2_000), "customer_id": (200 * chance.random(2_000) ** 3).astype(int)})
    customers = table("customers", {"id": "bigint", "email": "varchar(50)"})
    tables = customers, table("orders", {"id": "bigint", "customer_id": "bigint"}, customer_id="customers")
    (found,) = learnt_of({"customers": people, "orders": orders}, *tables).tables["orders"].references
    assert len(found.ranks) > 2 and min(parents for parents, _ in found.ranks[:-1]) >= 20
