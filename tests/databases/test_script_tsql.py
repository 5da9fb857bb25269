"""SQL Server's scripts: they are T-SQL, and tell a client, which only notes it, what they should."""

from __future__ import annotations

import re
import shutil

import pytest
import sqlglot

import synth
from synth.errors import OptionError
from synth.job.script import write_script
from synth.store.manifest import Manifest
from tests.support.scripts import SQL, load
from tests.support.tsql import lint_tsql


@pytest.fixture
def made(csv_folders):
    """Folders of CSV, by name."""
    return csv_folders


@pytest.fixture
def copied(made, tmp_path):
    """A folder that may be changed."""
    return shutil.copytree(made("inventory"), tmp_path / "data" / "inventory")


FAKE = """#!/bin/sh
printf '<%s>' "$@" >>"$NOTES"
echo >>"$NOTES"
for word; do
    if [ "$word" = check.sql ]; then cat "$FOUND"; fi
done
"""


@pytest.mark.parametrize("data", ["inventory", "erp", "ecommerce", "hostile"])
def test_tsql_is_tsql(data, made, tmp_path):
    folder = write_script(made(data), "tsql", tmp_path / "scripts", "it's [a]")
    manifest = Manifest.read(made(data))
    for name in SQL:
        text = (folder / name).read_text()
        assert not lint_tsql(text), name
        lines = text.split("\n")
        assert lines[-2] == "GO"
        for batch in text.split("\nGO\n")[:-1]:
            if batch.startswith(("CREATE", "DROP", "TRUNCATE", "WITH", "INSERT")) and len(batch) < 20_000:
                sqlglot.parse_one(
                    batch.replace(" WITH (TABLOCK)", ""), read="tsql", error_level=sqlglot.ErrorLevel.RAISE
                )
        if name not in ("create_database.sql", "copy.sql"):
            assert "$(database)" not in text
    copy = (folder / "copy.sql").read_text()
    files = [file.path for entry in manifest.tables.values() for file in entry.files if file.rows]
    assert sorted(re.findall(r"FROM '\$\(data\)/(.*?)'", copy)) == sorted(files)
    assert copy.count("INSERT INTO [it's [a]]].[") == len(files)
    numbered = re.findall(
        r"CREATE TABLE (\S+(?: \S+)?) \([^;]*? IDENTITY\(1, 1\)", (folder / "create_tables.sql").read_text()
    )
    filled = [place for place in numbered if f"INSERT INTO {place} " in copy]
    assert bool(filled) == (data != "inventory") and all(
        copy.count(f"SET IDENTITY_INSERT {place} {to};") == 1 for place in filled for to in ("ON", "OFF")
    )
    if data == "hostile":
        assert "CASE [flag] WHEN 'true' THEN 1 WHEN 'false' THEN 0 END" in copy
        assert "CAST(NULLIF([at], '') AS DATETIME2(6))" in copy
        assert "COALESCE([from], '')" in copy and "CASE WHEN DATALENGTH([where]) > 0 THEN [where] END" in copy


def test_tsql_tells_its_client(copied, tmp_path):
    (tmp_path / "fake").write_text(FAKE)
    (tmp_path / "fake").chmod(0o755)
    manifest = Manifest.read(copied)
    found = [f"{name}\t{entry.rows}\t{entry.rows}\t1" for name, entry in manifest.tables.items()]
    (tmp_path / "found").write_text("\n".join(found))
    environment = {
        "SQLCMD": str(tmp_path / "fake"),
        "NOTES": str(tmp_path / "notes"),
        "FOUND": str(tmp_path / "found"),
        "SQLCMD_OPTIONS": "-C -l 5",
    }
    folder = write_script(copied, "tsql")
    done = load(folder, environment, "it's")
    assert done.returncode == 0 and "orders " in done.stdout, done.stderr
    notes = (tmp_path / "notes").read_text().splitlines()
    assert [re.findall(r"<(\w+\.sql)>", note)[0] for note in notes] == [
        "create_database.sql",
        "create_tables.sql",
        "copy.sql",
        "constraints.sql",
        "check.sql",
    ]
    assert all(note.startswith("<-b><-I><-r1><-C><-l><5><-d>") for note in notes)
    assert "<-d><master><-v><database=it''s>" in notes[0] and all("<-d><it's>" in note for note in notes[1:])
    assert f"<-v><data={copied}>" in notes[2] and all(
        ("<-x>" in note) == (at not in (0, 2)) for at, note in enumerate(notes)
    )
    assert load(folder, {**environment, "DATA": "/srv/it's"}).returncode == 0
    assert "<data=/srv/it''s>" in (tmp_path / "notes").read_text()
    (tmp_path / "found").write_text("\n".join([found[0][:-1] + "0", *found[1:]]))
    done = load(folder, environment)
    assert done.returncode == 1 and "not what the files held" in done.stderr
    assert load(folder, environment, "$(data)").returncode == 1


def test_a_condition_that_sqlcmd_would_take_apart(tmp_path):
    from synth.spec.load import parse

    tables = "tables: {t: {values: [[x]], columns: {c: {type: text, check: \"c <> '\\nGO\\n'\"}}}}"
    dataset = parse(f"dataset: apart\nperiod: {{start: 2024-01-01, until: 2025-01-01}}\n{tables}")
    folder = synth.generate(synth.make_plan(dataset), tmp_path, format="csv").folder
    with pytest.raises(OptionError, match="take a line of a condition for its own command: 'GO'"):
        write_script(folder, "tsql")
