"""The contract of all databases about names: of schemas, tables and columns, whatever they are made of."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from synth.errors import DatabaseError, SpecError
from tests.support.targets import every_way, spec

SCHEMAS = ["it's", 'a"b', "a`b", "a]b", "a.b", "x; DROP TABLE t; --", "ünï 漢字", "Select", "main", "memory", "%s {} $1 ?", "\\", "x" * 63]  # fmt: skip


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.some(14)
def test_schemas_of_any_name(target, schema, tmp_path):
    dataset = spec({"t": {"primary_key": ["c"], "columns": {"c": {"type": "date", "about": "it's"}}}})
    frame = pl.DataFrame({"c": pl.Series([19000, 19001], dtype=pl.Int32).cast(pl.Date)})
    target.fill(dataset, {"t": frame}, schema)
    with pytest.raises(DatabaseError, match="already"):
        target.fill(dataset, {"t": frame}, schema)
    target.fill(dataset, {"t": frame}, schema, if_exists="replace")
    assert len(target.state(schema)) == 1
    assert target.dataset_schemas() == [schema if target.dialect.has_schemas else "hand_made"]
    assert_frame_equal(target.read("t", {"c": target.tables(schema)["t"]["c"]}, schema), frame, check_row_order=False)


KEYWORDS = ["order", "group", "select", "user", "table", "date", "Case", "key", "index", "values", "rows", "check", "public", "rowid", "synth_frame"]  # fmt: skip


@every_way
def test_tables_and_columns_that_are_keywords(target):
    columns = {word: {"type": "integer"} for word in KEYWORDS}
    table = {"primary_key": ["order"], "columns": columns, "checks": {"group": '"select" > 0'}}
    tables = dict.fromkeys(KEYWORDS, table)
    tables["order"] = {**tables["order"], "columns": {**columns, "user": {"type": "integer", "references": "group"}}}
    frame = pl.DataFrame({word: [1, 2, 3] for word in KEYWORDS}, schema=dict.fromkeys(KEYWORDS, pl.Int32))
    frames = dict.fromkeys(KEYWORDS, frame)
    target.fill(spec(tables), frames)
    assert set(target.state("hand_made")) == set(KEYWORDS)
    broken = {**frames, "order": frame.with_columns(user=pl.Series([1, 2, 4], dtype=pl.Int32))}
    with pytest.raises(DatabaseError, match="order"):
        target.fill(spec(tables), broken, if_exists="replace")


NAMES = ['a"b', "a`b", "a]b", "it's", "semi;colon", "drop table x; --", "two words", "ünï 漢字 𝄞", "%s", "{0}", "?1", ":x", "\\n", "@y", "a.b"]  # fmt: skip


@every_way
def test_any_name_between_quotes(target):
    """Names that a spec does not take, as tables of others have them: sent, listed, read back."""
    if target.kind == "mysql":
        pytest.skip("its own suite knows which of these names it takes")
    frame = pl.DataFrame({name: pl.Series([at, None], dtype=pl.Int64) for at, name in enumerate(NAMES)})
    with target.connect() as database:
        assert database.lock("names")
        database.begin_staging("names", ())
        quoted = database.dialect.quote_identifier
        for name in NAMES:
            columns = ", ".join(f"{quoted(n)} BIGINT" for n in NAMES)
            database.run(f"CREATE TABLE {database.dialect.place(database.staging_schema('names'), name)} ({columns})")
            database.send("names", name, frame)
            database.analyze("names", name)
        if target.kind == "duckdb":  # where rows wait for their constraints
            from synth.databases.steps import LoadStep

            for name in NAMES:
                database.run_step(LoadStep("constraints", name, ()))
        database.publish("names", NAMES, ())
    found = target.tables("names")
    assert {name: list(columns) for name, columns in found.items()} == dict.fromkeys(NAMES, NAMES)
    for name in NAMES:
        assert_frame_equal(target.read(name, found[name], "names"), frame, check_row_order=False)
        with target.connect() as database:
            assert database.content("names", name, found[name]).rows == 2


def test_a_table_named_as_the_manifest(target):
    with pytest.raises(SpecError, match="synth_manifest"):
        dataset = spec({"synth_manifest": {"columns": {"a": {"type": "date"}}}})
        target.fill(dataset, {"synth_manifest": pl.DataFrame(schema={"a": pl.Date})})
