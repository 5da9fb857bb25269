"""Rivals keep one contract; those of the same table make that table; one that is not there is named."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import benchmarks.rivals
from benchmarks import run
from benchmarks.databases import Databases
from benchmarks.order_items import PRODUCTS, decimals, mistakes, rows_in, schema
from benchmarks.rivals import RIVALS, rivals
from benchmarks.rivals.rival import COMPARED, OrderItems, Rival
from tests.house.registered import members_of, subclass_of, unregistered

FOLDER = Path(inspect.getfile(benchmarks.rivals)).parent
PARTS = [
    "name", "group", "rows", "columns", "processors", "given", "needs", "chooses_rows", "environment", "adds_up",
    "python", "missing", "before", "words", "beside", "made", "mistakes",
]  # fmt: skip
EACH = [pytest.param(each, id=type(each).__name__) for each in rivals()]
ROWS = 3_000


def test_every_rival_is_registered():
    line = 'add a line `"its_file": "{name}"` to RIVALS in benchmarks/rivals/__init__.py'
    members = members_of(benchmarks.rivals, subclass_of(Rival))
    forgotten = unregistered(members, [type(each) for each in rivals()], line, ["OrderItems"])
    assert len(members) == len(RIVALS) + 1 and not forgotten, forgotten


@pytest.mark.parametrize("rival", EACH)
def test_a_rival_says_what_it_must(rival):
    assert inspect.getdoc(type(rival)) and inspect.getdoc(import_module(type(rival).__module__))
    assert rival.name and rival.group in COMPARED and rival.rows >= 100_000 and 4 <= rival.columns <= 16
    assert len(rival.given.split()) > 6 and not rival.given.endswith(".") and rival.needs
    assert isinstance(rival.missing(), str)
    assert rival.name.partition(",")[0].split(": ")[-1].split()[0] in (FOLDER.parent / "README.md").read_text()


@pytest.mark.parametrize("rival", EACH)
def test_its_parts_stand_in_their_order(rival):
    tree = ast.parse(Path(inspect.getfile(type(rival))).read_text())
    (body,) = [node.body for node in tree.body if isinstance(node, ast.ClassDef)]
    named = [node.targets[0].id if isinstance(node, ast.Assign) else getattr(node, "name", "") for node in body]
    parts = [name for name in named if name]
    assert set(parts) <= set(PARTS)
    values = [name for name in parts if PARTS.index(name) < PARTS.index("python")]
    methods = [name for name in parts if name not in values]
    assert parts == values + methods and methods == sorted(methods, key=PARTS.index)


def test_locks_are_pinned_and_name_no_registry():
    locks = {path.stem: path.read_text() for path in FOLDER.glob("*.lock")}
    assert set(locks) == {rival.environment for rival in rivals()} - {""}
    for text in locks.values():
        assert "://" not in text and text.count("--hash=sha256:") >= len(re.findall("==", text)) > 5


def test_one_that_is_not_there_is_named():
    class Abacus(OrderItems):
        name, needs = "Abacus", ("no-such-program",)

    class Slate(OrderItems):
        name, needs = "Slate", ("module:no_such_module",)

    class Clay(OrderItems):
        name, needs, environment = "Clay", (), "no-such-environment"

    assert Abacus().missing() == "the program no-such-program is not installed"
    assert Slate().missing() == "the package no_such_module is not installed"
    assert "not set up" in Clay().missing()


def test_a_run_names_them_too(monkeypatch):
    monkeypatch.setattr(OrderItems, "missing", lambda self: "it is on holiday")
    with Databases(0.01) as databases:
        cases, why = run.beside_rivals(databases, 0.01)
    away = {each.name for each in rivals() if isinstance(each, OrderItems)}
    assert away <= set(why) and not away & {case.name for case in cases} and len(away) == 5


@pytest.mark.parametrize("name", ["faker", "mimesis"])
def test_lines_made_by_value_are_that_table(name, tmp_path):
    lines = import_module(f"benchmarks.rivals.{name}").lines(0, ROWS)
    pq.write_table(lines, tmp_path / "lines.parquet")
    assert rows_in(tmp_path) == ROWS and not mistakes(tmp_path)
    assert PRODUCTS - 9 < len(set(lines["product_id"].to_pylist())) <= PRODUCTS
    assert 0.9 < lines["promotion_id"].null_count / ROWS < 1


def test_duckdbs_lines_are_that_table(tmp_path):
    import_module("benchmarks.rivals.duckdb_sql").make(ROWS, tmp_path)
    assert rows_in(tmp_path) == ROWS and not mistakes(tmp_path)


def test_what_is_another_table_is_found(tmp_path):
    lines = import_module("benchmarks.rivals.mimesis").lines(0, ROWS)
    path = tmp_path / "lines.parquet"
    pq.write_table(lines.drop_columns("tax"), path)
    assert "has the columns" in mistakes(tmp_path)[0]
    wrong = lines.set_column(6, "quantity", pa.array([9] * ROWS, schema().field("quantity").type))
    pq.write_table(wrong, path)
    assert len(mistakes(tmp_path)) == 2 and len(mistakes(tmp_path, adds_up=False)) == 1


def test_decimals_keep_their_sign():
    import numpy as np

    assert [str(each) for each in decimals(np.array([-5, 0, 1234])).to_pylist()] == ["-0.05", "0.00", "12.34"]
