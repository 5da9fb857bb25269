"""What was made of a dataset: how, how many rows, in which files."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from synth.describe.catalogue import Catalogue, TableFacts
from synth.spec.load import shipped

__all__ = ["Made", "MadeFile", "command_of"]


@dataclass(frozen=True)
class MadeFile:
    """A file of a table; the path is relative to the dataset's folder."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Made:
    """A dataset as it was made; `rows` and `files` have the tables that were."""

    catalogue: Catalogue
    program: str
    scale: float
    seed: int
    until: dt.datetime
    format: str
    suffix: str
    rows: Mapping[str, int]
    files: Mapping[str, tuple[MadeFile, ...]]

    @property
    def tables(self) -> tuple[TableFacts, ...]:
        """Give the tables that were made, in their order."""
        return tuple(table for table in self.catalogue.tables if table.name in self.rows)

    @property
    def command(self) -> str:
        """Spell the command that makes it again."""
        return command_of(self.catalogue.dataset, self.scale, self.seed, self.until, self.format)


def command_of(dataset: str, scale: float, seed: int, until: dt.datetime, form: str) -> str:
    """Spell the command that makes a dataset; one that does not ship is a file of the user's."""
    source = dataset if dataset in shipped() else f"{dataset}.yaml"
    now = until.date().isoformat() if until.time() == dt.time() else until.isoformat()
    words = ["synth", "generate", source, "--scale", f"{scale:g}", "--seed", str(seed), "--until", now]
    return shlex.join(words if form == "parquet" else [*words, "--format", form])
