"""Counters of the house's budgets: each reads a syntax tree and tells of every place that counts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

SHAPE = re.compile(r"\((\)|[A-Za-z_0-9][A-Za-z_0-9.+*/ -]*,[^()]*\))")  # (n,), (rows, 2), (context.rows,)
KINDS = {"roster", "arrival", "child", "derived", "gathered", "rollup", "existing"}


def class_tests(module: ast.Module, names: set[str]) -> Iterator[tuple[int, str]]:
    """Where a program asks which of these classes a value is: isinstance, issubclass, `type(x) is`, and patterns of `match`.

    Where it says that it knows, by `cast`, counts as well.

    `names` are what the classes are called there: `Key`, or `keys.Key`.
    """
    for node in ast.walk(module):
        classes: list[ast.expr] = []
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass") and len(node.args) > 1:
            classes = [node.args[1]]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("cast", "typing.cast"):
            classes = [node.args[0]]
        elif isinstance(node, ast.Compare) and ast.unparse(node.left).startswith("type("):
            classes = node.comparators
        elif isinstance(node, ast.MatchClass):
            classes = [node.cls]
        for part in (inner for each in classes for inner in ast.walk(each)):
            if isinstance(part, (ast.Name, ast.Attribute)) and ast.unparse(part) in names:
                yield node.lineno, ast.unparse(part)


DECIDING = {"select", "per", "rollup", "existing", "window"}  # fields that say what kind a table is
DECIDING_AGAINST_NONE = {*DECIDING, "values", "rows"}


def branching(module: ast.Module) -> Iterator[ast.expr]:
    """All that decides where a program goes: tests of if, while and ?:, conditions of comprehensions, guards; not assert."""

    def atoms(node: ast.expr) -> Iterator[ast.expr]:
        if isinstance(node, ast.BoolOp):
            for value in node.values:
                yield from atoms(value)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield from atoms(node.operand)
        else:
            yield node

    asserted = {id(part) for node in ast.walk(module) if isinstance(node, ast.Assert) for part in ast.walk(node.test)}
    seen: set[int] = set()
    for node in ast.walk(module):
        tests: list[ast.expr] = []
        if isinstance(node, (ast.If, ast.IfExp, ast.While)):
            tests = [node.test]
        elif isinstance(node, ast.comprehension):
            tests = node.ifs
        elif isinstance(node, ast.match_case) and node.guard:
            tests = [node.guard]
        elif isinstance(node, ast.BoolOp):
            tests = [node]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            tests = [node]
        for atom in (inner for each in tests if id(each) not in asserted for inner in atoms(each)):
            if id(atom) not in seen and id(atom) not in asserted:
                seen.add(id(atom))
                yield atom


def constants(node: ast.expr) -> set[object]:
    """The constants of a tuple, a set, a list or one alone."""
    inner = node.elts if isinstance(node, (ast.Tuple, ast.Set, ast.List)) else [node]
    return {each.value if isinstance(each, ast.Constant) else None for each in inner}


def decides_kind(atom: ast.expr) -> bool:
    """Whether a test is one of a field that says of which kind a table is."""
    if isinstance(atom, ast.Attribute):
        return atom.attr in DECIDING
    if isinstance(atom, ast.Compare) and len(atom.ops) == 1 and isinstance(atom.ops[0], (ast.Is, ast.IsNot)):
        left, right = atom.left, atom.comparators[0]
        return isinstance(left, ast.Attribute) and left.attr in DECIDING_AGAINST_NONE and constants(right) == {None}
    return (
        isinstance(atom, ast.Call)
        and ast.unparse(atom.func) == "isinstance"
        and isinstance(atom.args[0], ast.Attribute)
        and atom.args[0].attr == "select"
    )


def kind_branches(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Where a program goes by the kind of a table: `.kind` compared with kinds, matched on them, or what decides the kind."""
    for node in ast.walk(module):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            asked = any(isinstance(side, ast.Attribute) and side.attr == "kind" for side in sides)
            words = set().union(*(constants(side) for side in sides if not isinstance(side, ast.Attribute)))
            if asked and words and words <= KINDS:
                yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Match) and isinstance(node.subject, ast.Attribute) and node.subject.attr == "kind":
            for case in node.cases:
                words = {part.value.value for part in ast.walk(case.pattern) if isinstance(part, ast.MatchValue)
                         and isinstance(part.value, ast.Constant)}  # fmt: skip
                if words & KINDS:
                    yield case.pattern.lineno, f"case {ast.unparse(case.pattern)}"
    for atom in branching(module):
        if decides_kind(atom):
            yield atom.lineno, ast.unparse(atom)


def documented(module: ast.Module) -> Iterator[tuple[int, str, ast.AST, set[str]]]:
    """Public classes, functions and methods that have a docstring: line, name, node, and the names that it may begin with."""

    def inside(body: list[ast.stmt], above: str) -> Iterator[tuple[int, str, ast.AST, set[str]]]:
        for node in body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith(
                "_"
            ):
                names = {node.name}
                if isinstance(node, ast.ClassDef):
                    yield from inside(node.body, f"{above}{node.name}.")
                else:
                    every = node.args
                    names |= {each.arg for each in [*every.posonlyargs, *every.args, *every.kwonlyargs]}
                if ast.get_docstring(node):
                    yield node.lineno, above + node.name, node, names

    yield 1, "the module", module, set()
    yield from inside(module.body, "")


def no_sentence(docstring: str, names: set[str]) -> str:
    """What a docstring lacks to be read alone: four words, a beginning, an end; "" where it has them."""
    first = docstring.strip().split("\n\n")[0].strip()
    while (shorter := re.sub(rf"[\s,]*(->)?\s*{SHAPE.pattern}$", "", first)) != first:
        first = shorter
    words = first.split()
    begin = words[0] if words else ""
    if len(words) < 4:
        return "says too little"
    if not (begin[0].isupper() or begin[0] in "`'\"(0123456789" or begin.strip(".,:;`") in names):
        return "does not begin as a sentence"
    return "" if first.endswith((".", ":", ".)", ".`")) else "does not end as a sentence"


def gives_arrays(module: ast.Module) -> Iterator[tuple[int, str, str | None]]:
    """Functions and methods that give numpy arrays, private ones too: line, name, docstring. Pairs of arrays count as well."""
    aliases = {
        node.targets[0].id
        for node in module.body
        if isinstance(node, ast.Assign)
        if isinstance(node.targets[0], ast.Name) and "NDArray" in ast.unparse(node.value)
    }
    bodies = [module.body, *(node.body for node in module.body if isinstance(node, ast.ClassDef))]
    for node in (node for body in bodies for node in body):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns:
            if {"NDArray", "ndarray", *aliases} & {*re.findall(r"\w+", ast.unparse(node.returns))}:
                yield node.lineno, node.name, ast.get_docstring(node)


def dotted(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Where a text is taken apart at a point."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            if node.func.attr in ("partition", "rpartition") and constants(node.args[0]) == {"."}:
                yield node.lineno, ast.unparse(node)
