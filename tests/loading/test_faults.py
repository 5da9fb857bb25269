"""What goes wrong while loading: wherever it ends, the target is as before or complete, and the message says what happened."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

import synth
from synth.databases import DATABASES, Address, connect
from synth.errors import DatabaseError
from synth.job.load import load_folder
from synth.store.manifest import Manifest
from synth.store.manifest_table import manifest_of
from tests.support.servers import SERVERS
from tests.support.targets import LONG

# each database in each way that rows go in; SQL Server: wherever SYNTH_TEST_MSSQL_URL is set, by hand
LIVE = [(name, via) for name in DATABASES if name != "tsql" for via in DATABASES[name].ways or (None,)]
FILES = ("sqlite", "duckdb")
SERVED = [(name, via) for name, via in LIVE if name not in FILES]

# (progress call that is the last, or a phase, seconds after it)
MOMENTS = [(1, 0), (3, 0), (7, 0), (12, 0), ("constraints", 0), ("constraints", 0.03), ("analyze", 0), ("verify", 0),
           ("publish", 0), ("publish", 0.004), ("publish", 0.012)]  # fmt: skip
# a file is filled in one transaction, and COPY is another way into a server that has had all of them
EVERY = {} if LONG else {"postgres": 2, "mysql": 2, "sqlite": 3, "duckdb": 3, "copy": 4}
KILLED = [(*where, *at) for where in LIVE for at in MOMENTS[:: EVERY.get(where[1], EVERY.get(where[0], 1))]]

CHILD = """
import os, signal, sys, threading
from synth.databases import Address
from synth.job.load import load_folder
folder, url, via, last, seconds = sys.argv[1:]
calls = []
def die(phase, rows):
    calls.append(phase)
    if phase == last or str(len(calls)) == last:
        if float(seconds):
            threading.Timer(float(seconds), os.kill, (os.getpid(), signal.SIGKILL)).start()
        else:
            os.kill(os.getpid(), signal.SIGKILL)
load_folder(folder, Address.parse(url), if_exists="replace", connections=2, via=via or None, progress=die)
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """The folder of `ecommerce`, another seed."""
    plan = synth.make_plan("ecommerce", scale=0.02, seed=7)
    return synth.generate(plan, tmp_path_factory.mktemp("other")).folder


def url_of(server, name: str) -> str:
    if name == "postgres":
        return f"postgresql://postgres@/postgres?host={server.folder}"
    return f"mysql://root@localhost/?unix_socket={server.socket}"


@pytest.fixture
def url(request, database, tmp_path):
    """A database without our schema."""
    name = request.param
    if name in FILES:
        yield f"{name}:///{tmp_path}/target.{name}"
        return
    server = database(name)
    server.drop("ecommerce", ())
    yield url_of(server, name)
    server.drop("ecommerce", ())


everywhere = pytest.mark.parametrize("url, via", LIVE, indirect=["url"])


def state(url: str, schema: str = "ecommerce") -> dict[str, str]:
    """Fingerprints as they are; that they are the manifest's."""
    with connect(Address.parse(url)) as database:
        there = database.catalogue(schema)
        if not there:
            return {}
        manifest = manifest_of(database, schema)
        assert set(manifest.tables) == set(there) - {"synth_manifest"}
        found = {name: str(database.content(schema, name, entry.types)) for name, entry in manifest.tables.items()}
        assert found == {name: entry.fingerprint for name, entry in manifest.tables.items()}
        return found


def quiet(url: str) -> None:
    """Wait for what MariaDB still does for a client that is gone: meanwhile its catalogue shows half a RENAME."""
    if not url.startswith("mysql"):
        return
    with connect(Address.parse(url)) as database:
        busy = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'RENAME%' OR info LIKE 'DROP%'"
        while database.rows(busy)[1][0][0]:
            time.sleep(0.05)


def staged(url: str) -> dict:
    with connect(Address.parse(url)) as database:
        stage = database.staging_schema("ecommerce")
        return {} if stage == "ecommerce" else database.catalogue(stage)


def prints(folder) -> dict[str, str]:
    return {name: entry.fingerprint for name, entry in Manifest.read(folder).tables.items()}


