"""Order inside a parent: the row before, after, first and last; chains of moments, running balances; rows that come later.

Each row is looked at by itself, in plain Python.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise

import polars as pl
import pytest

from synth.api import frame
from synth.errors import SpecError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.plan.make import make
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder

SPEC = """
dataset: prior
period: {start: 2024-01-01, until: 2026-01-01}
tables:
  customers: {rows: 300, columns: {customer_id: {key: sequence}, _credit: {expr: "CAST(100 AS DECIMAL(12,2))", type: "decimal(12,2)"}, signed_up_at: {arrival: {before_start: 0.2, since: 2023-01-01}}}}
  orders:
    per: customers
    fanout: {min: 0, max: 30, mean: 4, negative_binomial: {r: 0.4}}
    at: ordered_at
    columns:
      order_id: {key: sequence}
      customer_id: {reference: customers}
      n: {ordinal: customers}
      ordered_at:
        delay: {after: previous.ordered_at, first: customers.signed_up_at, median: 22, sigma: 1.5, min: 1, max: 400}
      amount: {lognormal: {median: 30, sigma: 1}, type: "decimal(12,2)"}
      before: {expr: previous.amount, type: "decimal(12,2)", nullable: true}
      balance: {expr: "COALESCE(previous.balance, 100.00) - amount", type: "decimal(14,2)"}
      spent: {running: amount}
      left: {running: {sum: _back, start: customers._credit}, type: "decimal(14,2)"}
      _back: {expr: 0.00 - amount, type: "decimal(12,2)"}
      first_amount: {lookup: first.amount}
      valid_to: {state: next.ordered_at, nullable: true}
      until_day: {state: next._day - 1, nullable: true, type: date}
      _day: {expr: CAST(ordered_at AS DATE)}
      due_at: {delay: {after: previous.ordered_at, first: customers.signed_up_at, even: true, min: 1, max: 9, announced: true}}
  items:
    per: orders
    fanout: {min: 1, max: 3, uniform: true}
    columns: {item_id: {key: sequence}, order_id: {reference: orders}, last: {lookup: last.item_id}}
"""
UNTILS = [dt.date(2024, 2, 1), dt.date(2025, 6, 1), dt.date(2026, 1, 1)]


def by_parent(rows, parent):
    found = defaultdict(list)
    for row in rows:
        found[row[parent]].append(row)
    return found


@pytest.mark.parametrize("until", UNTILS)
def test_each_row_knows_its_siblings(until):
    plan = make(parse(SPEC), until=until)
    signed_up = dict(frame(plan, "customers").rows())
    orders, moment = by_parent(frame(plan, "orders").to_dicts(), "customer_id"), dt.datetime.combine(until, dt.time())
    assert sum(map(len, orders.values())) > 20
    for customer, rows in orders.items():
        assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))  # those to come are the last
        assert all(row["ordered_at"] < moment for row in rows)
        day = dt.timedelta(days=1)
        assert day <= rows[0]["ordered_at"] - signed_up[customer] <= 400 * day
        assert all(day <= after["ordered_at"] - row["ordered_at"] <= 400 * day for row, after in pairwise(rows))
        assert [row["valid_to"] for row in rows] == [*(row["ordered_at"] for row in rows[1:]), None]
        next_days = [row["ordered_at"].date() - day for row in rows[1:]]
        assert [row["until_day"] for row in rows] == [*next_days, None]  # what does not show yet is not seen
        assert [row["before"] for row in rows] == [None, *(row["amount"] for row in rows[:-1])]
        assert {row["first_amount"] for row in rows} == {rows[0]["amount"]}
        balance = Decimal("100.00")
        for row in rows:
            balance -= row["amount"]
            assert row["balance"] == row["left"] == balance == 100 - row["spent"]
        starts = [signed_up[customer], *(row["ordered_at"] for row in rows)]
        assert all(day <= row["due_at"] - start <= 9 * day for row, start in zip(rows, starts, strict=False))
    items = by_parent(frame(plan, "items").to_dicts(), "order_id")
    assert set(items) == {row["order_id"] for rows in orders.values() for row in rows}
    assert all(row["last"] == rows[-1]["item_id"] for rows in items.values() for row in rows)


def test_what_was_there_stays():
    first, *later = (frame(make(parse(SPEC), until=until), "orders").drop("valid_to", "until_day") for until in UNTILS)
    for frame_ in later:
        assert first.equals(frame_.join(first.select("order_id"), on="order_id", how="semi", maintain_order="left"))


def test_runs_are_the_same_on_any_number_of_workers_and_in_steps(tmp_path):
    dataset = parse(SPEC)
    whole = generate(make(dataset), tmp_path / "one", workers=1)
    assert verify_folder(whole.folder).passed
    prints = {name: entry.fingerprint for name, entry in whole.manifest.tables.items()}
    two = generate(make(dataset), tmp_path / "two", workers=2).manifest
    assert {name: entry.fingerprint for name, entry in two.tables.items()} == prints
    early = generate(make(dataset, until=dt.date(2025, 7, 1)), tmp_path / "steps")
    for until in (dt.date(2025, 7, 2), dt.date(2025, 9, 1), dt.date(2026, 1, 1)):
        advance_folder(early.folder, until, changes=tmp_path / "feed")
    assert {name: entry.fingerprint for name, entry in Manifest.read(early.folder).tables.items()} == prints


METERS = """
dataset: meters
period: {start: 2024-01-01, until: 2024-02-01}
tables:
  devices: {rows: 3, columns: {id: {key: sequence}, base: {uniform: {min: 5, max: 9}, type: integer}}}
  readings:
    per: devices
    fanout: {max: 500, shares: {500: 1}}
    columns:
      id: {key: sequence}
      device: {reference: devices}
      used: {uniform: {min: 0, max: 3}, type: integer}
      stand: {expr: "COALESCE(previous.stand, devices.base) + used", type: integer}
