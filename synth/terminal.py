"""How results look in a terminal: progress, tables, summaries. Plain lines where there is no terminal.

All that the program prints is printed here. Names and messages may come from a stranger: what a terminal would take for a
command is shown as an escape.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from shlex import quote
from typing import TYPE_CHECKING, Any

from synth.errors import many
from synth.progress import Pace, Phase, silent

if TYPE_CHECKING:
    from synth.job.advance import Advance
    from synth.job.generate import Summary
    from synth.job.pull import Pulled
    from synth.job.sweep import Swept
    from synth.loading.report import LoadReport
    from synth.plan.model import Plan

__all__ = [
    "advance_text", "grid", "listed", "load_text", "number", "plan_text", "progress", "pull_text", "say", "say_json", "size",
    "summary_text", "swept_text", "terminal_width", "visible",
]  # fmt: skip

# control characters, what turns the direction of writing, line ends that only some programs know, halves of characters
_COMMANDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)
WIDEST = 100  # columns of text
SHORT = 20  # characters of a name that is there in full elsewhere
SOME = 18  # characters of a list of names in a table, but for its first
WIDE, NARROW = 64, 32  # columns of a terminal that a whole bar needs, and one with the time left
PLAIN_SECONDS = 5.0  # between two lines of progress where there is no terminal


def visible(text: str, *, in_line: bool = False) -> str:
    """A text in which an escape stands for what a terminal takes for a command; `in_line`: for line ends, too."""
    shown = _COMMANDS.sub(lambda sign: _escape(sign[0]), text)
    return shown.replace("\n", "\\n").replace("\t", "\\t") if in_line else shown


def _escape(sign: str) -> str:
    return f"\\x{ord(sign):02x}" if ord(sign) < 256 else f"\\u{ord(sign):04x}"


def say(text: str, *, error: bool = False, end: str = "\n", as_it_is: bool = False) -> None:
    """Print a text, on the error stream if it is an `error`; `as_it_is` what goes into a file."""
    print(text if as_it_is else visible(text), file=sys.stderr if error else sys.stdout, end=end, flush=error)


def say_json(data: Any) -> None:
    """Print plain values as JSON, which has escapes of its own."""
    import json

    print(json.dumps(data, indent=1))


def terminal_width() -> int | None:
    """How many signs a line of the terminal takes; None where standard output is none, or one that is dumb."""
    import shutil

    is_one = sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
    return shutil.get_terminal_size().columns if is_one else None


def number(value: float) -> str:
    """A count with thousands separated: 1,000,000."""
    return f"{value:,.0f}"


def size(count: float) -> str:
    """Bytes in the unit that fits: 13.4 MB (powers of 1,000)."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def grid(heads: list[str], rows: list[list[str]], right: set[int]) -> str:
    """Rows in aligned columns under their heads."""
    rows = [[visible(cell, in_line=True) for cell in line] for line in rows]
    widths = [max(len(line[at]) for line in [heads, *rows]) for at in range(len(heads))]

    def line(cells: list[str]) -> str:
        parts = [c.rjust(w) if at in right else c.ljust(w) for at, (c, w) in enumerate(zip(cells, widths, strict=True))]
        return "  ".join(parts).rstrip()

    return "\n".join([line(heads), line(["-" * width for width in widths]), *(line(row) for row in rows)])


def listed(meanings: dict[str, str]) -> str:
    """Names and what they mean, a line each; it goes on below itself where a terminal ends."""
    import shutil
    import textwrap

    width = max(map(len, meanings)) + 2
    if not sys.stdout.isatty():
        return "\n".join(f"{name.ljust(width)}{said}" for name, said in meanings.items())
    most = max(width + 20, min(WIDEST, shutil.get_terminal_size().columns))
    return "\n".join(
        textwrap.fill(said, most, initial_indent=name.ljust(width), subsequent_indent=" " * width)
        for name, said in meanings.items()
    )


