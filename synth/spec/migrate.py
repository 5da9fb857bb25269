"""Specs of older versions, as folders and databases embed them, in the words of today.

Words changed once, with version 2: each model says which of its words were called otherwise (`renamed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth.generators import GENERATORS
from synth.spec.models import Rollup, Table

__all__ = ["SPEC_VERSION", "migrated"]

SPEC_VERSION = 2  # of the words of specs that are written now; a manifest that states none is of version 1


def migrated(spec: Mapping[str, Any], version: int) -> Mapping[str, Any]:
    """Give the plain values of a resolved spec of a version in the words of today. The values themselves stay."""
    if version >= SPEC_VERSION:
        return spec
    return {**spec, "tables": {name: _table(table) for name, table in spec.get("tables", {}).items()}}


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    table = _renamed(table, Table.renamed)
    if "rollup" in table:
        table["rollup"] = _renamed(table["rollup"], Rollup.renamed)
    columns = table.get("columns", {})
    return {**table, "columns": {name: _column(column) for name, column in columns.items()}}


def _column(column: Any) -> Any:
    if not isinstance(column, Mapping):
        return column
    return {
        word: _renamed(value, GENERATORS[word].renamed) if word in GENERATORS and isinstance(value, Mapping) else value
        for word, value in column.items()
    }


def _renamed(values: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    return {words.get(word, word): value for word, value in values.items()}
