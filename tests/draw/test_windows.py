"""Windows: runs of rows drawn whole, also beyond `until`; what shows there is the same at every `until`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.api import block, frame
from synth.draw.output import FrameSink
from synth.draw.residents import Residents
from synth.draw.task import RunContext
from synth.draw.walk import Walk
from synth.errors import SpecError
from synth.job.generate import generate
from synth.plan.make import make
from synth.plan.model import BLOCK_ROWS
from synth.runners import Serial, runner
from synth.spec.load import dump, parse
from synth.spec.parts import table_of

WINDOW = 250
MOMENTS = {  # when a row comes, and what depends on `until`
    "sales": ("sold_on", ["paid_on", "days_late"]),
    "sale_items": ("sold_on", []),
    "purchases": ("bought_on", ["is_old"]),
    "journals": ("booked_on", []),
    "ledger": ("posted_on", []),
}


@pytest.fixture(scope="module", params=["date", "timestamp"])
def windowed(books, request):
    """The books, with dates, or with moments of the day and hours when nothing is sold."""
    if request.param == "date":
        return books
    text = dump(books).replace("type: date", "type: timestamp").replace("season: consumer", "hours: business")
    text = text.replace("sold_on + 30", "CAST(sold_on AS DATE) + 30").replace("31\n", "31 00:00:00\n")
    return parse(text)


def world(plan) -> dict[str, pl.DataFrame]:
    """All tables of a plan, in one walk; parts of gathered tables one below the other."""
    frames: dict[str, list[pl.DataFrame]] = {name: [] for name in plan.wanted}
    for result in Walk(RunContext(plan, Residents(), FrameSink()), Serial()).results():
        for table, made in result.tables.items():
            frames[table_of(table)].append(made.write.frame)
    return {name: pl.concat(parts) for name, parts in frames.items()}


def before(rows: pl.DataFrame, moment: str, until: dt.datetime) -> pl.DataFrame:
    return rows.filter(pl.col(moment).cast(pl.Datetime("us")) < until)


moments = st.datetimes(dt.datetime(2024, 1, 1, 0, 0, 1), dt.datetime(2027, 6, 1))
SETTINGS = settings(deadline=None, max_examples=12, derandomize=True)


@SETTINGS
@given(untils=st.tuples(moments, moments).map(sorted), scale=st.sampled_from([0.002, 0.05, 0.7, 3.7]), data=st.data())
@pytest.mark.some(1)
def test_until_neither_takes_nor_adds_what_had_been(windowed, untils, scale, data):
    """What has come before the earlier `until` is the same in both: every row, by key and value."""
    first, second = untils
    early, late = world(make(windowed, scale=scale, until=first)), world(make(windowed, scale=scale, until=second))
    for name, (moment, moving) in MOMENTS.items():
        key = list(windowed.tables[name].key)
        here = early[name].drop(moving).sort(key)
        assert before(here, moment, first).height == here.height, name
        there = before(late[name], moment, first).drop(moving).sort(key)
        if name == "ledger":  # a year is closed in the end, when its sums are known
            here, there = (rows.filter(~pl.col("line_id").str.starts_with("C")) for rows in (here, there))
        assert here.equals(there), name
    had = early["sales"].filter(pl.col("paid_on").is_not_null()).select("sale_id", "paid_on")
    assert had.join(late["sales"], on=["sale_id", "paid_on"], how="semi").height == had.height


@pytest.mark.parametrize("rows", [1, WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW])
def test_an_until_at_the_edge_of_a_window(books, rows):
    """The same, where a window has just begun or just ended."""
    sales = frame(make(books), "sales")
    until = dt.datetime.combine(sales["sold_on"][rows - 1], dt.time()) + dt.timedelta(seconds=1)
    early, late = world(make(books, until=until)), world(make(books))
    assert early["sales"].height >= rows
    for name, (moment, moving) in MOMENTS.items():
        key = list(books.tables[name].key)
        there = before(late[name], moment, until).drop(moving).sort(key)
        assert early[name].drop(moving).sort(key).equals(there), name


def test_derived_rows_see_the_whole_window(windowed):
    """Slow oracle: walk the sales of the whole windows one by one, those after `until` too."""
    until = dt.datetime(2024, 9, 13, 15)
    found = world(make(windowed, until=until))
    later = world(make(windowed))  # all windows that had begun are over
    assert (
        found["sales"].height % WINDOW and found["sales"]["window_number"].max() < later["sales"]["window_number"].max()
    )
    cost = dict(frame(make(windowed), "products").iter_rows())
    wanted: dict[int, list] = {}
    begun = found["sales"]["window_number"].max()
    window_of = dict(later["sales"].select("sale_id", "window_number").iter_rows())
    for row in later["sale_items"].iter_rows(named=True):
        window = window_of[row["sale_id"]]
        assert window == (row["sale_id"] - 1) // WINDOW
        if window > begun:
            continue
        one = wanted.setdefault(window * 1000 + row["product_id"], [0, Decimal(0), row["sold_on"]])
        one[0] += row["units"]
        one[1] += row["units"] * cost[row["product_id"]]
        one[2] = min(one[2], row["sold_on"])
    wanted = {key: one for key, one in wanted.items() if dt.datetime(*one[2].timetuple()[:6]) < until}
    columns = ["purchase_id", "units", "amount", "bought_on"]
    assert {row[0]: list(row[1:]) for row in found["purchases"].select(columns).iter_rows()} == wanted
    sold = found["sale_items"].group_by("product_id").agg(pl.col("units").sum())
    bought = found["purchases"].group_by("product_id").agg(pl.col("units").sum().alias("bought"))
    joined = sold.join(bought, on="product_id", how="left")
    assert joined.filter(pl.col("bought") >= pl.col("units")).height == sold.height == 30


@pytest.mark.parametrize("scale", [0.0004, 0.002, 0.05])
def test_a_window_far_beyond_the_periods_end(books, scale):
    """One window holds rows for years, decades, or more than all known years: it is drawn whole, and declared counts hold."""
    plan = make(books, scale=scale)
    found = world(plan)
    assert found["sales"].height == round(3000 * scale)
    assert found["sale_items"].height == plan.tables["sale_items"].rows == 3 * found["sales"].height
    assert found["purchases"].height <= found["sale_items"].height
    assert set(found["purchases"]["window_number"]) == {0}
    assert (found["purchases"]["units"] > 0).all() and found["purchases"]["units"].sum() > 250 * scale


def test_a_dwindling_trade_has_windows_too(books):
    """Where a window's last rows would never come, they come at the end of all known years."""
    text = dump(books).replace("dispersion: 2.0", "trend: -0.9")
    early, late = (
        world(make(parse(text), scale=0.05, until=until)) for until in (dt.date(2024, 7, 1), dt.date(2150, 1, 1))
    )
    assert early["sales"].height < 150 < late["sales"].height < WINDOW
    kept = before(late["purchases"], "bought_on", dt.datetime(2024, 7, 1))
    assert early["purchases"].drop("is_old").equals(kept.drop("is_old"))


