"""The JSON Schema takes every spec that the program takes, and marks what is broken by itself."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from synth.cli import main
from synth.errors import SpecError
from synth.language.json_schema import as_text, spec_schema
from synth.spec.load import dump, load, parse
from synth.spec.models import Dataset
from tests.language.broken import BROKEN, SHOP, broken
from tests.support.any_spec import specs
from tests.support.editors import marked

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    *(ROOT / "schema").rglob("*.yaml"),
    *(ROOT / "docs" / "stages").glob("*.yaml"),
    *(ROOT / "tests").rglob("*.yaml"),
]


def test_it_is_a_schema_of_its_draft():
    schema = spec_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {ref.removeprefix("#/$defs/") for ref in re.findall(r'"\$ref": "(.*?)"', as_text())} == {*schema["$defs"]}


def test_the_command_prints_it(capsys):
    assert main(["schema", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == spec_schema()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_are_taken(path):
    assert marked(path.read_text("utf-8")) == []


def test_shipped_specs_are_taken_as_the_program_writes_them():
    for name in ("ecommerce", "erp", "inventory"):
        assert marked(dump(load(name))) == []


@cache
def written_in_tests():
    """The specs that stand written out in tests and documents, and that the program takes."""
    texts = re.findall(r"```yaml\n(dataset: .*?)```", (ROOT / "schema" / "README.md").read_text("utf-8"), flags=re.S)
    for path in (ROOT / "tests").rglob("*.py"):
        strings = (
            node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)
        )
        texts += [text for text in strings if isinstance(text, str) and re.search(r"^dataset: ", text, flags=re.M)]
    return [text for text in texts if is_good(text)]


def is_good(text):
    try:
        return parse(text) is not None
    except SpecError:
        return False


def test_specs_in_tests_are_taken():
    good = written_in_tests()
    assert len(good) > 15
    for text in good:
        assert marked(text) == [], text


@settings(deadline=None, derandomize=True, max_examples=150, suppress_health_check=[*HealthCheck])
@given(specs(broken=True))
def test_what_the_models_take_is_taken(spec):
    """Also what makes no sense beyond its shape."""
    text = yaml.dump(spec, sort_keys=False)
    try:
        Dataset.model_validate(spec)
    except ValueError:
        return
    assert marked(text) == [], text


SHORT = {
    "a bare generator": ("email: {email: [name]}", "email: first_name"),
    "a generator of nothing": ("{coined: {syllables: 2}", "{coined: "),
    "a kind alone": ("{key: sequence}", "{key: {kind: sequence}}"),
    "rows as a mapping": ("rows: 1_000", "rows: {base: 1_000, growth: 0.5}"),
    "capitals of a type": ("varchar(40)", "VARCHAR( 40 )"),
    "a type's other name": ("type: bigint", "type: int"),
    "an option of nothing": ("check: quantity > 0", "check: "),
    "no table of weights by name": ("{choice: {F: 0.5, M: 0.5}}", "{choice: {values: {F: 1, M: 2}}}"),
    "events with what shows": ("events: [paid_at]", "events: {paid_at: [fee]}"),
    "existing with what is known": ("existing: true", "existing: {arrival: came_at, source: shop.db}"),
    "several selects": (
        "select: SELECT order_id AS id FROM orders",
        "select: {one: SELECT order_id AS id FROM orders}",
    ),
    "numbers of a profile": ("weekdays: consumer", "weekdays: [1, 1, 1, 1, 1, 0.5, 0]"),
    "a mixture": (
        "height: {normal: {mean: 170, sd: 10, min: 140, max: 210}",
        "height: {mixture: [{share: 0.9, normal: {mean: 170, sd: 1_0}}, {share: 0.1, constant: 150}]",
    ),
    "an even delay": ("median: 3, sigma: 1, max: 30", "even: true, max: 30"),
    "shares of a fan-out": ("mean: 2, max: 5, poisson: true", "max: 5, shares: {1: 0.9, 3: 1_0}"),
    "a comment": ("dataset: shop", "# what\ndataset: shop\nabout: A shop"),
}


@pytest.mark.parametrize("name", SHORT)
def test_short_ways_are_taken(name):
    old, new = SHORT[name]
    assert old in SHOP
    text = SHOP.replace(old, new, 1)
    assert Dataset.model_validate(yaml.safe_load(text))
    assert marked(text) == []


def test_the_shop_is_good():
    assert marked(SHOP) == []
    assert parse(SHOP)


def test_there_are_enough_broken_ones():
    assert len(BROKEN) >= 50


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_marked(name):
    """And is refused by the program."""
    text = broken(name)
    with pytest.raises(SpecError):
        parse(text)
    assert marked(text) != []
