"""Columns that count rows of their own table, or sum a column of theirs: each row is looked at by itself."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import polars as pl
import pytest

from synth.api import block, frame
from synth.errors import SpecError
from synth.job.advance import advance_folder
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.plan.make import make
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.verifying.database import verify_database
from synth.verifying.files import verify_folder
from tests.support.steps import apply, prints, small_blocks, state, there
from tests.support.targets import LIVE, few

SPEC = """
dataset: tree
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  staff:
    rows: 700
    columns:
      id: {key: {kind: code, prefix: S}}
      boss: {reference: {to: staff, roots: 0.02, weights: rank}, nullable: true}
      mentor: {reference: {to: staff, roots: 0.3}, null_share: 0.2, nullable: true}
      rank: {uniform: {min: 0, max: 5}, type: integer}
      came: {arrival: {since: 2020-01-01, before_start: 0.5}}
      pay: {uniform: {min: 1, max: 9}, type: "decimal(12,2)", null_share: 0.1, nullable: true}
      reports: {count: {table: staff, via: boss}, type: integer}
      pupils: {count: {table: staff, via: mentor}, null_share: 0.1, nullable: true}
      below: {sum: {column: staff.reports, via: boss}}
      costs: {sum: {column: staff.pay, via: boss}, type: "decimal(14,2)"}
      leads: {state: "CASE WHEN reports > 0 THEN 'yes' ELSE 'no' END"}
  posts:
    per: staff
    fanout: {mean: 2, min: 1, max: 5, poisson: true, exact: true}
    columns:
      id: {key: sequence}
      who: {reference: staff}
      answers: {reference: {to: posts, roots: 0.2}, nullable: true}
      answered: {count: posts}
      of_leader: {state: staff.leads}
  sums:
    rollup: {table: staff, group_by: [leads], aggregates: {people: {count: id}, reports: {sum: reports}}}
    primary_key: [leads]
    columns: {leads: {}, people: {}, reports: {}}
"""
STATIC = SPEC.replace("      came: {arrival: {since: 2020-01-01, before_start: 0.5}}\n", "")
UNTILS = (dt.date(2025, 3, 1), dt.date(2025, 3, 2), dt.date(2025, 9, 9), dt.date(2026, 1, 1))


@pytest.fixture
def blocks(monkeypatch):
    """Blocks of a hundred rows, so that rows refer to those of other ones."""
    small_blocks(monkeypatch, 100)


@pytest.mark.parametrize(("spec", "until"), [(SPEC, UNTILS[0]), (SPEC, None), (STATIC, None)])
def test_each_row_has_as_many_as_refer_to_it(spec, until, blocks):
    plan = make(parse(spec), until=until)
    staff, posts = frame(plan, "staff").to_dicts(), frame(plan, "posts").to_dicts()
    for row in staff:
        under = [other for other in staff if other["boss"] == row["id"]]
        assert row["reports"] == len(under) and row["leads"] == ("yes" if under else "no")
        assert row["below"] == sum(other["reports"] for other in under)
        assert row["costs"] == sum((other["pay"] or Decimal() for other in under), Decimal())
        assert row["pupils"] in (None, sum(other["mentor"] == row["id"] for other in staff))
    answers = Counter(post["answers"] for post in posts)
    leads = {row["id"]: row["leads"] for row in staff}
    for post in posts:
        assert post["answered"] == answers[post["id"]] and post["of_leader"] == leads[post["who"]]
    assert max(row["reports"] for row in staff) > 9 and max(answers[post["id"]] for post in posts) > 3
    (yes,) = (row for row in frame(plan, "sums").to_dicts() if row["leads"] == "yes")
    assert yes["reports"] == sum(row["reports"] for row in staff)


def test_blocks_stand_alone(blocks):
    plan = make(parse(SPEC))
    assert block(plan, "staff", 3)["staff"].equals(frame(plan, "staff").slice(300, 100))


def test_rows_below_are_chosen_by_and_read(blocks):
    """Where no rows come: by references, expressions and SELECTs."""
    more = """\
      is_leaf: {expr: reports = 0}
  tasks: {rows: 300, columns: {id: {key: sequence}, who: {reference: {to: staff, where: is_leaf}}}}
  leaders:
    select: SELECT id, reports FROM staff WHERE reports > 0
    primary_key: [id]
    columns: {id: {type: varchar(20)}, reports: {type: integer}}
  posts:
"""
    plan = make(parse(STATIC.replace("  posts:\n", more)))
    reports = {row["id"]: row["reports"] for row in frame(plan, "staff").to_dicts()}
    assert {reports[who] for who in frame(plan, "tasks")["who"]} == {0}
    assert dict(frame(plan, "leaders").rows()) == {key: number for key, number in reports.items() if number}


def test_runs_steps_and_feeds_agree(tmp_path, blocks):
    dataset = parse(SPEC)
    whole = generate(make(dataset), tmp_path / "one", workers=1)
    two = generate(make(dataset), tmp_path / "two", workers=2)
    assert prints(two.manifest) == prints(whole.manifest)
    grown = generate(make(dataset, until=UNTILS[0]), tmp_path / "steps").folder
    rows = state(grown)
    for until in UNTILS[1:]:
        advance_folder(grown, until, changes=tmp_path / "feed")
    for file in sorted((tmp_path / "feed").iterdir()):
        apply(rows, file, dataset)
    assert there(rows) == there(state(grown)) == there(state(whole.folder))
    assert prints(Manifest.read(grown)) == prints(whole.manifest) and verify_folder(grown).passed


def test_what_looks_into_such_a_table_is_not_drawn_again(tmp_path, blocks):
    tasks = """\
  tasks: {rows: 300, columns: {id: {key: sequence}, who: {reference: {to: staff, weights: rank, alive_at: at}}, at: {arrival: {}}}}
  posts:
