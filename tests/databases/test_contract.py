"""What every database's folder holds, declares and keeps to; a failure says what to add, and where."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlglot

import synth.databases
from synth.cli import data, words
from synth.cli import databases as commands
from synth.databases import DATABASES, DIALECTS, NAMES, SCRIPTS, Address, Database, Dialect
from synth.databases.address import URLS
from synth.databases.capabilities import METHODS, REFUSALS, Capabilities
from synth.ddl import ddl
from synth.dtypes import TYPES
from synth.errors import DatabaseError
from synth.spec.load import load, shipped
from tests.support.servers import SERVERS, WITHOUT_SERVER

ROOT = Path(synth.databases.__file__).parent
REGISTRY = "NAMES in synth/databases/registry.py"

# what each folder has; one that DDL alone is written for has no more than the first two
DDL_ONLY = {"__init__", "dialect"}
FILES = DDL_ONLY | {
    "urls", "database", "connection", "catalogue", "definitions", "errors", "sending", "staging", "growing", "script",
}  # fmt: skip
# what one database needs and others do not, and why
OWN_FILES = {
    "postgres": {"embedded": "it comes with the program", "rights": "its tables have them, and a new one has none"},
    "mysql": {"options": "its URL has options of the driver's", "wire": "its driver cannot send from memory"},
    "tsql": {
        "options": "its URL has options of the driver's",
        "abilities": "several servers speak it, and some lack a part",
    },
    "sqlite": {"values": "it has but integers, floats and texts"},
    "duckdb": {},
}
# the public names that files of one name have in common
COMMON = {
    "dialect": {"DIALECT"}, "urls": {"URLS"}, "database": {"DATABASE"}, "connection": {"Connection"},
    "catalogue": {"Catalogue", "column_type"}, "errors": {"explain"}, "sending": {"Sending"}, "staging": {"Staging"},
    "growing": {"Growing"}, "definitions": {"Definitions"},
    "script": {"SCRIPT"},
}  # fmt: skip
FOLDERS = sorted(path.parent.name for path in ROOT.glob("*/dialect.py"))


def modules():
    """Every module in the folders of databases."""
    for name in FOLDERS:
        package = importlib.import_module(f"synth.databases.{name}")
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(module.name)


# -- registered


def test_every_folder_is_registered():
    forgotten = [name for name in FOLDERS if name not in NAMES]
    assert not forgotten, (
        f'synth/databases/{forgotten[0]} has a dialect.py: add the line "{forgotten[0]}" to {REGISTRY}'
    )
    empty = [name for name in NAMES if name not in FOLDERS]
    assert not empty, f"{REGISTRY} has '{empty[0]}': make the file synth/databases/{empty[0]}/dialect.py with a DIALECT"
    assert len(set(NAMES)) == len(NAMES)


def test_every_dialect_and_database_that_is_written_is_registered():
    """Whatever it is called, and in whichever file of a folder it stands."""
    for module in modules():
        for name, value in vars(module).items():
            where = f"{module.__name__}.{name}"
            if isinstance(value, Dialect):
                assert value in DIALECTS.values(), (
                    f"{where} is in no registry: name it DIALECT in a folder's dialect.py"
                )
            if inspect.isclass(value) and issubclass(value, Database) and not inspect.isabstract(value):
                assert value in DATABASES.values(), f"{where} is in no registry: say DATABASE = {name} in database.py"


def test_names_are_the_folders():
    for name, dialect in DIALECTS.items():
        assert dialect.name == name, f"synth/databases/{name}/dialect.py: name={name!r}, as its folder"
        assert inspect.getmodule(DIALECTS[name]) is None or dialect is DIALECTS[name]
    for name, database in DATABASES.items():
        assert database.dialect is DIALECTS[name], f"synth/databases/{name}/database.py: dialect = DIALECT"


# -- the same files


@pytest.mark.parametrize("name", FOLDERS)
def test_every_folder_has_the_same_files(name):
    here = {path.stem for path in (ROOT / name).glob("*.py")}
    if here == DDL_ONLY:
        assert name not in DATABASES and name not in URLS and name not in SCRIPTS
        return
    lacking = sorted(FILES - here)
    assert not lacking, (
        f"synth/databases/{name} lacks {lacking[0]}.py: write it as synth/databases/postgres has it; what there is not for "
        "this database it says in a line (as sqlite/script.py does)"
    )
    own = here - FILES
    strange = sorted(own ^ set(OWN_FILES.get(name, {})))
    assert not strange, f"synth/databases/{name}/{strange[0]}.py: OWN_FILES in {__file__} says of such files why"


@pytest.mark.parametrize("name", DATABASES)
@pytest.mark.parametrize("file", sorted(COMMON))
def test_files_of_one_name_have_the_same_parts(name, file):
    module = importlib.import_module(f"synth.databases.{name}.{file}")
    lacking = sorted(COMMON[file] - set(module.__all__))
    assert not lacking, f"synth/databases/{name}/{file}.py: define {lacking[0]}, and name it in __all__"
    assert module.__doc__ and module.__doc__.split("\n")[0].endswith(".")


# -- dialects


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_has_what_ddl_needs(name):
    dialect, where = DIALECTS[name], f"synth/databases/{name}/dialect.py"
    wanted = set(TYPES) - {"varchar", "char", "enum", "array"} | ({"wide"} if dialect.float_digits else set())
    assert set(dialect.types) == wanted, f"{where}: types has {sorted(wanted)}"
    assert dialect.sqlglot in sqlglot.Dialects.__members__.values(), f"{where}: sqlglot is one of sqlglot's dialects"
    assert dialect.literal("it's") != "'it's'", f"{where}: literal escapes quotes"
    for quote in dialect.identifier_quotes:
        spelt = dialect.quote_identifier(f"a{quote}b")
        assert len(spelt) == 5 + (quote == dialect.identifier_quotes[1]), (
            f"{where}: identifier_quotes are doubled within"
        )


@pytest.mark.parametrize("dataset", shipped())
@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_writes_ddl_that_can_be_parsed(name, dataset):
    """Also of databases without a server here. Statements that sqlglot knows nothing of come back as commands."""
    made = ddl(load(dataset), DIALECTS[name])
    for statement in made.tables.values():
        (tree,) = sqlglot.parse(statement, read=DIALECTS[name].sqlglot, error_level=sqlglot.ErrorLevel.RAISE)
        assert isinstance(tree, sqlglot.exp.Create)
    assert len(made.tables) == len(load(dataset).written)


def test_every_dialect_has_a_server_or_says_why_not():
    for name in DIALECTS:
        assert (name in SERVERS) != (name in WITHOUT_SERVER), (
            f"tests/support/servers.py: add '{name}' to SERVERS, with a class that starts it, or to WITHOUT_SERVER with why"
        )
    idle = set(WITHOUT_SERVER) - set(DIALECTS)
    assert not idle, f"tests/support/servers.py: WITHOUT_SERVER has {idle}, which is no dialect"


def test_commands_name_every_dialect():
    from typing import get_args

    named = get_args(commands.Dialect)[1].help
    assert named.endswith(f": {', '.join(NAMES[:-1])} or {NAMES[-1]}")
    written = [name for name, dialect in DIALECTS.items() if dialect.inserts]
    for function, option, wanted, where in (
        (data.generate, "dialect", written, "synth/cli/data.py"),
        (commands.script, "dialect", SCRIPTS, "synth/cli/databases.py"),
    ):
        text = get_args(inspect.signature(function, eval_str=True).parameters[option].annotation)[1].help
        for name in wanted:
            assert name in text, f"{where}: the help of --dialect of `{function.__name__}` does not name {name}"


# -- databases


@pytest.mark.parametrize("name", DATABASES)
def test_what_is_connected_to_has_all_the_rest(name):
    dialect = DIALECTS[name]
    assert dialect.cells, f"synth/databases/{name}/dialect.py: cells, by which a load is proved"
    assert name in URLS, f"synth/databases/{name}/urls.py: URLS"
    assert not inspect.isabstract(DATABASES[name])
    assert URLS[name].schemes[0] + "://" in words.URL, f"synth/cli/words.py: URL names {URLS[name].schemes[0]}://"


def test_urls_are_of_one_database_each():
    schemes = [scheme for urls in URLS.values() for scheme in urls.schemes]
    suffixes = [suffix for urls in URLS.values() for suffix in urls.suffixes]
    assert len(set(schemes)) == len(schemes) and len(set(suffixes)) == len(suffixes)
    for name, urls in URLS.items():
        assert bool(urls.suffixes) == bool(urls.example) == urls.is_file, f"synth/databases/{name}/urls.py"
        url = urls.example or f"{urls.schemes[0]}://me@host/demo"
        address = Address.parse(url)
        assert address.database == name and address.is_file == urls.is_file and address.url() == url


# -- capabilities


def test_every_capability_has_methods_and_a_refusal():
    assert set(METHODS) == set(REFUSALS) == set(Capabilities.__dataclass_fields__)


@pytest.mark.parametrize("name", DATABASES)
def test_capabilities_are_what_is_written(name):
    database = DATABASES[name]
    for capability, methods in METHODS.items():
        declared = getattr(database.capabilities, capability)
        for method in methods:
            written = getattr(database, method) is not getattr(Database, method)
            assert written or not declared, f"synth/databases/{name} declares {capability}, and has no {method}"
            assert declared or not written, f"{name}: {method} needs {capability}=True"


@pytest.mark.parametrize("name", DATABASES)
def test_what_is_not_declared_is_refused(name):
    database = object.__new__(DATABASES[name])
    database.address = Address(name, "demo")
    arguments = {"send_files": ("s", "t", (), "csv", {}), "names_in": ("s",)}
    for capability, methods in METHODS.items():
        if getattr(database.capabilities, capability):
            database.require(capability)
            continue
        with pytest.raises(DatabaseError) as refusal:
            database.require(capability)
        assert str(refusal.value) == f"{database.address}: {REFUSALS[capability]}"
        for method in methods:
            with pytest.raises(DatabaseError) as again:
                getattr(database, method)(*arguments[method])
            assert str(again.value) == str(refusal.value)


def test_no_method_raises_not_implemented_as_a_signal():
    for path in ROOT.rglob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert "NotImplementedError" not in names, f"{path}: declare a capability instead"


# -- what is imported

HEAVY = (
    "polars", "sqlglot", "pydantic", "numpy", "pyarrow", "duckdb", "psycopg", "pymysql", "mssql_python", "sqlite3", "ssl",
    "adbc_driver_manager",
)  # fmt: skip


def loaded(program: str) -> set[str]:
    """The heavy libraries, and our databases, that a program has imported at its end."""
    said = f"import sys; print(*(m for m in sys.modules if m in {HEAVY!r} or m.startswith('synth.databases')))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT.parents[1])}
    done = subprocess.run([sys.executable, "-c", f"{program}\n{said}"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_an_address_is_read_without_libraries():
    program = "from synth.databases.address import find; find('postgresql://me@host/demo').url(); find('x.duckdb')"
    assert not loaded(program) & set(HEAVY)


def test_help_and_files_need_no_database():
    commands = loaded("from synth.cli import main\nfor name in ('generate', 'ddl', 'load'): main([name, '--help'])")
    ours = {name for name in commands if name.startswith("synth.databases")}
    assert ours == {"synth.databases", "synth.databases.registry", "synth.databases.secret"}
    assert commands - ours <= {"pydantic"}  # which the command line brings
    made = loaded(
        "import synth, tempfile; synth.generate(synth.make_plan('inventory', scale=0.01), tempfile.mkdtemp())"
    )
    assert not any(name.startswith("synth.databases") for name in made)


def test_drivers_are_imported_where_a_connection_is_made():
    program = "from synth.databases import DATABASES, SCRIPTS; list(DATABASES.values()), list(SCRIPTS.values())"
    drivers = {"duckdb", "psycopg", "pymysql", "mssql_python", "sqlite3", "adbc_driver_manager"}
    assert not loaded(program) & drivers
