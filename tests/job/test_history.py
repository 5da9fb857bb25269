"""The law of histories: what holds now is the table, and what held just before an earlier `until` is the table of then."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import synth
from synth.databases import DATABASES
from synth.errors import OptionError, OutputError, SynthError
from synth.job.advance import advance_folder
from synth.job.advance_database import advance_database
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.plan.make import make
from synth.spec.load import parse
from synth.store.history import NAME, period_names
from tests.support.steps import files, small_blocks
from tests.support.targets import LIVE, LONG, SUITES, few
from tests.support.worlds import BLOCK, moments, worlds

At = dt.datetime
US = dt.timedelta(microseconds=1)
GROWING = [s for s in LIVE if s not in ("embedded", "copy")]
KEYLESS = """
dataset: log
period: {start: 2024-01-01, until: 2024-03-01}
tables:
  log:
    rows: 900
    columns:
      on: {arrival: {}, type: date}
      kind: {choice: {a: 1, b: 1}}
      done_on: {delay: {after: on, even: true, min: 1, max: 20}, type: date, null_share: 0.2}
"""


def tables(plan, place: Path) -> dict[str, Counter]:
    """What one run of a plan makes, rows by table."""
    folder = generate(plan, place, if_exists="replace").folder
    return {
        t: Counter(pl.concat([pl.read_parquet(f) for f in (folder / t).glob("*.parquet")]).iter_rows())
        for t in plan.wanted
    }


def read(folder: Path, table: str) -> tuple[pl.DataFrame, str, str]:
    """A table's history as a stranger reads it, and the names of its two last columns."""
    rows = pl.read_parquet(folder / table / "*.parquet")
    assert tuple(rows.columns[-2:]) == period_names(rows.columns[:-2])
    return rows, *rows.columns[-2:]


def as_of(folder: Path, table: str, moment: dt.datetime) -> Counter:
    rows, begins, ends = read(folder, table)
    holds = (pl.col(begins) <= moment) & (pl.col(ends).is_null() | (pl.col(ends) > moment))
    return Counter(rows.filter(holds).drop(begins, ends).iter_rows())


