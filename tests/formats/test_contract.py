"""The contract of all formats: what is written is what is read back, cell by cell, by the reader and by DuckDB.

A format that can be read is run through every job that takes files here: verify, load, `--from`, advance, pull, script.
"""

from __future__ import annotations

import ast
import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

import synth
import synth.formats
from synth.columns import to_written, types_of
from synth.databases import Address, connect
from synth.dtypes import TEXT, array_of
from synth.errors import OptionError, OutputError, one_of
from synth.existing.source import FolderSource
from synth.formats import FEEDS, FORMATS, READABLE, format_of, unreadable_errors
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.job.pull import pull
from synth.job.script import write_script
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder
from tests.support.cells import CASES, FIRST, SECOND, TYPES, cells_of, expected, frame_of, nulls
from tests.support.servers import SERVERS, live_address
from tests.support.shops import CUSTOMERS, PRODUCTS, shop
from tests.support.targets import LONG

FOLDER = Path(synth.formats.__file__).parent
every_format = pytest.mark.parametrize("name", READABLE)


def written(name: str, frames, path: Path, required=frozenset({"id"}), file="part"):
    target = path / f"{file}{FORMATS[name].suffix}"
    FORMATS[name].write(frames, TYPES, required, target)
    return target


def by_duckdb(name: str, paths, types=TYPES, columns=tuple(TYPES)) -> list[tuple]:
    """Cells that DuckDB reads through the format's relation, in file order."""
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true; SET threads = 1")
        FORMATS[name].attach(connection, 'the "rows"', paths, types)
        return cells_of(connection, '"the ""rows"""', {column: types[column] for column in columns})


# -- the registry


def test_every_file_is_in_the_registry():
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "format"}
    for name in sorted(files - set(FORMATS)):
        pytest.fail(
            f"synth/formats/{name}.py is in no registry: add the line Format('{name}', '.{name}') to FORMATS "
            "in synth/formats/__init__.py"
        )
    for name in sorted(set(FORMATS) - files):
        pytest.fail(f"FORMATS has '{name}', and there is no synth/formats/{name}.py: write it, see format.py")


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_has_all_parts(name):
    parts = ("write", "read", "columns", "relation") if FORMATS[name].can_be_read else ("write",)
    lacking = [part for part in parts if part not in FORMATS[name]._file.__all__]
    assert not lacking, f"synth/formats/{name}.py has no {lacking[0]}: synth/formats/format.py says what it does"


def test_nobody_else_asks_for_a_format_by_its_name():
    """What differs between formats is a fact in `FORMATS`, or done by the format's file."""
    for path in sorted(FOLDER.parent.rglob("*.py")):
        if path.parent == FOLDER:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and "format" in ast.unparse(node):
                named = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)} & set(FORMATS)
                assert not named, f"{path.name}:{node.lineno} compares with {named}: add a fact to Format instead"


def test_names_and_suffixes_are_told_apart():
    assert len({form.suffix for form in FORMATS.values()}) == len(FORMATS)
    assert set(FEEDS) <= set(READABLE) < set(FORMATS)
    assert one_of(("a",)) == "a" and one_of(("a", "b", "c")) == "a, b or c"
    assert format_of("csv") is FORMATS["csv"]
    with pytest.raises(OptionError, match="unknown format 'cvs'\n  hint: did you mean 'csv'"):
        format_of("cvs")
    with pytest.raises(OptionError, match="unknown format 'sql'"):
        format_of("sql", READABLE)


@pytest.mark.parametrize(("code", "absent"), [
    ("import synth.formats", ("polars", "pyarrow", "duckdb")),
    ("import synth.formats.parquet", ("duckdb", "synth.databases", "sqlglot")),
    ("import synth.store.output", ("duckdb", "synth.databases")),
])  # fmt: skip
def test_what_writes_stays_light(code, absent, environment):
    """The registry is read for --help, and workers load what they write with."""
    said = f"{code}; import sys; print([name for name in {absent!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("command", ["generate", "pull"])
def test_help_names_every_format(command, run):
    said = " ".join(run(command, "--help").stdout.split())
    assert one_of([*FORMATS] if command == "generate" else READABLE) in said


# -- writing and reading


@pytest.mark.parametrize("case", CASES)
@every_format
def test_what_is_written_is_read_back(name, case, tmp_path):
    file = written(name, CASES[case], tmp_path)
    frame = FORMATS[name].read(file, TYPES)
    assert frame.schema == {column: dtype.written for column, dtype in TYPES.items()}
    assert frame.rows() == expected(CASES[case])
    assert by_duckdb(name, [file]) == expected(CASES[case])


