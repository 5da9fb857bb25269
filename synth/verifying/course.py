"""How far a verification is, told by what its checks take: rows that they go through, and seconds by what they are about."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from synth.progress import Drawn, Phase, Progress, silent
from synth.spec.models import Dataset
from synth.sql.parse import grouped_by
from synth.store.manifest import Manifest
from synth.verifying.checks import Check, checks
from synth.verifying.row_by_row import rule_by_row

__all__ = ["Course"]

# seconds of a core, measured on erp at SCALE=5, 9.5 million rows: only how they compare matters, as a run corrects them
FILE_S, BYTE_S = 2e-3, 3e-9
CELL_S = 4e-8  # of a fingerprint
ROW_S = 2.5e-9  # of a check that looks at each row by itself, in a pass with others
KEY_S, KEYS_S = 6e-8, 3e-7  # a row of a key of one column, and of several
REFERENCE_S = 1.5e-8  # a row of either table
RULE_S = (1e-7, 5e-8, 1.5e-7, 4e-7)  # a row of what a rule reads that groups by no column, by one, two, and more
WHOLE = ("smallint", "integer", "bigint")


@dataclass(frozen=True)
class _Leg:
    """What is gone through at once: what it is about, rows, and the seconds that it is thought to take."""

    about: str
    rows: int
    work: float


class Course:
    """One dataset's. Whatever is done is told of once; at the `end`, what could not be done."""

    def __init__(
        self, progress: Progress | None, manifest: Manifest, dataset: Dataset, *, joins: bool, workers: int = 1
    ):
        self._manifest, self._joins, self._tell = manifest, joins, progress or silent
        self._rows = {name: entry.rows for name, entry in manifest.existing.items()}
        self._rows |= {name: entry.rows for name, entry in manifest.tables.items()}
        self._each_row: Counter[str] = Counter()  # checks of a table that look at each row by itself
        self._left = 0
        if progress is not None:
            legs = self._legs(dataset)
            work = {about: sum(leg.work for leg in legs if leg.about == about) for about in {leg.about for leg in legs}}
            self._left = sum(leg.rows for leg in legs)
            self._tell(Phase("verify", self._left, work, workers), 0)

    def _legs(self, dataset: Dataset) -> list[_Leg]:
        """All that there is to go through, if each table can be read."""
        tables = list(self._manifest.tables)
        legs = [self._content(table) for table in tables]
        if not self._joins:
            legs += [self._files(table) for table in tables]
        for check in checks(dataset, self._manifest.until, list(self._manifest.existing)):
            if not self._rows.keys() >= set(check.reads):
                continue
            if self._is_of_each_row(check):
                self._each_row[check.table] += 1
            else:
                legs.append(self._check(check))
        return legs + [self._together(table, count) for table, count in self._each_row.items()]

    def begins(self, check: Check) -> None:
        """A check begins that may take long."""
        if not self._is_of_each_row(check):
            self._tell(self._check(check).about, 0)

    def read(self, table: str, seconds: float) -> None:
        """A table's files were read as they are."""
        self._did(self._files(table), seconds)

    def summed(self, table: str, seconds: float) -> None:
        """The fingerprint of a table was worked out."""
        self._did(self._content(table), seconds)

    def counted(self, table: str, count: int, seconds: float) -> None:
        """So many checks of a table that look at each row by itself were counted."""
        self._did(self._together(table, count), seconds)

    def checked(self, check: Check, seconds: float) -> None:
        """A check was made, by itself or with others."""
        if not self._is_of_each_row(check):
            self._did(self._check(check), seconds)

    def end(self) -> None:
        """All is done, or could not be."""
        if self._left:
            self._tell("verify", self._left)
            self._left = 0

    def _did(self, leg: _Leg, seconds: float) -> None:
        rows = min(leg.rows, self._left)
        self._left -= rows
        self._tell(Drawn(leg.about, leg.work, seconds), rows)

    def _is_of_each_row(self, check: Check) -> bool:
        """Whether a check is one of a pass over its table; in files some rules and references are, too."""
        if check.condition is not None or self._joins or check.refers is None:
            return check.condition is not None or not (self._joins or rule_by_row(check) is None)
        column, parent, key = check.refers
        both = [
            self._manifest.tables[name].types if name in self._manifest.tables else {} for name in (check.table, parent)
        ]
        return all(each in types and types[each].name in WHOLE for types, each in zip(both, (column, key), strict=True))

    def _files(self, table: str) -> _Leg:
        files = self._manifest.tables[table].files
        return _Leg("files", self._rows[table], FILE_S * len(files) + BYTE_S * sum(file.bytes for file in files))

    def _content(self, table: str) -> _Leg:
        rows = self._rows[table]
        return _Leg("fingerprints", rows, CELL_S * rows * len(self._manifest.tables[table].columns))

    def _together(self, table: str, count: int) -> _Leg:
        rows = self._rows[table]
        return _Leg("checks", rows * count // max(1, self._each_row[table]), ROW_S * rows * count)

    def _check(self, check: Check) -> _Leg:
        rows = sum(self._rows.get(table, 0) for table in check.reads)
        if check.apart:
            return _Leg("keys", rows, rows * (KEY_S if len(check.apart) == 1 else KEYS_S))
        if check.kind == "reference":
            return _Leg("references", rows, rows * REFERENCE_S)
        groups = min(len(grouped_by(check.sql)), len(RULE_S) - 1)
        return _Leg("rules" if check.kind == "rule" else "counts", rows, rows * RULE_S[groups])
