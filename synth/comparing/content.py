"""Of which tables the rows may differ, when two specs are drawn at the same scale, seed and until.

What a table is drawn from it names: other tables, by their names in its words. So a table whose words are the same, and the
words of all that it names, all the way, has the same rows. One that is told to differ may still have the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from synth.comparing.changes import changes
from synth.comparing.meaning import Sql, Tree

__all__ = ["tables_that_may_differ"]

WORD = re.compile(r"\w+")
TOLD, PROVED = "about", "checks"  # words of a table that draw nothing,
OF_COLUMNS = (TOLD, "check", "references")  # and of its columns


def tables_that_may_differ(before: Tree, after: Tree) -> dict[str, bool]:
    """Say of each written table of both specs whether its rows may differ."""
    both = [name for name in before["tables"] if name in after["tables"]]
    period = any(changes(before["period"], after["period"]))
    differ = {name for name in {**before["tables"], **after["tables"]} if name not in both}
    differ |= {name for name in both if period or _is_drawn_otherwise(before["tables"][name], after["tables"][name])}
    named = {
        name: _named(after["tables"][name], after["tables"]) | _named(before["tables"][name], before["tables"])
        for name in both
    }
    grown = -1
    while grown != len(differ):
        grown = len(differ)
        differ |= {name for name in both if named[name] & differ}
    return {name: name in differ for name in both if not name.startswith("_")}


def _is_drawn_otherwise(before: Tree, after: Tree) -> bool:
    paths = (change.path for change in changes(before, after))
    return any(
        not (path[0] in (TOLD, PROVED) or (path[0] == "columns" and {*path[2:3]} & {*OF_COLUMNS})) for path in paths
    )


def _named(table: Tree, tables: Mapping[str, Any]) -> set[str]:
    """The tables that are named in the words of one, or may be."""
    return {word for text in _texts(table) for word in WORD.findall(text)} & set(tables)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Sql):
        yield value.text
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from (str(name), *_texts(each))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
