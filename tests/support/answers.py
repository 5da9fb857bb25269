"""What databases answer: the tables of a catalogue, or that they refuse."""

from __future__ import annotations

from dataclasses import dataclass, field


class Refused(Exception):
    """What a database said to a statement that it did not take."""


@dataclass
class Seen:
    """One table in a database's catalogue. Names of constraints are None where the database keeps none."""

    columns: dict[str, tuple] = field(default_factory=dict)  # name -> (type, whether NULL may stand there)
    keys: set = field(default_factory=set)  # (kind, name, columns)
    checks: set = field(default_factory=set)  # names, or conditions where there are none
    foreign: set = field(default_factory=set)  # (name, column, parent, key)
    indexes: set = field(default_factory=set)  # (name, columns)
    comments: dict = field(default_factory=dict)  # of columns, and of None: the table
    collations: set = field(default_factory=set)
