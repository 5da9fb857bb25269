"""A column whose type cannot be told is told once, in its place, whatever else of the table asks for that type."""

from __future__ import annotations

import pytest

from synth.errors import SpecError
from synth.spec.load import parse

SPEC = """
dataset: any
period: {start: 2024-01-01, until: 2024-07-01}
tables:
  visits:
    rows: 5
    WORD
    columns:
      id: {key: sequence}
      at: {arrival: {}}
      kind: {uniform: {min: 1, max: 2}}
      s: COLUMN
"""


@pytest.mark.parametrize("word", ["unique: [[s]]", "events: [s]", "alive_until: s", "primary_key: [s]"])
@pytest.mark.parametrize("column", ["{state: until + kind}", "{expr: at + at}"])
def test_told_once(word, column):
    with pytest.raises(SpecError) as told:
        parse(SPEC.replace("WORD", word).replace("COLUMN", column))
    assert [str(problem).count("not allowed on datetime") for problem in told.value.problems] == [1]
    assert "tables.visits.columns.s." in str(told.value)
