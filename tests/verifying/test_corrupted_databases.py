"""What is changed in `synth_manifest` of a database is found and named; what a load left raises no alarm."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3

import duckdb
import pytest

import synth
from synth.databases import Address
from synth.errors import DatabaseError, SynthError
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.store.manifest import Manifest
from synth.verifying.database import verify_database

UNTIL = dt.datetime(2025, 3, 10)
TABLES = {"db": "synth_manifest", "duckdb": "books.synth_manifest"}
CONNECT = {"db": sqlite3.connect, "duckdb": duckdb.connect}
WHOLE = "(manifest)"


@pytest.fixture(scope="module")
def made(books, tmp_path_factory):
    """A file of each database, loaded once."""
    out = tmp_path_factory.mktemp("loaded")
    folder = generate(synth.make_plan(books, scale=0.2, until=UNTIL), out).folder
    for suffix in TABLES:
        load_folder(folder, Address.parse(str(out / f"loaded.{suffix}")))
    return out


@pytest.fixture(params=TABLES)
def place(request, made, tmp_path):
    return shutil.copy(made / f"loaded.{request.param}", tmp_path)


def run(place, *statements):
    suffix = str(place).rpartition(".")[2]
    with CONNECT[suffix](place) as connection:
        for sql in statements:
            connection.execute(sql.replace("MANIFEST", TABLES[suffix]))
    connection.close()


def edit(place, change, *, sealed=False):
    suffix = str(place).rpartition(".")[2]
    with CONNECT[suffix](place) as connection:
        ((spec, text),) = connection.execute(f"SELECT spec, manifest FROM {TABLES[suffix]}").fetchall()
        facts = json.loads(text)
        change(facts)
        text = json.dumps(facts)
        if sealed:
            text = Manifest.parse(text, "it", spec=spec).sealed().model_dump_json(exclude={"spec"}, exclude_none=True)
        connection.execute(f"UPDATE {TABLES[suffix]} SET manifest = ?", [text])
    connection.close()


def found(place) -> set[str]:
    """What is said of a database: the tables that a verification names, or the words of a refusal."""
    try:
        return {finding.table for report in verify_database(Address.parse(str(place))) for finding in report.failed}
    except SynthError as error:
        return set(str(error).replace("'", " ").split())


ROWS = {
    "the sums emptied": ("(rollups)", "UPDATE MANIFEST SET sums = ''"),
    "the sums without content": ("(rollups)", "UPDATE MANIFEST SET sums = '{}'"),
    "the sums changed": ("(rollups)", "UPDATE MANIFEST SET sums = REPLACE(sums, 'A', 'B')"),
    "the dataset's name": ("other", "UPDATE MANIFEST SET dataset = 'other'"),
    "a row twice": ("rows", "INSERT INTO MANIFEST SELECT * FROM MANIFEST"),
    "a row more": ("other", "INSERT INTO MANIFEST SELECT 'other', spec, manifest, sums FROM MANIFEST"),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_change_of_rows(name, place):
    where, sql = ROWS[name]
    run(place, sql)
    assert where in found(place)


EDITS = {
    "another place": (WHOLE, lambda m: m.update(format="../x")),
    "another database": (WHOLE, lambda m: m.update(format="mysql")),
    "a file's format": (WHOLE, lambda m: m.update(format="parquet")),
    "no sums": ("(rollups)", lambda m: m.pop("sums")),
    "files": ("sales", lambda m: m["tables"]["sales"].update(
        files=[{"path": "sales/x.parquet", "rows": m["tables"]["sales"]["rows"], "bytes": 1, "sha256": "0" * 64}])),
    "a table that was read": ("sales", lambda m: m.update(
        existing={"sales": {"source": "x", "table": "t", "rows": 1, "skipped": 0, "fingerprint": "1-1-1"}})),
    "a first key": (WHOLE, lambda m: m.update(first_keys={"sales.sale_id": "7"})),
    "a task's number": (WHOLE, lambda m: m["families"]["sales"][0].update(number=7)),
    "in the midst of an advance": ("advance,", lambda m: m.update(advancing="2026-01-01T00:00:00")),
    "the spec, which has a cell of its own": ("spec", lambda m: m.update(spec="x")),
    "no tasks": (WHOLE, lambda m: m.update(families={})),
    "a task that never changes": (WHOLE, lambda m: m["families"]["sales"][0].pop("changes")),
}  # fmt: skip
# a dataset with rows of others has no tasks
BY_THE_SEAL_ALONE = {"no tasks", "a task that never changes", "the spec, which has a cell of its own"}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_the_manifest(name, place):
    where, change = EDITS[name]
    edit(place, change)
    said = found(place)
    assert where in said and (WHOLE in said or "synth_manifest" in said)


@pytest.mark.parametrize("name", sorted(EDITS.keys() - BY_THE_SEAL_ALONE))
def test_an_edit_that_is_sealed_anew(name, place):
    where, change = EDITS[name]
    edit(place, change, sealed=True)
    assert where in found(place)


def test_no_alarm(place):
    assert not found(place)


@pytest.mark.parametrize("target", ["postgres"], indirect=True)
def test_nothing_is_advanced_over_other_sums(target, made):
    """Rollups would be made of less than there is."""
    load_folder(made / "books", target.address)
    with target.connect() as database:
        database.run("UPDATE books.synth_manifest SET sums = '{}'")
    with pytest.raises(DatabaseError, match="what was kept for rollups is not as it was written"):
        advance_database(target.address, dt.datetime(2025, 6, 2), schema="books")
    (report,) = verify_database(target.address, "books")
    assert [finding.table for finding in report.failed] == ["(rollups)"]
