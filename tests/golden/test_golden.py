"""Whole tables are as they were when their fingerprints were written down: nothing drawn changes unnoticed.

Each dataset has its own file, with its own version: another column in one renews that one alone. See `renew.py`.
"""

import importlib.util
import json
from pathlib import Path

import pytest

from synth.streams import STREAM_VERSION

HERE = Path(__file__).parent
found = importlib.util.spec_from_file_location("renew", HERE / "renew.py")
renew = importlib.util.module_from_spec(found)
found.loader.exec_module(renew)

CHANGED = """{name}: other content in {tables}
- Has what {name} declares been changed (its spec), and is that meant? Its version goes from {version} to {next}:
    python tests/golden/renew.py {name} --because "what was changed"
- Has the spec not been changed? Then the program draws other values from it. If that is meant: raise STREAM_VERSION in
  synth/streams.py, add a line to CHANGELOG.md, and renew all of them:
    python tests/golden/renew.py
  If it is not meant, it is a bug: do not renew.\
"""


@pytest.mark.parametrize("name", renew.DATASETS)
def test_fingerprints_are_golden(name, tmp_path):
    path = renew.golden(name)
    assert path.is_file(), f"a new dataset: python tests/golden/renew.py {name}"
    golden = json.loads(path.read_text())
    assert golden["stream_version"] == STREAM_VERSION, (
        "STREAM_VERSION was raised: python tests/golden/renew.py, and a line in CHANGELOG.md"
    )
    said = told(name, golden, renew.fingerprints(name, tmp_path))
    assert said is None, said


def test_goldens_belong_to_datasets():
    assert {path.stem for path in HERE.glob("*.json")} == set(renew.DATASETS)


def test_a_change_says_what_to_do():
    golden = {"version": 3, "fingerprints": {"case": {"orders": "1", "lines": "2", "gone": "3"}}}
    assert told("shop", golden, golden["fingerprints"]) is None
    said = told("shop", golden, {"case": {"orders": "1", "lines": "9", "new": "4"}})
    assert said.startswith("shop: other content in gone, lines, new\n")
    assert "from 3 to 4:" in said and "renew.py shop --because" in said and "STREAM_VERSION" in said


@pytest.mark.parametrize(
    ("stream_version", "because", "version", "reason"),
    [
        (STREAM_VERSION, "a word more", 6, "a word more"),  # the dataset's declaration has changed
        (STREAM_VERSION - 1, None, 5, "before"),  # the program draws otherwise: the dataset's version stays
    ],
)
def test_renewing_raises_the_version_that_changed(stream_version, because, version, reason, tmp_path, monkeypatch):
    old = {"version": 5, "because": "before", "stream_version": stream_version, "fingerprints": {}}
    (tmp_path / "inventory.json").write_text(json.dumps(old))
    monkeypatch.setattr(renew, "golden", lambda name: tmp_path / f"{name}.json")
    monkeypatch.setattr(renew, "fingerprints", lambda name, folder: {"case": {"t": "1"}})
    new = renew.renewed("inventory", because, tmp_path)
    assert (new["version"], new["because"], new["stream_version"]) == (version, reason, STREAM_VERSION)
    (tmp_path / "inventory.json").write_text(json.dumps(new))
    assert renew.renewed("inventory", None, tmp_path) is None


def test_renewing_asks_for_a_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(renew, "fingerprints", lambda name, folder: {})
    with pytest.raises(SystemExit, match="STREAM_VERSION"):
        renew.renewed("inventory", None, tmp_path)


def told(name, golden, now):
    """What to do where tables are not as they were, else None."""
    was = golden["fingerprints"]
    if was == now:
        return None
    pairs = [(was.get(case, {}), now.get(case, {})) for case in {**was, **now}]
    tables = sorted({table for old, new in pairs for table in {**old, **new} if old.get(table) != new.get(table)})
    version = golden["version"]
    return CHANGED.format(name=name, tables=", ".join(tables), version=version, next=version + 1)
