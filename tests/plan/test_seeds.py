"""What is hashed into the seeds of tables that go on is content: it stays as the first release spelt it."""

import pytest

from synth.plan.content import seed_of
from synth.spec.load import parse
from synth.spec.models import EarlierRows

SPEC = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  people: {rows: 10, columns: {id: {key: sequence}}}
  codes: {rows: 10, columns: {id: {key: {kind: uuid}}}}
  visits: {per: people, fanout: {max: 3, uniform: true}, columns: {id: {key: {start: 50}}}}
"""


def going_on(table, rows, fingerprint):
    dataset = parse(SPEC)
    spec = dataset.tables[table].model_copy(update={"earlier": EarlierRows(rows=rows, fingerprint=fingerprint)})
    return dataset.model_copy(update={"tables": {**dataset.tables, table: spec}})


@pytest.mark.parametrize(
    ("table", "rows", "fingerprint", "seed"),
    [
        ("people", 7, "7-a-b", 4793602034118668948),
        ("codes", 3, "3-it's-\u00fc", 4075419734339915692),
        ("visits", 12, "12-c-d 5-e-f", 2151003784404225737),
    ],
)
def test_seeds_of_tables_that_go_on(table, rows, fingerprint, seed):
    assert seed_of(going_on(table, rows, fingerprint), table, 42) == seed


def test_other_tables_have_the_seed_of_the_run():
    assert seed_of(parse(SPEC), "people", 42) == 42
