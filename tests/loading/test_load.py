"""Loading from the command line: the embedded server, names for databases, and generating without files."""

import json
import shutil
import subprocess

import pytest

import synth
from synth.databases import DATABASES, Address, connect
from synth.errors import OptionError
from synth.job.into import generate_into
from synth.store.manifest import Manifest
from synth.store.manifest_table import manifest_of
from tests.loading.test_faults import url_of
from tests.support.targets import every_way, prints


@pytest.fixture(scope="module")
def embedded(run, shop, tmp_path_factory):
    """A folder of outputs with a loaded dataset, its server running: (folder, URL, what the load printed)."""
    out = tmp_path_factory.mktemp("out")
    shutil.copytree(shop, out / "ecommerce")
    done = run("load", str(out / "ecommerce"))
    try:
        assert done.returncode == 0, done.stderr
        yield out, run("db", "url", "--out", str(out)).stdout.strip(), done.stdout
    finally:
        run("db", "stop", "--out", str(out))


def test_the_embedded_server_goes_on(embedded, run, shop):
    out, url, said = embedded
    assert url.startswith("postgresql://") and "\n" not in url and url in said
    client = next(line for line in said.splitlines() if line.startswith("open: ")).removeprefix("open: ")
    counted = subprocess.run(
        [*client.split(), "-Atc", 'SELECT COUNT(*) FROM "ecommerce"."orders"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert counted.stdout.strip() == "2000"
    manifest = Manifest.read(shop)
    with connect(Address.parse(url)) as database:
        for name, entry in manifest.tables.items():
            assert str(database.content("ecommerce", name, entry.types)) == entry.fingerprint
    again = run("load", str(out / "ecommerce"))
    assert again.returncode == 2 and "--if-exists replace" in again.stderr
    shown = run("load", str(out / "ecommerce"), "--if-exists", "replace", "--json", "--schema", "second")
    report = json.loads(shown.stdout)
    assert report["rows"] == sum(entry.rows for entry in manifest.tables.values())
    assert {"send", "constraints", "indexes", "analyze", "verify", "publish"} <= report["phases"].keys()


def test_the_embedded_server_stops_and_keeps(embedded, run):
    out, url, _ = embedded
    assert run("db", "stop", "--out", str(out)).stdout == "stopped\n"
    assert run("db", "stop", "--out", str(out)).stdout == "it was not running\n"
    assert run("db", "url", "--out", str(out)).stdout == f"{url}\n"  # starts it
    with connect(Address.parse(url)) as database:
        assert "ecommerce" in database.dataset_schemas()
    started = run("db", "start", "--out", str(out)).stdout.splitlines()
    assert started[0] == url and "psql" in started[1]


def test_a_broken_server_says_so(run, tmp_path):
    (tmp_path / ".postgres").mkdir()
    (tmp_path / ".postgres" / "PG_VERSION").write_text("9\n")
    done = run("db", "start", "--out", str(tmp_path))
    assert done.returncode == 2 and "does not start" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.some(4)
def test_generating_into_a_database(target, workers):
    plan = synth.make_plan("ecommerce", scale=0.05)
    report = generate_into(plan, target.address, workers=workers)
    with target.connect() as database:
        manifest = manifest_of(database, "ecommerce")
        assert manifest.spec and manifest.scale == 0.05 and set(manifest.tables) == set(plan.wanted)
        for name, entry in manifest.tables.items():
            assert str(database.content("ecommerce", name, entry.types)) == entry.fingerprint
            assert report.tables[name].rows == entry.rows
    assert report.bytes > 0


@every_way
@pytest.mark.some(2)
def test_generated_is_what_files_hold(target, runs):
    summary = runs("erp", 0.02)
    generate_into(synth.make_plan("erp", scale=0.02), target.address, workers=2, if_exists="replace")
    with target.connect() as database:
        found = manifest_of(database, "erp")
    assert {n: t.fingerprint for n, t in found.tables.items()} == {
        n: t.fingerprint for n, t in summary.manifest.tables.items()
    }


@every_way
def test_how_rows_go_in(target, shop):
    """The report says it; a way that the database does not have is told before anything is made."""
    ways = DATABASES[target.kind].ways
    report = target.load(shop)
    usual = ways if target.kind == "tsql" else ways[:1]  # there it is asked which one can be
    assert report.via == report.as_dict()["via"] and report.via in ((target.via,) if target.via else usual or (None,))
    with pytest.raises(OptionError, match=f"--via {' or '.join(ways)}" if ways else "leave --via out"):
        target.load(shop, via="pigeon", if_exists="replace")
    assert target.state() == prints(shop)


@pytest.mark.parametrize("words", [["--via", "copy"], ["--no-identity"]])
def test_what_is_about_databases_needs_one(run, words, tmp_path):
    said = run("generate", "inventory", *words, cwd=tmp_path)
    assert said.returncode == 2 and "name it with --to" in said.stderr and not list(tmp_path.iterdir())


def test_generate_to_on_the_command_line(run, tmp_path, database):
    url = url_of(database("postgres"), "postgres")
    words = ["generate", "inventory", "--scale", "0.05", "--to", url, "--schema", "straight"]
    try:
        done = run(*words, cwd=tmp_path)
        assert done.returncode == 0 and "in schema straight" in done.stdout, done.stderr
        assert not list(tmp_path.iterdir())
        assert run(*words, cwd=tmp_path).returncode == 2
        assert run(*words, "--if-exists", "replace", cwd=tmp_path).returncode == 0
        said = run(*words, "--if-exists", "often", cwd=tmp_path)
        assert said.returncode == 2 and "fail, replace, replace-any, refresh or append" in said.stderr
    finally:
        database("postgres").drop("straight", ())
