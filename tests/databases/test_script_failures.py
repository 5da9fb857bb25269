"""Scripts that cannot do what they should stop and say so, or are not written at all."""

from __future__ import annotations

import os
import shutil
import subprocess

import psycopg
import pytest

import synth
from synth.databases import SCRIPTS
from synth.errors import OptionError, OutputError
from synth.job.script import write_script
from tests.support.hostile import hostile
from tests.support.scripts import LIVE, drop, load, place_of


@pytest.fixture
def made(csv_folders):
    """Folders of CSV, by name."""
    return csv_folders


@pytest.fixture
def place(request, database, tmp_path):
    """A dialect, its server, and the environment in which its client finds it."""
    return place_of(request, database, tmp_path)


@pytest.fixture
def copied(made, tmp_path):
    """A folder that may be changed."""
    return shutil.copytree(made("inventory"), tmp_path / "data" / "inventory")


# -- what goes wrong


def change(path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data and len(old) == len(new)
    path.write_bytes(data.replace(old, new, 1))


@pytest.mark.parametrize("place", LIVE, indirect=True)
def test_files_that_were_changed_are_found_out(place, copied):
    name, server, environment = place
    folder = write_script(copied, name)
    change(copied / "products" / "part-00000.csv", b"Kitchen", b"Kitchem")
    try:
        done = load(folder, environment)
        assert done.returncode == 1
        assert done.stderr == "load.sh: not what the files held when they were made: products (100 rows of 100)\n"
    finally:
        drop(server, name, "inventory")


@pytest.mark.parametrize("place", LIVE, indirect=True)
def test_cells_that_are_no_numbers_stop_it(place, copied):
    """LOAD DATA LOCAL makes zeros of them, and warns."""
    name, server, environment = place
    folder = write_script(copied, name)
    line = (copied / "stock" / "part-00000.csv").read_bytes().split(b"\n")[1]
    change(copied / "stock" / "part-00000.csv", line, line.replace(b",", b",x", 1)[: len(line)])
    try:
        done = load(folder, environment)
        assert done.returncode == 1 and "load.sh: " in done.stderr
        if name == "postgres":
            assert "psql:copy.sql:" in done.stderr and 'invalid input syntax for type bigint: "x' in done.stderr
            assert "create_tables.sql, copy.sql, constraints.sql failed" in done.stderr
            with psycopg.connect(host=str(server.folder), user="postgres", dbname="inventory") as connection:
                assert not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'inventory'").fetchall()
        else:
            assert "Warning (Code 1366)" in done.stdout and "stock (100 rows of 100)" in done.stderr
    finally:
        drop(server, name, "inventory")


@pytest.mark.parametrize("place", LIVE, indirect=True)
def test_a_missing_file_stops_it(place, copied):
    name, server, environment = place
    folder = write_script(copied, name)
    (copied / "orders" / "part-00000.csv").rename(copied / "gone")
    try:
        done = load(folder, environment)
        assert done.returncode == 1 and "copy.sql failed" in done.stderr.replace(", constraints.sql", "")
    finally:
        drop(server, name, "inventory")
    shutil.rmtree(copied)
    done = load(folder, environment)
    assert done.returncode == 1 and done.stderr.startswith("load.sh: there is no folder ../inventory")


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_server_and_no_client(name, copied, tmp_path):
    folder = write_script(copied, name)
    absent = {"PSQL": "/nowhere/psql", "MYSQL": "/nowhere/mysql", "SQLCMD": "/nowhere/sqlcmd"}
    done = load(folder, absent)
    assert done.returncode == 1 and "load.sh: create_database.sql failed" in done.stderr
    if name == "postgres":
        done = load(folder, {"PGHOST": str(tmp_path), "PGPASSWORD": "hush"})
        assert (
            done.returncode == 1 and "load.sh: create_database.sql failed" in done.stderr and "hush" not in done.stderr
        )


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_and_wrong_words(name, copied):
    folder = write_script(copied, name)
    assert os.access(folder / "load.sh", os.X_OK)
    for word in ("-h", "--help"):
        done = load(folder, {"PATH": "/usr/bin:/bin"}, word)
        assert done.returncode == 0 and done.stdout.startswith("usage: load.sh [DATABASE]\n") and not done.stderr
    for words in (["a", "b"], ["--force"]):
        done = load(folder, {}, *words)
        assert done.returncode == 2 and done.stderr.startswith("usage: ") and not done.stdout
    for shell in ("dash", "bash", "busybox"):
        if shutil.which(shell):
            words = [shell, "sh"] if shell == "busybox" else [shell]
            subprocess.run([*words, "-n", folder / "load.sh"], check=True)


# -- what is refused


def test_an_empty_text_where_null_may_be(tmp_path):
    folder = synth.generate(synth.make_plan(hostile()), tmp_path, format="csv").folder
    for name in ("mysql", "tsql"):
        with pytest.raises(
            OutputError, match="group.where holds empty texts, which the client of .* would take for NULL\n  hint: "
        ):
            write_script(folder, name)
        assert [path.name for path in tmp_path.iterdir()] == ["hostile"]
    assert write_script(folder, "postgres")


def test_only_csv(shop):
    with pytest.raises(OptionError, match="holds parquet, .*\n  hint: synth generate ecommerce --format csv"):
        write_script(shop, "postgres")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mysqll", "did you mean 'mysql'"),
        ("oracle", "known are mysql, postgres, tsql"),
        ("duckdb", "synth load DIR FILE"),
    ],
)
def test_only_clients_that_are_known(name, said, made):
    with pytest.raises(OptionError, match=said):
        write_script(made("inventory"), name)


