"""How many rows each table has: declared, at a scale and an `until`, and whether that is known before the first draw."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
import yaml

import synth
from synth import errors
from synth.errors import OptionError
from synth.spec.load import dump
from tests.support.steps import small_blocks

SPEC = """
dataset: counted
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  colours:
    values: [[1, red], [2, blue], [3, green]]
    primary_key: [id]
    columns: {id: {type: integer}, name: {type: varchar(9)}}
  shops:
    rows: {base: 10, growth: 0.5, at_least: 4}
    columns: {id: {key: sequence}, colour: {reference: colours}}
  visits:
    rows: 1_000
    columns: {id: {key: sequence}, came_at: {arrival: {weekdays: business}}, shop: {reference: shops}}
  things:
    per: visits
    fanout: {poisson: true, mean: 2.5, min: 0, max: 9, exact: true}
    columns: {id: {key: sequence}, visit: {reference: visits}, worth: {uniform: {min: 1, max: 9}, type: integer}}
  remarks:
    per: things
    fanout: {uniform: true, min: 0, max: 2}
    columns: {id: {key: sequence}, thing: {reference: things}}
  dear:
    select: SELECT id, worth FROM things WHERE worth > 5
    primary_key: [id]
    columns: {id: {type: bigint}, worth: {type: bigint}}
  both:
    select:
      a: SELECT 'a' || CAST(id AS VARCHAR) AS id FROM things
      b: SELECT 'b' || CAST(id AS VARCHAR) AS id FROM shops
    primary_key: [id]
    columns: {id: {type: varchar(20)}}
  by_shop:
    rollup: {table: visits, group_by: [shop], aggregates: {n: {count: id}}, for_each: shops}
    primary_key: [shop]
    columns: {shop: {references: shops}, n: {}}
  by_worth:
    rollup: {table: things, group_by: [worth], aggregates: {n: {count: id}}}
    primary_key: [worth]
    columns: {worth: {}, n: {}}
