"""Sequences of keys that go on behind keys of others: from some rows on they begin anew, further on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synth.generators.keys import Key, Segment
from synth.spec.models import Dataset

__all__ = ["in_segments", "own_sequences", "sequence_of"]


def own_sequences(dataset: Dataset) -> dict[str, str]:
    """Written tables whose whole key is a sequence that is made for it, and its column."""
    return {
        name: spec.keyed for name in dataset.written if (spec := dataset.tables[name]).keyed and _counts(dataset, name)
    }


def sequence_of(dataset: Dataset, table: str) -> Key:
    """The sequence that makes a table's keys."""
    spec = dataset.tables[table]
    assert spec.keyed is not None
    draws = spec.columns[spec.keyed].draws
    assert isinstance(draws, Key)
    return draws


def _counts(dataset: Dataset, table: str) -> bool:
    spec = dataset.tables[table]
    own = spec.existing is None and spec.key == (spec.keyed,) and spec.keyed in spec.written
    return own and sequence_of(dataset, table).kind == "sequence"


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
