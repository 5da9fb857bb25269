"""The contract of scripts: by the database's own client, from anywhere, again and again, they make what the files hold."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time

import psycopg
import pytest

from synth.cli import main
from synth.databases import DIALECTS, Address, connect
from synth.fingerprint import Fingerprint
from synth.job.script import write_script
from synth.store.manifest import Manifest
from tests.support.scripts import LIVE, SQL, drop, load, place_of


@pytest.fixture
def made(csv_folders):
    """Folders of CSV, by name."""
    return csv_folders


@pytest.fixture
def place(request, database, tmp_path):
    """A dialect, its server, and the environment in which its client finds it."""
    return place_of(request, database, tmp_path)


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


# -- what they make


@pytest.mark.parametrize("data", ["inventory", "erp", "ecommerce", "hostile", "typed", "wide"])
@pytest.mark.parametrize("place", LIVE, indirect=True)
@pytest.mark.some(4)
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


# -- the command


def test_the_command(made, tmp_path, capsys):
    assert main(["script", str(made("inventory")), "--dialect", "mysql", "--out", str(tmp_path / "here")]) == 0
    assert str(tmp_path / "here" / "load.sh") in capsys.readouterr().out
    assert main(["script", str(made("inventory")), "--dialect", "oracle"]) == 2
    assert "there is no script for 'oracle'" in capsys.readouterr().err
