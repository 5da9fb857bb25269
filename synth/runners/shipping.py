"""What engines carry to the workers of a run: its context once, and each file of resident columns once.

Residents are left out of the pickled context and named instead; how a file travels, and how a worker opens it, is the
engine's. Files of residents stay as they are once they are there, so what was carried for one family serves the next.
"""

from __future__ import annotations

import gc
import io
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from synth.draw.residents import Carried, Residents
from synth.draw.task import RunContext, Task, TaskResult, run_task
from synth.errors import DataError, OutputError, SynthError
from synth.runners.memory import keep_freed_memory
from synth.store.output import FolderSink
from synth.streams import STREAM_VERSION
from synth.version import __version__

__all__ = ["CarriedFile", "Shipment", "attempted", "pack", "received"]

VERSION = f"{__version__}, stream {STREAM_VERSION}"
MOST_CONTEXTS = 2  # that a worker keeps unpacked


@dataclass(frozen=True)
class Shipment:
    """A pickled context; `residents` are, for each of its residents, what the engine carries of each file, by its name."""

    key: str  # tells shipments apart
    version: str
    context: bytes
    residents: tuple[Mapping[str, Any], ...]

    def unpacked(self, carried: Callable[[Mapping[str, Any]], Carried]) -> RunContext:
        """Give the context, with the residents that were carried."""
        there = [Residents(carried=carried(files)) for files in self.residents]
        context: RunContext = _Unpacker(self.context, there).load()
        return context


class _Packer(pickle.Pickler):
    """Pickles a context, and leaves residents out."""

    def __init__(self, file: io.BytesIO):
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self.found: list[Residents] = []

    def persistent_id(self, thing: Any) -> int | None:
        """Number residents: the same ones have the same number."""
        if not isinstance(thing, Residents):
            return None
        if not any(thing is each for each in self.found):
            self.found.append(thing)
        return next(number for number, each in enumerate(self.found) if each is thing)


class _Unpacker(pickle.Unpickler):
    """Takes the residents that were carried in the place of those that were left out."""

    def __init__(self, packed: bytes, residents: Sequence[Residents]):
        super().__init__(io.BytesIO(packed))
        self.residents = residents

    def persistent_load(self, number: int) -> Residents:
        """Give the residents of a number."""
        return self.residents[number]


@dataclass(frozen=True)
class CarriedFile:
    """A file as it is now: another run may have one of the same name, and in the same place."""

    path: Path
    inode: int
    written_ns: int

    @classmethod
    def of(cls, path: Path) -> CarriedFile:
        """Look at a file."""
        found = path.stat()
        return cls(path, found.st_ino, found.st_mtime_ns)


def pack(context: RunContext, carry: Callable[[Path], Any]) -> Shipment:
    """Pack a context; `carry` takes a file of residents to the engine, and gives what stands for it there."""
    packed = io.BytesIO()
    packer = _Packer(packed)
    packer.dump(context)
    residents = tuple({path.name: carry(path) for path in each.files()} for each in packer.found)
    names = repr([[*each] for each in residents]).encode()
    return Shipment(sha256(packed.getvalue() + names).hexdigest(), VERSION, packed.getvalue(), residents)


_unpacked: dict[str, RunContext] = {}  # in a worker, by key


def attempted(
    key: str, get: Callable[[], Shipment], carried: Callable[[Mapping[str, Any]], Carried], tasks: Sequence[Task]
) -> list[TaskResult] | SynthError:
    """In a worker: run tasks of the context with this key, got where it is another than before.

    What is wrong with the data is given back and not raised: an engine would try again.
    """
    keep_freed_memory()
    collecting = gc.isenabled()
    gc.disable()  # arrays free themselves
    try:
        if key not in _unpacked:
            shipment = get()
            if shipment.version != VERSION:
                return DataError(
                    f"a worker of the engine has synth {VERSION}, and this is {shipment.version}\n"
                    "  hint: install the same version on all nodes"
                )
            while len(_unpacked) >= MOST_CONTEXTS:
                del _unpacked[next(iter(_unpacked))]
            _unpacked[key] = shipment.unpacked(carried)
        return [run_task(_unpacked[key], task) for task in tasks]
    except SynthError as error:
        return error
    finally:
        if collecting:
            gc.enable()


def received(context: RunContext, results: list[TaskResult] | SynthError) -> list[TaskResult]:
    """Take what a worker has given back. Raises what it raised, and OutputError where its files are not seen here."""
    if isinstance(results, SynthError):
        raise results
    for result in results:
        for made in result.tables.values():
            if isinstance(context.sink, FolderSink) and (lost := context.sink.first_unseen(made.write)):
                raise OutputError(
                    f"'{lost}' was written by a node of the engine, and is not seen by this one\n"
                    "  hint: let --out be a folder that all nodes share"
                )
    return results
