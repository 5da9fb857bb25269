"""Bounds of what a figure can be: a run outside them says that something is measured wrongly, and is refused."""

from collections.abc import Iterator, Mapping

from benchmarks.case import Case
from benchmarks.measuring import Run

LEAST_WALL_S = 1e-5
MOST_CELLS_S = 1e10  # more a second than memory takes
IDLE = 0.1  # of its processors, less than which a program that makes rows does not use
BUSY = 1.1  # and more than which none can, but for the clock's ticks
TICK_S = 0.05


class RefusedError(Exception):
    """A figure that cannot be."""


def check(case: Case, run: Run, machine: Mapping[str, object]) -> None:
    """Raise `RefusedError` with all that is wrong with a run of a case on a machine."""
    if wrong := list(_wrong(case, run, machine)):
        raise RefusedError(f"{case.name}: " + "; ".join(wrong))


def _wrong(case: Case, run: Run, machine: Mapping[str, object]) -> Iterator[str]:
    if run.wall_s < LEAST_WALL_S:
        yield f"{run.wall_s} s is no time that anything takes"
        return
    if case.asked is not None and run.rows != case.asked:
        yield f"{run.rows or 0:,} rows were made, {case.asked:,} were asked for"
    elif run.rows == 0:
        yield "no row was made"
    if (cells := run.cells or run.rows or 0) / run.wall_s > MOST_CELLS_S:
        yield f"{cells:,} cells in {run.wall_s:.3f} s are more than memory takes"
    if run.bytes is not None:
        speed, most = run.bytes / run.wall_s, float(machine["write_bytes_s"]) * float(machine["cores"])
        if not run.bytes:
            yield "no byte was written"
        elif speed > most:
            yield f"{speed / 1e6:,.0f} MB/s is more than can be written here, {most / 1e6:,.0f} MB/s"
    if run.cpu_s is not None:
        offered = run.wall_s * case.processors
        if run.cpu_s + TICK_S < offered * IDLE:
            yield f"{run.cpu_s:.2f} CPU-s are less than a tenth of {run.wall_s:.2f} s on {case.processors} processors: is the machine busy?"
        elif run.cpu_s > run.wall_s * float(machine["cores"]) * BUSY + TICK_S:
            yield f"{run.cpu_s:.2f} CPU-s are more than {machine['cores']} processors have in {run.wall_s:.2f} s"
    if run.peak_bytes and run.peak_bytes > float(machine["memory_bytes"]):
        yield f"{run.peak_bytes / 2**20:,.0f} MiB are more than there are"
