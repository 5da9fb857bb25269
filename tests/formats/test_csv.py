"""CSV as it is spelt."""

from __future__ import annotations

from synth.formats import FORMATS
from tests.support.cells import FIRST, TYPES, frame_of, nulls


def test_csv_spells_null_and_empty_apart(tmp_path):
    """NULL is nothing between two commas, an empty text is two quotes; one header line, whatever the frames."""
    types = {n: TYPES[n] for n in ("id", "money", "flag", "text", "day", "at")}
    frames = [frame_of([{**FIRST, "money": -1, "text": ""}]).select(*types), nulls().head(1).select(*types)]
    FORMATS["csv"].write(frames, types, frozenset(), tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text("utf-8") == (
        "id,money,flag,text,day,at\n"
        '1,-0.01,true,"",2024-02-29,2024-02-29 23:59:59.999999\n'
        "100,,,,,\n"
    )  # fmt: skip
