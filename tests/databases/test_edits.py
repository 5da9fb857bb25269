"""What is done around rows that others changed, and who waits meanwhile."""

from __future__ import annotations

import threading

import polars as pl
import pytest

from synth.databases.changes import Refers, TableChanges
from synth.dtypes import BIGINT, TEXT
from synth.errors import DatabaseError
from synth.spec.load import parse
from tests.support.targets import LIVE

LIVING = [suite for suite in LIVE if suite not in ("embedded", "copy")]
WAITING = [suite for suite in LIVING if suite in ("postgres", "mysql")]  # files are their holder's alone

SPEC = parse("""
dataset: pets
tables:
  owners:
    rows: 3
    columns: {owner_id: {key: sequence}, name: {choice: {a: 1}, type: varchar(20)}}
  pets:
    rows: 3
    columns: {pet_id: {key: sequence}, owner_id: {reference: owners}, kind: {choice: {cat: 1}, type: varchar(20)}}
period: {start: 2024-01-01, until: 2024-02-01}
""")
OWNERS = pl.DataFrame({"owner_id": [1, 2, 3], "name": ["Ada", "Bea", "Cai"]})
PETS = pl.DataFrame({"pet_id": [1, 2, 3], "owner_id": [1, 1, 2], "kind": ["cat", "dog", "cat"]})
TYPES = {"owners": {"owner_id": BIGINT, "name": TEXT}, "pets": {"pet_id": BIGINT, "owner_id": BIGINT, "kind": TEXT}}


@pytest.fixture
def pets(target):
    target.fill(SPEC, {"owners": OWNERS, "pets": PETS})
    return target


def changes(table, key, inserts=(), updates=(), deletes=(), parents=()):
    schema = (OWNERS if table == "owners" else PETS).schema
    frames = (pl.DataFrame(list(rows), schema=schema, orient="row") for rows in (inserts, updates, deletes))
    return TableChanges(table, (key,), TYPES[table], *frames, parents=parents)


def rows(target, table):
    return sorted(tuple(row) for row in target.sql(f"SELECT * FROM {target.place(table, 'pets')}"))


def applied(target, made, steps, edited="keep"):
    with target.connect() as database:
        assert database.lock("pets")
        with database.holding("pets", {"owners": "owner_id"}, {"owners": 9}) as highest:
            assert highest["owners"] >= 2
            look = database.look("pets")
            for table, key, frame in made:
                look.at(table, (key,), frame)
            return database.apply_changes("pets", steps, lambda _: [], look.met, edited)


@pytest.mark.parametrize("target", LIVING, indirect=True)
def test_a_row_with_children_of_theirs_does_not_go(pets):
    place = pets.place("pets", "pets")
    pets.sql(f"INSERT INTO {place} (owner_id, kind) VALUES (2, 'newt')")
    steps = [
        changes("owners", "owner_id", deletes=[(2, "Bea"), (3, "Cai")]),
        changes("pets", "pet_id", deletes=[(3, 2, "cat")]),
    ]
    found = applied(pets, [("owners", "owner_id", OWNERS), ("pets", "pet_id", PETS)], steps)
    assert found["owners"].others == (0, 0, 0, 0, 1)
    assert rows(pets, "owners") == [(1, "Ada"), (2, "Bea")]
    assert rows(pets, "pets") == [(1, 1, "cat"), (2, 1, "dog"), (4, 2, "newt")]


@pytest.mark.parametrize("target", LIVING, indirect=True)
def test_a_row_that_they_edited_does_not_go(pets):
    pets.sql(f"UPDATE {pets.place('pets', 'pets')} SET kind = 'newt' WHERE pet_id = 3")
    steps = [changes("pets", "pet_id", deletes=[(2, 1, "dog"), (3, 2, "cat")])]
    with pytest.raises(DatabaseError, match="(?s)others have changed 'pets'.*1 row does not go.*nothing was changed"):
        applied(pets, [("pets", "pet_id", PETS)], steps, edited="fail")
    assert applied(pets, [("pets", "pet_id", PETS)], steps)["pets"].others == (1, 0, 0, 0, 1)
    assert rows(pets, "pets") == [(1, 1, "cat"), (3, 2, "newt")]


