"""A dbt project over a dataset: tables as sources with descriptions, and all that `verify` asks of rows as tests.

What dbt has a test of its own for stands beside the column; all else is a test in a file of its own, in DuckDB's SQL for
the files and in PostgreSQL's for a database that they were loaded into.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from synth.databases import DIALECTS
from synth.describe.catalogue import Catalogue, ColumnFacts, TableFacts, catalogue_of
from synth.dtypes import Types
from synth.errors import OptionError
from synth.formats import format_of
from synth.spec.models import Dataset
from synth.sql.parse import SqlError
from synth.store.folder import has_only_marked_files, refuse_link, replacing_folder, write_marker
from synth.store.manifest import Manifest
from synth.store.opened import refuse_store
from synth.translate.dialect import Dialect
from synth.translate.queries import placed_query
from synth.verifying.checks import Check, checks

__all__ = ["write_dbt_project"]

TARGETS = ("duckdb", "postgres")  # dialects that a project is written for
READERS = {  # folders of partitions are no columns of a table
    "parquet": "read_parquet('{}', hive_partitioning = false)",
    "csv": "read_csv('{}', header = true, hive_partitioning = false)",
    "ndjson": "read_json('{}', hive_partitioning = false)",
}
BY_DBT = ("target", "logs", "dbt_packages", ".user.yml")  # what dbt leaves in a project, which goes with an earlier one
OF_DBT = ("not null", "key", "unique", "reference")  # kinds of checks that dbt has tests for, where one column is asked
SOURCE = "source_of_dbt"  # stands for a table's schema, until dbt's own word takes its place
_PLACED = re.compile(rf'"?{SOURCE}"?\."?(\w+)"?')


def write_dbt_project(folder: str | Path, out: str | Path | None = None) -> Path:
    """Write a project to `out`, DIR-dbt beside the folder if left out; an earlier one there is replaced.

    Its target `duckdb` reads the files where they are, `postgres` the schema that they were loaded into. Raises OptionError,
    OutputError.

    >>> folder = synth.generate(synth.make_plan("inventory", scale=0.01), "output").folder
    >>> synth.write_dbt_project(folder).name
    'inventory-dbt'
    """
    refuse_store(folder, "dbt reads files of this machine, or a database\n  hint: copy it into a folder")
    folder = Path(folder)
    manifest = Manifest.read(folder)
    if manifest.format not in READERS:
        raise OptionError(
            f"'{folder}' holds {manifest.format}, which dbt-duckdb does not read\n  hint: generate it as parquet"
        )
    target = Path(out) if out is not None else folder.resolve().with_name(f"{folder.resolve().name}-dbt")
    refuse_link(target)
    has_only_marked_files(target, BY_DBT)
    with replacing_folder(target) as work_folder:
        for name, text in _files(manifest, folder.resolve(), target.name).items():
            (work_folder / name).parent.mkdir(exist_ok=True)
            (work_folder / name).write_text(text, "utf-8", newline="\n")
        write_marker(work_folder)
    return target


def _files(manifest: Manifest, folder: Path, name: str) -> dict[str, str]:
    dataset = manifest.load_dataset()
    catalogue = catalogue_of(dataset)
    wanted = [check for check in checks(dataset, manifest.until) if set(check.reads) <= set(manifest.tables)]
    types = {table: entry.types for table, entry in manifest.tables.items()}
    tests = {f"tests/{path}.sql": text for path, text in _tests(wanted, dataset, types)}
    return {
        "dbt_project.yml": _yaml({
            "name": dataset.dataset.lower(), "version": "1.0.0", "profile": dataset.dataset.lower(),
            "model-paths": ["models"], "test-paths": ["tests"],
        }),
        "profiles.yml": _yaml({dataset.dataset.lower(): {"target": "duckdb", "outputs": _outputs(dataset)}}),
        "models/sources.yml": _yaml({"version": 2, "sources": [_source(manifest, catalogue, dataset, folder)]}),
        "README.md": README.format(name=dataset.dataset, folder=name),
        **tests,
    }  # fmt: skip


README = """# dbt over {name}

```sh
pip install dbt-duckdb
dbt test --profiles-dir .
```

tests the files where they are. For a database that they were loaded into (`synth load DIR URL`), with dbt-postgres:

```sh
PGHOST=localhost PGUSER=me PGPASSWORD=… PGDATABASE=demo dbt test --profiles-dir . --target postgres
```

