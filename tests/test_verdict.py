"""How a verification is told: what holds is counted, what fails is shown in plain words, with what to do about it."""

from __future__ import annotations

import ast
import re

import pytest

import synth
from synth import verdict
from synth.verifying.report import Finding, VerifyReport
from tests.house.trees import files, place, tree
from tests.test_terminal import columns_of


@pytest.fixture
def proved(books, tmp_path):
    """The report of a small run, in which all holds."""
    return synth.verify_folder(synth.generate(synth.make_plan(books, scale=0.01), tmp_path).folder)


def test_what_holds_is_counted_by_sort(proved):
    text = verdict.report_text(proved)
    heads, *rows = columns_of(text)
    assert heads == ["proved", "checks", "seconds", "result"] and {row[3] for row in rows} == {"ok"}
    assert [row[0] for row in rows] == [sort for sort in verdict.SORTS if sort in {row[0] for row in rows}]
    assert {"keys", "references", "checks", "rules", "counts", "fingerprints"} <= {row[0] for row in rows}
    assert sum(int(row[1]) for row in rows) == len(proved.findings)
    assert proved.seconds >= sum(finding.seconds for finding in proved.findings) > 0
    rows = sum(proved.rows.values())
    what = f"{proved.place}: {len(proved.rows)} tables, {rows:,} rows, {len(proved.findings)} checks in {proved.seconds:.1f} s"
    assert text.splitlines()[-1] == f"{what}, all hold"
    assert verdict.report_text(proved, quiet=True) == ""


def test_all_checks_are_listed_if_asked(proved):
    heads, *rows = columns_of(verdict.report_text(proved, verbose=True))
    assert heads == ["table", "kind", "checks", "result"] and {row[3] for row in rows} == {"ok"}
    assert rows == sorted(rows) and sum(int(row[2]) for row in rows) == len(proved.findings)


def test_what_does_not_hold(proved):
    proved.findings += [
        Finding("check", "sales", "paid", 1200, ({"sale_id": 7, "paid_on": None},), note="as planned"),
        Finding("rule", "ledger", "even", None, note="no such table"),
        Finding("not null", "sales", "paid_on", 1),
    ]
    proved.skipped.append("rule left.out")
    text = verdict.report_text(proved)
    assert "FAILED sales: the check paid: 1,200 rows against it: as planned\n  sale_id = 7, paid_on = NULL\n" in text
    assert "FAILED ledger: the rule even: could not run: no such table\n" in text
    assert "FAILED sales: paid_on is never NULL: 1 row against it\n" in text
    assert "\n1 check left out; -v says why\n" in text and "left.out" not in text
    assert "\n1 check left out\n  rule left.out\n" in verdict.report_text(proved, verbose=True)
    assert text.endswith(", 3 do not hold")
    results = {row[0]: row[3] for row in columns_of(text)[1:]}
    assert (results["checks"], results["rules"], results["keys"]) == ("2 failed", "1 could not run", "ok")
    lines = verdict.report_text(proved, quiet=True).splitlines()
    assert [line for line in text.splitlines() if line in lines] == lines
    assert not [line for line in lines if not line.startswith(("FAILED ", "  ", "hint: "))]


@pytest.mark.parametrize(
    ("found", "advice"),
    [
        ([("rule", "r", 1)], [verdict.DECLARED]),
        ([("files", "checksums", 1), ("rule", "r", 1)], [verdict.CHANGED]),
        ([("manifest", "seal", 1)], [verdict.EDITED]),
        ([("rule", "r", None)], [verdict.NOT_RUN]),
        ([("rows", "fingerprint", 1), ("key", "a", None)], [verdict.CHANGED, verdict.NOT_RUN]),
        ([("rule", "r", 0)], []),
    ],
)
def test_what_to_do_about_it(found, advice):
    report = VerifyReport("place", "d", {}, [Finding(kind, "t", name, count) for kind, name, count in found])
    lines = verdict.report_text(report).splitlines()
    assert [line for line in lines if line.startswith("hint: ")] == [f"hint: {each}" for each in advice]


def test_what_needs_a_table_that_cannot_be_read_is_told_once():
    findings = [Finding("not null", "t", name, None, note="t cannot be read") for name in "abc"]
    report = VerifyReport("place", "d", {"t": 1}, findings)
    text = verdict.report_text(report)
    assert "could not run: 3 checks, as t cannot be read\n" in text and "FAILED" not in text
    assert text.endswith("place: 1 table, 1 row, 3 checks in 0.0 s, 3 do not hold")
    assert verdict.report_text(report, verbose=True).count("FAILED t: ") == 3


def test_no_name_of_the_programs_own_is_shown():
    names = [name for name in verdict.PROMISES if isinstance(name, tuple)]
    findings = [
        Finding(kind, place, name, 1) for kind, name in names for place in (*verdict.PLACES, f"t{verdict.EARLIER}")
    ]
    text = verdict.report_text(VerifyReport("place", "d", {}, findings))
    assert not re.search(r"#|\((folder|store|manifest|rollups)\)", text)
    assert "t (rows from before): what was kept of it is what was read: 1 column against it" in text


def test_every_kind_of_check_has_its_words():
    """Also of checks that these data have not."""
    calls = [
        node
        for path in files()
        if place(path).startswith("verifying/")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
    ]
    made = [[arg.value if isinstance(arg, ast.Constant) else None for arg in node.args] for node in calls
            if getattr(node.func, "id", "") in ("Finding", "Check", "each_row", "unread")]  # fmt: skip
    kinds = {words[0] for words in made if words[0]}
    assert len(kinds) > 8 and kinds <= {kind for of_sort in verdict.SORTS.values() for kind in of_sort}
    named = {(words[0], words[2]) for words in made if words[0] in ("files", "types", "rows") and words[2]}
    assert len(named) > 8 and named <= set(verdict.PROMISES)


def test_every_check_has_its_sort_and_its_words(proved):
    for finding in proved.findings:
        assert verdict.sort_of(finding) in verdict.SORTS
        assert "{" not in verdict.promise(finding)
    by_name = {(each.kind, each.name): verdict.promise(each) for each in proved.findings}
    assert by_name["files", "checksums"] == "each file is as it was made"
    assert by_name["rows", "fingerprint"] == "its content is what was made"
