"""What a generator sees is as small as it declares: plain ones are drawn here from nothing but rows, a type and a stream."""

import inspect

import numpy as np
import polars as pl
import pytest

from synth.dtypes import DType
from synth.generators import GENERATORS, context
from synth.generators.base import Generator
from synth.streams import Sub, stream

SIZES = ["DrawContext", "RowContext", "TableContext"]  # from small to wide
PLAIN = {
    "beta": {"alpha": 2, "beta": 3},
    "binomial": {"n": 9, "p": 0.5},
    "bytes": {"length": 8},
    "coined": {"syllables": 2},
    "constant": {"value": 7},
    "empirical": {"quantiles": {0: 1, 0.5: 3, 1: 9}},
    "geometric": {"p": 0.5},
    "ip": {"version": 6},
    "key": {},
    "mixture": {"parts": [{"share": 1, "constant": 0}, {"share": 2, "poisson": {"mean": 3}}]},
    "negative_binomial": {"mean": 3, "r": 2},
    "normal": {"mean": 3, "sd": 1},
    "nothing": {},
    "pattern": {"text": "SKU-####"},
    "prose": {"max": 90},
    "sentence": {"patterns": {"Call {who}.": 1}, "words": {"who": ["me", "you"]}},
    "triangular": {"min": 1, "mode": 2, "max": 9},
    "time_of_day": {"step": 15, "unit": "minutes"},
    "uniform": {"min": 1, "max": 9},
    "user_agent": {},
    "window": {"rows": 100},
}


class Nothing:
    """A draw context, and not a member more."""

    seed, table, column, rows, first_row, block_rows = 1, "t", "c", 500, 0, 10_000
    row_numbers = unique_numbers = np.arange(500)

    def __init__(self, dtype):
        self.dtype = dtype

    def stream(self, sub=""):
        return stream(self.seed, self.table, self.column, 0, sub)

    def column_stream(self, sub):
        return stream(self.seed, self.table, self.column, 0, sub)


def declared(generator):
    return inspect.signature(generator.draw).parameters["context"].annotation


@pytest.mark.parametrize("name", [n for n, g in GENERATORS.items() if g.draw is not Generator.draw])
def test_a_generator_declares_what_it_sees(name):
    assert declared(GENERATORS[name]) in SIZES, "annotate `context` of `draw` with one of the draw contexts"


def test_the_plain_ones_are_drawn_from_nothing_else():
    assert {name for name, g in GENERATORS.items() if declared(g) == "DrawContext"} == set(PLAIN), (
        "give a generator that sees a DrawContext an example in PLAIN"
    )
    for name, fields in PLAIN.items():
        generator = GENERATORS[name].model_validate(fields)
        drawn = generator.draw(Nothing(generator.dtype()))
        assert isinstance(drawn, pl.Series) and len(drawn) == 500, name


def test_contexts_grow():
    members = [{m for m in dir(getattr(context, name)) if m[0] != "_"} for name in SIZES]
    assert members[0] < members[1] < members[2]
    assert len(members[0]) <= 4, "the small context stays small"


@pytest.mark.parametrize(
    ("name", "fields", "dtype", "capacity"),
    [
        ("choice", {"values": {"a": 1, "b": 2, "c": 0}}, "text", 2),
        ("choice", {"values": {"x": {"a": 1, "b": 1}, "y": {"b": 1, "c": 1}}, "by": "k"}, "text", 3),
        ("uniform", {"min": 1, "max": 9}, "integer", 9),
        ("uniform", {"min": 0, "max": 1}, "decimal(3,2)", 101),
        ("uniform", {"min": 0.5, "max": 1.5}, "double", None),
        ("uniform", {"min": 0.5, "max": 1.5, "step": 0.2}, "double", 5),
        ("uniform", {"min": -1, "max": 1, "step": 0.05}, "decimal(5,3)", 41),
        ("normal", {"mean": 1, "sd": 1}, "integer", None),
        ("normal", {"mean": 1, "sd": 1, "min": 0.5, "max": 3}, "integer", 3),
        ("normal", {"mean": 1, "sd": 1, "min": 0.5, "max": 3, "step": 0.5}, "double", 6),
        ("beta", {"alpha": 0.3, "beta": 0.4}, "decimal(3,1)", 11),
        ("binomial", {"n": 5, "p": 0.5, "min": 2}, "decimal(5,2)", 4),
        ("constant", {"value": "a"}, "text", 1),
        ("poisson", {"mean": 2, "min": 1, "max": 6}, "double", 6),
        ("triangular", {"min": 0, "mode": 0, "max": 1}, "double", None),
    ],
)
def test_no_more_values_come_than_a_generator_can_give(name, fields, dtype, capacity):
    generator, kind = GENERATORS[name].model_validate(fields), DType.parse(dtype)
    assert generator.capacity(kind) == capacity
    if capacity and "by" not in fields:
        assert generator.draw(Nothing(kind)).n_unique() <= capacity


def test_sub_streams_have_names_of_their_own():
    """Names are hashed: they are content. Change none, and give none a second meaning."""
    assert {name: text for name, text in vars(Sub).items() if name.isupper()} == {
        "NULLS": "null", "FANOUT": "#fanout", "FANOUT_TURN": "meet{}", "DAYS": "days", "RANKS": "rank{}", "ROOTS": "roots",
        "REDRAW": "again{}", "RACE": "race", "ENDINGS": "endings", "WORD_ORDER": "order", "WORDS": "words",
        "BEFORE": "before", "CELLS": "cells", "AHEAD": "ahead", "TIMES": "times", "DISTINCT": "distinct",
        "SIGNS": "signs{}", "UUIDS": "uuids", "UNITS": "units", "SECOND_WORDS": "second", "LENGTHS": "lengths", "AMONG": "among", "POOL": "pool{}",
        "EVEN": "even {}",
    }  # fmt: skip
