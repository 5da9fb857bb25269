"""Relational test data: one declared schema in, whole worlds of rows out, the same everywhere.

>>> import synth
>>> plan = synth.make_plan("ecommerce", scale=0.01)
>>> plan.tables["orders"].rows
1000
>>> synth.frame(plan, "orders").select("order_id", "status").height
1000
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from synth.api import block, frame, lazy, load, make_plan
    from synth.errors import DataError, OptionError, OutputError, SpecError, SynthError
    from synth.job.generate import Summary, generate
    from synth.job.manifest import Manifest
    from synth.spec.load import parse
    from synth.spec.models import Column, Dataset, Table
    from synth.verify.files import verify_folder

_HOMES = {
    "synth.api": ("block", "frame", "lazy", "load", "make_plan"),
    "synth.errors": ("DataError", "OptionError", "OutputError", "SpecError", "SynthError"),
    "synth.job.generate": ("Summary", "generate"),
    "synth.job.manifest": ("Manifest",),
    "synth.spec.load": ("parse",),
    "synth.spec.models": ("Column", "Dataset", "Table"),
    "synth.verify.files": ("verify_folder",),
}

__all__ = [
    "Column", "DataError", "Dataset", "Manifest", "OptionError", "OutputError", "SpecError", "Summary", "SynthError",
    "Table", "block", "frame", "generate", "lazy", "load", "make_plan", "parse", "verify_folder",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Public names load their module when first used, so that `import synth` costs nothing."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'synth' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
