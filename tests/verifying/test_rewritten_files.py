"""Files that are rewritten, with their checksums and the manifest's seal made anew, are found by what is in them."""

from __future__ import annotations

import json
import shutil

import polars as pl
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

import synth
from synth.formats import READABLE
from synth.job.generate import generate
from synth.spec.load import parse
from synth.store.files import described
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder

SPEC = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  t: {rows: 30000, columns: {id: {key: sequence}, one: {uniform: {min: 1, max: 9}, type: integer, null_share: 0.1}, two: {uniform: {min: 1, max: 9}, type: integer}}}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    plan = synth.make_plan(parse(SPEC))
    return {form: generate(plan, tmp_path_factory.mktemp(form), format=form).folder for form in READABLE}


@pytest.fixture
def folder(request, made, tmp_path):
    return shutil.copytree(made[request.param], tmp_path / "d")


def found(folder, *changed) -> dict[str, tuple]:
    """What is said of a folder whose manifest has been made to fit these files."""
    manifest = Manifest.read(folder)
    new = {path: described(folder / path, folder) for path in changed}
    files = tuple(
        new[file.path].model_copy(update={"rows": file.rows}) if file.path in new else file
        for file in manifest.tables["t"].files
    )
    tables = {"t": manifest.tables["t"].model_copy(update={"files": files})}
    manifest.restated(tables=tables).write(folder)
    return {f"{finding.kind} {finding.name}": finding.examples for finding in verify_folder(folder).failed}


def rewritten(folder, place, change):
    """The file's path, after its text, or table, is another one."""
    path = sorted((folder / "t").iterdir())[place]
    if path.suffix in (".csv", ".ndjson"):
        path.write_text("".join(f"{line}\n" for line in change(path.read_text().splitlines())))
    elif path.suffix == ".parquet":
        pq.write_table(change(pq.read_table(path)), path)
    else:
        table = change(pyarrow.ipc.open_file(path).read_all())
        with pyarrow.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    return path.relative_to(folder).as_posix()


def renamed(names):
    return lambda lines: [names, *lines[1:]]


def each(change):
    return lambda lines: [json.dumps(change(json.loads(line))) for line in lines]


def last(change):
    return lambda lines: [*lines[:-1], json.dumps(change(json.loads(lines[-1])))]


NAMES = {
    "a name": ("csv", renamed("id,one,other"), {"column": 3, "is": "other", "should be": "two"}),
    "names exchanged": ("csv", renamed("id,two,one"), {"column": 2, "is": "two", "should be": "one"}),
    "one name more": ("csv", renamed("id,one,two,more"), {"column": 4, "is": "more", "should be": "absent"}),
    "a name in capitals": ("csv", renamed("ID,one,two"), {"column": 1, "is": "ID", "should be": "id"}),
    "keys": ("ndjson", each(lambda row: {**row, "more": 1}), {"column": 4, "is": "more", "should be": "absent"}),
    "a key in the last row": ("ndjson", last(lambda row: {**row, "more": 1}), {"column": 4, "is": "more", "should be": "absent"}),
    "no key for NULL": ("ndjson", each(lambda row: {k: v for k, v in row.items() if v is not None}), {"column": 2, "is": "two", "should be": "one"}),
    "keys in another order": ("ndjson", each(lambda row: dict(reversed(row.items()))), {"column": 1, "is": "two", "should be": "id"}),
    "columns in another order": ("parquet", lambda table: table.select(["id", "two", "one"]), {"column": 2, "is": "two", "should be": "one"}),
    "columns in another order in the other": ("arrow", lambda table: table.select(["one", "id", "two"]), {"column": 1, "is": "one", "should be": "id"}),
}  # fmt: skip


@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize(("folder", "change", "said"), NAMES.values(), ids=NAMES, indirect=["folder"])
def test_what_a_file_calls_its_columns(folder, change, said, place):
    path = rewritten(folder, place, change)
    assert found(folder, path)["files named columns"] == ({"file": path, **said},)


@pytest.mark.parametrize("folder", ["parquet", "arrow"], indirect=True)
def test_a_type_in_a_later_file(folder):
    path = rewritten(folder, 1, lambda table: table.set_column(0, "id", table["id"].cast("int32")))
    (said,) = found(folder, path)["files named columns"]
    assert said == {"file": path, "column": "id", "is": "integer", "should be": "bigint"}


@pytest.mark.parametrize("folder", READABLE, indirect=True)
def test_files_whose_contents_are_exchanged(folder):
    """All that a table is made of is there, and a step would replace the wrong half."""
    one, other = sorted((folder / "t").iterdir())[:2]
    one.rename(folder / "x")
    other.rename(one)
    (folder / "x").rename(other)
    said = found(folder, *(path.relative_to(folder).as_posix() for path in (one, other)))
    assert set(said) == {"files content"} and len(said["files content"]) == 2


@pytest.mark.parametrize("folder", ["csv", "ndjson"], indirect=True)
def test_rows_that_two_files_have_exchanged(folder):
    one, other = (path.read_text().splitlines() for path in sorted((folder / "t").iterdir())[:2])
    paths = [
        rewritten(folder, 0, lambda _: [*one[:-1], other[-1]]),
        rewritten(folder, 1, lambda _: [*other[:-1], one[-1]]),
    ]
    said = found(folder, *paths)
    assert set(said) == {"files content"} and [each["file"] for each in said["files content"]] == paths


@pytest.mark.parametrize("folder", READABLE, indirect=True)
def test_no_alarm(folder):
    assert not found(folder)
    assert pl.Series(sorted(path.name for path in (folder / "t").iterdir())).len() == 3
