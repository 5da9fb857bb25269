"""Columns that a database keeps in a type of its own: loaded, proved, read, and grown as if they were of the spec's type."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import synth
from synth.databases import DIALECTS
from synth.ddl import ddl, in_reference_order
from synth.fingerprint import Fingerprint
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.job.pull import pull
from synth.job.script import write_script
from synth.spec.kept import as_kept
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.verifying.database import verify_database
from tests.support import scripts
from tests.support.steps import prints
from tests.support.targets import EACH, every_way

# a column of each kind: its generator and type, and where it is kept in what
COLUMNS = {
    "ip": ("pattern: '192\\.0\\.2\\.[1-9]', type: text", {"postgres": "inet"}),
    "net": ("choice: {192.0.2.0/24: 1, 198.51.100.0/24: 1}, type: text", {"postgres": "cidr"}),
    "mac": ("pattern: '00:00:5e:00:53:[0-9a-f]{2}', type: text", {"postgres": "macaddr"}),
    "found": ("""choice: {"'cat' 'rat'": 1, "'dog'": 2}, nullable: true, null_share: 0.2""", {"postgres": "tsvector"}),
    "price": ("uniform: {min: 1, max: 100}, type: 'decimal(12,2)', check: price > 0", {"postgres": "money"}),
    "doc": ("choice: {'{}': 1, '{\"a\": 1}': 2}, type: json", {"postgres": "json", "mysql": "longtext"}),
    "leaf": ("choice: {<a/>: 1, <b/>: 1}, type: text", {"postgres": "xml"}),
    "spot": ("choice: {'(1,2)': 1, '(3,4.5)': 1}, type: text", {"postgres": "point"}),
    "flag": ("choice: {true: 1, false: 1}, type: boolean", {"mysql": "tinyint"}),
    "size": ("uniform: {min: 0, max: 200}, type: smallint", {"postgres": "oid", "mysql": "tinyint unsigned", "duckdb": "utinyint"}),
    "year": ("uniform: {min: 1990, max: 2020}, type: smallint", {"mysql": "year", "sqlite": "INT", "duckdb": "usmallint"}),
    "bits": ("pattern: '[01]{4}', type: text", {"postgres": "bit(4)", "duckdb": "bit"}),
    "name": ("pattern: '[a-z]{5}', type: text, nullable: true, null_share: 0.1", {"postgres": "varchar", "mysql": "tinytext", "sqlite": "NVARCHAR(20)"}),
    "hue": ("choice: {red: 1, green: 2}, type: {enum: [red, green]}", {"mysql": "set('red','green')", "duckdb": "ENUM('red', 'green')"}),
    "span": ("pattern: '\\[1,[2-9]\\)', type: text", {"postgres": "int4range"}),
    "at": ("expr: came_at, type: timestamp", {"postgres": "timestamp(6)", "mysql": "timestamp(6)", "duckdb": "timestamp_ns"}),
    "open": ("choice: {'[]': 1, '[1.5]': 1}, type: text", {"duckdb": "DOUBLE[]"}),
}  # fmt: skip
SPEC = """
dataset: native
period: {start: 2024-01-01, until: 2026-01-01}
tables:
  hosts:
    rows: 120
    columns:
      id: {key: sequence}
      came_at: {arrival: {before_start: 0.3, since: 2023-01-01}}
      {columns}
  visits:
    rows: 200
    columns: {id: {key: sequence}, at: {arrival: {}}, host: {reference: hosts}, price: {lookup: host.price}}
rules:
  odd: SELECT id FROM hosts WHERE price > 100 OR LENGTH(ip) > 20 OR size < 0 OR year < 1900 OR LENGTH(hue) < 2 OR at IS NULL
