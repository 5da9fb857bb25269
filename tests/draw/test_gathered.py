"""Tables gathered from several families, rollups over them in phases, and tables derived from rollups."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from synth.api import block, frame, lazy
from synth.errors import OptionError
from synth.fingerprint import Fingerprint, fingerprint
from synth.job.generate import generate
from synth.plan.make import make
from synth.spec.load import dump, parse
from synth.verifying.files import verify_folder

PARTS = ("sales", "purchases", "journals", "closing")


@pytest.fixture(scope="module")
def plan(books):
    return make(books, until=dt.date(2025, 9, 1))


@pytest.fixture(scope="module")
def made(plan, tmp_path_factory):
    """The books at a moment at which one year has ended, as Parquet."""
    return generate(plan, tmp_path_factory.mktemp("books"))


def failed(folder) -> dict:
    """What does not hold: (kind, table, name) -> finding."""
    return {(f.kind, f.table, f.name): f for f in verify_folder(folder).failed}


def ask(folder, sql: str) -> list:
    """A query over the written tables."""
    with duckdb.connect() as connection:
        for table in sorted(path.name for path in folder.glob("[!.]*") if path.is_dir()):
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{folder}/{table}/*.parquet')")
        return connection.execute(sql).fetchall()


# -- gathered rows


def test_the_rows_are_those_of_the_parts(plan, made):
    """Each part's files are its SELECT over the written tables, run by another engine."""
    types = plan.tables["ledger"].types
    entry = made.manifest.tables["ledger"]
    assert sorted(file.path for file in entry.files) == sorted(f"ledger/{part}-00000.parquet" for part in PARTS)
    whole, prints = [], Fingerprint()
    for part, select in plan.dataset.tables["ledger"].select.items():
        rows = pl.read_parquet(made.folder / f"ledger/{part}-00000.parquet")
        assert rows.height and rows["line_id"].str.starts_with({"closing": "C"}.get(part, part[0].upper())).all()
        if part != "closing":
            wanted = ask(
                made.folder, f"SELECT line_id, posted_on, year, account, amount FROM ({select}) ORDER BY line_id"
            )
            assert rows.sort("line_id").rows() == wanted
        whole.append(rows)
        prints += fingerprint(pl.DataFrame([_drawn(rows[c]) for c in rows.columns]), types)
    assert entry.rows == sum(rows.height for rows in whole) == prints.rows
    assert entry.fingerprint == str(prints)
    assert_frame_equal(frame(plan, "ledger").sort("line_id"), pl.concat(whole).sort("line_id"))
    assert_frame_equal(lazy(plan, "ledger").collect(), frame(plan, "ledger"))


def _drawn(column: pl.Series) -> pl.Series:
    """A written column as it is inside a block: money in cents, whole numbers as int64."""
    if column.dtype == pl.Decimal(14, 2):
        return (column * 100).cast(pl.Int64).alias(column.name)
    return column.cast(pl.Int64) if column.dtype.is_integer() else column


@pytest.mark.parametrize("tables", [["ledger"], ["balance"], ["bought", "ledger"]])
def test_other_tables_do_not_matter(books, plan, made, tables, tmp_path):
    some = generate(make(books, until=plan.until, tables=tables), tmp_path).manifest.tables
    assert some == {name: made.manifest.tables[name] for name in made.manifest.tables if name in tables}


def test_parts_may_be_of_one_family_or_of_several(plan):
    assert plan.tables["ledger.purchases"].family == plan.tables["ledger.sales"].family == "sales"
    assert plan.tables["ledger.journals"].family == "journals"
    assert plan.tables["ledger.closing"].family == "_before_closing"
    order = [family.root for family in plan.families]
    assert order.index("sales") < order.index("_before_closing") < order.index("balance")


def test_there_are_no_blocks_of_its_own(plan):
    for table, said in (("ledger", "is gathered from several families"), ("balance", "is a rollup")):
        with pytest.raises(OptionError, match=f"'{table}' {said}"):
            block(plan, table, 0)
    assert list(block(plan, "journals", 0)) == ["journals", "ledger.journals"]


def test_no_row_at_all(books):
    """Before the first row: empty files of the right types, sums of nothing."""
    plan = make(books, until=dt.datetime(2024, 1, 1, 0, 0, 0, 1), scale=0.002)
    for table in plan.wanted:
        found = frame(plan, table)
        assert found.columns == list(books.tables[table].written)
        assert found.height == {"accounts": 4, "products": 30, "bought": 30}.get(table, 0)


# -- rollups