def lawful(folder: Path, plans, known: dict[dt.datetime, dict[str, Counter]]) -> None:
    """All that the law says, of each moment at which a step began or ended."""
    for table in plans[-1].wanted:
        rows, begins, ends = read(folder, table)
        assert (
            Counter(rows.filter(pl.col(ends).is_null()).drop(begins, ends).iter_rows()) == known[plans[-1].until][table]
        )
        assert not rows[begins].null_count() and (rows[ends] > rows[begins]).all()
        for plan in plans:
            assert as_of(folder, table, plan.until - US) == known[plan.until][table], (table, plan.until)
    record = json.loads((folder / NAME).read_text())
    assert [At.fromisoformat(step) for step in record["steps"]] == [plan.until for plan in plans]
    listed = {file["path"] for each in record["tables"].values() for file in each}
    assert {NAME, *listed} == {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@settings(deadline=None, max_examples=4, derandomize=True, suppress_health_check=list(HealthCheck))
@given(spec=worlds(), seed=st.integers(0, 9), untils=moments(least=3), data=st.data())
def test_random_datasets(spec, seed, untils, data, tmp_path_factory):
    names = data.draw(
        st.one_of(st.none(), st.lists(st.sampled_from(spec.written), min_size=1, max_size=3, unique=True))
    )
    tmp_path = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, BLOCK)
        plans = [make(spec, seed=seed, until=until, tables=names) for until in untils]
        known = {plan.until: tables(plan, tmp_path / "one") for plan in plans}
        folder = generate(plans[0], tmp_path / "grown").folder
        for plan in plans[1:]:
            before = shutil.copytree(folder, tmp_path / "before")
            step = advance_folder(folder, plan.until, scd2=tmp_path / "history")
            assert step.history == tmp_path / "history"
            if data.draw(st.booleans()):  # the history was in place, and the data was not: the step is made once more
                shutil.rmtree(folder)
                shutil.move(before, folder)
                if data.draw(st.booleans()):  # and this time to another moment
                    middle = make(spec, seed=seed, until=plan.until + US, tables=names)
                    kept = shutil.copytree(folder, tmp_path / "kept")
                    advance_folder(folder, middle.until, scd2=tmp_path / "history")
                    shutil.rmtree(folder)
                    shutil.move(kept, folder)
                advance_folder(folder, plan.until, scd2=tmp_path / "history")
            shutil.rmtree(before, ignore_errors=True)
        lawful(tmp_path / "history", plans, known)
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("name", ["ecommerce", *(["erp"] if LONG else [])])
def test_datasets_that_ship(name, tmp_path, monkeypatch):
    small_blocks(monkeypatch, 500)
    untils = [At(2024, 5, 30), At(2024, 5, 31), At(2024, 6, 1), At(2024, 6, 1) + US, At(2024, 9, 9, 9)]
    plans = [synth.make_plan(name, scale=0.02, until=until) for until in untils]
    folder = generate(plans[0], tmp_path / "grown", format="sql").folder  # no file of it is read
    for plan in plans[1:]:
        advance_folder(folder, plan.until, scd2=tmp_path / "history", workers=2)
    lawful(tmp_path / "history", plans, {plan.until: tables(plan, tmp_path / "one") for plan in plans})
    if name == "ecommerce":
        rows, begins, ends = read(tmp_path / "history", "orders")
        first = rows.sort(begins).group_by("order_id", maintain_order=True).first()
        assert (first[begins] == first["ordered_at"]).all(), "an order's first version holds since it was ordered"
        lines, begins, _ = read(tmp_path / "history", "order_items")
        came = lines.join(first.select("order_id", "ordered_at"), on="order_id")
        assert (came[begins] == came["ordered_at"]).all(), "and so do its lines"
        rates, begins, ends = read(tmp_path / "history", "tax_rates")
        assert (begins, ends) == ("row_valid_from", "row_valid_to")
        assert set(rates[begins]) == {At(2024, 1, 1)}, "what does not come in time holds since the period's start"


@pytest.mark.parametrize(
    ("target", "name"), [*((s, "log") for s in GROWING), *((s, "inventory") for s in few(GROWING))], indirect=["target"]
)
@pytest.mark.some(3)
def test_in_databases_as_of_folders(target, name, tmp_path):
    """The same history to the byte, also of rows without a key."""
    spec, scale = (parse(KEYLESS), 1) if name == "log" else (synth.load("inventory"), 0.2)
    plans = [make(spec, until=until, scale=scale) for until in (At(2024, 1, 9), At(2024, 1, 10), At(2024, 2, 20))]
    generate_into(plans[0], target.address)
    folder = generate(plans[0], tmp_path / "grown").folder
    there, here = tmp_path / "there", tmp_path / "here"
    for plan in plans[1:]:
        step = advance_database(target.address, plan.until, schema=name, scd2=there)
        assert step.history == there and step.as_dict()["history"] == str(there)
        advance_folder(folder, plan.until, scd2=here)
    lawful(there, plans, {plan.until: tables(plan, tmp_path / "one") for plan in plans})
    assert (there / NAME).read_bytes() == (here / NAME).read_bytes()


# -- what is refused, and what goes wrong


@pytest.fixture
def grown(tmp_path):
    return generate(synth.make_plan("ecommerce", scale=0.02, until=At(2024, 3, 1)), tmp_path).folder


