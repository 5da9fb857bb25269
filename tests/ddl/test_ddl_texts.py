"""Comments come back as they are, and texts, keys and comments are as long as each database takes them."""

from __future__ import annotations

import re

import pytest

from synth.databases import DIALECTS
from synth.ddl import ddl
from synth.errors import SpecError
from synth.spec.load import parse
from tests.support.ddl import Made, spec, tsql
from tests.support.hostile import COMMENTS
from tests.support.servers import SERVERS


@pytest.fixture(params=SERVERS)
def server(request, database):
    """Every database that is here."""
    return database(request.param)


def test_comments_come_back_as_they_are(server):
    columns = {f"c{at}": {"type": "date", "about": about} for at, about in enumerate(COMMENTS)}
    tables = {f"t{at}": {"about": about, "columns": {"x": {"type": "date"}}} for at, about in enumerate(COMMENTS)}
    dataset = spec({"parents": {"columns": columns}, **tables}, "comments")
    with Made(server, dataset) as made:
        found = made.catalogue()
        assert set(found) == set(dataset.written)
        if server.keeps_comments:
            kept = [re.sub("[^\\u0000-\\uffff]", "?", c) if server.narrow_comments else c for c in COMMENTS]
            assert [found["parents"].comments.get(f"c{at}") for at in range(len(COMMENTS))] == kept
            assert [found[f"t{at}"].comments.get(None) for at in range(len(COMMENTS))] == kept
    text = tsql(dataset)
    assert all("N'" + about.replace("'", "''") + "'" in text for about in COMMENTS)


def test_comments_too_long_are_cut_and_nul_is_refused(server):
    dataset = spec({"t": {"about": "x" * 5000, "columns": {"c": {"type": "date", "about": "é" * 5000}}}})
    with Made(server, dataset) as made:
        found = made.catalogue()["t"].comments
        for text in found.values():
            assert len(text) == min(5000, made.dialect.longest_comment or 5000)
    nul = 'dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables: {t: {values: [], columns: {c: {type: date, about: "a\\0"}}}}'
    for dialect in DIALECTS.values():
        if dialect.comments != "none":
            with pytest.raises(SpecError, match="U\\+0000"):
                ddl(parse(nul), dialect)


@pytest.mark.parametrize("dialect", ["mysql", "tsql"])
def test_keys_too_long_to_index_are_refused(dialect):
    key = {f"k{at}": {"type": "text"} for at in range(4)}
    for columns in (key, {"k": {"type": "varchar(2000)"}}):
        dataset = spec({"t": {"primary_key": list(columns), "columns": columns}})
        with pytest.raises(SpecError, match=r"tables.t.columns.k0?: a key of .* characters that"):
            ddl(dataset, DIALECTS[dialect])


def test_long_texts_and_keys(server):
    columns = {
        "k": {"type": "varchar(700)"},
        **{f"c{at}": {"type": f"varchar({n})"} for at, n in enumerate((4000, 4001, 100_000))},
    }
    with Made(server, spec({"t": {"primary_key": ["k"], "columns": columns}})) as made:
        made.insert("t", k="k" * 700, c0="ü" * 4000, c1="", c2="x" * 100_000)
