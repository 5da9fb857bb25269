"""References to rows that show by a moment of their own, derived ones and children, against a look at all candidates."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

import synth
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.spec.load import parse
from tests.support.steps import prints, small_blocks

HEAD = "dataset: calls\nperiod: {start: 2024-01-01, until: 2024-07-01}\ntables:\n"
SPEC = (
    HEAD
    + """\
  customers: {rows: 60, columns: {id: {key: sequence}}}
  orders:
    rows: 900
    events: [paid_at]
    columns:
      id: {key: sequence}
      at: {arrival: {}}
      customer: {reference: customers}
      paid_at: {delay: {after: at, median: 5, sigma: 1, max: 60}, null_share: 0.1}
  lines:
    per: orders
    fanout: {min: 0, max: 3, uniform: true}
    at: sent_at
    columns:
      id: {key: sequence}
      order: {reference: orders}
      sent_at: {delay: {after: orders.at, median: 2, sigma: 1, max: 30}}
      w: {choice: {0: 1, 1: 1, 3: 1}}
  remarks:
    per: orders
    fanout: 1
    columns:
      id: {key: sequence}
      order: {reference: orders}
      invoice: {reference: {to: invoices, optional: true}, nullable: true}
  invoices:
    select: SELECT id + 5000 AS invoice_id, customer, paid_at FROM orders WHERE paid_at IS NOT NULL
    at: paid_at
    primary_key: [invoice_id]
    columns: {invoice_id: {type: bigint}, customer: {type: bigint, references: customers}, paid_at: {type: timestamp}}
  calls:
    rows: 1_500
    columns:
      id: {key: sequence}
      at: {arrival: {}}
      customer: {reference: customers}
      any: {reference: {to: invoices, optional: true}, nullable: true}
      about: {reference: {to: invoices, match: {customer: customer}, optional: true}, nullable: true}
      paid: {lookup: about.paid_at, nullable: true}
      line: {reference: {to: lines, weights: w, optional: true}, nullable: true}
      order: {reference: {to: orders, optional: true}, nullable: true, null_share: 0.1}
      of_order: {reference: {to: lines, within: order, optional: true}, nullable: true}
"""
)


def frames(dataset, until=None):
    """All tables, written or not."""
    plan = synth.make_plan(dataset, until=until)
    return {name: synth.frame(plan, name) for name in dataset.written}


@pytest.fixture(scope="module")
def tables():
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, 250)
        return frames(parse(SPEC))


def look(tables, column, to, key, moment, able):
    """Each call's key and its candidates, one row after the other: (call, what it chose, keys that it could choose)."""
    rows = tables[to].sort(moment).to_dicts()
    for call in tables["calls"].to_dicts():
        yield call, call[column], [row[key] for row in rows if row[moment] < call["at"] and able(call, row)]


CASES = {
    "any": ("invoices", "invoice_id", "paid_at", lambda call, row: True),
    "about": ("invoices", "invoice_id", "paid_at", lambda call, row: row["customer"] == call["customer"]),
    "line": ("lines", "id", "sent_at", lambda call, row: row["w"] > 0),
    "of_order": ("lines", "id", "sent_at", lambda call, row: row["order"] == call["order"]),
}


@pytest.mark.parametrize("column", CASES)
def test_a_row_that_has_come_is_chosen_and_null_where_there_is_none(tables, column):
    chosen = 0
    for call, found, candidates in look(tables, column, *CASES[column]):
        assert found in candidates if candidates else found is None, call
        chosen += found is not None
    assert chosen > 400


def test_all_that_can_be_chosen_are_alike(tables):
    """Places among the candidates are even: Kolmogorov and Smirnov."""
    for column in ("any", "about"):
        places = [
            (candidates.index(found) + 0.5) / len(candidates)
            for _, found, candidates in look(tables, column, *CASES[column])
            if len(candidates) > 5
        ]
        ordered = np.sort(places)
        distance = np.abs(ordered - (np.arange(len(ordered)) + 0.5) / len(ordered)).max()
        assert distance * len(ordered) ** 0.5 < 1.63, column


