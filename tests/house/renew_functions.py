"""Writes docs/functions.md anew from what the functions say of themselves; DuckDB says what the examples give."""

import datetime as dt
from pathlib import Path

import duckdb

from synth.sql.reference import OVER_ROWS, drawn_only_names, forms

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "functions.md"

HEAD = """# Functions of the SQL of a spec

Made by `tests/house/renew_functions.py`; do not edit. The SQL of a spec is DuckDB's, and each of these gives what DuckDB gives
wherever it is worked out: drawn in an `expr`, a `state` or a `where`, in a `select`, and in the rules and checks that
DuckDB, PostgreSQL, MySQL or MariaDB, SQLite and SQL Server run. Tests run the examples in all but SQL Server. What is marked
*drawn* stands in expressions and SELECTs, and in no rule or check. NULL makes NULL where nothing else is said.

**Dates and timestamps.** What an `INTERVAL` is added to is a timestamp, and so is what `DATE_TRUNC` gives, also of a date: a
column of `type: date` takes its day, and `CAST(… AS DATE)` gives it. A month later than the last day of a long month is the last
day of a short one; a second step goes on from there, so count from the start: `start_on + INTERVAL (n) MONTH`. Of more than ten
thousand years at once an error is made. Intervals stand only where they are added to a time or taken from it.
"""
END = """
## Of many rows

In rules and in `select`: {rows}; the last seven over a window. A column of a parent has `sum` and `count`.

## Others

Each is left to whoever runs the SQL: DuckDB in a `select`, Polars in an `expr`, where it knows it. They read nothing but their
arguments, and stand in no rule or check: {names}.
"""


def shown(value):
    """A value as DuckDB writes it."""
    if isinstance(value, bool) or value is None:
        return str(value).upper().replace("NONE", "NULL")
    return value.isoformat(" ") if isinstance(value, dt.datetime) else str(value)


def row(each, connection):
    """One line of a table."""
    given = []
    for example in each.examples:
        ((value,),) = connection.execute(f"SELECT {example}").fetchall()
        given.append(f"`{example}` → `{shown(value)}`".replace("|", "\\|"))
    says = each.says + ("" if each.in_rules else " *(drawn)*")
    cells = (f"`{each.form}`".replace("|", "\\|"), each.takes, each.gives, says, "<br>".join(given))
    return f"| {' | '.join(cells)} |"


def page():
    """The whole page."""
    parts = [HEAD]
    with duckdb.connect() as connection:
        for heading, listed in forms():
            lines = ["| written | takes | gives | what it is | examples |", "| --- | --- | --- | --- | --- |"]
            parts.append("\n".join([f"\n## {heading}\n", *lines, *(row(each, connection) for each in listed), ""]))
    return "".join(parts) + END.format(
        rows=", ".join(f"`{name.upper()}`" for name in OVER_ROWS),
        names=", ".join(f"`{name}`" for name in drawn_only_names()),
    )


if __name__ == "__main__":
    DOCUMENT.write_text(page())
