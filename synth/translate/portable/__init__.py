"""SQL of a spec in which nothing is left to a database's taste: names are found, types are known.

What DuckDB does unasked is written out: casts between kinds, NULLs that LEAST passes over, the digits of ROUND. What cannot
be said in every database is refused. How a thing is spelt is left to each dialect, whose rewrites go by the types that
the nodes carry (`dtype_of`).
"""

from __future__ import annotations

from synth.translate.portable.kinds import Node, dtype_of, is_text, number, typed, wrapped
from synth.translate.portable.statements import explicit_condition, explicit_query, leaves

__all__ = [
    "Node",
    "dtype_of",
    "explicit_condition",
    "explicit_query",
    "is_text",
    "leaves",
    "number",
    "typed",
    "wrapped",
]
