"""What a user declares: the models, how YAML becomes them, and what must hold of them."""

from __future__ import annotations

from synth.spec.load import load, parse
from synth.spec.models import Column, Dataset, Table

__all__ = ["Column", "Dataset", "Table", "load", "parse"]
