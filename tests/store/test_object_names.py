"""Names of objects, addresses, and what is refused of them."""

from __future__ import annotations

import datetime as dt
import pickle
import sys

import pytest

from synth.errors import ExtraError, OptionError, OutputError
from synth.job.generate import generate
from synth.job.script import write_script
from synth.job.sweep import sweep
from synth.plan.make import make
from synth.store.manifest import NAME, Manifest
from synth.store.object_run import named, publish, run_of
from synth.store.opened import manifest_at, opened
from synth.store.remote import NOTES, TakenError, folder_at
from synth.verifying.files import verify_folder
from tests.support.object_store import here, out, s3, server  # noqa: F401
from tests.support.visits import THREE_BLOCKS

pytestmark = pytest.mark.usefixtures("server")


def test_names_are_a_run_s_own():
    assert named("orders/part-00007.parquet", "0123456789abcdef") == "orders/part-0123456789abcdef-00007.parquet"
    assert named("ledger/sales-00012.csv", "0123456789abcdef") == "ledger/sales-0123456789abcdef-00012.csv"
    assert named(".sums", "0123456789abcdef") == ".sums-0123456789abcdef"
    assert named(".existing/people.parquet", "0123456789abcdef") == ".existing/people-0123456789abcdef.parquet"
    for path in ("orders/part-00007.parquet", ".sums", ".existing/people.parquet", "odd-7/part-00001.ndjson"):
        assert run_of(named(path, "0123456789abcdef")) == "0123456789abcdef"
    strange = (
        "notes.txt", "orders/part-00007.parquet", "manifest.json", "part-0123456789abcdef-00001.csv",
        "orders/part-0123456789abcde-00001.csv", "shop/orders/part-0123456789abcdef-00001.csv",
        "shop/.sums-0123456789abcdef", "orders/part-0123456789abcdef-00001", "orders/.part-0123456789abcdef-00001.csv",
    )  # fmt: skip
    for name in strange:
        assert run_of(name) is None
    assert run_of(f"{NOTES}/0123456789abcdef/orders-00001.json") == "0123456789abcdef"


def test_a_manifest_that_leads_elsewhere_is_refused(out, tmp_path):
    made = generate(make(THREE_BLOCKS), out)
    objects = folder_at(str(made.folder))
    found = objects.read(NAME)
    stored = manifest_at(made.folder)
    elsewhere = stored.placed(lambda file: "people/of-others.parquet")
    objects.put_last(NAME, elsewhere.text().encode(), found.tag)
    with pytest.raises(OutputError, match="which is no name of ours"):
        verify_folder(made.folder)


def test_only_the_tag_that_was_seen_is_replaced(out):
    objects = folder_at(out)
    objects.put_last("x", b"1", None)
    with pytest.raises(TakenError):
        objects.put_last("x", b"2", None)
    tag = objects.read("x").tag
    objects.put_last("x", b"2", tag)
    with pytest.raises(TakenError):
        objects.put_last("x", b"3", tag)
    assert objects.read("x").data == b"2"
    assert objects.read("y") is None
    objects.delete(["x", "y"])
    assert not objects.names()


def test_an_address_says_nothing_secret(monkeypatch, s3):
    objects = folder_at(s3)
    objects.names()
    assert "hush" not in repr(objects) + str(pickle.dumps(objects))
    assert pickle.loads(pickle.dumps(objects)) == objects
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
    with pytest.raises(OutputError) as refused:
        folder_at("s3://no-such-bucket/data").names()
    assert "no-such-bucket" in str(refused.value) and "hush" not in str(refused.value)


@pytest.mark.parametrize("url", ["s3://", "s3:///folder", "gs://bucket?x=1", "s3://bucket/a#b"])
def test_what_is_no_address_is_told(url):
    with pytest.raises(OptionError, match="is no address of a folder in an object store"):
        folder_at(url)


def test_nothing_is_swept_but_in_a_dataset_s_own_folder(out):
    made = generate(make(THREE_BLOCKS), out)
    before = here(made.folder)
    for above in (out, out.rpartition("/")[0]):
        with pytest.raises(OptionError, match="is no dataset's folder, but holds '.*manifest.json'"):
            sweep(above, idle=dt.timedelta())
    assert not sweep(str(made.folder), idle=dt.timedelta()).objects
    assert here(made.folder) == before


def test_what_needs_files_says_so(out):
    with pytest.raises(OptionError, match="is in an object store: the clients of databases read files"):
        write_script(f"{out}/visits", "postgres")
    with pytest.raises(OptionError, match="is no address in an object store"):
        sweep("output/visits")


def test_without_the_library_it_is_told(monkeypatch, s3):
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(ExtraError, match=r"pip install 'synth-relational\[objects\]'"):
        generate(make(THREE_BLOCKS), s3)


def test_publishing_keeps_files_that_are_as_they_were(out, tmp_path):
    made = generate(make(THREE_BLOCKS), out)
    with opened(made.folder) as (copy, there):
        again = publish(there.objects, Manifest.read(copy), copy, "f" * 16, there.manifest, there.tag)
    assert again == there.manifest
