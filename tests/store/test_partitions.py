"""Files in folders by what is in their columns: the same rows, each where readers look for it, whatever goes on with them."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from urllib.parse import unquote

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import synth
from synth.cli import main
from synth.databases import Address
from synth.draw.part import Part
from synth.dtypes import DType
from synth.errors import DataError, OptionError, OutputError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.job.lake import lake
from synth.job.load import load_folder
from synth.job.merge import merge
from synth.job.pull import pull
from synth.reporting.dbt_project import write_dbt_project
from synth.store.journal import key_of
from synth.store.manifest import Manifest, begin
from synth.store.partitions import MOST_FOLDERS, NULL, UNITS, Partition, partition_of, pieces, unpartitioned
from synth.store.tasks import wrong_files
from synth.verifying.files import verify_folder
from tests.support.object_store import here, out, s3, server  # noqa: F401

BY = {"orders": "ordered_at:month", "customers": ["country", "signed_up_at:year"]}
BOOKS = {"journal_entry_item": "transaction_date:month", "ar_ageing": "age"}
SPELT = {"orders": "ordered_at:month", "customers": "country,signed_up_at:year"}


@pytest.fixture(scope="module")
def plan():
    return synth.make_plan("ecommerce", scale=0.02)


@pytest.fixture(scope="module")
def folder(plan, tmp_path_factory):
    return generate(plan, tmp_path_factory.mktemp("partitioned"), partition_by=BY).folder


@pytest.fixture(scope="module")
def plain(plan, tmp_path_factory):
    return generate(plan, tmp_path_factory.mktemp("plain")).folder


def stated(folder):
    """Tables' rows and fingerprints."""
    return {name: (entry.rows, entry.fingerprint) for name, entry in Manifest.read(folder).tables.items()}


def folders(folder, table):
    return {path.parent.relative_to(folder / table).as_posix() for path in (folder / table).rglob("*.parquet")}


def test_each_row_is_in_the_folder_of_its_values(folder, plain):
    assert stated(folder) == stated(plain)
    for path in (folder / "orders").rglob("*.parquet"):
        months = pl.read_parquet(path, hive_partitioning=False)["ordered_at"].dt.strftime("%Y-%m").unique().to_list()
        assert path.parent.name == f"ordered_at_month={months[0]}" and len(months) == 1
    for path in (folder / "customers").rglob("*.parquet"):
        rows = pl.read_parquet(path, hive_partitioning=False).select("country", pl.col("signed_up_at").dt.year())
        ((country, year),) = rows.unique().rows()
        assert [path.parent.parent.name, path.parent.name] == [f"country={country}", f"signed_up_at_year={year}"]
    assert len(folders(folder, "orders")) == 24
    assert [path.name for path in (folder / "payments").iterdir()] == ["part-00000.parquet"]
    assert verify_folder(folder).failed == []


def test_rows_keep_their_order_within_a_folder(folder, plain):
    there = pl.read_parquet(plain / "orders" / "*.parquet")
    for path in (folder / "orders").rglob("*.parquet"):
        rows = pl.read_parquet(path, hive_partitioning=False)
        month = path.parent.name.partition("=")[2]
        assert rows.equals(there.filter(pl.col("ordered_at").dt.strftime("%Y-%m") == month))


def test_readers_take_folders_for_columns(folder):
    pattern = f"{folder}/orders/**/*.parquet"
    counted = "SELECT ordered_at_month, COUNT(*) FROM read_parquet(?) GROUP BY 1 ORDER BY 1"
    connection = duckdb.connect()
    by_month = dict(connection.execute(counted, [pattern]).fetchall())
    assert sum(by_month.values()) == Manifest.read(folder).tables["orders"].rows and "2024-01" in by_month
    read = connection.execute(
        f"EXPLAIN ANALYZE {counted.replace('GROUP', 'WHERE ordered_at_month = ? GROUP')}", [pattern, "2024-01"]
    )
    assert "Total Files Read: 1" in " ".join(read.fetchall()[0][1].split()), "only the folder that is asked for is read"
    seen = pl.scan_parquet(pattern, hive_partitioning=True).group_by("ordered_at_month").len().collect()
    assert dict(seen.rows()) == by_month
    months = ds.dataset(folder / "orders", partitioning="hive").to_table().column("ordered_at_month").value_counts()
    assert {each["values"].as_py(): each["counts"].as_py() for each in months} == by_month


