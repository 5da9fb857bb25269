"""The dbt project: its files are what dbt reads, and its tests find what does not hold, in both SQLs, as dbt would ask them."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import jinja2
import polars as pl
import pytest
import yaml

import synth
from synth.cli import main
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.spec.load import shipped
from tests.support.targets import LONG


def rendered(path: Path, target: str, source):
    return jinja2.Template(path.read_text("utf-8")).render(target={"type": target}, source=source)


@pytest.fixture(scope="module", params=[*(shipped() if LONG else ["ecommerce"]), "csv"])
def made(request, tmp_path_factory):
    name, form = ("inventory", "csv") if request.param == "csv" else (request.param, "parquet")
    scale = 0.002 if name.startswith("tpch") else 0.02
    folder = Path(generate(synth.make_plan(name, scale=scale), tmp_path_factory.mktemp("made"), format=form).folder)
    return folder, synth.write_dbt_project(folder), synth.load(name)


def sources_of(project):
    return yaml.safe_load((project / "models" / "sources.yml").read_text("utf-8"))["sources"][0]


def from_files(project):
    source = sources_of(project)
    return lambda name, table: source["config"]["meta"]["external_location"].format(name=table)


def test_it_names_every_table_and_column_with_its_description(made):
    folder, project, dataset = made
    assert project == folder.with_name(f"{folder.name}-dbt")
    source = sources_of(project)
    assert source["name"] == source["schema"] == dataset.dataset
    assert [table["name"] for table in source["tables"]] == list(dataset.written)
    for table in source["tables"]:
        declared = dataset.tables[table["name"]]
        assert table["description"] == declared.about
        assert [column["name"] for column in table["columns"]] == list(declared.written)
        for column in table["columns"]:
            tests = column.get("data_tests", [])
            assert ("not_null" in tests) == (not declared.may_be_null(column["name"]))
            assert ("unique" in tests) == (declared.columns[column["name"]].unique or declared.key == (column["name"],))
            related = [test["relationships"]["arguments"] for test in tests if "relationships" in test]
            parent = declared.columns[column["name"]].refers_to
            alone = parent in dataset.written and len(dataset.tables[parent].key) == 1
            assert [each["to"] for each in related] == ([f"source('{dataset.dataset}', '{parent}')"] if alone else [])
    profile = yaml.safe_load((project / "profiles.yml").read_text("utf-8"))[dataset.dataset]
    assert set(profile["outputs"]) == {"duckdb", "postgres"}
    assert yaml.safe_load((project / "dbt_project.yml").read_text("utf-8"))["profile"] == dataset.dataset
    assert {path.stem for path in (project / "tests").glob("rule_*")} == {
        f"rule_{check.table}_{name}".lower()
        for name, check in ((check.name, check) for check in synth_checks(dataset))
    }  # fmt: skip


def synth_checks(dataset):
    from synth.verifying.checks import checks

    return [check for check in checks(dataset, synth.make_plan(dataset).until) if check.kind == "rule"]


def test_its_tests_find_nothing_in_what_was_made(made):
    _, project, _ = made
    paths = sorted((project / "tests").glob("*.sql"))
    assert paths
    for path in paths:
        sql = rendered(path, "duckdb", from_files(project))
        assert duckdb.sql(sql).fetchall() == [], path.name
        assert "cannot be said" not in sql


def test_its_tests_find_what_does_not_hold(tmp_path):
    folder = Path(generate(synth.make_plan("ecommerce", scale=0.02), tmp_path).folder)
    project = synth.write_dbt_project(folder)
    file = next((folder / "orders").glob("*.parquet"))
    pl.read_parquet(file).with_columns(total=pl.col("total") + 1).write_parquet(file)
    found = [
        path.stem for path in sorted((project / "tests").glob("*.sql"))
        if duckdb.sql(rendered(path, "duckdb", from_files(project))).fetchall()
    ]  # fmt: skip
    assert "rule_orders_header_adds_up" in found and "rule_orders_header_equals_lines" not in found


@pytest.mark.parametrize("target", ["postgres"], indirect=True)
def test_in_a_database_they_are_asked_in_its_own_words(made, target):
    folder, project, dataset = made
    load_folder(folder, target.address)

    def source(name, table):
        return f'"{name}"."{table}"'

    with target.connect() as connected:
        for path in sorted((project / "tests").glob("*.sql")):
            sql = rendered(path, "postgres", source)
            assert "cannot be said" not in sql
            assert connected.rows(f"SELECT COUNT(*) FROM ({re.sub('^--.*', '', sql)}) found")[1][0][0] == 0, path.name


def test_on_the_command_line(tmp_path, capsys):
    folder = generate(synth.make_plan("inventory", scale=0.02), tmp_path).folder
    assert main(["dbt", str(folder)]) == 0
    assert f"cd {tmp_path}/inventory-dbt && dbt test --profiles-dir ." in capsys.readouterr().out
    assert main(["dbt", str(folder)]) == 0  # an earlier one of ours is replaced
    (tmp_path / "inventory-dbt" / "target").mkdir()
    (tmp_path / "inventory-dbt" / "target" / "manifest.json").write_text("{}")
    assert main(["dbt", str(folder)]) == 0  # with what dbt has left in it
    capsys.readouterr()
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "model.sql").write_text("SELECT 1")
    assert main(["dbt", str(folder), "--out", str(theirs)]) == 2
    assert "files that are not ours" in capsys.readouterr().err and (theirs / "model.sql").read_text() == "SELECT 1"
    sql = generate(synth.make_plan("inventory", scale=0.02), tmp_path / "sql", format="sql").folder
    assert main(["dbt", str(sql)]) == 2
    assert "dbt-duckdb does not read" in capsys.readouterr().err
