"""What a folder of files holds: tables and columns by the files, keys by names that rows then prove."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from synth.dtypes import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DOUBLE,
    JSON,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UUID,
    DType,
    decimal,
)
from synth.errors import OptionError, OutputError, did_you_mean
from synth.existing.source import FolderSource
from synth.formats import FORMATS, READABLE, Format, unreadable_errors
from synth.formats.format import file_list
from synth.importing.found import Found, FoundColumn, FoundTable, Note
from synth.importing.guesses import Guesses, Held
from synth.importing.learning.personal import looks_personal
from synth.importing.untold import without_cells
from synth.left import temporary_folder
from synth.sandbox import sandbox
from synth.store.memory import default_memory

if TYPE_CHECKING:
    import duckdb

__all__ = ["read_folder"]

MEMORY_BYTES = 2 * 10**9  # as a verification has
SNIFFED_ROWS = 20_480  # of a file that says no types: DuckDB's own; all of it, where later rows are otherwise
MOST_SCALE = 6  # digits behind the point of what is an amount: more are measured
_DIGITS = (12, 18)  # of decimals: the first that is enough
_SEEN = {
    "BOOLEAN": BOOLEAN, "BIGINT": BIGINT, "HUGEINT": decimal(38, 0), "DOUBLE": DOUBLE, "DATE": DATE, "TIME": TIME,
    "TIMESTAMP": TIMESTAMP, "TIMESTAMP WITH TIME ZONE": TIMESTAMPTZ, "UUID": UUID, "BLOB": BYTES, "VARCHAR": TEXT,
}  # fmt: skip
_BETWEEN = (",", ";", "\t", "|")  # fields of a line
_NUMBER = r"-?\d{1,17}(\.\d+)?"
_A_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_BY_SUFFIX = {FORMATS[name].suffix: FORMATS[name] for name in READABLE}


def read_folder(path: str | Path, *, tables: Sequence[str] = ()) -> Found:
    """Read a folder's tables, or some: TABLE/*.parquet, TABLE.csv and so on. Raises OptionError, OutputError."""
    source = FolderSource(Path(path).absolute())
    for name in tables:
        if name not in source.files:
            raise OptionError(f"'{path}' has no table '{name}'\n  hint: {did_you_mean(name, source.files)}")
    files = {name: paths for name, paths in source.files.items() if paths and (not tables or name in tables)}
    every = [file for paths in files.values() for file in paths]
    memory = min(default_memory(), MEMORY_BYTES)
    with (
        temporary_folder("synth-import-", guarded=True) as spill,
        sandbox(files=every, memory_bytes=memory, spill=spill) as connection,
    ):
        reading = _Reading(connection, source)
        held = {name: reading.table(name, paths) for name, paths in files.items()}
        guesses = Guesses(connection, held)
        found = tuple(guesses.table(table) for table in held.values())
    empty = [Note(name, "it has no files, and so no columns") for name, paths in source.files.items() if not paths]
    return Found(found, (*reading.notes, *guesses.notes, *empty), name=Path(path).resolve().name)


