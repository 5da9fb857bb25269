"""The examples that generators, kinds and types bring along, as whole specs.

An example is YAML: columns of a table, or from `tables:` on where it needs more than one table.
"""

from __future__ import annotations

from textwrap import indent

__all__ = ["spec_of_columns", "spec_of_example"]

HEAD = "dataset: example\nperiod: {start: 2024-01-01, until: 2025-01-01}\n"
ROWS = 100


def spec_of_example(example: str) -> str:
    """Complete an example to the YAML of a dataset."""
    whole = example.startswith("tables:")
    return HEAD + example.rstrip("\n") + "\n" if whole else spec_of_columns(example)


def spec_of_columns(columns: str) -> str:
    """Make the YAML of a dataset with one table of these columns."""
    return f"{HEAD}tables:\n  things:\n    rows: {ROWS}\n    columns:\n{indent(columns.rstrip(), ' ' * 6)}\n"
