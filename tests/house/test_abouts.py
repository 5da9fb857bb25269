"""What the shipped datasets write says what it is: each table and column has an `about`, which databases get as a comment.

In the examples the tables have one.
"""

import re
from pathlib import Path

import pytest

from synth.spec.load import load, parse, shipped

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "schema" / "examples").glob("*.yaml"))
LONGEST = 120  # characters, so that a line of a catalogue shows it whole
SMALL = {"a", "an", "of", "the"}


def bare(text):
    """The words of a name or text in any order, without case, underscores and small words."""
    return sorted(word for word in re.findall(r"[^\W_]+", text.lower()) if word not in SMALL)


def why_not(name, about):
    """What is wrong with the `about` of a table or column; nothing where it will do."""
    if not about or not about.strip():
        return "has none"
    if "".join(bare(about)) == "".join(bare(name)):
        return f"repeats the name: {about!r}"
    if about.rstrip().endswith("."):
        return f"ends with a period: {about!r}"
    if len(about) > LONGEST or "\n" in about.rstrip():
        return f"is longer than a line of {LONGEST} characters: {about!r}"
    if about[0].islower():
        return f"begins with a small letter: {about!r}"
    return None


def wrong(dataset, *, with_columns):
    """A line for each `about` that is missing, or will not do, of what is written."""
    said = {}
    for name in dataset.written:
        table = dataset.tables[name]
        said[name] = (name, table.about)
        if with_columns:
            said |= {f"{name}.{column}": (column, table.columns[column].about) for column in table.written}
    return [f"about of {place}: {why}" for place, each in said.items() if (why := why_not(*each))]


@pytest.mark.parametrize("name", shipped())
def test_tables_and_columns_of_shipped_datasets_say_what_they_are(name):
    found = wrong(load(name), with_columns=True)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_tables_of_examples_say_what_they_are(path):
    found = wrong(load(path), with_columns=False)
    assert not found, "\n".join(found)


def test_there_are_datasets_and_examples():
    assert {"ecommerce", "erp", "inventory", "tpch", "tpch_skewed"} <= set(shipped()) and len(EXAMPLES) >= 8


REFUSED = {
    "": "has none",
    "Line Number": "repeats the name",
    "line_number": "repeats the name",
    "The number of the line": "repeats the name",
    "Place of the line in its order.": "ends with a period",
    "Place of the line, " * 7: "is longer than a line",
    "Place of the line\nin its order": "is longer than a line",
    "place of the line": "begins with a small letter",
}


@pytest.mark.parametrize("about", REFUSED)
def test_what_will_not_do_is_refused(about):
    assert (why_not("line_number", about) or "").startswith(REFUSED[about])


MIXED = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  said: {about: What is said, rows: 1, columns: {c: {key: sequence, about: Which one}}}
  silent: {rows: 1, columns: {c: {key: sequence}, _c: {constant: 1}}}
  _hidden: {rows: 1, columns: {c: {key: sequence}}}
"""


def test_what_is_missing_is_named_and_what_is_not_written_need_not_say():
    assert wrong(parse(MIXED), with_columns=True) == ["about of silent: has none", "about of silent.c: has none"]
    assert wrong(parse(MIXED), with_columns=False) == ["about of silent: has none"]
