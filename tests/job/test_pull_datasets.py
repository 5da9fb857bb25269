"""The contract of pulling datasets of ours: they come into files as they are, all of them or nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pyarrow.parquet as pq
import pytest

import synth
from synth.cli import main
from synth.columns import decimals_to_minor_units
from synth.errors import OptionError, OutputError
from synth.fingerprint import fingerprint
from synth.job.load import load_folder
from synth.job.pull import pull
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder
from tests.support.pulls import LIVE, a_place
from tests.support.targets import few


@pytest.fixture(params=LIVE)
def place(request, database, tmp_path):
    """Every database that can be spoken to."""
    (tmp_path / "place").mkdir()
    yield from a_place(
        request.param, database, tmp_path / "place", ("inventory", "erp", "ecommerce", "hostile", "second")
    )


@pytest.fixture
def made(parquet_folders):
    """Generated folders by name."""
    return parquet_folders


def elsewhere(address):
    """Another file; on a server the same place."""
    return replace(address, name=f"{address.name}-2") if address.is_file else address


# -- datasets of ours


@pytest.mark.parametrize(("place", "name", "format"), [
    (where, name, format)
    for name, format in (("inventory", "parquet"), ("erp", "parquet"), ("ecommerce", "csv"), ("hostile", "parquet"), ("hostile", "csv"))
    for where in (few(LIVE) if name == "erp" else LIVE)
], indirect=["place"])  # fmt: skip
@pytest.mark.some(8)
def test_generated_loaded_and_pulled_is_the_same(place, name, format, made, tmp_path):
    """The folder that comes out is one of ours: it is verified, and loaded again."""
    before = Manifest.read(made(name))
    load_folder(made(name), place)
    said = []
    report = pull(
        place, tmp_path / "out", schema=name, format=format, progress=lambda table, rows: said.append((table, rows))
    )
    after = Manifest.read(report.folder)
    assert report.folder == tmp_path / "out" / name and report.has_manifest and not report.changed
    assert {n: t.fingerprint for n, t in after.tables.items()} == {n: t.fingerprint for n, t in before.tables.items()}
    assert (after.format, after.scale, after.seed, after.spec) == (format, before.scale, before.seed, before.spec)
    assert report.rows_of == {n: t.rows for n, t in before.tables.items()} and sorted(said) == sorted(
        report.rows_of.items()
    )
    assert report.bytes == sum(path.stat().st_size for path in report.folder.glob(f"*/*.{format}"))
    found = verify_folder(report.folder)
    assert found.passed, found.failed
    assert load_folder(report.folder, elsewhere(place), schema="second").rows == report.rows


def test_the_files_are_those_of_generate(place, made, tmp_path):
    load_folder(made("inventory"), place)
    report = pull(place, tmp_path)
    for name, entry in Manifest.read(made("inventory")).tables.items():
        ours, theirs = (pl.read_parquet(folder / name / "*.parquet") for folder in (made("inventory"), report.folder))
        assert ours.schema == theirs.schema
        assert fingerprint_of(ours, entry) == fingerprint_of(theirs, entry) == entry.fingerprint
        kinds = [
            pq.read_schema(folder / name / "part-00000.parquet").types for folder in (made("inventory"), report.folder)
        ]
        assert kinds[0] == kinds[1]


def fingerprint_of(frame, entry):
    drawn = decimals_to_minor_units(frame, entry.types).with_columns(pl.col(pl.Int16, pl.Int32).cast(pl.Int64))
    return str(fingerprint(drawn, entry.types))


@pytest.mark.some(2)
def test_generate_does_not_take_it_for_its_own(place, made, tmp_path):
    """What was pulled is no run: the same plan is drawn again, in its place."""
    load_folder(made("inventory"), place)
    pull(place, tmp_path)
    plan = synth.make_plan("inventory", scale=0.2)
    with pytest.raises(OutputError, match="holds another run: inventory, scale 0.2, seed 42"):
        synth.generate(plan, tmp_path)
    assert not synth.generate(plan, tmp_path, if_exists="replace").unchanged
    with pytest.raises(
        OutputError, match="holds inventory, scale 0.2, seed 42, .*; nothing was changed\n  hint: --if-"
    ):
        pull(place, tmp_path)  # and the other way round
    assert pull(place, tmp_path, if_exists="replace").has_manifest
    assert pull(place, tmp_path, format="csv", if_exists="replace").has_manifest


def test_content_that_was_changed_since(postgres, made, tmp_path):
    """The manifest tells of what is there now; verification says where the promises are broken."""
    address, server = postgres
    load_folder(made("inventory"), address)
    server.run(
        "UPDATE inventory.products SET pack_size = pack_size + 1; DELETE FROM inventory.stock WHERE received = 0"
    )
    report = pull(address, tmp_path)
    assert report.has_manifest and report.changed == ("products", "stock")
    assert report.as_dict()["changed"] == ["products", "stock"]
    after = Manifest.read(report.folder)
    assert after.tables["stock"].rows == report.rows_of["stock"] < Manifest.read(made("inventory")).tables["stock"].rows
    found = verify_folder(report.folder)
    assert {finding.kind for finding in found.failed} <= {"rows", "rule"} and all(f.offences for f in found.failed)
    assert load_folder(report.folder, address, schema="second").rows == report.rows


@pytest.mark.some(3)
def test_tables_that_are_asked_for(place, made, tmp_path):
    """A part of a dataset is no dataset: plain files, which the next run knows for its own."""
    load_folder(made("ecommerce"), place)
    for tables in (["orders", "brands", "orders"], ["products"]):
        report = pull(place, tmp_path, tables=tables, if_exists="replace")
        assert not report.has_manifest and list(report.rows_of) == list(dict.fromkeys(tables))
        found = sorted(
            path.relative_to(report.folder).as_posix() for path in report.folder.rglob("*") if path.is_file()
        )
        assert found == sorted([".synth", *(f"{table}/part-00000.parquet" for table in set(tables))])
    entry = Manifest.read(made("ecommerce")).tables["products"]
    assert fingerprint_of(pl.read_parquet(report.folder / "products" / "*.parquet"), entry) == entry.fingerprint
    assert pull(place, tmp_path, if_exists="replace").has_manifest
    assert not (tmp_path / "ecommerce" / ".synth").exists()


def test_tables_of_others_stay_where_they_are(postgres, made, tmp_path):
    address, server = postgres
    load_folder(made("inventory"), address)
    server.run("CREATE TABLE inventory.mine (a NUMERIC); INSERT INTO inventory.mine VALUES (1.5), (NULL), (0.25)")
    report = pull(address, tmp_path)
    assert report.has_manifest and "mine" not in report.rows_of
    report = pull(address, tmp_path, tables=["mine"], if_exists="replace")
    assert pl.read_parquet(report.folder / "mine" / "*.parquet")["a"].to_list() == [
        Decimal("1.50"),
        None,
        Decimal("0.25"),
    ]
    server.run("ALTER TABLE inventory.products ADD COLUMN more TEXT DEFAULT 'x'")
    report = pull(address, tmp_path, if_exists="replace")  # no longer the dataset's columns
    assert not report.has_manifest and set(pl.read_parquet(report.folder / "products" / "*.parquet")["more"]) == {"x"}
    server.run("DROP TABLE inventory.stock")
    report = pull(address, tmp_path, if_exists="replace")
    assert not report.has_manifest and "stock" not in report.rows_of


def test_a_schema_is_found_or_asked_for(postgres, made, tmp_path):
    address, _ = postgres
    with pytest.raises(OptionError, match="holds no dataset of ours\n  hint: say which --schema"):
        pull(address, tmp_path)
    load_folder(made("inventory"), address)
    assert pull(address, tmp_path).schema == "inventory"
    load_folder(made("inventory"), address, schema="second")
    with pytest.raises(OptionError, match=r"holds several datasets \(inventory, second\)\n  hint: say which --schema"):
        pull(address, tmp_path)
    assert pull(address, tmp_path, schema="second").folder == tmp_path / "second"


def test_names_that_are_not_there(place, made, tmp_path):
    load_folder(made("inventory"), place)
    with pytest.raises(OptionError, match="has no tables? .*'ordrs'.*\n  hint: did you mean 'orders'"):
        pull(place, tmp_path, tables=["orders", "ordrs"])
    with pytest.raises(OptionError, match="unknown format 'xml'"):
        pull(place, tmp_path, format="xml")
    with pytest.raises(OptionError, match="a query is instead of"):
        pull(place, tmp_path, query="SELECT 1", tables=["orders"])
    assert not (tmp_path / "inventory").exists()


def test_a_schema_that_is_not_there(postgres, made, tmp_path):
    address, _ = postgres
    load_folder(made("inventory"), address)
    with pytest.raises(OptionError, match="has no tables in schema 'inventori'\n  hint: did you mean 'inventory'"):
        pull(address, tmp_path, schema="inventori")


# -- folders


def test_folders_that_hold_something_else(postgres, made, tmp_path):
    address, _ = postgres
    load_folder(made("inventory"), address)
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="files that are not ours"):
        pull(address, tmp_path)
    (tmp_path / "inventory" / "mine.txt").unlink()
    pull(address, tmp_path, tables=["orders"])
    (tmp_path / "inventory" / "orders" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"not ours \('orders/mine.txt'\)"):
        pull(address, tmp_path)
    assert (tmp_path / "inventory" / "orders" / "part-00000.parquet").exists()
    (tmp_path / "query").write_text("")
    with pytest.raises(OutputError, match="is a file"):
        pull(address, tmp_path, query="SELECT 1 AS a")
    shutil.copytree(made("inventory"), tmp_path / "in" / "inventory")
    done = pull(address, tmp_path / "in", tables=["orders"], if_exists="replace")  # in a run's place
    assert done.rows_of.keys() == {"orders"}


# -- the command


def test_the_command(postgres, made, tmp_path, capsys):
    address, _ = postgres
    load_folder(made("inventory"), address)
    assert main(["pull", address.url(), "--out", str(tmp_path), "--format", "csv", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["manifest"] and report["folder"] == str(tmp_path / "inventory") and report["tables"]["orders"]["rows"]
    assert main(["verify", str(tmp_path / "inventory")]) == 0
    assert main(["pull", address.url(), "--out", str(tmp_path), "--tables", "nothing"]) == 2
    assert "has no table 'nothing'" in capsys.readouterr().err
