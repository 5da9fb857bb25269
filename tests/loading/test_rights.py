"""Who may do what with loaded tables: what --owner and --grant ask for, and what tables had that are replaced."""

from __future__ import annotations

import pytest

import synth
from synth.databases.rights import Rights
from synth.errors import DatabaseError, OptionError
from synth.job.into import generate_into
from synth.spec.load import parse
from tests.support.targets import LIVE

EVERYWHERE = pytest.mark.parametrize("target", [suite for suite in LIVE if suite != "copy"], indirect=True)
POSTGRES = pytest.mark.parametrize("target", ["postgres"], indirect=True)
SERVERS = pytest.mark.parametrize("target", ["postgres", "mysql"], indirect=True)
SHOP = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  people: {rows: 20, columns: {id: {key: sequence}, name: {choice: {ann: 1, bob: 1}, type: varchar(20)}}}
  visits: {rows: 50, columns: {id: {key: sequence}, at: {arrival: {}}, who: {reference: people}}}
"""
PLAN = synth.make_plan(parse(SHOP))


@pytest.fixture
def roles(target):
    """Two roles without rights."""
    for role in ("synth_reader", "synth_owner"):
        if target.kind == "postgres":
            target.sql(f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        else:
            target.sql(f"CREATE ROLE IF NOT EXISTS {role}")
    yield
    target.clear()
    for role in ("synth_reader", "synth_owner"):
        if target.kind == "postgres":
            target.sql(f"DROP OWNED BY {role} CASCADE")
        target.sql(f"DROP ROLE {role}")


def may(target, table: str, privilege: str, role: str = "synth_reader") -> bool:
    if target.kind == "postgres":
        asked = f"SELECT has_table_privilege('{role}', 'shop.{table}', '{privilege}') AND has_schema_privilege('{role}', 'shop', 'USAGE')"
        return target.sql(asked)[0][0]
    asked = (
        "SELECT COUNT(*) FROM information_schema.table_privileges WHERE table_schema = 'shop' "
        f"AND table_name = '{table}' AND privilege_type = '{privilege}' AND grantee LIKE '%{role}%'"
    )
    return bool(target.sql(asked)[0][0])


def owner(target, table: str) -> str:
    return target.sql(f"SELECT tableowner FROM pg_tables WHERE schemaname = 'shop' AND tablename = '{table}'")[0][0]


@SERVERS
@pytest.mark.parametrize("if_exists", ["fail", "replace", "refresh"])
def test_rights_that_are_asked_for(target, roles, if_exists):
    if if_exists != "fail":
        generate_into(PLAN, target.address)
        assert not may(target, "visits", "SELECT")
    rights = Rights.parse(None, ["synth_reader=select,insert"])
    generate_into(PLAN, target.address, if_exists=if_exists, rights=rights)
    assert may(target, "visits", "SELECT") and may(target, "people", "INSERT") and not may(target, "people", "DELETE")


@POSTGRES
@pytest.mark.parametrize("if_exists", ["fail", "refresh"])
def test_the_owner_that_is_asked_for(target, roles, if_exists):
    if if_exists != "fail":
        generate_into(PLAN, target.address)
    generate_into(PLAN, target.address, if_exists=if_exists, rights=Rights.parse("synth_owner", ()))
    assert {owner(target, table) for table in ("people", "visits")} == {"synth_owner"}


@SERVERS
def test_a_role_that_is_not_there_changes_nothing(target):
    if target.kind == "mysql":
        pytest.skip("a GRANT is no part of a transaction there")
    generate_into(PLAN, target.address)
    before = target.state("shop")
    for rights in (Rights.parse("nobody_here", ()), Rights.parse(None, ["nobody_here=select"])):
        for if_exists in ("replace", "refresh"):
            with pytest.raises(DatabaseError, match="nobody_here"):
                generate_into(PLAN, target.address, if_exists=if_exists, rights=rights)
            assert target.state("shop") == before


@POSTGRES
def test_replacing_keeps_rights_and_owner(target, roles):
    generate_into(PLAN, target.address)
    target.sql("GRANT USAGE ON SCHEMA shop TO synth_reader")
    target.sql("GRANT SELECT ON shop.visits TO synth_reader WITH GRANT OPTION")
    target.sql("GRANT UPDATE (name) ON shop.people TO synth_reader")
    target.sql("GRANT SELECT ON shop.people TO PUBLIC")
    target.sql("ALTER TABLE shop.visits OWNER TO synth_owner")
    asked = "SELECT relname, relacl::text, (SELECT MAX(attacl::text) FROM pg_attribute WHERE attrelid = c.oid) FROM pg_class c WHERE relname IN ('people', 'visits') AND relnamespace = 'shop'::regnamespace ORDER BY 1"
    before = target.sql(asked)
    generate_into(PLAN, target.address, if_exists="replace")
    assert target.sql(asked) == before and owner(target, "visits") == "synth_owner"


@POSTGRES
def test_default_privileges_hold(target, roles):
    target.sql("CREATE SCHEMA shop")
    target.sql("GRANT USAGE ON SCHEMA shop TO synth_reader")
    target.sql("ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO synth_reader")
    generate_into(PLAN, target.address)
    assert may(target, "visits", "SELECT") and may(target, "people", "SELECT") and not may(target, "people", "INSERT")
    generate_into(PLAN, target.address, if_exists="replace")
    assert may(target, "visits", "SELECT")


@EVERYWHERE
def test_what_goes_with_replaced_tables_is_told(target):
    generate_into(PLAN, target.address)
    target.sql(f"CREATE INDEX mine ON {target.place('people', 'shop')} (name)")
    report = generate_into(PLAN, target.address, if_exists="replace")
    assert report.dropped == ("index mine",) and report.as_dict()["dropped"] == ["index mine"]
    assert not generate_into(PLAN, target.address, if_exists="replace").dropped


@pytest.mark.parametrize("target", ["sqlite", "duckdb"], indirect=True)
def test_files_have_no_rights(target):
    for rights, option in ((Rights.parse("me", ()), "--owner"), (Rights.parse(None, ["me=select"]), "--grant")):
        with pytest.raises(OptionError, match=f"{option}: there is no such right in this kind of database"):
            generate_into(PLAN, target.address, rights=rights)


@pytest.mark.parametrize("text", ["reader", "=select", "reader=", "reader=drop", "reader=select,,"])
def test_what_is_no_grant(text):
    with pytest.raises(OptionError, match="--grant takes ROLE=PRIVILEGES"):
        Rights.parse(None, [text])


@POSTGRES
def test_on_the_command_line(target, roles, run, tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP)
    words = [
        "generate",
        str(tmp_path / "shop.yaml"),
        "--to",
        target.url,
        "--owner",
        "synth_owner",
        "--grant",
        "synth_reader=select",
    ]
    done = run(*words)
    assert done.returncode == 0, done.stderr
    assert may(target, "visits", "SELECT") and owner(target, "people") == "synth_owner"
    done = run("generate", str(tmp_path / "shop.yaml"), "--owner", "me", "--out", str(tmp_path))
    assert done.returncode == 2 and "are about a database" in done.stderr