@pytest.mark.parametrize("target", LIVING, indirect=True)
def test_each_cell_is_theirs_or_ours(pets):
    """Of a row that both change, cells that they changed stay; NULL is a value as others are."""
    place = pets.place("pets", "pets")
    pets.sql(f"UPDATE {place} SET owner_id = 3 WHERE pet_id = 1")
    pets.sql(f"UPDATE {place} SET kind = 'newt' WHERE pet_id = 2")
    updates = [(1, 2, "hen"), (2, 2, "dog"), (3, 2, "hen")]
    found = applied(pets, [("pets", "pet_id", PETS)], [changes("pets", "pet_id", updates=updates)])["pets"]
    assert rows(pets, "pets") == [(1, 3, "hen"), (2, 2, "newt"), (3, 2, "hen")]
    assert found.others == (2, 1, 0, 0, 0) and len({edit.key for edit in found.edits}) == 2


@pytest.mark.parametrize("target", LIVING, indirect=True)
def test_what_would_refer_to_nothing_does_not_come(pets):
    pets.sql(f"DELETE FROM {pets.place('owners', 'pets')} WHERE owner_id = 3")
    refers = (Refers(("owner_id",), "owners", ("owner_id",)),)
    steps = [
        changes("owners", "owner_id", inserts=[(4, "Dee")]),
        changes("pets", "pet_id", inserts=[(4, 3, "cat"), (5, 4, "cat"), (6, None, "cat")][:2], parents=refers),
    ]
    found = applied(pets, [], steps)
    assert found["pets"].others == (0, 0, 0, 1, 0) and rows(pets, "pets")[3:] == [(5, 4, "cat")]


@pytest.mark.parametrize("target", WAITING, indirect=True)
def test_others_take_no_key_of_ours(pets):
    """They wait, or their keys are further on; and after that keys go on behind the highest."""
    done = threading.Event()

    def add():
        pets.sql(f"INSERT INTO {pets.place('owners', 'pets')} (name) VALUES ('Eve')")
        done.set()

    writer = threading.Thread(target=add)
    with pets.connect() as database:
        assert database.lock("pets")
        with database.holding("pets", {"owners": "owner_id"}, {"owners": 2}) as highest:
            assert highest == {"owners": 3}
            writer.start()
            assert done.wait(1) == (pets.kind == "mysql")
            steps = [changes("owners", "owner_id", inserts=[(4, "Dee")])]
            database.apply_changes("pets", steps, lambda _: [], {})
    writer.join(20)
    theirs = 6 if pets.kind == "mysql" else 5
    assert rows(pets, "owners")[3:] == [(4, "Dee"), (theirs, "Eve")]
    add()
    assert rows(pets, "owners")[5:] == [(theirs + 1, "Eve")]


@pytest.mark.parametrize("target", LIVING, indirect=True)
def test_only_stretches_whose_fingerprint_is_another_are_compared(pets, monkeypatch):
    monkeypatch.setattr("synth.databases.edits.STRETCH", 2)
    place = pets.place("pets", "pets")

    def touched(key="pet_id", made=PETS):
        with pets.connect() as database:
            return [
                frame["pet_id"].to_list()
                for frame in database.look("pets").touched("pets", (key,), made, TYPES["pets"])
            ]

    assert touched(made=PETS.reverse()) == []
    pets.sql(f"UPDATE {place} SET kind = 'newt' WHERE pet_id = 2")
    assert touched() == [[1, 2]]
    assert touched("kind") == [[1, 2, 3]]  # a text has no stretches
    assert touched("owner_id") == [[1, 2]]  # what has the same first column of a key lies together
    pets.sql(f"DELETE FROM {place} WHERE pet_id = 3")
    assert touched() == [[1, 2], [3]]


@pytest.mark.parametrize("target", LIVING, indirect=True)
def test_no_more_fingerprints_are_asked_where_many_others_lie_between(pets):
    asked = []
    pets.sql(f"INSERT INTO {pets.place('pets', 'pets')} (owner_id, kind) VALUES (1, 'newt')")
    with pets.connect() as database:
        look, content = database.look("pets"), database.content
        database.content = lambda *words: asked.append(words) or content(*words)
        for _ in range(2):
            (found,) = look.touched("pets", ("owner_id",), PETS[:1], TYPES["pets"])
            assert found["pet_id"].to_list() == [1]
    assert len(asked) == 1