@pytest.mark.parametrize("url, via, last, seconds", KILLED, indirect=["url"])
@pytest.mark.some(6)
def test_killed(url, via, last, seconds, shop, other, environment):
    load_folder(shop, Address.parse(url))
    before = state(url)
    assert before == prints(shop)
    words = [sys.executable, "-c", CHILD, str(other), url, via or "", str(last), str(seconds)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL or (last == "publish" and seconds), done.stderr
    quiet(url)
    found = state(url)
    assert found == before or (last == "publish" and found == prints(other))
    end = time.monotonic() + 10
    while True:  # a server notices that a client is gone when it next speaks to it
        try:
            load_folder(other, Address.parse(url), if_exists="replace", via=via)
            break
        except DatabaseError as error:
            assert "another load" in str(error) and time.monotonic() < end
            time.sleep(0.1)
    assert state(url) == prints(other)
    assert not staged(url)


@everywhere
def test_killed_before_there_was_anything(url, via, shop, environment):
    words = [sys.executable, "-c", CHILD, str(shop), url, via or "", "verify", "0"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert state(url) == {}


@contextmanager
def own(name: str):
    """A server of the test's own, that can be ended and started again."""
    server = SERVERS[name]()
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize(
    "name, via, last",
    [(*at, last) for at in SERVED for last in (5, "constraints", "publish") if LONG or last == 5 or at[1] != "copy"],
)
@pytest.mark.some(3)
def test_the_server_ends_midway(name, via, last, shop, other):
    with own(name) as server:
        address = Address.parse(url_of(server, name))
        load_folder(shop, address)
        calls = []

        def end(phase, rows):
            calls.append(phase)
            if phase == last or len(calls) == last:
                os.kill(server.process.pid, signal.SIGQUIT if name == "postgres" else signal.SIGKILL)
                server.process.wait()

        with pytest.raises(DatabaseError) as caught:
            load_folder(other, address, if_exists="replace", via=via, progress=end)
        assert "server" in str(caught.value).lower() and "hint: " in str(caught.value)
        server.again()
        assert state(address.url()) == prints(shop)
        load_folder(other, address, if_exists="replace")
        assert state(address.url()) == prints(other)


@pytest.mark.parametrize("via", DATABASES["postgres"].ways)
def test_a_full_tablespace(via, shop, tmp_path):
    plan = synth.make_plan("ecommerce", scale=0.1)
    large = synth.generate(plan, tmp_path).folder
    with own("postgres") as server:
        small = server.folder / "small"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(small)], capture_output=True)
        if mounted.returncode:
            pytest.skip("needs the right to mount a small file system: run as root")
        try:
            shutil.chown(small, "postgres", "postgres")
            server.run(f"CREATE TABLESPACE small LOCATION '{small}'")
            server.run("ALTER DATABASE postgres SET default_tablespace = small")
            address = Address.parse(url_of(server, "postgres"))
            load_folder(shop, address)
            with pytest.raises(DatabaseError, match="No space left on device") as caught:
                load_folder(large, address, if_exists="replace", via=via)
            assert "free space" in str(caught.value)
            assert state(address.url()) == prints(shop)
            assert not staged(address.url())
        finally:
            server.stop()
            subprocess.run(["umount", str(small)], check=True)


# -- connections


def refusal(run, *words: str, **variables: str) -> str:
    done = run("load", *words)
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert done.stderr.startswith("synth: ")
    return done.stderr


def test_refused(run, shop):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    for scheme in [s for s, name in (("postgresql", "postgres"), ("mysql", "mysql")) if name in DATABASES]:
        said = refusal(run, str(shop), f"{scheme}://me:hush@127.0.0.1:{port}/x")
        assert "is the server running" in said and "hush" not in said


def test_wrong_passwords_and_rights_in_postgres(run, shop, tmp_path):
    with own("postgres") as server:
        server.run("CREATE ROLE poor LOGIN PASSWORD 'right'")
        server.run("CREATE DATABASE rich")
        rules = server.folder / "data" / "pg_hba.conf"
        rules.write_text("local all poor scram-sha-256\n" + rules.read_text())
        server.run("SELECT pg_reload_conf()")
        time.sleep(0.2)
        said = refusal(run, str(shop), f"postgresql://poor:hush@/rich?host={server.folder}")
        assert "password authentication failed" in said and "SYNTH_PASSWORD" in said and "hush" not in said
        said = refusal(run, str(shop), f"postgresql://poor:right@/nowhere?host={server.folder}")
        assert '"nowhere" does not exist' in said and "--create" in said
        server.run("REVOKE CREATE ON DATABASE rich FROM PUBLIC")
        said = refusal(run, str(shop), f"postgresql://poor:right@/rich?host={server.folder}")
        assert "permission denied" in said and "CREATE" in said
        done = run("load", str(shop), f"postgresql://postgres@/made?host={server.folder}", "--create")
        assert done.returncode == 0, done.stderr


def test_passwords_are_not_in_the_list_of_processes(shop, environment):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"postgresql://me:hush@127.0.0.1:{silent.getsockname()[1]}/x"
        words = [sys.executable, "-m", "synth", "load", str(shop), url]
        process = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            silent.settimeout(20)
            connection, _ = silent.accept()  # it has come as far as the database
            with open(f"/proc/{process.pid}/cmdline") as line:
                shown = line.read()
            assert "me:***@127.0.0.1" in shown and "hush" not in shown
            connection.close()
            said = "".join(process.communicate(timeout=20))
            assert process.returncode == 2 and "hush" not in said
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    "url, words",
    [
        ("oracle://me@x/y", "unknown kind of database 'oracle'"),
        ("postgresql://me@x:port/y", "is no URL"),
        ("sqlite://x.db", "three slashes"),
        ("nothing", "synth.toml"),
    ],
)
def test_what_is_no_address(run, shop, url, words):
    assert words in refusal(run, str(shop), url)