@contextmanager
def progress(total: int | None, *, quiet: bool = False) -> Iterator[Callable[[str, int], None]]:
    """A progress bar with rows a second and the time left of the phase; on a plain stream, a line now and then.

    Nothing where it is to be `quiet`.
    """
    if quiet:
        yield silent
        return
    pace = Pace(total)
    if sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown"):
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        console = Console(stderr=True)
        wide, tiny = console.width >= WIDE, console.width < NARROW
        told = "{task.fields[rate]} rows/s{task.fields[left]}" if wide else "" if tiny else "{task.fields[time]}"
        bar = Progress(
            TextColumn("{task.description:<18}" if wide else "{task.description:<8.8}", markup=False),
            BarColumn(min(40, max(4, console.width - (55 if wide else 34)))), TaskProgressColumn(),
            TextColumn(told, markup=False), console=console, transient=True,
        )  # fmt: skip
        with bar:
            task = bar.add_task("starting", total=total, rate="0", left="", time="")

            def advance(what: str, rows: int) -> None:
                pace.tell(what, rows)
                name, rate, left = visible(what, in_line=True), number(pace.rate), _left(pace)
                time_ = left.removeprefix(", about ")
                bar.update(
                    task, total=pace.total, completed=pace.done, description=name, rate=rate, left=left, time=time_
                )

            yield advance
        return
    said = time.perf_counter()

    def tell(what: str, rows: int) -> None:
        nonlocal said
        pace.tell(what, rows)
        if time.perf_counter() - said >= PLAIN_SECONDS and (rows or not isinstance(what, Phase)):
            said = time.perf_counter()
            done = "" if pace.total is None else f"{number(pace.done)} of about "
            say(
                f"{what}: {done}{many(pace.total or pace.done, 'row')}, {number(pace.rate)} rows/s{_left(pace)}",
                error=True,
            )

    yield tell


def _left(pace: Pace) -> str:
    """How long the rest takes; nothing before a hundredth is done, as the first rows are those of the smallest tables."""
    left = pace.left_s  # once: it changes with the time
    too_soon = left is None or pace.done * 100 < (pace.total or 0)
    return "" if too_soon else f", about {left:.0f} s left"


def plan_text(plan: Plan, workers: int, *, verbose: bool = False) -> str:
    """The plan: tables in order, then families; what they wait for and keep in full if `verbose`."""
    shown = str if verbose else _short
    tables = [
        [name, t.kind, shown(t.family), ("" if t.exact else "~") + number(t.rows), str(len(t.written))]
        for name, t in plan.tables.items() if name in plan.wanted
    ]  # fmt: skip
    some, kept = (", ".join, _kept) if verbose else (_some, _kept_count)
    told = [f for f in plan.families if verbose or not _is_hidden(f.root)]
    hidden = len(plan.families) - len(told)
    after = {f.root: [name for name in f.after if verbose or not _is_hidden(name)] for f in told}
    families = [[f.root, some(after[f.root]) or "-", number(f.blocks), kept(f.residents) or "-"] for f in told]
    ahead = [[f.root, part.root, kept(part.residents)] for f in told for part in f.before]
    asked = "".join(f", {table}={rows}" for table, rows in plan.asked_rows.items())
    return "\n".join([
        f"{plan.dataset.dataset}: scale {plan.scale:g}, seed {plan.seed}, until {plan.until:%Y-%m-%d %H:%M:%S}{asked}",
        "",
        grid(["table", "kind", "family", "rows", "columns"], tables, {3, 4}),
        "",
        grid(["family", "after", "blocks", "kept for look-ups"], families, {2}),
        *([f"and {many(hidden, 'working table')}, of which nothing is written (-v names them)"] if hidden else []),
        "",
        *([grid(["before", "is drawn ahead, of", "and kept"], ahead, set()), ""] if ahead else []),
        f"parts: each of several (--part) draws {number(plan.blocks_of_each_part)} of {many(plan.blocks, 'block')} anew",
        f"memory: about {size(plan.memory_bytes(workers))} with {many(workers, 'worker')}",
    ])  # fmt: skip


def _is_hidden(table: str) -> bool:
    """Whether a table is one to work with, which leaves nothing."""
    return table.startswith("_")