@settings(deadline=None, max_examples=8, derandomize=True)
@given(st.datetimes(dt.datetime(2024, 1, 2), dt.datetime(2026, 12, 31)), st.sampled_from([0.01, 0.3, 3.7]))
def test_sums_over_phases_are_those_of_the_rows(books, until, scale):
    """Slow oracle: the rows one by one, in a dict."""
    plan = make(books, until=until, scale=scale)
    ledger = frame(plan, "ledger")
    closed = {row["account"] for row in frame(plan, "accounts").iter_rows(named=True) if row["is_closed"]}
    groups: dict[tuple, list] = {}
    unclosed: dict[tuple, Decimal] = {}
    for line, posted_on, year, account, amount in ledger.iter_rows():
        assert dt.datetime(*posted_on.timetuple()[:6]) < until
        groups.setdefault((year, account), []).append((amount, posted_on))
        if line[0] != "C":
            unclosed[year, account] = unclosed.get((year, account), Decimal(0)) + amount
    wanted = [
        (*key, sum((a for a, _ in lines), Decimal(0)), len(lines), min(d for _, d in lines), max(a for a, _ in lines))
        for key, lines in sorted(groups.items())
    ]
    assert frame(plan, "balance").rows() == wanted
    closing = {(y, a): amount for line, _, y, a, amount in ledger.iter_rows() if line[0] == "C"}
    ended = [key for key in unclosed if key[1] in closed and dt.datetime(key[0], 12, 31) < until]
    assert closing == {key: -unclosed[key] for key in ended}
    bought = dict(frame(plan, "purchases").group_by("product_id").agg(pl.col("units").sum()).iter_rows())
    assert frame(plan, "bought").rows() == [(product, bought.get(product, 0)) for product in range(1, 31)]


def test_a_sum_keeps_the_columns_type(plan):
    types = plan.tables["balance"].types
    assert {name: str(dtype) for name, dtype in types.items()} == {
        "year": "integer", "account": "integer", "amount": "decimal(14,2)", "lines": "bigint", "first_on": "date",
        "most": "decimal(14,2)",
    }  # fmt: skip
    assert str(plan.tables["_before_closing"].types["amount"]) == "decimal(14,2)"


def test_a_part_named_twice_counts_once(books):
    twice = parse(
        dump(books).replace("    - sales\n      - purchases\n", "    - sales\n      - sales\n      - purchases\n")
    )
    assert dump(twice) != dump(books)
    assert frame(make(twice), "ledger").sort("line_id").equals(frame(make(books), "ledger").sort("line_id"))


def test_a_table_made_from_a_rollup(books):
    """Derived tables stand beside their rollup; they read rosters of other families whole, with decimals in major units."""
    text = dump(books).replace("\nrules:", """
  dear:
    select: |
      SELECT b.product_id, b.units * p.cost AS worth, a.name FROM bought b JOIN products p ON p.product_id = b.product_id
      CROSS JOIN accounts a WHERE a.account = 200 AND p.cost > 10
    primary_key: [product_id]
    columns: {product_id: {references: products, type: bigint}, worth: {type: "decimal(16,2)"}, name: {type: varchar(20)}}
rules:""")  # fmt: skip
    plan = make(parse(text))
    cost, units = dict(frame(plan, "products").iter_rows()), dict(frame(plan, "bought").iter_rows())
    wanted = [(p, units[p] * cost[p], "Stock") for p in sorted(cost) if cost[p] > 10]
    assert frame(plan, "dear").sort("product_id").rows() == wanted
    assert frame(make(parse(text), tables=["dear"]), "dear").rows() == wanted
    with pytest.raises(OptionError, match="'dear' is made from a rollup"):
        block(plan, "dear", 0)


def test_states_of_derived_rows(books):
    """They follow `until`, and so do states of rows that are drawn."""
    until = dt.datetime(2025, 6, 30, 12)
    plan = make(books, until=until)
    for bought_on, is_old in frame(plan, "purchases").select("bought_on", "is_old").iter_rows():
        assert is_old == ((until.date() - bought_on).days > 365)
    rows = frame(plan, "sales").select("sold_on", "due_on", "paid_on", "days_late")
    assert 0 < rows["paid_on"].null_count() < rows.height
    for sold_on, due_on, paid_on, late in rows.iter_rows():
        assert due_on == sold_on + dt.timedelta(days=30)
        assert late == max(0, ((paid_on or until.date()) - due_on).days)


def test_the_dataset_survives_dump_and_parse(books):
    assert parse(dump(books)) == books
    assert make(parse(dump(books))) == make(books)


# -- verify bites


@pytest.fixture
def copy(made, tmp_path):
    return shutil.copytree(made.folder, tmp_path / "books")


