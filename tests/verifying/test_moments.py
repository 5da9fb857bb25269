"""Months and minutes in a spec: what is drawn, looked at by rules in every database, and by DuckDB and Python here."""

from __future__ import annotations

import calendar

import duckdb
import pytest

import synth
from synth.databases import DIALECTS
from synth.spec.load import parse
from synth.verifying.database import verify_database
from synth.verifying.files import verify_folder
from synth.verifying.rehearse import rehearse
from tests.support.servers import change
from tests.support.targets import LIVE

LIVING = [suite for suite in LIVE if suite not in ("embedded", "copy")]

SPECS = {
    "subscriptions": """
dataset: subscriptions
period: {start: 2024-01-01, until: 2026-01-01}
tables:
  subscriptions:
    rows: 50
    columns:
      subscription_id: {key: sequence}
      started_at: {arrival: {}}
      started_on: {expr: CAST(started_at AS DATE)}
      trial_ends_at: {expr: started_at + INTERVAL 2 WEEK}
      billed_to: {expr: LAST_DAY(started_at)}
      weekday: {expr: ISODOW(started_on), type: smallint}
    checks:
      trials_take_two_weeks: trial_ends_at = started_at + INTERVAL 14 DAY
      the_month_is_billed: billed_to >= started_on AND billed_to + 1 = CAST(DATE_TRUNC('month', started_at) + INTERVAL 1 MONTH AS DATE)
  invoices:
    per: subscriptions
    fanout: {max: 24, min: 1, mean: 8, poisson: true}
    columns:
      invoice_id: {key: sequence}
      subscription_id: {reference: subscriptions}
      number: {ordinal: subscriptions}
      due_on: {expr: subscriptions.started_on + INTERVAL (number) MONTH, type: date}
      reminded_at: {expr: due_on + INTERVAL 36 HOUR}
      label: {expr: "FORMAT('INV-{:05d}', invoice_id)", check: "LENGTH(label) = 9 AND RIGHT(label, 5) <> '00000'"}
  anniversaries:
    select: |
      SELECT s.subscription_id, s.started_at + INTERVAL 1 YEAR AS came_at, DATE_SUB('day', s.started_at, s.started_at + INTERVAL 1 YEAR) AS days
      FROM subscriptions s
    primary_key: [subscription_id]
    at: came_at
    columns: {subscription_id: {type: bigint, references: subscriptions}, came_at: {type: timestamp}, days: {type: integer}}
rules:
  invoices_are_due_so_many_months_later: |
    SELECT i.invoice_id FROM invoices i JOIN subscriptions s ON s.subscription_id = i.subscription_id
    WHERE i.due_on <> s.started_on + INTERVAL (i.number) MONTH OR DATE_SUB('month', s.started_on, i.due_on) <> i.number
       OR DATE_DIFF('month', s.started_at, i.due_on) <> i.number
  reminders_follow: SELECT invoice_id FROM invoices WHERE DATE_DIFF('hour', due_on, reminded_at) <> 36 OR EXTRACT(HOUR FROM reminded_at) <> 12
  years_have_their_days: SELECT subscription_id FROM anniversaries WHERE days < 365 OR days > 366 OR EXTRACT(YEAR FROM came_at - INTERVAL 12 MONTH) < 2024
  weekdays: SELECT subscription_id FROM subscriptions WHERE weekday NOT BETWEEN 1 AND 7 OR weekday <> EXTRACT(ISODOW FROM started_at)
""",
    "meters": """
dataset: meters
period: {start: 2025-01-01, until: 2025-02-01}
tables:
  meters: {rows: 2, columns: {meter_id: {key: uuid}, installed_at: {uniform: {min: 2024-01-01, max: 2024-12-31}, type: timestamp}}}
  readings:
    per: meters
    fanout: {max: 8928, shares: {8928: 1}}
    primary_key: [meter_id, read_at]
    columns:
      meter_id: {reference: meters}
      _n: {ordinal: meters}
      read_at: {expr: "TIMESTAMP '2025-01-01' + INTERVAL (5 * (_n - 1)) MINUTE"}
      quarter_hour: {expr: "DATE_TRUNC('hour', read_at) + INTERVAL (EXTRACT(MINUTE FROM read_at) // 15 * 15) MINUTE"}
      temperature: {normal: {mean: 20, sd: 2}, type: double}
rules:
  readings_come_every_five_minutes: |
    SELECT d.meter_id, d.read_at FROM (
      SELECT meter_id, read_at, LAG(read_at) OVER (PARTITION BY meter_id ORDER BY read_at) AS earlier FROM readings
    ) d WHERE d.earlier + INTERVAL 5 MINUTE <> d.read_at
  quarters_of_an_hour_begin_before: |
    SELECT meter_id, read_at FROM readings WHERE quarter_hour > read_at OR quarter_hour + INTERVAL 15 MINUTE <= read_at
  the_month_is_full: |
    SELECT meter_id FROM readings GROUP BY meter_id
    HAVING COUNT(*) <> 8928 OR MIN(read_at) <> '2025-01-01' OR MAX(read_at) <> DATE '2025-02-01' - INTERVAL 5 MINUTE
""",
}  # fmt: skip


