"""What tasks of several runs have made, as one manifest states it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from synth.fingerprint import Fingerprint
from synth.formats import FORMATS
from synth.spec.parts import table_of
from synth.store.entries import TableEntry, TaskEntry
from synth.store.files import FileEntry
from synth.store.manifest import Manifest
from synth.store.output import path_of
from synth.store.partitions import unpartitioned

__all__ = ["joined_families", "joined_tables", "kept_of"]

Families = Mapping[str, tuple[TaskEntry, ...]]


def joined_families(runs: Iterable[Families]) -> dict[str, tuple[TaskEntry, ...]]:
    """Put the tasks of runs together, by the root of their family, in order: a later run's in the place of an earlier's."""
    found: dict[str, dict[int, TaskEntry]] = {}
    for families in runs:
        for root, tasks in families.items():
            found.setdefault(root, {}).update({task.number: task for task in tasks})
    return {root: tuple(tasks[number] for number in sorted(tasks)) for root, tasks in found.items()}


def kept_of(manifest: Manifest, drawn_anew: Set[str]) -> tuple[Families, dict[str, list[FileEntry]]]:
    """Give the tasks of all families but some that are drawn anew, and the files, by table, that are not theirs."""
    gone = {
        path_of(part, task.number, FORMATS[manifest.format].suffix)
        for root in drawn_anew
        for task in manifest.families.get(root, ())
        for part in task.prints
        if manifest.format in FORMATS  # in a database there are no files
    }
    families = {root: tasks for root, tasks in manifest.families.items() if root not in drawn_anew}
    return families, {
        name: [file for file in entry.files if unpartitioned(file.path) not in gone]
        for name, entry in manifest.tables.items()
    }


def joined_tables(
    columns: Mapping[str, dict[str, str]], families: Families, runs: Iterable[Mapping[str, Iterable[FileEntry]]]
) -> dict[str, TableEntry]:
    """State tables by what their tasks have drawn, with the files of runs: those of a later one replace an earlier's."""
    prints = dict.fromkeys(columns, Fingerprint())
    for tasks in families.values():
        for task in tasks:
            for part, text in task.prints.items():
                prints[table_of(part)] += Fingerprint.parse(text)
    files: dict[str, dict[str, list[FileEntry]]] = {name: {} for name in columns}
    for run in runs:
        for name, some in run.items():
            of_tasks: dict[str, list[FileEntry]] = {}
            for file in some:
                of_tasks.setdefault(unpartitioned(file.path), []).append(file)
            files[name].update(of_tasks)
    return {
        name: TableEntry(
            columns=columns[name], rows=prints[name].rows, fingerprint=str(prints[name]),
            files=tuple(file for task in sorted(files[name]) for file in sorted(files[name][task], key=lambda f: f.path)),
        )
        for name in columns
    }  # fmt: skip
