"""The contract of scripts: by the database's own client, from anywhere, again and again, they make what the files hold."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time

import psycopg
import pytest
import sqlglot

import synth
from synth.cli import main
from synth.databases import DIALECTS, SCRIPTS, Address, connect
from synth.errors import OptionError, OutputError
from synth.fingerprint import Fingerprint
from synth.job.script import write_script
from synth.store.manifest import Manifest
from tests.support.hostile import hostile
from tests.support.tsql import lint_tsql

LIVE = ["postgres", "mysql"]  # SQL Server's is text, and a client that only notes what it is told
SQL = ["check.sql", "constraints.sql", "copy.sql", "create_database.sql", "create_tables.sql"]
OLD_PSQL = shutil.which("psql") and int(re.search(r"\d+", subprocess.getoutput("psql --version"))[0]) < 18


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folders of CSV, by name."""
    out = tmp_path_factory.mktemp("csv")
    plans = {
        "inventory": lambda: synth.make_plan("inventory", scale=0.1),
        "erp": lambda: synth.make_plan("erp", scale=0.02),
        "ecommerce": lambda: synth.make_plan("ecommerce", scale=0.02),
        "hostile": lambda: synth.make_plan(hostile(empty=False, lone=not OLD_PSQL)),
    }
    found = {}

    def get(name):
        if name not in found:
            found[name] = synth.generate(plans[name](), out, format="csv").folder
        return found[name]

    return get


@pytest.fixture
def place(request, database, tmp_path):
    """A dialect, its server, and the environment in which its client finds it."""
    name = request.param
    server = database(name)
    if name == "postgres":
        return name, server, {"PGHOST": str(server.folder), "PGUSER": "postgres"}
    if request.node.name.startswith("test_a_missing"):  # either way will do
        return name, server, {"MYSQL_UNIX_PORT": str(server.socket), "MYSQL_USER": "root"}
    (tmp_path / "my.cnf").write_text(f"[client]\nsocket={server.socket}\nuser=root\n")
    return name, server, {"MYSQL_DEFAULTS_FILE": str(tmp_path / "my.cnf")}


def load(folder, environment, *words, shell="sh", cwd="/"):
    return subprocess.run(
        [shell, str(folder / "load.sh"), *words], env={**os.environ, **environment}, cwd=cwd, capture_output=True, text=True, check=False
    )  # fmt: skip


def holds(server, name, folder, database=None, schema=None) -> bool:
    """Whether a database has the content that a folder's manifest tells of."""
    manifest = Manifest.read(folder)
    schema, database = schema or manifest.dataset, database or manifest.dataset
    if name == "postgres":
        address = Address("postgres", database, user="postgres", options=(("host", str(server.folder)),))
        with connect(address) as connection:
            same = [str(connection.content(schema, t, e.types)) == e.fingerprint for t, e in manifest.tables.items()]
        return all(same)
    dialect = DIALECTS[name]
    for table, entry in manifest.tables.items():
        sums = dialect.fingerprint_query(entry.types, dialect.place(database, table))
        ((rows, linear, square),) = server.run(sums)
        if str(Fingerprint(int(rows), int(linear), int(square))) != entry.fingerprint:
            return False
    return True


def drop(server, name, database):
    quoted = DIALECTS[name].quote_identifier(database)
    server.run(f"DROP DATABASE IF EXISTS {quoted}" + " WITH (FORCE)" * (name == "postgres"))


# -- what they make


@pytest.mark.parametrize("data", ["inventory", "erp", "ecommerce", "hostile"])
@pytest.mark.parametrize("place", LIVE, indirect=True)
def test_twice_in_a_row_and_the_content_is_the_folders(place, data, made, tmp_path):
    name, server, environment = place
    manifest = Manifest.read(made(data))
    folder = write_script(made(data), name, tmp_path / "there" / "scripts")
    assert sorted(path.name for path in folder.iterdir()) == [".synth", *SQL, "load.sh"]
    try:
        for shell in ("sh", "bash"):
            done = load(folder, environment, shell=shell)
            assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr
            printed = dict(re.findall(r"^(\w+) +(\d+) rows$", done.stdout, re.MULTILINE))
            assert printed == {table: str(entry.rows) for table, entry in manifest.tables.items()}
            assert holds(server, name, made(data))
    finally:
        drop(server, name, data)


