"""How PostgreSQL is reached, and what is said where it cannot be: sockets, variables of libpq, rights that are lacking."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

import synth
from synth.cli import main
from synth.databases import Address, connect
from synth.databases.postgres import embedded
from synth.databases.postgres.errors import explain
from synth.errors import DatabaseError, OptionError
from synth.job.into import generate_into
from synth.verifying.database import verify_database

POSTGRES = pytest.mark.parametrize("target", ["postgres"], indirect=True)
PLAN = synth.make_plan("inventory", scale=0.02)
ODD = {
    "PGHOST": "nowhere.invalid", "PGPORT": "1", "PGSERVICE": "none_such", "PGDATABASE": "none_such", "PGUSER": "nobody",
    "PGSSLMODE": "verify-full", "PGOPTIONS": "-c work_mem=nonsense", "PGTARGETSESSIONATTRS": "standby",
}  # fmt: skip


def test_the_embedded_server_is_found_whatever_the_variables_say(tmp_path, run, environment):
    odd = environment | ODD
    folder = tmp_path / "made"
    assert run("generate", "inventory", "--scale", "0.02", "--out", str(folder), env=odd).returncode == 0
    try:
        done = run("load", str(folder / "inventory"), "--json", env=odd)
        assert done.returncode == 0, done.stderr
        url = json.loads(done.stdout)["place"]
        assert Address.parse(url).port and Address.parse(url).user == "postgres"
        assert run("db", "url", "--out", str(folder), env=odd).stdout.strip() == url
        found = {
            name: value for name, value in odd.items() if name not in ("PGSERVICE", "PGOPTIONS", "PGTARGETSESSIONATTRS")
        }
        done = run("verify", url, env=found)  # the URL says where it is
        assert done.returncode == 0, done.stdout + done.stderr
    finally:
        embedded.stop(folder)


@POSTGRES
def test_forms_that_lead_to_the_same_server(target, tmp_path, monkeypatch):
    folder = target.address.option("host")
    services = tmp_path / "services.conf"
    services.write_text(f"[ours]\nhost={folder}\nuser=postgres\ndbname=postgres\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    generate_into(PLAN, target.address)
    for url in (
        f"postgresql://postgres@{quote(folder, safe='')}/postgres",
        f"postgresql://postgres@{quote(folder, safe='')}:5432/postgres",
        f"postgres://postgres@/postgres?host={folder}&port=5432",
        f"postgresql:///postgres?host={folder}&user=postgres",
        "postgresql:///?service=ours",
        f"postgresql://postgres@/postgres?host=/nowhere,{folder}",
        f"postgresql://postgres@/postgres?host={folder}&sslmode=disable&connect_timeout=5",
        f"postgresql://postgres@/postgres?host={folder}&options=-c%20work_mem%3D8MB",
        f"postgresql+psycopg://postgres@/postgres?host={folder}",
    ):
        (report,) = verify_database(Address.parse(url), "inventory")
        assert report.passed, url
    monkeypatch.setenv("PGHOST", folder)
    monkeypatch.setenv("PGUSER", "postgres")
    assert verify_database(Address.parse("postgresql:///postgres"), "inventory")[0].passed


@POSTGRES
@pytest.mark.parametrize("schema", ["pg_mine", "information_schema", "x" * 64, "ä" * 32, "", "a\nb", "_synth_x"])
def test_schemas_that_cannot_be(target, schema, capsys):
    """Refused before a row is drawn."""
    if schema:
        with pytest.raises(OptionError, match="schema"):
            generate_into(PLAN, target.address, schema=schema)
    assert main(["generate", "inventory", "--scale", "1000", "--to", target.url, "--schema", schema]) == 2
    assert "schema" in capsys.readouterr().err


@POSTGRES
def test_who_may_not(target):
    """Each with what to do about it."""
    generate_into(PLAN, target.address)
    target.sql("DO $$ BEGIN CREATE ROLE synth_guest LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    target.sql("GRANT USAGE, CREATE ON SCHEMA inventory TO synth_guest")
    target.sql("GRANT CREATE ON DATABASE postgres TO synth_guest")
    before = target.state("inventory")
    folder = target.address.option("host")
    guest = Address.parse(f"postgresql://synth_guest@/postgres?host={folder}")
    try:
        with pytest.raises(
            DatabaseError, match="(?s)synth_manifest.*hint: ask the tables' owner for SELECT on synth_manifest"
        ):
            verify_database(guest, "inventory")
        target.sql("GRANT SELECT ON ALL TABLES IN SCHEMA inventory TO synth_guest")
        assert verify_database(guest, "inventory")[0].passed
        with pytest.raises(DatabaseError, match="(?s)must be owner of.*hint: only their owner may"):
            generate_into(PLAN, guest, if_exists="replace")
        target.sql("ALTER ROLE synth_guest SET default_transaction_read_only = on")
        with pytest.raises(
            DatabaseError, match="(?s)read-only transaction.*hint: it is a replica, or set to be read only"
        ):
            generate_into(PLAN, guest, schema="mine")
    finally:
        target.sql("DROP OWNED BY synth_guest CASCADE")
        target.sql("DROP ROLE synth_guest")
    assert target.state("inventory") == before


@POSTGRES
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("sslmode=require", "does not support SSL|SSL"),
        ("service=none_such", "(?s)none_such.*hint: PGSERVICE or"),
        ("target_session_attrs=standby", "(?s)not in hot standby.*hint: it is a replica"),
    ],
)
def test_options_that_lead_nowhere(target, options, said):
    folder = target.address.option("host")
    host = f"127.0.0.1:{1}" if options.startswith("ssl") else quote(folder, safe="")
    with pytest.raises(DatabaseError, match=said if "ssl" not in options else "(?s)refused.*hint"):
        connect(Address.parse(f"postgresql://postgres@{host}/postgres?{options}"))


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (
            'connection failed: FATAL:  no pg_hba.conf entry for host "10.0.0.7", user "me", database "x", no encryption',
            "pg_hba.conf knows",
        ),
        ('connection failed: root certificate file "/home/me/.postgresql/root.crt" does not exist', "sslrootcert=FILE"),
        ("connection failed: session is read-only", "name the primary"),
        ('definition of service "x" not found', "pg_service.conf has none"),
        ('FATAL:  password authentication failed for user "me"', "SYNTH_PASSWORD"),
    ],
)
def test_what_libpq_says_before_there_is_a_server(words, hint):
    assert hint in explain(Exception(words)).hint
