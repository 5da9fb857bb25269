"""Tables of lakehouses: each kind is read by its own library and by DuckDB, goes on with the data, and breaks nothing."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from pyiceberg.table import StaticTable

import synth
from synth.cli import main
from synth.errors import ExtraError, OptionError, OutputError
from synth.job.lake import lake
from synth.lakes import LAKES
from synth.spec.load import parse
from synth.verifying.files import verify_folder

pytestmark = pytest.mark.filterwarnings("ignore")
NEWEST = {
    "delta": lambda folder: DeltaTable(str(folder)).to_pyarrow_table(),
    "iceberg": lambda folder: StaticTable.from_metadata(str(folder)).scan().to_arrow(),
}


def rows(kind, folder):
    """All rows of a table as a reader of its kind has them."""
    frame = pl.from_arrow(NEWEST[kind](folder))
    return frame.sort(frame.columns)


def files(folder):
    """All rows of a table's Parquet files."""
    frame = pl.read_parquet(sorted(Path(folder).glob("*.parquet")))
    return frame.sort(frame.columns)


@pytest.fixture
def made(tmp_path):
    """The folder of `ecommerce`, of the middle of its period, with several files of a table."""
    plan = synth.make_plan("ecommerce", scale=0.15, until="2025-06-01")
    return synth.generate(plan, tmp_path).folder


@pytest.mark.parametrize("kind", LAKES)
def test_it_is_read_and_goes_on_with_the_data(kind, made):
    bytes_before = {path: path.read_bytes() for path in made.rglob("*.parquet")}
    first = lake(made, kind).versions
    assert {path: path.read_bytes() for path in made.rglob("*.parquet")} == bytes_before, "files stay as they are"
    assert set(first) == set(synth.Manifest.read(made).tables)
    for table in first:
        assert rows(kind, made / table).equals(files(made / table)), table
    assert lake(made, kind).versions == first, "nothing has changed"
    assert verify_folder(made).passed
    synth.advance_folder(made, "2025-07-15")
    later = lake(made, kind).versions
    assert later["orders"] == later["order_items"] == first["orders"] + 1 and later["brands"] == first["brands"]
    for table in later:
        assert rows(kind, made / table).equals(files(made / table)), table
    assert verify_folder(made).passed
    whole = synth.generate(synth.make_plan("ecommerce", scale=0.15, until="2025-07-15"), made.parent)
    assert whole.unchanged, "a log is no stranger"


@pytest.mark.parametrize("kind", LAKES)
def test_a_folder_that_was_moved(kind, made, tmp_path):
    lake(made, kind)
    moved = shutil.move(made, tmp_path / "moved")
    lake(moved, kind)
    assert rows(kind, moved / "orders").equals(files(moved / "orders"))


def test_duckdb_finds_the_newest_of_iceberg_by_its_hint(made):
    lake(made, "iceberg")
    hint = (made / "orders/metadata/version-hint.text").read_text()
    assert (made / f"orders/metadata/{hint}.metadata.json").is_file()


def test_readers_of_delta_can_skip_files(made):
    lake(made, "delta")
    table = DeltaTable(str(made / "orders"))
    adds = pl.DataFrame(table.get_add_actions(flatten=True)).sort("path")
    assert adds["min.order_id"].to_list() == [1, 10_001][: adds.height] and adds["num_records"].sum() > 9_000
    schema = {field.name: field.metadata for field in table.schema().fields}
    assert schema["order_id"]["comment"].startswith("Number that identifies")
    assert table.metadata().name == "orders" and table.metadata().description


TYPES = """
dataset: kinds
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  things:
    rows: 50
    columns:
      id: {key: uuid}
      small: {uniform: {min: 1, max: 9}, type: smallint}
      exact: {uniform: {min: 0, max: 99}, type: "decimal(9,2)"}
      real: {normal: {mean: 0, sd: 1}, type: double}
      day: {uniform: {min: 2025-01-01, max: 2025-12-31}, null_share: 0.2}
      said: {choice: {a: 1, "ä ö": 1}}
      yes: {choice: {true: 1, false: 1}, type: boolean}
%s
"""
SPECIAL = {
    "interval": "      special: {interval: {each: {uniform: {min: 7, max: 30}}, unit: days}}",
    "time": "      special: {time_of_day: {}}",
    "array": '      special: {array: {each: {choice: {new: 1, sale: 2}}, max: 2}, type: "text[]"}',
    "bytes": "      special: {bytes: {length: 4}}",
    "json": "      special: {json: {a: small}}",
    "timestamptz": "      special: {uniform: {min: 2025-01-01, max: 2025-12-31}, type: timestamptz}",
    "wide": '      special: {uniform: {min: 0, max: 99}, type: "decimal(30,2)"}',
    "real": "      special: {uniform: {min: 0, max: 9}, type: real}",
}
LACKS = {("delta", "time")}  # a kind has no such type


