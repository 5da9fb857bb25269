"""What is changed in a folder or its manifest is found and named, in every format; what is clean raises no alarm."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from contextlib import suppress

import pytest

import synth
from synth.errors import OutputError, SynthError
from synth.formats import READABLE
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.job.pull import pull
from synth.store.files import described
from synth.store.manifest import NAME, Manifest
from synth.verifying.database import verify_database
from synth.verifying.files import verify_folder
from tests.support.targets import LONG

UNTIL = dt.datetime(2025, 3, 10)


@pytest.fixture(scope="module")
def made(books, tmp_path_factory):
    """A folder of each format, made once."""
    plan = synth.make_plan(books, scale=0.2, until=UNTIL)
    return {name: generate(plan, tmp_path_factory.mktemp(name), format=name).folder for name in READABLE}


@pytest.fixture(params=READABLE)
def folder(request, made, tmp_path):
    return shutil.copytree(made[request.param], tmp_path / "books")


def found(folder) -> set[str]:
    """What is said of a folder: the tables that a verification names, or the words of a refusal."""
    try:
        return {finding.table for finding in verify_folder(folder).failed}
    except SynthError as error:
        return set(str(error).replace("'", " ").split())


def file_of(folder, table, place=0):
    return sorted((folder / table).iterdir())[place]


# -- files


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 1
    path.write_bytes(content)


def swap(folder):
    one, other = file_of(folder, "ledger", 1), file_of(folder, "ledger", 2)
    one.rename(folder / "x")
    other.rename(one)
    (folder / "x").rename(other)


def link(path, elsewhere):
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


FILES = {
    "a byte in the midst": ("sales", lambda f: flip(file_of(f, "sales"), 0.5)),
    "the first byte": ("products", lambda f: flip(file_of(f, "products"), 0)),
    "the last byte": ("ledger", lambda f: flip(file_of(f, "ledger", 2), 0.9999)),
    "cut off": ("sales", lambda f: os.truncate(file_of(f, "sales"), 100)),
    "emptied": ("sales", lambda f: os.truncate(file_of(f, "sales"), 0)),
    "longer": ("sales", lambda f: os.truncate(file_of(f, "sales"), file_of(f, "sales").stat().st_size + 1)),
    "gone": ("journals", lambda f: file_of(f, "journals").unlink()),
    "one of several gone": ("ledger", lambda f: file_of(f, "ledger", 2).unlink()),
    "a folder gone": ("bought", lambda f: shutil.rmtree(f / "bought")),
    "one more": ("products", lambda f: shutil.copy(file_of(f, "products"), f / "products" / "x")),
    "one more, hidden": ("(folder)", lambda f: (f / "products" / ".x").touch()),
    "one more beside the tables": ("(folder)", lambda f: (f / ".x").touch()),
    "swapped": ("ledger", swap),
    "another table's": ("bought", lambda f: shutil.copy(file_of(f, "balance"), file_of(f, "bought"))),
    "a link in its place": ("sales", lambda f: link(file_of(f, "sales"), f.parent / "x")),
    "a link in the folder's place": ("sales", lambda f: link(f / "sales", f.parent / "x")),
    "one more link": ("(folder)", lambda f: (f / "x").symlink_to(f.parent)),
    "a pipe in its place": ("sales", lambda f: (file_of(f, "sales").unlink(), os.mkfifo(f / "sales" / "part-00000.csv"))),
    "the sums changed": ("(rollups)", lambda f: flip(f / ".sums", 0.5)),
    "the sums gone": ("(rollups)", lambda f: (f / ".sums").unlink()),
    "the sums a link": ("(rollups)", lambda f: link(f / ".sums", f.parent / "x")),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
@pytest.mark.some(40)
def test_a_change_of_files(name, folder):
    table, change = FILES[name]
    change(folder)
    assert table in found(folder)


# -- the manifest


def drop(facts, folder, table):
    """A table with its files, its entry, and what its tasks say."""
    shutil.rmtree(folder / table)
    del facts["tables"][table]


def drop_all_traces(facts, folder, table):
    drop(facts, folder, table)
    for tasks in facts["families"].values():
        for task in tasks:
            task["prints"] = {part: text for part, text in task["prints"].items() if part.partition(".")[0] != table}


def drop_file(facts, folder, table, place):
    entry = facts["tables"][table]["files"].pop(place)
    (folder / entry["path"]).unlink()
    facts["tables"][table]["rows"] -= entry["rows"]


def add_file(facts, folder, table):
    copy = folder / table / "zz"
    shutil.copy(file_of(folder, table), copy)
    entry = facts["tables"][table]["files"][0]
    facts["tables"][table]["files"].append({**described(copy, folder).model_dump(), "rows": entry["rows"]})
    facts["tables"][table]["rows"] *= 2


def rename_file(facts, folder, table):
    """On the disk as in the manifest."""
    entry = facts["tables"][table]["files"][0]
    name = entry["path"].replace("part", "other")
    (folder / entry["path"]).rename(folder / name)
    entry["path"] = name


def exchange_files(facts, folder, table):
    """Contents and all that is said of them, but for their names."""
    swap(folder)
    one, other = facts["tables"][table]["files"][1:3]
    for name in ("rows", "bytes", "sha256"):
        one[name], other[name] = other[name], one[name]


def list_twice(facts, table):
    files = facts["tables"][table]["files"]
    files.append({**files[0], "rows": 0})


def prints(facts, family):
    return facts["families"][family][0]["prints"]


def move_print(facts):
    prints(facts, "journals")["ledger.sales"] = prints(facts, "sales").pop("ledger.sales")


def read(name):
    return {name: {"source": "x", "table": "t", "rows": 1, "skipped": 0, "fingerprint": "1-1-1"}}


def shift_rows(facts):
    one, other = facts["tables"]["ledger"]["files"][1:3]
    one["rows"], other["rows"] = other["rows"], one["rows"]


def unlist_sums(facts, folder):
    facts["sums"] = []
    (folder / ".sums").unlink()


def reorder(facts):
    columns = facts["tables"]["sales"]["columns"]
    facts["tables"]["sales"]["columns"] = dict(reversed(columns.items()))


def table(facts, name, **more):
    facts["tables"][name].update(more)


def spec(facts, old, new):
    assert old in facts["spec"]
    facts["spec"] = facts["spec"].replace(old, new, 1)


WHOLE = "(manifest)"
EDITS = {
    "rows": ("sales", lambda m, f: table(m, "sales", rows=m["tables"]["sales"]["rows"] + 1)),
    "a fingerprint": ("sales", lambda m, f: table(m, "sales", fingerprint="1-2-3")),
    "another table's fingerprint": ("sales", lambda m, f: table(m, "sales", fingerprint=m["tables"]["ledger"]["fingerprint"])),
    "a column's type": ("sales", lambda m, f: m["tables"]["sales"]["columns"].update(items="integer")),
    "a column's digits": ("products", lambda m, f: m["tables"]["products"]["columns"].update(cost="decimal(13,3)")),
    "a column's length": ("accounts", lambda m, f: m["tables"]["accounts"]["columns"].update(name="varchar(30)")),
    "a column's name": ("products", lambda m, f: table(m, "products", columns={"product_id": "bigint", "price": "decimal(12,2)"})),
    "the columns' order": ("sales", lambda m, f: reorder(m)),
    "a file's rows": ("sales", lambda m, f: m["tables"]["sales"]["files"][0].update(rows=7)),
    "two files' rows": ("ledger", lambda m, f: shift_rows(m)),
    "a file's bytes": ("sales", lambda m, f: m["tables"]["sales"]["files"][0].update(bytes=7)),
    "a file's checksum": ("sales", lambda m, f: m["tables"]["sales"]["files"][0].update(sha256="0" * 64)),
    "a file's path": ("sales", lambda m, f: m["tables"]["sales"]["files"][0].update(path="sales/other")),
    "a table and its entry gone": ("bought", lambda m, f: drop(m, f, "bought")),
    "all traces of a table gone": ("bought", lambda m, f: drop_all_traces(m, f, "bought")),
    "a file and its entry gone": ("ledger", lambda m, f: drop_file(m, f, "ledger", 2)),
    "a file and an entry more": ("journals", lambda m, f: add_file(m, f, "journals")),
    "an entry that the spec has not": ("other", lambda m, f: m["tables"].update(other=m["tables"]["sales"] | {"files": []})),
    "the seed": (WHOLE, lambda m, f: m.update(seed=43)),
    "the scale": (WHOLE, lambda m, f: m.update(scale=0.21)),
    "until": (WHOLE, lambda m, f: m.update(until="2025-03-11T00:00:00")),
    "the program": (WHOLE, lambda m, f: m.update(program="0.0.9")),
    "the stream version": (WHOLE, lambda m, f: m.update(stream_version=99)),
    "the identity": (WHOLE, lambda m, f: m.update(identity="0" * 64)),
    "the dataset's name": ("other", lambda m, f: m.update(dataset="other")),
    "the dialect": (WHOLE, lambda m, f: m.update(dialect="mysql")),
    "a rule's condition": (WHOLE, lambda m, f: spec(m, "p.first_on > i.sold_on", "p.first_on > DATE '2999-01-01'")),
    "a rule's name": (WHOLE, lambda m, f: spec(m, "bought_before_sold:", "bought_after_sold:")),
    "no rules": (WHOLE, lambda m, f: m.update(spec=m["spec"].partition("rules:")[0])),
    "a check": (WHOLE, lambda m, f: spec(m, "amount <> 0", "amount <> 0.001")),
    "a number in the spec": (WHOLE, lambda m, f: spec(m, "median: 20.0", "median: 21.0")),
    "a nullable column": (WHOLE, lambda m, f: spec(m, "type: varchar(20)", "type: varchar(20)\n        nullable: true")),
    "a task's fingerprint": ("sales", lambda m, f: m["families"]["sales"][0]["prints"].update(sales="1-2-3")),
    "a task less": (WHOLE, lambda m, f: m["families"].update(journals=[])),
    "a task twice": (WHOLE, lambda m, f: m["families"]["journals"].append(m["families"]["journals"][0])),
    "a task's blocks": (WHOLE, lambda m, f: m["families"]["sales"][0].update(blocks=2)),
    "a task's change": (WHOLE, lambda m, f: m["families"]["sales"][0].update(changes="2025-01-01T00:00:00")),
    "a task's change put off": (WHOLE, lambda m, f: m["families"]["sales"][0].update(changes="2031-01-01T00:00:00")),
    "a task that never changes": (WHOLE, lambda m, f: m["families"]["sales"][0].pop("changes")),
    "the seal": (WHOLE, lambda m, f: m.pop("seal")),
    "a task's number": (WHOLE, lambda m, f: m["families"]["sales"][0].update(number=7)),
    "a task's number, which no file has": (WHOLE, lambda m, f: m["families"]["sales"][0].update(number=2**62)),
    "a print of no part": (WHOLE, lambda m, f: prints(m, "sales").update({"ledger.other": "0-0-0"})),
    "a print of no table": (WHOLE, lambda m, f: prints(m, "sales").update(other="1-1-1")),
    "a print in another family": (WHOLE, lambda m, f: move_print(m)),
    "a family more": (WHOLE, lambda m, f: m["families"].update(other=[])),
    "the families' order": (WHOLE, lambda m, f: m.update(families=dict(reversed(m["families"].items())))),
    "the words' version": ("spec_version:", lambda m, f: m.update(spec_version=7)),
    "the words' version of before": (WHOLE, lambda m, f: m.update(spec_version=1)),
    "a first key": (WHOLE, lambda m, f: m.update(first_keys={"sales.sale_id": "1000"})),
    "a first key of no column": (WHOLE, lambda m, f: m.update(first_keys={"x": "y"})),
    "a table that was read": ("sales", lambda m, f: m.update(existing=read("sales"))),
    "keys that were read": ("sales", lambda m, f: m.update(existing=read("sales#already"))),
    "a read table that the spec has not": ("x", lambda m, f: m.update(existing=read("x"))),
    "a step more": (WHOLE, lambda m, f: m.update(steps=["2024-02-01T00:00:00"])),
    "a step before the period": (WHOLE, lambda m, f: m.update(steps=["1990-02-01T00:00:00"])),
    "a note": (WHOLE, lambda m, f: m.update(made_by="make")),
    "a file renamed": ("sales", lambda m, f: rename_file(m, f, "sales")),
    "a file twice": ("sales", lambda m, f: list_twice(m, "sales")),
    "the files' order": ("ledger", lambda m, f: m["tables"]["ledger"]["files"].reverse()),
    "two files exchanged": ("ledger", lambda m, f: exchange_files(m, f, "ledger")),
    "the sums twice": ("(rollups)", lambda m, f: m.update(sums=m["sums"] * 2)),
    "the sums' rows": ("(rollups)", lambda m, f: m["sums"][0].update(rows=5)),
    "an empty dialect": (WHOLE, lambda m, f: m.update(dialect="")),
    "all tasks gone": (WHOLE, lambda m, f: m.update(families={})),
    "a step after until": (WHOLE, lambda m, f: m.update(steps=["2025-05-01T00:00:00"])),
    "the sums and their entry gone": ("(rollups)", lambda m, f: unlist_sums(m, f)),
    "an existing table": (WHOLE, lambda m, f: spec(m, "  products:\n", "  more:\n    values:\n    - - 1\n    columns:\n      x:\n        type: integer\n  products:\n")),
}  # fmt: skip


# nothing but the blocks themselves says otherwise
BY_THE_SEAL_ALONE = {
    "a task's change put off", "a task that never changes", "the seal", "the families' order", "a note", "the program", "the words' version of before",
    "a step more",
}  # fmt: skip


TOLD = {  # what is told of a table is read from its files, which differ by format
    f"{name}-{format}": (format, name)
    for name, (where, _) in EDITS.items() for format in (READABLE if LONG or where[0] != "(" else ["parquet"])
}  # fmt: skip


@pytest.mark.parametrize(("folder", "name"), TOLD.values(), ids=TOLD, indirect=["folder"])
@pytest.mark.some(25)
def test_an_edit_of_the_manifest(name, folder):
    where, change = EDITS[name]
    facts = json.loads((folder / NAME).read_text("utf-8"))
    change(facts, folder)
    (folder / NAME).write_text(json.dumps(facts), "utf-8")
    assert where in found(folder)
    if name not in BY_THE_SEAL_ALONE:
        with suppress(OutputError):  # what cannot be read stays as it is
            Manifest.read(folder).sealed().write(folder)
        assert where in found(folder), "it is told from the plan as well"


SPELLINGS = {
    "a number as a text": ("seed:", lambda text: text.replace('"seed": 42', '"seed": "42"')),
    "a whole number with a point": ("seed:", lambda text: text.replace('"seed": 42', '"seed": 42.0')),
    "scale as a text": ("scale:", lambda text: text.replace('"scale": 0.2', '"scale": "0.2"')),
    "rows as a text": ("tables.accounts.rows:", lambda text: text.replace('"rows": 4', '"rows": "4"')),
    "a date": ("until:", lambda text: text.replace("2025-03-10T00:00:00", "2025-03-10")),
    "a moment as a number": ("until:", lambda text: text.replace('"2025-03-10T00:00:00"', "1741564800")),
    "a key twice": ("'seed' is there twice", lambda text: text.replace('"seed": 42', '"seed": 43, "seed": 42')),
    "a key twice further in": ("'rows' is there twice", lambda text: text.replace('"rows": 4', '"rows": 5, "rows": 4')),
    "a mark at its beginning": ("BOM", lambda text: "\ufeff" + text),
    "half a character": ("half of a character", lambda text: text.replace('"program": "', '"program": "\\ud800')),
}  # fmt: skip


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_manifest_that_is_spelt_otherwise_is_refused(name, made, tmp_path):
    words, change = SPELLINGS[name]
    folder = shutil.copytree(made["parquet"], tmp_path / "books")
    (folder / NAME).write_text(change((folder / NAME).read_text("utf-8")), "utf-8")
    with pytest.raises(OutputError, match=words):
        verify_folder(folder)


@pytest.mark.parametrize(
    "name", ["a task's number", "a task's number, which no file has", "a file renamed", "a file twice"]
)
def test_files_that_would_stay_are_not_advanced_over(name, made, tmp_path):
    """Their rows would be there twice."""
    folder = shutil.copytree(made["parquet"], tmp_path / "books")
    facts = json.loads((folder / NAME).read_text("utf-8"))
    EDITS[name][1](facts, folder)
    Manifest.parse(json.dumps(facts), "it").sealed().write(folder)
    with pytest.raises(OutputError, match="does not list the tasks and files of this data"):
        advance_folder(folder, dt.date(2026, 1, 1))


def test_an_edited_folder_is_not_sealed_anew_by_a_load(made, tmp_path):
    folder = shutil.copytree(made["parquet"], tmp_path / "books")
    facts = json.loads((folder / NAME).read_text("utf-8"))
    facts["families"]["sales"][0].pop("changes")
    (folder / NAME).write_text(json.dumps(facts), "utf-8")
    address = synth.databases.Address.parse(str(tmp_path / "books.db"))
    load_folder(folder, address)
    (report,) = verify_database(address)
    assert [finding.name for finding in report.failed] == ["seal"]
    assert WHOLE in found(pull(address, tmp_path / "pulled").folder)


def test_a_change_that_is_put_off_is_not_advanced_over(made, tmp_path):
    """Its blocks would stay as they are."""
    folder = shutil.copytree(made["parquet"], tmp_path / "books")
    facts = json.loads((folder / NAME).read_text("utf-8"))
    facts["families"]["sales"][0]["changes"] = "2031-01-01T00:00:00"
    (folder / NAME).write_text(json.dumps(facts), "utf-8")
    with pytest.raises(OutputError, match="the manifest of this data is not as it was written"):
        advance_folder(folder, dt.date(2026, 1, 1))


def test_another_format(folder):
    facts = json.loads((folder / NAME).read_text("utf-8"))
    facts["format"] = "csv" if facts["format"] != "csv" else "ndjson"
    (folder / NAME).write_text(json.dumps(facts), "utf-8")
    assert WHOLE in found(folder)


def test_edited_rules_are_said(made, tmp_path):
    folder = shutil.copytree(made["parquet"], tmp_path / "books")
    facts = json.loads((folder / NAME).read_text("utf-8"))
    spec(facts, "p.first_on > i.sold_on", "FALSE")
    (folder / NAME).write_text(json.dumps(facts), "utf-8")
    failed, seal = verify_folder(folder).failed
    assert (failed.kind, failed.name, seal.name) == ("manifest", "identity", "seal")
    assert failed.examples[0]["is"] == "not that of this spec, seed, scale, until"


# -- what is clean


@pytest.mark.parametrize("seed", [0, 7])
@pytest.mark.parametrize("scale", [0.01, 0.3])
@pytest.mark.parametrize("until", [dt.date(2024, 1, 2), dt.datetime(2025, 2, 3, 4, 5, 6), dt.date(2027, 1, 1)])
@pytest.mark.some(5)
def test_no_alarm(seed, scale, until, books, tmp_path):
    folder = generate(synth.make_plan(books, scale=scale, seed=seed, until=until), tmp_path).folder
    assert not found(folder)
    for later in (dt.date(2027, 6, 1), dt.datetime(2028, 1, 1, 12)):
        advance_folder(folder, later)
        assert not found(folder)


@pytest.mark.parametrize("dataset", ["ecommerce", "inventory", "erp"])
@pytest.mark.some(1)
def test_no_alarm_over_some_tables_of_what_ships(dataset, tmp_path):
    plan = synth.make_plan(dataset, scale=0.01)
    for tables in (None, plan.wanted[:1], plan.wanted[2:4]):
        part = synth.make_plan(dataset, scale=0.01, seed=3, tables=tables)
        assert not found(generate(part, tmp_path / str(len(part.wanted)), format="csv").folder)


def test_no_alarm_however_often_it_has_moved(made, tmp_path):
    """Into a database, out of it in another format, and once more."""
    address, folder = synth.databases.Address.parse(str(tmp_path / "books.db")), made["csv"]
    for format in ("parquet", "ndjson", "csv"):
        load_folder(folder, address, if_exists="replace")
        assert all(report.passed for report in verify_database(address))
        folder = pull(address, tmp_path / format, format=format).folder
        assert not found(folder)