@pytest.mark.parametrize("place", LIVE, indirect=True)
def test_constraints_are_there_in_the_end(place, made):
    name, server, environment = place
    folder = write_script(made("ecommerce"), name)
    assert folder == made("ecommerce").with_name(f"ecommerce-{name}")
    assert load(folder, environment).returncode == 0
    try:
        if name == "postgres":
            with psycopg.connect(host=str(server.folder), user="postgres", dbname="ecommerce") as connection:
                kinds = dict(
                    connection.execute(
                        "SELECT contype, COUNT(*) FROM pg_constraint WHERE connamespace = 'ecommerce'::regnamespace GROUP BY 1"
                    ).fetchall()
                )
                analyzed = connection.execute(
                    "SELECT MIN(reltuples) FROM pg_class WHERE oid = 'ecommerce.orders'::regclass"
                ).fetchone()
            assert analyzed == (2000.0,)
        else:
            kinds = {"p": 0, "f": 0, "c": 0}
            for kind, count in server.run(
                "SELECT constraint_type, COUNT(*) FROM information_schema.table_constraints WHERE table_schema = 'ecommerce' GROUP BY 1"
            ):
                kinds[kind[0].lower()] = int(count)
        dataset = Manifest.read(made("ecommerce")).load_dataset()
        assert kinds["p"] == len(dataset.written) and kinds["f"] >= 8 and kinds["c"] > 10
    finally:
        drop(server, name, "ecommerce")


@pytest.mark.parametrize("place", LIVE, indirect=True)
def test_other_connections_are_ended(place, made, tmp_path):
    """One that holds a lock on a table, in the database that is dropped."""
    name, server, environment = place
    folder = write_script(made("inventory"), name, tmp_path / "scripts")
    assert load(folder, environment).returncode == 0
    if name == "postgres":
        words = ["psql", "-X", "-d", "inventory", "-c", "BEGIN; LOCK TABLE inventory.orders; SELECT pg_sleep(60)"]
        busy = "SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()"
    else:
        words = [
            "mariadb",
            f"--defaults-file={environment['MYSQL_DEFAULTS_FILE']}",
            "inventory",
            "-e",
            "LOCK TABLES orders READ; SELECT SLEEP(60)",
        ]
        busy = "SELECT COUNT(*) FROM information_schema.processlist WHERE info = 'SELECT SLEEP(60)'"
    other = subprocess.Popen(
        words, env={**os.environ, **environment}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            if server.run(busy) != [("0",)]:
                break
            time.sleep(0.05)
        started = time.monotonic()
        done = load(folder, environment)
        assert done.returncode == 0, done.stderr
        assert time.monotonic() - started < 30 and other.wait(30) != 0
    finally:
        other.kill()
        other.wait()
        drop(server, name, "inventory")


NAMES = ["it's a\"b`c \\", "ünï = %s $HOME", "postgresql://" + "x" * 50]


@pytest.mark.parametrize("place", LIVE, indirect=True)
def test_hostile_databases_and_schemas(place, made, tmp_path):
    name, server, environment = place
    for word in NAMES:
        folder = write_script(made("inventory"), name, tmp_path / "scripts", word)
        default = word if name == "mysql" else "inventory"
        try:
            for database in (default, word):
                done = load(folder, environment, *([database] if database != default else []))
                assert done.returncode == 0 and not done.stderr, (word, done.stderr)
                assert holds(server, name, made("inventory"), database, word), word
        finally:
            drop(server, name, "inventory")
            drop(server, name, word)


@pytest.mark.parametrize("place", LIVE, indirect=True)
def test_hostile_paths(place, made, tmp_path):
    name, server, environment = place
    for word in ('it\'s "a" `b` back\\slash \\n $(false) $HOME ;', "-x", "~ ünï 漢字 @DATA@ @STEPS@"):
        home = tmp_path / word / "in"
        shutil.copytree(made("inventory"), home / word)
        folder = write_script(home / word, name)
        assert folder == home / f"{word}-{name}"
        (tmp_path / "moved").mkdir()
        shutil.move(home, tmp_path / "moved")  # data and scripts together
        folder = tmp_path / "moved" / "in" / folder.name
        try:
            done = load(folder, environment, cwd=folder.parent)
            assert done.returncode == 0 and not done.stderr, (word, done.stderr)
            assert holds(server, name, made("inventory"))
        finally:
            drop(server, name, "inventory")
            shutil.rmtree(tmp_path / "moved")


# -- what goes wrong


@pytest.fixture
def copied(made, tmp_path):
    """A folder that may be changed."""
    return shutil.copytree(made("inventory"), tmp_path / "data" / "inventory")


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


# -- SQL Server

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


# -- the command


def test_the_command(made, tmp_path, capsys):
    assert main(["script", str(made("inventory")), "--dialect", "mysql", "--out", str(tmp_path / "here")]) == 0
    assert str(tmp_path / "here" / "load.sh") in capsys.readouterr().out
    assert main(["script", str(made("inventory")), "--dialect", "oracle"]) == 2
    assert "there is no script for 'oracle'" in capsys.readouterr().err
