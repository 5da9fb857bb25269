"""References within a family: to earlier rows of the own table by weight, and to other rows of the parent's table."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

import synth
from synth.api import frame
from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.load import parse

HEAD = "dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n"
TREE = """
  t:
    rows: 25_000
    columns:
      id: {key: sequence}
      b: {choice: {true: 0.3, false: 0.7}, type: boolean}
      w: {gamma: {shape: 0.5}, type: "decimal(12,4)"}
      parent_id: {reference: {to: t, roots: 0.05, HOW}, nullable: true}
"""


def tree(how: str) -> pl.DataFrame:
    plan = make(parse(HEAD + TREE.replace("HOW", how)))
    drawn = frame(plan, "t").with_columns(parent=pl.col("parent_id") - 1)
    assert (drawn["parent_id"].drop_nulls() < drawn.filter(pl.col("parent_id").is_not_null())["id"]).all(), "no cycles"
    assert drawn["parent_id"][0] is None
    return drawn


def expected(weights: np.ndarray, drawn: pl.DataFrame) -> np.ndarray:
    """How many children each row should have: its share of what lies before each row that has a parent."""
    before = np.concatenate(([0.0], np.cumsum(weights)))[:-1]
    has = drawn["parent_id"].is_not_null().to_numpy()
    chances = np.where(has & (before > 0), 1 / np.where(before > 0, before, 1), 0.0)
    after = np.concatenate((np.cumsum(chances[::-1])[::-1][1:], [0.0]))
    return weights * after


@pytest.mark.parametrize("how", ["weights: w", "where: b", "weights: w, where: b"])
def test_children_follow_the_weights_of_earlier_rows(how):
    drawn = tree(how)
    weights = np.ones(drawn.height)
    if "weights" in how:
        weights = weights * drawn["w"].cast(pl.Float64).to_numpy()
    if "where" in how:
        weights = weights * drawn["b"].to_numpy()
    got = np.bincount(drawn["parent"].drop_nulls().to_numpy(), minlength=drawn.height)
    assert (got[weights == 0] == 0).all()
    wanted = expected(weights, drawn)
    for part in np.array_split(np.argsort(weights), 10):
        assert abs(got[part].sum() - wanted[part].sum()) <= 6 * wanted[part].sum() ** 0.5 + 6


def test_popular_rows_have_more_children():
    drawn = tree("popularity: {zipf_mandelbrot: {s: 1.1, q: 0.001}}")
    counts = np.sort(np.bincount(drawn["parent"].drop_nulls().to_numpy(), minlength=drawn.height))[::-1]
    even = np.sort(np.bincount(tree("").get_column("parent").drop_nulls().to_numpy(), minlength=drawn.height))[::-1]
    assert counts[:250].sum() > 3 * even[:250].sum()


@pytest.mark.parametrize("how", ["weights: w, where: b", "popularity: {zipf_mandelbrot: {s: 1.1, q: 0.1}}"])
def test_the_same_on_any_workers_and_as_rows_come(how, tmp_path):
    text = HEAD + TREE.replace("HOW", how).replace("{key: sequence}", "{key: sequence}\n      at: {arrival: {}}")
    made = [synth.generate(make(parse(text)), tmp_path / str(n), workers=n).manifest for n in (1, 2)]
    assert made[0].tables["t"].fingerprint == made[1].tables["t"].fingerprint
    early, late = (frame(make(parse(text), until=until), "t") for until in (dt.date(2024, 5, 1), dt.date(2025, 1, 1)))
    assert early.equals(late.head(early.height))


def test_the_first_row_has_no_parent():
    with pytest.raises(SpecError, match="the first row has no earlier row to refer to\n  hint: write `nullable: true`"):
        parse(HEAD + TREE.replace("HOW", "").replace(", nullable: true", "").replace("roots: 0.05, ", ""))


# -- a second reference to the parent's table

FOLLOWS = """
  users: {rows: 300, columns: {id: {key: sequence}USERS}}
  follows:
    per: users
    fanout: {min: 0, max: 60, mean: 8, negative_binomial: {r: 1}}
    primary_key: [follower_id, followee_id]
    checks: {not_self: follower_id <> followee_id}
    columns: {follower_id: {reference: users}, followee_id: {reference: users}}
