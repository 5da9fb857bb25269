"""What a step does for histories of tables: those of before are drawn as they were, where there is no history yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from synth.errors import OptionError
from synth.left import temporary_folder
from synth.plan.model import Plan
from synth.store.history import History
from synth.store.run import run_all

if TYPE_CHECKING:
    from synth.runners import Running

__all__ = ["history_of"]


@contextmanager
def history_of(
    folder: str | Path | None,
    earlier: Plan,
    until: dt.datetime,
    running: Running,
    *others: str | Path | None,
) -> Iterator[History | None]:
    """Hold the history in a folder, apart from the `others`, open for a step to `until`; None where there is no folder.

    Raises OptionError, OutputError.
    """
    if folder is None:
        yield None
        return
    own = Path(folder).resolve()
    for other in (Path(each).resolve() for each in others if each is not None):
        if own == other or own in other.parents or other in own.parents:
            raise OptionError(f"a history has a folder of its own: name one for --scd2 that is apart from '{other}'")
    with History.opened(Path(folder), earlier, until) as history, temporary_folder() as store:
        if history.is_new:
            run_all(earlier, store / "residents", history.opening_sink(), running, None, store / "sums")
        yield history