def test_a_folder_that_does_not_go_on(grown, tmp_path):
    history = tmp_path / "history"
    advance_folder(grown, At(2024, 3, 2), scd2=history)
    before = files(history)
    assert advance_folder(grown, At(2024, 3, 2), scd2=history).unchanged
    advance_folder(grown, At(2024, 3, 3))
    copy = shutil.copytree(grown, tmp_path / "copy" / "ecommerce")
    with pytest.raises(
        OptionError, match=r"(?s)ends at 2024-03-02 00:00:00 and the data is at 2024-03-03 00:00:00.*empty"
    ):
        advance_folder(grown, At(2024, 4, 1), scd2=history)
    other = generate(synth.make_plan("ecommerce", scale=0.02, seed=7, until=At(2024, 3, 2)), tmp_path / "other").folder
    with pytest.raises(OptionError, match="(?s)is the history of other data.*empty"):
        advance_folder(other, At(2024, 4, 1), scd2=history)
    for place in (grown / "history", grown, tmp_path):
        with pytest.raises(OptionError, match="a history has a folder of its own"):
            advance_folder(grown, At(2024, 4, 1), scd2=place)
    with pytest.raises(OptionError, match="a history has a folder of its own"):
        advance_folder(grown, At(2024, 4, 1), scd2=tmp_path / "feed" / "x", changes=tmp_path / "feed")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep")
    with pytest.raises(OptionError, match="holds files that are no history of ours"):
        advance_folder(grown, At(2024, 4, 1), scd2=tmp_path / "mine")
    assert files(history) == before and files(copy).keys() == files(grown).keys()
    assert (tmp_path / "mine" / "letter.txt").read_text() == "keep"
    (history / "letter.txt").write_text("keep")
    with pytest.raises(OptionError, match="holds a file that is not ours \\('letter.txt'\\)"):
        advance_folder(grown, At(2024, 4, 1), scd2=history)
    (history / "letter.txt").unlink()
    (history / "orders" / "open-00000.parquet").write_bytes(b"")
    with pytest.raises(OutputError, match="is missing, or not as it was made"):
        advance_folder(grown, At(2024, 4, 1), scd2=history)
    (history / NAME).write_text("{}")
    with pytest.raises(OptionError, match="none of this program"):
        advance_folder(grown, At(2024, 4, 1), scd2=history)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("broken", ["synth.store.history.History.write", "synth.store.manifest.Manifest.write"])
@pytest.mark.some(2)
def test_a_step_that_fails(broken, grown, tmp_path, monkeypatch):
    """The history is as it was, or ahead of the data by the step that is made again."""
    plans = [
        synth.make_plan("ecommerce", scale=0.02, until=u) for u in (At(2024, 3, 1), At(2024, 4, 1), At(2024, 5, 1))
    ]
    advance_folder(grown, At(2024, 4, 1), scd2=tmp_path / "history")

    def fails(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(broken, fails)
        with pytest.raises(SynthError, match="No space left on device"):
            advance_folder(grown, At(2024, 6, 1), scd2=tmp_path / "history")
    advance_folder(grown, At(2024, 5, 1), scd2=tmp_path / "history")
    lawful(tmp_path / "history", plans, {plan.until: tables(plan, tmp_path / "one") for plan in plans})
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_on_the_command_line(grown, run, tmp_path):
    words = ["advance", str(grown), "--until", "2024-04-01", "--scd2", str(tmp_path / "history"), "--workers", "1"]
    tried = run(*words, "--dry-run")
    assert tried.returncode == 0 and not (tmp_path / "history").exists(), tried.stderr
    done = run(*words)
    assert done.returncode == 0 and f"history in {tmp_path / 'history'}" in done.stdout, done.stderr
    plans = [synth.make_plan("ecommerce", scale=0.02, until=u) for u in (At(2024, 3, 1), At(2024, 4, 1))]
    lawful(tmp_path / "history", plans, {plan.until: tables(plan, tmp_path / "one") for plan in plans})
    assert run("advance", "--help").stdout.count("--scd2") == 1


def test_names_of_the_period():
    assert period_names(["a"]) == ("valid_from", "valid_to")
    assert period_names(["Valid_To"]) == ("row_valid_from", "row_valid_to")
    assert period_names(["valid_from", "row_valid_to"]) == ("row_row_valid_from", "row_row_valid_to")


def test_every_database_is_tried():
    assert {SUITES[suite] for suite in GROWING} >= {name for name in DATABASES if name != "tsql"}
