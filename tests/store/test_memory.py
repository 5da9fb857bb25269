"""How much memory a job may take: as it is typed, or half of what the machine or a container leaves."""

from __future__ import annotations

import os

import pytest

from synth.cli import main
from synth.errors import OptionError
from synth.store.memory import LEAST_BYTES, default_memory, memory_bytes


@pytest.mark.parametrize(
    ("text", "size"),
    [("2GB", 2 * 10**9), ("1.5GiB", 3 * 2**29), ("600 mb", 6 * 10**8), ("2G", 2 * 10**9), ("1073741824", 2**30)],
)
def test_sizes_as_they_are_typed(text, size):
    assert memory_bytes(text) == size


@pytest.mark.parametrize("text", ["", "much", "-2GB", "2PB", "1MB", "0", "nan", "2 GB RAM"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(OptionError, match="512MiB at least, for instance 2GB"):
        memory_bytes(text)


def test_the_default_is_half_of_the_machine_or_the_container(tmp_path):
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert default_memory(tmp_path) == max(LEAST_BYTES, machine // 2)
    (tmp_path / "memory.max").write_text("max\n")
    assert default_memory(tmp_path) == max(LEAST_BYTES, machine // 2)
    (tmp_path / "memory.max").write_text("1200000000\n")
    assert default_memory(tmp_path) == 600_000_000
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("100\n")
    assert default_memory(tmp_path) == LEAST_BYTES


def test_a_database_has_limits_of_its_own(tmp_path, capsys):
    assert main(["verify", f"sqlite:///{tmp_path}/x.db", "--memory", "2GB"]) == 2
    assert "--memory is of folders" in capsys.readouterr().err
