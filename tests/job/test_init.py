"""A spec to begin from checks, generates and verifies at any scale, under any name, and overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import synth
from synth.cli import main
from synth.spec.shipped import SHIPPED, examples, shipped


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("scale", ["0.1", "1", "10"])
def test_it_makes_data_that_verifies(scale, capsys):
    assert main(["init"]) == 0
    assert capsys.readouterr().out.endswith("synth verify output/shop\n")
    assert main(["check", "shop.yaml"]) == 0 and "all good" in capsys.readouterr().out
    assert main(["generate", "shop.yaml", "--scale", scale, "--workers", "1", "-q"]) == 0
    assert main(["verify", "output/shop", "-q"]) == 0


@pytest.mark.parametrize(
    ("word", "path", "dataset"),
    [("tea", "tea.yaml", "tea"), ("my-shop.yml", "my-shop.yml", "my_shop"), ("a/b/c d.yaml", "a/b/c d.yaml", "c_d"),
     ("there", "there/shop.yaml", "shop"), ("new/", "new/shop.yaml", "shop"), ("shop.v2", "shop.v2.yaml", "shop_v2")],
)  # fmt: skip
def test_names(word, path, dataset, capsys):
    Path("there").mkdir()
    assert main(["init", word]) == 0
    assert synth.load(Path(path)).dataset == dataset
    assert (Path(path).parent / "spec.schema.json").read_text() == (SHIPPED / "spec.schema.json").read_text()
    assert main(["init", word]) == 2
    assert f"'{path}' is there already, and is not overwritten\n  hint: " in capsys.readouterr().err


@pytest.mark.parametrize("word", ["2nd", "café", "_x", "", "s3://bucket/shop", "x" * 70])
def test_words_that_are_no_names(word, capsys):
    assert main(["init", word]) == 2
    assert "\n  hint: " in capsys.readouterr().err and not list(Path().iterdir())


def test_a_schema_that_is_there_stays():
    Path("spec.schema.json").write_text("mine")
    assert main(["init"]) == 0
    assert Path("spec.schema.json").read_text() == "mine"


@pytest.mark.parametrize("name", [*shipped(), *examples()])
def test_a_copy_keeps_its_comments(name):
    assert main(["init", "--like", name]) == 0
    source = {**shipped(), **examples()}[name].read_text().splitlines()
    made = Path(f"my_{name}.yaml").read_text().splitlines()
    changed = [line for old, line in zip(source, made, strict=True) if old != line]
    assert f"dataset: my_{name}" in changed and len(changed) <= 2
    assert synth.load(f"my_{name}.yaml").tables == synth.load({**shipped(), **examples()}[name]).tables


def test_what_does_not_ship(capsys):
    assert main(["init", "--like", "ecomerce"]) == 2
    assert "no dataset or example 'ecomerce' ships\n  hint: did you mean 'ecommerce'?" in capsys.readouterr().err
