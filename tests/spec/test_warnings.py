"""What `check` tells that is no mistake: expressions that see a planned moment before it shows."""

from __future__ import annotations

import pytest

from synth.cli import main
from synth.spec.check import check
from synth.spec.load import load, parse, shipped, warnings
from synth.spec.shown import planned_moments_seen

SPEC = """dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  orders:
    rows: 200
    columns:
      id: {key: sequence}
      at: {arrival: {}}
      paid_at: {delay: {after: at, median: 9, sigma: 1, max: 60}}
      receipt: {choice: {mail: 1, paper: 1}}
      COLUMN
    events: {paid_at: [receipt, seen_with_it]}
  lines:
    per: orders
    fanout: {max: 3, uniform: true}
    columns:
      id: {key: sequence}
      order_id: {reference: orders}
      LINE
"""
OTHER = "seen_with_it: {expr: paid_at + INTERVAL 1 DAY}"


def told(column="more: {ordinal: orders}", line="n: {ordinal: orders}"):
    text = SPEC.replace("COLUMN", OTHER + ("" if "ordinal" in column else f"\n      {column}")).replace("LINE", line)
    return [(".".join(map(str, each.path)), each.what) for each in planned_moments_seen(check(parse(text)))]


@pytest.mark.parametrize(
    "sql", ["DATE_DIFF('day', at, paid_at)", "CASE WHEN paid_at < at + INTERVAL 2 DAY THEN 1 ELSE 0 END"]
)
def test_an_expression_that_sees_what_does_not_show_yet_is_told(sql):
    assert told(f'more: {{expr: "{sql}"}}') == [
        (
            "tables.orders.columns.more.expr",
            "'paid_at' shows as NULL until `paid_at` has come, and this sees it from the start",
        )
    ]
    assert told(line='early: {expr: "CAST(orders.paid_at AS DATE)"}') == [
        (
            "tables.lines.columns.early.expr",
            "'orders.paid_at' shows as NULL until `paid_at` has come, and this sees it from the start",
        )
    ]
    assert "until `paid_at` has come" in told(line='word: {expr: "UPPER(orders.receipt)"}')[0][1]


@pytest.mark.parametrize("column", [
    "more: {state: \"CASE WHEN paid_at IS NULL THEN 1 ELSE 0 END\"}", "_more: {expr: \"DATE_DIFF('day', at, paid_at)\"}", "more: {expr: at + INTERVAL 1 DAY}",
    "more: {ordinal: orders}",
])  # fmt: skip
def test_what_waits_or_works_is_not_told(column):
    assert told(column) == []


def test_what_ships_has_none():
    assert {name: planned for name, path in shipped().items() if (planned := warnings(path, load(path)))} == {}


def test_check_prints_it_with_its_place_and_is_good(tmp_path, capsys):
    file = tmp_path / "shop.yaml"
    file.write_text(
        SPEC.replace("COLUMN", OTHER + "\n      days: {expr: \"DATE_DIFF('day', at, paid_at)\"}").replace(
            "LINE", "n: {ordinal: orders}"
        )
    )
    assert main(["check", str(file)]) == 0
    printed = capsys.readouterr()
    assert "all good" in printed.out
    assert f"warning: {file}:12:14: tables.orders.columns.days.expr: 'paid_at' shows as NULL until" in printed.err
    assert "hint: write `state` instead of `expr`" in printed.err
