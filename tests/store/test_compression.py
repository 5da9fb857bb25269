"""In which compression files are: as asked for, as the manifest states, and as whatever goes on with them keeps it."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

import synth
from synth.cli import main
from synth.databases import Address
from synth.draw.part import Part
from synth.errors import OptionError, OutputError
from synth.formats import COMPRESSIONS, FORMATS
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.job.merge import merge
from synth.job.pull import pull
from synth.store.journal import key_of
from synth.store.manifest import Manifest, begin
from synth.store.output import compression_of
from synth.verifying.files import verify_folder


@pytest.fixture(scope="module")
def plan():
    return synth.make_plan("ecommerce", scale=0.01)


def codecs(folder) -> set[str]:
    """Of all columns of all files."""
    files = list(folder.glob("*/*.parquet"))
    assert files
    groups = [pq.read_metadata(file).row_group(0) for file in files if pq.read_metadata(file).num_row_groups]
    return {group.column(at).compression for group in groups for at in range(group.num_columns)}


def test_what_is_asked_for_is_stated_and_smaller(plan, tmp_path):
    made = {word: generate(plan, tmp_path / word, compression=word) for word in FORMATS["parquet"].compressions}
    assert codecs(made["zstd"].folder) == {"ZSTD"}
    assert codecs(made["none"].folder) == {"UNCOMPRESSED"}
    assert made["zstd"].bytes < made["snappy"].bytes < made["none"].bytes
    stated = {word: Manifest.read(each.folder).compression for word, each in made.items()}
    assert stated == {"snappy": None, "zstd": "zstd", "lz4": "lz4", "none": "none"}
    assert len({Manifest.read(each.folder).identity for each in made.values()}) == 1
    for each in made.values():
        assert verify_folder(each.folder).failed == []
    assert generate(plan, tmp_path / "snappy").unchanged, "the usual one by its name is no other run"
    assert generate(plan, tmp_path / "zstd", compression="zstd").unchanged


def test_another_compression_is_another_run(plan, tmp_path):
    folder = generate(plan, tmp_path, compression="zstd").folder
    with pytest.raises(OutputError, match=r"it differs in compression \(asked: None\)"):
        generate(plan, tmp_path)
    assert codecs(generate(plan, tmp_path, if_exists="replace").folder) == {"SNAPPY", "UNCOMPRESSED"}
    assert Manifest.read(folder).compression is None
    assert len({key_of(begin(plan, "parquet", compression=word)) for word in (None, "zstd", "lz4")}) == 3


def test_a_step_of_time_keeps_to_it(tmp_path):
    first = synth.make_plan("ecommerce", scale=0.01, until=dt.datetime(2025, 6, 30))
    folder = generate(first, tmp_path, compression="zstd").folder
    advance_folder(folder, dt.datetime(2025, 12, 31))
    assert codecs(folder) == {"ZSTD"} and Manifest.read(folder).compression == "zstd"
    assert verify_folder(folder).failed == []


def test_parts_keep_to_it(tmp_path):
    """Rollups are made by `merge`."""
    plan = synth.make_plan("erp", scale=0.02)
    whole = generate(plan, tmp_path / "whole", compression="zstd")
    parts = [
        generate(plan, tmp_path / "parts", part=Part(number, 2), compression=word).folder
        for number, word in ((1, "zstd"), (2, "zstd"))
    ]
    merged = merge(parts, tmp_path / "merged")
    assert codecs(merged.folder) == {"ZSTD"}
    assert merged.manifest.tables == whole.manifest.tables
    other = generate(plan, tmp_path / "other", part=Part(2, 2)).folder
    with pytest.raises(OutputError, match=r"is no part of the run .* it differs in compression \(asked: None\)"):
        merge([parts[0], other], tmp_path / "never")


def test_a_database_has_none_of_it(plan, tmp_path):
    folder = generate(plan, tmp_path, compression="zstd").folder
    address = Address.parse(f"sqlite:///{tmp_path}/x.db")
    load_folder(folder, address)
    pulled = pull(address, tmp_path / "pulled", format="csv")
    assert pulled.has_manifest and Manifest.read(pulled.folder).compression is None
    assert verify_folder(pulled.folder).failed == []


def test_arrow_files(plan, tmp_path):
    folder = generate(plan, tmp_path, format="arrow", compression="none").folder
    usual = generate(plan, tmp_path / "usual", format="arrow").folder
    name = "orders/part-00000.arrow"
    assert (folder / name).stat().st_size > (usual / name).stat().st_size
    with pa.OSFile(str(folder / name)) as one, pa.OSFile(str(usual / name)) as other:
        assert pa.ipc.open_file(one).read_all().equals(pa.ipc.open_file(other).read_all())
    assert verify_folder(folder).failed == []


@pytest.mark.parametrize(
    ("format", "compression", "said"),
    [
        ("csv", "zstd", "csv files have no compression\n  hint: --compression goes with --format parquet or arrow"),
        ("ndjson", "none", "ndjson files have no compression"),
        ("sql", "lz4", "sql files have no compression"),
        ("parquet", "zsdt", "unknown compression 'zsdt'\n  hint: did you mean 'zstd'"),
        ("csv", "gzip", "unknown compression 'gzip'\n  hint: known are "),
        ("arrow", "snappy", "arrow files have no 'snappy'\n  hint: --compression takes lz4, zstd or none there"),
    ],
)
def test_words_that_cannot_be_used(format, compression, said):
    with pytest.raises(OptionError, match=said):
        compression_of(format, compression)


def test_the_command_line(tmp_path, capsys):
    words = ["generate", "ecommerce", "--scale", "0.01", "--workers", "1", "--out", str(tmp_path)]
    assert main([*words, "--compression", "zstd"]) == 0
    assert codecs(tmp_path / "ecommerce") == {"ZSTD"}
    assert main([*words, "--compression", "zstd", "--format", "csv"]) == 2
    assert "csv files have no compression" in capsys.readouterr().err
    assert main([*words[:-2], "--compression", "zstd", "--to", f"sqlite:///{tmp_path}/x.db"]) == 2
    assert "--part, --fresh, --compression and --partition-by are for folders" in capsys.readouterr().err
    assert set(COMPRESSIONS) == {"snappy", "zstd", "lz4", "none"}


def test_a_manifest_states_one_that_there_is(plan):
    text = begin(plan, "parquet", compression="zstd").text()
    assert Manifest.parse(text, "here").compression == "zstd"
    with pytest.raises(OutputError, match="parquet has no compression 'gzip'"):
        Manifest.parse(text.replace('"compression": "zstd"', '"compression": "gzip"'), "here")
