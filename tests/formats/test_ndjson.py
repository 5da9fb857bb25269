"""Newline-delimited JSON as it is spelt."""

from __future__ import annotations

from synth.formats import FORMATS
from tests.support.cells import FIRST, TYPES, frame_of, nulls


def test_ndjson_is_one_object_a_row(tmp_path):
    types = {n: TYPES[n] for n in ("id", "money", "flag", "text", "day", "at")}
    frames = [frame_of([{**FIRST, "money": -1, "text": 'a"\n'}]).select(*types), nulls().head(1).select(*types)]
    FORMATS["ndjson"].write(frames, types, frozenset(), tmp_path / "x.ndjson")
    assert (tmp_path / "x.ndjson").read_text("utf-8").splitlines() == [
        '{"id":1,"money":"-0.01","flag":true,"text":"a\\"\\n","day":"2024-02-29","at":"2024-02-29 23:59:59.999999"}',
        '{"id":100,"money":null,"flag":null,"text":null,"day":null,"at":null}',
    ]
