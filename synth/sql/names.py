"""What names mean in a query: columns get their tables, tables an alias, and what is given a name of its own.

Names are found by sqlglot's `qualify`, as DuckDB finds them. Before that, constructs that do not travel are refused as they
are written, and what has no name, or one that another column has too, is given one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from synth.dtypes import Types
from synth.errors import many
from synth.sql.nodes import Node, not_portable, parenthesized, require_only, sql_excerpt
from synth.sql.parse import SqlError, tables_read

__all__ = ["leaves", "remember_names", "with_names"]


def with_names(tree: Node, tables: Mapping[str, Types]) -> Node:
    """A query over these tables with its names found, changed in place. Raises SqlError for what does not travel.

    Names are in small letters afterwards; a projection's `meta["name"]` holds the name that was written for it.
    """
    known = {name.lower(): types for name, types in tables.items()}
    remember_names(tree)
    if not isinstance(tree, (exp.Select, exp.SetOperation)):
        raise not_portable(tree)
    for node in list(tree.find_all(exp.With, exp.Select, exp.SetOperation)):
        if isinstance(node, exp.With):
            _prepare_with(node, known)
        elif isinstance(node, exp.SetOperation):
            _prepare_operation(node)
        else:
            _prepare_select(node)
        _check_place(node)
    outside = list(tables_read(tree))
    for table in outside:
        if table.name.lower() not in known:
            raise SqlError(f"unknown table {table.name}")
    read = {name: known[name] for table in outside if (name := table.name.lower()) in known}
    schema: dict[str, object] = {name: {column.lower(): "INT" for column in types} for name, types in read.items()}
    try:  # columns that are not found stay without a table: who types them says so in our words
        return qualify(
            tree, schema=MappingSchema(schema, dialect="duckdb", normalize=False), dialect="duckdb", expand_stars=False,
            allow_partial_qualification=True, validate_qualify_columns=False, quote_identifiers=False,
        )  # fmt: skip
    except OptimizeError as error:
        raise SqlError(f"bad SQL: {str(error).splitlines()[0]}") from error


def remember_names(tree: Node) -> None:
    """Note on every column how it is written (`sql_excerpt` shows it), before names are found."""
    for column in tree.find_all(exp.Column):
        if not column.is_star:
            column.meta["written"] = tuple((part.name, part.args.get("quoted")) for part in column.parts)


def leaves(tree: Node) -> Iterator[Node]:
    """The SELECTs of a UNION, or the one SELECT."""
    if isinstance(tree, exp.SetOperation):
        yield from leaves(tree.this)
        yield from leaves(tree.expression)
    else:
        yield tree


def _check_place(node: Node) -> None:
    """A query that stands for a value gives one column."""
    around = node.parent
    place = around.parent if isinstance(around, exp.Subquery) else None
    if place is None or isinstance(place, (exp.From, exp.Join, exp.SetOperation)) or isinstance(node, exp.With):
        return
    if len(next(leaves(node)).expressions) != 1:
        raise SqlError(f"one column is expected: {sql_excerpt(around)}")


# -- WITH, and names behind an alias


def _prepare_with(node: Node, known: Mapping[str, Types]) -> None:
    require_only(node, "expressions")
    for cte in node.expressions:
        require_only(cte, "this", "alias")
        if cte.alias.lower() in known:
            raise SqlError(f"WITH {cte.alias}: there is a table of this name; write another")
        _rename(cte)


def _rename(node: Node) -> None:
    """Names from behind an alias, `d(a, b)`, put where the columns are made: not every database reads them there."""
    names = [each.name for each in node.args["alias"].args.get("columns") or []] if node.args.get("alias") else []
    if not names or not isinstance(node.this, exp.Query):
        return
    for leaf in leaves(node.this):
        if len(names) != len(leaf.expressions):
            raise SqlError(f"{node.alias} has {many(len(leaf.expressions), 'column')}, not {len(names)}")
        leaf.set("expressions", [_named(e.unalias(), n) for e, n in zip(leaf.expressions, names, strict=True)])
    node.args["alias"].set("columns", None)


def _named(value: Node, name: str) -> Node:
    made = exp.Alias(this=value, alias=exp.to_identifier(name))
    made.meta["name"] = name
    return made


# -- UNION and the like


def _prepare_operation(tree: Node) -> None:
    """Brackets around SELECTs go; those that say an order of several operations are refused."""
    require_only(tree, "with_", "this", "expression", "distinct", "order")
    tree.set("order", None)  # says nothing of which rows there are
    for key in ("this", "expression"):
        side = tree.args[key]
        if isinstance(side, exp.Subquery):
            require_only(side, "this")
            side = side.this
            tree.set(key, side)
        if side.args.get("with_"):
            raise SqlError(f"WITH stands before the whole query: {sql_excerpt(side)}")
        if isinstance(side, exp.SetOperation):
            if key == "expression" or not (isinstance(tree, exp.Union) and isinstance(side, exp.Union)):
                raise SqlError(f"databases read several set operations in different orders: {sql_excerpt(tree)}")
            _prepare_operation(side)
    if not isinstance(tree, exp.Union) and not tree.args.get("distinct"):
        raise not_portable(tree)
    if len({len(leaf.expressions) for leaf in leaves(tree)}) > 1:
        raise SqlError(f"SELECTs with different numbers of columns: {sql_excerpt(tree)}")


# -- SELECT


def _prepare_select(select: Node) -> None:
    require_only(select, "with_", "expressions", "distinct", "from_", "joins", "where", "group", "having", "order")
    select.set("order", None)
    if select.args.get("distinct"):
        require_only(select.args["distinct"])
    sources = [each for each in (select.args.get("from_"), *(select.args.get("joins") or [])) if each is not None]
    taken: set[str] = set()
    for place, source in enumerate(sources, 1):
        if isinstance(source, exp.Join):
            _prepare_join(source)
        alias = _prepare_source(source.this, place)
        if alias.lower() in taken:
            raise SqlError(f"two tables are called {alias}")
        taken.add(alias.lower())
    group = select.args.get("group")
    if group:
        require_only(group, "expressions")
        if any(isinstance(each.unnest(), (exp.Literal, exp.Null)) for each in group.expressions):
            raise SqlError("GROUP BY a number is not known everywhere; name the columns")
    if select.args.get("having"):
        _aliases_first(select)
    _name_projections(select)


def _aliases_first(select: Node) -> None:
    """In HAVING the name of what is given comes before that of a column which is not grouped: `qualify` lets columns win."""
    group = select.args.get("group")
    grouped = {each.name.lower() for each in (group.expressions if group else []) if isinstance(each, exp.Column)}
    given = {each.alias.lower(): each.this for each in select.expressions if isinstance(each, exp.Alias)}
    for column in list(select.args["having"].find_all(exp.Column)):
        meant = given.get(column.name.lower()) if not column.table and column.name.lower() not in grouped else None
        if meant is not None and column.find_ancestor(exp.AggFunc, exp.Select) is select:
            column.replace(parenthesized(meant.copy()))


def _prepare_join(join: Node) -> None:
    require_only(join, "this", "on", "side", "kind")
    side, kind = str(join.args.get("side") or "").upper(), str(join.args.get("kind") or "").upper()
    if side not in ("", "LEFT", "RIGHT") or kind not in ("", "INNER", "OUTER", "CROSS"):
        raise SqlError(f"not every database knows {side or kind} JOIN")
    if join.args.get("on") is None:
        join.set("kind", "CROSS")


def _prepare_source(read: Node, place: int) -> str:
    """Give what a FROM or a JOIN reads an alias."""
    if isinstance(read, exp.Table) and isinstance(read.this, exp.Identifier):
        require_only(read, "this", "alias")
        if read.args.get("alias") and read.args["alias"].args.get("columns"):
            raise not_portable(read)
        return str(read.alias_or_name)
    if not isinstance(read, exp.Subquery):
        raise not_portable(read)
    if not isinstance(read.this, exp.Query) or isinstance(read.this, exp.Table):
        raise not_portable(read.this)
    require_only(read, "this", "alias")
    _rename(read)
    if not read.alias:
        read.set("alias", exp.TableAlias(this=exp.to_identifier(f"derived_{place}")))
    return str(read.alias)


def _name_projections(select: Node) -> None:
    """Names of their own for the columns of a SELECT; a column alone keeps its name."""
    taken: set[str] = set()
    named = []
    for place, written in enumerate(select.expressions, 1):
        value, alias = written.unalias(), written.alias
        if isinstance(value, exp.Star) or (isinstance(value, exp.Column) and isinstance(value.this, exp.Star)):
            raise not_portable(exp.Star())
        if isinstance(value, exp.Subquery):
            value.set("alias", None)
        is_column = isinstance(value, exp.Column)
        first = name = alias or (value.name if is_column else f"column_{place}")
        tries = 0
        while name.lower() in taken:
            tries += 1
            name = f"{first}_{tries}"
        taken.add(name.lower())
        named.append(value if is_column and not alias and not tries else _named(value, name))
    select.set("expressions", named)
