"""CREATE TABLE and what belongs to it, from a dataset and a dialect."""

from __future__ import annotations

from synth.ddl.names import LONGEST_NAME, LONGEST_SCHEMA, check_schema_name
from synth.ddl.order import in_reference_order
from synth.ddl.parts import NO_DDL, Constraint, Ddl, Index, Join, by_table
from synth.ddl.statements import ddl

__all__ = [
    "LONGEST_NAME",
    "LONGEST_SCHEMA",
    "NO_DDL",
    "Constraint",
    "Ddl",
    "Index",
    "Join",
    "by_table",
    "check_schema_name",
    "ddl",
    "in_reference_order",
]