@every_format
def test_some_columns(name, tmp_path):
    file = written(name, CASES["nulls"], tmp_path)
    frame = FORMATS[name].read(file, TYPES, ["text", "money"])
    places = [list(TYPES).index(column) for column in ("text", "money")]
    assert frame.columns == ["text", "money"]
    assert frame.rows() == [tuple(row[at] for at in places) for row in expected(CASES["nulls"])]


@every_format
def test_several_files(name, tmp_path):
    """With signs in their names that mean something in a pattern or in SQL, and a folder that looks like a column."""
    folder = tmp_path / "b=7"
    folder.mkdir()
    files = [
        written(name, CASES[case], folder, file=file)
        for case, file in (("extremes", "[a]*?"), ("no row", "it's"), ("nulls", "plain"))
    ]
    assert sorted(by_duckdb(name, files), key=lambda row: row[0]) == sorted(
        expected([frame for case in ("extremes", "nulls") for frame in CASES[case]]), key=lambda row: row[0]
    )
    with duckdb.connect() as connection:
        FORMATS[name].attach(connection, "t", files, TYPES)
        assert [row[0] for row in connection.execute("DESCRIBE t").fetchall()] == list(TYPES)


@every_format
def test_conditions_hold_for_what_is_there(name, tmp_path):
    """A reader that leaves out rows before DuckDB sees them must leave out the right ones."""
    file = written(name, [frame_of([FIRST, SECOND]), nulls()], tmp_path)
    right = to_written(pl.concat([frame_of([FIRST, SECOND]), nulls()]), TYPES)
    with duckdb.connect() as connection:
        FORMATS[name].attach(connection, "t", [file], TYPES)
        connection.register("u", right.to_arrow())
        for condition in (
            "money > 0", "NOT (money > 0)", "tiny = 0.999999999999999999", "rate < 9.99985", "wide <> 1", "day < \"at\"",
            "text = ''", "text IS NULL", "NOT flag", "flag IS NULL", "\"at\" >= TIMESTAMP '2024-02-29 23:59:59.999999'",
            "small IN (32767, 5)", "ratio BETWEEN 0 AND 0.1", "guid LIKE 'f%'", "LENGTH(text) > 4",
        ):  # fmt: skip
            found, wanted = (
                connection.execute(f"SELECT id FROM {table} WHERE {condition} ORDER BY id").fetchall()
                for table in ("t", "u")
            )
            assert found == wanted, condition


@every_format
def test_types_are_held_or_not(name, tmp_path):
    """Without types columns are what the file says, which is a text where it says nothing."""
    form = FORMATS[name]
    file = written(name, CASES["extremes"], tmp_path)
    texts = dict.fromkeys(("text", "guid", "state", "doc", "land", "term") if form.holds_types else TYPES, TEXT)
    said = {**TYPES, **texts, **({"modes": array_of(TEXT)} if form.holds_types else {})}
    assert form.columns(file) == said
    frame = form.read(file, {})
    assert frame.schema == {column: dtype.written for column, dtype in said.items()}
    assert form.holds_types == (frame.rows() == expected(CASES["extremes"]))
    assert form.holds_types or frame["money"].to_list() == ["9999999999.99", "-9999999999.99"]


@every_format
def test_the_same_rows_are_the_same_bytes(name, tmp_path):
    frames = CASES["several frames"]
    files = [written(name, frames, tmp_path, file=file) for file in ("one", "again")]
    assert files[0].read_bytes() == files[1].read_bytes()