def test_it_says_how_it_is_made_and_is_opened(folder):
    said = (folder / "README.md").read_text()
    assert "--partition-by orders=ordered_at:month --partition-by customers=country,signed_up_at:year" in said
    assert "data_files: orders/**/*.parquet" in said and "data_files: payments/*.parquet" in said
    shown = said.partition("```python\n")[2].partition("```")[0]
    ran = subprocess.run([sys.executable, "-c", shown], cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_dbt_finds_the_files(folder, tmp_path):
    project = write_dbt_project(folder, tmp_path / "dbt")
    (source,) = yaml.safe_load((project / "models" / "sources.yml").read_text())["sources"]
    for table in source["tables"]:
        place = {**source, **table}["config"]["meta"]["external_location"].format(name=table["name"])
        ((rows,),) = duckdb.connect().execute(f"SELECT COUNT(*) FROM {place}").fetchall()
        assert rows == Manifest.read(folder).tables[table["name"]].rows


def test_another_partition_is_another_run(plan, tmp_path):
    made = generate(plan, tmp_path, partition_by=BY)
    assert generate(plan, tmp_path, partition_by=BY).unchanged
    assert generate(plan, tmp_path, partition_by=SPELT).unchanged, "the same in other words"
    with pytest.raises(OutputError, match=r"it differs in partitions \(asked: None\)"):
        generate(plan, tmp_path)
    with pytest.raises(OutputError, match=r"it differs in partitions \(asked: orders=ordered_at:year\)"):
        generate(plan, tmp_path, partition_by={"orders": "ordered_at:year"})
    assert Manifest.read(made.folder).partitions == SPELT
    keys = {key_of(begin(plan, "parquet", partitions=each)) for each in (None, {"orders": "status"}, SPELT)}
    assert len(keys) == 3, "tasks of one are no tasks of the other"
    assert "partitions" not in begin(plan, "parquet").text(), "older versions read the manifests of others"
    generate(plan, tmp_path, if_exists="replace")
    assert folders(made.folder, "orders") == {"."}


@pytest.mark.parametrize(("name", "by"), [("ecommerce", BY), ("ecommerce", {"orders": "status"}), ("erp", BOOKS)])
@pytest.mark.some(2)
def test_a_step_of_time_keeps_to_it(name, by, tmp_path):
    """By a column that changes, files come and go: a task has other folders then."""
    first = synth.make_plan(name, scale=0.02, until=dt.datetime(2025, 6, 28))
    grown = generate(first, tmp_path / "grown", partition_by=by).folder
    for until in (dt.datetime(2025, 7, 3), dt.datetime(2025, 12, 31)):
        advance_folder(grown, until)
    assert verify_folder(grown).failed == []
    whole = generate(synth.make_plan(name, scale=0.02, until=dt.datetime(2025, 12, 31)), tmp_path, partition_by=by)
    assert stated(grown) == stated(whole.folder)
    assert Manifest.read(grown).partitions == Manifest.read(whole.folder).partitions
    for table in by:
        assert folders(grown, table) == folders(whole.folder, table), "and no empty ones are left"


def test_parts_keep_to_it(tmp_path):
    """Parts of a gathered table, too, and a rollup, which `merge` makes."""
    plan, by = synth.make_plan("erp", scale=0.02), BOOKS
    whole = generate(plan, tmp_path / "whole", partition_by=by)
    parts = [generate(plan, tmp_path / "p", part=Part(k, 2), partition_by=by).folder for k in (1, 2)]
    merged = merge(parts, tmp_path / "merged")
    assert merged.manifest.tables == whole.manifest.tables
    assert verify_folder(merged.folder).failed == []
    other = generate(plan, tmp_path / "other", part=Part(2, 2)).folder
    with pytest.raises(OutputError, match=r"is no part of the run .* it differs in partitions \(asked: None\)"):
        merge([parts[0], other], tmp_path / "never")


@pytest.mark.parametrize("format", ["csv", "ndjson", "arrow"])
@pytest.mark.some(1)
def test_other_files(plan, plain, format, tmp_path):
    made = generate(plan, tmp_path, format=format, partition_by=BY).folder
    assert stated(made) == stated(plain)
    assert verify_folder(made).failed == []


def test_databases_have_none_of_it(plan, folder, tmp_path):
    address = Address.parse(f"sqlite:///{tmp_path}/x.db")
    load_folder(folder, address)
    pulled = pull(address, tmp_path / "pulled")
    assert Manifest.read(pulled.folder).partitions == {} and folders(pulled.folder, "orders") == {"."}
    assert stated(pulled.folder) == stated(folder) and verify_folder(pulled.folder).failed == []


@pytest.mark.usefixtures("server")
def test_in_an_object_store(plan, plain, out):  # noqa: F811
    made = generate(plan, out, partition_by=BY)
    assert stated(plain) == {name: (entry.rows, entry.fingerprint) for name, entry in made.manifest.tables.items()}
    assert verify_folder(str(made.folder)).failed == []
    assert generate(plan, out, partition_by=BY).unchanged
    generate(plan, out, if_exists="replace")
    assert verify_folder(str(made.folder)).failed == [], "and nothing else is left"


@pytest.mark.filterwarnings("ignore")
def test_as_tables_of_a_lakehouse(tmp_path):
    from deltalake import DeltaTable
    from pyiceberg.table import StaticTable

    first = synth.make_plan("ecommerce", scale=0.02, until=dt.datetime(2025, 6, 28))
    by = {"orders": ["status", "ordered_at:month"], "customers": "city"}  # of two words, and in accents
    made = generate(first, tmp_path / "a place", partition_by=by).folder
    for kind in ("delta", "iceberg"):
        lake(made, kind)
    advance_folder(made, dt.datetime(2025, 7, 28))
    for table in by:
        files = sorted((made / table).rglob("*.parquet"))
        wanted = pl.concat([pl.read_parquet(file, hive_partitioning=False) for file in files])
        wanted = wanted.sort(wanted.columns[0])
        for found in (
            DeltaTable(str(made / table)).to_pyarrow_table(),
            StaticTable.from_metadata(str(made / table)).scan().to_arrow(),
        ):
            rows = pl.DataFrame(pl.from_arrow(found)).sort(wanted.columns[0])
            assert rows.select(wanted.columns).cast(wanted.schema).equals(wanted)
    assert verify_folder(made).failed == []


# -- what others do to it


def test_verify_finds_what_is_wrong(plan, tmp_path):
    made = generate(plan, tmp_path, partition_by=BY).folder
    one, other = sorted((made / "orders").rglob("*.parquet"))[:2]
    (other.parent / "copy.parquet").write_bytes(one.read_bytes())
    failed = {(each.kind, each.name) for each in verify_folder(made).failed}
    assert {("files", "checksums"), ("rows", "fingerprint")} <= failed
    (other.parent / "copy.parquet").unlink()
    assert verify_folder(made).failed == []
    moved = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(moved)
    assert ("files", "checksums") in {(each.kind, each.name) for each in verify_folder(made).failed}
    one.unlink()
    one.parent.rmdir()
    assert verify_folder(made).failed != []
    (made / "orders" / "status=paid").mkdir()
    assert ("files", "nothing else") in {(each.kind, each.name) for each in verify_folder(made).failed}


def test_folders_of_a_stranger_may_be_as_deep_as_they_like(plan, tmp_path):
    made = generate(plan, tmp_path, partition_by=BY).folder
    deep = made / "orders"
    for _ in range(60):
        deep /= "a=b"
    deep.mkdir(parents=True)
    failed = {(each.kind, each.table, each.name) for each in verify_folder(made).failed}
    assert failed == {("files", "(folder)", "nothing else"), ("files", "orders", "checksums")}


def test_a_manifest_that_says_other_folders_is_refused(folder):
    text = Manifest.read(folder).text()
    for other in ("ordered_at:year", "status", "ordered_at:month,status"):
        with pytest.raises(OutputError, match="is not where a file of"):
            Manifest.parse(text.replace('"orders": "ordered_at:month"', f'"orders": "{other}"'), "here")
    with pytest.raises(OutputError, match="unknown unit 'moon'"):
        Manifest.parse(text.replace('"orders": "ordered_at:month"', '"orders": "ordered_at:moon"'), "here")


def test_files_that_no_task_wrote_are_told(folder):
    manifest = Manifest.read(folder)
    assert list(wrong_files(manifest)) == []
    orders = manifest.tables["orders"]
    fewer = orders.model_copy(update={"files": orders.files[1:]})
    told = list(wrong_files(manifest.model_copy(update={"tables": {**manifest.tables, "orders": fewer}})))
    assert [(table, each["file"]) for table, each in told] == [("orders", "orders/part-00000.parquet")]
    turned = orders.model_copy(update={"files": orders.files[::-1]})
    told = list(wrong_files(manifest.model_copy(update={"tables": {**manifest.tables, "orders": turned}})))
    assert told and all(each["is"] == "twice, or not in its place" for _, each in told)


# -- words


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"orderz": "status"}, r"no table 'orderz' is made\n  hint: did you mean 'orders'"),
        ({"orders": "statuz"}, r"'orders' has no such column\n  hint: did you mean 'status'"),
        ({"orders": "ordered_at"}, r"a timestamp needs a unit\n  hint: ordered_at:month"),
        ({"orders": "ordered_at:moon"}, "unknown unit 'moon'; did you mean 'month'"),
        ({"orders": "status:month"}, "units are for dates and timestamps, not for a"),
        ({"orders": "total"}, r"a decimal\(\d+,\d+\) has too many values for folders"),
        ({"orders": "status,status"}, "names the same folders twice"),
        ({"orders": "status/x"}, "is not like ordered_at:month, or status"),
        ({"orders": ""}, "is not like ordered_at:month, or status"),
    ],
)
def test_words_that_cannot_be_used(plan, asked, said, tmp_path):
    with pytest.raises(OptionError, match=said):
        generate(plan, tmp_path, partition_by=asked)
    assert not list(tmp_path.iterdir())