def _short(name: str) -> str:
    """A name as far as a table has room for it."""
    return name if len(name) <= SHORT else f"{name[: SHORT - 1]}…"


def _some(names: Sequence[str]) -> str:
    """Names as far as a line has room for them, and how many more there are."""
    shown = [name for at, name in enumerate(names) if not at or len(", ".join(names[: at + 1])) <= SOME]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _kept_count(residents: Sequence[tuple[str, str]]) -> str:
    """How much is kept of a family's tables."""
    return many(len(residents), "column") if residents else ""


def _kept(residents: Sequence[tuple[str, str]]) -> str:
    """What is kept of a family's tables, in words."""
    from synth.plan.model import children_in, pointing

    said = []
    for table, column in residents:
        child, pointer = children_in(column), pointing(column)
        said.append(
            f"{child} per row of {table}"
            if child
            else f"rows that {table}.{pointer} points at"
            if pointer
            else f"{table}.{column}"
        )
    return ", ".join(said)


def summary_text(summary: Summary, command: str) -> str:
    """What was made, where it is, and what to do next."""
    if summary.unchanged:
        return f"{summary.folder} holds exactly this already; nothing to do ({many(summary.rows, 'row')})"
    rows = [
        [name, number(entry.rows), size(sum(f.bytes for f in entry.files)), str(len(entry.files))]
        for name, entry in summary.manifest.tables.items()
    ]
    rows.append(["", number(summary.rows), size(summary.bytes), ""])
    rate = number(summary.rows / max(summary.seconds, 1e-9))
    return "\n".join([
        grid(["table", "rows", "size", "files"], rows, {1, 2, 3}),
        "",
        f"{many(summary.rows, 'row')} in {summary.seconds:.1f} s, {rate} rows/s, {many(summary.workers, 'worker')}",
        *([f"{many(summary.resumed, 'task')} had been done by a run that was killed"] if summary.resumed else []),
        f"in {summary.folder}",
        f"next: {command} " + (
            f"merge {quote(os.path.dirname(summary.folder))}/{summary.manifest.dataset}.part-*, when all parts are there"
            if summary.manifest.part else
            f"ddl {summary.manifest.dataset} --dialect {summary.manifest.dialect}, for the tables that the INSERTs fill"
            if summary.manifest.dialect else f"verify {quote(str(summary.folder))}"
        ),
    ])  # fmt: skip


def swept_text(swept: Swept) -> str:
    """What was cleared away in a store."""
    lines = []
    if swept.objects:
        done = "would be cleared away" if swept.dry_run else "cleared away"
        count, runs = many(sum(swept.objects.values()), "object"), many(len(swept.objects), "run")
        lines.append(f"{count}, {size(swept.bytes)}, of {runs} {done}")
    if swept.busy:
        stay = many(sum(swept.busy.values()), "object", "stays", "stay")
        lines.append(f"{stay}, of runs that may still be going on\n  hint: --idle 0 takes them too")
    return "\n".join(lines) or f"{swept.place} holds nothing that a run has left"


def _preview_text(report: LoadReport) -> str:
    """What a load would do."""
    rows = [
        [
            name,
            report.outcomes[name],
            number(table.rows),
            *([number(n) for n in report.changes.get(name, ())] or [""] * 3),
        ]
        for name, table in report.tables.items()
    ]
    lines = [
        grid(["table", "would be", "rows", "come", "change", "go"], rows, {2, 3, 4, 5}),
        "",
        f"dry run: nothing was changed in schema {report.schema} of {report.place}",
        *(f"would go with the tables that are replaced: {each}" for each in report.dropped),
        *(f"would be left out: {each}" for each in report.left_out),
    ]
    return "\n".join(lines)


