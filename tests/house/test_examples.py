"""Every public name shows by an example how it is used, and the examples run as they are written."""

import doctest

import pytest

import synth

EXAMPLES = doctest.DocTestParser()


@pytest.mark.parametrize("name", synth.__all__)
def test_a_public_name_has_an_example_that_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    test = EXAMPLES.get_doctest(getattr(synth, name).__doc__, {"synth": synth}, name, None, None)
    assert test.examples, f"the docstring of synth.{name} has no example: lines that begin with >>>"
    said: list[str] = []
    found = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert not found.failed, "".join(said)