"""
    grown = generate(make(parse(SPEC.replace("  posts:\n", tasks)), until=UNTILS[2]), tmp_path)
    step = advance_folder(grown.folder, UNTILS[2] + dt.timedelta(days=1))
    staff, others = (len(Manifest.read(grown.folder).families[root]) for root in ("staff", "tasks"))
    assert step.blocks <= staff + 1 + 1 and others > 1  # the sums, and the last tasks


@pytest.mark.parametrize("target", few(LIVE), indirect=True)
def test_databases_hold_the_same_and_count_again(target, tmp_path, blocks):
    dataset = parse(SPEC)
    generate_into(make(dataset, until=UNTILS[0]), target.address)
    for until in UNTILS[2:]:
        advance_database(target.address, until)
    assert target.state("tree") == prints(generate(make(dataset), tmp_path).manifest)
    (report,) = verify_database(target.address)
    assert report.passed and {f.name for f in report.findings if f.kind == "count"} == NAMES
    first = frame(make(dataset), "staff")["id"][0]
    target.sql(f"UPDATE {target.place('staff', 'tree')} SET costs = costs + 0.01 WHERE id = '{first}'")
    (report,) = verify_database(target.address)
    assert [(f.name, f.offences) for f in report.failed if f.kind == "count"] == [("costs", 1)]


NAMES = {"reports", "pupils", "below", "costs", "answered"}


def test_what_is_miscounted_in_files_is_found(tmp_path):
    folder = generate(make(parse(STATIC)), tmp_path).folder
    assert {f.name for f in verify_folder(folder).findings if f.kind == "count"} == NAMES
    (path,) = (folder / "staff").iterdir()
    rows = pl.read_parquet(path)
    rows.with_columns(reports=pl.when(pl.col("id") == rows["id"][7]).then(5).otherwise("reports")).write_parquet(path)
    found = {f.name: f.offences for f in verify_folder(folder).failed if f.kind == "count"}
    assert found["reports"] == 1 and set(found) <= {"reports", "below"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("{table: staff, via: boss}, type", "staff, type"), "several columns of staff refer to its rows: boss, mentor"),
        (("table: staff, via: boss", "table: staff, via: rank"), "'rank' refers to no row of staff"),
        (("{count: posts}", "{count: {table: posts, via: who}}"), "'who' refers to no row of posts"),
        (("answers: {reference: {to: posts, roots: 0.2}, nullable: true}", "answers: {constant: 1}"), "no column of posts refers to its rows"),
        (("{reference: {to: staff, roots: 0.02, weights: rank}", "{reference: {to: staff, roots: 0.02, weights: reports}"), "a cycle"),
        (("column: staff.pay", "column: staff.leads"), "staff.leads is no exact number|is a state"),
        (("pupils: {count: {table: staff, via: mentor}", "pupils: {count: {table: posts, via: mentor}"), "`via` is for rows of the own table"),
        (("leads: {state: \"CASE WHEN reports > 0 THEN 'yes' ELSE 'no' END\"", "leads: {expr: \"CASE WHEN reports > 0 THEN 'yes' ELSE 'no' END\""),
         "'reports' is made of all rows that are there: it depends on what shows at `until`"),
        (("leads: {state:", "of_boss: {state: boss.reports, nullable: true}\n      leads: {state:"), "is made of all rows that are there, and what shows"),
        (("  sums:\n", "  cars: {per: staff, fanout: {count: reports, max: 50}, columns: {id: {key: sequence}}}\n  sums:\n"), "'reports' is made of all rows that are there: it depends"),
        (("  sums:\n", "  seen: {select: 'SELECT id, MAX(reports) AS n FROM staff GROUP BY id', at: n, primary_key: [id], columns: {id: {type: text}, n: {type: integer}}}\n  sums:\n"),
         "'staff.reports' is made of all rows that are there: it depends on what shows at `until`, and rows do not"),
        (("decimal(14,2)", "decimal(14,3)"), "staff.pay is decimal.12,2., and the sum decimal.14,3."),
        (("via: boss}, type: integer", 'via: boss}, type: "decimal(9,1)"'), "it counts, and decimal.9,1. has digits"),
        (("    rows: 700\n", "    rows: 700\n    events: {left: [mentor]}\n"), "'mentor' shows only once 'left' has come"),
    ],
)  # fmt: skip
def test_what_cannot_be_counted_is_refused(change, message):
    text = SPEC.replace(*change)
    if "left" in text:
        text = text.replace(
            "      pay:", "      left: {delay: {after: came, median: 9, sigma: 1, max: 90}}\n      pay:"
        )
    assert text != SPEC
    with pytest.raises(SpecError, match=message):
        make(parse(text))
