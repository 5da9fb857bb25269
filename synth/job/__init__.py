"""The main job: a plan becomes a folder of files, or nothing."""

from __future__ import annotations

from synth.job.generate import Summary, generate
from synth.job.manifest import Manifest

__all__ = ["Manifest", "Summary", "generate"]
