"""How long the texts of an expression or a query can become, worked out from their parts before any row is drawn.

A spec may be a stranger's: texts that double from column to column, or are padded to two billion characters, would take the
machine's memory. What is not known counts as a moderate length, so that no ordinary spec is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlglot import exp

from synth.sql.nodes import Node, sql_excerpt
from synth.sql.parse import SqlError

__all__ = ["MOST_CHARACTERS", "UNKNOWN", "longest_given", "longest_text", "too_long"]

MOST_CHARACTERS = 100_000  # of a text: ten thousand rows, a block, of such texts are a gigabyte
UNKNOWN = 255  # characters that a text has which nothing is known of
NO_TEXT = 40  # characters of a number or a moment
GATHERED = 100  # rows whose texts an aggregate puts together
NO_END = 10**18


def longest_text(tree: Node, column: Callable[[Node], int]) -> int:
    """Give the most characters of an expression's text, where `column` gives those of a column.

    Raises SqlError where it, or any text on the way to it, may have more than `MOST_CHARACTERS`.
    """
    return _Query(column).expression(tree)


def longest_given(tree: Node, column: Callable[[Node], int]) -> dict[str, int]:
    """Give the most characters of what a query gives, by name; `column` gives those of a table's column. Raises SqlError."""
    return _Query(column).given(tree)


def too_long(what: str, characters: int) -> SqlError:
    """What is said of texts that are too long."""
    told = "without end" if characters >= NO_END else f"of up to {characters:,} characters"
    return SqlError(f"{what} gives texts {told}, and {MOST_CHARACTERS:,} are the most", "make them shorter, or fewer")


class _Query:
    """A query, with the names that its WITHs and subqueries give: those inside are looked at before those around them."""

    def __init__(self, column: Callable[[Node], int]):
        self.column = column
        self.named: dict[str, int] = {}

    # -- queries

    def given(self, tree: Node) -> dict[str, int]:
        """Give what a query gives by name, and note it for those around it."""
        first = tree.args.get("with_")
        for cte in first.expressions if first else ():
            self._named_anew(cte, self.given(cte.this))
        if isinstance(tree, exp.SetOperation):
            left, right = self.given(tree.this), self.given(tree.expression)
            longest = max([*right.values(), NO_TEXT])
            found = {name: max(length, longest) for name, length in left.items()}
        elif isinstance(tree, exp.Subquery):
            found = self.given(tree.this)
        elif isinstance(tree, exp.Select):
            found = self._select(tree)
        else:
            return {}
        for each in (tree.args.get("order"), tree.args.get("limit"), tree.args.get("offset")):
            if each is not None:
                self.expression(each)
        self._note(found)
        return found

    def _select(self, tree: exp.Select) -> dict[str, int]:
        sources = tree.args.get("from_")
        for each in (*([sources] if sources else []), *(tree.args.get("joins") or ())):
            self._source(each.this)
        for join in tree.find_all(exp.Join):
            if join.args.get("on") is not None and join.find_ancestor(exp.Select) is tree:
                self.expression(join.args["on"])
        for key in ("where", "group", "having", "qualify"):
            if tree.args.get(key) is not None:
                self.expression(tree.args[key])
        for each in tree.args.get("windows") or ():
            self.expression(each)
        return {item.alias_or_name: self.expression(item) for item in tree.expressions}

    def _source(self, place: Node) -> None:
        for join in place.args.get("joins") or ():
            self._source(join.this)
        if isinstance(place, exp.Subquery):
            self._named_anew(place, self.given(place.this))

    def _named_anew(self, holder: Node, found: Mapping[str, int]) -> None:
        """Note the names that a WITH or a subquery gives to the columns of its query."""
        alias = holder.args.get("alias")
        names = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
        if names:
            longest = max([UNKNOWN, *found.values(), *self.named.values()])
            self._note({name.name: longest for name in names})

    def _note(self, found: Mapping[str, int]) -> None:
        for name, length in found.items():
            self.named[name] = max(length, self.named.get(name, 0))

    # -- expressions

    def expression(self, node: Node) -> int:
        """Give the most characters of a value. Raises SqlError."""
        if isinstance(node, exp.Query):
            return max([NO_TEXT, *self.given(node).values()])
        rule = _RULES.get(type(node))
        longest = rule(self, node) if rule else self.longest_of(node)
        if longest > MOST_CHARACTERS:
            raise too_long(sql_excerpt(node), longest)
        return longest

    def parts(self, node: Node) -> list[int]:
        """Give the most characters of each part."""
        return [self.expression(each) for each in node.iter_expressions()]

    def longest_of(self, node: Node) -> int:
        """Give the longest part's: what is chosen among parts, or is no longer than they are."""
        return max([NO_TEXT, *self.parts(node)])

    def largest(self, node: Node | None) -> int:
        """Give the largest that a whole number can be that says how long a text is."""
        match node:
            case exp.Literal() if not node.is_string and node.name.isdigit():
                return int(node.name)
            case exp.Paren():
                return self.largest(node.this)
            case exp.Length():
                return self.expression(node.this)
            case exp.Least():
                return min(map(self.largest, (node.this, *node.expressions)))
            case exp.Add():
                return min(NO_END, self.largest(node.this) + self.largest(node.expression))
            case exp.Sub() if isinstance(node.expression, (exp.Literal, exp.Length)):
                return self.largest(node.this)
        return NO_END


