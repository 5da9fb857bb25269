"""Writes the goldens anew: run it after a change of drawn values, with STREAM_VERSION raised and a line in CHANGELOG.md."""

import json
from pathlib import Path

from synth import load, make_plan
from synth.job.generate import generate
from synth.spec.load import shipped
from synth.streams import STREAM_VERSION

HERE = Path(__file__).parent
CASES = [(0.02, 42, None), (0.02, 7, "2025-03-05T12:00:00")]


def fingerprints(folder):
    """{dataset: {case: {table: fingerprint}}} for every shipped dataset."""
    import datetime as dt

    found = {}
    for name in shipped():
        for scale, seed, until in CASES:
            made = make_plan(
                load(name), scale=scale, seed=seed, until=dt.datetime.fromisoformat(until) if until else None
            )
            tables = generate(made, folder / f"{seed}").manifest.tables
            found.setdefault(name, {})[f"{scale}/{seed}/{until}"] = {
                t: entry.fingerprint for t, entry in tables.items()
            }
    return {"stream_version": STREAM_VERSION, "datasets": found}


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (HERE / "fingerprints.json").write_text(json.dumps(fingerprints(Path(folder)), indent=1) + "\n")