"""
END = dt.datetime(2025, 1, 1)


@pytest.fixture(scope="module")
def counted():
    return synth.parse(SPEC)


def rows(plan) -> dict[str, int]:
    return {name: table.rows for name, table in plan.tables.items()}


def test_declared_rows_follow_the_scale(counted):
    at = {scale: rows(synth.make_plan(counted, scale=scale)) for scale in (0.01, 0.25, 1, 4)}
    assert [at[scale]["colours"] for scale in at] == [3, 3, 3, 3]
    assert [at[scale]["shops"] for scale in at] == [4, 5, 10, 20]  # by the root of the scale, no fewer than 4
    assert [at[scale]["visits"] for scale in at] == [10, 250, 1000, 4000]
    assert [at[scale]["things"] for scale in at] == [25, 625, 2500, 10_000]


@pytest.mark.parametrize(("scale", "count"), [(0.0015, 2), (0.0025, 3), (0.0024, 2), (1e-9, 1)])
def test_halves_go_up_and_one_row_is_there(counted, scale, count):
    assert rows(synth.make_plan(counted, scale=scale))["visits"] == count


def test_what_is_made_from_others_is_estimated_from_them(counted):
    plan = synth.make_plan(counted)
    assert plan.tables["remarks"].rows == 2500  # one each, on average
    assert plan.tables["dear"].rows == 2500  # as many as it reads, at most
    assert plan.tables["both"].rows == 2510 and plan.tables["by_shop"].rows == 10
    exact = {name for name, table in plan.tables.items() if table.exact}
    assert exact == {"colours", "shops", "visits", "things", "by_shop"}


def test_what_is_said_to_be_exact_is_what_is_drawn(counted):
    for scale, until in ((0.3, None), (1, dt.date(2024, 5, 5)), (2, dt.date(2026, 1, 1))):
        plan = synth.make_plan(counted, scale=scale, until=until)
        for name, table in plan.tables.items():
            if table.exact and name in plan.wanted:
                assert synth.frame(plan, name).height == table.rows, (name, scale, until)


@pytest.mark.parametrize("block_rows", [7, 100, 10_000])
@pytest.mark.parametrize(
    "until",
    [
        dt.datetime(2024, 1, 1, 9),
        dt.datetime(2024, 2, 29),
        dt.datetime(2024, 7, 3, 14, 30),
        END,
        dt.datetime(2025, 9, 1),
    ],
)
def test_rows_that_have_come_are_counted_exactly(counted, until, block_rows, monkeypatch):
    """The count is worked out without drawing a block; where rows before `until` end, it agrees with their times."""
    small_blocks(monkeypatch, block_rows)
    plan = synth.make_plan(counted, until=until, tables=["visits"])
    came = synth.frame(plan, "visits")["came_at"]
    assert len(came) == plan.tables["visits"].rows and (came < until).all() and came.is_sorted()
    later = synth.frame(synth.make_plan(counted, until=until + dt.timedelta(days=9), tables=["visits"]), "visits")[
        "came_at"
    ]
    assert later.head(len(came)).equals(came)
    assert (later.slice(len(came)) >= until).all()


def test_more_time_never_means_fewer_rows(counted):
    days = [dt.datetime(2024, 1, 2) + dt.timedelta(days=17 * n) for n in range(40)]
    counts = [synth.make_plan(counted, until=day, tables=["visits"]).tables["visits"].rows for day in days]
    assert counts == sorted(counts) and counts[0] < 20 and counts[-1] > 1500


def test_the_end_of_the_period_has_the_declared_rows(counted):
    plan = synth.make_plan(counted, scale=3.3)
    assert plan.tables["visits"].rows == plan.tables["visits"].declared == 3300
    assert plan.tables["things"].rows == plan.tables["things"].declared == 8250
    early = synth.make_plan(counted, scale=3.3, until=dt.date(2024, 6, 1))
    assert early.tables["visits"].declared == 3300 > early.tables["visits"].rows
    assert not early.tables["things"].exact and early.tables["things"].declared == 8250


def _backwards(spec) -> str:
    """The same spec with its tables written in the opposite order."""
    raw = yaml.safe_load(dump(spec))
    raw["tables"] = dict(reversed(raw["tables"].items()))
    return yaml.safe_dump(raw, sort_keys=False)


def test_the_order_in_which_tables_are_written_changes_no_row(counted):
    plan, backwards = (synth.make_plan(spec, scale=0.2) for spec in (counted, synth.parse(_backwards(counted))))
    assert {name: table.rows for name, table in backwards.tables.items()} == rows(plan)
    for name in plan.wanted:
        here, there = synth.frame(plan, name), synth.frame(backwards, name)
        if name == "both":  # its families may be drawn in another order
            here, there = here.sort("id"), there.sort("id")
        assert here.equals(there), name


def test_too_many_rows_are_refused_by_name(counted):
    with pytest.raises(OptionError, match=r"scale 1e\+14 is too large: visits would have [\d,]+ rows"):
        synth.make_plan(counted, scale=1e14)


def test_a_window_is_planned_to_its_end(books):
    """Rows of a window's end come after `until`: they are drawn, but neither counted nor shown."""
    plan = synth.make_plan(books, scale=0.11, tables=["sales"])
    assert plan.tables["sales"].rows == 330 == synth.frame(plan, "sales").height  # one window of 250, and a part
    assert synth.frame(plan, "sales")["sold_on"].max() < dt.date(2026, 1, 1)
    numbers = synth.frame(plan, "sales").group_by("window_number").agg(pl.len()).sort("window_number")["len"].to_list()
    assert numbers == [250, 80]


@pytest.mark.parametrize(
    "words", [{"scale": 1e300}, {"seed": 10**300}, {"seed": 10**4000}, {"seed": -(10**30)}]
)  # fmt: skip
def test_what_is_told_has_no_hundred_digits(words):
    with pytest.raises(OptionError, match=r"about 10\^\d+") as told:
        synth.make_plan("ecommerce", **words)
    assert len(str(told.value)) < 120


def test_numbers_in_words():
    assert [errors.counted(each) for each in (0, -1234, 10**20, 10**21, 3 * 10**300)] == [
        "0", "-1,234", "100,000,000,000,000,000,000", "about 10^21", "about 10^300",
    ]  # fmt: skip
