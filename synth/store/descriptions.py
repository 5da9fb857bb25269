"""What files say of themselves: the table, its keys and columns as declared, and the run that they are of.

`until` is not told, as a step of time leaves files that look the same where they are.
"""

from __future__ import annotations

import json
from typing import Any

from synth.plan.model import Plan
from synth.spec.constraints import polymorphic, references
from synth.version import __version__

__all__ = ["descriptions"]


def descriptions(plan: Plan) -> dict[str, str]:
    """What the files of each table that is written say, as JSON, by table."""
    refers: dict[str, list[dict[str, Any]]] = {name: [] for name in plan.wanted}
    for found in references(plan.dataset):
        facts: dict[str, Any] = {"columns": found.columns, "table": found.parent, "keys": found.keys}
        refers.setdefault(found.table, []).append(facts)
    for by in polymorphic(plan.dataset):
        facts = {"columns": [by.column], "table": by.parent, "keys": [by.key], "where": {by.by: by.value}}
        refers.setdefault(by.table, []).append(facts)
    return {name: _json(_described(plan, name, refers[name])) for name in plan.wanted}


def _described(plan: Plan, name: str, refers: list[dict[str, Any]]) -> dict[str, Any]:
    """One table; what is not declared is left out."""
    table, types = plan.dataset.tables[name], plan.tables[name].types
    columns = {
        column: {"type": str(types[column]), **_about(table.columns[column].about)} for column in table.written
    }  # fmt: skip
    return {
        "program": f"synth {__version__}", "dataset": plan.dataset.dataset, "seed": plan.seed, "scale": float(plan.scale),
        "table": name, **_about(table.about), **({"primary_key": table.key} if table.key else {}),
        **({"references": refers} if refers else {}), "columns": columns,
    }  # fmt: skip


def _about(text: str | None) -> dict[str, str]:
    return {"about": text} if text else {}


def _json(facts: dict[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), default=str)