@every_format
@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("small", 2**15, "32768"), ("whole", 2**31, "2147483648"), ("money", 10**12, "10000000000.00"),
        ("wide", 10**18, "10{18}"), ("tiny", 10**18, "1.0{18}"), ("rate", 10**5, "10.0000"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("sign", [1, -1])
def test_a_value_too_wide_for_its_type_is_refused(name, column, cell, said, sign, tmp_path):
    """It is told as people write it, not in minor units."""
    frame = frame_of([FIRST, {**FIRST, column: sign * cell}])
    with pytest.raises(OverflowError, match=f"column '{column}': {'-' if sign < 0 else ''}{said} does not fit"):
        written(name, [frame], tmp_path)
    with pytest.raises(OverflowError):
        written(name, [frame_of([FIRST]), frame], tmp_path)  # in a later frame as well


DAMAGE = {
    "nothing": lambda data: b"",
    "garbage": lambda data: b"\x00garbage\xff" * 9,
    "half": lambda data: data[: len(data) // 2],
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", [name for name in READABLE if FORMATS[name].holds_types])
def test_a_damaged_file_is_told(name, damage, tmp_path):
    """Half a text is a text: of those formats a cell is (below), and all else is the checksum's to tell."""
    file = written(name, CASES["texts"], tmp_path)
    file.write_bytes(DAMAGE[damage](file.read_bytes()))
    with pytest.raises(OutputError, match=rf"^'{file}' cannot be read: .+$"):
        FORMATS[name].read(file, TYPES)
    with pytest.raises(OutputError, match=rf"^'{file}' cannot be read: .+$"):
        FORMATS[name].columns(file)
    with pytest.raises(unreadable_errors()):
        by_duckdb(name, [file])


@every_format
def test_a_missing_file_is_told(name, tmp_path):
    with pytest.raises(OutputError, match="cannot be read"):
        FORMATS[name].read(tmp_path / "nothing", TYPES)


# -- what takes files


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a small `ecommerce` in a format."""
    made = {}

    def of(name):
        if name not in made:
            plan = synth.make_plan("ecommerce", scale=0.01)
            made[name] = generate(plan, tmp_path_factory.mktemp(name), format=name).folder
        return made[name]

    return of


def prints(manifest: Manifest) -> dict[str, str]:
    return {name: entry.fingerprint for name, entry in manifest.tables.items()}


@every_format
def test_verify_holds_and_finds_a_changed_cell(name, folder, tmp_path):
    assert verify_folder(folder(name)).failed == []
    form, manifest = FORMATS[name], Manifest.read(folder(name))
    entry = manifest.tables["orders"]
    copy = tmp_path / "ecommerce"
    for table, each in manifest.tables.items():
        (copy / table).mkdir(parents=True)
        for file in each.files:
            (copy / file.path).write_bytes((folder(name) / file.path).read_bytes())
    manifest.write(copy)
    path = copy / entry.files[0].path
    frame = form.read(path, entry.types)
    order = frame.row(7, named=True)
    changed = frame.with_columns(
        pl.when(pl.col("order_id") == order["order_id"])
        .then(pl.col("total") + 1)
        .otherwise(pl.col("total"))
        .cast(frame["total"].dtype)
        .alias("total")
    )
    form.write([changed], entry.types, frozenset(), path)
    failed = {(finding.kind, finding.name) for finding in verify_folder(copy).failed}
    assert {("files", "checksums"), ("rows", "fingerprint")} <= failed and "rule" in dict(failed), failed


LOADED = [  # this process reads what it sends to servers, as for SQLite; DuckDB reads files itself
    (target, name) for target in SERVERS for name in READABLE if LONG or target in ("sqlite", "duckdb") or name == READABLE[0]
]  # fmt: skip


@pytest.mark.parametrize(("target", "name"), LOADED)
@pytest.mark.some(4)
def test_load_equals(name, target, folder, tmp_path, database, request):
    address = live_address(target, database, tmp_path)
    if not address.is_file:
        server = database(target)
        server.drop("formats", ())
        request.addfinalizer(lambda: server.drop("formats", ()))
    report = load_folder(folder(name), address, schema="formats", connections=2)
    manifest = Manifest.read(folder(name))
    assert report.rows == sum(entry.rows for entry in manifest.tables.values())
    with connect(address) as database:
        schema = report.schema
        assert {
            table: str(database.content(schema, table, entry.types)) for table, entry in manifest.tables.items()
        } == prints(manifest)
    pulled = pull(address, tmp_path / "pulled", format=name)
    assert pulled.has_manifest and not pulled.changed
    assert prints(Manifest.read(pulled.folder)) == prints(manifest)
    assert {path.suffix for path in pulled.folder.glob("*/*")} == {FORMATS[name].suffix}
    assert verify_folder(pulled.folder).failed == []


@every_format
def test_existing_tables_are_read(name, folder, tmp_path):
    """By the manifest, and without one as files of anybody's."""
    ours = FolderSource(folder(name))
    manifest = Manifest.read(folder(name))
    whole = generate(synth.make_plan("ecommerce", scale=0.01), tmp_path / "parquet").folder
    right = FolderSource(whole)
    for table, columns in (
        ("customers", ["customer_id", "country"]),
        ("products", ["price", "product_id", "launched_at"]),
    ):
        assert ours.tables()[table] == manifest.tables[table].types
        assert ours.read(table, columns).equals(right.read(table, columns))
    assert ours.summed("customers", "customer_id") == right.summed("customers", "customer_id")
    made = {}
    for form in (FORMATS[name], FORMATS["parquet"]):
        theirs = tmp_path / f"theirs-{form.name}"
        theirs.mkdir(exist_ok=True)
        for table, frame in (("Customer", CUSTOMERS), ("products", PRODUCTS)):
            drawn = frame.with_columns(pl.col(pl.Int32).cast(pl.Int64))
            form.write([drawn], types_of(drawn), frozenset(), theirs / f"{table}{form.suffix}")
        assert FolderSource(theirs).tables().keys() == {"Customer", "products"}
        assert FolderSource(theirs).summed("Customer", "not_asked_for") == (300, 1)
        plan = synth.make_plan(shop(), source=str(theirs))
        made[form.name] = prints(generate(plan, tmp_path / f"out-{form.name}").manifest)
    assert made[name] == made["parquet"]


@every_format
@pytest.mark.some(2)
def test_advance_grows_it(name, tmp_path):
    """To what one run makes; the feed is in the same format, where feeds are."""
    first, last = (
        synth.make_plan("ecommerce", scale=0.01, until=until)
        for until in (dt.datetime(2025, 6, 30), dt.datetime(2025, 7, 31))
    )
    grown = generate(first, tmp_path, format=name).folder
    feed = {"changes": tmp_path / "feed", "changes_format": name} if name in FEEDS else {}
    step = advance_folder(grown, last.until, **feed)
    whole = generate(last, tmp_path / "whole", format=name).manifest
    assert prints(Manifest.read(grown)) == prints(whole) and verify_folder(grown).failed == []
    if feed:
        assert step.feed.suffix == FORMATS[name].suffix
        changes = FORMATS[name].read(step.feed, {})
        assert set(changes.columns) == {"op", "table", "key", "before", "after", "at"} and changes.height


@pytest.mark.parametrize("name", FORMATS)
def test_scripts_take_what_clients_read(name, folder, tmp_path):
    if FORMATS[name].is_for_clients:
        assert (write_script(folder(name), "postgres", tmp_path / "script") / "load.sh").is_file()
        return
    with pytest.raises(OptionError, match=f"holds {name}, and the clients of databases read CSV"):
        write_script(folder(name), "postgres", tmp_path / "script")


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in READABLE])
def test_what_is_only_written_is_refused(name, folder, tmp_path):
    with pytest.raises(OutputError, match="INSERT statements, which are proved where they are loaded"):
        verify_folder(folder(name))
    with pytest.raises(OptionError, match="run them with the database's own client"):
        load_folder(folder(name), Address.parse(f"sqlite:///{tmp_path}/x.db"))
    with pytest.raises(OptionError, match=f"is {name}\n  hint: rows are read from {one_of([*READABLE, 'a database'])}"):
        FolderSource(folder(name))
    with pytest.raises(OptionError, match=f"unknown format '{name}'"):
        pull(Address.parse(f"sqlite:///{tmp_path}/x.db"), tmp_path, format=name)


@pytest.mark.parametrize("name", [name for name in READABLE if not FORMATS[name].holds_types])
def test_a_cell_that_cannot_be_read_is_told_by_load(name, tmp_path):
    """In a line that names the file, wherever it is loaded; nothing is left there."""
    made = generate(synth.make_plan("ecommerce", scale=0.01, tables=["orders"]), tmp_path, format=name).folder
    file = next((made / "orders").iterdir())
    data, changed = re.subn(rb'(\n|"order_id":)7(?=[^\d.])', rb'\1"x"', file.read_bytes())
    assert changed == 1
    file.write_bytes(data)
    entries = Manifest.read(made)
    entry = entries.tables["orders"]
    sizes = tuple(each.model_copy(update={"bytes": (made / each.path).stat().st_size}) for each in entry.files)
    entries.model_copy(update={"tables": {"orders": entry.model_copy(update={"files": sizes})}}).write(made)
    with pytest.raises(OutputError, match=f"'{file}' cannot be read: "):
        load_folder(made, Address.parse(f"sqlite:///{tmp_path}/x.db"))
    assert not (tmp_path / "x.db").exists()
