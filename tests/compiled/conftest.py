"""The kernels, made from their source once a session, and the two ways of working things out."""

from __future__ import annotations

import pytest

from synth import compiled
from synth.compiled import library


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A library of this source. Tests that need it are skipped where there is no C compiler, and only there."""
    if library.compiler() is None:
        pytest.skip("there is no C compiler")
    path = tmp_path_factory.mktemp("kernels") / library.LIBRARY.name
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(library.OFF, raising=False)
        assert library.build(path) is None
    return path


@pytest.fixture(scope="session")
def kernels(built):
    """The kernels of that library."""
    found = compiled.open_library(built)
    assert found is not None
    return found


class Ways:
    """Takes one way or the other; `both` gives what a function gives by numpy, and compiled."""

    def __init__(self, patch, path):
        self.patch, self.path = patch, path

    def take(self, on):
        self.patch.setattr(compiled, "LIBRARY", self.path)
        self.patch.setenv(library.OFF, "1" if on else "0")
        compiled.kernels.cache_clear()
        assert (compiled.kernels() is not None) == on

    def both(self, work):
        found = []
        for on in (False, True):
            self.take(on)
            found.append(work())
        return found


@pytest.fixture
def ways(built):
    with pytest.MonkeyPatch.context() as patch:
        yield Ways(patch, built)
    compiled.kernels.cache_clear()
