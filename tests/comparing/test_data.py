"""Two places with tables compared: what is the same is told to be so, and what is not, where."""

from __future__ import annotations

import shutil

import polars as pl
import pytest

from synth.comparing.data import compare_data
from synth.differences import data_text
from synth.errors import OptionError, OutputError
from synth.job.load import load_folder
from tests.support.targets import LIVE, few

NEAR = 0.3  # two seeds of some hundred rows
EVERYWHERE = pytest.mark.parametrize("target", few([suite for suite in LIVE if suite != "copy"]), indirect=True)


@pytest.fixture(scope="module")
def inventory(runs):
    """The folder of a run."""
    return lambda scale=0.5, seed=42: runs("inventory", scale, seed).folder


@pytest.fixture
def folder(tmp_path):
    """Make a folder of files that nobody of ours has made."""

    def make(name, **tables):
        (tmp_path / name).mkdir()
        for table, (form, frame) in tables.items():
            path = tmp_path / name / f"{table}.{form}"
            getattr(frame, {"parquet": "write_parquet", "csv": "write_csv", "ndjson": "write_ndjson"}[form])(path)
        return tmp_path / name

    return make


def compared(before, after, **options):
    return compare_data(str(before), str(after), **options)


def foreign(folder, tmp_path, name="foreign"):
    """A copy of a run's files without the manifest."""
    copy = tmp_path / name
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.json", "*.md", "*.csv", "*.svg"))
    return copy


def test_a_run_is_the_same_as_itself_and_is_not_read(inventory, tmp_path):
    copy = shutil.copytree(inventory(), tmp_path / "copy")
    for path in copy.glob("*/*.parquet"):
        path.write_bytes(b"PAR1" + b"\0" * (path.stat().st_size - 8) + b"PAR1")
    found = compared(inventory(), copy)
    assert found.same and all(not table.columns for table in found.tables.values())
    assert found.tables["customers"].rows == (1000, 1000)


def test_files_without_a_manifest_are_read(inventory, tmp_path):
    copy = foreign(inventory(), tmp_path)
    assert compared(inventory(), copy).same and compared(copy, copy).same
    other = compared(inventory(seed=7), copy)
    assert not other.same and not any(table.types for table in other.tables.values())


def test_another_seed_is_other_rows_alike_spread(inventory):
    found = compared(inventory(), inventory(seed=7))
    assert not found.same and not found.gone and not found.added
    orders = found.tables["orders"]
    assert orders.columns["order_date"].distance < NEAR and orders.columns["quantity"].distance < NEAR
    assert all(0 <= each.distance <= 1 for table in found.tables.values() for each in table.columns.values())
    distances = [each.distance for each in orders.columns.values()]
    assert distances == sorted(distances, reverse=True)


def test_twice_the_rows_are_alike_spread(inventory):
    found = compared(inventory(), inventory(scale=1))
    customers = found.tables["customers"]
    assert customers.rows == (1000, 2000) and not customers.same
    reference = found.tables["orders"].references["customer_number"]
    assert reference.before.parents == 1000 and reference.after.parents == 2000
    assert reference.before.mean == pytest.approx(found.tables["orders"].rows[0] / 1000)
    assert reference.distance < NEAR
    assert "customers: 1,000 rows → 2,000" in data_text(found, 0.02)


def test_tables_and_columns_that_come_go_and_change(folder):
    numbers = pl.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "y"], "c": [1, 2, 3]})
    before = folder("before", t=("parquet", numbers), old=("parquet", numbers))
    after = numbers.select("b", pl.col("a").cast(pl.Int32), d="c")
    found = compared(before, folder("after", t=("parquet", after), new=("parquet", numbers)))
    assert (found.gone, found.added) == (("old",), ("new",))
    table = found.tables["t"]
    assert (table.gone, table.added, table.reordered) == (("c",), ("d",), True)
    assert table.types == {"a": ("bigint", "integer")}
    assert {name: each.distance for name, each in table.columns.items()} == {"a": 0, "b": 0}
    said = data_text(found, 0.02)
    assert (
        "t: a was bigint, and is integer" in said and "old: only in" in said and "t: columns in another order" in said
    )


