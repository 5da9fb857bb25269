"""How far a job is, in a notebook as a bar that moves, elsewhere as commands show it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from synth.progress import Pace, Progress
from synth.terminal import number, progress

__all__ = ["progress_bar"]

PAUSE = 0.2  # seconds between two pictures of a bar


@contextmanager
def progress_bar(total: int | None = None) -> Iterator[Progress]:
    """Show how far a job is as long as the block runs: give it as the job's `progress`.

    In a notebook it is a bar of its own that stays with how far it came; in a terminal, and in logs, it is what commands
    print. `total` are the rows of a job that does not know them itself.

    >>> with synth.progress_bar() as told:
    ...     made = synth.generate(synth.make_plan("inventory", scale=0.01), "output/bar", progress=told)
    >>> made.rows
    351
    """
    if not _in_notebook():
        with progress(total) as told:
            yield told
        return
    from IPython.display import display

    pace, shown = Pace(total), time.perf_counter()
    handle = display(_Picture(pace, "starting"), display_id=True)

    def tell(what: str, rows: int) -> None:
        nonlocal shown
        pace.tell(what, rows)
        if time.perf_counter() - shown > PAUSE:
            shown = time.perf_counter()
            handle.update(_Picture(pace, what))

    try:
        yield tell
    except BaseException:
        handle.update(_Picture(pace, "ended early"))
        raise
    handle.update(_Picture(pace, "done", whole=True))


def _in_notebook() -> bool:
    """Tell whether this is a notebook's kernel: IPython alone is a terminal."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


class _Picture:
    """The bar as it is now: what is being done, rows, rows a second, the time that is left."""

    def __init__(self, pace: Pace, what: str, *, whole: bool = False):
        self._what = what
        self._share = 1.0 if whole else min(1.0, pace.done / pace.total) if pace.total else None
        seconds = None if whole else pace.left_s  # once: it changes with the time
        left = "" if seconds is None else f", about {seconds:.0f} s left"
        self._text = f"{what}: {number(pace.done)} rows, {number(pace.rate)} rows/s{left}"

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        at = "" if self._share is None else f" value='{self._share:.3f}'"
        return f"<div><progress max='1'{at} aria-label='{escape(self._what)}'></progress> {escape(self._text)}</div>"
