"""What was made of a dataset: how, how many rows, in which files."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from synth.describe.catalogue import Catalogue, TableFacts
from synth.spec.load import shipped

__all__ = ["Made", "MadeFile"]


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
    compression: str | None  # where it is not the usual one
    partitions: Mapping[str, str]  # by table: what its folders are made by
    asked: Mapping[str, int]  # rows that a run was asked for, whatever the scale
    parents: tuple[str, ...]  # tables that had been there
    rows: Mapping[str, int]
    files: Mapping[str, tuple[MadeFile, ...]]

    @property
    def tables(self) -> tuple[TableFacts, ...]:
        """Give the tables that were made, in their order."""
        return tuple(table for table in self.catalogue.tables if table.name in self.rows)

    def pattern(self, table: str) -> str:
        """Spell the files of a table as a pattern."""
        return f"{table}/{'**/' if table in self.partitions else ''}*{self.suffix}"

    @property
    def command(self) -> str:
        """Spell the command that makes it again."""
        name, until = self.catalogue.dataset, self.until
        source = name if name in shipped() else f"{name}.yaml"  # a file of the user's
        now = until.date().isoformat() if until.time() == dt.time() else until.isoformat()
        words = ["synth", "generate", source, "--scale", f"{self.scale:g}", "--seed", str(self.seed), "--until", now]
        words += ["--format", self.format]
        words += ["--compression", self.compression] if self.compression else []
        for table, levels in self.partitions.items():
            words += ["--partition-by", f"{table}={levels}"]
        for table, rows in self.asked.items():
            words += ["--rows", f"{table}={rows}"]
        words += ["--existing", ",".join(self.parents), "--from", "URL_OR_DIR"] if self.parents else []
        made = [table.name for table in self.catalogue.tables if table.name not in self.parents]
        words += [] if list(self.rows) == made else ["--tables", ",".join(self.rows)]
        return shlex.join(words)
