"""Whole tables are as they were when their fingerprints were written down: nothing drawn changes unnoticed.

If this fails and the change is meant: raise STREAM_VERSION, run `python tests/golden/renew.py`, add a line to CHANGELOG.md.
"""

import importlib.util
import json
from pathlib import Path

from synth.streams import STREAM_VERSION

HERE = Path(__file__).parent


def test_fingerprints_are_golden(tmp_path):
    spec = importlib.util.spec_from_file_location("renew", HERE / "renew.py")
    renew = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(renew)
    golden = json.loads((HERE / "fingerprints.json").read_text())
    assert golden["stream_version"] == STREAM_VERSION
    assert renew.fingerprints(tmp_path)["datasets"] == golden["datasets"]
