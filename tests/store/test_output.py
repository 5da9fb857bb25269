"""Tasks' rows as files: where each lands, in which format, and what is told of it."""

from __future__ import annotations

import pickle

import polars as pl
import pytest

import synth
from synth.dtypes import BIGINT, TEXT
from synth.errors import OptionError
from synth.formats import FORMATS
from synth.store.files import described
from synth.store.output import FileForm, FolderSink, dialect_of

FRAMES, TYPES = [pl.DataFrame({"id": [1], "name": ["it's"]})], {"id": BIGINT, "name": TEXT}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("table", "where"), [("orders", "orders/part-00007"), ("ledger.sales", "ledger/sales-00007")])
def test_one_file_a_table_and_task(name, table, where, tmp_path):
    sink = FolderSink.of(tmp_path, FileForm.of(synth.make_plan("erp", scale=0.02), name, dialect_of(name)))
    result = pickle.loads(pickle.dumps(sink)).write(table, 7, FRAMES, TYPES, frozenset())
    (written,) = result.files
    assert written.path == where + FORMATS[name].suffix and written.rows == 1
    file = described(tmp_path / written.path, tmp_path)
    assert (result.bytes, written.bytes, written.sha256) == (file.bytes, file.bytes, file.sha256)
    assert sink.first_unseen(result) is None
    (tmp_path / written.path).unlink()
    assert sink.first_unseen(result) == written.path


@pytest.mark.parametrize(
    ("format", "dialect", "whose"), [("csv", None, None), ("sql", None, "postgres"), ("sql", "mysql", "mysql")]
)
def test_whose_sql_it_is(format, dialect, whose):
    assert dialect_of(format, dialect) == whose


@pytest.mark.parametrize(
    ("format", "dialect", "said"),
    [
        ("sqll", None, "unknown format 'sqll'\n  hint: did you mean 'sql'"),
        ("sql", "oracle", "unknown dialect 'oracle'\n  hint: "),
        ("sql", "", "unknown dialect ''\n  hint: "),
        ("csv", "mysql", "'csv' is the same for every database\n  hint: --dialect goes with --format sql"),
    ],
)
def test_words_that_cannot_be_used(format, dialect, said):
    with pytest.raises(OptionError, match=said):
        dialect_of(format, dialect)
