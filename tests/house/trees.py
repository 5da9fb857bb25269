"""What the guards read: the syntax trees of synth/, each parsed once, and where its imports lead."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "synth"


@dataclass(frozen=True)
class Import:
    """One imported name. `module` is dotted and absolute; a name of a module stands behind it, as in `synth.errors.Problem`.

    A module that is found by its name while the program runs is written `synth.formats.*`.
    """

    module: str
    bound: str  # the name that it has in the file
    line: int
    typing_only: bool  # under `if TYPE_CHECKING`
    late: bool  # inside a function


@cache
def files(root: Path = PACKAGE) -> tuple[Path, ...]:
    """All Python files of a package, in order."""
    return tuple(sorted(root.rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def place(path: Path, root: Path = PACKAGE) -> str:
    """How a guard names a file: from the package's folder, `plan/make.py`."""
    return path.relative_to(root).as_posix()


def module_of(path: Path, root: Path = PACKAGE) -> str:
    """The dotted name of a file: `synth.plan.make`; a package's `__init__.py` is the package."""
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _literal(node: ast.expr) -> str:
    """The beginning of a text that is known from reading: all of a plain one, and of an f-string what is before the first {."""
    if isinstance(node, ast.JoinedStr):
        node = node.values[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def imports(path: Path, root: Path = PACKAGE) -> Iterator[Import]:
    """Everything that a file imports, wherever: at the top, in functions, relatively, for type checkers, and by name."""
    here = module_of(path, root).split(".")
    package = here if path.name == "__init__.py" else here[:-1]

    def walk(node: ast.AST, typing_only: bool, late: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for name in node.names:
                bound = name.asname or name.name.partition(".")[0]
                yield Import(name.name, bound, node.lineno, typing_only, late)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for name in node.names:
                yield Import(f"{base}.{name.name}", name.asname or name.name, node.lineno, typing_only, late)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in (
            "import_module",
            "__import__",
        ):
            name = _literal(node.args[0]) if node.args else ""
            if name.startswith("."):
                level = len(name) - len(name.lstrip("."))
                name = ".".join([*package[: len(package) - level + 1], name[level:]])
            if name:
                yield Import(f"{name}*" if name.endswith(".") else name, "", node.lineno, typing_only, late)
        in_function = late or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for child in node.body:
                yield from walk(child, True, in_function)
            for child in node.orelse:
                yield from walk(child, typing_only, in_function)
            return
        for child in ast.iter_child_nodes(node):
            yield from walk(child, typing_only, in_function)

    yield from walk(tree(path), False, False)


@cache
def _homes(root: Path) -> dict[str, str]:
    """Names that a package's `__init__.py` fetches when they are first used, and the modules they come from."""
    for node in tree(root / "__init__.py").body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_HOMES":
            return {name: home for home, names in ast.literal_eval(node.value).items() for name in names}
    return {}


def target(module: str, root: Path = PACKAGE) -> Path | None:
    """The file of the package that an imported name is read from; None where it is not in the package."""
    parts = module.split(".")
    if parts[0] != root.name:
        return None
    if len(parts) == 2 and parts[1] in _homes(root):
        parts = _homes(root)[parts[1]].split(".")
    for end in range(len(parts), 0, -1):
        at = root.joinpath(*parts[1:end])
        if end > 1 and at.with_suffix(".py").is_file():
            return at.with_suffix(".py")
        if (at / "__init__.py").is_file():
            return at / "__init__.py"
    return None
