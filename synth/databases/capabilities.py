"""What some databases can do and others cannot: declared by each, asked by callers, never found out by an error."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["METHODS", "REFUSALS", "Capabilities"]


@dataclass(frozen=True)
class Capabilities:
    """What a database can do beyond what all of them must; each of these promises the METHODS of its name."""

    parallel_connections: bool  # several connections may fill the staging place at once
    reads_files: bool = False  # rows of files go in without passing through this process's memory
    keeps_staging: bool = False  # what is staged outlasts a load that ends early, and another can go on with it
    transactional_ddl: bool = True  # tables are made and moved in the same transaction as rows


# capability -> the methods of `Database` that are there where it is declared, and refuse where it is not
METHODS = {
    "parallel_connections": (),
    "reads_files": ("send_files",),
    "keeps_staging": ("names_in",),
    "transactional_ddl": (),
}

# capability -> what the user is told where it is lacking
REFUSALS = {
    "parallel_connections": "this kind of database is filled over one connection",
    "reads_files": "this kind of database does not read files itself",
    "keeps_staging": "this kind of database keeps nothing of a load that ends early\n  hint: leave --keep-staging out",
    "transactional_ddl": (
        "this kind of database cannot add rows and new tables in one step; nothing was changed\n"
        "  hint: add the new tables by themselves first: --tables"
    ),
}
