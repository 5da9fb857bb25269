"""A password on the command line stands in the list of processes, for all to read: it is moved out of there.

It is not printed either, whatever a library says of it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

from synth.databases.secret import masked, secrets_in

__all__ = ["hide", "without_secrets"]

WORDS = "_SYNTH_WORDS"  # the words as they were typed, for the process that goes on
# where passwords lie about, besides on the command line
VARIABLES = ("SYNTH_PASSWORD", "SYNTH_URL", "PGPASSWORD", "MYSQL_PWD")
SHORTEST = 4  # letters of what is looked for in messages: shorter ones are in every other word


def hide() -> None:
    """Begin again without what may be passwords among the words, where there is one; it comes by the environment."""
    if typed := os.environ.pop(WORDS, None):
        sys.argv[1:] = json.loads(typed)
        return
    words = sys.argv[1:]
    shown = [masked(word) for word in words]
    if shown != words:
        os.environ[WORDS] = json.dumps(words)
        os.execv(sys.executable, [sys.executable, *_starter(), *shown])  # noqa: S606


def _starter() -> list[str]:
    """How this program was begun: as a module, or as a script."""
    return ["-m", "synth"] if sys.argv[0].endswith("__main__.py") else [sys.argv[0]]


def without_secrets(text: str, words: Sequence[str] = ()) -> str:
    """A text without what may be passwords in these words, and without those in variables of the environment."""
    set_ = [os.environ[name] for name in VARIABLES if name in os.environ]
    found = secrets_in([*words, *set_]) | {value for value in set_ if "://" not in value}
    for secret in sorted(found, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, "***")
    return text
