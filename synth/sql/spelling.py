"""SQL of a spec in one spelling: texts that differ in blanks, line ends, comments or the case of words are the same."""

from __future__ import annotations

from synth.sql.parse import SqlError, expression, query

__all__ = ["spelt_alike"]


def spelt_alike(text: str) -> str:
    """The text as it is written when it is read and written anew; one that cannot be read has single blanks."""
    for read in (query, expression):
        try:
            return read(text).sql(dialect="duckdb", comments=False)
        except SqlError:
            continue
    return " ".join(text.split())
