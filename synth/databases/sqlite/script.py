"""SQLite has no script: `synth load DIR FILE` fills its file."""

from __future__ import annotations

from synth.databases.scripting.script import Script

__all__ = ["SCRIPT"]

SCRIPT: Script | None = None
