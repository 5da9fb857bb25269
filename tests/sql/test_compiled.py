"""What workers get of SQL: expressions that need no parser, and the bounds of their numbers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from synth.sql.compiled import largest_value


def test_workers_need_no_parser():
    check = "import sys, synth.sql.compiled; sys.exit('sqlglot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


@pytest.mark.parametrize(
    ("bound", "largest"),
    [
        (("col", "a"), 7), (("col", "text"), 0), (("lit", 5), 5), (("add", ("col", "a"), ("lit", 5)), 12),
        (("mul", ("col", "a"), ("col", "b")), 63), (("max", ("col", "a"), ("lit", 8)), 8),
    ],
)  # fmt: skip
def test_the_largest_value(bound, largest):
    assert largest_value(bound, {"a": 7, "b": 9}) == largest


def test_past_63_bits():
    with pytest.raises(OverflowError, match="wider than 18 digits"):
        largest_value(("mul", ("col", "a"), ("lit", 2)), {"a": 2**62})
