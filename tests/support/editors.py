"""YAML as an editor reads it, by version 1.2 of YAML: dates and `10_000` are texts there, and keys are names."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from synth.language.json_schema import spec_schema

CORE = (
    (r"~|null|Null|NULL|", lambda text: None),
    (r"true|True|TRUE|false|False|FALSE", lambda text: text.lower() == "true"),
    (r"[-+]?[0-9]+", int),
    (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", float),
)


class _Plain(yaml.SafeLoader):
    """Scalars as they are written."""


_Plain.yaml_implicit_resolvers = {}


def as_read(text: str) -> Any:
    """What an editor sees of a YAML text, as plain values of JSON."""
    return _value(yaml.compose(text, Loader=_Plain))


def _value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _value(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    for shape, read in CORE if node.style is None else ():
        if re.fullmatch(shape, node.value):
            return read(node.value)
    return node.value


@cache
def validator() -> Draft202012Validator:
    """The schema of specs, ready to be asked."""
    return Draft202012Validator(spec_schema())


def marked(text: str) -> list[str]:
    """What an editor would mark in a spec: a line each, the nearest mistake of each first."""
    return [f"{error.json_path}: {error.message[:200]}" for error in validator().iter_errors(as_read(text))]
