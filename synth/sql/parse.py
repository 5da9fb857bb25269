"""Reads the SQL of a spec: syntax trees, the columns they name, and the constructs that do not travel.

The dialect is DuckDB's. A column may be named alone, or as `orders.total` (an ancestor's) or `product_id.price` (of the
row that a reference points at); `path` gives such a name as one string.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from synth.sql import bounds

__all__ = [
    "SqlError",
    "body",
    "columns",
    "condition_alone",
    "expression",
    "given_by",
    "grouped_by",
    "has_star",
    "joined_by",
    "lint",
    "named",
    "names_given",
    "path",
    "query",
    "row_by_row",
    "runnable",
    "tables",
    "tables_read",
]


_TOO_DEEP = "bad SQL: it is nested too deeply; let columns of their own hold parts of it"


class SqlError(ValueError):
    """SQL that cannot be used, with the reason in one line, and a way out where one is known."""

    def __init__(self, what: str, hint: str | None = None):
        self.hint = hint
        super().__init__(what)


@lru_cache(maxsize=2048)
def _parse(text: str) -> Any:
    if len(text) > bounds.LONGEST:
        raise SqlError(f"bad SQL: it has {len(text):,} characters, {bounds.LONGEST:,} are the most")
    if bounds.is_nested(text):
        raise SqlError(_TOO_DEEP)
    try:
        trees = sqlglot.parse(body(text), read="duckdb")
    except RecursionError:
        raise SqlError(_TOO_DEEP) from None
    except SqlglotError as error:
        errors = getattr(error, "errors", None)
        first = errors[0] if errors else {}
        where = f" near line {first['line']}, column {first['col']} of the SQL" if first.get("line") else ""
        near = f" at '{first['highlight']}'" if first.get("highlight") else ""
        what = first.get("description") or "a quote or bracket is not closed"
        if "class" in what or "Token" in what:  # the parser's inner words
            what = "something is missing or out of place"
        raise SqlError(f"bad SQL: {what}{near}{where}") from error
    if len(trees) != 1 or trees[0] is None:
        raise SqlError("bad SQL: one statement is expected")
    if bounds.depth(trees[0]) > bounds.DEEPEST:
        raise SqlError(_TOO_DEEP)
    tree = trees[0]
    if any(not (each.expressions or each.args.get("query")) for each in tree.find_all(exp.In)):
        raise SqlError("bad SQL: nothing stands in the brackets of IN")
    return tree


@lru_cache(maxsize=2048)
def body(text: str) -> str:
    """The text of one statement without the semicolon and comments that may end it: it can be put in brackets."""
    try:
        tokens = sqlglot.tokenize(text, read="duckdb")
    except SqlglotError:
        return text
    kept = [token for token in tokens if token.token_type != TokenType.SEMICOLON]
    return text[: kept[-1].end + 1].strip() if kept else text


@lru_cache(maxsize=2048)
def runnable(text: str) -> str:
    """The same with names in quotes that DuckDB takes for words of its own where they stand, as in `at < until`."""
    whole, pieces, done = body(text), list[str](), 0
    try:
        tokens = sqlglot.tokenize(whole, read="duckdb")
    except SqlglotError:
        return whole
    for token, following in pairwise([*tokens, None]):
        zone = following is not None and following.text.upper() == "TIME"  # AT TIME ZONE
        if token is not None and token.token_type == TokenType.VAR and token.text.lower() == "at" and not zone:
            pieces += [whole[done : token.start], f'"{token.text}"']
            done = token.end + 1
    return "".join((*pieces, whole[done:]))


@lru_cache(maxsize=2048)
def expression(text: str) -> exp.Expression:
    """The tree of one SQL expression; parsed once, never changed."""
    tree = _parse(f"SELECT {text}")
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or tree.args.get("from_"):
        raise SqlError(f"bad SQL: '{text}' is not one expression")
    value = tree.expressions[0]
    assert isinstance(value, exp.Expression)
    if value.find(exp.AggFunc, exp.Window, exp.Subquery, exp.Select):
        raise SqlError("an expression works within one row; sum children into parents with `sum:`")
    unaliased = value.unalias().transform(_as_path)
    assert isinstance(unaliased, exp.Expression)
    return unaliased


def _as_path(node: exp.Expression) -> exp.Expression:
    """Take a name of several points as a column whose qualifier is all that stands before the last."""
    pieces = node.parts if isinstance(node, (exp.Column, exp.Dot)) else []
    if len(pieces) < 3 or not all(isinstance(piece, exp.Identifier) for piece in pieces):
        return node
    return exp.column(pieces[-1], exp.to_identifier(".".join(piece.name for piece in pieces[:-1]), quoted=False))


def query(text: str) -> exp.Select | exp.SetOperation:
    """The tree of one SELECT (or a UNION of several)."""
    tree = _parse(text)
    if not isinstance(tree, (exp.Select, exp.SetOperation)):
        raise SqlError("bad SQL: a SELECT is expected")
    return tree


def path(column: exp.Column) -> str:
    """`price`, or `product_id.price` where the name is qualified."""
    return f"{column.table}.{column.name}" if column.table else column.name


def columns(tree: exp.Expression) -> tuple[str, ...]:
    """Paths of the columns that a tree names, each once, in order."""
    return tuple(dict.fromkeys(path(column) for column in tree.find_all(exp.Column)))


def has_star(tree: exp.Expression) -> bool:
    """Whether a query asks for all columns: `*` or `t.*`, but neither COUNT(*) nor a product."""
    return any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star))


def joined_by(tree: exp.Expression) -> tuple[str, ...]:
    """Names of the columns that joins compare by USING."""
    return tuple(column.name for join in tree.find_all(exp.Join) for column in join.args.get("using") or ())


def grouped_by(text: str) -> tuple[str, ...]:
    """The names of a query's own columns by which it groups its rows; none where it groups none, or cannot be read."""
    try:
        tree = query(text)
    except SqlError:
        return ()
    group = tree.args.get("group")
    if not isinstance(tree, exp.Select) or group is None:
        return ()
    groups = {each.sql() for each in group.expressions}
    return tuple(item.alias_or_name for item in tree.expressions if item.unalias().sql() in groups)


