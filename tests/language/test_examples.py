"""Every example is checked, drawn and proved, and shows what it is an example of; an editor marks nothing in it."""

from __future__ import annotations

import pytest

from synth.cli import main
from synth.generators import GENERATORS
from synth.language.examples import HEAD, spec_of_columns, spec_of_example
from synth.language.types import type_words
from synth.spec.kinds import KINDS, kind_of
from synth.spec.load import parse
from tests.support.editors import marked

THERE = (
    f"{HEAD}tables: {{customers: {{rows: 40, columns: {{customer_id: {{key: sequence}}}}}}}}\n"  # what `existing` reads
)


def holds(text, folder, capsys):
    """Check, generate and verify a spec, with the rows that it reads."""
    assert marked(text) == []
    spec, source = folder / "example.yaml", []
    spec.write_text(text, encoding="utf-8")
    if parse(text).existing:
        (folder / "there.yaml").write_text(THERE, encoding="utf-8")
        assert main(["generate", str(folder / "there.yaml"), "--workers", "1", "--out", str(folder / "there")]) == 0
        source = ["--from", str(folder / "there" / "example")]
    out = ["--out", str(folder / "out")]
    commands = (
        ["check", str(spec)],
        ["generate", str(spec), "--workers", "1", *out, *source],
        ["verify", str(folder / "out" / "example")],
    )
    for words in commands:
        code = main(words)
        assert code == 0, capsys.readouterr().err


@pytest.mark.parametrize("name", GENERATORS)
def test_example_of_a_generator(name, tmp_path, capsys):
    text = spec_of_example(GENERATORS[name].example)
    used = {column.generator_name for table in parse(text).tables.values() for column in table.columns.values()}
    assert name in used, f"the example of `{name}` does not use it"
    holds(text, tmp_path, capsys)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_example_of_a_kind(kind, tmp_path, capsys):
    text = spec_of_example(kind.example)
    assert kind.name in {kind_of(table).name for table in parse(text).tables.values()}
    holds(text, tmp_path, capsys)


@pytest.mark.parametrize("name", type_words())
def test_example_of_a_type(name, tmp_path, capsys):
    text = spec_of_columns(f"value: {type_words()[name].example}")
    (table,) = parse(text).tables.values()
    assert table.columns["value"].declared_type.name == name
    holds(text, tmp_path, capsys)
