"""What `script.py` in each database's folder declares: how its own client loads CSV files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from synth.databases.scripting.script_input import ScriptInput

__all__ = ["Script"]


@dataclass(frozen=True)
class Script:
    """One client's files: `files` gives their texts, SQL and a shell file, by name."""

    files: Callable[[ScriptInput], Mapping[str, str]]
    in_schema: bool = True  # whether tables stand in a schema of the database, else in the database itself
    tells_empty: bool = True  # whether its CSV tells an empty text from NULL