def names_given(tree: exp.Expression) -> frozenset[str]:
    """Names that a query gives to columns of its own."""
    named_by_alias = {item.alias for item in tree.find_all(exp.Alias)}
    lists = (alias.args.get("columns") or () for alias in tree.find_all(exp.TableAlias))
    return frozenset({*named_by_alias, *(column.name for each in lists for column in each)})


@lru_cache(maxsize=1024)
def named(text: str) -> tuple[str, ...]:
    """Paths of the columns that an expression's text names; parsed once."""
    return columns(expression(text))


def given_by(text: str, name: str) -> tuple[str, ...] | None:
    """The tables' columns that a SELECT gives by this name just as they are, one for each SELECT of a UNION; else None."""
    tree, names = query(text), []
    if tree.find(exp.CTE, exp.Subquery):
        return None
    for select in tree.find_all(exp.Select):
        given = next((item.unalias() for item in select.expressions if item.alias_or_name == name), None)
        if not isinstance(given, exp.Column):
            return None
        names.append(given.name)
    return tuple(names)


def row_by_row(text: str) -> str | None:
    """Name the table of whose rows a SELECT gives each once at most; None where it joins, groups or nests."""
    tree = query(text)
    source = tree.args.get("from_")
    if not isinstance(tree, exp.Select) or tree.find(
        exp.CTE, exp.Subquery, exp.Join, exp.Group, exp.Distinct, exp.AggFunc
    ):
        return None
    return source.this.name if source and isinstance(source.this, exp.Table) else None


def condition_alone(text: str) -> str | None:
    """The condition of a SELECT that gives the rows of one table for which it holds; None of one that is more than that."""
    tree, table = query(text), row_by_row(text)
    if table is None or not isinstance(tree, exp.Select) or tree.args["from_"].this.alias:
        return None
    said = {word for word, what in tree.args.items() if what}
    if said != {"expressions", "from_", "where"} or any(isinstance(item, exp.Alias) for item in tree.expressions):
        return None
    if tree.find(exp.Window) or len(list(tree.find_all(exp.Select))) > 1:
        return None
    whole = runnable(text)
    where = next(token for token in sqlglot.tokenize(whole, read="duckdb") if token.token_type == TokenType.WHERE)
    return whole[where.end + 1 :].strip()


def tables(tree: exp.Expression) -> tuple[str, ...]:
    """Names of the tables that a query reads, each once, in order."""
    return tuple(dict.fromkeys(table.name for table in tables_read(tree)))


def tables_read(tree: exp.Expression) -> Iterator[exp.Table]:
    """The places where a query reads a table, those apart that read a WITH of a query around them.

    A name of a WITH holds in the SELECTs after it and in its query, and nowhere outside. Names must be equal to the letter,
    so that nothing is taken for local that some engine would look for elsewhere.
    """
    waiting: deque[tuple[exp.Expression, frozenset[str]]] = deque([(tree, frozenset())])
    while waiting:
        node, local = waiting.popleft()
        if isinstance(node, exp.Table) and (node.name not in local or node.db):
            yield node
        if isinstance(node, exp.With):
            for cte in node.expressions:
                waiting.append((cte, local))
                local |= {cte.alias}
            continue
        first = node.args.get("with_")
        within = local | {cte.alias for cte in first.expressions} if first else local
        waiting.extend((child, local if child is first else within) for child in node.iter_expressions())


def lint(tree: exp.Expression) -> Iterator[str]:
    """What in a rule or check would not run in every database: sqlglot passes these through unchanged."""
    for join in tree.find_all(exp.Join):
        if join.args.get("using"):
            yield "JOIN … USING is not known everywhere; write ON"
        if str(join.args.get("method") or "").upper() in ("NATURAL", "ASOF"):
            yield f"{join.args['method']} JOIN is not known everywhere; write ON"
    for group in tree.find_all(exp.Group):
        if any(isinstance(item, exp.Literal) for item in group.expressions) or group.args.get("all"):
            yield "GROUP BY a number or ALL is not known everywhere; name the columns"
    if tree.find(exp.Filter):
        yield "FILTER is not known everywhere; write SUM(CASE WHEN … THEN … END)"
    if not all(
        isinstance(each.find_ancestor(exp.Add, exp.Sub, exp.DateAdd), exp.Expression)
        for each in tree.find_all(exp.Interval)
    ):
        yield "an INTERVAL is added to a date or timestamp, or taken from it"
    for node in tree.find_all(exp.EQ, exp.NEQ, exp.Is):
        if isinstance(node.expression, exp.Boolean):
            yield "a boolean compared as a value is not known everywhere; use 1 and 0 columns, or the column itself"
    if has_star(tree):
        yield "SELECT * hides what a rule shows; name the columns"
    for cast in tree.find_all(exp.TryCast):
        yield f"{cast.key.upper()} is not known everywhere; use CAST"
    if tree.find(exp.Qualify, exp.Pivot, exp.Lateral, exp.Unnest):
        yield "QUALIFY, PIVOT, LATERAL and UNNEST are not known everywhere"
