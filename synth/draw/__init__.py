"""The heart: makes one block of one family from the plan and the resident parent columns, and nothing else."""

from __future__ import annotations

from synth.draw.block import Block, draw_block
from synth.draw.residents import Residents
from synth.draw.rollup import RollupSums

__all__ = ["Block", "Residents", "RollupSums", "draw_block"]
