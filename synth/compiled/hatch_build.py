"""What hatchling runs as it builds: the kernels go into the wheel, which is then for this platform, if they can be made.

Without a C compiler, or with SYNTH_COMPILED=0, the wheel is plain Python, for every platform.
"""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

__all__ = ["KernelsHook"]


def _library() -> ModuleType:
    """What makes the library, read from its file: what the package imports need not be there as it is built."""
    spec = importlib.util.spec_from_file_location("synth_compiled_library", Path(__file__).with_name("library.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class KernelsHook(BuildHookInterface):  # type: ignore[type-arg,misc,unused-ignore]
    """Makes the kernels: beside their source for a checkout, else into the wheel."""

    folder: str | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the library, and say what the wheel is for; a wheel without it is as good."""
        library = _library()
        into = library.LIBRARY
        if version != "editable":
            self.folder = tempfile.mkdtemp()
            into = Path(self.folder) / into.name
        if why_not := library.build(into):
            self.app.display_info(f"without kernels in C: {why_not}")
        elif version != "editable":
            build_data["force_include"][str(into)] = f"synth/compiled/{into.name}"
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{next(iter(platform_tags()))}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what the library was made in."""
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
