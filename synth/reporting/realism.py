"""How real data is: figures that a spec wants of it, measured by SQL, beside the bands that its sources give."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import duckdb

from synth.errors import OptionError
from synth.logs import logged
from synth.progress import Phase, Progress, silent
from synth.reporting.looked_at import folder_of, tables_of
from synth.sandbox import time_limit
from synth.spec.models import Dataset
from synth.spec.row_models import Fact
from synth.sql.parse import query, tables
from synth.store.manifest import Manifest

if TYPE_CHECKING:
    from synth import answers

__all__ = ["Measured", "Realism", "measured_in", "realism"]

LIMIT_S = 120  # of one fact

Verdict = Literal["inside", "outside", "skipped", "failed"]


@dataclass(frozen=True)
class Measured:
    """A fact as it was measured; None with a `note` where it could not be, or says nothing of so few rows."""

    name: str
    fact: Fact
    measured: float | None
    note: str = ""
    skipped: bool = False

    @property
    def verdict(self) -> Verdict:
        """Say whether it is within its band."""
        if self.skipped:
            return "skipped"
        if self.measured is None:
            return "failed"
        low, high = self.fact.band
        return "inside" if low <= self.measured <= high else "outside"

    @property
    def deviation(self) -> float | None:
        """Give by which share of the wanted figure it is off; None where there is none, or it is 0."""
        if self.measured is None or not self.fact.wanted:
            return None
        return self.measured / self.fact.wanted - 1

    def as_dict(self) -> answers.FactMeasured:
        """Give it as plain values, for `--json`."""
        low, high = self.fact.band
        return {
            "name": self.name, "about": self.fact.about, "source": self.fact.source, "measured": self.measured,
            "wanted": self.fact.wanted, "least": low, "most": high, "deviation": self.deviation, "verdict": self.verdict,
            "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Realism:
    """The facts of a dataset, measured.

    >>> folder = synth.generate(synth.make_plan("inventory", scale=0.01), "output").folder
    >>> synth.realism(folder).passed
    True
    """

    place: str
    dataset: str
    scale: float
    facts: tuple[Measured, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Tell whether no fact is outside of its band, and all could be measured."""
        return all(each.verdict in ("inside", "skipped") for each in self.facts)

    def as_dict(self) -> answers.RealismMeasured:
        """Give it as plain values, for `--json`."""
        return {
            "place": self.place, "dataset": self.dataset, "scale": self.scale, "passed": self.passed,
            "facts": [each.as_dict() for each in self.facts], "seconds": round(self.seconds, 3),
        }  # fmt: skip


@logged
def realism(place: str | Path, *, schema: str | None = None, progress: Progress | None = None) -> Realism:
    """Measure the facts that a dataset's spec declares: of a folder, one in an object store, or what is in a database.

    Raises OptionError where it declares none, OutputError, DatabaseError.

    >>> folder = synth.generate(synth.make_plan("inventory", scale=0.01), "output").folder
    >>> [each.verdict for each in synth.realism(folder).facts][:1]
    ['skipped']
    """
    from synth.databases.secret import masked

    started, tell = time.perf_counter(), progress or silent
    with folder_of(place, schema, tell) as folder, tables_of(folder) as (connection, manifest):
        dataset = manifest.load_dataset()
        if not dataset.facts:
            hint = "declare them: facts: {NAME: {about: …, select: …, band: [low, high]}}"
            raise OptionError(f"the spec of {dataset.dataset} declares no facts\n  hint: {hint}")
        tell(Phase("measuring", len(dataset.facts)), 0)
        found = []
        for each in measured_in(connection, dataset, manifest):
            found.append(each)
            tell(each.name, 1)
    seconds = time.perf_counter() - started
    return Realism(masked(str(place)), dataset.dataset, manifest.scale, tuple(found), seconds)


def measured_in(connection: duckdb.DuckDBPyConnection, dataset: Dataset, manifest: Manifest) -> Iterator[Measured]:
    """Measure each fact on tables that SQL sees."""
    for name, fact in dataset.facts.items():
        lacking = sorted({*tables(query(fact.select))} - {*manifest.tables})
        if lacking:
            yield Measured(name, fact, None, f"it reads {lacking[0]}, which was not made", skipped=True)
            continue
        number, note = _asked(connection, fact.select)
        if number is not None and manifest.scale < fact.from_scale:
            yield Measured(name, fact, number, f"judged from scale {fact.from_scale:g} on", skipped=True)
        else:
            yield Measured(name, fact, number, note)


def _asked(connection: duckdb.DuckDBPyConnection, select: str) -> tuple[float | None, str]:
    """Ask for one number; None, and why, where there is none."""
    try:
        with time_limit(connection, LIMIT_S):
            rows = connection.execute(select).fetchmany(2)
    except (duckdb.Error, TimeoutError) as error:
        return None, str(error).splitlines()[0]
    if len(rows) != 1:
        return None, f"it gives {'no row' if not rows else 'several rows'} instead of one"
    number = None if rows[0][0] is None else float(rows[0][0])
    if number is None or not math.isfinite(number):
        return None, "it gives no number"
    return number, ""