def test_what_was_made_is_clean(made):
    report = verify_folder(made.folder)
    assert report.failed == [] and report.skipped == []
    assert {f.name for f in report.findings if f.table == "ledger" and f.kind in ("key", "reference", "check", "time")} == {
        "line_id", "account → accounts", "real", "posted_on"
    }  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_a_changed_byte_in_one_part(copy, part):
    file = copy / f"ledger/{part}-00000.parquet"
    content = bytearray(file.read_bytes())
    content[10] ^= 1
    file.write_bytes(content)
    assert failed(copy)["files", "ledger", "checksums"].examples == (
        {"file": f"ledger/{part}-00000.parquet", "is": "changed since it was made"},
    )


@pytest.mark.parametrize("part", PARTS)
def test_a_dropped_row_in_one_part(copy, part):
    file = copy / f"ledger/{part}-00000.parquet"
    rows = pl.read_parquet(file)
    with duckdb.connect() as connection:
        line = rows["line_id"].min()
        connection.execute(f"COPY (SELECT * FROM '{file}' WHERE line_id <> '{line}') TO '{file}.new' (FORMAT parquet)")
    file.with_name(f"{file.name}.new").replace(file)
    found = failed(copy)
    assert set(found) >= {
        ("files", "ledger", "checksums"),
        ("rows", "ledger", "manifest"),
        ("rows", "ledger", "fingerprint"),
    }
    assert found["rule", "ledger", "balance_is_the_ledgers"].offences == 1


def test_a_missing_part_and_one_too_many(copy):
    (copy / "ledger/closing-00000.parquet").rename(copy / "ledger/closed-00000.parquet")
    found = failed(copy)
    assert list(found) == [("files", "(folder)", "nothing else"), ("files", "ledger", "checksums")]
    assert found["files", "ledger", "checksums"].offences == 2


TINY = """
dataset: tiny
period: {start: 2024-01-01, until: 2024-02-01}
tables:
  ranks: {rows: 3, columns: {rank: {key: sequence}}}
  things: {rows: 40, columns: {thing_id: {key: sequence}, size: {uniform: {min: 1, max: 5}}, price: {uniform: {min: 1, max: 9}}}}
  found:
    select: %s
    primary_key: [size]
    columns: {size: {type: bigint}, n: {type: bigint}}
"""


def tiny(select):
    return make(parse(TINY % select))


@pytest.mark.parametrize(
    ("select", "sorts"),
    [
        ("SELECT size, COUNT(*) AS n FROM things GROUP BY size, thing_id", ("size",)),
        ("SELECT size, COUNT(*) AS n FROM things GROUP BY size, thing_id ORDER BY size DESC", ()),
        (
            "SELECT thing_id AS size, ROW_NUMBER() OVER (PARTITION BY thing_id ORDER BY size) AS n FROM things",
            ("size",),
        ),
        ("SELECT x.size, x.n FROM (SELECT size, 1 AS n FROM things ORDER BY size) x", ("size",)),
    ],
)
def test_rows_that_come_in_any_order_are_sorted(select, sorts):
    """By key, except where the SELECT itself ends in an ORDER BY."""
    plan = tiny(select)
    assert plan.select_plan("found").order == sorts
    found = frame(plan, "found")["size"].to_list()
    assert found == sorted(found, reverse=not sorts)


@pytest.mark.parametrize(
    ("select", "reads"),
    [
        (
            "SELECT thing_id AS size, SUM(size * size) AS n FROM things GROUP BY thing_id",
            {"things": ("thing_id", "size")},
        ),  # a product is no star
        ("SELECT thing_id AS size, COUNT(*) AS n FROM things GROUP BY thing_id", {"things": ("thing_id",)}),
        ("SELECT 7 AS size, 1 AS n FROM things", {"things": ("thing_id",)}),  # rows count, whatever is named
        (
            "SELECT t.thing_id AS size, COUNT(*) AS n FROM things t CROSS JOIN ranks r GROUP BY t.thing_id",
            {"things": ("thing_id",), "ranks": ("rank",)},
        ),
        (
            "SELECT x.thing_id AS size, COUNT(*) AS n FROM (SELECT * FROM things) x GROUP BY x.thing_id",
            {"things": ("thing_id", "size", "price")},
        ),
    ],
)
def test_a_select_reads_what_it_names(select, reads):
    plan = tiny(select)
    assert plan.select_plan("found").reads == reads
    sizes = dict(frame(plan, "things").select("thing_id", "size").iter_rows())
    times = 3 if "ranks" in reads else 1
    expected = [(thing, times * (size * size if "SUM" in select else 1)) for thing, size in sizes.items()]
    assert frame(plan, "found").rows() == ([(7, 1)] * 40 if select.startswith("SELECT 7") else expected)
