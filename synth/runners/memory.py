"""How a process of ours treats memory: arrays of a block come and go by the thousand, their pages need not."""

from __future__ import annotations

import ctypes
import gc
from functools import cache

__all__ = ["collect_less", "keep_freed_memory"]

# <malloc.h>: options of mallopt, and the largest threshold that glibc takes on 64 bits
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LARGEST_MMAP_THRESHOLD = 32 * 1024 * 1024


def collect_less() -> None:
    """Look for cycles in memory no more: arrays free themselves, and a short program's modules and trees stay anyway."""
    gc.disable()


@cache
def keep_freed_memory() -> None:
    """Tell glibc to keep freed arrays for the next block: faulting pages in again costs a tenth of the time."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # another C library
        return
    mallopt(M_MMAP_THRESHOLD, LARGEST_MMAP_THRESHOLD)
    mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
