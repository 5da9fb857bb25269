"""`synth words`: what may be said in a spec, with examples, for people and for scripts."""

from __future__ import annotations

import json

import pytest

from synth.cli import main
from synth.generators import GENERATORS
from synth.language.types import type_words
from synth.language.words import GROUPS, all_words, find
from synth.spec.kinds import KINDS


@pytest.fixture
def said(capsys):
    """Run the program, which must end well; what it prints."""

    def program(*words):
        assert main(list(words)) == 0
        found = capsys.readouterr()
        assert found.err == ""
        return found.out

    return program


def test_all_are_listed_by_group(said):
    text = said("words")
    lines = [line.split()[0] for line in text.splitlines() if line.startswith("  ")]
    wanted = [
        *GENERATORS,
        *type_words(),
        *(kind.name for kind in KINDS),
        "DATE_TRUNC",
        "LPAD",
    ]
    assert {*wanted} <= {*lines}
    assert all(title in text for title in GROUPS.values())
    assert len(lines) == len(all_words())


def test_one_is_told_with_parameters_and_example(said):
    text = said("words", "lognormal")
    assert "median   number above 0 or text, needed: in the column's own unit, or a column of medians" in text
    assert "example\n  price:\n" in text and GENERATORS["lognormal"].example.splitlines()[1] in text


def test_what_lies_deeper_is_told_by_its_path(said):
    assert "popularity.zipf_mandelbrot.s  number from 0 to 20, needed: " in said("words", "reference")
    assert "negative_binomial.r  " in said("words", "fanout")


def test_a_value_alone(said):
    assert "A value alone is `path`." in said("words", "lookup")


def test_a_group_is_listed(said):
    text = said("words", "generators")
    assert "  coined " in text and "  decimal " not in text


@pytest.mark.parametrize(("asked", "group", "name"), [
    ("upper", "functions", "UPPER"), ("TEXT", "types", "varchar"), ("Choice", "generators", "choice"),
    ("alive_at", "generators", "reference"), ("growth", "tables", "rows"), ("null_share", "columns", "null_share"),
])  # fmt: skip
def test_names_are_found(asked, group, name):
    assert (group, name) in {(word.group, word.name) for word in find(asked)}


def test_a_name_of_several_is_told_of_each(said):
    text = said("words", "arrival")
    assert "arrival  (generators)" in text and "arrival  (kinds of tables)" in text


@pytest.mark.parametrize(("wrong", "hint"), [
    ("lognorml", "did you mean 'lognormal'?"), ("UPER", "did you mean 'upper'?"), ("alive_on", "did you mean 'alive_at'?"),
    ("qqqqq", "`synth words` lists them all"),
])  # fmt: skip
def test_a_wrong_name_is_told_with_a_way_out(wrong, hint, capsys):
    assert main(["words", wrong]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err == f"synth: no word of a spec is called '{wrong}'\n  hint: {hint}\n"


def test_scripts_get_json(said):
    found = json.loads(said("words", "--json"))
    assert [(word["group"], word["name"]) for word in found] == [(word.group, word.name) for word in all_words()]
    (delay,) = json.loads(said("words", "delay", "--json"))
    (unit,) = [each for each in delay["parameters"] if each["name"] == "unit"]
    assert unit == {
        "name": "unit", "takes": "minutes, hours or days", "required": False, "default": "days",
        "about": "what delays are counted in",
    }  # fmt: skip
