"""Writes what documents say of speed from the newest raw results: `python -m benchmarks.report`. Nothing of it is typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from benchmarks.case import GENERATORS
from benchmarks.datasets import FLOOR
from benchmarks.plots import Bar, bars
from benchmarks.results import OWN, RIVALS, Line, Result, group_of, groups, lines, newest
from benchmarks.rivals.rival import ANOTHER, MARIADB, PARQUET, POSTGRES

ROOT = Path(__file__).resolve().parent.parent
PICTURES = "docs/pictures"
BEGIN, END = "<!-- written by benchmarks/report.py: {name} -->", "<!-- until here -->"
NONE = "No result of `make {target}` has been written yet."
HEAD = (
    "case",
    "runs",
    "wall s (quartiles)",
    "CPU-s",
    "rows/s",
    "rows/CPU-s",
    "cells/s",
    "cells/CPU-s",
    "peak MiB",
    "MB written",
)


# -- tables


def tables(result: Result) -> str:
    """Everything that a result tells, a table a group."""
    parts = [about(result)]
    for group in groups(result):
        found = lines(result, group)
        floor = next((each for each in found if each.name == FLOOR), None) if group == PARQUET else None
        head = [*HEAD, "of the floor"] if floor else [*HEAD]
        parts += [f"## {group[0].upper()}{group[1:]}", markdown(head, (_cells(each, floor) for each in found))]
        parts += [_given(result, group)]
    if result.get("not_run"):
        parts += ["## Not run", "\n".join(f"- {name}: {why}" for name, why in result["not_run"].items())]
    return "\n\n".join(part for part in parts if part)


def about(result: Result) -> str:
    """When, which commit, which machine."""
    here = result["machine"]
    changed = "" if result.get("clean", True) else " with changes that are not committed"
    share = f", {result['size']:g} of the usual rows" if result.get("size", 1) != 1 else ""
    versions = [f"{name} {here[name]}" for name in ("python", "polars", "pyarrow", "numpy", "duckdb") if name in here]
    versions += ["kernels in C" if here["kernels"] == "compiled" else "all in numpy"] if "kernels" in here else []
    disk = f", files written at {here['write_bytes_s'] / 1e6:,.0f} MB/s" if "write_bytes_s" in here else ""
    return (
        f"{result['date']}, commit {result['commit'] or 'unknown'}{changed}{share}: {here['cpu']}, "
        f"{here['cores']} processors, {here['memory_bytes'] / 2**30:.0f} GiB, {here['system']}{disk}; {', '.join(versions)}."
    )


def markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table."""
    columns = list(head)
    told = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in told)


def _cells(each: Line, floor: Line | None) -> list[str]:
    found = [
        each.name, str(each.runs), seconds(each),
        f"{each.cpu_s.median:.2f}" if each.cpu_s else "", number(each.per_s(each.rows)), number(each.per_cpu_s(each.rows)),
        number(each.per_s(each.cells)), number(each.per_cpu_s(each.cells)),
        number(each.peak_bytes and each.peak_bytes / 2**20), number(each.bytes and each.bytes / 1e6),
    ]  # fmt: skip
    return [*found, of_floor(each, floor)] if floor else found


def seconds(each: Line) -> str:
    """The median, and between which values half of the runs lie."""
    return f"{each.wall_s.median:.2f} ({each.wall_s.lower:.2f} – {each.wall_s.upper:.2f})"


def number(value: float | None) -> str:
    """As digits in groups, small ones with a decimal; nothing where it was not measured."""
    return f"{value:,.{0 if value >= 10 else 1}f}" if value else ""


def of_floor(each: Line, floor: Line | None) -> str:
    """Which share of the floor's cells a CPU second it reaches."""
    own, most = each.per_cpu_s(each.cells), floor and floor.per_cpu_s(floor.cells)
    return f"{own / most:.1%}" if own and most else ""


def _given(result: Result, group: str) -> str:
    told = [
        (name, case["given"]) for name, case in result["cases"].items() if group_of(case) == group and case.get("given")
    ]
    return "\n".join(f"- {name}: {given}." for name, given in told)


# -- what stands in documents


def summary(own: Result | None, rivals: Result | None) -> str:
    """The README's part."""
    if not rivals:
        return datasets(own, rivals)
    file, told, chosen = PLOTS[0]
    return f"{picture(file, told)}\n\n{_compared(rivals, chosen)}\n\n{about(rivals)}"


