"""In a notebook the library's objects show themselves; elsewhere nothing of it is loaded."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser

import pytest

import synth
from synth.notebooks import SHOWN, install

SCRIPT = """
import sys, types
if {here}:
    sys.modules["IPython"] = types.ModuleType("IPython")
import synth
plan = synth.make_plan("inventory", scale=0.01)
print(hasattr(plan, "_repr_html_"), "synth.notebooks" in sys.modules)
"""


@pytest.mark.parametrize("here", [True, False])
def test_they_do_where_ipython_is_and_nowhere_else(here):
    said = subprocess.run([sys.executable, "-c", SCRIPT.format(here=here)], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(here), str(here)]


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_what_is_shown_is_html_that_says_what_is_there(tmp_path):
    install()
    plan = synth.make_plan("inventory", scale=0.05)
    summary = synth.generate(plan, tmp_path)
    things = {
        "plan": plan, "dataset": plan.dataset, "summary": summary, "verified": synth.verify(summary.folder),
        "loaded": synth.load_into(summary.folder, f"duckdb:///{tmp_path}/shop.duckdb"),
        "report": synth.report(summary.folder, verify=False),
    }  # fmt: skip
    assert {type(thing) for thing in things.values()} == set(SHOWN)
    shown = {name: Tags(thing._repr_html_()) for name, thing in things.items()}
    for name in ("plan", "summary", "loaded"):
        assert shown[name].seen.count("tr") == 6 and "inventory_movements" in shown[name].words
    assert shown["dataset"].seen.count("rect") == 5 and "inventory" in shown["dataset"].words
    assert "checks, all hold" in "".join(shown["verified"].words)
    assert shown["report"].seen == ["p", "a"]


def test_what_does_not_hold_is_a_table(tmp_path):
    install()
    folder = synth.generate(synth.make_plan("inventory", scale=0.05), tmp_path, format="csv").folder
    file = next((folder / "stock").glob("*.csv"))
    file.write_text(file.read_text() + file.read_text().splitlines()[-1] + "\n")
    shown = Tags(synth.verify(folder)._repr_html_())
    assert shown.seen.count("tr") > 2 and "stock" in shown.words