"""


def test_long_chains_add_up():
    plan = make(parse(METERS))
    base, readings = dict(frame(plan, "devices").rows()), frame(plan, "readings")
    summed = readings.with_columns(pl.col("used").cum_sum().over("device") + pl.col("device").replace_strict(base))
    assert summed["used"].cast(pl.Int64).to_list() == readings["stand"].cast(pl.Int64).to_list()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("first: customers.signed_up_at, median", "median"), "the first row has no 'previous.ordered_at' to come after"),
        (("{delay: {after: previous.ordered_at, first: customers.signed_up_at, even", "{delay: {after: ordered_at, first: ordered_at, even"),
         "`first` is for a moment after `previous.…`"),
        (("previous.balance", "next.balance"), r"a cycle: orders\.balance → orders\.balance"),
        (("{state: next.ordered_at, nullable: true}", "{state: next.ordered_at}"), "NULL can come out of it"),
        (("{running: amount}", "{running: before}"), "'before' may be NULL, and so would all sums behind it be"),
        (("{running: amount}", "{running: {sum: n, start: amount}, type: integer}"), "'amount' is decimal"),
        (("{key: sequence}, _credit:", "{key: sequence}, all: {running: customer_id}, _credit:"), "rows of customers have no siblings"),
        (("balance: {expr: \"COALESCE(previous.balance, 100.00) - amount\"", "balance: {expr: \"previous.balance - amount\""),
         "NULL can come out of it"),
        (("signed_up_at: {arrival", "is: {lookup: previous.customer_id}, signed_up_at: {arrival"), "unknown name 'previous.customer_id'"),
        (("customer_id: {key: sequence}, _credit", "customer_id: {key: sequence}, orders: {count: orders}, _credit"),
         "rows of orders show only once 'ordered_at' has come, and this counts those to come, too"),
        (("  items:", "  picks: {rows: 3, columns: {id: {key: sequence}, order: {reference: orders}}}\n  items:"),
         "no row of orders is surely there when the first of picks comes"),
        (("  items:", "  big: {select: SELECT order_id AS id FROM orders, primary_key: [id], columns: {id: {type: bigint}}}\n  items:"),
         "rows of orders show only once 'ordered_at' has come: the table needs `at`, too"),
    ],
)  # fmt: skip
def test_what_has_no_order_is_refused(change, message):
    assert change[0] in SPEC
    with pytest.raises(SpecError, match=message):
        make(parse(SPEC.replace(*change)))
