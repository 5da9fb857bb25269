"""What was written but not registered: each family's classes are in its registry."""

import sys
import types
from importlib import import_module

import synth.generators
import synth.runners
from synth.generators import GENERATORS, Generator
from tests.house.registered import members_of, subclass_of, unregistered

APART = {  # nobody writes these
    "Given",  # what a column is made by that its table gives
    "ReferenceWords",  # what `reference` declares
    "WordsOfLocale",  # what generators of words share
    "InCalendar",  # what arrivals and delays share
    *("Distribution", "Number", "Plain", "Scaled", "Stepped"),  # what distributions share
}


def test_every_generator_is_in_generators():
    members = members_of(synth.generators, subclass_of(Generator))
    assert len(members) > 20
    line = 'add a line `"its_name": {name}` to GENERATORS in synth/generators/__init__.py'
    forgotten = unregistered(members, GENERATORS.values(), line, APART)
    assert not forgotten, forgotten


def test_every_runner_is_exported():
    members = members_of(synth.runners, lambda each: hasattr(each, "begin") and hasattr(each, "run"))
    registry = [getattr(synth.runners, name) for name in synth.runners.__all__]
    engines = synth.runners.ENGINES.items()
    registry += [getattr(import_module(f"synth.runners.{module}"), name) for module, name in engines]
    forgotten = unregistered(members, registry, "add `{name}` to synth/runners/__init__.py, and let `runner` choose it")
    assert len(members) > 1 and not forgotten, forgotten


def test_a_forgotten_one_is_told_where_it_belongs(monkeypatch, tmp_path):
    (tmp_path / "pottery").mkdir()
    (tmp_path / "pottery" / "__init__.py").write_text("")
    (tmp_path / "pottery" / "jug.py").write_text(
        "class Jug(dict): pass\nclass Cup(dict): pass\nclass _Clay(dict): pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    pottery = types.ModuleType("pottery")
    pottery.__path__ = [str(tmp_path / "pottery")]
    monkeypatch.setitem(sys.modules, "pottery", pottery)
    members = members_of(pottery, subclass_of(dict))
    monkeypatch.delitem(sys.modules, "pottery.jug")
    assert set(members) == {"Jug", "Cup"}
    assert unregistered(members, [members["Jug"]], "fire the {name}") == "pottery.jug.Cup: fire the Cup"
    assert unregistered(members, [members["Jug"]], "fire the {name}", ["Cup"]) == ""
    assert unregistered(members, members.values(), "fire the {name}") == ""
