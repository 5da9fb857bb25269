"""Each type that a database has of its own comes back into it, with values that hold."""

from __future__ import annotations

import pytest

from synth.importing.ddl import read_ddl
from synth.importing.live import read_database
from synth.importing.run import import_spec
from synth.job.generate import generate
from synth.plan.make import make
from synth.spec.load import parse
from synth.verifying.database import verify_database
from tests.importing.test_import_back import kept, promises
from tests.importing.test_live_datasets import KEEPS_NO
from tests.support.targets import Target, url_of

# as each database spells them
TYPES = {
    "postgres": (
        "inet", "cidr", "macaddr", "macaddr8", "bit(5)", "bit varying(9)", "bit varying", "tsvector", "tsquery", "xml", "point", "line", "lseg",
        "box", "path", "polygon", "circle", "int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange", "int4multirange", "int8multirange",
        "nummultirange", "datemultirange", "jsonpath", "character varying", "name", "money", "numeric", "json", "time with time zone",
        "double precision[]", "inet[]", "bytea[]", "character varying[]", "citext", "hstore", "ltree",
    ),
    "mysql": (
        "tinyint", "tinyint unsigned", "smallint unsigned", "mediumint", "mediumint unsigned", "int unsigned", "bigint unsigned", "decimal(7,2) unsigned",
        "double unsigned", "year", "set('a','b c')", "tinytext", "text", "mediumtext", "tinyblob", "blob", "mediumblob", "binary(7)", "varbinary(30)",
        "uuid", "inet4", "inet6", "varchar(5000)", "enum(' a','b')",
    ),
    "sqlite": ("NVARCHAR(20)", "INT", "BIGINT UNSIGNED", "NUMERIC(10,2)", "DATETIME", "CLOB", "DOUBLE PRECISION", "BOOL", "VARCHAR"),
    "duckdb": ("TINYINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT", "BIT", "DOUBLE[]", "ENUM('a', 'b''c')", "TIMESTAMP_NS"),
}  # fmt: skip
EXTENSIONS = ("citext", "hstore", "ltree")


@pytest.mark.parametrize("kind", TYPES)
def test_it_comes_back_with_its_type(kind, request, tmp_path):
    target = Target(kind, url_of(kind, request, tmp_path))
    there = list(TYPES[kind])
    for name in EXTENSIONS if kind == "postgres" else ():
        try:
            target.sql(f"CREATE EXTENSION IF NOT EXISTS {name} SCHEMA public")
        except Exception:  # noqa: BLE001 - a server without it
            there.remove(name)
    columns = "".join(f", c{number} {spelt}" for number, spelt in enumerate(there))
    text = f"CREATE TABLE of_all (id integer primary key{columns});"
    (tmp_path / "of_all.sql").write_text(text, "utf-8")
    imported = import_spec(tmp_path / "of_all.sql", tmp_path / "spec.yaml", dialect=kind, name="of_all")
    run = generate(make(imported.dataset), tmp_path / "out")
    try:
        target.load(run.folder)
        (proof,) = verify_database(target.address)
        assert proof.passed, proof.failed
        found = read_database(target.address, schema="main" if kind == "sqlite" else "of_all")
        filled = target.sql(
            f"SELECT {', '.join(f'COUNT(c{n})' for n in range(len(there)))} FROM {target.place('of_all', 'of_all')}"
        )
    finally:
        target.clear()
        for name in EXTENSIONS if kind == "postgres" else ():
            target.sql(f"DROP EXTENSION IF EXISTS {name}")
    assert all(int(count) > 0 for count in filled[0])
    assert kept(found, kind) == kept(read_ddl(text, dialect=kind), kind)


CHECKED = {
    "postgres": ("character varying CHECK (n <> 'x')", "numeric CHECK (n <> 0.5)"),
    "mysql": (
        "mediumint unsigned CHECK (n <> 7000000)",
        "text CHECK (n <> 'x')",
        "decimal(7,2) unsigned CHECK (n <> 90000.5)",
    ),
    "sqlite": ("NVARCHAR(20) CHECK (n <> 'x')",),
    "duckdb": ("UTINYINT CHECK (n <> 254)", "ENUM('a', 'b') CHECK (LENGTH(n) < 9)"),
}


@pytest.mark.parametrize(("kind", "spelt"), [(kind, each) for kind, some in CHECKED.items() for each in some])
def test_checks_of_them_come_back_as_they_were(kind, spelt, request, tmp_path):
    target = Target(kind, url_of(kind, request, tmp_path))
    text = f"CREATE TABLE checked (id integer primary key, n {spelt});"
    (tmp_path / "checked.sql").write_text(text, "utf-8")
    imported = import_spec(tmp_path / "checked.sql", tmp_path / "spec.yaml", dialect=kind, name="checked")
    try:
        target.load(generate(make(imported.dataset), tmp_path / "out").folder)
        found = read_database(target.address, schema="main" if kind == "sqlite" else "checked")
    finally:
        target.clear()
    assert "<" in str(imported.dataset.tables["checked"].checks)
    wanted = {each for each in promises(read_ddl(text, dialect=kind), KEEPS_NO[kind]) if "'check'" in each}
    assert wanted == {each for each in promises(found, KEEPS_NO[kind]) if "'check'" in each}


@pytest.mark.parametrize("kind", ["mysql", "duckdb"])
def test_numbers_without_a_sign_are_subtracted_in_rules(kind, request, tmp_path):
    target = Target(kind, url_of(kind, request, tmp_path))
    native = {"mysql": "tinyint unsigned", "duckdb": "utinyint"}[kind]
    few = f"{{uniform: {{min: 0, max: 9}}, type: smallint, native: {{{kind}: {native}}}}}"
    spec = parse(
        f"dataset: signs\nperiod: {{start: 2024-01-01, until: 2025-01-01}}\ntables: {{t: {{rows: 90, columns: {{id: {{key: sequence}}, a: {few}, b: {few}}}}}}}\n"
        "rules: {far: SELECT id FROM t WHERE a - b < -9}"
    )
    try:
        target.load(generate(make(spec), tmp_path / "out").folder)
        (proof,) = verify_database(target.address)
        assert proof.passed and not proof.skipped, proof.failed
    finally:
        target.clear()
