"""A manifest from a stranger names nothing outside its folder, and nothing of an unbounded size: it is refused when it is read."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3

import pytest

import synth
from synth.cli import main
from synth.errors import OutputError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.store import files, manifest, manifest_table
from synth.store.manifest import NAME, Manifest


@pytest.fixture
def made(tmp_path):
    return generate(synth.make_plan("ecommerce", scale=0.01, tables=["brands"]), tmp_path / "out").folder


def edit(folder, change):
    facts = json.loads((folder / NAME).read_text("utf-8"))
    change(facts)
    (folder / NAME).write_text(json.dumps(facts), "utf-8")


OUTSIDE = [
    "../../precious.txt", "/etc/passwd", "", ".", "..", "brands/..", "brands/../../x", "brands//x", "brands/./x", "./brands/x",
    "brands\\x", "brands/x\\..\\y", "brands/x\0", "brands/x\n", "other/part-00000.parquet", "part-00000.parquet",
    "brands/deeper/part-00000.parquet", "brands/.hidden", ".sums", "manifest.json",
]  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_leads_elsewhere(path, made):
    edit(made, lambda facts: facts["tables"]["brands"]["files"][0].update(path=path))
    with pytest.raises(OutputError, match=r"manifest\.json' is no manifest of this program: (?s:.*) is no(t| path)"):
        Manifest.read(made)


@pytest.mark.parametrize("path", [*OUTSIDE, "brands/part-00000.parquet"])
@pytest.mark.parametrize("field", ["sums", "existing"])
def test_a_hidden_path_that_leads_elsewhere(field, path, made):
    entry = {"path": path, "rows": 0, "bytes": 1, "sha256": "0" * 64}
    kept = {"source": "x", "table": "x", "rows": 1, "skipped": 0, "fingerprint": "", "file": entry}
    edit(made, lambda facts: facts.update(sums=[entry]) if field == "sums" else facts.update(existing={"x": kept}))
    if (field, path) == ("sums", ".sums"):
        return
    with pytest.raises(OutputError, match=r"is no manifest of this program: (?s:.*) is no(t| path)"):
        Manifest.read(made)


def test_advance_leaves_what_is_outside(made, tmp_path, capsys):
    """It deleted what a stranger's manifest said had come out as before."""
    precious = tmp_path / "precious.txt"
    precious.write_text("mine")
    entry = {"path": "../../precious.txt", **files.described(precious, tmp_path).model_dump(exclude={"path"})}
    edit(made, lambda facts: facts["tables"]["brands"]["files"].append(entry))
    assert main(["advance", str(made), "--until", "2026-02-01", "--workers", "1"]) == 2
    assert precious.read_text() == "mine"
    assert capsys.readouterr().err.count("is no path of a file in the folder") == 1