def test_each_column_is_told_by_how_far_apart_it_is(folder):
    some = pl.DataFrame(
        {"same": list(range(10)), "status": ["new"] * 5 + ["paid"] * 3 + ["sent"] * 2, "price": [1.0] * 10}
    )
    other = some.with_columns(
        status=pl.Series(["new"] * 2 + ["paid"] * 4 + ["sent"] * 4),
        price=pl.Series([1.0] * 9 + [None], dtype=pl.Float64),
    )
    found = compared(folder("a", t=("parquet", some)), folder("b", t=("parquet", other)))
    told = {name: each.distance for name, each in found.tables["t"].columns.items()}
    assert told == pytest.approx({"status": 0.3, "price": 0.1, "same": 0})
    said = data_text(found, 0.2)
    assert "'new' 50.0 % → 20.0 %" in said and "price" not in said and "2 columns less than 0.2 apart" in said
    assert "NULL 0.0 % → 10.0 %" in data_text(found, 0.05)


def test_texts_are_read_as_what_they_are(folder):
    typed = pl.DataFrame(
        {
            "id": [1, 2, 3], "price": [1.5, 2.25, 10.0], "day": ["2024-01-31", "2024-02-29", None], "code": ["007", "1", "2"],
            "at": ["2024-01-31 10:00:00", "2024-02-29T11:30:00", None], "ok": ["true", "false", "true"], "none": [None, None, None],
        },
        schema_overrides={"none": pl.String},
    )  # fmt: skip
    lines = folder("lines", t=("csv", typed))
    assert compared(lines, lines).same
    cheaper = typed.with_columns(price=pl.Series([0.5, 0.25, 1.0]))
    found = compared(lines, folder("other", t=("ndjson", cheaper))).tables["t"]
    types = {name: str(each.before.type) for name, each in found.columns.items()}
    assert types == {
        "id": "bigint", "price": "double", "day": "date", "code": "text", "at": "timestamp", "ok": "boolean", "none": "text",
    }  # fmt: skip
    assert {name for name, each in found.columns.items() if each.distance} == {"price"} and not found.types
    parquet = folder(
        "parquet", t=("parquet", typed.with_columns(pl.col("day").str.to_date(), pl.col("price").cast(pl.Float64)))
    )
    assert compared(lines, parquet, tables=["t"]).tables["t"].columns == {}  # the same, in the types of Parquet


@EVERYWHERE
def test_databases(target, inventory):
    load_folder(inventory(0.05), target.address)
    assert compared(inventory(0.05), target.url).same
    found = compared(target.url, inventory(0.05, 7), tables=["orders"])
    assert list(found.tables) == ["orders"] and not found.same
    assert found.tables["orders"].references.keys() == {"customer_number", "product_number"}
    assert not found.tables["orders"].types


def test_what_cannot_be_compared(inventory, folder, tmp_path):
    with pytest.raises(OptionError, match="has a table 'order'\n  hint: did you mean 'orders'"):
        compared(inventory(), inventory(), tables=["order"])
    with pytest.raises(OptionError, match="holds no tables, but datasets\n  hint: name one of them, as .*inventory"):
        compared(inventory().parent, inventory())
    (tmp_path / "empty").mkdir()
    with pytest.raises(OptionError, match="holds no tables"):
        compared(inventory(), tmp_path / "empty")
    broken = folder("broken", orders=("parquet", pl.DataFrame({"a": [1]})))
    (broken / "orders.parquet").write_bytes(b"PAR1 and nothing")
    with pytest.raises(OutputError, match="cannot be read"):
        compared(broken, inventory())


def test_progress_tells_all_rows_once(inventory):
    told = []
    found = compared(inventory(), inventory(seed=7), progress=lambda what, rows: told.append((what, rows)))
    (total,) = {what.total for what, rows in told if what == "compare"}
    read = [table for table in found.tables.values() if not table.same]
    assert sum(rows for _, rows in told) == total == sum(sum(table.rows) for table in read)