def test_a_roster_in_windows():
    """Rows without a time have windows as well; references and counts see only the declared ones."""
    spec = parse("""
dataset: t
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  shelves:
    rows: 130
    columns:
      shelf_id: {key: sequence}
      _rack: {window: 100}
      since: {uniform: {min: 2020-01-01, max: 2023-12-31}}
  racks:
    select: SELECT _rack AS rack, COUNT(shelf_id) AS shelves, MIN(since) AS since FROM shelves GROUP BY _rack
    at: since
    primary_key: [rack]
    columns: {rack: {type: bigint}, shelves: {type: bigint}, since: {type: date}}
  visits:
    rows: 5_000
    columns: {visit_id: {key: sequence}, shelf_id: {reference: shelves}}
""")
    found = world(make(spec))
    assert found["shelves"].height == 130
    assert sorted(found["racks"].select("rack", "shelves").iter_rows()) == [(0, 100), (1, 100)]
    assert set(found["visits"]["shelf_id"]) == set(range(1, 131))


def test_a_block_alone_is_its_part_of_the_run(windowed):
    plan = make(windowed, scale=3.7)
    whole = world(plan)
    blocks = [block(plan, "purchases", number) for number in (1, 0)]
    assert plan.tables["sales"].rows == 11_100 > BLOCK_ROWS
    assert list(blocks[0]) == ["sales", "sale_items", "purchases", "ledger.sales", "ledger.purchases"]
    for name in ("sales", "sale_items", "purchases"):
        key = list(windowed.tables[name].key)
        assert pl.concat(one[name] for one in blocks).sort(key).equals(whole[name].sort(key))
    parts = pl.concat(one[part] for one in blocks for part in ("ledger.sales", "ledger.purchases")).sort("line_id")
    both = whole["ledger"].filter(pl.col("line_id").str.contains("^[SP]")).sort("line_id")
    assert parts.equals(both)


def test_workers_do_not_matter(windowed, tmp_path):
    plan = make(windowed, scale=3.7, until=dt.datetime(2025, 11, 11, 11))
    with runner(2) as processes:
        two = generate(plan, tmp_path / "two", workers=processes).manifest
    one = generate(plan, tmp_path / "one").manifest
    assert one.tables == two.tables


TREE = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  t:
    rows: ROWS
    columns: {id: {key: sequence}, w: {window: 50}, n: {constant: 1}, up: {reference: t, nullable: true}, x: COLUMN}
"""


@pytest.mark.parametrize(
    "column", ["{expr: 'COALESCE(up.x, 0) + 1', type: integer}", "{lookup: up.w, nullable: true}", "{count: {table: t, via: up}}",
               "{reference: {to: t, weights: n}, nullable: true}"],
)  # fmt: skip
def test_rows_that_there_are_fill_the_last_window(column):
    """Else it has further ones, which nothing can be told of that is made of all rows."""
    text = TREE.replace("COLUMN", column)
    assert frame(make(parse(text.replace("ROWS", "150"))), "t").height == 150
    with pytest.raises(
        SpecError, match="the last window of 50 has more than the 130 rows there are, of which this is made"
    ):
        make(parse(text.replace("ROWS", "130")))
