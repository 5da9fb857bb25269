"""Scripts: how a database's own client loads CSV files. Adding one is a file with `files`, and a line here.

Each is one `files(source)`: the SQL and the shell file by name. Nothing of ours runs where they run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from synth.databases.mysql import script as mysql
from synth.databases.postgres import script as postgres
from synth.databases.script_source import CsvTable, Source
from synth.databases.tsql import script as tsql

__all__ = ["SCRIPTS", "CsvTable", "Script", "Source"]


@dataclass(frozen=True)
class Script:
    """One client's."""

    files: Callable[[Source], Mapping[str, str]]
    in_schema: bool = True  # whether tables stand in a schema of the database, else in the database itself
    tells_empty: bool = True  # whether its CSV tells an empty text from NULL


SCRIPTS: dict[str, Script] = {
    "postgres": Script(postgres.files),
    "mysql": Script(mysql.files, in_schema=False, tells_empty=False),
    "tsql": Script(tsql.files, tells_empty=False),
}
