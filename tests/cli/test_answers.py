"""What `--json` prints is what `synth schema output` says: no field is missing, and none is there besides."""

import json
import shutil

import jsonschema
import pytest

from synth.answers import ANSWERS, answer_schema
from synth.cli import app, main
from tests.support.object_store import s3, server  # noqa: F401

SMALL = ["--scale", "0.01", "--workers", "1"]


def exact(schema):
    """The schema, by which a field that it does not name is a mistake."""
    if isinstance(schema, list):
        return [exact(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {word: exact(inner) for word, inner in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        made["additionalProperties"] = False
    return made


@pytest.fixture
def answer(capsys):
    """Run a command with --json, and give what it printed, which its schema describes."""

    def run(*words, code=0):
        assert main([*map(str, words), "--json"]) == code
        told = json.loads(capsys.readouterr().out)
        schema = answer_schema(words[0])
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(told, exact(schema))
        return told

    return run


def test_every_command_with_json_has_a_schema():
    with_json = {
        command.name
        for command in app.registered_commands
        if "json" in command.callback.__annotations__ and command.name != "completion"
    }
    assert with_json == set(ANSWERS)


def test_a_schema_is_strict_enough_to_find_a_missing_field():
    told = {"path": "x", "bytes": 1, "tables": 1, "seconds": 0.1}
    with pytest.raises(jsonschema.ValidationError, match="'passed' is a required property"):
        jsonschema.validate(told, answer_schema("report"))
    with pytest.raises(jsonschema.ValidationError, match="Additional properties"):
        jsonschema.validate({**told, "passed": None, "other": 1}, exact(answer_schema("report")))


def test_folders(answer, shop, tmp_path):
    answer("datasets")
    answer("words")
    assert answer("plan", "ecommerce", "--rows", "customers=7", "--workers", "3")["workers"] == 3
    made = answer("generate", "ecommerce", *SMALL, "--out", tmp_path)
    assert answer("generate", "ecommerce", *SMALL, "--out", tmp_path)["unchanged"] and not made["unchanged"]
    for part in ("1/2", "2/2"):
        answer("generate", "inventory", *SMALL, "--out", tmp_path, "--part", part)
    answer("merge", *(tmp_path / f"inventory.part-{number}-of-2" for number in (1, 2)))
    assert answer("verify", tmp_path / "ecommerce")["passed"]
    assert answer("report", tmp_path / "ecommerce", "--no-verify")["passed"] is None
    assert {fact["verdict"] for fact in answer("realism", tmp_path / "ecommerce")["facts"]} == {"skipped"}
    assert answer("diff", tmp_path / "ecommerce", tmp_path / "ecommerce")["same"]
    found = answer("diff", tmp_path / "ecommerce", tmp_path / "inventory", code=1)
    assert found["added"] == ["inventory_movements", "stock"] and found["tables"]["orders"]["columns"]["discount"]
    assert answer("diff", "ecommerce", "inventory", code=1)["changes"]
    answer("dbt", tmp_path / "ecommerce")
    assert answer("lake", tmp_path / "ecommerce")["versions"]["orders"] == 0
    copy = shutil.copytree(shop, tmp_path / "lost")
    (copy / "brands/part-00000.parquet").unlink()
    assert answer("verify", copy, code=1)["datasets"][0]["findings"]


def test_databases(answer, shop, tmp_path):
    file = tmp_path / "x.duckdb"
    assert answer("generate", "inventory", *SMALL, "--until", "2024-06-01", "--to", file)["schema"] == "inventory"
    assert answer("load", shop, file, "--dry-run")["outcomes"]
    answer("load", shop, file)
    assert answer("load", shop, file, "--if-exists", "refresh")["changes"].keys() >= {"orders"}
    assert len(answer("verify", file)["datasets"]) == 2
    step = answer("advance", file, "--schema", "inventory", "--until", "2024-07-01", "--workers", "1")
    assert step["changes"]["customers"]["inserted"] > 0
    assert answer("pull", file, "--schema", "ecommerce", "--tables", "brands", "--out", tmp_path / "pulled")["rows"] > 0


def test_imports(answer, shop, tmp_path):
    told = answer("import", shop, "--tables", "brands,products", "--learn", "--out", tmp_path / "a.yaml")
    assert told["tables"] == 2 and told["learnt"]
    assert answer("import", shop, "--tables", "brands", "--out", tmp_path / "b.yaml")["learnt"] == []


def test_object_stores(answer, server, s3):  # noqa: F811
    assert answer("generate", "inventory", *SMALL, "--out", s3)["folder"].startswith("s3://")
    assert answer("sweep", f"{s3}/inventory")["objects"] == {}


def test_a_command_without_json(capsys):
    assert main(["schema", "output", "ddl"]) == 2
    assert "'ddl' prints no JSON\n  hint: " in capsys.readouterr().err
    assert main(["schema", "output", "verify"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "synth verify --json"
