"""Mutations of the shipped specs: refused with a place, or good to the end."""

from __future__ import annotations

import os
import random
import re
import tempfile
from pathlib import Path

import pytest

import synth
from synth.errors import DataError, OptionError, SpecError
from synth.plan.make import make
from synth.spec.load import parse, shipped
from synth.verifying.files import verify_folder
from synth.verifying.rehearse import rehearse

MUTATIONS = int(os.environ.get("SYNTH_TEST_EXAMPLES", "24")) // 10  # of each spec; `make test-long` asks for 200
MANY = 2_000_000  # rows
NUMBER = re.compile(r"(?<=[ {:,\[])\d+(\.\d+)?(?=[ ,}\]\n])")
WORD = re.compile(r"(?<=[ {:,\[])[a-z_]{3,}(?=[ ,:}\]\n])")


def mutated(text: str, number: int) -> str:
    """One thing changed: a number, a word for another one of the spec, or a line that is lost or there twice."""
    some = random.Random(number)
    how = some.choice(["number", "word", "lost", "twice", "sign"])
    if how in ("number", "word"):
        found = list((NUMBER if how == "number" else WORD).finditer(text))
        at = some.choice(found)
        other = (
            some.choice(["0", "1", "-3", "0.5", "99999999999", "1e400"]) if how == "number" else some.choice(found)[0]
        )
        return text[: at.start()] + other + text[at.end() :]
    lines = text.splitlines(keepends=True)
    at = some.randrange(len(lines))
    if how == "sign":
        place = some.randrange(len(text))
        return text[:place] + some.choice("{}[]:,'\"%&*\t") + text[place + 1 :]
    return "".join(lines[:at] + ([] if how == "lost" else [lines[at]] * 2) + lines[at + 1 :])


@pytest.mark.parametrize("number", range(MUTATIONS))
@pytest.mark.parametrize("name", shipped())
def test_a_mutation_is_refused_with_a_place_or_good_to_the_end(name, number):
    text = mutated(shipped()[name].read_text("utf-8"), number)
    try:
        dataset = parse(text, "spec.yaml")
        make(dataset)
        rehearse(dataset)
        plan = make(dataset, scale=0.001 if name.startswith("tpch") else 0.01)
    except SpecError as error:
        assert all(problem.what for problem in error.problems) and error.problems
        return
    except DataError as error:
        assert error.problem is not None
        return
    except OptionError as error:
        assert "too large" in str(error) or "existing" in str(error) or "--from" in str(error)
        return
    if sum(table.rows for table in plan.tables.values()) > MANY:
        return  # it would be right, and take hours
    with tempfile.TemporaryDirectory() as folder:
        assert verify_folder(synth.generate(plan, Path(folder), workers=1).folder).passed
