"""What jobs tell to Python's logging, by the logger `synth`: when one begins, its phases, and what came of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

__all__ = ["LOG", "logged"]

LOG = logging.getLogger("synth")
LOG.addHandler(logging.NullHandler())  # nothing is printed unless a program asks for it

P = ParamSpec("P")
R = TypeVar("R")


def logged(job: Callable[P, R]) -> Callable[P, R]:
    """Give a job that logs its begin and what it gives as information, and what it raises as an error.

    What it is called with is not logged: it may hold passwords.
    """
    name = job.__name__

    @wraps(job)
    def run(*words: P.args, **options: P.kwargs) -> R:
        started = time.perf_counter()
        LOG.info("%s: begins", name)
        try:
            made = job(*words, **options)
        except Exception as error:
            LOG.error("%s: %s: %s", name, type(error).__name__, str(error).partition("\n")[0])
            raise
        LOG.info("%s: %r, after %.1f s", name, made, time.perf_counter() - started)
        return made

    return run