def test_on_the_command_line(tmp_path, capsys):
    words = ["generate", "inventory", "--scale", "0.01", "--out", str(tmp_path)]
    asked = ["--partition-by", "orders = order_date:day", "--partition-by", "products=category"]
    assert main([*words, *asked]) == 0
    assert Manifest.read(tmp_path / "inventory").partitions == {"orders": "order_date:day", "products": "category"}
    capsys.readouterr()
    assert main([*words, *asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unchanged"]
    for other, said in (
        (["--partition-by", "orders"], "--partition-by takes TABLE=COLUMN"),
        ([*asked, "--partition-by", "orders=status"], "says two things for 'orders'"),
        ([*asked, "--format", "sql"], "--partition-by is for files that others read"),
        ([*asked, "--to", f"sqlite:///{tmp_path}/x.db"], "--partition-by are for folders"),
        ([*asked, "--stdout", "orders"], "--partition-by, --out are not for --stdout"),
    ):
        assert main([*words, *other]) == 2
        assert said in capsys.readouterr().err
    assert " ".join(UNITS) == "year month day hour", "as `--help` has them"


# -- values of all kinds


@given(st.lists(st.one_of(st.none(), st.text(max_size=8)), max_size=40))
def test_readers_find_each_text_in_its_folder(texts):
    frame = pl.DataFrame({"x": pl.Series(texts, dtype=pl.String), "n": range(len(texts))})
    try:
        found = pieces("t", [frame], partition_of("x"), {"x": DType.parse("text"), "n": DType.parse("bigint")})
    except DataError as error:
        assert "in capitals alone" in str(error) or "longer" in str(error)
        return
    assert sum(rows.height for _, each in found for rows in each) == len(texts)
    assert len({place for place, _ in found}) == len(found)
    for place, each in found:
        name, _, label = place.partition("=")
        assert name == "x" and "/" not in label and not set(label) & set('\\:"*?<>|\0')
        values = set(pl.concat(each)["x"].to_list())
        if label == NULL:
            assert values <= {None, ""}
        else:
            assert values == {unquote(label)}


def test_rows_that_are_none_have_a_folder_too():
    types = {"x": DType.parse("text"), "d": DType.parse("date")}
    frame = pl.DataFrame(schema={"x": pl.String, "d": pl.Date})
    ((place, rows),) = pieces("t", [frame], partition_of("x,d:month"), types)
    assert place == f"x={NULL}/d_month={NULL}" and rows[0].height == 0


def test_too_many_values_are_refused():
    types = {"n": DType.parse("bigint")}
    frame = pl.DataFrame({"n": range(MOST_FOLDERS + 1)})
    with pytest.raises(DataError, match="more than 1,000 folders in one task"):
        pieces("t", [frame], partition_of("n"), types)
    capitals = pl.DataFrame({"x": ["de", "DE"]})
    with pytest.raises(DataError, match="values differ in capitals alone"):
        pieces("t", [capitals], partition_of("x"), {"x": DType.parse("text")})


def test_labels():
    moment = pl.Series("t", [dt.datetime(2024, 3, 5, 7, 30), None])
    frame = pl.DataFrame([moment, pl.Series("d", [dt.date(2024, 3, 5), None]), pl.Series("b", [True, None])])
    asked = {
        ("t", "year"): "2024", ("t", "month"): "2024-03", ("t", "day"): "2024-03-05", ("t", "hour"): "2024-03-05T07",
        ("d", None): "2024-03-05", ("d", "month"): "2024-03", ("b", None): "true",
    }  # fmt: skip
    kinds = {"t": "timestamp", "d": "date", "b": "boolean"}
    for (column, unit), label in asked.items():
        found = frame.select(Partition(column, unit).labels(DType.parse(kinds[column])).alias("x"))["x"].to_list()
        assert found == [label, None]


def test_a_task_is_told_by_its_file():
    assert unpartitioned("orders/a=1/b=x%2Fy/part-00007.parquet") == "orders/part-00007.parquet"
    assert unpartitioned("orders/part-00007.parquet") == "orders/part-00007.parquet"
