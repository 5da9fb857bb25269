"""Columns that cannot be drawn are refused, with what is wrong."""

from __future__ import annotations

import re

import pytest

from synth.errors import SpecError
from tests.support.drawn import column


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ("{choice: {a: -1, b: 2}}", "the weight of 'a' must be a number from 0 up, got -1"),
        ("{choice: {a: 0}}", "the weights are all 0"),
        ("{choice: {a: 1, 2: 1}}", "values of different kinds in one choice"),
        ("{choice: {1.234: 1}, type: 'decimal(12,2)'}", "1.234 does not fit"),
        ("{choice: {abcdef: 1}, type: varchar(5)}", "a value is longer than"),
        ("{uniform: {min: 3, max: 2}}", "`min` is above `max`"),
        ("{uniform: {min: 1, max: 2}, type: varchar(9)}", "values from 1 to 2 cannot be"),
        ("{normal: {mean: 1, sd: 0}}", "greater than 0"),
        ("{lognormal: {median: 5, sigma: 1, endings: {'99': 1}}}", "a price ending is written '.99', not '99'"),
        ("{lognormal: {median: 5, sigma: 1, endings: {'.999': 1}}, type: 'decimal(12,2)'}", "endings of 3 digits need"),
        ("{delay: {after: at, max: 5}}", "a delay has `median` and `sigma`, or `even: true`"),
        ("{coined: {syllables: 0}}", "greater than or equal to 1"),
        ("{coined: {}, type: bigint}", "words cannot be bigint"),
        ("{sentence: {patterns: {'a {b}': 1, '{b} {c}': 1}, words: {b: [x]}}}", "'{b} {c}': no `words` are given for {c}"),
        ("{sentence: {patterns: {'a {b}': 1}, words: {b: []}}}", "must not be empty"),
        ("{sentence: {patterns: {a: 0}}}", "the weights are all 0"),
        ("{sentence: {patterns: {'It is {b}.': 1}, words: {b: [x, odd]}}, type: varchar(9)}", "a sentence may be 10 long"),
        ("{sentence: {patterns: {a: 1}}, type: date}", "sentences cannot be date"),
        ("{window: 0}", "greater than or equal to 1"),
        ("{window: 300}", "windows of 300 rows do not fill a block of 10,000"),
        ("{chioce: {a: 1}}", "did you mean 'choice'"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(law, message):
    with pytest.raises(SpecError, match=re.escape(message)):
        column(law, 5)
