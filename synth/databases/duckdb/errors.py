"""What DuckDB's errors say, and what to do about them."""

from __future__ import annotations

import re

from synth.databases.contract import Explanation
from synth.databases.hints import BREAKS_PROMISES, DEPENDENTS, FREE_DISK, WRITABLE
from synth.formats import first_words

__all__ = ["explain"]

# words of an error -> what to do
_HINTS = {
    "Conflicting lock": "another load, or another program, has the file open: wait for it, or end it",
    "already attached": "another load, or another connection of this process, has the file open: wait for it, or close it",
    "Constraint Error": BREAKS_PROMISES,
    "main key table": DEPENDENTS,
    "not a valid DuckDB": "name another file",
    "file system operations are disabled": "no view or query reads other files: the database may be a stranger's",
    "read-only": WRITABLE,
    "Read-only": WRITABLE,
    "Permission denied": WRITABLE,
    "No space left": FREE_DISK,
    "more than once": "tell the columns apart with AS",
    "Out of Memory": "keys and references need memory: end other programs, then run it again",
}


_FILE = re.compile(r"^  file = (.+)$", re.MULTILINE)  # among a CSV reader's settings


def explain(error: Exception) -> Explanation:
    """DuckDB's own words, as far as they say what happened; of files also which it is."""
    file = _FILE.search(str(error))
    what = first_words(error)
    if file:
        what = f"{what.rstrip('.')}, in '{file[1]}'"
    return Explanation(what, next((hint for words, hint in _HINTS.items() if words in str(error)), ""))
