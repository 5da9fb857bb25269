"""Documents beside the data: they say what is there, run as they are written, and go with the data wherever it goes."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import hashlib
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
import yaml

import synth
from synth.cli import main
from synth.databases.address import find
from synth.describe.documents import DOCUMENTS
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.job.merge import merge
from synth.job.pull import pull
from synth.spec.load import shipped


def documents(folder):
    return {name: (Path(folder) / name).read_text("utf-8") for name in DOCUMENTS}


@pytest.fixture(scope="module", params=[*shipped()])
def made(request, tmp_path_factory):
    return generate(synth.make_plan(request.param, scale=0.02), tmp_path_factory.mktemp("made"))


def test_the_dictionary_has_every_column(made):
    rows = list(csv.DictReader(io.StringIO(documents(made.folder)["dictionary.csv"])))
    told = {(row["table"], row["column"]): row["type"] for row in rows}
    tables = made.manifest.tables
    assert told == {(name, column): type_ for name, entry in tables.items() for column, type_ in entry.columns.items()}
    assert list(dict.fromkeys(row["table"] for row in rows)) == list(tables)
    assert all(row["about"] for row in rows)
    dataset = made.manifest.load_dataset()
    for row in rows:
        table = dataset.tables[row["table"]]
        assert (row["key"] == "yes") == (row["column"] in table.key)
        assert (row["nullable"] == "yes") == table.may_be_null(row["column"])
        assert row["refers_to"] == (table.columns[row["column"]].refers_to or "")
    text = documents(made.folder)["dictionary.md"]
    assert re.findall(r"^## (\w+)$", text, re.M) == list(tables)
    assert text.count("\n| `") == len(rows)


def test_the_readme_says_what_is_there_and_how_to_make_it_again(made, tmp_path, monkeypatch):
    text = documents(made.folder)["README.md"]
    for name, entry in made.manifest.tables.items():
        assert f"| [{name}](dictionary.md#{name}) | {entry.rows:,} |" in text
    head = yaml.safe_load(text.split("---\n")[1])
    for config in head["configs"]:
        files = {path.relative_to(made.folder).as_posix() for path in Path(made.folder).glob(config["data_files"])}
        assert files == {file.path for file in made.manifest.tables[config["config_name"]].files}
    assert [config["config_name"] for config in head["configs"]] == list(made.manifest.tables)
    (command,) = re.findall(r"```sh\nsynth (.*)\n```", text)
    assert main([*command.split(), "--out", str(tmp_path)]) == 0
    again = synth.Manifest.read(tmp_path / made.manifest.dataset)
    assert again.identity == made.manifest.identity and documents(tmp_path / made.manifest.dataset) == documents(
        made.folder
    )


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson", "arrow", "sql"])
def test_what_opens_it_runs(form, tmp_path, monkeypatch):
    folder = generate(synth.make_plan("inventory", scale=0.02), tmp_path, format=form).folder
    blocks = re.findall(r"```python\n(.*?)```", documents(folder)["README.md"], re.S)
    assert len(blocks) == (form != "sql")
    monkeypatch.chdir(folder)
    for block in blocks:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(block, {})
        assert len(printed.getvalue()) > 100


def test_the_data_package_describes_the_files(made):
    package = json.loads(documents(made.folder)["datapackage.json"])
    tables = made.manifest.tables
    assert [resource["title"] for resource in package["resources"]] == list(tables)
    names = {resource["name"] for resource in package["resources"]}
    assert all(re.fullmatch(r"[a-z0-9._-]+", name) for name in (package["name"], *names))
    for resource in package["resources"]:
        paths = [resource["path"]] if isinstance(resource["path"], str) else resource["path"]
        assert sum((Path(made.folder) / path).stat().st_size for path in paths) == resource["bytes"]
        if "hash" in resource:
            found = hashlib.sha256((Path(made.folder) / paths[0]).read_bytes()).hexdigest()
            assert resource["hash"] == f"sha256:{found}"
        frame = pl.read_parquet([Path(made.folder) / path for path in paths])
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        assert list(fields) == frame.columns
        for name, field in fields.items():
            kind = frame[name].dtype
            wanted = "integer" if kind.is_integer() else "number" if kind.is_numeric() else None
            assert wanted is None or field["type"] == wanted
            if field.get("constraints", {}).get("required"):
                assert frame[name].null_count() == 0
        if key := resource["schema"].get("primaryKey"):
            assert frame.select(key).n_unique() == frame.height
        for foreign in resource["schema"].get("foreignKeys", ()):
            assert foreign["reference"]["resource"] in names


def test_the_diagram_is_a_picture(made):
    text = documents(made.folder)["diagram.svg"]
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg") and "prefers-color-scheme" in text


def test_they_are_the_same_for_any_workers_and_parts(tmp_path):
    plan = synth.make_plan("ecommerce", scale=0.05)
    whole = generate(plan, tmp_path / "whole", workers=2).folder
    parts = [generate(plan, tmp_path / "parts", part=synth.Part(number, 3)).folder for number in (1, 2, 3)]
    assert not any((Path(part) / name).exists() for part in parts for name in DOCUMENTS)
    merged = merge(parts, tmp_path / "merged").folder
    assert documents(merged) == documents(whole)


def test_they_grow_with_the_data(tmp_path):
    early = generate(synth.make_plan("inventory", scale=0.05, until=dt.date(2025, 1, 1)), tmp_path / "early").folder
    before = documents(early)
    synth.advance_folder(early, synth.make_plan("inventory", scale=0.05).until)
    whole = generate(synth.make_plan("inventory", scale=0.05), tmp_path / "whole").folder
    assert documents(early) == documents(whole) != before
    assert synth.verify_folder(early).passed


def test_what_is_pulled_has_them_too(tmp_path):
    folder = generate(synth.make_plan("inventory", scale=0.05), tmp_path / "made").folder
    address = find(str(tmp_path / "shop.duckdb"))
    load_folder(folder, address)
    pulled = pull(address, tmp_path / "pulled").folder
    assert documents(pulled)["dictionary.csv"] == documents(folder)["dictionary.csv"]
    assert synth.verify_folder(pulled).passed


def test_a_part_of_the_tables_is_told_as_that(tmp_path):
    folder = generate(synth.make_plan("ecommerce", scale=0.02, tables=["customers", "orders"]), tmp_path).folder
    text = documents(folder)
    assert re.findall(r"^## (\w+)$", text["dictionary.md"], re.M) == ["customers", "orders"]
    assert len(json.loads(text["datapackage.json"])["resources"]) == 2
    assert "--tables customers,orders\n" in text["README.md"]


def test_the_command_names_what_was_asked_for(tmp_path):
    plan = synth.make_plan("inventory", scale=0.5, seed=7, rows={"customers": 30})
    summary = generate(plan, tmp_path / "first", compression="zstd")
    (command,) = re.findall(r"```sh\nsynth (.*)\n```", documents(summary.folder)["README.md"])
    assert main([*command.split(), "--out", str(tmp_path)]) == 0
    again = synth.Manifest.read(tmp_path / "inventory")
    assert again.identity == summary.manifest.identity and again.compression == "zstd"
    assert again.tables["customers"].rows == 30


def test_text_of_a_spec_breaks_no_document(tmp_path):
    spec = """
