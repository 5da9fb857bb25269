"""What several files about one database share: MySQL's trial schema, and folders of CSV that clients load."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache

import pytest

import synth
from synth.databases import Address, connect
from synth.databases.mysql.database import MySQL
from tests.support.hostile import hostile
from tests.support.mysql import S, url
from tests.support.typed import typed_plan
from tests.support.wide import wide_plan

OLD_PSQL = shutil.which("psql") and int(re.search(r"\d+", subprocess.getoutput("psql --version"))[0]) < 18


@pytest.fixture
def mysql(database):
    """A connection; the schema `trial` and all that belongs to it is dropped."""
    server = database("mysql")
    with connect(Address.parse(url(server))) as found:
        assert isinstance(found, MySQL)
        found.abandon(S)
        server.drop(S, ())
        found.begin_staging(S, ())
        yield found
        found.abandon(S)
        server.drop(S, ())


@pytest.fixture(scope="session")
def csv_folders(tmp_path_factory):
    """What gives folders of CSV by name, for clients to read; each is made once. Copy it before you change it."""
    out = tmp_path_factory.mktemp("csv")
    plans = {
        "inventory": lambda: synth.make_plan("inventory", scale=0.1),
        "erp": lambda: synth.make_plan("erp", scale=0.02),
        "ecommerce": lambda: synth.make_plan("ecommerce", scale=0.02),
        "hostile": lambda: synth.make_plan(hostile(empty=False, lone=not OLD_PSQL)),
        "typed": typed_plan,
        "wide": wide_plan,
    }
    return cache(lambda name: synth.generate(plans[name](), out, format="csv").folder)