CHANGES = {  # what is changed in a database, and the rules that see it
    "subscriptions": ("invoices", "number = number + 1", {"invoices_are_due_so_many_months_later"}),
    "meters": ("readings", "quarter_hour = '1999-12-31 00:00:00.000000'", {"quarters_of_an_hour_begin_before"}),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """By dataset, each made once."""
    place = tmp_path_factory.mktemp("moments")
    return {name: synth.generate(synth.make_plan(parse(text)), place / name).folder for name, text in SPECS.items()}


def asked(folder, table, sql):
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder}/{table}/*.parquet')")
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("name", SPECS)
def test_what_is_drawn_is_proved(folders, name):
    rehearse(parse(SPECS[name]))
    assert verify_folder(folders[name]).passed


def test_months_end_on_their_last_day(folders):
    """Counted in Python, from the day that a subscription began."""
    started = dict(
        asked(folders["subscriptions"], "subscriptions", "SELECT subscription_id, started_on FROM subscriptions")
    )
    invoices = asked(folders["subscriptions"], "invoices", "SELECT subscription_id, number, due_on FROM invoices")
    assert any(day.day > 28 for day in started.values()) and len(invoices) > 300
    for subscription, number, due_on in invoices:
        first = started[subscription]
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        assert due_on == first.replace(
            year=year, month=month + 1, day=min(first.day, calendar.monthrange(year, month + 1)[1])
        )


def test_readings_are_all_there(folders):
    found = asked(
        folders["meters"],
        "readings",
        "SELECT meter_id, COUNT(DISTINCT read_at), MIN(read_at), MAX(read_at), BOOL_AND(MINUTE(read_at) % 5 = 0 AND SECOND(read_at) = 0) FROM readings GROUP BY 1",
    )
    assert [(str(first), str(last), rows, whole) for _, rows, first, last, whole in found] == [
        ("2025-01-01 00:00:00", "2025-01-31 23:55:00", 8928, True)
    ] * 2


@pytest.mark.parametrize("target", LIVING, indirect=True)
@pytest.mark.parametrize("name", SPECS)
def test_rules_hold_in_every_database_and_see_what_is_wrong(folders, name, target):
    address, kind = target.address, target.address.database
    target.load(folders[name])
    (found,) = verify_database(address, name)
    assert found.failed == [] and found.skipped == []
    table, changed, breaks = CHANGES[name]
    change(address, [f"UPDATE {DIALECTS[kind].place(name, table)} SET {changed}"])
    (broken,) = verify_database(address, name)
    assert breaks <= {each.name for each in broken.failed}