def datasets(own: Result | None, rivals: Result | None) -> str:
    """What this program takes, generators apart."""
    if not own:
        return NONE.format(target="bench")
    told = [each for group in groups(own) if group != GENERATORS for each in lines(own, group)]
    return f"{_short(told)}\n\n{about(own)}"


def compared(own: Result | None, rivals: Result | None) -> str:
    """Rivals and what they are given."""
    if not rivals:
        return NONE.format(target="bench-rivals")
    parts = []
    for file, told, chosen in PLOTS:
        if any(lines(rivals, group) for group in chosen):
            parts += [picture(file, told), _compared(rivals, chosen), *(_given(rivals, group) for group in chosen)]
    missing = [f"- Not run: {name}, {why}." for name, why in rivals["not_run"].items()]
    return "\n\n".join(part for part in [*parts, "\n".join(missing), about(rivals)] if part)


def _compared(rivals: Result, chosen: tuple[str, ...]) -> str:
    told = [each for group in chosen for each in lines(rivals, group)]
    return _short(told, next((each for each in told if each.name == FLOOR), None))


def _short(told: list[Line], floor: Line | None = None) -> str:
    head = [
        "",
        "wall s (quartiles)",
        "rows/s",
        "cells/s",
        "cells/CPU-s",
        "peak MiB",
        *(["of the floor"] if floor else []),
    ]
    rows = [
        [each.name, seconds(each), number(each.per_s(each.rows)), number(each.per_s(each.cells)),
         number(each.per_cpu_s(each.cells)), number(each.peak_bytes and each.peak_bytes / 2**20),
         *([of_floor(each, floor)] if floor else [])]
        for each in told
    ]  # fmt: skip
    return markdown(head, rows)


Block = Callable[[Result | None, Result | None], str]
BLOCKS: dict[str, Block] = {"summary": summary, "datasets": datasets, "rivals": compared}
PLOTS = (  # file, title, groups
    ("speed-parquet", "Cells a second, written as Parquet", (PARQUET, ANOTHER)),
    ("speed-postgresql", "Cells a second into PostgreSQL", (POSTGRES,)),
    ("speed-mariadb", "Cells a second into MariaDB", (MARIADB,)),
)
DOCUMENTS = ("README.md", "docs/speed.md")


def picture(file: str, told: str) -> str:
    """A link to it, which each document's place is put before."""
    return f"![{told}]({PICTURES}/{file}.svg)"


def pictures(rivals: Result | None) -> dict[str, str]:
    """Path -> SVG, for each comparison that was run; the floor is no program, and would make the other bars short."""
    found = {}
    for file, told, chosen in PLOTS if rivals else ():
        shown = [each for group in chosen for each in lines(rivals or {}, group) if each.name != FLOOR and each.cells]
        if shown:
            made = [
                Bar(each.name.partition(": ")[2] or each.name, each.wall_s.over(each.cells or 0), each.ours)
                for each in shown
            ]
            found[f"{PICTURES}/{file}.svg"] = bars(told, made)
    return found


def documents(own: Result | None, rivals: Result | None, root: Path = ROOT) -> dict[str, str]:
    """Path -> what stands there when the parts between the marks are made anew, pictures as well."""
    found = {}
    for path in DOCUMENTS:
        text = (root / path).read_text("utf-8")
        for name, block in BLOCKS.items():
            begin = BEGIN.format(name=name)
            made = block(own, rivals).replace(
                f"]({PICTURES}/", "](pictures/" if path.startswith("docs/") else f"]({PICTURES}/"
            )
            pattern = re.compile(f"{re.escape(begin)}\n.*?{re.escape(END)}", flags=re.DOTALL)
            text = pattern.sub(lambda _, begin=begin, made=made: f"{begin}\n\n{made}\n\n{END}", text)
        found[path] = text
    whole = ["# Results\n\nMade by `make bench` and `make bench-rivals`; [the method](../README.md)."]
    for heading, result in (("This program", own), ("Beside other programs", rivals)):
        if result:
            whole.append(f"## {heading}\n\n" + tables(result).replace("\n## ", "\n### "))
    found["benchmarks/results/README.md"] = "\n\n".join(whole) + "\n"
    return found | pictures(rivals)


def write(root: Path = ROOT) -> None:
    """Bring every document up to date with the newest results."""
    for path, text in documents(newest(OWN), newest(RIVALS), root).items():
        (root / path).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
