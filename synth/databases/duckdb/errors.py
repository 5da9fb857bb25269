"""What DuckDB's errors say, and what to do about them."""

from __future__ import annotations

import re

from synth.databases.contract import Explanation
from synth.databases.hints import BREAKS_PROMISES, DEPENDENTS, FREE_DISK, WRITABLE

__all__ = ["explain", "first_words"]

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


_FILE = re.compile(r"^  file = (.+)$", re.MULTILINE)  # among a CSV reader's settings
_ADVICE = re.compile(r"\n+(Possible|Column .* is being converted)")


def first_words(error: Exception) -> str:
    """What happened, in one line: the error's first, and for a line of a CSV file what is wrong with it."""
    text = str(error)
    first = text.partition("\n")[0].partition(" See also ")[0]
    if "CSV Error on Line" not in first:
        return first
    why = _ADVICE.split(text)[0].rstrip().rpartition("\n")[2]
    return first if why.startswith(("Original Line", first)) or not why else f"{first}: {why}"


def explain(error: Exception) -> Explanation:
    """DuckDB's own words, as far as they say what happened; of files also which it is."""
    file = _FILE.search(str(error))
    what = first_words(error)
    if file:
        what = f"{what.rstrip('.')}, in '{file[1]}'"
    return Explanation(what, next((hint for words, hint in _HINTS.items() if words in str(error)), ""))
