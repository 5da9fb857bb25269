"""Writes the files that load a folder of CSV with the database's own client."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from synth.databases import DIALECTS, SCRIPTS
from synth.databases.address import URLS
from synth.databases.scripting import CsvTable, ScriptInput
from synth.databases.scripting.shell import NAME as LOAD_SH
from synth.ddl import ddl, in_reference_order
from synth.errors import OptionError, OutputError, did_you_mean
from synth.fingerprint import Fingerprint
from synth.formats import first_words, format_of, unreadable_errors
from synth.spec.constraints import not_null
from synth.spec.kept import as_kept
from synth.spec.models import Dataset
from synth.store.folder import has_only_marked_files, refuse_link, replacing_folder, require_files, write_marker
from synth.store.manifest import Manifest
from synth.store.opened import refuse_store
from synth.store.reading import columns_with_empty_text

__all__ = ["write_script"]


def write_script(
    folder: str | Path, dialect: str, out: str | Path | None = None, schema: str | None = None,
    *, identity: bool = True, index_times: bool = False,
) -> Path:  # fmt: skip
    """Write SQL files and load.sh to `out`, DIR-DIALECT beside DIR if left out; an earlier script there is replaced.

    `schema` is the dataset's name if left out; in MySQL it is the database. With `identity` the database gives new rows
    their keys, with `index_times` each date and timestamp has an index. Raises OptionError, OutputError, SpecError.
    """
    refuse_store(folder, "the clients of databases read files\n  hint: copy it into a folder")
    folder = Path(folder)
    if dialect not in SCRIPTS:
        is_file = dialect in URLS and URLS[dialect].is_file
        hint = "`synth load DIR FILE` fills a database's file" if is_file else did_you_mean(dialect, SCRIPTS)
        raise OptionError(f"there is no script for '{dialect}'\n  hint: {hint}")
    manifest = Manifest.read(folder)
    if not format_of(manifest.format).is_for_clients:
        raise OptionError(
            f"'{folder}' holds {manifest.format}, and the clients of databases read CSV\n"
            f"  hint: synth generate {manifest.dataset} --format csv"
        )
    require_files(folder, manifest)
    target = Path(out) if out is not None else _beside(folder, dialect)
    refuse_link(target)
    data = _from(folder, target)
    if has_only_marked_files(target) and not (target / LOAD_SH).is_file():
        raise OutputError(f"'{target}' holds files that `synth pull` made; choose another --out")
    dataset = manifest.load_dataset()
    source = _source(manifest, dataset, dialect, schema, data, identity=identity, index_times=index_times)
    if not SCRIPTS[dialect].tells_empty:
        _refuse_empty(folder, manifest, source, dialect)
    files = SCRIPTS[dialect].files(source)
    with replacing_folder(target) as work_folder:
        for name, text in files.items():
            (work_folder / name).write_text(text, "utf-8", newline="\n")
            if name.endswith(".sh"):
                (work_folder / name).chmod(0o755)
        write_marker(work_folder)
    return target


def _beside(folder: Path, dialect: str) -> Path:
    folder = folder if folder.name not in ("", "..") else folder.resolve()
    return folder.with_name(f"{folder.name}-{dialect}")


def _from(folder: Path, target: Path) -> str:
    """The way from the scripts to the data, as it stands in a line of a file. Raises OutputError."""
    here, there = folder.resolve(), target.resolve()
    if there.is_relative_to(here):
        raise OutputError(f"'{target}' is in the folder of the data; choose another --out")
    way = os.path.relpath(here, there)
    if any(ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 for sign in way):
        raise OutputError(f"{way!r} is no path that a database's client reads; rename the folder")
    return way


def _source(
    manifest: Manifest,
    dataset: Dataset,
    dialect: str,
    schema: str | None,
    data: str,
    *,
    identity: bool,
    index_times: bool,
) -> ScriptInput:
    spoken = DIALECTS[dialect]
    name = schema if schema is not None else dataset.dataset
    in_schema = SCRIPTS[dialect].in_schema
    if not in_schema:
        spoken = replace(spoken, has_schemas=False)
    statements = ddl(dataset, spoken, name, manifest.tables, identity=identity, index_times=index_times, takes_all=True)
    types = as_kept(dataset, dialect, {name: entry.types for name, entry in manifest.tables.items()})
    tables = []
    for table in in_reference_order(dataset, manifest.tables):
        entry = manifest.tables[table]
        content = Fingerprint.parse(entry.fingerprint)
        paths = tuple(file.path for file in entry.files if file.rows)
        tables.append(CsvTable(table, types[table], frozenset(not_null(dataset, table)), content, paths))
    database = dataset.dataset if in_schema else name
    return ScriptInput(database, name if in_schema else None, spoken, statements, tuple(tables), data)


def _refuse_empty(folder: Path, manifest: Manifest, source: ScriptInput, dialect: str) -> None:
    """Raise OutputError for an empty text where NULL may be: this client would take it for NULL."""
    for table in source.tables:
        columns = [n for n, dtype in table.types.items() if dtype.is_free_text and n not in table.required]
        paths = [folder / file for file in table.files]
        try:
            empty = columns_with_empty_text(format_of(manifest.format), paths, table.types, columns)
        except unreadable_errors() as error:
            raise OutputError(f"table '{table.name}' cannot be read: {first_words(error)}") from error
        if empty:
            raise OutputError(
                f"{table.name}.{empty[0]} holds empty texts, which the client of {dialect} would take for NULL\n"
                "  hint: `synth load` tells them apart, and so does --format sql; or let the spec draw NULL instead"
            )
