"""What a verification has found, finding by finding."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from synth.errors import many

if TYPE_CHECKING:
    from synth.answers import DatasetVerified

__all__ = ["Finding", "VerifyReport"]


@dataclass(frozen=True)
class Finding:
    """One check's result; `offences` is None where it could not be run, and `note` says why."""

    kind: str
    table: str
    name: str
    offences: int | None
    examples: tuple[dict[str, Any], ...] = ()
    note: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the check ran and found nothing."""
        return self.offences == 0


@dataclass
class VerifyReport:
    """All findings of one verification.

    >>> proof = synth.verify(synth.generate(synth.make_plan("inventory", scale=0.01), "output").folder)
    >>> proof.passed, proof.failed
    (True, [])
    """

    place: str
    dataset: str
    rows: dict[str, int] = field(default_factory=dict)  # by table, as the manifest states them
    findings: list[Finding] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # checks of tables that were not made
    others: dict[str, str] = field(default_factory=dict)  # by table: rows that others brought, changed or deleted
    left: dict[str, int] = field(default_factory=dict)  # in a store: objects that runs have left, by the run's key
    seconds: float = 0.0  # by the clock

    def __repr__(self) -> str:
        held = "all hold" if self.passed else f"{len(self.failed)} of them do not hold"
        return f"VerifyReport({self.place!r}, {many(len(self.findings), 'check')}, {held})"

    @property
    def passed(self) -> bool:
        """Whether every check ran and found nothing."""
        return all(finding.passed for finding in self.findings)

    @property
    def failed(self) -> list[Finding]:
        """The findings with offences, and the checks that could not run."""
        return [finding for finding in self.findings if not finding.passed]

    def as_dict(self) -> DatasetVerified:
        """Give the report as plain values, for `--json`."""
        return {
            "place": self.place,
            "dataset": self.dataset,
            "passed": self.passed,
            "checks": len(self.findings),
            "skipped": self.skipped,
            "others": self.others,
            "left": self.left,
            "findings": [
                {
                    "kind": f.kind, "table": f.table, "name": f.name, "offences": f.offences, "note": f.note,
                    "seconds": round(f.seconds, 3),
                    "examples": [{k: None if v is None else str(v) for k, v in row.items()} for row in f.examples],
                }
                for f in self.findings
            ],
        }  # fmt: skip
