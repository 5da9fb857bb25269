"""How much memory a job may take: stated by the user, or half of what this process may have."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from synth.errors import OptionError

__all__ = ["LEAST_BYTES", "default_memory", "largest_memory", "memory_bytes"]

LEAST_BYTES = 512 * 2**20  # of `--memory`: the program and its libraries take 300 MB before they read a row
MOST_BYTES = 2**53
GROUPS = Path("/sys/fs/cgroup")
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT]I?)?B?", re.IGNORECASE)


def memory_bytes(text: str | None) -> int:
    """A size as it is typed, `2GB` or `1.5GiB`, in bytes; without one the default. Raises OptionError."""
    if text is None:
        return default_memory()
    found = _SIZE.fullmatch(text.strip())
    size = float(found[1]) * _UNITS[(found[2] or "").upper()] if found else 0.0
    if size > MOST_BYTES:
        raise OptionError(f"--memory: '{text}' is more than any machine has\n  hint: for instance 2GB")
    if size < LEAST_BYTES:
        what = (
            f"'{text}' is less than the program and its libraries take" if found else f"'{text}' is no size of memory"
        )
        raise OptionError(f"--memory: {what}\n  hint: 512MiB at least, for instance 2GB")
    return int(size)


def default_memory(groups: Path = GROUPS) -> int:
    """Half of the machine's memory, or of what a container leaves to this process, in bytes."""
    return max(LEAST_BYTES, _memory(groups) // 2)


def largest_memory(groups: Path = GROUPS) -> int:
    """All memory that this process may ever have, in bytes: the machine's, or the container's, and all swap."""
    return _memory(groups) + _swap()


def _memory(groups: Path) -> int:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_group_limits(groups)])


def _swap() -> int:
    """The machine's swap, in bytes; 0 where that cannot be told."""
    try:
        found = re.search(r"^SwapTotal:\s+(\d+) kB$", Path("/proc/meminfo").read_text("utf-8"), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def _group_limits(groups: Path) -> Iterator[int]:
    """Limits of the control groups that this process is in, of both versions, outer ones too."""
    try:
        lines = Path("/proc/self/cgroup").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    ways = {line.rpartition(":")[2].strip("/") for line in lines} | {""}
    for way in ways:
        for inside in (Path(way), *Path(way).parents):
            for file in (groups / inside / "memory.max", groups / "memory" / inside / "memory.limit_in_bytes"):
                try:
                    yield int(file.read_text("utf-8"))
                except (OSError, ValueError):  # there is none, or it says "max"
                    continue