"""


def dataset():
    spelt = [
        f"{name}: {{{words}, native: {{{', '.join(f'{kind}: {chr(34)}{text}{chr(34)}' for kind, text in of.items())}}}}}"
        for name, (words, of) in COLUMNS.items()
    ]
    return parse(SPEC.replace("{columns}", "\n      ".join(spelt)))


@pytest.fixture
def place(request, database, tmp_path):
    """A dialect, its server, and the environment in which its client finds it."""
    return scripts.place_of(request, database, tmp_path)


def plan(**options):
    return synth.make_plan(dataset(), **options)


def holds(target) -> None:
    (proof,) = verify_database(target.address)
    assert proof.passed, proof.failed


@every_way
def test_a_load_holds_in_it(target, tmp_path):
    """What was sent comes out by the server's own words, which a check, a rule and a fingerprint ask for."""
    run = generate(plan(), tmp_path / "out")
    target.load(run.folder)
    holds(target)
    with target.connect() as database:
        there = database.catalogue("native")["hosts"]
        types = as_kept(dataset(), target.kind, {"hosts": Manifest.read(run.folder).tables["hosts"].types})["hosts"]
        rows = pl.concat(database.frames(database.query("native", "hosts", types), types)).sort("id")
    assert list(there) == list(types)
    assert_frame_equal(rows, pl.read_parquet(run.folder / "hosts").sort("id"))


@pytest.mark.parametrize("target", EACH, indirect=True)
def test_the_database_has_the_types(target):
    """Its own DDL of what is there says so."""
    generate_into(plan(), target.address)
    with target.connect() as database:
        text = database.definitions("main" if target.kind == "sqlite" else "native", ["hosts"]).lower()
    sizes = re.compile(r"\(\d\)|[`\"]")
    for name, (_, of) in COLUMNS.items():
        if spelt := of.get(target.kind):
            wanted = "character varying" if spelt == "varchar" else sizes.sub("", spelt.lower())
            assert f" {name} {wanted}" in sizes.sub("", text), name


@pytest.mark.parametrize("target", EACH, indirect=True)
def test_they_grow(target, tmp_path):
    """By a step in time, by rows of others, by another seed in their place."""
    early = dt.date(2025, 1, 1)
    generate_into(plan(until=early), target.address)
    advance_database(target.address, dt.date(2026, 1, 1))
    holds(target)
    assert pulled(target, tmp_path / "grown") == prints(generate(plan(), tmp_path / "made").manifest)
    generate_into(plan(seed=7), target.address, if_exists="refresh")
    holds(target)


def pulled(target, out):
    """The fingerprints of what is read back into files."""
    report = pull(target.address, out)
    assert report.has_manifest and not report.changed
    (proof,) = [synth.verify(report.folder)]
    assert proof.passed, proof.failed
    return prints(Manifest.read(report.folder))


@pytest.mark.parametrize("place", scripts.LIVE, indirect=True)
def test_a_databases_own_client_loads_them(place, tmp_path):
    """By scripts, and by INSERT statements after `synth ddl`."""
    name, server, environment = place
    made = dataset()
    csv = generate(plan(), tmp_path / "csv", format="csv")
    done = scripts.load(write_script(csv.folder, name, tmp_path / "script"), environment)
    assert done.returncode == 0, done.stderr
    scripts.drop(server, name, "native")
    inserts = generate(plan(), tmp_path / "sql", format="sql", dialect=name)
    tables = inserts.manifest.tables
    server.drop("native", tuple(tables)[::-1])
    try:
        server.run(str(ddl(made, DIALECTS[name])))
        for table in in_reference_order(made):
            for file in tables[table].files:
                server.run((inserts.folder / file.path).read_text("utf-8"))
        types = as_kept(made, name, {table: entry.types for table, entry in csv.manifest.tables.items()})
        for table, entry in csv.manifest.tables.items():
            sums = DIALECTS[name].fingerprint_query(types[table], DIALECTS[name].place("native", table))
            ((rows, linear, square),) = server.run(sums)
            assert str(Fingerprint(int(rows), int(linear), int(square))) == entry.fingerprint
    finally:
        server.drop("native", tuple(tables)[::-1])
