"""Facts: what a spec wants of its data is measured by SQL, and told inside, outside, skipped or failed."""

from __future__ import annotations

import json

import pytest

import synth
from synth.cli import main
from synth.databases.address import address_of
from synth.errors import OptionError, SpecError
from synth.reporting.realism_text import realism_text
from synth.spec.load import parse
from synth.verifying.rehearse import rehearse

SPEC = """
dataset: facts
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  orders:
    rows: 4_000
    columns: {order_id: {key: sequence}, paid: {choice: {true: 3, false: 1}, type: boolean}, ordered_at: {arrival: {}}}
  notes: {rows: 3, columns: {note_id: {key: sequence}}}
facts:
  paid:
    about: Share of orders that are paid
    source: a survey, 2025
    select: SELECT AVG(CASE WHEN paid THEN 1.0 ELSE 0.0 END) AS share FROM orders
    band: [0.7, 0.8]
    wanted: 0.75
  FACTS
"""
OUTSIDE = "many: {about: Orders, select: SELECT COUNT(*) AS n FROM orders, band: [1, 10]}"
LATER = "many: {about: Orders, select: SELECT COUNT(*) AS n FROM orders, band: [1, 10], from_scale: 5}"
NOTES = "many: {about: Notes, select: SELECT COUNT(*) AS n FROM notes, band: [1, 10]}"
NOTHING = "many: {about: Orders, select: SELECT MAX(order_id) AS n FROM orders WHERE order_id < 0, band: [1, 10]}"
SEVERAL = "many: {about: Orders, select: SELECT order_id FROM orders, band: [1, 10]}"


def folder(tmp_path, facts: str = "", **options):
    return synth.generate(synth.make_plan(parse(SPEC.replace("FACTS", facts)), **options), tmp_path).folder


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_what_is_within_its_band_passes(tmp_path, form):
    plan = synth.make_plan(parse(SPEC.replace("FACTS", "")))
    found = synth.realism(synth.generate(plan, tmp_path, format=form).folder)
    (paid,) = found.facts
    assert found.passed and paid.verdict == "inside" and paid.measured == pytest.approx(0.75, abs=0.03)
    assert paid.deviation == pytest.approx(paid.measured / 0.75 - 1)
    orders = synth.frame(plan, "orders")
    assert paid.measured == pytest.approx(orders["paid"].mean())


@pytest.mark.parametrize(
    ("facts", "options", "verdict", "note", "passed"),
    [
        (OUTSIDE, {}, "outside", "", False),
        (LATER, {}, "skipped", "judged from scale 5 on", True),
        (LATER, {"scale": 5}, "outside", "", False),
        (NOTES, {"tables": "orders"}, "skipped", "it reads notes, which was not made", True),
        (NOTHING, {}, "failed", "it gives no number", False),
        (SEVERAL, {}, "failed", "it gives several rows instead of one", False),
    ],
)
def test_what_is_not_is_told(tmp_path, facts, options, verdict, note, passed):
    found = synth.realism(folder(tmp_path, facts, **options))
    assert (found.facts[1].verdict, found.facts[1].note, found.passed) == (verdict, note, passed)
    text = realism_text(found)
    assert verdict in text and note in text and "Share of orders that are paid" in text


def test_the_command_ends_with_1_where_one_is_outside(tmp_path, capsys):
    for facts, code in (("", 0), (OUTSIDE, 1)):
        made = folder(tmp_path / str(code), facts)
        assert main(["realism", str(made)]) == code
        assert ("1 outside" in capsys.readouterr().out) == bool(code)
        assert main(["realism", str(made), "--json"]) == code
        assert json.loads(capsys.readouterr().out)["passed"] is not bool(code)


def test_a_loaded_database_is_measured_too(tmp_path):
    made = folder(tmp_path)
    synth.load_folder(made, address_of(f"duckdb:///{tmp_path}/there.duckdb"))
    here, there = synth.realism(made), synth.realism(f"duckdb:///{tmp_path}/there.duckdb")
    assert there.facts == here.facts


def test_a_spec_without_facts_says_how_to_declare_them(tmp_path):
    text = SPEC[: SPEC.index("facts:\n")]
    made = synth.generate(synth.make_plan(parse(text)), tmp_path).folder
    with pytest.raises(OptionError, match="declares no facts\n  hint: declare them: facts:"):
        synth.realism(made)


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        ("{about: x, select: SELECT 1 AS n, band: [1, 2]}", "it reads no table"),
        ("{about: x, select: SELECT n FROM nobody, band: [1, 2]}", "unknown table 'nobody'"),
        ("{about: x, select: SELECT COUNT(*) AS n FROM orders, band: [2, 1]}", "the band ends before it begins"),
        ("{about: x, select: SELECT COUNT(*) AS n FROM orders, band: [1, 2], wanted: 3}", "`wanted` (3) is outside of the band"),
        ("{about: x, select: SELECT COUNT(*) AS n FROM orders}", "band"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(fact, message):
    with pytest.raises(SpecError) as refused:
        parse(SPEC.replace("FACTS", f"odd: {fact}"))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("select", "message"),
    [
        ("SELECT nothing AS n FROM orders", "bad SQL"),
        ("SELECT order_id, paid FROM orders", "it gives 2 columns"),
        ("SELECT MAX(ordered_at) AS n FROM orders", "it gives no number"),
    ],
)
def test_a_rehearsal_binds_what_facts_select(select, message):
    assert rehearse(parse(SPEC.replace("FACTS", OUTSIDE))) == ()
    dataset = parse(SPEC.replace("FACTS", f"odd: {{about: x, select: '{select}', band: [1, 2]}}"))
    with pytest.raises(SpecError) as refused:
        rehearse(dataset)
    assert message in str(refused.value)


def test_the_report_shows_them(tmp_path):
    page = synth.report(folder(tmp_path, OUTSIDE), tmp_path / "page.html", verify=False).path.read_text("utf-8")
    section = page[page.index('<h2 id="realism">') : page.index('<h2 id="tables">')]
    assert "Share of orders that are paid" in section and "a survey, 2025" in section
    assert section.count('class="good">inside') == section.count('class="bad">outside') == 1
