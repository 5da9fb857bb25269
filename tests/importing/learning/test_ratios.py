"""Columns that are a share of others, and tables that look as if a query had made them."""

import numpy as np
import polars as pl
import pytest

from tests.support.learning import learnt_of, table

ROWS = 2_000
CHANCE = np.random.default_rng(11)


def learnt(**columns):
    frame = pl.DataFrame({"id": range(ROWS), **columns})
    kinds = {"id": "bigint", **dict.fromkeys(columns, "decimal(12,2)")}
    return learnt_of({"t": frame}, table("t", kinds)).tables["t"]


def test_a_cost_is_a_share_of_its_price_and_a_tax_of_two_multiplied():
    price, pieces = np.exp(3 + CHANCE.standard_normal(ROWS)).round(2) + 1, CHANCE.integers(1, 9, ROWS)
    cost = (price * CHANCE.uniform(0.45, 0.75, ROWS)).round(2)
    tax = (price * pieces * CHANCE.choice([0.07, 0.19], ROWS)).round(2)
    found = {each.column: each for each in learnt(price=price, pieces=pieces, cost=cost, tax=tax).ratios}
    assert found["cost"].of == ("price",) and found["tax"].of == ("price", "pieces")
    quantiles = found["cost"].quantiles
    assert min(quantiles) == 0 and max(quantiles) == 1 and quantiles[0.5] == pytest.approx(0.6, abs=0.02)
    assert 0.44 < quantiles[0] < quantiles[1] < 0.76


def test_what_goes_its_own_way_is_no_share():
    one, other = np.exp(CHANCE.standard_normal((2, ROWS)) + 3).round(2) + 1
    assert not learnt(one=one, other=other).ratios
    (half,) = learnt(one=one, other=np.where(CHANCE.random(ROWS) < 0.3, 0, one / 2).round(2)).ratios
    assert half.quantiles[0.25] == 0 and half.quantiles[0.5] == pytest.approx(0.5, abs=0.001)


def stock(sold):
    """A table of products, of what became of them, and of their stock."""
    moved = pl.DataFrame({
        "id": range(ROWS),
        "product_id": CHANCE.integers(0, 60, ROWS),
        "kind": CHANCE.choice(["in", "out"], ROWS),
        "quantity": CHANCE.integers(1, 50, ROWS),
    })  # fmt: skip
    out = moved.filter(pl.col("kind") == "out").group_by("product_id").agg(pl.col("quantity").sum())
    levels = pl.DataFrame({"product_id": range(60)}).join(out, on="product_id", how="left").fill_null(0)
    rows = {
        "products": pl.DataFrame({"id": range(60)}),
        "moves": moved,
        "levels": levels.with_columns(sold=pl.Series(sold(levels["quantity"].to_numpy()))).drop("quantity"),
    }
    kinds = {"id": "bigint", "product_id": "bigint", "kind": "varchar(9)", "quantity": "integer"}
    tables = (
        table("products", {"id": "bigint"}), table("moves", kinds, product_id="products"),
        table("levels", {"product_id": "bigint", "sold": "integer"}, key="product_id", product_id="products"),
    )  # fmt: skip
    return [note for note in learnt_of(rows, *tables).notes if "derived" in note.what]


def test_sums_of_other_tables_are_told():
    (note,) = stock(lambda sums: sums)
    assert note.where == "levels.sold" and "adds up quantity of moves of one kind by product_id" in note.what
    (nearly,) = stock(lambda sums: sums - CHANCE.integers(0, 5, 60))
    assert "nearly adds up" in nearly.what
    assert not stock(lambda sums: CHANCE.permutation(sums))


def test_rows_of_several_tables_together_are_told():
    shared = {"account": [1] * 30, "amount": [2] * 30, "day": [3] * 30}
    kinds = {"id": "bigint", "account": "integer", "amount": "integer", "day": "integer"}
    rows = {
        "bills": pl.DataFrame({"id": range(30), **shared}),
        "payments": pl.DataFrame({"id": range(20), **{name: values[:20] for name, values in shared.items()}}),
        "ledger": pl.DataFrame({"id": range(50), **{name: values[:1] * 50 for name, values in shared.items()}}),
    }
    notes = learnt_of(rows, *(table(name, kinds) for name in rows)).notes
    assert [note.where for note in notes if "as many rows as bills, payments together" in note.what] == ["ledger"]
