"""What every runner is: the same content, the same errors, nothing left; engines also where workers are lost."""

from __future__ import annotations

import datetime as dt
import pickle
import threading
from dataclasses import replace

import pytest

import synth
from synth.databases.address import find
from synth.draw.residents import Residents
from synth.draw.task import RunContext, tasks_of
from synth.errors import DataError, ExtraError, OptionError, OutputError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.job.into import generate_into
from synth.plan.make import make
from synth.runners import ENGINES, shipping
from synth.runners.shipping import attempted, pack, received
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.store.output import FileForm, FolderSink
from synth.verifying.files import verify_folder
from tests.support.engines import ALL, ENGINES_HERE, begun, kill_a_worker
from tests.support.steps import prints
from tests.support.visits import THREE_BLOCKS

SHIPPED = {"ecommerce": 0.15, "erp": 0.05, "inventory": 1}
UNTIL = (dt.date(2024, 7, 15), dt.date(2025, 2, 1))
LARGE = {"scale": 8}  # of visits: two dozen tasks
TOO_WIDE = """
dataset: wide
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  things:
    rows: 40_000
    columns: {id: {key: sequence}, x: {expr: "CASE WHEN id = 30000 THEN 99999 ELSE 1 END", type: smallint}}
"""


@pytest.fixture(scope="module", params=ALL)
def running(request):
    with begun(request.param) as one:
        yield one


@pytest.fixture(scope="module", params=ENGINES_HERE)
def engine(request):
    with begun(request.param) as one:
        yield request.param, one


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process makes of a plan, made once."""
    made: dict[str, Manifest] = {}

    def of(name, plan):
        if name not in made:
            made[name] = generate(plan, tmp_path_factory.mktemp("alone")).manifest
        return made[name]

    return of


@pytest.mark.parametrize("dataset", [*SHIPPED])
@pytest.mark.some(5)
def test_content_is_the_same(dataset, running, tmp_path, alone):
    plan = synth.make_plan(dataset, scale=SHIPPED[dataset])
    made = generate(plan, tmp_path, workers=running)
    assert made.manifest.tables == alone(dataset, plan).tables
    assert made.manifest.families == alone(dataset, plan).families
    assert not [path for path in made.folder.iterdir() if path.name.startswith(".") and path.name != ".sums"]
    assert verify_folder(made.folder).passed


def test_a_dataset_of_several_files_and_its_advance_are_the_same(running, tmp_path, alone):
    made = generate(make(THREE_BLOCKS, scale=2, until=UNTIL[0]), tmp_path, workers=running)
    advance_folder(made.folder, UNTIL[1], workers=running)
    assert prints(Manifest.read(made.folder)) == prints(alone("visits", make(THREE_BLOCKS, scale=2, until=UNTIL[1])))


def test_what_is_wrong_is_said_in_its_place_and_nothing_is_left(running, tmp_path):
    with pytest.raises(DataError, match=r"wide:tables.things.columns.x.type|things.*x.*type"):
        generate(make(parse(TOO_WIDE)), tmp_path, workers=running)
    assert not [*tmp_path.iterdir()]


def test_what_is_given_up_is_stopped(running, tmp_path):
    """Who takes results may end: then nothing is written any more, and nothing is left."""

    def end(family, rows):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        generate(make(THREE_BLOCKS, **LARGE), tmp_path, workers=running, progress=end)
    assert not [*tmp_path.iterdir()]
    made = generate(make(THREE_BLOCKS), tmp_path, workers=running)  # the runner goes on
    assert verify_folder(made.folder).passed


def test_a_lost_worker_does_no_harm(engine, tmp_path, alone):
    name, running = engine
    plan = make(THREE_BLOCKS, **LARGE)
    killed = []
    killer = threading.Thread(target=lambda: killed.append(kill_a_worker(name)))
    killer.start()
    made = generate(plan, tmp_path, workers=running)
    killer.join()
    assert killed
    assert made.manifest.tables == alone("large", plan).tables
    assert verify_folder(made.folder).passed


def test_an_engine_does_not_fill_a_database(engine, tmp_path):
    """It may draw a task twice, and rows are taken once."""
    with pytest.raises(OptionError, match="an engine may draw a task twice"):
        generate_into(make(THREE_BLOCKS), find(f"sqlite:///{tmp_path}/x.db"), workers=engine[1])
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("name", [*ENGINES])
def test_an_engine_that_is_not_installed_is_told(name, tmp_path, monkeypatch):
    import sys

    from synth.runners import runner

    monkeypatch.setitem(sys.modules, {"ray": "ray", "spark": "pyspark"}[name], None)
    monkeypatch.setitem(sys.modules, f"synth.runners.{name}", None)  # put back as it was, or away
    del sys.modules[f"synth.runners.{name}"]
    with pytest.raises(ExtraError, match=rf"pip install 'synth-relational\[{name}\]'"):
        runner(2, name)


# -- what is carried


class Carried:
    """Files as an engine would have brought them."""

    def __init__(self, files):
        self.files = files

    def array(self, file):
        return pickle.loads(self.files[file])

    def texts(self, file):
        return pickle.loads(self.files[file]) if file in self.files else None


def shipped(tmp_path, **other):
    """A shipment of a run's first family, and its context."""
    plan = make(THREE_BLOCKS)
    out = tmp_path / "out"
    out.mkdir()
    context = RunContext(plan, Residents(tmp_path / "residents"), FolderSink.of(out, FileForm.of(plan, "parquet")))
    return context, replace(pack(context, lambda path: path.read_bytes()), **other)


def test_a_worker_of_another_version_is_told(tmp_path):
    context, shipment = shipped(tmp_path, version="0.0.1", key="another version")
    found = attempted(shipment.key, lambda: shipment, Carried, tasks_of(context.plan.families[0]))
    with pytest.raises(DataError, match="a worker of the engine has synth .*, and this is 0.0.1"):
        received(context, found)


def test_files_that_another_node_keeps_to_itself_are_told(tmp_path):
    context, shipment = shipped(tmp_path)
    found = attempted(shipment.key, lambda: shipment, Carried, tasks_of(context.plan.families[0]))
    assert received(context, found) is found
    for path in (tmp_path / "out").glob("*/*.parquet"):
        path.unlink()
    with pytest.raises(OutputError, match="was written by a node of the engine, and is not seen by this one"):
        received(context, found)


def test_a_context_is_unpacked_once(tmp_path, monkeypatch):
    monkeypatch.setattr(shipping, "_unpacked", {})
    context, shipment = shipped(tmp_path)
    asked = []

    def get():
        asked.append(1)
        return shipment

    for _ in range(3):
        attempted(shipment.key, get, Carried, tasks_of(context.plan.families[0])[:1])
    assert asked == [1]


def test_files_of_a_run_that_has_ended_take_no_place(tmp_path):
    """A worker that outlives its run, and its folder, writes nothing into the next one's."""
    context, shipment = shipped(tmp_path)
    assert isinstance(context.sink, FolderSink)
    context.sink.close()
    tasks = tasks_of(context.plan.families[0])
    with pytest.raises(FileNotFoundError):
        attempted(shipment.key, lambda: shipment, Carried, tasks)
    assert not [*(tmp_path / "out").glob("*/*.parquet")]
