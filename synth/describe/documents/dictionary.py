"""The data dictionary: every column of every table, to read and to sort."""

from __future__ import annotations

import csv
import io

from synth.describe.catalogue import ColumnFacts, TableFacts
from synth.describe.made import Made

__all__ = ["as_csv", "as_markdown", "cell"]

HEADS = ("table", "column", "type", "key", "nullable", "refers_to", "about")


def as_markdown(made: Made) -> str:
    """Give a chapter for each table."""
    chapters = (_chapter(table, made.rows[table.name]) for table in made.tables)
    return f"# Data dictionary of {made.catalogue.dataset}\n\n" + "\n".join(chapters)


def _chapter(table: TableFacts, rows: int) -> str:
    head = (
        f"## {table.name}\n\n{cell(table.about)}{'. ' if table.about else ''}{rows:,} {'row' if rows == 1 else 'rows'}"
    )
    key = f", key {', '.join(f'`{name}`' for name in table.key)}" if table.key else ""
    lines = "".join(f"| {' | '.join(_of(column))} |\n" for column in table.columns)
    return f"{head}{key}.\n\n| column | type | | what it is |\n| --- | --- | --- | --- |\n{lines}"


def _of(column: ColumnFacts) -> tuple[str, str, str, str]:
    notes = ["key"] if column.in_key else []
    notes += [f"[{column.refers_to}](#{column.refers_to.lower()})"] if column.refers_to else []
    notes += ["may be null"] if column.nullable else []
    return f"`{column.name}`", f"`{column.type}`", ", ".join(notes), cell(column.about)


def cell(text: str) -> str:
    """Give a text as a cell of a Markdown table has it."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", r"\|").replace("<", "&lt;")


def as_csv(made: Made) -> str:
    """Give a line for each column."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADS)
    for table in made.tables:
        for column in table.columns:
            marks = ["yes" if mark else "no" for mark in (column.in_key, column.nullable)]
            writer.writerow([table.name, column.name, column.type, *marks, column.refers_to or "", column.about])
    return out.getvalue()
