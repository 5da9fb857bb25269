"""Relational test data: one declared schema in, whole worlds of rows out, the same everywhere.

>>> import synth
>>> plan = synth.make_plan("ecommerce", scale=0.01)
>>> plan.tables["orders"].rows
1000
>>> synth.frame(plan, "orders").select("order_id", "status").height
1000
"""

from __future__ import annotations

from synth.version import __version__ as __version__

TYPE_CHECKING = False  # as in `typing`, which takes longer to import than all that is here
if TYPE_CHECKING:
    from typing import Any

    from synth.actions import load_into, verify
    from synth.api import block, frame, frames, lazy, load, make_plan
    from synth.databases.address import Address
    from synth.draw.part import Part
    from synth.errors import DatabaseError, DataError, ExtraError, OptionError, OutputError, SpecError, SynthError
    from synth.importing.run import Imported, import_spec
    from synth.job.advance import advance_folder
    from synth.job.advance_database import advance_database
    from synth.job.generate import Summary, generate
    from synth.job.into import generate_into
    from synth.job.lake import Laked, lake
    from synth.job.load import load_folder
    from synth.job.merge import merge
    from synth.job.pull import pull
    from synth.loading.report import LoadReport
    from synth.moving_bar import progress_bar
    from synth.plan.model import Plan
    from synth.reporting.dbt_project import write_dbt_project
    from synth.reporting.make import Report, report
    from synth.reporting.realism import Realism, realism
    from synth.spec.load import parse
    from synth.spec.models import Column, Dataset, Table
    from synth.store.manifest import Manifest
    from synth.verifying.database import verify_database
    from synth.verifying.files import verify_folder
    from synth.verifying.report import VerifyReport

_HOMES = {
    "synth.actions": ("load_into", "verify"),
    "synth.api": ("block", "frame", "frames", "lazy", "load", "make_plan"),
    "synth.databases.address": ("Address",),
    "synth.importing.run": ("Imported", "import_spec"),
    "synth.job.advance": ("advance_folder",),
    "synth.job.advance_database": ("advance_database",),
    "synth.job.into": ("generate_into",),
    "synth.job.lake": ("Laked", "lake"),
    "synth.job.load": ("load_folder",),
    "synth.job.merge": ("merge",),
    "synth.draw.part": ("Part",),
    "synth.job.pull": ("pull",),
    "synth.verifying.database": ("verify_database",),
    "synth.errors": (
        "DataError",
        "DatabaseError",
        "ExtraError",
        "OptionError",
        "OutputError",
        "SpecError",
        "SynthError",
    ),
    "synth.job.generate": ("Summary", "generate"),
    "synth.store.manifest": ("Manifest",),
    "synth.reporting.dbt_project": ("write_dbt_project",),
    "synth.reporting.make": ("Report", "report"),
    "synth.reporting.realism": ("Realism", "realism"),
    "synth.spec.load": ("parse",),
    "synth.spec.models": ("Column", "Dataset", "Table"),
    "synth.loading.report": ("LoadReport",),
    "synth.plan.model": ("Plan",),
    "synth.moving_bar": ("progress_bar",),
    "synth.verifying.files": ("verify_folder",),
    "synth.verifying.report": ("VerifyReport",),
}

__all__ = [
    "Address", "Column", "DataError", "DatabaseError", "Dataset", "ExtraError", "Imported", "Laked", "LoadReport",
    "Manifest", "OptionError", "OutputError", "Part", "Plan", "Realism", "Report", "SpecError", "Summary",
    "SynthError", "Table", "VerifyReport", "advance_database", "advance_folder", "block", "frame", "frames",
    "generate", "generate_into", "import_spec", "lake", "lazy", "load", "load_folder", "load_into", "make_plan",
    "merge", "parse", "progress_bar", "pull", "realism", "report", "verify", "verify_database", "verify_folder",
    "write_dbt_project",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Public names load their module when first used, so that `import synth` costs nothing."""
    import sys
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            found = getattr(import_module(home), name)
            if "IPython" in sys.modules:
                import_module("synth.notebooks").install()
            return found
    raise AttributeError(f"module 'synth' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
