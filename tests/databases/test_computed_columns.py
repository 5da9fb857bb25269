"""Columns that a database computes itself: nothing is sent for them, and what it makes is what is drawn."""

from __future__ import annotations

import datetime as dt

import pytest

import synth
from synth.databases import DIALECTS
from synth.ddl import ddl
from synth.errors import DataError
from synth.existing.bind import ContinueFrom
from synth.importing.live import read_database
from synth.importing.run import import_spec
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.job.pull import pull
from synth.job.script import write_script
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.verifying.database import verify_database
from tests.support import scripts
from tests.support.steps import prints
from tests.support.targets import LIVE

COMPUTING = pytest.mark.parametrize(
    "target", [suite for suite in LIVE if suite not in ("duckdb", "tsql")], indirect=True
)
TOTAL = "{expr: quantity * price, type: 'decimal(12,2)', computed: {postgres: quantity * price, mysql: quantity * price, sqlite: quantity * price}}"
SPEC = f"""
dataset: computed
period: {{start: 2024-01-01, until: 2026-01-01}}
tables:
  orders:
    rows: 200
    columns:
      id: {{key: sequence}}
      at: {{arrival: {{}}}}
      total: {TOTAL}
      quantity: {{uniform: {{min: 1, max: 9}}}}
      price: {{uniform: {{min: 1, max: 100}}, type: 'decimal(12,2)'}}
      sent_at: {{delay: {{after: at, median: 20, sigma: 1}}}}
  loose:
    rows: 40
    columns:
      n: {{uniform: {{min: 1, max: 3}}}}
      twice: {{expr: n + n, type: bigint, computed: {{postgres: n + n, mysql: n + n, sqlite: n + n}}}}
"""


def plan(**options):
    return synth.make_plan(parse(SPEC), **options)


def holds(target, made, tmp_path) -> None:
    (proof,) = verify_database(target.address)
    assert proof.passed, proof.failed
    report = pull(target.address, tmp_path / "pulled")
    assert not report.changed
    assert prints(Manifest.read(report.folder)) == prints(generate(made, tmp_path / "made").manifest)
    assert target.refuses(f"INSERT INTO {target.place('loose', 'computed')} VALUES (1, 3)")


@COMPUTING
def test_a_load_holds(target, tmp_path):
    target.load(generate(plan(), tmp_path / "out").folder)
    holds(target, plan(), tmp_path)


@COMPUTING
def test_it_grows(target, tmp_path):
    early = plan(until=dt.date(2025, 1, 1))
    generate_into(early, target.address)
    advance_database(target.address, dt.date(2026, 1, 1))
    holds(target, plan(), tmp_path / "grown")
    generate_into(plan(seed=7), target.address, if_exists="refresh")
    holds(target, plan(seed=7), tmp_path / "refreshed")


@COMPUTING
def test_what_it_computes_otherwise_is_refused(target):
    made = parse(
        SPEC.replace("postgres: n + n, mysql: n + n, sqlite: n + n", "postgres: n + 1, mysql: n + 1, sqlite: n + 1")
    )
    with pytest.raises(DataError, match="'loose' came out with another content"):
        generate_into(synth.make_plan(made), target.address)
    assert not target.state("computed")


def test_others_are_sent_all(tmp_path):
    """A database without such columns has usual ones."""
    made = parse(SPEC)
    assert "GENERATED" not in str(ddl(made, DIALECTS["duckdb"], identity=False))
    assert str(ddl(made, DIALECTS["postgres"], identity=False)).count("GENERATED") == 2
    assert "GENERATED" not in str(ddl(made, DIALECTS["postgres"], identity=False, takes_all=True))
    generate_into(plan(), tmp_path / "c.duckdb")
    assert verify_database(tmp_path / "c.duckdb")[0].passed


DDL = {
    "postgres": "GENERATED ALWAYS AS (quantity * price) STORED",
    "mysql": "GENERATED ALWAYS AS (`quantity` * `price`) STORED",
    "sqlite": "AS (quantity * price) STORED",
}


@COMPUTING
def test_an_import_asks_for_it(target, tmp_path):
    """What is loaded from its spec has the source's computed column."""
    text = (
        "CREATE TABLE lines (id integer primary key, quantity integer not null, price decimal(10,2) not null, "
        f"total decimal(12,2) {DDL[target.kind]});"
    )
    (tmp_path / "lines.sql").write_text(text, "utf-8")
    imported = import_spec(tmp_path / "lines.sql", tmp_path / "spec.yaml", dialect=target.kind, name="lines")
    assert target.kind in imported.dataset.tables["lines"].columns["total"].computed
    target.load(generate(synth.make_plan(imported.dataset), tmp_path / "out").folder)
    found = read_database(target.address, schema="main" if target.kind == "sqlite" else "lines")
    (table,) = [table for table in found.tables if table.name == "lines"]
    assert table.column("total").computed
    assert verify_database(target.address)[0].passed


@pytest.fixture
def place(request, database, tmp_path):
    """A dialect, its server, and the environment in which its client finds it."""
    return scripts.place_of(request, database, tmp_path)


@pytest.mark.parametrize("place", scripts.LIVE, indirect=True)
def test_a_databases_own_client_loads_them(place, tmp_path):
    """By scripts, whose tables take all values, and by INSERT statements, which leave them out."""
    name, server, environment = place
    csv = generate(plan(), tmp_path / "csv", format="csv")
    done = scripts.load(write_script(csv.folder, name, tmp_path / "script"), environment)
    assert done.returncode == 0, done.stderr
    scripts.drop(server, name, "computed")
    inserts = generate(plan(), tmp_path / "sql", format="sql", dialect=name)
    tables = tuple(inserts.manifest.tables)
    server.drop("computed", tables)
    try:
        server.run(str(ddl(parse(SPEC), DIALECTS[name])))
        for table in tables:
            for file in inserts.manifest.tables[table].files:
                server.run((inserts.folder / file.path).read_text("utf-8"))
        counted = server.run(f"SELECT COUNT(*), COUNT(total) FROM {DIALECTS[name].place('computed', 'orders')}")
        assert [*map(int, counted[0])] == [200, 200]
    finally:
        server.drop("computed", tables)


@COMPUTING
def test_rows_go_behind(target):
    made = parse(
        "dataset: computed\nperiod: {start: 2024-01-01, until: 2026-01-01}\ntables:\n  orders:\n    rows: 100\n    columns:\n"
        "      id: {key: sequence}\n      at: {arrival: {}}\n      quantity: {uniform: {min: 1, max: 9}}\n"
        "      twice: {expr: quantity + quantity, type: bigint, computed: {postgres: quantity + quantity, mysql: 2 * quantity, sqlite: quantity * 2}}\n"
        "      size: {uniform: {min: 0, max: 200}, type: smallint, native: {postgres: oid, mysql: tinyint unsigned, sqlite: INT}}\n"
    )
    generate_into(synth.make_plan(made), target.address, if_exists="append")
    generate_into(synth.make_plan(made, continue_from=ContinueFrom(target.address)), target.address, if_exists="append")
    (proof,) = verify_database(target.address)
    assert proof.passed and proof.rows["orders"] == 200, proof.failed
