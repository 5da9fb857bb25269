"""Folders and databases that an older release made are read and verified; what they state of themselves stays.

`tests/support/releases/books-0.1.json` is a manifest that release 0.1.0 wrote, with its spec in the words of then. The rows
beside it are made anew here, by today's program, and the manifest's facts about rows and files are theirs. What older
streams drew goes on otherwise today, so it is not taken further, and says so.
"""

import datetime as dt
import json
from pathlib import Path

import pytest

import synth
from synth.cli import main
from synth.errors import OutputError
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.spec.load import load, parse
from synth.spec.migrate import SPEC_VERSION, migrated
from synth.store.manifest import NAME, Manifest
from synth.store.manifest_table import manifest_of
from synth.verifying.database import verify_database
from synth.verifying.files import verify_folder

SUPPORT = Path(__file__).resolve().parents[1] / "support"
OLD = json.loads((SUPPORT / "releases" / "books-0.1.json").read_text())
UNTIL, LATER = dt.datetime(2025, 3, 10), dt.datetime(2025, 6, 2)


def plan(until=UNTIL):
    return synth.make_plan(load(SUPPORT / "books.yaml"), scale=0.2, seed=42, until=until)


@pytest.fixture
def old(tmp_path):
    """The folder as release 0.1.0 left it, but for its rows."""
    folder = generate(plan(), tmp_path).folder
    rows = {name: json.loads((folder / NAME).read_text())[name] for name in ("tables", "families", "sums")}
    (folder / NAME).write_text(json.dumps({**OLD, **rows}))
    return folder


def fingerprints(manifest):
    return {name: entry.fingerprint for name, entry in manifest.tables.items()}


def test_the_manifest_is_of_the_first_words():
    assert "spec_version" not in OLD and "take:" in OLD["spec"] and OLD["program"] == "0.1.0"
    assert Manifest.parse(json.dumps(OLD), "it").spec_version == 1 < SPEC_VERSION


def test_an_old_folder_verifies(old):
    report = verify_folder(old)
    assert report.passed and len(report.findings) > 50
    assert "declared counts: the rows were drawn by another version, 0.1.0" in report.skipped
    assert Manifest.read(old).identity == OLD["identity"], "reading changes nothing"


def test_rows_that_are_lost_are_missed(old):
    (old / "sales" / "part-00000.parquet").unlink()
    assert not verify_folder(old).passed


def test_an_old_folder_is_another_run(old, tmp_path):
    with pytest.raises(OutputError, match="differs in"):
        generate(plan(), tmp_path)
    assert not generate(plan(), tmp_path, if_exists="replace").unchanged


def test_an_old_folder_does_not_advance_and_says_why(old, capsys):
    before = {path: path.read_bytes() for path in old.rglob("*") if path.is_file()}
    assert main(["verify", str(old)]) == 0
    assert main(["advance", str(old), "--until", "2025-04-01"]) == 2
    assert "drawn by another version of the program (0.1.0, streams 1)" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in old.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("target", ["postgres"], indirect=True)
def test_an_old_database_verifies(target, old):
    load_folder(old, target.address)
    with target.connect() as database:
        manifest = manifest_of(database, "books")
    assert (manifest.spec_version, manifest.identity, manifest.spec) == (1, OLD["identity"], OLD["spec"])
    assert all(report.passed for report in verify_database(target.address, "books"))
    with pytest.raises(OutputError, match="another version of the program"):
        advance_database(target.address, LATER, schema="books")
    assert all(report.passed for report in verify_database(target.address, "books"))


def test_every_old_word_of_a_resolved_spec_is_read():
    spec = {
        "dataset": "d",
        "tables": {
            "t": {
                "already": {"rows": 1, "fingerprint": "x"},
                "rollup": {"of": "o", "by": ["b"], "take": {"n": {"count": "x"}}, "every": "e", "parts": ["p"]},
                "columns": {
                    "a": {"choice": {"of": {"of": {"per": 1}}, "per": "k"}},
                    "b": {"in_force": {"of": "o", "take": "c", "match": {"of": "take"}}, "check": "x > 0"},
                    "c": {"reference": {"to": "o", "take": "c"}},
                    "d": {"sum": {"of": "o.x"}, "type": "bigint"},
                    "e": {"type": "bigint"},
                },
            }
        },
    }
    assert migrated(spec, SPEC_VERSION) is spec
    assert migrated(spec, 1)["tables"]["t"] == {
        "earlier": {"rows": 1, "fingerprint": "x"},
        "rollup": {
            "table": "o",
            "group_by": ["b"],
            "aggregates": {"n": {"count": "x"}},
            "for_each": "e",
            "parts": ["p"],
        },
        "columns": {
            "a": {"choice": {"values": {"of": {"per": 1}}, "by": "k"}},
            "b": {"in_force": {"table": "o", "column": "c", "match": {"of": "take"}}, "check": "x > 0"},
            "c": {"reference": {"to": "o", "key_column": "c"}},
            "d": {"sum": {"column": "o.x"}, "type": "bigint"},
            "e": {"type": "bigint"},
        },
    }


BASE = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  t:
    rows: 3
    columns: {id: {key: sequence}, k: {choice: {a: 1, b: 1}}, x: COLUMN}
"""
TYPED = {
    "{choice: {of: {a: {x: 1}, b: {y: 1}}, per: k}}": "`of` of choice is now called `values`",
    "{choice: {values: {a: {x: 1}, b: {y: 1}}, per: k}}": "`per` of choice is now called `by`",
    "{sentence: {of: {Hello.: 1}}}": "`of` of sentence is now called `patterns`",
    "{email: {of: [k]}}": "`of` of email is now called `names`",
    "{sum: {of: u.x}}": "`of` of sum is now called `column`",
    "{count: {of: u}}": "`of` of count is now called `table`",
    "{reference: {to: t, take: id}}": "`take` of reference is now called `key_column`",
    "{in_force: {of: t, match: {k: k}, at: k, begins: k, column: k}}": "`of` of in_force is now called `table`",
}


@pytest.mark.parametrize("column", TYPED)
def test_an_old_word_that_is_typed_gets_the_new_one(column):
    with pytest.raises(synth.SpecError, match=f"{TYPED[column]}\n  hint: write [a-z_]+: …"):
        parse(BASE.replace("COLUMN", column))


def test_old_words_of_a_rollup():
    text = (
        BASE.replace("COLUMN", "{gamma: {shape: 1}}")
        + "  s:\n    rollup: {of: t, by: [k], take: {n: {count: id}}}\n    columns: {k: {}, n: {}}\n"
    )
    with pytest.raises(synth.SpecError) as raised:
        parse(text)
    said = str(raised.value)
    for old, new in (("of", "table"), ("by", "group_by"), ("take", "aggregates")):
        assert f"`{old}` is now called `{new}`" in said


def test_values_may_be_called_as_words_were():
    column = parse(BASE.replace("COLUMN", "{choice: {of: 1, per: 2}}")).tables["t"].columns["x"]
    assert column.draws.values == {"of": 1, "per": 2}
