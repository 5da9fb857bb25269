"""What may be in a schema before a load: what is replaced, and what is refused with nothing changed."""

from __future__ import annotations

import pytest

import synth
from synth.databases import DIALECTS
from synth.errors import DatabaseError
from synth.loading.conflicts import refuse_mixing, replaced_tables
from synth.spec.load import parse
from synth.store.entries import TableEntry
from synth.store.manifest import begin

MADE = TableEntry(columns={"a": "bigint"}, rows=0, fingerprint="0-0-0", files=())
BRANDS = synth.make_plan("ecommerce", scale=0.01, tables=["brands"])
THERE = {"brands": {}, "synth_manifest": {}}


class Place:
    """A schema with manifests."""

    dialect, address = DIALECTS["postgres"], "postgresql://me@host/x"

    def __init__(self, *manifests):
        self.manifests = manifests

    def rows(self, sql):
        if sql.startswith("SELECT SUM(1), MAX("):
            return [], [(len(self.manifests), 1, 1, 1, 1)]
        assert sql == 'SELECT "dataset", "spec", "manifest" FROM "s"."synth_manifest"'
        return [], [(m.dataset, m.spec, m.model_dump_json(exclude={"spec"}, exclude_none=True)) for m in self.manifests]


def loaded(*tables, dataset="ecommerce", **facts):
    facts = {"dataset": dataset, "tables": dict.fromkeys(tables, MADE), **facts}
    return begin(BRANDS, "parquet").model_copy(update=facts)


def replaced(there, *manifests, replace=True, tables=("brands",), anybodys=False):
    return replaced_tables(Place(*manifests), "s", there, BRANDS.dataset, tables, replace=replace, anybodys=anybodys)


def test_an_empty_schema():
    assert replaced({}) == replaced({"others": {}}) == replaced({}, replace=False) == ()


def test_tables_of_the_same_names_are_in_the_way():
    names = {"Brands": {}, "other": {}, "synth_manifest": {}}  # MySQL's on some systems, and not told apart there
    assert replaced(names, loaded("brands")) == ("Brands", "synth_manifest")
    with pytest.raises(
        DatabaseError, match=r"schema 's' has tables of these names already \(brands\); nothing was changed"
    ):
        replaced({"brands": {}}, replace=False)
    with pytest.raises(
        DatabaseError, match=r"\(a, b, c, …\); nothing was changed\n  hint: --if-exists replace, refresh or append"
    ):
        replaced(dict.fromkeys("abcd"), replace=False, tables=tuple("abcd"))


def test_what_no_load_has_made_is_not_dropped_unless_that_is_said():
    """`make load` always says replace, which is of what it made itself."""
    for there, manifests in (({"brands": {}}, ()), (THERE, (loaded("other"),))):
        with pytest.raises(
            DatabaseError,
            match=r"no load has made 'brands' of schema 's'(?s:.*)nothing was changed\n  hint:.*replace-any",
        ):
            replaced(there, *manifests)
        assert "brands" in replaced(there, *manifests, anybodys=True)


def test_all_of_an_earlier_load_goes():
    assert replaced({**THERE, "orders": {}, "mine": {}}, loaded("brands", "orders")) == (
        "brands",
        "synth_manifest",
        "orders",
    )


def test_another_dataset_does_not_go():
    with pytest.raises(
        DatabaseError, match="schema 's' holds ecommerce and shop; nothing was changed\n  hint: drop it"
    ):
        replaced(THERE, loaded("brands"), loaded("things", dataset="shop"))


def test_what_is_appended_must_stay_one_dataset():
    def refuse(*manifests, dataset=BRANDS.dataset):
        refuse_mixing(Place(*manifests), "s", THERE, dataset, ("brands",))

    refuse(loaded("brands"))
    refuse(loaded("things", dataset="shop"))
    refuse_mixing(Place(), "s", {"brands": {}}, BRANDS.dataset, ("brands",))  # tables of anybody's
    with pytest.raises(
        DatabaseError, match="'brands' is a table of the dataset 'shop'; nothing was changed\n  hint: give the"
    ):
        refuse(loaded("brands", dataset="shop"))
    with pytest.raises(DatabaseError, match="is there with a table 'gone', which the spec does not make"):
        refuse(loaded("brands", "gone"))
    bound = parse("""
dataset: ecommerce
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  theirs: {existing: true, primary_key: [id], columns: {id: {type: bigint}}}
  brands: {rows: 1, columns: {brand_id: {key: sequence}, id: {reference: theirs}}}
""")
    with pytest.raises(DatabaseError, match="'ecommerce' is there, and was not made for rows that exist"):
        refuse(loaded("brands"), dataset=bound)
    refuse(loaded("brands", first_keys={"brands.brand_id": "7"}), dataset=bound)