# -- what makes texts longer, or shorter


def _literal(query: _Query, node: Node) -> int:
    return len(node.name) if node.is_string else NO_TEXT


def _column(query: _Query, node: Node) -> int:
    return max(query.column(node), query.named.get(node.name, 0))


def _joined(query: _Query, node: Node) -> int:
    return sum(query.parts(node))


def _joined_with(query: _Query, node: Node) -> int:
    between, *texts = query.parts(node)
    return sum(texts) + between * len(texts)


def _gathered(query: _Query, node: Node) -> int:
    return min(GATHERED * sum(query.parts(node)), MOST_CHARACTERS // 10)


def _replaced(query: _Query, node: Node) -> int:
    """Each piece that is found becomes the other text; how often it is found depends on its length."""
    whole, _, new = (query.expression(node.args[key]) for key in ("this", "expression", "replacement"))
    known = node.expression.unnest()
    least = len(known.name) if isinstance(known, exp.Literal) and known.is_string else 0
    if not least:  # it may be an empty text, which is found everywhere
        return whole + (whole + 1) * new
    return max(whole, whole + whole // least * (new - least))


def _replaced_by_pattern(query: _Query, node: Node) -> int:
    """What is found may stand in the other text: each backslash there is as long as the whole."""
    query.longest_of(node)
    whole, new = query.expression(node.this), query.expression(node.args["replacement"])
    often = whole + 1 if "g" in node.text("modifiers") else 1
    groups = (
        node.args["replacement"].name.count("\\") if isinstance(node.args["replacement"], exp.Literal) else new // 2
    )
    return whole + often * new + groups * whole


def _padded(query: _Query, node: Node) -> int:
    query.longest_of(node)
    return query.largest(node.expression)


def _repeated(query: _Query, node: Node) -> int:
    return min(NO_END, query.expression(node.this) * query.largest(node.args["times"]))


def _fingerprint(query: _Query, node: Node) -> int:
    query.longest_of(node)
    return 32


def _formatted(query: _Query, node: Node) -> int:
    """What is asked to be filled is as long as the format says; what says so itself has no end."""
    values, form = query.parts(node), node.this
    if not isinstance(form, exp.Literal) or re.search(r"\{[^}]*\{", form.name):
        return NO_END
    return len(form.name) + sum(map(int, re.findall(r"[0-9]{1,18}", form.name))) + 2 * sum(values)


def _left(query: _Query, node: Node) -> int:
    return min(query.longest_of(node), query.largest(node.expression))


def _piece(query: _Query, node: Node) -> int:
    whole, length = query.longest_of(node), node.args.get("length")
    return whole if length is None else min(whole, query.largest(length))


_RULES: dict[type[Any], Callable[[_Query, Node], int]] = {
    exp.Literal: _literal,
    exp.Column: _column,
    **dict.fromkeys((exp.DPipe, exp.Concat, exp.Add), _joined),  # Polars' SQL adds texts, too
    exp.ConcatWs: _joined_with,
    exp.GroupConcat: _gathered,
    exp.Replace: _replaced,
    exp.RegexpReplace: _replaced_by_pattern,
    exp.Pad: _padded,
    exp.Repeat: _repeated,
    exp.MD5: _fingerprint,
    exp.Format: _formatted,
    **dict.fromkeys((exp.Left, exp.Right), _left),
    exp.Substring: _piece,
}
