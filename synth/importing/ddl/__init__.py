"""DDL text, as people keep it and as dump programs write it, read as tables.

Statements are split by a lexer that knows what a dump holds besides SQL; the structure of a table is read token by token, so
that a clause nobody knows costs no more than itself; expressions are parsed by sqlglot, which spells them for DuckDB.
"""

from synth.importing.ddl.read import DdlError, read_ddl

__all__ = ["DdlError", "read_ddl"]
