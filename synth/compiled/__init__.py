"""Kernels in C for what costs most, each with the same results, bit by bit, as the numpy code beside which it is called.

`kernels()` gives them, or None: where the library was not built, was made from another source, cannot be loaded here, or the
environment says SYNTH_COMPILED=0. Nothing needs them, and nothing but time depends on them.
"""

from __future__ import annotations

import os
from functools import lru_cache

from synth.compiled.kernels import WIDEST, Kernels, open_library
from synth.compiled.library import LIBRARY, OFF

__all__ = ["WIDEST", "Kernels", "kernels", "path_taken"]


@lru_cache(maxsize=1)
def kernels() -> Kernels | None:
    """Give the kernels, asked for once a process; None where numpy does all."""
    return None if os.environ.get(OFF) == "0" else open_library(LIBRARY)


def path_taken() -> str:
    """Say in a word or two what works out the dearest columns here."""
    return "numpy" if kernels() is None else "compiled"
