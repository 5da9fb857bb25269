"""Running text: lengths are kept and alike, words come by their weights, sentences are as people write them."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth
from synth.errors import SpecError
from synth.generators.word_lists import LOCALES, word_list
from synth.spec.load import parse
from tests.support.laws import chi_square

CHI = 3.1  # standard deviations: once in 1,000

SPEC = """
dataset: said
period: {{start: 2024-01-01, until: 2025-01-01}}
tables:
  notes: {{rows: {rows}, columns: {{id: {{key: sequence}}, x: {column}}}}}
"""


def drawn(column: str, rows: int = 3000) -> pl.Series:
    return synth.frame(synth.make_plan(parse(SPEC.format(rows=rows, column=column))), "notes")["x"]


words = st.lists(st.text("abzßéžñ漢字かд", min_size=1, max_size=9), min_size=1, max_size=6, unique=True)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(words, st.integers(1, 60), st.integers(0, 90))
def test_every_text_is_of_its_vocabulary_and_length(vocabulary, low, further):
    high = low + 2 * (max(map(len, vocabulary)) + 2) + further
    given_words = "{" + ", ".join(f'"{word}": {place + 1}' for place, word in enumerate(vocabulary)) + "}"
    texts = drawn(f"{{prose: {{vocabulary: {given_words}, min: {low}, max: {high}}}, type: varchar({high})}}", 200)
    known = {*vocabulary, *(word[:1].upper() + word[1:] for word in vocabulary if len(word[:1].upper()) == 1)}
    for text in texts.to_list():
        assert low <= len(text) <= high and text.endswith(".")
        sentences = text.removesuffix(".").split(". ")
        assert all(set(sentence.split(" ")) <= known for sentence in sentences)
        assert all(sentence[:1] == sentence[:1].upper() or len(sentence[:1].upper()) > 1 for sentence in sentences)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_locale_has_words(locale):
    texts = drawn(f"{{prose: {{locale: {locale}, min: 50, max: 150}}}}", 400)
    assert texts.str.len_chars().is_between(50, 150).all() and texts.n_unique() == 400
    ends = "。" if locale in ("ja_JP", "zh_CN") else "."
    assert texts.str.ends_with(ends).all() and len(word_list("vocabulary", locale).words) > 60
    assert not texts.str.contains(r"\s\s|\s\.").any()


def test_words_come_by_their_weights():
    texts = drawn("{prose: {vocabulary: {one: 5, two: 3, three: 2}, min: 30, max: 100}}")
    found = Counter(re.findall(r"\w+", " ".join(texts.to_list()).lower()))
    assert chi_square(found, {"one": 0.5, "two": 0.3, "three": 0.2}) < CHI


def test_lengths_are_alike_and_sentences_have_nine_words():
    texts = drawn("{prose: {min: 100, max: 400}}", 20_000)
    lengths = texts.str.len_chars().to_numpy()
    assert abs(lengths.mean() - 250) < 3 and np.abs(np.quantile(lengths, (0.1, 0.9)) - (138, 362)).max() < 8
    inside = texts.str.count_matches(r"\. ").sum() / texts.str.count_matches(" ").sum()
    assert abs(inside - 1 / 9) < 0.005


@pytest.mark.parametrize(
    ("column", "said"),
    {
        "{prose: {min: 90, max: 100}}": "characters at least, as a text ends with a whole word",
        "{prose: {vocabulary: {a: 0}}}": "the weights are all 0",
        "{prose: {vocabulary: {' a': 1}}}": "is no word",
        "{prose: {vocabulary: {}}}": "vocabulary",
        "{prose: {locale: xx_XX}}": "no words are known for locale 'xx_XX'",
        "{prose: {max: 100_000}}": "max",
        "{prose: {max: 80}, type: varchar(40)}": "a text may be 80 long",
        "{prose: {max: 80}, type: integer}": "running text cannot be integer",
        "{prose: {max: 80}, unique: true}": "unique",
    }.items(),
)  # fmt: skip
def test_refused(column, said):
    with pytest.raises(SpecError, match=said):
        synth.make_plan(parse(SPEC.format(rows=5, column=column)))


@pytest.mark.parametrize("locale", ["en_US", "ja_JP", "fr_FR"])
def test_a_pool_is_one_text_that_values_are_cut_from(locale):
    said = f"{{prose: {{locale: {locale}, min: 5, max: 30, pool: 3_000}}, type: varchar(30)}}"
    texts = drawn(said, 12_000)  # in two blocks
    counts = texts.str.len_chars().value_counts()
    assert sorted(counts["len" if "len" in counts.columns else "x"].to_list()) == list(range(5, 31))
    assert counts["count"].min() > 12_000 / 26 * 0.7
    longest = texts.filter(texts.str.len_chars() == 30).unique()
    assert 200 < len(longest) and texts.n_unique() < 3_000 * 26
    short = texts.filter(texts.str.len_chars() == 5).unique()
    assert longest.str.contains_any(short.to_list()).any(), "they are pieces of the same text"
    known = set(word_list("vocabulary", locale).words.str.to_lowercase())
    if locale != "ja_JP":
        inner = [word.lower() for text in longest.head(200) for word in text.replace(".", "").split(" ")[1:-1]]
        assert set(inner) <= {part for word in known for part in word.split(" ")}


def test_what_a_pool_cannot_be_is_refused():
    for column, said in {
        "{prose: {min: 9, max: 8, pool: 2_000}}": "are in order",
        "{prose: {max: 5_000, pool: 2_000}}": "are in order",
        "{prose: {pool: 10}}": "pool",
        "{prose: {max: 20, pool: 2_000}, type: char(20)}": "may end in a blank",
    }.items():
        with pytest.raises(SpecError, match=said):
            parse(SPEC.format(rows=3, column=column))