def load_text(report: LoadReport, command: str, client: str | None = None, *, verbose: bool = False) -> str:
    """What was loaded, how long it took (of each table each phase if `verbose`), where it is, and what to do next.

    The `client` opens the embedded server.
    """
    if report.outcomes:
        return _preview_text(report)
    phases = ["read", "send", "constraints", "indexes", "analyze", "verify"] if verbose else []
    rows = [
        [name, number(t.rows), size(t.bytes), *(f"{t.seconds.get(phase, 0.0):.2f}" for phase in phases)]
        for name, t in report.tables.items()
    ]
    clock = [f"{report.phases[phase]:.2f}" if phase in report.phases else "" for phase in phases]
    rows.append(["by the clock" if verbose else "", number(report.rows), size(report.bytes), *clock])
    took = ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in report.phases.items() if seconds >= 0.05)
    send = max(report.phases.get("send", 0.0), 1e-9)
    lines = [
        grid(["table", "rows", "sent", *(f"{phase} s" for phase in phases)], rows, set(range(1, 9))),
        "",
        *([f"by the clock: {took}"] if took and not verbose else []),
        f"{many(report.rows, 'row')} in {report.seconds:.1f} s, {number(report.rows / max(report.seconds, 1e-9))} rows/s",
        f"sent at {number(report.rows / send)} rows/s, {size(report.bytes / send)}/s, "
        f"{many(report.connections, 'connection')}" + f" via {report.via}" * bool(report.via),
        f"in schema {report.schema} of {report.place}",
        *_refreshed(report),
        *_went_on(report),
        *(f"went with the tables that were replaced: {each}" for each in report.dropped),
        *(f"left out: {each}" for each in report.left_out),
    ]
    if client:
        lines.append(f"open: {client}")
    return "\n".join([*lines, f"next: {command} verify {quote(report.place)} --schema {quote(report.schema)}"])


def _refreshed(report: LoadReport) -> list[str]:
    """How many rows a refresh let come, change and go, if it was one."""
    if not report.changes:
        return []
    came, changed, gone = (sum(each) for each in zip(*report.changes.values(), strict=True))
    return [f"refreshed in place: {many(came, 'row')} came, {number(changed)} changed, {number(gone)} went"]


def _went_on(report: LoadReport) -> list[str]:
    """How many tables a load before had sent, if there were any."""
    count = len(report.went_on_from)
    return [f"went on from {many(count, 'table')} that had been sent before"] if count else []


def pull_text(report: Pulled) -> str:
    """What was read, and where it is."""
    rows = [[name, number(count), size(report.bytes_of[name])] for name, count in report.rows_of.items()]
    rows.append(["", number(report.rows), size(sum(report.bytes_of.values()))])
    rate = number(report.rows / max(report.seconds, 1e-9))
    lines = [
        grid(["table", "rows", "size"], rows, {1, 2}),
        "",
        f"{many(report.rows, 'row')} in {report.seconds:.1f} s, {rate} rows/s",
        f"in {report.folder}",
    ]
    if report.changed:
        lines.append(f"not as they were loaded: {', '.join(report.changed)}")
    return "\n".join(lines)


def advance_text(step: Advance) -> str:
    """From when to when, and what it took."""
    if step.unchanged:
        return f"{step.place} is at {step.until:%Y-%m-%d %H:%M:%S} already; nothing to do"
    if step.dry_run:
        rows = [[name, *map(number, counts)] for name, counts in step.changes.items()]
        when = f"{step.since:%Y-%m-%d %H:%M:%S} to {step.until:%Y-%m-%d %H:%M:%S}"
        table = grid(["table", "come", "change", "go"], rows, {1, 2, 3})
        told = f"dry run: nothing was changed; so would {step.place} go from {when}"
        return "\n".join([table, "", *_others(step), told])
    lines = [
        f"{step.place}: from {step.since:%Y-%m-%d %H:%M:%S} to {step.until:%Y-%m-%d %H:%M:%S}",
        f"{many(step.rows, 'row')} more; {many(step.blocks, 'block')} drawn, {step.seconds:.1f} s",
    ]
    made = [f"{what} in {folder}" for what, folder in (("changes", step.feed), ("history", step.history)) if folder]
    return "\n".join([*lines, *_others(step), *made])


def _others(step: Advance) -> list[str]:
    """What others did to rows of ours, a line a table."""
    return [f"{table}: {rows.in_words}" for table, rows in step.others.items()]
