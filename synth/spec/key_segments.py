"""Sequences of keys that go on behind keys of others: from some rows on they begin anew, further on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synth.generators.base import Generator
from synth.generators.declarations import Segment
from synth.spec.models import Dataset

__all__ = ["in_segments", "own_sequences", "sequence_of"]


def own_sequences(dataset: Dataset) -> dict[str, str]:
    """Written tables whose whole key is a sequence that is made for it, and its column."""
    keyed = {name: spec.keyed for name in dataset.written if (spec := dataset.tables[name]).key == (spec.keyed,)}
    return {
        name: column
        for name, column in keyed.items()
        if column in dataset.tables[name].written and sequence_of(dataset, name).counts_up
    }


def sequence_of(dataset: Dataset, table: str) -> Generator:
    """What makes a table's keys."""
    spec = dataset.tables[table]
    return spec.columns[spec.key[0]].draws


def in_segments(dataset: Dataset, segments: Mapping[str, Sequence[Segment]]) -> Dataset:
    """The dataset with keys in these segments, by `table.column`; others than those of its sequences change nothing."""
    tables = dict(dataset.tables)
    for name, column in own_sequences(dataset).items():
        if some := segments.get(f"{name}.{column}"):
            spec = tables[name]
            draws = sequence_of(dataset, name).in_segments(some)
            columns = {**spec.columns, column: spec.columns[column].model_copy(update={"draws": draws})}
            tables[name] = spec.model_copy(update={"columns": columns})
    return dataset.model_copy(update={"tables": tables}) if tables != dataset.tables else dataset