CHANGES = {
    "a table's name": lambda facts: facts["tables"].update({"../x": facts["tables"].pop("brands")}),
    "no columns": lambda facts: facts["tables"]["brands"].update(columns={}),
    "an unknown type": lambda facts: facts["tables"]["brands"]["columns"].update(brand_id="bignum"),
    "a column's name": lambda facts: facts["tables"]["brands"]["columns"].update({'x" --': "text"}),
    "rows below none": lambda facts: facts["tables"]["brands"].update(rows=-1),
    "rows that no one counts": lambda facts: facts["tables"]["brands"].update(rows=10**30),
    "a fingerprint": lambda facts: facts["tables"]["brands"].update(fingerprint="x"),
    "a checksum": lambda facts: facts["tables"]["brands"]["files"][0].update(sha256="x"),
    "a moment of a zone": lambda facts: facts.update(until="2026-01-01T00:00:00Z"),
    "a task's number": lambda facts: facts["families"]["brands"][0].update(first=-1),
    "tables that are a list": lambda facts: facts.update(tables=[1]),
    "files that are a number": lambda facts: facts["tables"]["brands"].update(files=7),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_no_manifest_says(name, made):
    edit(made, CHANGES[name])
    with pytest.raises(OutputError, match=r"is no manifest of this program: ") as raised:
        Manifest.read(made)
    assert "\n" not in str(raised.value)


def test_tables_and_columns_are_the_specs(made):
    edit(made, lambda facts: facts.update(dataset="other"))
    with pytest.raises(OutputError, match=r"manifest.json is of 'other', and the spec in it of 'ecommerce'"):
        Manifest.read(made).load_dataset()
    edit(made, lambda facts: facts.update(dataset="ecommerce"))
    edit(made, lambda facts: facts["tables"]["brands"]["columns"].update(more="text"))
    with pytest.raises(OutputError, match="do not agree whether 'brands' has a column 'more'"):
        Manifest.read(made).load_dataset()
    edit(made, lambda facts: facts["tables"].update(brands2={**facts["tables"].pop("brands"), "files": []}))
    with pytest.raises(OutputError, match="lists a table 'brands2', which the spec in it does not make"):
        Manifest.read(made).load_dataset()


# -- sizes


def test_a_manifest_is_not_longer_than_any_of_ours(made, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 1000)
    with pytest.raises(OutputError, match=r"has more than 1,000 bytes, and is none of ours"):
        Manifest.read(made)


def test_a_manifest_lists_no_more_than_any_of_ours(made, monkeypatch):
    monkeypatch.setattr(manifest, "MOST_ENTRIES", 1)
    with pytest.raises(OutputError, match="it lists more than 1 files and tasks"):
        Manifest.read(made)


@pytest.mark.parametrize("where", ["existing", "first_keys", "sums", "steps", "prints"])
def test_whatever_it_lists_is_counted(where, made, monkeypatch):
    """Before each is looked at."""
    monkeypatch.setattr(manifest, "MOST_PARTS", 100)
    monkeypatch.setattr(manifest, "MOST_ENTRIES", 100)
    facts = json.loads((made / NAME).read_text())
    many = {str(number): None for number in range(101)}
    if where == "prints":
        next(iter(facts["families"].values()))[0]["prints"] = many
    else:
        facts[where] = many if where in ("existing", "first_keys") else [*many]
    (made / NAME).write_text(json.dumps(facts))
    with pytest.raises(OutputError, match="it lists more than 100 "):
        Manifest.read(made)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_a_manifest_is_not_nested(text, made):
    (made / NAME).write_text(text)
    with pytest.raises(OutputError, match="is no manifest of this program"):
        Manifest.read(made)


@pytest.mark.parametrize("text", ["{", "[]", '{"x": 5}', '{"x": "AAAA"}', '{"x": "é"}', "\0", "[" * 100_000])
def test_sums_that_are_none(text, tmp_path):
    folder = generate(synth.make_plan("inventory", scale=0.01, until=dt.date(2025, 6, 1)), tmp_path).folder
    (folder / ".sums").write_text(text)
    entry = files.described(folder / ".sums", folder).model_dump()
    edit(folder, lambda facts: facts.update(sums=[entry]))
    Manifest.read(folder).sealed().write(folder)
    with pytest.raises(OutputError, match="what was kept for rollups is not as it was made"):
        advance_folder(folder, dt.date(2025, 7, 1))


# -- in a database


@pytest.fixture
def loaded(made, tmp_path):
    assert main(["load", str(made), str(tmp_path / "shop.db")]) == 0
    return tmp_path / "shop.db"


@pytest.mark.parametrize("command", ["verify {}", "pull {} --out {}-pulled", "advance {} --until 2026-02-01"])
def test_what_a_database_says_is_read_as_strictly(command, loaded, capsys):
    with sqlite3.connect(loaded) as connection:
        (text,) = connection.execute("SELECT manifest FROM synth_manifest").fetchone()
        facts = json.loads(text)
        facts["tables"]["../x"] = facts["tables"].pop("brands")
        connection.execute("UPDATE synth_manifest SET manifest = ?", [json.dumps(facts)])
    assert main(command.format(loaded, loaded).split()) == 2
    assert "synth_manifest of schema 'ecommerce' is no manifest of this program: tables" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["verify {}", "pull {} --out {}-pulled", "advance {} --until 2026-02-01"])
@pytest.mark.parametrize("limit", ["MOST_DATASETS", "MOST_BYTES"])
def test_what_a_database_says_has_a_size(limit, command, loaded, capsys, monkeypatch):
    monkeypatch.setattr(manifest_table, limit, 0)
    assert main(command.format(loaded, loaded).split()) == 2
    assert "synth_manifest of schema 'ecommerce' has 1 row, and texts of " in capsys.readouterr().err


def test_halves_of_characters(made, capsys):
    """JSON may hold them; whoever writes or compares such a text fails."""
    for change in (
        lambda facts: facts.update(spec="#\ud800" + facts["spec"]),
        lambda facts: facts.update(program="\udfff"),
    ):
        edit(made, change)
        assert main(["verify", str(made)]) == 2
        assert "a text in it holds half of a character" in capsys.readouterr().err


def test_a_name_that_is_no_text_is_told_among_the_files(made, capsys):
    (made / "brands" / os.fsdecode(b"\xff.parquet")).write_bytes(b"x")
    assert main(["verify", str(made)]) == 1
    assert "\\udcff.parquet" in capsys.readouterr().out
