"""Loaded tables that an application goes on with: the database gives new rows their keys, behind the highest there is."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

import synth
from synth.existing.bind import ContinueFrom
from synth.job.advance_database import advance_database
from synth.job.into import generate_into
from synth.spec.load import parse
from synth.verifying.database import verify_database

SPEC = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  brands: {values: [[3, a], [9, b]], primary_key: [brand], columns: {brand: {type: integer}, name: {type: varchar(20)}}}
  people:
    rows: 50
    columns: {person: {key: sequence}, name: {choice: {ann: 1, bob: 1}, type: varchar(20)}, brand: {reference: brands}}
  tickets: {rows: 10, columns: {ticket: {key: uuid}, n: {uniform: {min: 1, max: 9}}}}
  notes:
    per: people
    fanout: {min: 1, max: 3, uniform: true}
    columns: {note: {key: sequence}, person: {reference: people}, n: {uniform: {min: 1, max: 9}}}
  cards:
    select: SELECT person AS person, name AS name FROM people
    primary_key: [person]
    columns: {person: {type: bigint, references: people}, name: {type: varchar(20)}}
  codes: {rows: 5, columns: {code: {key: {kind: code, prefix: X, digits: 3}}, n: {uniform: {min: 1, max: 9}}}}
  pairs:
    per: people
    fanout: {min: 1, max: 1, uniform: true}
    primary_key: [person, at]
    columns: {person: {reference: people}, at: {ordinal: people}, n: {uniform: {min: 1, max: 9}}}
  empty: {values: [], primary_key: [id], columns: {id: {type: smallint}, n: {type: integer}}}
"""
GROWS = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  visits: {rows: 300, columns: {id: {key: sequence}, at: {arrival: {}}, n: {uniform: {min: 1, max: 9}}}}
"""
OWN = {"visits": ("id", "at, n", "'2024-01-01', 1"), "brands": ("brand", "name", "'c'"), "notes": ("note", "person, n", "1, 5"), "empty": ("id", "n", "1"),
       "people": ("person", "name, brand", "'cy', 3")}  # fmt: skip


@pytest.fixture
def loaded(target, tmp_path):
    folder = synth.generate(synth.make_plan(parse(SPEC)), tmp_path).folder
    target.load(folder)
    return folder


def inserted(target, table: str) -> int:
    """The key that a row gets which brings none."""
    key, columns, cells = OWN[table]
    names = ", ".join(map(target.dialect.quote_identifier, columns.split(", ")))
    highest = f"SELECT MAX({target.dialect.quote_identifier(key)}) FROM {target.place(table, 'shop')}"
    before = int(target.sql(highest)[0][0] or 0)
    target.sql(f"INSERT INTO {target.place(table, 'shop')} ({names}) VALUES ({cells})")
    assert int(target.sql(highest)[0][0]) == before + 1
    return before + 1


def test_new_rows_go_on(target, loaded):
    assert [inserted(target, "people"), inserted(target, "people")] == [51, 52]
    assert [inserted(target, table) for table in ("brands", "empty", "empty")] == [10, 1, 2]
    inserted(target, "notes")
    quoted = target.dialect.quote_identifier
    target.sql(f"INSERT INTO {target.place('tickets', 'shop')} ({quoted('n')}) VALUES (77)")
    ((given,),) = target.sql(
        f"SELECT {quoted('ticket')} FROM {target.place('tickets', 'shop')} WHERE {quoted('n')} = 77"
    )
    assert str(uuid.UUID(str(given))) == str(given)


def test_taken_keys_are_named(target, loaded):
    quoted = ", ".join(map(target.dialect.quote_identifier, ("person", "name", "brand")))
    said = target.refuses(f"INSERT INTO {target.place('people', 'shop')} ({quoted}) VALUES (7, 'cy', 3)")
    assert "person" in said or "PRIMARY" in said or "pk_people" in said


def test_they_go_on_after_what_is_new(target):
    """Of an advance: keys that it brought are behind it, too."""
    plans = [synth.make_plan(parse(GROWS), until=dt.date(2024, month, 1)) for month in (4, 8)]
    generate_into(plans[0], target.address)
    advance_database(target.address, plans[1].until)
    assert inserted(target, "visits") == plans[1].tables["visits"].rows + 1


def test_they_go_on_after_rows_that_were_appended(target):
    """Also behind what an application has inserted in between."""
    for times in (1, 2, 3):
        plan = synth.make_plan(parse(GROWS), continue_from=ContinueFrom(target.address))
        generate_into(plan, target.address, if_exists="append")
        assert inserted(target, "visits") == 301 * times


@pytest.mark.parametrize("table, columns, cells", [("cards", "name", "'x'"), ("codes", "n", "1"), ("pairs", "n", "1")])
def test_other_keys_stay_as_they_are(target, loaded, table, columns, cells):
    place = target.place(table, "shop")
    quoted = target.dialect.quote_identifier(columns)
    assert target.refuses(f"INSERT INTO {place} ({quoted}) VALUES ({cells})")


def test_they_go_on_after_another_load(target, loaded):
    inserted(target, "people")
    target.load(loaded, if_exists="replace")
    (report,) = verify_database(target.address, "shop")
    assert report.passed, report.failed
    assert inserted(target, "people") == 51


def test_plain_where_that_is_asked(target, loaded):
    target.load(loaded, if_exists="replace", identity=False)
    place = target.place("people", "shop")
    columns = ", ".join(map(target.dialect.quote_identifier, ("name", "brand")))
    assert target.refuses(f"INSERT INTO {place} ({columns}) VALUES ('cy', 3)")
