"""Finished runs of `erp`, each made once, and their tables."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def made(runs):
    """Finished runs of it: (scale, seed, until, workers) -> summary."""
    return lambda scale=0.02, **options: runs("erp", scale, **options)


@pytest.fixture(scope="module")
def world(made, tables_of):
    """All tables of a run, by name."""
    return lambda **options: tables_of(made(**options))
