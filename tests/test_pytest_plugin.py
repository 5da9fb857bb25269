"""Fixtures for the tests of others: found wherever the library is installed, made once for the same words."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

THEIRS = """
import duckdb, sqlite3

made = []

def test_a_folder(synth_folder):
    folder = synth_folder("inventory", scale=0.02)
    made.append(folder)
    assert (folder / "manifest.json").exists() and synth_folder("inventory", scale=0.02) == folder
    assert synth_folder("inventory", scale=0.03) != folder
    assert next((synth_folder("inventory", format="csv") / "orders").glob("*.csv"))

def test_the_same_folder_in_another_test(synth_folder):
    assert made == [synth_folder("inventory", scale=0.02)]

def test_databases(synth_database):
    url = synth_database("inventory", scale=0.02)
    with duckdb.connect(url.removeprefix("duckdb:///"), read_only=True) as connection:
        assert connection.execute("SELECT COUNT(*) FROM inventory.customers").fetchone() == (40,)
    assert synth_database("inventory", scale=0.02) == url
    url = synth_database("inventory", into="sqlite", until="2025-01-01")
    assert sqlite3.connect(url.removeprefix("sqlite:///")).execute("SELECT COUNT(*) FROM orders").fetchone()[0] > 0

def test_a_server(synth_database):
    import psycopg
    with psycopg.connect(synth_database("inventory", into="postgres")) as connection:
        assert connection.execute("SELECT COUNT(*) FROM inventory.customers").fetchone() == (20,)
"""


def test_they_work_in_a_project_of_others(tmp_path):
    (tmp_path / "test_theirs.py").write_text(THEIRS)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(tmp_path)],
        capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert ran.returncode == 0 and "4 passed" in ran.stdout, ran.stdout + ran.stderr


def test_they_are_announced():
    assert "synth.pytest_plugin" in {point.value for point in entry_points(group="pytest11")}
