"""How users name databases of one kind: what `urls.py` in each database's folder declares."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Urls"]


@dataclass(frozen=True)
class Urls:
    """The words by which one kind of database is meant. `address.py` reads all of them, so no driver is imported here."""

    schemes: tuple[str, ...]  # what stands before ://; the first is the one that is shown
    suffixes: tuple[str, ...] = ()  # ends of the names of files that are such databases
    example: str = ""  # a URL of a file
    is_file: bool = False  # whether a database is a file, else it is on a server