dataset: odd
about: "a | b <script> \\\\ c\\nnext"
period: {start: 2024-01-01, until: 2024-02-01}
tables:
  Odd_Name:
    about: "x | y"
    rows: 3
    columns: {id: {key: sequence, about: "one | two, \\"three\\""}, ref: {reference: Odd_Name, about: "<b>"}}
"""
    from synth.spec.load import parse

    folder = generate(
        synth.make_plan(parse(spec.replace("reference: Odd_Name", "uniform: {min: 1, max: 3}"))), tmp_path
    ).folder
    text = documents(folder)
    rows = list(csv.DictReader(io.StringIO(text["dictionary.csv"])))
    assert rows[0]["about"] == 'one | two, "three"'
    assert r"| `id` | `bigint` | key | one \| two, " in text["dictionary.md"] and "<b>" not in text["dictionary.md"]
    assert r"a \| b &lt;script> \\ c next. 3 rows" in text["README.md"]
    assert json.loads(text["datapackage.json"])["resources"][0]["name"] == "odd_name"
    ElementTree.fromstring(text["diagram.svg"])


def test_documents_of_ours_do_not_keep_a_folder_from_being_replaced_and_others_do(tmp_path):
    plan, other = synth.make_plan("inventory", scale=0.02), synth.make_plan("inventory", scale=0.03)
    folder = Path(generate(plan, tmp_path).folder)
    (folder / "README.md").write_text("mine")
    assert synth.verify_folder(folder).passed
    assert generate(plan, tmp_path).unchanged
    generate(other, tmp_path, if_exists="replace")
    assert "mine" not in documents(folder)["README.md"]
    (folder / "NOTES.md").write_text("mine")
    with pytest.raises(synth.OutputError, match="NOTES.md"):
        generate(plan, tmp_path, if_exists="replace")
