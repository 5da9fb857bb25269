"""What the files about pulling share: PostgreSQL, and generated folders that are loaded into databases."""

from __future__ import annotations

from functools import cache

import pytest

import synth
from tests.support.hostile import hostile
from tests.support.pulls import a_place


@pytest.fixture
def postgres(database):
    """PostgreSQL, and what runs SQL in it."""
    server = database("postgres")
    for address in a_place("postgres", database, None, ("inventory", "foreign", "second")):
        yield address, server


@pytest.fixture(scope="session")
def parquet_folders(tmp_path_factory):
    """What gives generated folders by name; each is made once. Copy it before you change it."""
    out = tmp_path_factory.mktemp("made")
    plans = {
        "inventory": lambda: synth.make_plan("inventory", scale=0.2),
        "erp": lambda: synth.make_plan("erp", scale=0.02),
        "ecommerce": lambda: synth.make_plan("ecommerce", scale=0.02),
        "hostile": lambda: synth.make_plan(hostile()),
    }
    return cache(lambda name: synth.generate(plans[name](), out).folder)
