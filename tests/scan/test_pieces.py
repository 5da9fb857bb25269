"""A table in pieces is the table: each table of a dataset of all kinds and types, by whatever pieces, in whatever order."""

from __future__ import annotations

import pickle
import random
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import synth
from synth.errors import OptionError
from synth.plan.make import make
from synth.runners import Serial
from synth.scan import pieces
from synth.scan.admitted import Ends
from synth.scan.pieces import Scan
from tests.support.visits import THREE_BLOCKS

CONTRACT = synth.make_plan(Path(__file__).parents[1] / "golden" / "contract.yaml")
ALONE = Serial(owns_process=False)


@pytest.mark.parametrize("table", CONTRACT.wanted)
@pytest.mark.some(12)
def test_all_pieces_are_the_table(table):
    scan = pickle.loads(pickle.dumps(Scan.of(CONTRACT, table)))
    cut = scan.pieces({})
    random.Random(1).shuffle(cut)
    whole = synth.frame(CONTRACT, table)
    frames = [frame for piece in cut for frame in scan.read(piece, ALONE)]
    assert sum(frame.height for frame in frames) == whole.height
    if key := list(CONTRACT.dataset.tables[table].key):
        assert_frame_equal(pl.concat(frames).sort(key), whole.sort(key))
    assert frames[0].schema == scan.schema().schema == whole.schema


def test_only_what_can_be_kept_is_a_piece():
    scan = Scan.of(make(THREE_BLOCKS), "visits", ("visit_id", "came_at"))
    assert [piece.blocks for piece in scan.pieces({})] == [(0,), (1,), (2,)]
    assert [piece.blocks for piece in scan.pieces({"visit_id": Ends(10_001, 10_002)})] == [(1,)]
    assert scan.pieces({"visit_id": Ends(10**9, 10**9)}) == []
    assert scan.schema().columns == ["visit_id", "came_at"]


def test_many_blocks_share_pieces(monkeypatch):
    monkeypatch.setattr(pieces, "MOST_PIECES", 2)
    scan = Scan.of(make(THREE_BLOCKS), "visits")
    assert [piece.blocks for piece in scan.pieces({})] == [(0, 1), (2,)]


def test_a_process_keeps_few_tables_ready(monkeypatch):
    monkeypatch.setattr(pieces, "_contexts", {})
    for seed in range(pieces.MOST_CONTEXTS + 2):
        scan = Scan.of(make(THREE_BLOCKS, seed=seed), "people")
        assert next(scan.read(scan.pieces({})[0], ALONE)).height > 0
    assert len(pieces._contexts) == pieces.MOST_CONTEXTS


def test_what_is_built_on_existing_rows_is_refused(tmp_path):
    made = synth.generate(make(THREE_BLOCKS), tmp_path)
    child = synth.parse("""
dataset: notes
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  people: {existing: true, columns: {person_id: {type: varchar(12)}}, primary_key: [person_id]}
  notes: {rows: 900, columns: {id: {key: sequence}, person: {reference: people}}}
""")
    with pytest.raises(OptionError, match="is built on tables that exist"):
        Scan.of(synth.make_plan(child, source=made.folder), "notes")
