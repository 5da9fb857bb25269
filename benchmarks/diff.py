"""Two raw results side by side: `python -m benchmarks.diff A B`, files or their names in results/.

A difference is beyond noise where every run of one is on the same side of every run of the other, and both have four or
more: by chance alone that happens to fewer than three cases in a hundred.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from benchmarks.report import about, markdown
from benchmarks.results import Result, path_of, read, spread

LEAST_RUNS = 4
HEAD = ("case", "", "A (quartiles)", "B (quartiles)", "B / A", "")
FIGURES = {"wall_s": "wall s", "cpu_s": "CPU-s"}


def side_by_side(a: Result, b: Result) -> str:
    """A table of the cases that both have, and the names of the others."""
    rows = [row for name in a["cases"] if name in b["cases"] for row in _rows(name, a["cases"][name], b["cases"][name])]
    parts = [f"A: {about(a)}", f"B: {about(b)}", markdown(HEAD, rows)]
    if a.get("size", 1) != b.get("size", 1):
        parts.append("They are of different sizes, so seconds cannot be compared.")
    if (cpu := a["machine"]["cpu"]) != b["machine"]["cpu"] or a["machine"]["cores"] != b["machine"]["cores"]:
        parts.append(
            f"They are of different machines ({cpu}, {b['machine']['cpu']}): only ratios within one say something."
        )
    for letter, one, other in (("A", a, b), ("B", b, a)):
        if alone := [name for name in one["cases"] if name not in other["cases"]]:
            parts.append(f"Only {letter} has: {', '.join(alone)}.")
    return "\n\n".join(parts)


def _rows(name: str, a: dict[str, object], b: dict[str, object]) -> Iterator[list[str]]:
    for key, figure in FIGURES.items():
        first, second = ([run[key] for run in case["runs"] if run.get(key) is not None] for case in (a, b))
        if first and second and min(first) > 0:
            left, right = spread(first), spread(second)
            shown = [f"{each.median:.2f} ({each.lower:.2f} – {each.upper:.2f})" for each in (left, right)]
            yield [name, figure, *shown, f"{right.median / left.median:.2f}", verdict(first, second)]


def verdict(first: Sequence[float], second: Sequence[float]) -> str:
    """What can be said of two series of seconds."""
    if min(len(first), len(second)) < LEAST_RUNS:
        return f"fewer than {LEAST_RUNS} runs"
    if max(second) < min(first):
        return "faster"
    return "slower" if min(second) > max(first) else "within noise"


def main(words: Sequence[str]) -> int:
    """Print the comparison."""
    if len(words) != 2:
        print("two results are compared: make bench-diff A=FILE B=FILE", file=sys.stderr)
        return 2
    if missing := [word for word in words if not path_of(word).exists()]:
        print(f"there is no result {', '.join(missing)}", file=sys.stderr)
        return 2
    print(side_by_side(*(read(path_of(word)) for word in words)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