"""


@pytest.mark.parametrize(
    ("users", "there"),
    [("", 300), (", joined: {arrival: {before_start: 0.3, since: 2023-06-01}}", 90)],
    ids=["roster", "arrival"],
)
def test_a_second_reference_is_a_choice_of_its_own(users, there):
    """Of all others, or where they arrive of those that were there before the period: these are the same at every `until`."""
    text = HEAD + FOLLOWS.replace("USERS", users)
    plan = make(parse(text))
    drawn = frame(plan, "follows")
    assert drawn.unique().height == drawn.height and (drawn["follower_id"] != drawn["followee_id"]).all()
    counts = drawn["followee_id"].value_counts()
    assert counts.height == there and counts["followee_id"].max() <= there
    assert counts["count"].max() < counts["count"].mean() + 6 * counts["count"].mean() ** 0.5, "all alike"
    early = frame(make(parse(text), until=dt.date(2024, 6, 1)), "follows")
    assert early.equals(drawn.head(early.height))


def test_without_a_key_it_may_repeat():
    text = HEAD + FOLLOWS.replace("USERS", "").replace("    primary_key: [follower_id, followee_id]\n", "")
    drawn = frame(make(parse(text)), "follows")
    assert drawn.unique().height < drawn.height and (drawn["follower_id"] != drawn["followee_id"]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("followee_id: {reference: users}", "followee_id: {reference: {to: users, popularity: {zipf_mandelbrot: {s: 1}}}}"),
         r"nothing makes \(follower_id, followee_id\) unique"),
        (("followee_id: {reference: users}", "followee_id: {reference: {to: users, unique: true}}"),
         "`unique` matches the numbers of rows, and those of users are not known"),
        (("{id: {key: sequence}USERS}", "{id: {uniform: {min: 1, max: 9999}, unique: true}}, primary_key: [id]"),
         "a second reference needs users to have `rows`, and a `key` that is made"),
        (("USERS", ", joined: {arrival: {}}"), "there are only"),
        (("max: 60, mean: 8", "max: 300, mean: 8"), "a row of users may have 300 follows, but there are only 299 different"),
    ],
)  # fmt: skip
def test_what_a_second_reference_cannot(change, message):
    text = HEAD + FOLLOWS.replace(*change).replace("USERS", "")
    with pytest.raises(SpecError, match=message):
        make(parse(text))


def test_a_second_reference_needs_another_row_that_is_there_at_every_until():
    calls = """
  users: {rows: 300, columns: {id: {key: sequence}, joined: {arrival: {}}}}
  calls: {per: users, fanout: {max: 2, uniform: true}, columns: {a: {reference: users}, b: {reference: users}}}
"""
    with pytest.raises(SpecError, match="b.reference: users has no two rows that are surely there before the period"):
        make(parse(HEAD + calls))
    with pytest.raises(SpecError, match="b.reference: users has no two rows that are surely there, so"):
        make(parse(HEAD + calls.replace("rows: 300", "rows: 1").replace(", joined: {arrival: {}}", "")))


# -- parents of their moment, where nothing says when


def test_parents_are_those_of_the_row_s_own_moment():
    text = (
        HEAD
        + """
  customers: {rows: 900, columns: {id: {key: sequence}, joined: {arrival: {before_start: 0.2, since: 2023-01-01}}}}
  orders: {rows: 4_000, columns: {id: {key: sequence}, at: {arrival: {}}, customer_id: {reference: customers}}}
  lines:
    per: orders
    fanout: {min: 1, max: 3, uniform: true}
    columns: {id: {key: sequence}, order_id: {reference: orders}, helper_id: {reference: {to: customers, distinct_per: orders}}}
  cards: {rows: 500, columns: {id: {key: sequence}, customer_id: {reference: customers}}}
"""
    )
    dataset = parse(text)
    moments = [
        dataset.tables[t].columns[c].draws.alive_at
        for t, c in (("orders", "customer_id"), ("lines", "helper_id"), ("cards", "customer_id"))
    ]
    assert moments == ["at", "orders.at", None]
    tables = {name: frame(make(dataset), name) for name in dataset.tables}
    joined = tables["orders"].join(tables["customers"], left_on="customer_id", right_on="id")
    assert joined.height == 4_000 and (joined["joined"] < joined["at"]).all()
    assert joined["customer_id"].max() > 800, "also those who came in the period"
    assert tables["cards"]["customer_id"].max() <= 180, "nothing says when: those that have always been there"
    for until in (dt.date(2024, 2, 1), dt.date(2025, 9, 1)):
        for name in ("orders", "lines", "cards"):
            other = frame(make(dataset, until=until), name)
            rows = min(other.height, tables[name].height)
            assert other.head(rows).equals(tables[name].head(rows)), "the same row has the same parent at every until"


def test_where_none_has_always_been_there_it_is_refused():
    text = (
        HEAD
        + """
  customers: {rows: 900, columns: {id: {key: sequence}, joined: {arrival: {}}}}
  cards: {rows: 500, columns: {id: {key: sequence}, customer_id: {reference: customers}}}
"""
    )
    with pytest.raises(SpecError, match="no row of customers is surely there when the first of cards comes"):
        make(parse(text))
