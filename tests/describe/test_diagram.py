"""The diagram: every table and reference is in it, no box lies over another, and it is one picture of XML."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

import synth
from synth.describe.catalogue import catalogue_of
from synth.describe.diagram import as_mermaid, as_svg
from synth.spec.load import shipped

EXAMPLES = sorted((Path(__file__).parents[2] / "schema" / "examples").glob("*.yaml"))
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=[*shipped(), *map(str, EXAMPLES)], ids=lambda name: Path(name).stem)
def catalogue(request):
    plan = synth.make_plan(request.param, scale=0.1)
    return catalogue_of(plan.dataset, plan)


def boxes(root):
    return [tuple(float(each.get(name)) for name in ("x", "y", "width", "height")) for each in root.iter(f"{SVG}rect")]


def test_every_table_is_in_a_box_and_no_box_over_another(catalogue):
    root = ElementTree.fromstring(as_svg(catalogue))
    names = [each.text for each in root.iter(f"{SVG}text")]
    assert sorted(names) == sorted(table.name for table in catalogue.tables)
    width, height = (float(root.get(name)) for name in ("width", "height"))
    drawn = boxes(root)
    assert len(drawn) == len(catalogue.families())
    for x, y, wide, high in drawn:
        assert x >= 0 and y >= 0 and x + wide <= width and y + high <= height
    for (x, y, wide, high), (a, b, w, h) in combinations(drawn, 2):
        assert x + wide <= a or a + w <= x or y + high <= b or b + h <= y, "two boxes overlap"


def test_an_arrow_leads_from_each_table_to_another_family_that_it_refers_to(catalogue):
    root = ElementTree.fromstring(as_svg(catalogue))
    family = {table.name: name for name, tables in catalogue.families().items() for table in tables}
    wanted = {
        (each.table, each.parent) for each in catalogue.references
        if family[each.table] != family[each.parent]
    }  # fmt: skip
    arrows = [each for each in root.iter(f"{SVG}path") if each.get("class") == "arrow"]
    assert {(each.get("data-from"), each.get("data-to")) for each in arrows} == wanted and len(arrows) == len(wanted)
    drawn = boxes(root)
    for arrow in arrows:
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", arrow.get("d"))]
        for x, y in (numbers[:2], numbers[-2:]):  # both ends are at the side of a box
            assert any(min(abs(x - a), abs(x - a - w)) < 0.2 and b <= y <= b + h for a, b, w, h in drawn)


def test_mermaid_names_every_reference(catalogue):
    text = as_mermaid(catalogue)
    for each in catalogue.references:
        assert f'  {each.parent} ||--o{{ {each.table} : "{", ".join(each.columns)}"' in text
    assert text.startswith("erDiagram\n") and all(re.search(rf"\b{t.name}\b", text) for t in catalogue.tables)


def test_a_dataset_without_tables_that_are_written_is_an_empty_picture():
    nothing = synth.parse(
        "{dataset: nothing, period: {start: 2024-01-01, until: 2025-01-01}, "
        "tables: {_t: {rows: 1, columns: {id: {key: sequence}}}}}"
    )
    assert ElementTree.fromstring(as_svg(catalogue_of(nothing))).get("role") == "group"


def test_without_a_plan_each_table_stands_alone():
    catalogue = catalogue_of(synth.load("inventory"))
    assert len(catalogue.families()) == len(catalogue.tables)
    assert ElementTree.fromstring(as_svg(catalogue)).get("role") == "group"


def test_a_child_may_stand_before_its_parent():
    """The box of a family has all of its tables, whichever the spec names first."""
    spec = synth.parse(
        "dataset: turned\nperiod: {start: 2025-01-01, until: 2026-01-01}\ntables:\n"
        "  lines: {per: orders, fanout: {count: 2}, columns: {line_id: {key: sequence}}}\n"
        "  orders: {rows: 5, columns: {order_id: {key: sequence}}}\n"
    )
    text = as_svg(catalogue_of(spec, synth.make_plan(spec)))
    assert "lines" in text and "orders" in text
