"""Parts of a run, made by themselves and put together, are the run; what does not belong together is refused by name."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import synth
from synth.cli import main
from synth.draw.part import Part
from synth.draw.task import tasks_of
from synth.errors import DataError, OptionError, OutputError, SpecError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.job.merge import merge
from synth.spec.load import parse
from synth.store.files import files_in
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder
from tests.support.any_spec import specs
from tests.support.steps import prints, small_blocks
from tests.support.visits import THREE_BLOCKS

SHIPPED = {"ecommerce": 0.02, "erp": 0.05, "inventory": 1}
FEW = 500  # rows of a block, and of a window


@pytest.fixture(autouse=True)
def _many_tasks(monkeypatch):
    small_blocks(monkeypatch, FEW)


def parts_of(plan, out, of, **how):
    return [generate(plan, out, part=Part(number, of), **how).folder for number in range(1, of + 1)]


def visible(folder):
    return {name: (folder / name).read_bytes() for name in files_in(folder) if not name.startswith(".")}


def said(manifest):
    """All that a manifest states but how rollups' parts lie in their file."""
    return {**manifest.model_dump(exclude={"sums", "seal"})}


@pytest.mark.parametrize("of", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.some(4)
def test_all_parts_are_the_whole(name, of, tmp_path):
    plan = synth.make_plan(name, scale=SHIPPED[name])
    whole = generate(plan, tmp_path / "whole")
    parts = parts_of(plan, tmp_path / "parts", of)
    rows = [sum(table.rows for table in Manifest.read(part, part=True).tables.values()) for part in parts]
    assert of < 3 or max(rows) < whole.rows, "they share the work"
    merged = merge(parts[::-1], tmp_path, workers=2 if of == 7 else 1)
    assert merged.folder == tmp_path / name and said(merged.manifest) == said(whole.manifest)
    ours, theirs = visible(merged.folder), visible(whole.folder)
    del ours["manifest.json"], theirs["manifest.json"]
    assert ours == theirs
    assert verify_folder(merged.folder).passed
    assert all(visible(part) for part in parts), "they stay as they are"
    again = merge(parts, tmp_path)
    assert again.unchanged and again.manifest == merged.manifest


def test_each_task_is_in_one_part():
    plan = synth.make_plan(THREE_BLOCKS)
    for of in (1, 2, 5, 400):
        found = [task for number in range(1, of + 1) for some in Part(number, of).tasks(plan).values() for task in some]
        wanted = [task for family in plan.families if not family.is_sum for task in tasks_of(family)]
        assert sorted(found, key=str) == sorted(wanted, key=str)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(spec=specs(broken=False), of=st.integers(2, 5))
def test_parts_of_any_spec_are_the_whole(tmp_path_factory, spec, of):
    try:
        plan = synth.make_plan(parse(yaml.safe_dump(spec)), seed=of)
        if plan.dataset.existing:
            return
        folder = tmp_path_factory.mktemp("any")
        whole = generate(plan, folder / "whole")
    except (SpecError, DataError):
        return
    merged = merge(parts_of(plan, folder, of), folder / "merged")
    assert said(merged.manifest) == said(whole.manifest)
    shutil.rmtree(folder)


@pytest.mark.parametrize("format", ["csv", "arrow"])
@pytest.mark.some(1)
def test_it_grows_as_the_whole_does(format, tmp_path):
    early, late = dt.datetime(2024, 5, 1), dt.datetime(2024, 9, 1, 7)
    plan, later = (synth.make_plan("erp", scale=0.01, until=until) for until in (early, late))
    merged = merge(parts_of(plan, tmp_path, 3, format=format), tmp_path / "merged").folder
    advance_folder(merged, late)
    assert prints(Manifest.read(merged)) == prints(generate(later, tmp_path / "later", format=format).manifest)
    assert verify_folder(merged).passed


def test_some_tables_alone(tmp_path):
    plan = synth.make_plan("ecommerce", scale=0.02, tables=["orders", "customers"])
    merged = merge(parts_of(plan, tmp_path, 4), tmp_path / "merged")
    assert said(merged.manifest) == said(generate(plan, tmp_path / "whole").manifest)


# -- what does not belong together


@pytest.fixture
def parts(tmp_path):
    return parts_of(synth.make_plan("inventory", scale=0.2), tmp_path, 3)


def refused(folders, match, out=None, **how):
    with pytest.raises(OutputError, match=match):
        merge(folders, out, **how)
    target = folders[0].parent / "inventory" if folders else None
    assert target is None or not target.exists()


@pytest.mark.parametrize(
    ("words", "differs"),
    [
        ({"seed": 7}, r"seed \(asked: 7\)"),
        ({"scale": 0.3}, r"scale \(asked: 0.3\)"),
        ({"until": dt.date(2024, 6, 1)}, r"until \(asked: 2024-06-01"),
        ({"tables": ["customers"]}, "its tables"),
    ],
)
def test_parts_of_another_run(words, differs, parts, tmp_path):
    other = synth.make_plan("inventory", **{"scale": 0.2, **words})
    strange = generate(other, tmp_path / "other", part=Part(2, 3)).folder
    refused([parts[0], strange, parts[2]], rf"'{strange}' is no part of the run that '{parts[0]}' .*{differs}")


def test_parts_in_another_format(parts, tmp_path):
    plan = synth.make_plan("inventory", scale=0.2)
    refused(
        [*parts[:2], generate(plan, tmp_path / "csv", format="csv", part=Part(3, 3)).folder], r"format \(asked: csv\)"
    )


def test_parts_of_another_version(parts):
    manifest = Manifest.read(parts[1], part=True)
    facts = {"program": "0.0.1"}
    manifest.model_copy(update={**facts, "identity": "x"}).sealed().write(parts[1])
    refused(parts, r"program \(asked: 0\.0\.1\)")


def test_parts_that_are_missing_or_there_twice(parts, tmp_path):
    refused(parts[:2], r"part 3/3 of inventory is missing\n  hint: `synth generate … --part 3/3`")
    refused(parts[1:2], r"parts 1/3, 3/3 of inventory are missing")
    copy = tmp_path / "copy" / "inventory.part-2-of-3"
    shutil.copytree(parts[1], copy)
    refused([*parts, copy], rf"part 2/3 is there twice: '{parts[1]}' and '{copy}'")
    refused([], "no part is named")


def test_parts_that_cut_it_otherwise(parts, tmp_path):
    plan = synth.make_plan("inventory", scale=0.2)
    other = generate(plan, tmp_path, part=Part(2, 4)).folder
    refused([parts[0], other], "is part 2/4, and .* is part 1/3: they cut the run otherwise")


def test_no_part_at_all(parts, tmp_path):
    whole = generate(synth.make_plan("inventory", scale=0.2), tmp_path / "whole").folder
    refused([*parts[:2], whole], "is no part, but a whole run")
    refused([*parts, tmp_path / "nowhere"], "holds no manifest.json")


def test_parts_that_were_changed(parts):
    file = next(parts[1].glob("*/part-*"))
    bytes_ = file.read_bytes()
    file.write_bytes(bytes_[:-1] + b"x")
    refused(parts, rf"'{file}' is not as it was made\n  hint: make part 2/3 again")
    file.unlink()
    refused(parts, "is missing, or not as it was made")
    file.write_bytes(bytes_)
    text = (parts[2] / "manifest.json").read_text()
    (parts[2] / "manifest.json").write_text(
        text.replace('"changes": null', '"changes": "2024-01-01T00:00:00"').replace('"made_by"', '"made_by"')
    )
    manifest = json.loads(text)
    manifest["first_keys"] = {"customers.customer_id": "9"}
    (parts[2] / "manifest.json").write_text(json.dumps(manifest))
    refused(parts, "the manifest of .*part-3-of-3' is not as it was written\n  hint: make part 3/3 again")


def test_another_run_where_it_goes(parts, tmp_path):
    other = generate(synth.make_plan("inventory", scale=0.3), tmp_path / "there").folder
    with pytest.raises(OutputError, match="holds another run"):
        merge(parts, tmp_path / "there")
    assert verify_folder(other).passed
    assert merge(parts, tmp_path / "there", if_exists="replace").folder == other
    assert verify_folder(other).passed


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "1/0", "01/3", "1/1000000", "-1/3", "1 / 3", "１/3"])
def test_parts_are_written_as_3_of_7(text, capsys):
    with pytest.raises(OptionError, match="like 3/7"):
        Part.parse(text)
    assert main(["generate", "inventory", "--part", text, "--out", "nowhere"]) == 2
    assert "like 3/7" in capsys.readouterr().err


