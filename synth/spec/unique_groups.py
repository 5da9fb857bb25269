"""Which groups of a table's columns hold no two equal rows."""

from __future__ import annotations

from synth.spec.models import Table

__all__ = ["unique_groups"]


def unique_groups(table: Table) -> tuple[tuple[str, ...], ...]:
    """List column groups without two equal rows, each once; the primary key, if there is one, comes first."""
    found = [table.key] if table.key else []
    found += [(name,) for name in table.written if table.columns[name].unique]
    found += [tuple(group) for group in table.unique]
    return tuple(dict.fromkeys(found))