def test_weights_count(tables):
    weights = dict(zip(tables["lines"]["id"], tables["lines"]["w"], strict=True))
    seen = [weights[line] for line in tables["calls"]["line"].drop_nulls().to_list()]
    assert abs(seen.count(3) / len(seen) - 0.75) < 0.05


def test_what_is_looked_up_is_the_chosen_rows(tables):
    paid = dict(zip(tables["invoices"]["invoice_id"], tables["invoices"]["paid_at"], strict=True))
    calls = tables["calls"].filter(pl.col("about").is_not_null())
    assert [paid[key] for key in calls["about"]] == calls["paid"].to_list()


def test_any_workers_any_step_of_time(monkeypatch, tmp_path):
    small_blocks(monkeypatch, 250)
    dataset = parse(SPEC)
    one, two = (generate(synth.make_plan(dataset), tmp_path / str(n), workers=n) for n in (1, 2))
    early = generate(synth.make_plan(dataset, until=dt.date(2024, 3, 20)), tmp_path / "early")
    assert synth.verify_folder(early.folder).passed and synth.verify_folder(two.folder).passed
    advance_folder(early.folder, until=dt.date(2024, 7, 1))
    grown = synth.Manifest.read(early.folder)
    assert prints(one.manifest) == prints(two.manifest) == prints(grown)


REFUSED = {
    SPEC.replace("uniform: true}", "uniform: true, exact: true}").replace("      w: {choice", "      up: {reference: {to: lines, within: orders}, nullable: true}\n      w: {choice"): "an earlier one may not have when this one has",
    SPEC.replace("any: {reference: {to: invoices, optional: true}", "any: {reference: invoices"): "no row of invoices is surely there when the first of",
    SPEC.replace("SELECT id + 5000 AS invoice_id, customer, paid_at", "SELECT id + 5000 AS invoice_id, customer, paid_at - INTERVAL 9 DAY AS paid_at"): "may lie before its row of invoices is drawn",
    SPEC.replace("    at: paid_at\n", ""): "nothing says when rows of invoices come",
    SPEC.replace("any: {reference: {to: invoices, optional: true}", "any: {reference: {to: invoices, unique: true}"): "`unique` matches the numbers of rows",
    SPEC.replace("any: {reference: {to: invoices, optional: true}", "_later: {delay: {after: at, median: 3, sigma: 1, max: 9}}\n      any: {reference: {to: invoices, alive_at: _later, optional: true}"): "may lie after `until`",
}  # fmt: skip


@pytest.mark.parametrize("spec", REFUSED, ids=REFUSED.values())
def test_what_cannot_be_honoured_is_refused(spec):
    with pytest.raises(synth.SpecError) as raised:
        synth.make_plan(parse(spec))
    assert any(REFUSED[spec] in problem.what for problem in raised.value.problems), raised.value


def test_rows_that_surely_come_with_others_need_no_word():
    """A SELECT that gives each row of another table, and shows with it."""
    tables = """\
  orders: {rows: 100, columns: {id: {key: sequence}, at: {arrival: {before_start: 0.2, since: 2023-06-01}}}}
  bills:
    select: SELECT id AS k, at FROM orders
    at: at
    primary_key: [k]
    columns: {k: {type: bigint}, at: {type: timestamp}}
  calls: {rows: 100, columns: {id: {key: sequence}, at: {arrival: {}}, bill: {reference: bills}}}
"""
    calls = frames(parse(HEAD + tables))["calls"]
    assert calls["bill"].null_count() == 0 and calls["bill"].n_unique() > 30


def test_where_none_has_come_all_are_null():
    """Before the first is paid, of those that are to differ from another, too."""
    calls = SPEC.replace(
        "      about:",
        "      other: {reference: {to: invoices, other_than: any, optional: true}, nullable: true}\n      about:",
    )
    found = frames(parse(calls), until=dt.datetime(2024, 1, 1, 3))["calls"]
    assert found.height and found["any"].null_count() == found["other"].null_count() == found.height
