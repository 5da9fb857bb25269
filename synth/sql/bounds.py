"""How long and how deep the SQL of a spec may be: a spec may come from a stranger, and trees are walked by recursion."""

from __future__ import annotations

import re

from sqlglot import exp

__all__ = ["DEEPEST", "LONGEST", "MOST_BRACKETS", "depth", "is_nested"]

LONGEST = 20_000  # characters
MOST_BRACKETS = 60  # inside each other
DEEPEST = 200  # nodes of a tree, from its root to a leaf

_SIGNS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[()\[\]{}]")


def is_nested(text: str) -> bool:
    """Whether more than so many brackets stand inside each other, those of texts and names apart."""
    open_now = 0
    for sign in _SIGNS.finditer(text):
        if sign[0] in "([{":
            open_now += 1
        elif sign[0] in ")]}":
            open_now -= 1
        if open_now > MOST_BRACKETS:
            return True
    return False


def depth(tree: exp.Expr) -> int:
    """Nodes on the longest way from the root of a tree to a leaf."""
    deepest, todo = 0, [(tree, 1)]
    while todo:
        node, here = todo.pop()
        deepest = max(deepest, here)
        todo.extend((child, here + 1) for child in node.iter_expressions())
    return deepest
