"""What some databases can do and others cannot: declared by each, asked by callers, never found out by an error."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["METHODS", "REFUSALS", "Capabilities"]


@dataclass(frozen=True)
class Capabilities:
    """What a database can do beyond what all of them must; each of these promises the METHODS of its name."""

    parallel_connections: bool  # several connections may fill the staging place at once
    reads_files: bool = False  # rows of files go in without passing through this process's memory
    appends: bool = False  # rows go behind those that are there, all or none
    applies_changes: bool = False  # inserts, updates and deletes of an advance, all or none


# capability -> the methods of `Database` that are there where it is declared, and refuse where it is not
METHODS = {
    "parallel_connections": (),
    "reads_files": ("send_files",),
    "appends": ("appending", "append_rows", "adopt_table"),
    "applies_changes": ("apply_changes",),
}

# capability -> what the user is told where it is lacking
REFUSALS = {
    "parallel_connections": "this kind of database is filled over one connection",
    "reads_files": "this kind of database does not read files itself",
    "appends": (
        "rows cannot be appended to tables of this kind of database yet; nothing was changed\n"
        "  hint: --if-exists replace, another --schema, or PostgreSQL"
    ),
    "applies_changes": (
        "a dataset cannot be advanced in this kind of database yet\n"
        "  hint: advance its folder, and load that with --if-exists replace"
    ),
}
