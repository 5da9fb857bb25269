"""Every parameter of every generator moves what comes out, the way it says: the list is that of the registry."""

from __future__ import annotations

from functools import lru_cache

import polars as pl
import pytest

from synth.api import frame
from synth.errors import DataError, SpecError
from synth.generators import GENERATORS
from synth.generators.numbers import Distribution
from synth.generators.reference_words import ZipfMandelbrot
from synth.plan.make import make
from synth.spec.load import parse
from tests.support.moves import MOVES, WORLD

ALONE = "  a: {rows: 3000, columns: {X}}\n"
CASES = [(name, field) for name, moves in MOVES.items() for field in moves]


def test_no_parameter_is_missing():
    """Distributions of numbers are moved in `tests/generators/test_distributions.py`."""
    others = {name for name, made in GENERATORS.items() if not issubclass(made, Distribution)}
    assert set(MOVES) == others, "give each generator a line in MOVES of tests/support/moves.py"
    for name, moves in MOVES.items():
        inner = {f"popularity.{word}" for word in ZipfMandelbrot.model_fields} if name == "reference" else set()
        assert set(moves) == set(GENERATORS[name].model_fields) | inner, f"MOVES: move each parameter of {name}"


@lru_cache(maxsize=64)
def drawn(said: str) -> pl.DataFrame | None:
    """The table with a column `x`, and beside it the people and things that it may point at; None where it is refused."""
    table, column = said.split(": ", 1) if said[1:2] == ":" else ("t", said)
    text = WORLD.replace("      X\n", f"      x: {column}\n" if table == "t" else "")
    for moment in ("soon", "slow"):  # what is in its order shows with it
        if f"by: {moment}" in column:
            text = text.replace("  t:\n    per: bags\n", f"  t:\n    per: bags\n    events: {{{moment}: [x]}}\n")
    if table == "s":
        text = text.replace("x: {constant: 1}", f"x: {column}")
    elif table == "a":
        own = f"x: {column}" if column.startswith("{key") else f"id: {{key: sequence}}, x: {column}"
        text = text[: text.index("  kinds:")] + ALONE.replace("X", own)
    try:
        plan = make(parse(nullable(text)))
        rows = frame(plan, table)
    except (SpecError, DataError):
        return None
    return rows if table != "t" else beside(plan, rows)


def nullable(text: str) -> str:
    """A world in whose column `x` NULL may be held."""
    lines = text.splitlines()
    at = next((k for k, line in enumerate(lines) if line.startswith("      x: {") and "nullable" not in line), None)
    if at is not None and any(word in lines[at] for word in ("optional", "in_force")):
        lines[at] = f"{lines[at][:-1]}, nullable: true}}"
    return "\n".join(lines) + "\n"


def beside(plan, rows):
    """Rows with people and things as columns of structs, as long as the rows are."""
    people = frame(plan, "people").with_columns(person=pl.col("id"), joined_day=pl.col("joined").dt.timestamp() / 864e8)
    things = frame(plan, "things")
    long = {"people": people.drop("id").to_struct("people"), "things": things.to_struct("things")}
    return rows.with_columns(
        *(each.extend_constant(None, len(rows) - len(each)).alias(name) for name, each in long.items())
    )


@pytest.mark.parametrize(("name", "field"), CASES)
def test_each_parameter_moves_what_comes_out(name, field):
    less, more, grows = MOVES[name][field]
    lower, higher = drawn(less), drawn(more)
    assert higher is not None, f"it is refused: {more}"
    if field == "optional":  # else a row that finds none is refused
        assert lower is None and grows(higher) > 0
    else:
        assert lower is not None, f"it is refused: {less}"
        assert grows(higher) > grows(lower) + 1e-9, (less, more)
