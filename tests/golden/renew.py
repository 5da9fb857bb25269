"""Writes goldens anew, one file a dataset: its version with the reason for the last one, and fingerprints of its tables.

After a change of what a dataset declares (another column, other weights), raise its version:
    python tests/golden/renew.py ecommerce --because "orders have a channel"
After a change of the program that draws other values from the same spec, raise STREAM_VERSION first; this renews all:
    python tests/golden/renew.py
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
from pathlib import Path

from synth import load, make_plan
from synth.job.generate import generate
from synth.spec.load import shipped
from synth.streams import STREAM_VERSION

HERE = Path(__file__).parent
CASES = [(42, None), (7, "2025-03-05T12:00:00")]  # seed, until
CONTRACT = "contract"  # the spec beside this file, at a scale at which families have several blocks
DATASETS = [*shipped(), CONTRACT]
SCALES = {CONTRACT: 1, "tpch": 0.002, "tpch_skewed": 0.002}  # of others 0.02


def golden(name: str) -> Path:
    """The file with a dataset's goldens."""
    return HERE / f"{name}.json"


def fingerprints(name: str, folder: Path) -> dict[str, dict[str, str]]:
    """{case: {table: fingerprint}} of a dataset, made in `folder`."""
    found = {}
    dataset, scale = load(HERE / f"{name}.yaml" if name == CONTRACT else name), SCALES.get(name, 0.02)
    for seed, until in CASES:
        moment = dt.datetime.fromisoformat(until) if until else None
        made = generate(make_plan(dataset, scale=scale, seed=seed, until=moment), folder / str(seed))
        tables = made.manifest.tables
        found[f"{scale}/{seed}/{until}"] = {table: entry.fingerprint for table, entry in tables.items()}
    return found


def renewed(name: str, because: str | None, folder: Path) -> dict[str, object] | None:
    """A dataset's goldens as they are to be; None where they hold. Raises SystemExit where a reason is missing."""
    old = json.loads(golden(name).read_text()) if golden(name).is_file() else None
    found = fingerprints(name, folder)
    version, reason = (old["version"], old["because"]) if old else (1, "the first version")
    if old and old["stream_version"] == STREAM_VERSION:
        if old["fingerprints"] == found:
            return None
        if not because:
            raise SystemExit(
                f"{name}: its tables have changed and STREAM_VERSION ({STREAM_VERSION}) has not. Raise it if the program "
                f"draws other values;\nif what {name} declares has changed: python tests/golden/renew.py {name} --because …"
            )
        version, reason = version + 1, because
    return {"version": version, "because": reason, "stream_version": STREAM_VERSION, "fingerprints": found}


def main() -> None:
    """Renew the datasets named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", nargs="*", help="all if none is named")
    parser.add_argument("--because", help="what has changed in the dataset that is named")
    asked = parser.parse_args()
    if unknown := set(asked.datasets) - set(DATASETS):
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(DATASETS)}")
    if asked.because and len(asked.datasets) != 1:
        sys.exit("--because goes with one dataset: each has reasons of its own")
    for name in asked.datasets or DATASETS:
        with tempfile.TemporaryDirectory() as folder:
            new = renewed(name, asked.because, Path(folder))
        if new:
            golden(name).write_text(json.dumps(new, indent=1) + "\n")
        print(f"{name}: version {new['version']}, {new['because']}" if new else f"{name}: as it was")


if __name__ == "__main__":
    main()
