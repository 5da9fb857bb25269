"""The law of growing: after any steps a folder holds, table by table, what one run to the last of them makes."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import synth
from synth.describe.documents import DOCUMENTS
from synth.errors import SynthError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.plan.make import make
from synth.plan.redraw import families_to_redraw
from synth.runners import runner
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder
from tests.support.steps import apply, files, prints, small_blocks, state, there
from tests.support.worlds import BLOCK, moments, worlds

At = dt.datetime
US = dt.timedelta(microseconds=1)


def identical(folder: Path, plan) -> None:
    """The folder is as one run of this plan makes it."""
    with_one = generate(plan, folder.parent / "one", format=Manifest.read(folder).format).manifest
    found = Manifest.read(folder)
    assert prints(found) == prints(with_one)
    assert {name: table.rows for name, table in found.tables.items()} == {n: t.rows for n, t in with_one.tables.items()}
    assert (found.identity, found.until, found.advancing) == (with_one.identity, plan.until, None)
    shutil.rmtree(folder.parent / "one")


def walked(plans, tmp_path, **how) -> Path:
    """A folder made by the first plan and taken from one to the next, compared at each."""
    format, told = how.pop("format", "parquet"), how.pop("changes", None)
    folder = generate(plans[0], tmp_path / "grown", format=format).folder
    for plan in plans[1:]:
        step = advance_folder(folder, plan.until, changes=told, **how)
        assert (step.until, step.unchanged) == (plan.until, False)
        identical(folder, plan)
    assert Manifest.read(folder).steps == tuple(plan.until for plan in plans[:-1])
    return folder


# -- the datasets that ship

SHIPPED = {  # from before there is anything, by a microsecond, hours, days, months, over month and year ends, and beyond
    "ecommerce": (0.02, [At(2024, 1, 1) + US, At(2024, 1, 1, 9), At(2024, 1, 1, 10), At(2024, 1, 2), At(2024, 4, 1), At(2024, 4, 1) + US, At(2026, 5, 5, 5)]),
    "erp": (0.02, [At(2024, 1, 1) + US, At(2024, 1, 31), At(2024, 2, 1), At(2024, 2, 1) + US, At(2025, 1, 1, 0, 0, 1), At(2026, 2, 28)]),
    "inventory": (0.05, [At(2024, 1, 1) + US, At(2024, 1, 8), At(2024, 1, 9), At(2024, 6, 30), At(2024, 6, 30) + US, At(2026, 1, 1), At(2026, 7, 1)]),
}  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.some(2)
def test_a_shipped_dataset_step_by_step(name, tmp_path, monkeypatch):
    small_blocks(monkeypatch, 50 if name == "ecommerce" else 500)  # several from few rows, and several in a file
    scale, untils = SHIPPED[name]
    plans = [synth.make_plan(name, scale=scale, until=until) for until in untils]
    assert plans[-1].as_dict() != plans[0].as_dict()
    folder = walked(plans, tmp_path)
    report = verify_folder(folder)
    assert report.passed and report.findings, report.failed


@pytest.mark.parametrize("format", ["parquet", "csv", "ndjson", "sql"])
@pytest.mark.some(2)
def test_files_are_those_of_one_run(format, tmp_path):
    """Byte for byte, where both have a block in each file."""
    plans = [
        synth.make_plan("ecommerce", scale=0.01, until=u) for u in (At(2024, 5, 31), At(2024, 6, 1), At(2025, 9, 9))
    ]
    folder = walked(plans, tmp_path, format=format)
    assert Manifest.read(folder).tables == generate(plans[-1], tmp_path / "one", format=format).manifest.tables
    assert {path.suffix for path in folder.rglob("part-*")} == {f".{format}"}
    assert format == "sql" or verify_folder(folder).passed


@pytest.mark.parametrize(
    "tables", [["orders"], ["payments", "customers"], ["inventory_levels"], ["products", "promotions"]]
)
def test_some_tables_only(tables, tmp_path):
    plans = [synth.make_plan("ecommerce", scale=0.01, until=u, tables=tables) for u in (At(2024, 3, 3), At(2025, 3, 3))]
    folder = walked(plans, tmp_path, changes=tmp_path / "feed")
    assert set(Manifest.read(folder).tables) == set(tables)


def test_over_the_edge_of_a_block(tmp_path):
    """To the moment at which a block is full, one row before, and one after."""
    sold = synth.frame(synth.make_plan("ecommerce", scale=0.2, tables=["orders"]), "orders")["ordered_at"]
    untils = [At(2024, 2, 2), sold[9_999], sold[9_999] + US, sold[10_000] + US, At(2026, 1, 1), At(2026, 1, 1) + US]
    plans = [synth.make_plan("ecommerce", scale=0.2, until=until) for until in untils]
    assert [plan.tables["orders"].rows for plan in plans[1:]] == [9_999, 10_000, 10_001, 20_000, 20_000]
    walked(plans, tmp_path)


def test_few_blocks_are_drawn_for_a_day(tmp_path):
    """Those of the last months, in which orders are still under way, of seven; and the last ones of what grows."""
    made, drawn = synth.make_plan("ecommerce", scale=1, until=At(2025, 6, 1)), []
    folder = generate(made, tmp_path, workers=2).folder
    step = advance_folder(folder, At(2025, 6, 2), progress=lambda family, rows: drawn.append(family))
    assert made.family("orders").blocks == 7 and drawn.count("orders") <= 3
    assert step.rows > 900 and step.blocks == len(drawn) - drawn.count("draw") <= 3 + 5


# -- random datasets


@settings(deadline=None, max_examples=14, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    spec=worlds(),
    seed=st.integers(0, 9),
    untils=moments(),
    told=st.sampled_from([None, "parquet", "ndjson"]),
    data=st.data(),
)
def test_a_random_dataset_step_by_step(spec, seed, untils, told, data, tmp_path_factory):
    tables = data.draw(
        st.one_of(st.none(), st.lists(st.sampled_from(spec.written), min_size=1, max_size=3, unique=True))
    )
    tmp_path = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, BLOCK)
        plans = [make(spec, seed=seed, until=until, tables=tables) for until in untils]
        folder = generate(plans[0], tmp_path / "grown").folder
        rows = state(folder)
        for plan in plans[1:]:
            changes = {"changes": tmp_path / "feed", "changes_format": told} if told else {}
            step = advance_folder(folder, plan.until, **changes)
            identical(folder, plan)
            if told:
                apply(rows, step.feed, spec)
                assert there(rows) == there(state(folder))
        found = {
            (f.kind, f.name): f.passed for f in verify_folder(folder).findings if f.kind in ("files", "types", "rows")
        }
        assert all(found.values()) and ("rows", "fingerprint") in found
    shutil.rmtree(tmp_path)


LEANING = """
dataset: leaning
period: {{start: 2024-01-01, until: 2024-03-01}}
tables:
  people:
    rows: 600
    columns: {{person_id: {{key: sequence}}, came: {{arrival: {{since: 2023-01-01, before_start: 0.3}}}}, kind: {{choice: {{a: 1, b: 1}}}}}}
  houses:
    rows: 50
    columns: {{house_id: {{key: sequence}}, owner_id: {{reference: {{to: people, roots: 0}}}}, _kind: {{lookup: owner_id.kind}}}}
  rates:
    rows: 300
    columns: {{rate_id: {{key: sequence}}, came: {{arrival: {{}}}}, begins: {begins}, kind: {{choice: {{a: 1, b: 1}}}}}}
  notes:
    rows: {{base: 300}}
    columns:
      note_id: {{key: sequence}}
      made: {{arrival: {{since: 2023-06-01, before_start: 1.0}}}}
      kind: {{choice: {{a: 1, b: 1}}}}
      _later: {{delay: {{after: made, even: true, max: 400, announced: true}}}}
      _same: {{lookup: made}}
      {column}
  kinds:
    rollup: {{table: people, group_by: [kind], aggregates: {{first: {{min: came}}, people: {{count: person_id}}}}}}
    primary_key: [kind]
    columns: {{kind: {{type: varchar(3)}}, first: {{}}, people: {{}}}}
