"""What was learnt becomes words that draw it again: few rows are dealt out, rows are born with parents that have as many."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth.api import frame
from synth.importing.drafting.make import draft
from synth.importing.found import Found
from synth.importing.write import spelt
from synth.plan.make import make
from synth.spec.load import parse
from tests.support.learning import learnt_of, table

DAY = 86_400_000_000
PRODUCTS = 120


def moments(us):
    return pl.Series(np.asarray(us, dtype=np.int64)).cast(pl.Datetime("us"))


def source(seed: int):
    """A catalogue of few rows, orders, their bills, and lists that hardly anybody refers to."""
    chance = np.random.default_rng(seed)
    size = chance.integers(1, 40, PRODUCTS)
    weights = (np.arange(PRODUCTS) + 4.0) ** -1.3
    ordered = np.sort(19_700 * DAY + chance.integers(0, 600 * DAY, 3_000))
    billed = ordered + np.where(chance.random(3_000) < 0.5, 60, 40_000) * 1_000_000
    rows = {
        "kinds": pl.DataFrame({"id": range(6)}),
        "products": pl.DataFrame({
            "id": range(PRODUCTS), "size": size,
            "price": np.exp(3 + chance.standard_normal(PRODUCTS)).round(2),
            "colour": chance.permutation(["red"] * 60 + ["green"] * 36 + ["blue"] * 24),
            "added_on": (19_000 + chance.integers(0, 500, PRODUCTS)).astype("datetime64[D]"),
        }),
        "orders": pl.DataFrame({
            "id": range(3_000), "product_id": chance.choice(PRODUCTS, 3_000, p=weights / weights.sum()), "kind_id": [4] * 3_000,
            "ordered_at": moments(ordered), "code": [f"ORD-{i:06}" for i in range(3_000)],
        }),
        "bills": pl.DataFrame({"id": range(3_000), "order_id": range(3_000), "billed_at": moments(billed)}),
    }  # fmt: skip
    tables = (
        table("kinds", {"id": "bigint"}),
        table("products", {"id": "bigint", "size": "integer", "price": "decimal(12,2)", "colour": "varchar(9)", "added_on": "date"}),
        table("orders", {"id": "bigint", "product_id": "bigint", "kind_id": "bigint", "ordered_at": "timestamp", "code": "varchar(12)"},
              product_id="products", kind_id="kinds"),
        table("bills", {"id": "bigint", "order_id": "bigint", "billed_at": "timestamp"}, order_id="orders"),
    )  # fmt: skip
    found = Found(tables, name="shop")
    return rows, draft(found, "shop", learnt_of(rows, *tables))


@settings(max_examples=2, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(0, 1_000))
def test_few_rows_come_back_as_they_were(seed):
    rows, made = source(seed)
    plan = make(parse(spelt(made, "here")), seed=seed + 1)
    products, orders = frame(plan, "products"), frame(plan, "orders")
    before = rows["products"]
    for colour in ("red", "green", "blue"):
        shares = [(each["colour"] == colour).mean() for each in (before, products)]
        assert abs(shares[0] - shares[1]) <= 0.02
    tops = [
        each["product_id"].value_counts()["count"].sort(descending=True)[:24].sum() for each in (rows["orders"], orders)
    ]
    assert tops[1] == pytest.approx(tops[0], rel=0.1)
    days = [each["added_on"].cast(pl.Int32).sort() for each in (before, products)]
    assert all(abs(days[0][at] - days[1][at]) <= 40 for at in (12, 30, 60, 90, 108))
    assert orders["kind_id"].n_unique() == 1


def test_words_say_what_was_learnt():
    _, made = source(7)
    products, orders, bills = (made.tables[name] for name in ("products", "orders", "bills"))
    assert products.columns["colour"].words["even"] is True and "even" not in orders.columns["code"].words
    weights = orders.columns["product_id"].words["reference"]["weights"]
    assert (
        products.columns[weights].words["even"] and sum(products.columns[weights].words["choice"].values()) == PRODUCTS
    )
    assert orders.columns["code"].words["pattern"] == "ORD-######"
    assert bills.kind == {"per": "orders", "fanout": {"count": 1}}
    assert "_billed_at_wait" in bills.columns  # two lengths, which no law has
    assert made.start <= dt.date(2023, 12, 31) < made.until


def test_rare_values_have_others_in_their_place():
    rows = pl.DataFrame({"id": range(200), "sort": ["a"] * 120 + ["b"] * 60 + ["c"] * 10 + ["d"] * 10})
    tables = (table("t", {"id": "bigint", "sort": "varchar(9)"}),)
    made = draft(Found(tables, name="x"), "x", learnt_of({"t": rows}, *tables))
    shares = {"a": 0.6, "b": 0.3, "Other 1": 0.05, "Other 2": 0.05}
    assert made.tables["t"].columns["sort"].words["choice"] == pytest.approx(shares, abs=0.0001)
