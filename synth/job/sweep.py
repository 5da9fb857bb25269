"""Clears away what runs that did not end have left in an object store."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synth.addresses import is_remote
from synth.errors import OptionError
from synth.logs import logged
from synth.store.manifest import NAME, Manifest
from synth.store.object_run import run_of
from synth.store.remote import each, folder_at

if TYPE_CHECKING:
    from synth import answers

__all__ = ["IDLE", "Swept", "sweep"]

IDLE = dt.timedelta(hours=1)


@dataclass
class Swept:
    """What was cleared away, and what stays as its run may still be going on, in counts by the runs' keys."""

    place: str
    objects: dict[str, int] = field(default_factory=dict)
    bytes: int = 0
    busy: dict[str, int] = field(default_factory=dict)
    dry_run: bool = False

    def as_dict(self) -> answers.Swept:
        """Give it as plain values, for `--json`."""
        return {
            "place": self.place, "objects": self.objects, "bytes": self.bytes, "busy": self.busy, "dry_run": self.dry_run,
        }  # fmt: skip


@logged
def sweep(url: str, *, idle: dt.timedelta = IDLE, dry_run: bool = False) -> Swept:
    """Delete the objects of runs that no manifest names, and that have written nothing for so long.

    What is not ours stays. The same run, begun again instead, would go on with what is there.

    Raises OptionError, OutputError.
    """
    if not is_remote(url):
        raise OptionError(f"'{url}' is no address in an object store\n  hint: in a folder the next run clears up")
    objects = folder_at(url)
    found = objects.read(NAME)
    kept = {file.name for file in Manifest.parse(found.data, f"'{objects}/{NAME}'").files} if found else set()
    left: dict[str, list[str]] = {}
    there = objects.names()
    if found is None and (below := sorted(name for name in there if name.endswith(f"/{NAME}"))):
        raise OptionError(
            f"'{objects}' is no dataset's folder, but holds '{below[0]}'\n  hint: name the folder of the dataset"
        )
    for name in sorted(there.keys() - kept - {NAME}):
        if run := run_of(name):
            left.setdefault(run, []).append(name)
    swept, now = Swept(str(objects), dry_run=dry_run), dt.datetime.now(dt.UTC)
    for run, names in left.items():
        if now - max(there[name].modified for name in names) < idle:
            swept.busy[run] = len(names)
            continue
        swept.objects[run] = len(names)
        swept.bytes += sum(there[name].bytes for name in names)
        if not dry_run:
            each(lambda name: objects.delete([name]), names)
    return swept
