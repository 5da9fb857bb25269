"""The tasks by which a dataset grows, and their files, as its plan makes them: what a manifest says of them is compared.

Blocks that are drawn again replace the files of their task, so a number or a name that is another one would double rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synth.draw.task import Task, tasks_of
from synth.errors import OutputError
from synth.fingerprint import Fingerprint
from synth.formats import FORMATS
from synth.plan.make import make
from synth.plan.model import FamilyPlan, Plan
from synth.spec.parts import table_of
from synth.store.files import FileEntry
from synth.store.manifest import Manifest
from synth.store.output import path_of
from synth.store.partitions import unpartitioned

__all__ = ["files_of_tasks", "first_plan", "is_of_one_run", "refuse_other_tasks", "wrong_files", "wrong_tasks"]


def is_of_one_run(manifest: Manifest) -> bool:
    """Whether tasks have made all its tables: in a database some may have been there before."""
    return bool(manifest.families) and manifest.format in FORMATS


def first_plan(manifest: Manifest, plan: Plan) -> Plan:
    """The plan of its first `until`, whose blocks shared files. Raises OptionError for a moment that no plan is made for."""
    if not manifest.steps:
        return plan
    return make(
        plan.dataset, scale=plan.scale, seed=plan.seed, until=manifest.steps[0], tables=plan.wanted or None
    )  # fmt: skip


def wrong_tasks(manifest: Manifest, plan: Plan, first: Plan) -> Iterator[dict[str, Any]]:
    """Tasks that are not those of the plan, family by family."""
    if not manifest.families:  # it was pulled, or appended to
        return
    wanted = {family.root: family for family in plan.families}
    for root in dict.fromkeys([*wanted, *manifest.families]):
        stated = manifest.families.get(root, ())
        if root not in wanted:
            yield {"family": root, "is": "none of this spec"}
            continue
        if not stated and not is_of_one_run(manifest):
            continue
        tasks = _tasks(wanted[root], first.family(root), manifest)
        parts = {part for part in wanted[root].tables if table_of(part) in plan.wanted}
        found = [Task(root, task.number, task.first, task.blocks) for task in stated]
        if other := next((pair for pair in zip(found, tasks, strict=False) if pair[0] != pair[1]), None):
            yield {"family": root, "task": _spelt(other[0]), "should be": _spelt(other[1])}
        elif len(found) != len(tasks):
            yield {"family": root, "tasks": len(found), "should be": len(tasks)}
        for task in stated:
            if parts != set(task.prints):
                part = min(parts ^ set(task.prints))
                yield {"family": root, "task": task.number, part: "missing" if part in parts else "none of its tables"}


def _tasks(family: FamilyPlan, first: FamilyPlan, manifest: Manifest) -> list[Task]:
    """Those of the first `until`, and one for each block that has come since; of a rollup as many as its rows take."""
    if family.is_sum:
        blocks = _blocks_of_rollup(manifest, family)
        if len(manifest.families.get(family.root, ())) == 1:  # a step that compares it draws all its blocks at once
            return [Task(family.root, 0, 0, blocks)]
        return [Task(family.root, number, number, 1) for number in range(blocks)]
    tasks = tasks_of(first)
    end = tasks[-1].first + tasks[-1].blocks
    new = range(end, max(1, family.blocks))
    return tasks + [Task(family.root, len(tasks) + place, block, 1) for place, block in enumerate(new)]


def _blocks_of_rollup(manifest: Manifest, family: FamilyPlan) -> int:
    """Count the blocks that the rows of a rollup take; of one that does not leave as many as are stated."""
    if not family.groups_per_block:
        return 1
    if family.root not in manifest.tables:
        return max(1, sum(task.blocks for task in manifest.families.get(family.root, ())))
    return max(1, -(-manifest.tables[family.root].rows // family.groups_per_block))


def _spelt(task: Task) -> str:
    return f"number {task.number}, blocks {task.first} to {task.first + task.blocks - 1}"


def files_of_tasks(manifest: Manifest) -> dict[str, dict[str, Fingerprint]]:
    """What is in each file of each table, by its path, as the tasks say; nothing of a dataset without tasks.

    Of a partitioned table it is what is in all files of a task together, by the path that a single one would have.
    """
    found: dict[str, dict[str, Fingerprint]] = {}
    if not is_of_one_run(manifest):
        return found
    for tasks in manifest.families.values():
        for task in tasks:
            for part, text in task.prints.items():
                path = path_of(part, task.number, FORMATS[manifest.format].suffix)
                found.setdefault(table_of(part), {})[path] = Fingerprint.parse(text)
    return found


def wrong_files(manifest: Manifest) -> Iterator[tuple[str, dict[str, Any]]]:
    """Files, by their table, that are not those that its tasks write, each once and in order."""
    if manifest.format not in FORMATS:
        for table, entry in manifest.tables.items():
            yield from ((table, {"file": file.path, "is": "of no database"}) for file in entry.files)
    if not is_of_one_run(manifest):
        return
    by_table = files_of_tasks(manifest)
    for table, entry in manifest.tables.items():
        wanted = {path: print_.rows for path, print_ in sorted(by_table.get(table, {}).items())}
        there: dict[str, list[FileEntry]] = {}
        for file in entry.files:
            there.setdefault(unpartitioned(file.path), []).append(file)
        for path in sorted(wanted.keys() - there.keys()):
            yield table, {"file": path, "is": "not in the manifest, and a task wrote it"}
        in_order = sorted(
            {file.path: file for file in entry.files}.values(), key=lambda f: (unpartitioned(f.path), f.path)
        )
        for place, file in enumerate(entry.files):
            if unpartitioned(file.path) not in wanted:
                yield table, {"file": file.path, "is": "none that a task writes"}
            elif in_order[place : place + 1] != [file]:
                yield table, {"file": file.path, "is": "twice, or not in its place"}
        for path, files in there.items():
            if path in wanted and (rows := sum(file.rows for file in files)) != wanted[path]:
                yield table, {"file": path, "rows": rows, "should be": wanted[path]}


def refuse_other_tasks(manifest: Manifest, plan: Plan) -> None:
    """Raise OutputError where what is drawn again would not replace what was drawn before."""
    tasks = list(wrong_tasks(manifest, plan, first_plan(manifest, plan)))
    files = [{"table": table, **wrong} for table, wrong in wrong_files(manifest)]
    if wrong := [*tasks, *files]:
        said = ", ".join(f"{name}: {value}" for name, value in wrong[0].items())
        raise OutputError(
            f"the manifest does not list the tasks and files of this data ({said})\n"
            "  hint: `synth verify` says what differs; generate it again with --if-exists replace"
        )
