"""Raw results: JSON files in results/, which hold each run of each case; and what is told of them, medians and quartiles."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
OWN, RIVALS = "own", "rivals"  # the two sets of cases, each in files of its own
Result = dict[str, Any]


@dataclass(frozen=True)
class Spread:
    """A median, and between which values half of the runs lie."""

    median: float
    lower: float
    upper: float

    def over(self, rows: float) -> Spread:
        """Rows a second instead of seconds."""
        return Spread(rows / self.median, rows / self.upper, rows / self.lower)


def spread(values: Sequence[float]) -> Spread:
    """Of a case's runs, one or more."""
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, lower, upper)


@dataclass(frozen=True)
class Line:
    """What a table tells of a case; None is what was not measured."""

    name: str
    ours: bool
    runs: int
    wall_s: Spread
    cpu_s: Spread | None
    rows: int | None
    cells: int | None
    bytes: int | None
    peak_bytes: int | None

    def per_s(self, count: int | None) -> float | None:
        """So many a second."""
        return count / self.wall_s.median if count else None

    def per_cpu_s(self, count: int | None) -> float | None:
        """So many a CPU second."""
        return count / self.cpu_s.median if count and self.cpu_s and self.cpu_s.median else None


def line(name: str, case: dict[str, Any]) -> Line:
    """A case of a result, also of one that was written before cells, bytes and groups were."""
    runs = case["runs"]
    cpu = [run["cpu_s"] for run in runs if run.get("cpu_s") is not None and not case.get("inner")]
    last = runs[-1]
    return Line(
        name, case.get("ours", True), len(runs), spread([run["wall_s"] for run in runs]), spread(cpu) if cpu else None,
        last.get("rows", case.get("rows")), last.get("cells"), last.get("bytes"), case.get("peak_bytes") or None,
    )  # fmt: skip


def lines(result: Result, group: str | None = None) -> list[Line]:
    """All cases, or those of a group."""
    return [line(name, case) for name, case in result["cases"].items() if group is None or group_of(case) == group]


def group_of(case: dict[str, Any]) -> str:
    """Under which heading it is told; results had none before."""
    return case.get("group", "all cases")


def groups(result: Result) -> list[str]:
    """In the order of their first cases."""
    return list(dict.fromkeys(map(group_of, result["cases"].values())))


def read(path: Path) -> Result:
    """One file."""
    found: Result = json.loads(path.read_text("utf-8"))
    return found


def newest(of: str, folder: Path = RESULTS) -> Result | None:
    """The last result of a set; None where there is none."""
    found = [result for path in folder.glob("*.json") if (result := read(path)).get("set", OWN) == of]
    return max(found, key=lambda result: str(result["at"]), default=None)


def path_of(text: str) -> Path:
    """A result by its path, or by the name of its file in results/."""
    path = Path(text)
    return path if path.exists() else RESULTS / f"{path.stem}.json"


def write(result: Result, path: Path) -> None:
    """Write one, as text that can be compared line by line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
