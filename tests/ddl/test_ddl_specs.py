"""Whole datasets, shipped ones and any small ones: their DDL runs, and the catalogue says what the spec says."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth import load
from synth.spec import constraints
from synth.spec.load import shipped
from tests.support.ddl import Made, says_what_the_spec_says, spec, tsql
from tests.support.file_databases import DuckDB, SQLite
from tests.support.hostile import LONG
from tests.support.servers import SERVERS


@pytest.fixture(params=SERVERS)
def server(request, database):
    """Every database that is here."""
    return database(request.param)


# -- shipped datasets


@pytest.mark.parametrize("name", shipped())
def test_shipped_datasets_run_and_the_catalogue_says_what_the_spec_says(server, name):
    dataset = load(name)
    for _ in range(2):
        with Made(server, dataset) as made:
            says_what_the_spec_says(made, dataset)


@pytest.mark.parametrize("name", shipped())
def test_shipped_datasets_in_tsql(name):
    dataset = load(name)
    text = tsql(dataset)
    assert text.count("CREATE TABLE") == len(dataset.written)
    assert text.count("FOREIGN KEY") == len(list(constraints.references(dataset)))


# -- any small spec

TYPES = ["boolean", "smallint", "integer", "bigint", "decimal(12,2)", "decimal(18,18)", "double", "varchar(7)", "text", "uuid", "date", "timestamp", "real", "char(7)", "timestamptz"]  # fmt: skip
COPIED = ["interval", "decimal(38,4)", "json", "bytes", "text[]"]  # which no key holds
WORDS = ["order", "Select", "a", "b_c", "a_b", "c", "table", LONG, LONG[:-1] + "x"]


@st.composite
def specs(draw):
    """Tables with a key of one column, references anywhere, unique groups, checks, comments."""
    names = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique_by=str.lower))
    tables = {}
    for name in names:
        columns = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5, unique_by=str.lower))
        made = {}
        for column in columns:
            options = {"type": draw(st.sampled_from(TYPES)), "unique": draw(st.booleans())}
            options["nullable"] = column != columns[0] and draw(st.booleans())
            if draw(st.booleans()):
                options["about"] = draw(
                    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Cs", "Zl", "Zp"]), max_size=9)
                )
            if draw(st.booleans()):
                options["check"] = f'"{column}" IS NOT NULL'
            if draw(st.integers(0, 2)) == 0:
                options["references"] = draw(st.sampled_from(names))
            made[column] = options
        for kind in draw(st.lists(st.sampled_from(COPIED), max_size=2, unique=True)):
            made[f"copied_{COPIED.index(kind)}"] = {"type": kind, "nullable": draw(st.booleans())}
        pair = st.lists(st.sampled_from(columns), min_size=1, max_size=2)  # three texts are longer than an index may be
        groups = draw(st.lists(pair, max_size=2))
        tables[name] = {"primary_key": [columns[0]], "columns": made, "unique": groups}
    return spec(tables, "random")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(specs())
def test_any_small_spec_runs(dataset):
    for kind in (DuckDB, SQLite):
        server = kind()
        try:
            with Made(server, dataset) as made:
                assert set(made.catalogue()) == set(dataset.written)
        finally:
            server.stop()
    tsql(dataset)
