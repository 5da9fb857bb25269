"""What SQLite's errors say, and what to do about them."""

from __future__ import annotations

from synth.databases.contract import Explanation
from synth.databases.hints import BREAKS_PROMISES, FREE_DISK

__all__ = ["explain"]

# words of an error -> what to do
_HINTS = {
    "constraint failed": BREAKS_PROMISES,
    "not a database": "it is no SQLite database: name another file",
    "locked": "another program uses the file; end it, then run it again",
    "readonly": "the file, or the folder it is in, may only be read",
    "unable to open": "may you write to that folder?",
    "failed to open": "may you write to that folder?",
    "disk is full": FREE_DISK,
    "disk I/O": "is the disk full, or broken?",
    "malformed": "the file is damaged",
}


def explain(error: Exception) -> Explanation:
    """SQLite's own words, without the driver's around them."""
    what = str(error).partition("\nquery")[0].replace("[SQLite] ", "")
    for words in ("Failed to step query: ", "Failed to prepare query: ", "failed to execute: "):
        what = what.rpartition(words)[2]
    return Explanation("; ".join(what.split("\n")), next((hint for words, hint in _HINTS.items() if words in what), ""))
