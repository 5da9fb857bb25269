"""Scripts: the files by which a database's own client loads CSV files. Nothing of ours runs where they run."""

from __future__ import annotations

from synth.databases.scripting.script_input import CsvTable, ScriptInput

__all__ = ["CsvTable", "ScriptInput"]
