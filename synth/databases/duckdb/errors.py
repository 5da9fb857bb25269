"""What DuckDB's errors say, and what to do about them."""

from __future__ import annotations

from synth.databases.contract import Explanation
from synth.databases.hints import BREAKS_PROMISES, DEPENDENTS, FREE_DISK, WRITABLE

__all__ = ["explain"]

# words of an error -> what to do
_HINTS = {
    "Conflicting lock": "another load, or another program, has the file open: wait for it, or end it",
    "already attached": "another load, or another connection of this process, has the file open: wait for it, or close it",
    "Constraint Error": BREAKS_PROMISES,
    "main key table": DEPENDENTS,
    "not a valid DuckDB": "name another file",
    "read-only": WRITABLE,
    "Read-only": WRITABLE,
    "Permission denied": WRITABLE,
    "No space left": FREE_DISK,
    "more than once": "tell the columns apart with AS",
    "Out of Memory": "keys and references need memory: end other programs, then run it again",
}


def explain(error: Exception) -> Explanation:
    """DuckDB's first line."""
    what = str(error).partition("\n")[0].partition(" See also ")[0]
    return Explanation(what, next((hint for words, hint in _HINTS.items() if words in str(error)), ""))