class _Reading:
    """Lets a connection see the tables of a folder, in the types that they have or that their values show."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: FolderSource):
        self.connection, self.source = connection, source
        self.notes: list[Note] = []

    def table(self, name: str, paths: Sequence[Path]) -> Held:
        """A table, which the connection knows by its name from here on. Raises OutputError."""
        forms = {path.suffix.lower(): _BY_SUFFIX[path.suffix.lower()] for path in paths}
        if len(forms) > 1:
            raise OutputError(f"'{paths[0].parent}' holds '{name}' in several formats: {', '.join(sorted(forms))}")
        (form,) = forms.values()
        try:
            if self.source.manifest is not None or form.holds_types:
                types = self.source.known(name)
                form.attach(self.connection, name, paths, types)
                return self._held(name, types, dict.fromkeys(types, ""))
            return self._sniffed(name, form, paths)
        except unreadable_errors() as error:
            hint = "\n  hint: save it as UTF-8" if "utf-8" in str(error) else ""
            raise OutputError(
                f"'{name}' in '{paths[0].parent}' cannot be read: {without_cells(str(error))}{hint}"
            ) from None

    def _sniffed(self, name: str, form: Format, paths: Sequence[Path]) -> Held:
        """Rows of files that say no types: these are told by values, numbers with a point by how they are written."""
        if not any(path.stat().st_size for path in paths):
            raise OutputError(
                f"'{paths[0]}' is empty\n  hint: {'a header says its columns' if form.has_header else 'remove it'}"
            )
        function = "read_csv" if form.has_header else "read_json"
        options = "header = true, skip = 0" if form.has_header else "format = 'newline_delimited'"
        options += ", union_by_name = true, hive_partitioning = false"
        try:
            kinds = self._load(name, f"{function}({file_list(paths)}, {options}, sample_size = {SNIFFED_ROWS}")
        except unreadable_errors():  # a later row is otherwise
            kinds = self._load(name, f"{function}({file_list(paths)}, {options}, sample_size = -1")
        if form.has_header and any(_is_value(name, first=i == 0) for i, name in enumerate(kinds)):
            raise OutputError(
                f"the first line of '{paths[0]}' is no header: values stand in it\n  hint: name the columns there"
            )
        if form.has_header and len(kinds) == 1 and any(sign in next(iter(kinds)) for sign in _BETWEEN):
            raise OutputError(f"'{paths[0]}' cannot be read: its lines have not all the fields of its header")
        if not form.has_header and list(kinds) == ["json"] and not _holds_objects(paths[0]):
            raise OutputError(f"'{paths[0]}' cannot be read: its lines are no objects")
        types = self._narrowed(name, kinds)
        return self._held(name, types, kinds)

    def _load(self, name: str, relation: str) -> dict[str, str]:
        """Read files into a table, which goes to disk where it is large; its columns in DuckDB's words.

        Numbers with a point are texts in it, and so are nested values.
        """
        described = self.connection.execute(f"DESCRIBE FROM {relation})").fetchall()
        kinds = {column: kind for column, kind, *_ in described}
        as_text = {column: "VARCHAR" for column, kind in kinds.items() if kind == "DOUBLE"}
        cells = ", ".join(
            f"CAST({_quoted(column)} AS JSON) AS {_quoted(column)}" if _is_nested(kind) else _quoted(column)
            for column, kind in kinds.items()
        )
        if as_text and relation.startswith("read_csv"):
            spelt = ", ".join(f"{_literal(column)}: '{kind}'" for column, kind in as_text.items())
            relation += f", types = {{{spelt}}}"
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {_quoted(name)} AS SELECT {cells} FROM {relation})")
        return kinds

    def _narrowed(self, name: str, kinds: Mapping[str, str]) -> dict[str, DType]:
        """The types of columns, by what all their values are."""
        asked = {}
        for column, kind in kinds.items():
            cell = _quoted(column)
            text = f"CAST({cell} AS VARCHAR)"
            if kind == "DOUBLE":
                asked[column] = (
                    f"[BOOL_AND(regexp_full_match({text}, '{_NUMBER}'))::INTEGER, "
                    f"MAX(LENGTH(SPLIT_PART(LTRIM({text}, '-'), '.', 1))), MAX(LENGTH(SPLIT_PART({text}, '.', 2)))]"
                )
            elif kind == "BIGINT":
                asked[column] = f"[(MIN({cell}) >= -2147483648 AND MAX({cell}) <= 2147483647)::INTEGER]"
            elif kind == "VARCHAR":
                asked[column] = (
                    f"[(MIN(LENGTH({cell})) = 36 AND BOOL_AND(regexp_full_match({cell}, '{_UUID}')))::INTEGER]"
                )
        types = {
            column: JSON if _is_nested(kind) or kind == "JSON" else _SEEN.get(kind, TEXT)
            for column, kind in kinds.items()
        }
        if asked:
            (cells,) = self.connection.execute(f"SELECT {', '.join(asked.values())} FROM {_quoted(name)}").fetchall()
            for column, (yes, *digits) in zip(asked, cells, strict=True):
                if yes:
                    types[column] = _narrower(kinds[column], *digits)
        doubles = [column for column, kind in kinds.items() if kind == "DOUBLE"]
        for column in doubles:
            if types[column] == DOUBLE:
                self.connection.execute(f"ALTER TABLE {_quoted(name)} ALTER {_quoted(column)} TYPE DOUBLE")
        return types

    def _held(self, name: str, types: Mapping[str, DType], kinds: Mapping[str, str]) -> Held:
        """Count rows and values, column by column, in one pass."""
        counts = ", ".join(
            f"COUNT({_quoted(column)}), APPROX_COUNT_DISTINCT({_text_of(column, types)})" for column in types
        )
        (cells,) = self.connection.execute(f"SELECT COUNT(*), {counts} FROM {_quoted(name)}").fetchall()
        rows, values, distinct = (
            cells[0],
            dict(zip(types, cells[1::2], strict=True)),
            dict(zip(types, cells[2::2], strict=True)),
        )
        columns = tuple(
            FoundColumn(
                column,
                dtype,
                source_type=kinds[column].lower() or str(dtype),
                nullable=not rows or values[column] < rows,
            )
            for column, dtype in types.items()
        )
        for column in columns:
            if rows and not values[column.name]:
                self.notes.append(Note(f"{name}.{column.name}", "holds no value at all: what it is, nothing says"))
        return Held(FoundTable(name, columns, rows=rows), values, distinct)


def _narrower(kind: str, *digits: int | None) -> DType:
    """The type of a column whose values all meet what was asked of them."""
    if kind == "BIGINT":
        return DType("integer")
    if kind == "VARCHAR":
        return UUID
    whole, scale = (each or 0 for each in digits)
    needed = max(1, whole) + scale
    precision = next((most for most in _DIGITS if needed <= most), None)
    return DOUBLE if precision is None or scale > MOST_SCALE else decimal(precision, scale)


def _is_value(name: str, *, first: bool) -> bool:
    """Whether what should be the name of a column is rather what a row has: a key, a day, or something personal."""
    return looks_personal(name) or _A_DAY.match(name) is not None or (first and name.isdecimal())


def _holds_objects(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _is_nested(kind: str) -> bool:
    return kind.startswith(("STRUCT", "MAP", "UNION")) or kind.endswith("]")


def _text_of(column: str, types: Mapping[str, DType]) -> str:
    """What of a cell its distinct values are counted by: of what is not compared, a text."""
    return f"CAST({_quoted(column)} AS VARCHAR)" if types[column].is_opaque else _quoted(column)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
