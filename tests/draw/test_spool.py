"""Rows that tasks hand over in any order, and sums in pieces, are as if all had been there at once; few are in memory."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth
from synth.draw import spool as spools
from synth.draw.residents import Residents
from synth.draw.spool import ResidentRows
from synth.generators import pieces
from synth.job.generate import generate
from tests.draw.test_residents import TYPES, VALUES, frame_of
from tests.support.erp import fingerprints

FRAMES = st.lists(
    st.lists(st.fixed_dictionaries({name: st.none() | value for name, value in VALUES.items()}), max_size=6),
    min_size=1, max_size=6,
)  # fmt: skip


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("in_memory", [0, 40, 2**20])
def test_tasks_in_any_order_make_what_their_rows_make_together(in_memory, tmp_path_factory, monkeypatch):
    """To the byte: types are as narrow, texts are numbered alike."""
    monkeypatch.setattr(spools, "IN_MEMORY", in_memory or 1)

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(FRAMES, st.randoms(use_true_random=False))
    def check(tasks, random):
        frames = [frame_of({name: [row[name] for row in rows] for name in VALUES}) for rows in tasks]
        whole = pl.concat(frames)
        at_once, handed_over = tmp_path_factory.mktemp("at_once"), tmp_path_factory.mktemp("handed_over")
        Residents(at_once).add("t", whole.height, whole)
        residents, order = Residents(handed_over), list(range(len(frames)))
        random.shuffle(order)
        with residents.spool() as spool:
            for number in order:
                spool.add(number, ResidentRows(frames[number].height, frames[number]))
            residents.add_spooled("t", spool)
        assert files(handed_over) == files(at_once)
        assert Residents(handed_over).frame("t", TYPES).equals(whole)

    check()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 1e12), max_size=50), st.integers(1, 60))
def test_sums_in_pieces_are_those_of_one_long_piece(weights, step):
    """To the last bit."""
    whole = np.array(weights)
    made = pieces.cumulated((whole[first : first + step] for first in range(0, len(whole), step)), len(whole))
    assert made.length == len(whole)
    assert np.concatenate([np.empty(0), *made.pieces]).tobytes() == np.cumsum(whole).tobytes()


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_rows_in_a_piece_change_nothing(rows, tmp_path, monkeypatch):
    plan = synth.make_plan("ecommerce", scale=0.02)
    whole = fingerprints(generate(plan, tmp_path / "whole"))
    monkeypatch.setattr(pieces, "PIECE_ROWS", rows)
    monkeypatch.setattr(spools, "IN_MEMORY", 1)
    assert fingerprints(generate(plan, tmp_path / "pieces")) == whole


def test_memory_does_not_grow_with_what_is_looked_up(tmp_path):
    """Ten million customers, of tasks that cost nothing: 170 MB are kept, of which 80 are mapped when they are summed up."""
    told = subprocess.run(
        [sys.executable, "-c", WALK, str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout
    few, many = map(int, told.split())
    assert many < few + 200_000_000, (few, many)


WALK = """
import resource, sys
from pathlib import Path
import numpy as np, polars as pl
import synth
from synth.draw.residents import Residents
from synth.draw.spool import ResidentRows
from synth.draw.task import RunContext, TaskResult
from synth.draw.walk import Walk
from synth.runners.serial import Serial

class Given(Serial):
    def run(self, context, tasks):
        for task in tasks:
            if task.family != "customers" or len(tasks) == 1:
                yield from super().run(context, [task])
                continue
            first = task.first * context.plan.block_rows
            rows = min(task.blocks * context.plan.block_rows, context.plan.tables["customers"].rows - first)
            moments = first + np.arange(rows) + 2**50
            columns = [
                pl.Series("_activity", np.full(rows, 0.5)),
                pl.Series("country", ["DE", "FR"]).new_from_index(task.number % 2, rows),
                pl.Series("signed_up_at", moments).cast(pl.Datetime("us")),
            ]
            yield TaskResult(task, residents={"customers": ResidentRows(rows, pl.DataFrame(columns))})

def peak(scale, folder):
    plan = synth.make_plan("ecommerce", scale=scale)
    context = RunContext(plan, Residents(folder), None, records=False)
    walk = Walk(context, Given(), only={f.root for f in plan.families} - {"orders", "inventory_levels"})
    for _ in walk.results():
        pass
    walk.get_ready("orders")
    assert context.residents.row_count("customers") == plan.tables["customers"].rows
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

folder = Path(sys.argv[1])
print(peak(1, folder / "few"), peak(500, folder / "many"))
"""
