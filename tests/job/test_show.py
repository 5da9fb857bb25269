"""Rows that are shown are the first ones of those that `generate` makes, wherever they are; no more is drawn than they need."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import synth
from synth.draw import block
from synth.errors import DatabaseError, OptionError, OutputError
from synth.formats import LINES, READABLE
from synth.job.generate import generate
from synth.job.show import MOST_SUMMED, Drawn, is_spec, stored, write_rows
from synth.job.stream import stream
from synth.store.manifest import Manifest
from tests.support.steps import small_blocks

CONTRACT = Path(__file__).parents[1] / "golden" / "contract.yaml"


def written(tables, table, format, most):
    out = io.BytesIO()
    assert write_rows(tables, table, out, format=format, most=most) >= 0
    return out.getvalue()


def streamed(plan, table, format):
    out = io.BytesIO()
    only = synth.make_plan(plan.dataset, scale=plan.scale, seed=plan.seed, until=plan.until, tables=[table])
    stream(only, table, out, format=format)
    return out.getvalue()


@pytest.mark.parametrize(("name", "scale"), [("ecommerce", 0.02), ("inventory", 0.05), ("erp", 0.01)])
def test_first_rows_are_those_of_the_table(name, scale, monkeypatch):
    small_blocks(monkeypatch, 500)
    plan = synth.make_plan(name, scale=scale)
    frames = synth.frames(plan)
    with Drawn(plan) as tables:
        assert tables.names == plan.wanted
        for table, frame in frames.items():
            for most in (0, 7, 700):
                shown = tables.first(table, most)
                assert shown.frame.columns == list(shown.types) == frame.columns
                if most == 0 or len(plan.dataset.parts(table)) == 1:
                    assert_frame_equal(shown.frame, frame.head(most))
                assert shown.frame.height == min(most, frame.height)
            assert shown.rows == plan.tables[table].rows and shown.is_exact == plan.tables[table].exact


@pytest.mark.parametrize("format", LINES)
def test_lines_are_those_of_a_whole_table(format, monkeypatch):
    """Of every type, with one header, however many blocks they come from."""
    small_blocks(monkeypatch, 500)
    plan = synth.make_plan(CONTRACT, scale=0.1)
    tables = Drawn(plan)
    for table in plan.wanted:
        if len(plan.dataset.parts(table)) > 1:
            continue
        whole = streamed(plan, table, format)
        assert written(tables, table, format, None) == whole
        lines = whole.splitlines(keepends=True)
        assert whole.startswith(written(tables, table, format, 600))
        assert written(tables, table, format, 0) == (lines[0] if format == "csv" else b"")


def test_only_the_blocks_of_the_first_rows_are_drawn(monkeypatch):
    small_blocks(monkeypatch, 500)
    plan, drawn = synth.make_plan("ecommerce", scale=0.2), []
    usual = block.Block.__init__

    def noting(self, plan_, family, number, *rest, **more):
        drawn.extend((family.root, each) for each in number)
        usual(self, plan_, family, number, *rest, **more)

    monkeypatch.setattr(block.Block, "__init__", noting)
    assert Drawn(plan).first("order_items", 3).frame.height == 3
    of_orders = [number for root, number in drawn if root == "orders"]
    assert of_orders == [0] and plan.family("orders").blocks > 10
    drawn.clear()
    assert Drawn(plan).first("order_items", 0).frame.columns and not drawn


@pytest.mark.some(2)
@pytest.mark.parametrize("format", READABLE)
def test_a_folder_in_each_format(format, monkeypatch, tmp_path):
    small_blocks(monkeypatch, 500)
    plan = synth.make_plan(CONTRACT, scale=0.1)
    folder = generate(plan, tmp_path, format=format).folder
    with stored(str(folder), None) as tables:
        assert tables.names == plan.wanted
        for table in plan.wanted:
            if len(plan.dataset.parts(table)) == 1:
                shown, wanted = tables.first(table, 70), Drawn(plan).first(table, 70)
                assert_frame_equal(shown.frame, wanted.frame)
                assert shown.types == wanted.types and shown.rows == synth.frame(plan, table).height
                assert written(tables, table, "csv", 70) == written(Drawn(plan), table, "csv", 70)


def test_no_more_files_are_read_than_needed(monkeypatch, tmp_path):
    small_blocks(monkeypatch, 500)
    folder = generate(synth.make_plan("inventory", scale=1), tmp_path).folder
    table = max(Manifest.read(folder).tables.items(), key=lambda each: len(each[1].files))[0]
    files = sorted((folder / table).glob("*.parquet"))
    assert len(files) > 1
    size = files[-1].stat().st_size
    files[-1].write_bytes(b"\0" * size)
    with stored(str(folder), None) as tables:
        assert tables.first(table, 3).frame.height == 3
        with pytest.raises(OutputError, match="cannot be read"):
            tables.first(table, 10**9)


def test_a_folder_of_anybodys(tmp_path):
    (tmp_path / "people.csv").write_text('name,age\nAnn,3\n"",4\n,5\n')
    (tmp_path / "mixed").mkdir()
    pl.DataFrame({"a": [1, 2]}).write_parquet(tmp_path / "mixed" / "1.parquet")
    pl.DataFrame({"a": ["x"]}).write_parquet(tmp_path / "mixed" / "2.parquet")
    with stored(str(tmp_path), None) as tables:
        assert set(tables.names) == {"people", "mixed"}
        people = tables.first("people", 10)
        assert people.rows == 3 and people.frame["name"].to_list() == ["Ann", "", None]
        assert tables.first("people", 2).rows is None
        assert tables.first("mixed", 10).frame["a"].to_list() == ["1", "2", "x"]
        assert written(tables, "people", "csv", None) == b'name,age\nAnn,3\n"",4\n,5\n'
        assert written(tables, "mixed", "csv", None) == b"a\n1\n2\nx\n"
        with pytest.raises(OptionError, match="has no table 'peple'\n  hint: did you mean 'people'"):
            tables.types("peple")


def test_a_database(target):
    """By the primary key, and only so many; as files of its tables have them."""
    plan = synth.make_plan("ecommerce", scale=0.01)
    synth.generate_into(plan, target.address, via=target.via)
    with stored(target.url, "ecommerce") as tables:
        assert set(tables.names) == set(plan.wanted)
        for table in plan.wanted:
            key = list(plan.dataset.tables[table].key)
            wanted = synth.frame(plan, table).sort(key).head(5)
            assert written(tables, table, "csv", 5).splitlines()[0].decode() == ",".join(wanted.columns)
            found = tables.first(table, 5).frame
            assert_frame_equal(found.select(key), wanted.select(key), check_dtypes=False)
            assert found.height == min(5, wanted.height)
    if target.dialect.has_schemas:
        with pytest.raises(OptionError, match="has no tables in schema 'nowhere'\n  hint: name another with --schema"):
            stored(target.url, "nowhere")


def test_a_long_text_of_a_stranger_is_refused_where_it_is_shown(tmp_path):
    import duckdb

    with duckdb.connect(tmp_path / "long.duckdb") as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT i, CASE WHEN i < 5 THEN 'short' ELSE REPEAT('x', 70000000) END AS x FROM RANGE(6) r(i)"
        )
    with stored(str(tmp_path / "long.duckdb"), "main") as tables:
        assert tables.first("t", 5).frame.height == 5
        with pytest.raises(DatabaseError, match="'t.x' holds a text of 70,000,000 bytes"):
            tables.first("t", 6)


def test_what_sums_over_too_much_says_so():
    plan = synth.make_plan("erp", scale=100)
    tables = Drawn(plan)
    assert tables.drawn_for("trial_balance") > MOST_SUMMED
    assert tables.drawn_for("sales_orders") is None and tables.drawn_for("general_ledger") is None
    assert Drawn(synth.make_plan("erp")).drawn_for("trial_balance") is None


def test_working_tables_and_others_are_refused():
    tables = Drawn(synth.make_plan("erp", scale=0.01))
    hidden = next(name for name in tables.plan.dataset.all_tables if name.startswith("_"))
    with pytest.raises(OptionError, match=f"unknown table '{hidden}'\n  hint: it is a working table"):
        tables.types(hidden)
    with pytest.raises(OptionError, match="unknown table 'sales_order'\n  hint: did you mean 'sales_orders"):
        tables.types("sales_order")


def test_what_a_word_means(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("ecommerce").mkdir()
    Path("mine").write_text("dataset: mine")
    Path("data.parquet").touch()
    Path("data.duckdb").touch()
    assert is_spec("ecommerce") and not is_spec("./ecommerce") and is_spec("shop.yml") and is_spec("mine")
    assert not is_spec("data.parquet") and not is_spec("data.duckdb") and not is_spec("ecomerce")
    with pytest.raises(OptionError, match="'ecomerce' is no dataset, no folder and no database\n  hint: did you mean"):
        stored("ecomerce", None)
    with pytest.raises(OptionError, match="--schema is of databases, and './ecommerce' is none"):
        stored("./ecommerce", "x")
