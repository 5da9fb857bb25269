"""Columns that cannot be drawn are refused, with what is wrong."""

from __future__ import annotations

import re

import pytest

from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.load import parse
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
        ("{choice: {a: 1e308, b: 1e308}}", "the weights are too large to be added"),
        ("{choice: {a: 1e999}}", "'1e999' is no float: it is too large"),
        ("{normal: {mean: 0, sd: 1, min: 100, max: 101}}", "the range lies more than 9 standard deviations off"),
        ("{normal: {mean: 0, sd: 1, max: -9.5}}", "the range lies more than 9 standard deviations off"),
        ("{lognormal: {median: 5, sigma: 0.1, min: 50}}", "the range lies more than 9 standard deviations off"),
        ("{coined: {}, type: varchar(5)}", "a word may be 10 long"),
        ("{coined: {suffix: ' Example Trading'}, type: varchar(20)}", "a word may be 26 long"),
        ("{first_name: {locale: en_US}, type: varchar(4)}", "a name may be 11 long"),
        ("{last_name: {locale: xx_XX}}", "no names are known for locale 'xx_XX'"),
        ("{place: {locale: xx_XX}}", "no places are known for locale 'xx_XX'"),
        ("{delay: {after: at, even: true}}", "an even delay needs `max`, the longest"),
        ("{delay: {after: at, median: 2, sigma: 0.1, min: 9}}", "`min` must be below `max` (2.69972)"),
        ("{delay: {after: at, median: 2, sigma: 1, weekdays: [1, 2]}}", "weekdays takes 7 numbers from 0 up"),
        ("{delay: {after: at, median: 2, sigma: 1, hours: biusness}}", "did you mean 'business'"),
        ("{delay: {after: at, median: 2, sigma: 1, days: {2024-12-25: -1}}}", "greater than or equal to 0"),
        ("{delay: {after: at, median: 2, sigma: 1, days: {Christmas: 0}}}", "x.delay.days"),
        ("{delay: {after: at, median: 2, sigma: 1, days: {1900-01-01: 0, 2024-01-01: 0}}}", "`days` lie within 100 years"),
        ("{arrival: {days: {2024-12-25: 2, 2023-12-25: 2}}}", "2023-12-25 lies before the first row can come (2024-01-01)"),
        ("{arrival: {dispersion: 0.5}}", "greater than or equal to 1"),
        ("{expr: x IN ()}", "nothing stands in the brackets of IN"),
        ("{window: 0}", "greater than or equal to 1"),
        ("{window: 300}", "windows of 300 rows do not fill a block of 10,000"),
        ("{chioce: {a: 1}}", "did you mean 'choice'"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(law, message):
    with pytest.raises(SpecError, match=re.escape(message)):
        column(law, 5)


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ("{lognormal: {median: 5, sigma: 500}}", r"x\.lognormal: a value may be drawn that no double can hold"),
        (
            "{normal: {mean: 1e300, sd: 1}, type: bigint}",
            r"x\.type: values may be as high as 1.00e\+300, and it is bigint",
        ),
    ],
)
def test_values_that_no_type_holds_are_told_and_nothing_else_is_said(law, message, recwarn):
    with pytest.raises(SpecError, match=message):
        column(law, 500)
    assert not recwarn.list


def test_who_is_matched_one_to_one_needs_as_many_parents():
    text = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  p: {rows: 20, columns: {id: {key: sequence}}}
  t: {rows: 21, columns: {id: {key: sequence}, p_id: {reference: {to: p, unique: true}}}}
"""
    with pytest.raises(SpecError, match="21 rows need as many p of their own, and there are 20"):
        make(parse(text))


def test_who_is_matched_one_to_one_has_parents_that_are_always_the_same():
    text = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  p: {rows: 20, columns: {id: {key: sequence}, at: {arrival: {}}}}
  t: {rows: 5, columns: {id: {key: sequence}, p_id: {reference: {to: p, unique: true}}}}
"""
    with pytest.raises(SpecError, match="p_id.reference.unique: `unique` needs a parent table without arrival times"):
        make(parse(text))


def test_a_column_that_says_which_table_of_values_may_not_be_null():
    with pytest.raises(SpecError, match="choice.by: '_k' may be NULL, for which no values are declared"):
        column("{choice: {values: {a: {x: 1}}, by: _k}}", 5, "_k: {choice: {a: 1}, null_share: 0.1}")
