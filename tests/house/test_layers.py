"""The architecture is a list, and these tests read it: imports go one way, heavy libraries stay in their rooms."""

import ast
from functools import cache
from pathlib import Path

import pytest

from synth.databases.registry import NAMES
from synth.formats import FORMATS
from synth.lakes import LAKES
from tests.house.trees import PACKAGE, Import, files, imports, place, target, tree

FILES = files()

LAYERS = [
    "compiled", "version", "errors", "system", "extras", "addresses", "left", "running", "deadlines", "progress", "answers", "logs", "dtypes", "documents", "arrays", "intervals", "columns", "literals", "texts", "digits", "streams", "digests", "fingerprint", "sandbox", "sql", "generators", "spec", "language", "translate", "plan", "describe", "draw", "scan",
    "ddl", "formats", "measuring", "lakes", "databases", "store", "existing", "loading", "runners", "job", "verifying", "importing", "comparing", "api", "actions", "sources", "terminal", "row_table", "moving_bar", "verdict", "differences", "import_report", "reporting", "notebooks", "pytest_plugin", "cli", "__main__",
]  # fmt: skip

# Inside a room, lowest first. What is not named stands where it likes, as long as there is no circle.
ORDERS = {
    "generators": ["sampling", "base", "profiles", "derived", "__init__"],
    "spec": ["wording", "models", "scope", "check", "load"],
    "plan": ["content", "fanout", "model", "counts", "families", "make"],
    "draw": ["narrow", "spool", "residents", "rolled", "block", "rollup", "walk"],
    "databases": ["urls", "registry", "address", "capabilities", "steps", "contract", "file", "__init__"],
    "store": ["manifest", "folder"],
    "verifying": ["checks", "report", "findings", "stated", "by_file", "files"],
}

# Rooms whose members know nothing of each other: folders in `databases/`, files in `formats/`.
STRANGERS = {
    "databases": list(NAMES),
    "formats": list(FORMATS),
    "lakes": list(LAKES),
}

# Circles that are still there. A circle is the same idea in two files: give one of them what both need.
CIRCLES: list[set[str]] = []

ONLY_HERE = {
    "numpy.random": {"streams.py"},
    "pyarrow": {
        "columns.py",
        "texts.py",
        "store/rollup_parts.py",
        "runners/spark.py",  # Spark's own way into Python
        "formats/parquet.py",
        "formats/pages/file.py",  # whose codecs compress pages
        "formats/arrow.py",
        "formats/format.py",
        "lakes",  # whose schemas are made of it
    },
    "duckdb": {
        "sandbox.py",
        "comparing/side.py",
        "databases/duckdb/connection.py",
        "formats/format.py",
        "reporting",
        "sql/in_duckdb.py",
        "draw/spilled_sums.py",
        "importing/learning/asking.py",
        "store/reading.py",
        "verifying/apart.py",
        "verifying/by_file.py",
        "verifying/few_texts.py",
        "verifying/files.py",
        "verifying/in_duckdb.py",
        "verifying/in_parts.py",
        "verifying/redrawn.py",
        "verifying/rehearse.py",
        "verifying/row_by_row.py",
    },
    "sqlite3": {"databases/sqlite/connection.py"},
    "adbc_driver_sqlite": {"databases/sqlite/connection.py"},
    "sqlglot": {"sql", "translate", "importing"},  # whole rooms
    "yaml": {"spec/load.py", "reporting/dbt_project.py"},
    "faker": {"generators/person.py", "generators/word_lists.py"},
    "mimesis": set(),  # its files are read, and nothing of it is run
    "rich": {"terminal.py", "row_table.py"},
    "typer": {
        "cli/__init__.py",
        "cli/comparing.py",
        "cli/completion.py",
        "cli/data.py",
        "cli/databases.py",
        "cli/help_pages.py",
        "cli/importing.py",
        "cli/rows.py",
        "cli/showing.py",
        "cli/teaching.py",
        "cli/words.py",
    },
    "multiprocessing": {"runners/starting.py", "runners/worker.py", "runners/processes.py"},
}

ROW_LOOPS = {
    "iter_rows", "iterrows", "itertuples", "to_pylist", "to_list", "to_dicts", "tolist", "vectorize", "map_elements", "map_rows",
}  # fmt: skip

