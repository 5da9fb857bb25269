"""Verify on strangers' rules, wide tables and little memory: it reaches nothing, ends, and tells."""

from __future__ import annotations

import json

import duckdb
import pytest

import synth
from synth.databases import Address
from synth.errors import DatabaseError, SpecError
from synth.job.load import load_folder
from synth.spec.load import parse
from synth.verifying.checks import Check, of_each_row
from synth.verifying.database import _Verification, verify_database
from synth.verifying.files import verify_folder

SPEC = """
dataset: words
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  words: {primary_key: [id], values: [[1, a], [2, b]], columns: {id: {type: integer}, word: {type: text}}}
rules:
  small: SELECT id FROM words WHERE word = 'A'
"""
ENDLESS = "SELECT COUNT(*) FROM words a" + "".join(f" CROSS JOIN words w{i}" for i in range(60))
OUTSIDE = (
    "SELECT w.id FROM words w WHERE EXISTS (WITH s AS (SELECT 1 AS x) SELECT x FROM s) AND EXISTS (SELECT x FROM s)"
)


@pytest.fixture
def words(tmp_path):
    return synth.generate(synth.make_plan(parse(SPEC)), tmp_path / "out").folder


def edited(folder, change):
    """The folder with another spec in its manifest."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["spec"] = change(manifest["spec"])
    path.write_text(json.dumps(manifest))
    return folder


def test_a_strangers_manifest_reads_no_file(words):
    """The rule of a manifest is looked at like that of a spec."""
    assert "word = 'A'" in json.dumps(json.loads((words / "manifest.json").read_text())["spec"])

    def change(spec):
        return json.loads(json.dumps(spec).replace("SELECT id FROM words WHERE word = 'A'", OUTSIDE))

    with pytest.raises(SpecError, match="unknown table 's'"):
        verify_folder(edited(words, change))


def test_a_rule_without_an_end_is_stopped(words, monkeypatch):
    endless = ENDLESS.replace("SELECT COUNT(*)", "SELECT a.id")
    monkeypatch.setattr("synth.verifying.in_duckdb.TIME_LIMIT_S", 0.2)
    slow = edited(
        words, lambda spec: json.loads(json.dumps(spec).replace("SELECT id FROM words WHERE word = 'A'", endless))
    )
    (found,) = (found for found in verify_folder(slow).failed if found.kind == "rule")
    assert (found.kind, found.name, found.offences) == ("rule", "small", None)
    assert found.note == "it was stopped after 0.2 s"


def test_a_database_only_reads_for_a_time(target, words):
    target.load(words)
    here = target.place("words", "words")
    with target.connect() as database:
        database.only_read(1)
        assert database.rows("SELECT 1")[1] == [(1,)]
        for change in (f"DELETE FROM {here}", f"CREATE TABLE {target.place('made', 'words')} (x INTEGER)"):
            if target.kind != "tsql":  # which has no sessions that only read
                with pytest.raises(DatabaseError):
                    database.run(change)
        with pytest.raises(DatabaseError):
            database.rows(ENDLESS.replace("FROM words", f"FROM {here}").replace("JOIN words", f"JOIN {here}"))
        if target.kind == "duckdb":
            with pytest.raises(DatabaseError, match="disabled"):
                database.rows("SELECT * FROM read_text('/etc/hostname')")
    assert verify_database(target.address, "words")[0].passed


def wide(columns):
    kinds = ("{choice: {1: 1}, type: integer, check: 'c%d = 1'}", "{choice: {x: 1}, type: varchar(5), null_share: 0.5}")
    each = (kinds[i % 2] % i if i % 2 == 0 else kinds[1] for i in range(columns))
    text = "".join(f"      c{i}: {kind}\n" for i, kind in enumerate(each))
    return parse(
        "dataset: wide\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n  t:\n    rows: 20\n    columns:\n"
        f"      id: {{key: sequence}}\n{text}"
    )


def test_a_table_of_many_columns(tmp_path, monkeypatch):
    """More than DuckDB takes in one flat sum; and no check that looks at rows one by one is a statement of its own."""
    folder = synth.generate(synth.make_plan(wide(1200)), tmp_path).folder
    alone = []
    monkeypatch.setattr("synth.verifying.in_duckdb.counted", lambda connection, sql, parts: alone.append(sql) or 0)
    report = verify_folder(folder)
    assert report.passed and len(report.findings) > 1200 + 600
    assert len(alone) == 1 and 'GROUP BY "id"' in alone[0], "but the key"


@pytest.mark.parametrize("suffix", ["db", "duckdb"])
def test_a_table_of_many_columns_in_a_database(suffix, tmp_path, monkeypatch):
    """No check that looks at rows one by one is a statement of its own there either."""
    folder = synth.generate(synth.make_plan(wide(800)), tmp_path).folder
    address = Address.parse(str(tmp_path / f"x.{suffix}"))
    load_folder(folder, address)
    alone, run = [], _Verification._run
    monkeypatch.setattr(_Verification, "_run", lambda *words: alone.append(words[2].kind) or run(*words))
    (report,) = verify_database(address)
    assert report.passed and len(report.findings) > 800 + 400
    assert alone == ["key"]


def test_conditions_that_are_long_together():
    of = [Check("check", "t", str(n), "", ("t",), "x" * 1000 if n % 2 else "x") for n in range(1000)]
    parts = [some for _, some in of_each_row(of)]
    assert sorted((check.name for some in parts for check in some), key=int) == [check.name for check in of]
    assert max(sum(len(check.condition) for check in some) for some in parts) < 7500 and len(parts) < 200


def test_one_of_many_in_a_database_tells_rows(tmp_path):
    folder = synth.generate(synth.make_plan(wide(8)), tmp_path).folder
    address = Address.parse(str(tmp_path / "x.duckdb"))
    load_folder(folder, address)
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        connection.execute("ALTER TABLE wide.t ALTER c4 DROP NOT NULL")
        connection.execute(
            "CREATE TABLE wide.u AS SELECT * REPLACE (CASE WHEN id = 7 THEN 2 ELSE c4 END AS c4) FROM wide.t"
        )
        connection.execute("DROP TABLE wide.t; ALTER TABLE wide.u RENAME TO t")
    failed = {(f.kind, f.name): f for f in verify_database(address)[0].failed}
    assert set(failed) == {("rows", "fingerprint"), ("check", "c4")}
    assert failed["check", "c4"].examples == ({"id": 7},)


def test_checks_that_are_counted_together_tell_rows(tmp_path):
    """One of many in a pass is broken: it alone is told, with its row; one that cannot be worked out spoils no other."""
    folder = synth.generate(synth.make_plan(wide(8)), tmp_path).folder
    (file,) = (folder / "t").iterdir()
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t AS FROM '{file}'; UPDATE t SET c4 = 2 WHERE id = 7; COPY t TO '{file}'")
    failed = {(f.kind, f.name): f for f in verify_folder(folder).failed}
    assert set(failed) == {("files", "checksums"), ("rows", "fingerprint"), ("check", "c4")}
    assert failed["check", "c4"].examples == ({"id": 7},)
    change = lambda spec: json.loads(json.dumps(spec).replace("c2 = 1", "CAST(c1 AS DATE) = DATE '2024-01-01'"))  # noqa: E731
    failed = {(f.kind, f.name): f for f in verify_folder(edited(folder, change)).failed}
    as_before = {("files", "checksums"), ("rows", "fingerprint"), ("check", "c4")}
    assert set(failed) == as_before | {("check", "c2"), ("manifest", "identity"), ("manifest", "seal")}
    assert failed["check", "c2"].offences is None and "Conversion Error" in failed["check", "c2"].note


def test_the_temporary_folder_goes_with_the_run(words, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []
    verify_folder(words, found=lambda finding: seen.extend(tmp_path.glob("synth-verify-*")))
    assert seen and not list(tmp_path.glob("synth-verify-*"))
