"""The examples that generators, kinds, types and functions bring along, as whole specs.

An example is YAML: columns of a table, or from `tables:` on where it needs more than one table.
"""

from __future__ import annotations

from textwrap import indent

from synth.sql.functions import EXAMPLE_COLUMNS

__all__ = ["spec_of_columns", "spec_of_example", "spec_of_expression"]

HEAD = "dataset: example\nperiod: {start: 2024-01-01, until: 2025-01-01}\n"
ROWS = 100


def spec_of_example(example: str) -> str:
    """Complete an example to the YAML of a dataset."""
    whole = example.startswith("tables:")
    return HEAD + example.rstrip("\n") + "\n" if whole else spec_of_columns(example)


def spec_of_columns(columns: str) -> str:
    """Make the YAML of a dataset with one table of these columns."""
    return f"{HEAD}tables:\n  things:\n    rows: {ROWS}\n    columns:\n{indent(columns.rstrip(), ' ' * 6)}\n"


def spec_of_expression(sql: str) -> str:
    """Make the YAML of a dataset in which an expression over the columns of functions' examples is drawn."""
    drawn = {
        "varchar": "coined: {}",
        "bigint": "uniform: {min: 1, max: 99}",
        "decimal": "uniform: {min: 1, max: 99}",
        "date": "uniform: {min: 2024-01-01, max: 2024-12-31}",
        "timestamp": "uniform: {min: 2024-01-01, max: 2024-12-31}",
    }
    columns = "".join(
        f'{name}: {{{drawn[dtype.partition("(")[0]]}, type: "{dtype}"}}\n' for name, dtype in EXAMPLE_COLUMNS.items()
    )
    return spec_of_columns(f'{columns}found: {{expr: "{sql}"}}')
