"""The library is taken where it is of this source, and nothing needs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from synth import compiled
from synth.compiled import library

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch):
    monkeypatch.delenv(library.OFF, raising=False)
    compiled.kernels.cache_clear()
    yield
    compiled.kernels.cache_clear()


def lies_at(monkeypatch, path):
    monkeypatch.setattr(compiled, "LIBRARY", path)
    compiled.kernels.cache_clear()


def test_the_library_of_this_source_is_taken(built, monkeypatch):
    lies_at(monkeypatch, built)
    assert compiled.path_taken() == "compiled"


def test_numpy_does_all_where_the_environment_says_so(built, monkeypatch):
    lies_at(monkeypatch, built)
    monkeypatch.setenv("SYNTH_COMPILED", "0")
    assert compiled.kernels() is None and compiled.path_taken() == "numpy"


def test_numpy_does_all_where_there_is_no_library(monkeypatch, tmp_path):
    lies_at(monkeypatch, tmp_path / "none.so")
    assert compiled.path_taken() == "numpy"


def test_what_is_no_library_is_ignored(monkeypatch, tmp_path):
    broken = tmp_path / "broken.so"
    broken.write_bytes(b"no library at all" * 100)
    lies_at(monkeypatch, broken)
    assert compiled.kernels() is None


def test_a_library_of_another_source_is_ignored(built, monkeypatch, tmp_path):
    stale = tmp_path / "stale.so"
    body = built.read_bytes()
    assert body.count(library.source_hash().encode()) == 1
    stale.write_bytes(body.replace(library.source_hash().encode(), b"0" * 32))
    lies_at(monkeypatch, stale)
    assert compiled.kernels() is None


def test_a_library_that_lacks_a_kernel_is_ignored(built, monkeypatch, tmp_path):
    lacking = tmp_path / "lacking.so"
    lacking.write_bytes(built.read_bytes().replace(b"distinct_values\0", b"distinct_valueX\0"))
    lies_at(monkeypatch, lacking)
    assert compiled.kernels() is None


def test_it_is_not_made_without_a_compiler(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    assert library.build(tmp_path / "a.so") == "there is no C compiler"
    assert not [*tmp_path.iterdir()]


def test_a_compiler_that_fails_leaves_what_was_there(monkeypatch, tmp_path):
    fails = tmp_path / "cc"
    fails.write_text("#!/bin/sh\necho this is no C >&2\nexit 1\n")
    fails.chmod(0o755)
    monkeypatch.setenv("CC", str(fails))
    before = tmp_path / "a.so"
    before.write_bytes(b"before")
    assert "this is no C" in (library.build(before) or "")
    assert before.read_bytes() == b"before" and {p.name for p in tmp_path.iterdir()} == {"cc", "a.so"}


def test_the_program_tells_which_way_it_takes():
    words = [sys.executable, "-m", "synth.compiled"]
    environment = os.environ | {"SYNTH_COMPILED": "0", "PYTHONPATH": str(ROOT)}
    told = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout == "numpy\n"


@pytest.mark.parametrize("on", [True, False])
def test_a_wheel_has_the_kernels_where_they_can_be_made(on, tmp_path):
    if on and library.compiler() is None:
        pytest.skip("there is no C compiler")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    environment = os.environ | {"SYNTH_COMPILED": str(int(on))}
    subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    import zipfile

    names = zipfile.ZipFile(wheel).namelist()
    assert ("synth/compiled/libkernels.so" in names) == on
    assert "synth/compiled/pages.c" in names
    assert wheel.name.endswith("-py3-none-any.whl") != on and "-py3-none-" in wheel.name