# Where few values are walked: texts that are too few for MD5 in whole columns, names of a list, the spec's rows for DDL,
# rows that somebody looks at.
FEW = {"digests.py": {"tolist"}, "texts.py": {"to_list"}, "person.py": {"tolist"}, "row_table.py": {"to_list"}}


def room(path: Path, root: Path = PACKAGE) -> str:
    """The room of a file: a folder of synth/, or a file that lies beside them."""
    return path.relative_to(root).parts[0].removesuffix(".py")


def layer(path: Path, root: Path = PACKAGE) -> int:
    """The place of a file's room in LAYERS. The package itself, which fetches names where they are used, is above all."""
    if path == root / "__init__.py":
        return len(LAYERS)
    name = room(path, root)
    assert name in LAYERS, f"{place(path, root)}: give `{name}` its place in LAYERS, in tests/house/test_layers.py"
    return LAYERS.index(name)


@cache
def arrows(path: Path, root: Path = PACKAGE) -> list[tuple[Import, Path]]:
    """What a file imports of the package, and from which of its files."""
    found = ((each, target(each.module, root)) for each in imports(path, root))
    return [(each, other) for each, other in found if other not in (None, path)]


def runs_up(path: Path, root: Path = PACKAGE) -> list[str]:
    """The imports of a file that lead to a room above its own, and what to do about each."""
    found = []
    for each, other in arrows(path, root):
        if layer(other, root) > layer(path, root):
            found.append(
                f"{place(path, root)}:{each.line} imports {each.module} of {place(other, root)}, which lies above "
                f"`{room(path, root)}`: let it be handed in, or move what both need below both"
            )
    return found


def runs_up_inside(path: Path, root: Path = PACKAGE, orders: dict[str, list[str]] = ORDERS) -> list[str]:
    """The imports of a file against the order that its room declares."""
    order = orders.get(room(path, root), [])
    return [
        f"{place(path, root)}:{each.line} imports {each.module}: `{room(path, root)}/{other.stem}` stands above "
        f"`{path.stem}` in ORDERS, tests/house/test_layers.py"
        for each, other in arrows(path, root)
        if path.parent == other.parent == root / room(path, root) and {path.stem, other.stem} <= {*order}
        if order.index(other.stem) > order.index(path.stem)
    ]


def circles(root: Path = PACKAGE) -> list[list[str]]:
    """Files that import each other, round and round: the members of each circle, in order.

    What a registry loads by name, when it is needed, makes none: its members may know what they are members of.
    """
    graph = {
        path: {other for each, other in arrows(path, root) if not each.module.endswith("*")} for path in files(root)
    }
    reach: dict[Path, set[Path]] = {}
    for path in graph:
        seen, todo = set(), [path]
        while todo:
            for other in graph[todo.pop()] - seen:
                seen.add(other)
                todo.append(other)
        reach[path] = seen
    rings = {frozenset(p for p in reach[path] if path in reach[p]) for path in graph if path in reach[path]}
    return sorted(sorted(place(path, root) for path in ring) for ring in rings)


def ring_text(ring: list[str], root: Path = PACKAGE) -> str:
    """The imports that make a circle, line by line."""
    return "\n".join(
        f"{name}:{each.line} imports {each.module}"
        for name in ring for each, other in arrows(root / name, root) if place(other, root) in ring
    )  # fmt: skip


def test_imports_go_down():
    found = [each for path in FILES for each in runs_up(path)]
    assert not found, "\n".join(found)


def test_imports_go_down_inside_a_room():
    found = [each for path in FILES for each in runs_up_inside(path)]
    assert not found, "\n".join(found)


def test_files_do_not_import_in_circles():
    found = [ring for ring in circles() if set(ring) not in CIRCLES]
    assert not found, "break each at one import:\n" + "\n\n".join(map(ring_text, found))
    idle = [ring for ring in CIRCLES if sorted(ring) not in circles()]
    assert not idle, f"take them out of CIRCLES, they are gone: {idle}"


