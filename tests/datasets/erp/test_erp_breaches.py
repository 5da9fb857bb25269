"""Verify bites: every breach of a rule of `erp` is found, and the document is named."""

from __future__ import annotations

import datetime as dt
import shutil
from string import Template

import duckdb
import pytest

import synth
from tests.support.erp import spec
from tests.support.erp_breaches import BREACHES


def test_every_rule_has_its_breach():
    broken = {name for group in BREACHES.values() for breach in group.values() for name in breach.rules}
    assert {name for name in broken if "→" not in name} == set(spec().rules)


def break_it(folder, breaches):
    """Make every breach of a group, write the changed tables anew, and say what must be named: {breach: {rule: row}}."""
    named = {}
    with duckdb.connect() as connection:
        for table in spec().written:
            connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder}/{table}/*.parquet')")
        for table in sorted({breach.table for breach in breaches.values()}):
            connection.execute(f"CREATE TABLE changed AS FROM {table}; DROP VIEW {table}")
            connection.execute(f"ALTER TABLE changed RENAME TO {table}")
        for name, breach in breaches.items():
            found = connection.execute(breach.find)
            (row,) = found.fetchall()
            row = dict(zip([column[0] for column in found.description], row, strict=True))
            named[name] = {rule: {c: row[c] for c in columns.split()} for rule, columns in breach.rules.items()}
            (changed,) = connection.execute(Template(breach.change).substitute(row)).fetchone()
            assert changed, name
        for table in {breach.table for breach in breaches.values()}:
            first, *others = sorted((folder / table).iterdir())  # a gathered table has a file for each of its parts
            connection.execute(f"COPY {table} TO '{first}'")
            for file in others:
                connection.execute(f"COPY (FROM {table} LIMIT 0) TO '{file}'")
    return named


@pytest.mark.parametrize("group", BREACHES)
@pytest.mark.some(4)
def test_breaches_are_found_and_named(group, made, tmp_path):
    breaches = BREACHES[group]
    folder = shutil.copytree(made(until=dt.datetime(2025, 12, 1)).folder, tmp_path / "erp")  # a purchase is to be paid
    named = break_it(folder, breaches)
    failed = synth.verify_folder(folder).failed
    for breach in breaches.values():
        assert {"checksums", "fingerprint"} <= {finding.name for finding in failed if finding.table == breach.table}
    assert not [finding for finding in failed if finding.kind == "types"]
    wanted = [(rule, tuple(row.items())) for rows in named.values() for rule, row in rows.items()]
    assert len(set(wanted)) == len(wanted), "two breaches with one name"
    for breach, rows in named.items():
        for rule, row in rows.items():
            examples = [example for finding in failed if finding.name == rule for example in finding.examples]
            assert any(row.items() <= example.items() for example in examples), (breach, rule, row, examples)
    # and nothing else cries wolf
    assert {f.name for f in failed if f.kind == "rule"} == {rule for rule, _ in wanted if "→" not in rule}