def test_a_folder_of_something_else(copied, tmp_path):
    with pytest.raises(OutputError, match=r"holds no manifest.json"):
        write_script(tmp_path, "postgres")
    with pytest.raises(OutputError, match="is in the folder of the data"):
        write_script(copied, "postgres", copied / "scripts")
    with pytest.raises(OutputError, match="is in the folder of the data"):
        write_script(copied, "postgres", copied)
    folder = write_script(copied, "postgres")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert write_script(copied, "postgres") == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (folder / "mine.sql").write_text("SELECT 1")
    with pytest.raises(OutputError, match=r"not ours \('mine.sql'\)"):
        write_script(copied, "postgres")
    assert (folder / "mine.sql").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file"):
        write_script(copied, "postgres", tmp_path / "file")
    (copied / "orders" / "part-00000.csv").unlink()
    with pytest.raises(OutputError, match=r"orders/part-00000.csv' is missing"):
        write_script(copied, "mysql")


@pytest.mark.parametrize("word", ["two\nlines", "tab\there", "\udcff"])
def test_a_path_that_no_client_reads(word, copied, tmp_path):
    shutil.move(copied, tmp_path / word)
    with pytest.raises(OutputError, match="rename the folder"):
        write_script(tmp_path / word, "postgres", tmp_path / "scripts")


@pytest.mark.parametrize("name", SCRIPTS)
def test_schemas_that_no_database_takes(name, made, tmp_path):
    with pytest.raises(OptionError, match="cannot be a schema's name"):
        write_script(made("inventory"), name, tmp_path / "x", "")


@pytest.mark.parametrize("name", ["x\nEND\ntouch owned\ncat <<'END'\n", "a\tb", "\x1b[2J"])
def test_a_name_that_ends_a_text_of_the_script(name, copied):
    """The help of load.sh names the database; a line of its own would have ended it, and been run."""
    with pytest.raises(OptionError, match="cannot be a schema.s name"):
        write_script(copied, "mysql", schema=name)
    assert not copied.with_name("inventory-mysql").exists()


@pytest.mark.parametrize(
    "name", ["$(touch owned)", "`touch owned`", "'; touch owned; '", '"; touch owned; "', "-x", "a b", "*"]
)
def test_names_and_paths_that_a_shell_would_run(name, copied, tmp_path):
    """`load.sh --help` and a missing folder: all that it does without a client."""
    folder = copied.rename(copied.with_name(f"{name}".replace("/", "_")))
    script = write_script(folder, "mysql", tmp_path / "out" / "script", schema=name)
    shutil.rmtree(folder)
    for words in (["--help"], []):
        subprocess.run(["sh", str(script / "load.sh"), *words], cwd=tmp_path, capture_output=True, check=False)
    assert not list(tmp_path.rglob("owned"))
