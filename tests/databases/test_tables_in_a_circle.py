"""Tables that refer to each other, and to themselves, grow in every kind of database: rows of both come in one step."""

from __future__ import annotations

import datetime as dt

import pytest

import synth
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.spec.load import parse
from synth.verifying.database import verify_database
from tests.support.steps import prints
from tests.support.targets import LIVE

SPEC = """
dataset: circle
period: {start: 2024-01-01, until: 2024-07-01}
tables:
  stores:
    rows: 40
    events: {busy_at: [deputy]}
    columns:
      id: {key: sequence}
      opened: {arrival: {since: 2022-01-01, before_start: 0.3}}
      size: {uniform: {min: 1, max: 5}, type: integer}
      manager: {reference: {to: staff, optional: true}}
      busy_at: {delay: {after: opened, even: true, max: 60}}
      deputy: {reference: {to: staff, optional: true, other_than: manager}}
  staff:
    rows: 150
    columns:
      id: {key: uuid}
      hired: {arrival: {since: 2023-01-01, before_start: 0.3}}
      store: {reference: {to: stores, weights: size, optional: true}}
      weight: {gamma: {shape: 1}}
      boss: {reference: {to: staff, optional: true, weights: weight}, nullable: true}
  parts:
    rows: 60
    columns:
      id: {key: uuid}
      made: {arrival: {}}
      of: {reference: {to: parts, roots: 0.1}, nullable: true}
"""
UNTILS = [dt.date(2024, 1, 5), dt.date(2024, 3, 1), dt.date(2024, 7, 1)]


@pytest.mark.parametrize(
    "target", [suite for suite in LIVE if suite not in ("embedded", "copy", "tsql")], indirect=True
)
def test_both_come_in_one_step(target, tmp_path):
    plans = [synth.make_plan(parse(SPEC), until=until) for until in UNTILS]
    generate_into(plans[0], target.address)
    for plan in plans[1:]:
        advance_database(target.address, plan.until)
        whole = generate(plan, tmp_path / f"{plan.until:%m}").manifest
        assert target.state("circle") == prints(whole)
        assert all(report.passed for report in verify_database(target.address))
