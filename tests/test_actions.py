"""The library by the words of the commands: texts where a person writes texts, places that are folders or databases."""

from __future__ import annotations

import datetime as dt
import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import synth
from synth.store.manifest import Manifest
from synth.system import processors

ROOT = Path(__file__).parents[1]
USERS_SCRIPT = ROOT / "tests" / "support" / "users_script.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return synth.generate(synth.make_plan("inventory", scale=0.05), tmp_path_factory.mktemp("made")).folder


def test_moments_are_texts_too():
    plans = [
        synth.make_plan("inventory", scale=0.1, until=until)
        for until in ("2025-03-01", "2025-03-01T00:00:00", "2025-03-01T02:00:00+02:00", dt.date(2025, 3, 1))
    ]
    assert {plan.until for plan in plans} == {dt.datetime(2025, 3, 1)}
    with pytest.raises(synth.OptionError, match="until is a date or timestamp, .* not 'soon'"):
        synth.make_plan("inventory", until="soon")


def test_tables_are_texts_too():
    assert synth.make_plan("ecommerce", tables="orders,customers").wanted == ("customers", "orders")
    with pytest.raises(synth.OptionError, match="unknown table 'order'"):
        synth.make_plan("ecommerce", tables="order")


def test_workers_are_a_number_or_all(tmp_path):
    plan = synth.make_plan("inventory", scale=0.05)
    assert synth.generate(plan, tmp_path, workers="all").workers == processors()
    for wrong, said in (("many", "not 'many'"), (0, "1 or more, got 0")):
        with pytest.raises(synth.OptionError, match=said):
            synth.generate(plan, tmp_path / "no", workers=wrong)
        with pytest.raises(synth.OptionError, match=said):
            synth.generate_into(plan, f"duckdb:///{tmp_path}/no.duckdb", workers=wrong)


@pytest.mark.parametrize("dataset", ["ecommerce", "erp", "inventory"])
def test_frames_are_what_each_frame_is(dataset):
    plan = synth.make_plan(dataset, scale=0.01)
    found = synth.frames(plan)
    assert list(found) == list(plan.wanted)
    for name, frame in found.items():
        alone = synth.frame(plan, name)
        assert_frame_equal(frame.sort(frame.columns), alone.sort(alone.columns), check_row_order=False)


def test_frames_of_some_tables():
    assert list(synth.frames(synth.make_plan("ecommerce", scale=0.01, tables=["orders"]))) == ["orders"]


def test_a_folder_is_loaded_and_proved_by_texts(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = sum(table.rows for table in Manifest.read(Path(folder)).tables.values())
    for url in ("shop.duckdb", f"sqlite:///{tmp_path}/shop.db"):
        loaded = synth.load_into(folder, url)
        assert loaded.rows == rows
        assert synth.verify(url).passed and synth.verify(url, schema="inventory").passed
        with pytest.raises(synth.SynthError):
            synth.load_into(folder, url)
        assert synth.load_into(folder, url, if_exists="replace").rows == rows
        assert synth.pull(url, tmp_path / f"pulled-{loaded.place[-3:]}").rows == rows
    assert synth.verify(folder).passed and synth.verify(str(folder), memory_bytes=10**9).passed


def test_words_that_are_for_the_other_sort_of_place(folder, tmp_path):
    with pytest.raises(synth.OptionError, match="are of databases"):
        synth.verify(folder, exact=True)
    synth.load_into(folder, f"duckdb:///{tmp_path}/shop.duckdb")
    with pytest.raises(synth.OptionError, match="is of folders"):
        synth.verify(f"duckdb:///{tmp_path}/shop.duckdb", memory_bytes=10**9)
    with pytest.raises(synth.OptionError, match="is no database"):
        synth.load_into(folder, "nowhere")


def test_several_datasets_in_a_database_are_named(folder, tmp_path):
    url = f"duckdb:///{tmp_path}/both.duckdb"
    synth.load_into(folder, url)
    synth.load_into(folder, url, schema="other")
    with pytest.raises(synth.OptionError, match="2 datasets"):
        synth.verify(url)
    assert synth.verify(url, schema="other").passed


def test_time_goes_on_by_texts(tmp_path):
    plan = synth.make_plan("inventory", scale=0.05, until="2025-01-01")
    url = f"sqlite:///{tmp_path}/shop.db"
    synth.generate_into(plan, url)
    step = synth.advance_database(url, "2025-02-01")
    assert step.until == dt.datetime(2025, 2, 1)
    early = synth.generate(plan, tmp_path).folder
    synth.advance_folder(early, "2025-02-01T00:00:00", workers="all")
    assert synth.verify(early).passed and synth.verify(url).passed


def test_a_users_script_passes_the_strictest_types_and_runs(tmp_path):
    """Sixty lines over the public names, as a user would write them."""
    strict = [sys.executable, "-m", "mypy", "--strict", str(USERS_SCRIPT)]  # with what `make lint` has worked out
    checked = subprocess.run(strict, capture_output=True, text=True, cwd=ROOT)
    assert checked.returncode == 0, checked.stdout
    ran = subprocess.run([sys.executable, str(USERS_SCRIPT)], capture_output=True, text=True, cwd=tmp_path)
    assert ran.returncode == 0 and "orders by country" in ran.stdout, ran.stderr
    assert len(USERS_SCRIPT.read_text().splitlines()) >= 60


def test_types_are_marked_as_there():
    assert (Path(synth.__file__).parent / "py.typed").is_file()


def test_objects_say_in_a_line_what_they_are(folder, tmp_path):
    plan = synth.make_plan("ecommerce", scale=0.1)
    assert repr(plan).startswith("Plan(ecommerce, scale=0.1, seed=42, until=2026-01-01T00:00:00, 12 tables, about 122,")
    assert repr(synth.load("ecommerce")) == "Dataset(ecommerce, 12 tables, 25 rules)"
    assert "5 tables" in repr(synth.generate(synth.make_plan("inventory", scale=0.05), Path(folder).parent))
    assert repr(synth.verify(folder)).endswith("checks, all hold)")
    loaded = synth.load_into(folder, f"duckdb:///{tmp_path}/shop.duckdb")
    assert repr(loaded).startswith(f"LoadReport('{tmp_path}/shop.duckdb', ") and "schema='inventory', 5 tables" in repr(
        loaded
    )
    for thing in (plan, synth.load("ecommerce"), loaded):
        assert len(repr(thing)) < 200 and "\n" not in repr(thing)


def test_a_frame_is_polars():
    assert isinstance(synth.frames(synth.make_plan("inventory", scale=0.01))["orders"], pl.DataFrame)


@pytest.mark.parametrize("module", ["synth.actions", "synth.api"])
def test_examples_run_as_they_are_written(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = doctest.testmod(importlib.import_module(module), extraglobs={"synth": synth})
    assert found.attempted and not found.failed