@pytest.mark.parametrize("family", STRANGERS)
def test_members_of_a_family_do_not_know_each_other(family):
    members = STRANGERS[family]

    def member(path: Path) -> str:
        inside = path.relative_to(PACKAGE / family).parts[0] if path.is_relative_to(PACKAGE / family) else ""
        return inside.removesuffix(".py")

    found = [
        f"{place(path)}:{each.line} imports {each.module}: what both need belongs beside them, into {family}/"
        for path in FILES if member(path) in members
        for each, other in arrows(path) if member(other) in members and member(other) != member(path)
    ]  # fmt: skip
    assert not found, "\n".join(found)


def house(root: Path, **texts: str) -> Path:
    """A small package of rooms that are called as ours, to see the guards find what they are for."""
    package = root / "synth"
    for name, text in {"__init__": "", **texts}.items():
        path = package.joinpath(*name.split("__") if name != "__init__" else [name]).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for folder in package.iterdir():
        if folder.is_dir() and not (folder / "__init__.py").exists():
            (folder / "__init__.py").write_text("")
    return package


@pytest.mark.parametrize(
    "text",
    [
        "from synth.plan.make import make",
        "from synth.plan import make",
        "from synth import plan",
        "import synth.plan.make as m",
        "import synth",
        "from synth import make_plan",
        "from ..plan.make import make",
        "from ..plan import make",
        "from .. import plan",
        "def f():\n    from synth import plan",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from synth.plan import make",
        "import importlib\nmake = importlib.import_module('synth.plan.make')",
        "from importlib import import_module\nmake = import_module(f'synth.plan.{name}')",
        "from importlib import import_module\nmake = import_module('..plan', __package__)",
        "x = __import__('synth.plan.make')",
    ],
    ids=lambda text: text.splitlines()[-1].strip(),
)
def test_an_arrow_that_runs_up_is_seen_however_it_is_written(text, tmp_path):
    below = house(tmp_path, spec__load=text, plan__make="", __init__='_HOMES = {"synth.plan.make": ("make_plan",)}')
    (found,) = runs_up(below / "spec" / "load.py", below)
    assert found.startswith("spec/load.py:") and "lies above `spec`" in found
    above = house(tmp_path / "other", plan__make="from synth.spec.load import load", spec__load="")
    assert not runs_up(above / "plan" / "make.py", above)


def test_circles_and_orders_are_seen(tmp_path):
    package = house(
        tmp_path,
        plan__make="def f():\n    from synth.plan import counts",
        plan__counts="from .model import Plan",
        plan__model="from synth.plan.make import make",
        plan__content="from synth.plan import model",
    )
    assert circles(package) == [["plan/counts.py", "plan/make.py", "plan/model.py"]]
    assert "plan/counts.py:1 imports synth.plan.model.Plan" in ring_text(circles(package)[0], package)
    found = [each for path in files(package) for each in runs_up_inside(path, package)]
    assert [each.split(":")[0] for each in found] == ["plan/content.py", "plan/model.py"]


def test_heavy_libraries_stay_in_their_rooms():
    found = [
        f"{place(path)}:{each.line} imports {each.module}: ask {sorted(rooms)} for what it does"
        for path in FILES
        for each in imports(path)
        for library, rooms in ONLY_HERE.items()
        if f"{each.module}.".startswith(f"{library}.")
        and not each.typing_only
        and not {place(path), room(path)} & rooms
    ]
    assert not found, "\n".join(found)


def test_no_python_loop_over_rows():
    found = [
        f"{place(path)}:{node.lineno} walks rows by {node.func.attr}: say it for whole columns"
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in ROW_LOOPS - FEW.get(path.name, set())
    ]
    assert not found, "\n".join(found)


def test_no_wall_clock_and_no_stray_randomness():
    words = ("datetime.now", "date.today", "utcnow", "default_rng", "random.seed", "time.time(")
    told = {"job/sweep.py"}  # which asks how long an object has been there, and draws nothing
    files = [path for path in FILES if place(path) not in told]
    found = [f"{place(path)} uses {word}" for path in files for word in words if word in path.read_text()]
    assert not found, "\n".join(found)


def test_faker_is_never_called_for_a_row():
    text = (PACKAGE / "generators" / "person.py").read_text()
    assert "Faker(" not in text and "faker.Faker" not in text
    assert text.count('import_module(f"faker.providers.person') == 1
