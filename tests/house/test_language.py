"""What teaches the language is made from the models, and nothing in it is without a description or an example."""

from __future__ import annotations

import subprocess
import sys
from typing import ClassVar

import pytest
from pydantic import Field

from synth import dtypes
from synth.generators import GENERATORS, Generator
from synth.language import json_schema, types
from synth.language.fragments import Known
from synth.language.words import all_words, find
from tests.house.renew_language import FILES, ROOT
from tests.support.editors import marked, validator

WITH_EXAMPLES = {"kinds", "generators", "types", "functions"}
RENEW = "python tests/house/renew_language.py"
WAY_OUT = {
    "kinds": "a class variable of the kind, in its file of synth/spec/kinds/",
    "generators": "the class's docstring, and `example`; of a parameter `Field(description=…)`",
    "types": "an entry in _DESCRIBED of synth/language/types.py",
    "functions": "`about=` and `example=` of its entry in synth/sql/functions.py",
}


def lacking():
    """What teaches nothing: a line each, with what to do."""
    for word in all_words():
        way_out = WAY_OUT.get(word.group, "`Field(description=…)` in synth/spec/models.py")
        if not word.about:
            yield f"{word.group}: `{word.name}` is without a description: {way_out}"
        if word.group in WITH_EXAMPLES and not word.example:
            yield f"{word.group}: `{word.name}` is without an example: {way_out}"
        for each in word.parameters:
            if not each.about:
                yield f"{word.group}: `{each.name}` of `{word.name}` is without a description: {way_out}"


def test_all_have_descriptions_and_examples():
    found = list(lacking())
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_are_as_the_models_are(path):
    assert path.read_text("utf-8") == FILES[path](), f"{path.relative_to(ROOT)} is stale: {RENEW}"


@pytest.mark.parametrize("folder", ["schema", "docs/stages", "tests/golden"])
def test_the_first_line_of_specs_names_the_schema(folder):
    for path in (ROOT / folder).glob("*.yaml"):
        head, colon, named = path.read_text("utf-8").partition("\n")[0].partition("$schema=")
        assert head == "# yaml-language-server: " and colon, f"{path}: line one names the schema"
        assert (path.parent / named).resolve() == ROOT / "schema" / json_schema.FILE


class Dice(Generator):
    """The sum of so many dice."""

    shorthand: ClassVar[str] = "dice"
    dice: int = Field(description="how many")
    sides: int = 6


@pytest.fixture
def tomorrow(monkeypatch):
    """Registries to which somebody adds; all that is made from them is made anew."""
    caches = (Known.language, all_words, validator)
    for each in caches:
        each.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    for each in caches:
        each.cache_clear()


SPEC = "dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables: {t: {rows: 3, columns: {n: {%s}}}}\n"


def test_a_new_generator_appears_by_itself(tomorrow):
    tomorrow.setitem(GENERATORS, "dice", Dice)
    (word,) = find("dice")
    assert (word.summary, word.shorthand) == ("The sum of so many dice", "dice")
    for good in ("2", "1_0", "{dice: 2}", "{dice: 2, sides: 20}"):
        assert marked(SPEC % f"dice: {good}") == []
    for bad in ("two", "{sides: 20}", "{dice: 2, faces: 20}", "[2]", ""):
        assert marked(SPEC % f"dice: {bad}") != []
    found = list(lacking())
    assert len(found) == 2 and "`dice` is without an example" in found[0]
    assert "`sides` of `dice` is without a description" in found[1]


def test_a_new_type_appears_by_itself(tomorrow):
    tomorrow.setitem(dtypes.TYPES, "mood", dtypes.TYPES["varchar"])
    tomorrow.setitem(types._DESCRIBED, "mood", ("mood(…)", "one of the words", ""))
    assert list(lacking()) == ["types: `mood` is without an example: " + WAY_OUT["types"]]
    for good in ("mood(glad, sad)", "MOOD (glad)", "decimal(12, 2)", " Numeric ( 12 ) ", "text", "varchar(9)", "INT"):
        assert marked(SPEC % f'type: "{good}"') == [], good
    for bad in ("moody", "mood glad", "decimal(12;2)", "decimal(12,2,2)", "varchar(x)", "bigint(2)", ""):
        assert marked(SPEC % f'type: "{bad}"') != [], bad


def test_the_program_that_renews_writes_the_same(tmp_path):
    """It is run as it is written in the document, on a copy."""
    for name in ("synth", "schema", "docs", "tests"):
        (tmp_path / name).mkdir()
    (tmp_path / "tests" / "house").mkdir()
    script = tmp_path / "tests" / "house" / "renew_language.py"
    script.write_text((ROOT / "tests" / "house" / "renew_language.py").read_text("utf-8"), encoding="utf-8")
    (tmp_path / "synth").rmdir()
    (tmp_path / "synth").symlink_to(ROOT / "synth")
    subprocess.run([sys.executable, str(script)], check=True, env={"PYTHONPATH": str(tmp_path)})
    for path in FILES:
        assert (tmp_path / path.relative_to(ROOT)).read_bytes() == path.read_bytes()
