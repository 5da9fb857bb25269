"""Whether a manifest agrees with itself: identity with what it states, tables with its spec, sums with its parts.

It shows that nothing has been changed by itself, not who made it: whoever changes everything alike is not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from synth.errors import OptionError
from synth.existing.earlier import first_key
from synth.fingerprint import Fingerprint
from synth.formats import FORMATS
from synth.plan.content import EARLIER_KEYS
from synth.plan.model import Plan
from synth.spec.models import Dataset
from synth.spec.parts import table_of
from synth.spec.scope import Scope
from synth.store.entries import TableEntry
from synth.store.manifest import Manifest
from synth.store.tasks import first_plan, is_of_one_run, wrong_files, wrong_tasks
from synth.verifying.report import Finding

__all__ = ["stated"]

KIND = "manifest"
WHOLE = "(manifest)"


def stated(manifest: Manifest, dataset: Dataset, plan: Plan | None) -> Iterator[Finding]:
    """What a manifest says against what its spec, seed, scale and until make of it; nothing is read but itself.

    Without a plan the rows were drawn by another version, whose blocks are not known.
    """
    proved = manifest.origin() is not None
    yield _finding(
        WHOLE,
        "identity",
        [] if proved else [{"identity": manifest.identity, "is": "not that of this spec, seed, scale, until"}],
    )
    changed = [] if manifest.is_as_written() else [{"manifest": "not as it was written"}]
    yield _finding(WHOLE, "seal", changed)
    for table in _dropped(manifest, dataset, proved=proved):
        yield _finding(table, "listed", [{"table": table, "is": "not in the manifest, and was made"}])
    prints, scope = _prints(manifest), Scope(dataset)
    files: dict[str, list[dict[str, Any]]] = {}
    for table, wrong in wrong_files(manifest):
        files.setdefault(table, []).append(wrong)
    for table, entry in manifest.tables.items():
        types = [(name, str(scope.type_of(table, name))) for name in dataset.tables[table].written]
        found = list(entry.columns.items())
        yield _finding(table, "declared columns", [] if found == types else [_other(dict(found), dict(types))])
        yield _finding(table, "sums", list(_sums(manifest, entry, prints.get(table, Fingerprint()))))
        yield _finding(table, "files", files.get(table, []))
    yield _finding(WHOLE, "tasks", [*(_tasks(manifest, plan) if plan else ()), *_moments(manifest)])
    for name in dict.fromkeys((*dataset.existing, *manifest.existing)):
        yield _finding(name, "existing", list(_existing(manifest, dataset, name)))
    yield _finding(WHOLE, "first keys", list(_first_keys(manifest, dataset)) if plan else [])


def _finding(table: str, name: str, wrong: list[dict[str, Any]]) -> Finding:
    return Finding(KIND, table, name, len(wrong), tuple(wrong[:3]))


def _prints(manifest: Manifest) -> dict[str, Fingerprint]:
    """The sums of what the tasks made, by table."""
    found: dict[str, Fingerprint] = {}
    for tasks in manifest.families.values():
        for task in tasks:
            for part, text in task.prints.items():
                table = table_of(part)
                found[table] = found.get(table, Fingerprint()) + Fingerprint.parse(text)
    return found


def _dropped(manifest: Manifest, dataset: Dataset, *, proved: bool) -> list[str]:
    """Tables without an entry, which tasks have made, or with which the identity would be right."""
    made = _prints(manifest)
    absent = [table for table in dataset.written if table not in manifest.tables]
    lost = [table for table in absent if table in made]
    if lost or proved or not absent:
        return lost
    for more in (absent, *([table] for table in absent)):
        tables = [table for table in dataset.written if table in manifest.tables or table in more]
        if manifest.would_be_whole_with(tables):
            return list(more)
    return []


def _other(found: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, Any]:
    """The first column that is declared otherwise."""
    names = [name for name in dict.fromkeys([*wanted, *found]) if found.get(name) != wanted.get(name)]
    if not names:
        return {"columns": ", ".join(found), "should be": ", ".join(wanted)}
    return {"column": names[0], "is": found.get(names[0], "missing"), "should be": wanted.get(names[0], "absent")}


def _sums(manifest: Manifest, entry: TableEntry, made: Fingerprint) -> Iterator[dict[str, Any]]:
    """Rows and fingerprint of a table against those of its files and tasks."""
    content = Fingerprint.parse(entry.fingerprint)
    if content.rows != entry.rows:
        yield {"rows": entry.rows, "by the fingerprint": content.rows}
    if entry.files and sum(file.rows for file in entry.files) != entry.rows:
        yield {"rows": entry.rows, "of its files": sum(file.rows for file in entry.files)}
    if made != content and (made.rows or is_of_one_run(manifest)):
        yield {"fingerprint": entry.fingerprint, "of its tasks": str(made)}


def _tasks(manifest: Manifest, plan: Plan) -> Iterator[dict[str, Any]]:
    """Tasks that are not those of the plan."""
    try:
        first = first_plan(manifest, plan)
    except OptionError as error:
        yield {"steps": manifest.steps[0].isoformat(), "is": str(error).splitlines()[0]}
        return
    yield from wrong_tasks(manifest, plan, first)


def _moments(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Steps that do not lead to `until`, and tasks that should look different by now."""
    steps = (*manifest.steps, manifest.until)
    if list(steps) != sorted(set(steps)):
        yield {"steps": ", ".join(step.isoformat() for step in steps), "is": "not in order"}
    for root, tasks in manifest.families.items():
        for task in tasks:
            if task.changes is not None and task.changes < manifest.until:
                yield {"family": root, "task": task.number, "changes": task.changes.isoformat(), "is": "before until"}


def _existing(manifest: Manifest, dataset: Dataset, name: str) -> Iterator[dict[str, Any]]:
    """What is said of a table that was read against what the spec says was found."""
    table = name.removesuffix(EARLIER_KEYS)
    if table not in (dataset.existing if table == name else dataset.written):
        yield {"table": name, "is": "none that the spec says was read"}
        return
    entry, known = manifest.existing.get(name), dataset.tables[table].existing
    if entry is None:
        yield {"table": name, "is": "not in the manifest, and was read"}
    elif entry.file and manifest.format not in FORMATS:
        yield {"file": entry.file.path, "is": "of no database"}
    elif known is not None and (entry.rows, entry.fingerprint) != (known.rows, known.fingerprint or ""):
        yield {
            "rows": entry.rows,
            "should be": known.rows,
            "fingerprint": entry.fingerprint,
            "in the spec": known.fingerprint,
        }


def _first_keys(manifest: Manifest, dataset: Dataset) -> Iterator[dict[str, Any]]:
    """Keys that are said to be the first new ones, against where the spec lets keys begin."""
    wanted = {}
    for name in manifest.tables:
        table = dataset.tables[name]
        if table.earlier and table.keyed:
            wanted[f"{name}.{table.keyed}"] = first_key(table.columns[table.keyed].draws, name, manifest.seed)
    for column in sorted(wanted.keys() | manifest.first_keys.keys()):
        found, should = manifest.first_keys.get(column), wanted.get(column)
        if found != should:
            yield {"column": column, "first key": found or "missing", "should be": should or "absent"}
