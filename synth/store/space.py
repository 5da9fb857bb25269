"""Whether a disk has room for what is to be written: told before the start where it surely has not."""

from __future__ import annotations

import shutil
from pathlib import Path

from synth.errors import OutputError
from synth.formats import Format
from synth.plan.model import Plan

__all__ = ["least_bytes", "require_space"]


def least_bytes(plan: Plan, form: Format) -> float:
    """Bytes that the files of a plan take at the very least; a number of rows that is an estimate may be half of it."""
    tables = [plan.tables[name] for name in plan.wanted]
    return sum(table.rows * (1 if table.exact else 0.5) * len(table.written) * form.least for table in tables)


def require_space(folder: Path, plan: Plan, form: Format) -> None:
    """Raise OutputError where the disk of a folder, which need not be there yet, has less room than rows surely need."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free, least = shutil.disk_usage(there).free, least_bytes(plan, form)
    if least > free:
        rows = sum(plan.tables[name].rows for name in plan.wanted)
        raise OutputError(
            f"{rows:,.0f} rows as {form.name} take {least / 1e9:,.3g} GB at the very least, and '{folder}' has room for "
            f"{free / 1e9:,.3g} GB\n  hint: a smaller --scale, fewer --tables, or another --out"
        )