"""
AT_ONCE = "{lookup: came}"
RATE = "in_force: {{table: rates, match: {{kind: kind}}, at: {}, begins: begins, column: rate_id, optional: true}}"
COLUMNS = {
    "any parent": ("{reference: people}", AT_ONCE),
    "a parent's parent": ("{reference: houses}\n      whose: {lookup: x._kind}", AT_ONCE),
    "of a rollup": ("{in_force: {table: kinds, match: {kind: kind}, at: _later, begins: first, column: people, optional: true}}", AT_ONCE),
}  # fmt: skip


@pytest.mark.parametrize("how", COLUMNS)
def test_rows_that_lean_on_what_has_come(how, tmp_path):
    """A full block in which nothing is pending is drawn anew where its values depend on sums."""
    column, begins = COLUMNS[how]
    spec = parse(LEANING.format(column=f"x: {column}", begins=begins))
    plans = [make(spec, until=until) for until in (At(2024, 1, 20), At(2024, 1, 21), At(2024, 3, 5))]
    leans = how == "of a rollup"  # parents are those of a moment that is past, or of before the period
    assert ("notes" in families_to_redraw(plans[0], plans[1])) == leans
    rows = None
    folder = generate(plans[0], tmp_path / "grown").folder
    for plan in plans[1:]:
        rows = rows or state(folder)
        step = advance_folder(folder, plan.until, changes=tmp_path / "feed")
        identical(folder, plan)
        apply(rows, step.feed, spec)
        assert there(rows) == there(state(folder))


def test_rows_that_do_not_lean_are_left(tmp_path):
    column = f"x: {{{RATE.format('made')}}}\n      y: {{reference: {{to: people, alive_at: _same}}}}"
    later = "{delay: {after: came, even: true, max: 9, announced: true}}"
    plans = [
        make(parse(LEANING.format(column=column, begins=later)), until=until)
        for until in (At(2024, 1, 20), At(2024, 2, 21))
    ]
    assert not families_to_redraw(*plans) - {"houses", "kinds"}
    walked(plans, tmp_path)


# -- a step and its files


@pytest.fixture
def grown(tmp_path):
    return generate(synth.make_plan("ecommerce", scale=0.02, until=At(2025, 3, 1)), tmp_path).folder


def test_workers_do_not_matter(tmp_path):
    found = []
    plan = synth.make_plan("ecommerce", scale=0.5, until=At(2024, 7, 1))
    folder = generate(plan, tmp_path / "one").folder
    shutil.copytree(folder, tmp_path / "two" / "ecommerce")
    for workers in ("one", "two"):
        place = tmp_path / workers / "ecommerce"
        with runner(1 if workers == "one" else 2) as started:
            step = advance_folder(place, At(2025, 6, 1), workers=started, changes=tmp_path / f"feed {workers}")
        manifest = Manifest.read(place)
        found.append((manifest.tables, manifest.families, manifest.sums, step.feed.read_bytes(), step.blocks))
    assert found[0] == found[1]


def test_the_same_again_changes_nothing(grown):
    advance_folder(grown, At(2025, 5, 1))
    before = files(grown)
    again = advance_folder(grown, At(2025, 5, 1))
    assert again.unchanged and again.blocks == 0
    assert files(grown) == before
    assert [path.name for path in grown.parent.iterdir()] == ["ecommerce"]
    same = generate(synth.make_plan("ecommerce", scale=0.02, until=At(2025, 5, 1)), grown.parent)
    assert same.unchanged and files(grown) == before


def test_from_within(grown, monkeypatch):
    monkeypatch.chdir(grown)
    advance_folder(".", At(2025, 5, 1))
    assert sorted(path.name for path in grown.glob(".*")) == [".sums"] and verify_folder(grown).passed


def test_files_that_come_out_the_same_are_left(grown):
    before, old = files(grown), Manifest.read(grown)
    advance_folder(grown, At(2025, 3, 1) + US)
    new, after = Manifest.read(grown), files(grown)
    replaced = {name for name in after if after[name] != before.get(name)}
    sums = {file.path: file.sha256 for table in old.tables.values() for file in table.files}
    changed = {f.path for table in new.tables.values() for f in table.files if sums.get(f.path) != f.sha256}
    assert changed | {"manifest.json"} <= replaced - {".sums"} <= changed | {"manifest.json", *DOCUMENTS}
    assert "brands/part-00000.parquet" not in replaced and "customers/part-00000.parquet" not in replaced


def test_refused(grown, tmp_path):
    with pytest.raises(SynthError, match="2025-03-01T00:00:00 already, and time does not go back to 2025-02-28"):
        advance_folder(grown, At(2025, 2, 28))
    with pytest.raises(SynthError, match="holds no manifest.json"):
        advance_folder(tmp_path / "nothing", At(2026, 1, 1))
    assert not list(tmp_path.glob("nothing*")) + list(tmp_path.glob(".*"))
    with pytest.raises(SynthError, match="name a folder outside"):
        advance_folder(grown, At(2026, 1, 1), changes=grown / "feed")
    with pytest.raises(SynthError, match="unknown format of changes 'csv'"):
        advance_folder(grown, At(2026, 1, 1), changes=tmp_path / "feed", changes_format="csv")
    assert verify_folder(grown).passed


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"families": {}}, "(?s)does not say how it grows.*generate it"),
        ({"stream_version": 1}, "(?s)drawn by another version.*streams 1.*streams 2.*generate it again"),
    ],
)
def test_data_of_another_version(facts, words, grown):
    Manifest.read(grown).model_copy(update=facts).write(grown)
    with pytest.raises(SynthError, match=words) as caught:
        advance_folder(grown, At(2026, 1, 1))
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("lost", ["orders/part-00000.parquet", ".sums"])
def test_a_lost_file(lost, grown):
    (grown / lost).unlink()
    with pytest.raises(SynthError, match="is missing, or not as it was made"):
        advance_folder(grown, At(2026, 1, 1))
    generate(synth.make_plan("ecommerce", scale=0.02, until=At(2025, 3, 1)), grown.parent)
    assert (grown / lost).exists()


@pytest.mark.parametrize("exact", ["true", "false"])
def test_rollups_with_a_row_for_each_child(exact, tmp_path):
    """Children that are not counted exactly have gaps in their keys; of the others nothing but their number is looked up."""
    spec = parse(
        """
dataset: counted
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  orders: {rows: 900, columns: {order_id: {key: sequence}, at: {arrival: {}}}}
  lines:
    per: orders
    fanout: {mean: 2, min: 1, max: 4, poisson: true, exact: EXACT}
    columns: {line_id: {key: sequence}, order_id: {reference: orders}, n: {uniform: {min: 1, max: 9}}}
  totals:
    rollup: {table: lines, group_by: [line_id], aggregates: {n: {sum: n}}, for_each: lines}
    primary_key: [line_id]
    columns: {line_id: {references: lines}, n: {}}
""".replace("EXACT", exact)
    )
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, BLOCK)
        plans = [make(spec, until=until) for until in (At(2024, 5, 5), At(2024, 5, 6), At(2025, 2, 2))]
        folder = generate(plans[0], tmp_path / "grown").folder
        rows = state(folder)
        for plan in plans[1:]:
            step = advance_folder(folder, plan.until, changes=tmp_path / "feed")
            identical(folder, plan)
            apply(rows, step.feed, spec)
        assert there(rows) == there(state(folder)) and verify_folder(folder).passed
