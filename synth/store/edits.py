"""Rows that others have changed or deleted, as a manifest keeps them: pairs of numbers, packed into a text."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable

import numpy as np

from synth.databases.changes import Edit
from synth.errors import OutputError

__all__ = ["read_edits", "written_edits"]

MOST = 2**26  # bytes of a table's: four million rows


def written_edits(edits: Iterable[Edit]) -> str:
    """Edits as a text, which is the same for any order of them."""
    pairs = np.array(sorted(set(edits)), dtype="<i8").reshape(-1, 2)
    return b64encode(zlib.compress(pairs.tobytes())).decode()


def read_edits(text: str) -> set[Edit]:
    """What `written_edits` has written. Raises OutputError."""
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(b64decode(text, validate=True), MOST)
        if unpacking.unconsumed_tail or not unpacking.eof or len(data) % 16:
            raise ValueError
    except (ValueError, zlib.error):
        raise OutputError("the manifest does not say which rows others have changed as it was written") from None
    return {Edit(int(key), int(row)) for key, row in np.frombuffer(data, dtype="<i8").reshape(-1, 2)}