@pytest.mark.parametrize("special", SPECIAL)
@pytest.mark.parametrize("kind", LAKES)
def test_types(kind, special, tmp_path):
    plan = synth.make_plan(parse(TYPES % SPECIAL[special], "kinds.yaml"))
    folder = synth.generate(plan, tmp_path).folder
    if (kind, special) in LACKS:
        with pytest.raises(OutputError, match="things.special: Delta Lake has no type for times of day"):
            lake(folder, kind)
        assert not (folder / "things" / LAKES[kind].folder).exists()
        return
    lake(folder, kind)
    there, made = rows(kind, folder / "things").sort("id"), files(folder / "things").sort("id")
    assert there.cast(made.schema).equals(made)


def test_what_cannot_be_is_told(made, tmp_path, capsys):
    with pytest.raises(OptionError, match="unknown kind of tables 'hudi'\n  hint: "):
        lake(made, "hudi")
    with pytest.raises(OptionError, match="is in an object store"):
        lake("s3://bucket/ecommerce")
    csv = synth.generate(synth.make_plan("inventory", scale=0.01), tmp_path / "csv", format="csv").folder
    assert main(["lake", str(csv)]) == 2
    assert "holds csv, and Delta Lake Parquet\n  hint: " in capsys.readouterr().err
    (made / "brands/part-00000.parquet").unlink()
    with pytest.raises(OutputError, match="is missing, or not as it was made"):
        lake(made)


def test_no_link_is_followed(made, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (made / "orders/_delta_log").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="holds a link"):
        lake(made)
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("name", ["metadata/x.json", "orders/metadata/notes.txt", "orders/_delta_log/part-00000.csv"])
def test_a_file_that_no_log_has_is_a_stranger(name, made):
    lake(made)
    (made / name).parent.mkdir(exist_ok=True)
    (made / name).write_text("{}")
    assert not verify_folder(made).passed
    with pytest.raises(OutputError, match="holds a file that is not ours"):
        synth.generate(synth.make_plan("ecommerce", scale=0.02), made.parent, if_exists="replace")


@pytest.mark.parametrize("kind", LAKES)
def test_a_log_that_others_have_broken_is_told(kind, made):
    lake(made, kind)
    for path in (made / "orders" / LAKES[kind].folder).glob("*.json"):
        path.write_text("{]")
    said = rf"orders/{LAKES[kind].folder}' cannot be gone on with: .*\n  hint: remove that folder, and `synth lake --as {kind}`"
    with pytest.raises(OutputError, match=said):
        lake(made, kind)
    shutil.rmtree(made / "orders" / LAKES[kind].folder)
    lake(made, kind)
    assert rows(kind, made / "orders").equals(files(made / "orders"))


def test_a_step_that_ended_before_the_logs_is_gone_on_with(made, monkeypatch):
    lake(made, "delta")
    with monkeypatch.context() as ended:
        ended.setattr("synth.job.advance.follow", lambda *words: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            synth.advance_folder(made, "2025-07-15")
    assert synth.advance_folder(made, "2025-07-15").unchanged
    assert rows("delta", made / "orders").equals(files(made / "orders"))


def test_a_step_is_refused_before_it_begins_where_the_library_is_missing(made, monkeypatch):
    lake(made, "iceberg")
    monkeypatch.setitem(sys.modules, "pyiceberg", None)
    with pytest.raises(ExtraError, match="needs pyiceberg, which is not installed"):
        synth.advance_folder(made, "2025-07-15")
    assert synth.Manifest.read(made).until.isoformat() == "2025-06-01T00:00:00"
