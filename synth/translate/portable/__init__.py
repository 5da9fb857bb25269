"""Typed SQL of a spec in which nothing is left to a database's taste.

What DuckDB does unasked is written out: casts between kinds, NULLs that LEAST passes over, the digits of ROUND. What cannot
be said in every database has been refused when it was typed (`synth.sql.queries`). How a thing is spelt is left to each
dialect, whose rewrites go by the types that the nodes carry (`dtype_of`).
"""

from __future__ import annotations

from synth.translate.portable.statements import explicit_condition, explicit_query

__all__ = ["explicit_condition", "explicit_query"]