Models of your own go to `models/`, and read `{{{{ source('{name}', 'TABLE') }}}}`.
"""


def _outputs(dataset: Dataset) -> dict[str, Any]:
    """Where dbt works: in memory over the files, or in a PostgreSQL that the usual variables name."""
    names = {"host": "PGHOST", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    usual = {"host": "localhost", "user": "postgres", "password": "", "dbname": "postgres"}
    given = {word: f"{{{{ env_var('{name}', '{usual[word]}') }}}}" for word, name in names.items()}
    port = "{{ env_var('PGPORT', '5432') | int }}"
    return {
        "duckdb": {"type": "duckdb", "path": ":memory:", "threads": 1},
        "postgres": {"type": "postgres", **given, "port": port, "schema": dataset.dataset, "threads": 4},
    }


def _source(manifest: Manifest, catalogue: Catalogue, dataset: Dataset, folder: Path) -> dict[str, Any]:
    """The source: its tables, with what is said of them and asked of their columns."""
    tables = [_table(dataset, facts, manifest) for facts in catalogue.tables if facts.name in manifest.tables]
    for table in tables:
        if table["name"] in manifest.partitions:
            table["config"] = _reader(manifest, folder, "**/*")
    return {
        "name": dataset.dataset, "description": catalogue.about, "schema": dataset.dataset,
        "config": _reader(manifest, folder, "*"), "tables": tables,
    }  # fmt: skip


def _reader(manifest: Manifest, folder: Path, names: str) -> dict[str, Any]:
    """Say to dbt-duckdb where files are: of all tables, `{name}` being that of one."""
    files = f"{folder}/{{name}}/{names}{format_of(manifest.format).suffix}".replace("'", "''")
    return {"meta": {"external_location": READERS[manifest.format].format(files)}}


def _table(dataset: Dataset, facts: TableFacts, manifest: Manifest) -> dict[str, Any]:
    columns = [_column(dataset, facts, column, manifest) for column in facts.columns]
    return {"name": facts.name, "description": facts.about, "columns": columns}


def _column(dataset: Dataset, table: TableFacts, column: ColumnFacts, manifest: Manifest) -> dict[str, Any]:
    """A column, and the tests that dbt has for it."""
    declared, tests = dataset.tables[table.name].columns[column.name], list[Any]()
    if not column.nullable:
        tests.append("not_null")
    if table.key == (column.name,) or declared.unique:
        tests.append("unique")
    parent = column.refers_to
    if parent in manifest.tables and len(dataset.tables[parent].key) == 1:
        to = {"to": f"source('{dataset.dataset}', '{parent}')", "field": dataset.tables[parent].key[0]}
        tests.append({"relationships": {"arguments": to}})
    known = column.type.labels or sorted(map(str, declared.draws.values_known() or ()))
    if known and column.type.is_text:
        tests.append({"accepted_values": {"arguments": {"values": list(known)}}})
    found = {"name": column.name, "description": column.about, "data_type": str(column.type)}
    return {**found, "data_tests": tests} if tests else found


def _tests(wanted: list[Check], dataset: Dataset, types: Mapping[str, Types]) -> Iterator[tuple[str, str]]:
    """Spell the checks that dbt has no test for: a name, and SQL for each target."""
    taken: dict[str, int] = {}
    for check in wanted:
        if check.kind in OF_DBT and _is_asked(check, dataset):
            continue
        spelt = {name: _spelt(check.sql, DIALECTS[name], dataset, types) for name in TARGETS}
        first, *others = TARGETS
        lines = [
            f"-- {check.kind} of {check.table}: {check.name}",
            f"{{% if target.type == '{first}' %}}",
            spelt[first],
        ]
        for other in others:
            lines += [f"{{% elif target.type == '{other}' %}}", spelt[other]]
        text = "\n".join([*lines, "{% endif %}", ""])
        name = re.sub(r"\W+", "_", f"{check.kind}_{check.table}_{check.name}").strip("_").lower()[:150]
        taken[name] = taken.get(name, 0) + 1
        yield (name if taken[name] == 1 else f"{name}_{taken[name]}"), text


def _is_asked(check: Check, dataset: Dataset) -> bool:
    """Whether a test of dbt's asks the same: that of a single column."""
    return check.name.partition(" → ")[0] in dataset.tables[check.table].columns


def _spelt(sql: str, dialect: Dialect, dataset: Dataset, types: Mapping[str, Types]) -> str:
    """A check in the SQL of a target, over sources; what cannot be said there finds nothing, and says so."""
    try:
        text = placed_query(sql, dialect, SOURCE, types)
    except SqlError as error:
        return f"-- it cannot be said here: {error}\nSELECT 1 AS nothing WHERE 1 = 0"
    text = re.sub(r"\{\{|\{%|\{#", lambda sign: f"{{{{ '{sign[0]}' }}}}", text)
    return _PLACED.sub(lambda found: f"{{{{ source('{dataset.dataset}', '{found[1]}') }}}}", text)


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
