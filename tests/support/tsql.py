"""What T-SQL does not have, sought in text that is made for it: there is no such server here."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp

WORDS = (
    r"\|\||`|\bTRUE\b|\bFALSE\b|\bBOOLEAN\b|\bLIMIT\b|IF NOT EXISTS|\bILIKE\b|\bCOMMENT\b|\bTEXT\b|\bTIMESTAMP\b|::|\""
    r"|\bUSING\b|\bFILTER\b|\bNULLS (?:FIRST|LAST)\b|\bINTERVAL\b|\bEXTRACT\b|\bLEAST\b|\bGREATEST\b|\bIS (?:NOT )?DISTINCT\b"
    r"|\bMOD\(|\bDIV\b|\bLENGTH\(|\bSUBSTR\(|\bNATURAL\b|\bVARCHAR\b(?!\()|\bCOUNT\(|\bCEIL\("
)
TRUTHS = (exp.And, exp.Or, exp.Not)


def lint_tsql(text: str) -> list[str]:
    """What T-SQL does not have; texts, names and comments left out."""
    bare = re.sub(r"N?'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]", lambda m: "[x]" if m[0][0] == "[" else "N''", text)
    found = re.findall(WORDS, bare, re.IGNORECASE)
    for condition in re.findall(r"CHECK \((.*)\)", text):
        found += _bare_flags(_parsed(f"SELECT 1 WHERE {condition}"))
    for statement in text.split(";\n"):
        if statement.startswith(("CREATE TABLE", "ALTER")):
            _parsed(statement)
        elif statement.startswith(("SELECT", "WITH")):
            found += _of_query(_parsed(statement))
    return found


def _parsed(statement: str):
    (tree,) = sqlglot.parse(statement, read="tsql", error_level=sqlglot.ErrorLevel.RAISE)
    return tree


def _bare_flags(tree) -> list[str]:
    """Columns that stand where a condition is expected."""
    places = []
    for node in tree.find_all(*TRUTHS, exp.Where, exp.Having, exp.Join, exp.If):
        places += [node.args.get("on")] if isinstance(node, exp.Join) else [node.this]
        places += [node.args.get("expression")] if isinstance(node, (exp.And, exp.Or)) else []
    bare = [p.unnest() for p in places if p is not None]
    return [p.sql("tsql") for p in bare if isinstance(p, (exp.Column, exp.Literal, exp.Case, exp.Coalesce))]


def _of_query(tree) -> list[str]:
    found = _bare_flags(tree)
    for node in tree.find_all(exp.Subquery):
        if isinstance(node.parent, (exp.From, exp.Join)):
            names = [e.alias_or_name.lower() for e in node.this.selects]
            found += [f"no alias: {node.sql('tsql')}"] if not node.alias else []
            found += [f"no names: {node.sql('tsql')}"] if "" in names or len(set(names)) < len(names) else []
        if node.find(exp.With) or isinstance(node.this, exp.CTE):
            found.append(f"WITH within: {node.sql('tsql')}")
    for order in tree.find_all(exp.Order):
        if not isinstance(order.parent, exp.Window) and order.parent is not tree:
            found.append(f"ORDER BY within: {order.sql('tsql')}")
    for node in tree.find_all(exp.Predicate):  # a condition is no value
        holder = node.parent
        while isinstance(holder, exp.Paren):
            holder = holder.parent
        if isinstance(holder, (exp.EQ, exp.NEQ, exp.Alias, exp.Select, exp.Coalesce, exp.In, exp.Sum, exp.Group)) or (
            isinstance(holder, exp.If) and holder.this is not node and holder.this.unnest() is not node
        ):
            found.append(f"a condition as a value: {holder.sql('tsql')}")
    for node in tree.find_all(exp.Round):
        if node.args.get("decimals") is None:
            found.append(f"one argument: {node.sql('tsql')}")
    for node in tree.find_all(exp.Group):
        if any(isinstance(each.unnest(), exp.Literal) for each in node.expressions):
            found.append(f"GROUP BY a constant: {node.sql('tsql')}")
    return found
