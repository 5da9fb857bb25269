"""Whether disk and memory have room for what a run needs: told before the start where they surely have not."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from synth.errors import OptionError, OutputError
from synth.formats import Format
from synth.plan.model import Plan
from synth.store.manifest import Manifest
from synth.store.memory import largest_memory

__all__ = [
    "connections_within",
    "least_bytes",
    "least_memory_bytes",
    "require_memory",
    "require_space",
    "workers_within",
]

PROGRAM = 300_000_000  # bytes that the program and its libraries take, with a database's driver
A_CONNECTION = 30_000_000
BYTES_OF_CELL = 32  # of a file that is read and sent: its columns, and pieces of it as Arrow or text

_WIDTHS = {"boolean": 0.125, "date": 4}  # bytes of a value in a block; of others 8 at least


def least_bytes(plan: Plan, form: Format) -> float:
    """Bytes that the files of a plan take at the very least; a number of rows that is an estimate may be half of it."""
    tables = [plan.tables[name] for name in plan.wanted]
    return sum(table.rows * (1 if table.exact else 0.5) * len(table.written) * form.least for table in tables)


def require_space(folder: Path, plan: Plan, form: Format, share: float = 1) -> None:
    """Raise OutputError where the disk of a folder, which need not be there yet, lacks the room for a share of the rows."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free, least = shutil.disk_usage(there).free, least_bytes(plan, form) * share
    if least > free:
        rows = sum(plan.tables[name].rows for name in plan.wanted) * share
        raise OutputError(
            f"{rows:,.0f} rows as {form.name} take {_size(least)} at the very least, and '{folder}' has room for "
            f"{_size(free)}\n  hint: a smaller --scale, fewer --tables, or another --out"
        )


def least_memory_bytes(plan: Plan) -> tuple[float, str]:
    """Bytes of memory that a plan takes at the very least, and what they hold.

    Columns that other families look up are whole once; so are all columns of a block, which is written from them.
    """
    needs = []
    for family in plan.families:
        kept = {table: [c for t, c in family.residents if t == table] for table, _ in family.residents}
        needs += [
            (_bytes(plan, table, columns, plan.tables[table].rows), f"the columns of '{table}' that others look up")
            for table, columns in kept.items()
        ]
        share = min(1.0, plan.block_rows / max(1, family.rows))
        block = sum(_bytes(plan, t, plan.tables[t].written, plan.tables[t].rows * share) for t in family.tables)
        needs.append((block, f"a block of '{family.root}' and what belongs to it"))
    return max(needs, default=(0.0, ""))


def _bytes(plan: Plan, table: str, columns: Collection[str], rows: float) -> float:
    """Bytes of so many rows of these columns at the least; how many a SELECT gives is not known."""
    made = plan.tables[table]
    sure = 1 if made.exact else 0.5 if made.timetable or made.fanout else 0
    return rows * sure * sum(_WIDTHS.get(made.types[name].name, 8) if name in made.types else 8 for name in columns)


def require_memory(plan: Plan) -> None:
    """Raise OptionError where a plan surely needs more memory than this machine, or its container, has with its swap."""
    (least, what), there = least_memory_bytes(plan), largest_memory()
    if least > there:
        raise OptionError(
            f"{what} take {_size(least)} of memory at the very least, and this machine has {_size(there)}\n"
            "  hint: a smaller --scale, or fewer --tables"
        )


def workers_within(plan: Plan, most: int, memory: int | None) -> int:
    """Give how many workers, of `most`, draw a plan in so many bytes of memory, or all where none are stated.

    Raises OptionError where one needs more.
    """
    if memory is None:
        return most
    for workers in range(most, 0, -1):
        if plan.memory_bytes(workers) <= memory:
            return workers
    (_, what), needed = least_memory_bytes(plan), plan.memory_bytes(1)
    raise OptionError(
        f"--memory states {_size(memory)}, and one worker needs about {_size(needed)}; most of it for {what}\n"
        "  hint: state more, or a smaller --scale, or fewer --tables"
    )


def connections_within(manifest: Manifest, most: int, memory: int | None) -> int:
    """Give over how many connections, of `most`, a folder is loaded in so many bytes of memory; all where none are stated.

    Each reads a file and sends it. Raises OptionError where one needs more.
    """
    if memory is None:
        return most
    files = ((file.rows * len(table.columns), file.path) for table in manifest.tables.values() for file in table.files)
    cells, path = max(files, default=(0, ""))
    each = A_CONNECTION + cells * BYTES_OF_CELL
    if PROGRAM + each > memory:
        raise OptionError(
            f"--memory states {_size(memory)}, and one connection that sends '{path}' needs about {_size(PROGRAM + each)}\n"
            "  hint: state more"
        )
    return min(most, (memory - PROGRAM) // each)


def _size(count: float) -> str:
    """Bytes in words: 480,000 GB, 25.3 GB, 0.001 GB."""
    return f"{count / 1e9:,.0f} GB" if count >= 1e12 else f"{count / 1e9:.3g} GB"