def test_a_part_is_no_dataset(parts, capsys, tmp_path):
    for words in (
        ["verify", str(parts[0])], ["load", str(parts[0]), f"sqlite:///{tmp_path}/x.db"], ["script", str(parts[0]), "--dialect", "postgres"],
        ["advance", str(parts[0]), "--until", "2025-01-01"],
    ):  # fmt: skip
        assert main(words) == 2
        assert "is part 1/3 of a run, and no dataset by itself" in capsys.readouterr().err


def test_the_command_line(tmp_path, capsys):
    words = ["generate", "inventory", "--scale", "0.2", "--out", str(tmp_path), "--workers", "1", "--json"]
    for number in (1, 2):
        assert main([*words, "--part", f"{number}/2"]) == 0
        made = json.loads(capsys.readouterr().out)
        assert made["folder"] == str(tmp_path / f"inventory.part-{number}-of-2") and not made["unchanged"]
    assert main([*words, "--part", "2/2"]) == 0 and json.loads(capsys.readouterr().out)["unchanged"]
    folders = [str(tmp_path / f"inventory.part-{number}-of-2") for number in (1, 2)]
    assert main(["merge", *folders, "--workers", "1"]) == 0
    assert "next:" in capsys.readouterr().out and verify_folder(tmp_path / "inventory").passed
    assert main([*words, "--part", "1/2", "--to", "sqlite:///x.db"]) == 2
    assert "leave out --to" in capsys.readouterr().err


def test_rows_for_those_that_exist_are_no_part(tmp_path):
    spec = """
dataset: beside
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  customers: {existing: true, primary_key: [customer_number], columns: {customer_number: {type: text}}}
  calls: {rows: 9, columns: {id: {key: sequence}, who: {reference: customers}}}
"""
    there = generate(synth.make_plan("inventory", scale=0.2), tmp_path).folder
    plan = synth.make_plan(parse(spec), source=there)
    with pytest.raises(OptionError, match="built on tables that exist"):
        generate(plan, tmp_path, part=Part(1, 2))
