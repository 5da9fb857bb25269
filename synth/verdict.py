"""How a verification is told: a summary, what fails in plain words with what to do about it, and all checks if asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from synth.errors import many
from synth.terminal import grid, number, visible

if TYPE_CHECKING:
    from synth.verifying.report import Finding, VerifyReport

__all__ = ["SORTS", "promise", "report_text", "sort_of"]

# what checks are about, in the order of the summary, and the kinds of findings that belong there
SORTS = {
    "files": ("files",),
    "manifest": ("manifest",),
    "types": ("types",),
    "keys": ("key", "unique"),
    "references": ("reference",),
    "checks": ("check", "not null", "length", "values", "time"),
    "rules": ("rule",),
    "counts": ("count", "rows"),
    "fingerprints": (),  # those of `rows` and `files` that are told by their names
}
_SORT = {kind: sort for sort, kinds in SORTS.items() for kind in kinds}
_FINGERPRINTS = (("rows", "fingerprint"), ("files", "content"))

# what holds where a check finds nothing: of a kind and name, else of a kind, in which {} is the name
PROMISES = {
    ("files", "checksums"): "each file is as it was made",
    ("files", "named columns"): "each file has its columns in their order",
    ("files", "rows"): "each file has its rows",
    ("files", "content"): "each file has its content",
    ("files", "kept sums"): "they are as they were kept",
    ("files", "kept rows"): "what was kept of it is as it was read",
    ("files", "nothing else"): "nothing else is there",
    ("manifest", "identity"): "it is of this spec, seed, scale and until",
    ("manifest", "seal"): "it is as it was written",
    ("manifest", "listed"): "it is in the manifest",
    ("manifest", "declared columns"): "the manifest lists the columns that the spec declares",
    ("manifest", "sums"): "the manifest's rows and fingerprint are those of its files",
    ("manifest", "files"): "the manifest lists the files that the run makes",
    ("manifest", "tasks"): "it lists the blocks that the run draws",
    ("manifest", "existing"): "the manifest says what was read of it",
    ("manifest", "first keys"): "new keys begin where the spec lets them begin",
    ("manifest", "format"): "it is of this database",
    ("types", "columns"): "its columns have their types",
    ("types", "what was kept of it"): "what was kept of it is what was read",
    ("rows", "manifest"): "it has as many rows as were made",
    ("rows", "declared"): "it has as many rows as the spec declares",
    ("rows", "fingerprint"): "its content is what was made",
    "key": "the key {} is unique",
    "unique": "{} is unique",
    "reference": "{} leads to a row that is there",
    "not null": "{} is never NULL",
    "length": "{} fits its type",
    "values": "{} is one of its values",
    "time": "{} lies before `until`",
    "check": "the check {}",
    "count": "{} is what the rows below add up to",
    "rule": "the rule {}",
}
PLACES = {"(folder)": "the folder", "(store)": "the store", "(manifest)": "the manifest", "(rollups)": "the kept sums"}
UNITS = {"files": "file", "types": "column"}
UNREAD = " cannot be read"
EARLIER = "#already"  # behind the name of a table whose rows from before were kept

CHANGED = "the data is not as it was made: `synth generate` or `synth load` with --if-exists replace makes it anew"
EDITED = "the manifest is not as it was made: what it says of the data is no proof; make the data anew"
DECLARED = (
    "the data is as it was made, so its spec lets this happen: change the spec there, and try it by `synth check`"
)
NOT_RUN = "what could not be run is neither right nor wrong; the reason stands beside it"


def sort_of(finding: Finding) -> str:
    """What a check is about, as the summary counts it."""
    return "fingerprints" if (finding.kind, finding.name) in _FINGERPRINTS else _SORT[finding.kind]


def promise(finding: Finding) -> str:
    """What holds where the check finds nothing, in plain words."""
    said = PROMISES.get((finding.kind, finding.name)) or PROMISES[finding.kind]
    return said.format(_plain(finding.name))


def report_text(report: VerifyReport, *, verbose: bool = False, quiet: bool = False) -> str:
    """A summary, what fails with examples, and the verdict; all checks by table if `verbose`; only what fails if `quiet`."""
    waiting = {} if verbose else _waiting(report.failed)
    failed = [line for finding in report.failed if finding.note not in waiting for line in _failed(finding)]
    failed += [f"could not run: {many(count, 'check')}, as {_plain(note)}" for note, count in waiting.items()]
    failed += [f"hint: {each}" for each in _advice(report.failed)]
    if quiet:
        return "\n".join(failed)
    lines = [_by_table(report.findings) if verbose else _summary(report.findings), "", *failed]
    lines += [f"{_place(table)}: {said}" for table, said in report.others.items()]
    if report.left:
        count = many(sum(report.left.values()), "object")
        lines.append(f"runs that did not end have left {count} there, too: `synth sweep` clears them away")
    if report.skipped:
        lines.append(f"{many(len(report.skipped), 'check')} left out" + ("" if verbose else "; -v says why"))
        lines += [f"  {_plain(each)}" for each in report.skipped if verbose]
    held = (
        "all hold"
        if report.passed
        else f"{number(len(report.failed))} {'does' if len(report.failed) == 1 else 'do'} not hold"
    )
    what = f"{many(len(report.rows), 'table')}, {many(sum(report.rows.values()), 'row')}"
    lines.append(f"{report.place}: {what}, {many(len(report.findings), 'check')} in {report.seconds:.1f} s, {held}")
    return "\n".join(lines)


def _summary(findings: Iterable[Finding]) -> str:
    """Checks and seconds by sort."""
    by_sort: dict[str, list[Finding]] = {sort: [] for sort in SORTS}
    for finding in findings:
        by_sort[sort_of(finding)].append(finding)
    rows = [
        [sort, number(len(found)), f"{sum(each.seconds for each in found):.2f}", _result(found)]
        for sort, found in by_sort.items() if found
    ]  # fmt: skip
    return grid(["proved", "checks", "seconds", "result"], rows, {1, 2})


def _by_table(findings: Iterable[Finding]) -> str:
    """Every table's checks by kind, sorted."""
    counts: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        counts.setdefault((_place(finding.table), finding.kind), []).append(finding)
    rows = [[table, kind, number(len(found)), _result(found)] for (table, kind), found in sorted(counts.items())]
    return grid(["table", "kind", "checks", "result"], rows, {2})


def _result(found: list[Finding]) -> str:
    """Whether all of some checks hold."""
    failed = [each for each in found if not each.passed]
    if not failed:
        return "ok"
    stopped = sum(each.offences is None for each in failed)
    said = [f"{number(len(failed) - stopped)} failed"] if len(failed) > stopped else []
    return ", ".join([*said, *([f"{number(stopped)} could not run"] if stopped else [])])


def _waiting(failed: Iterable[Finding]) -> dict[str, int]:
    """How many checks could not be run for the same table that cannot be read, by what is said of it."""
    return Counter(each.note for each in failed if each.offences is None and each.note.endswith(UNREAD))


def _failed(finding: Finding) -> Iterator[str]:
    """What a check found, and a few of the rows."""
    note = f": {_plain(finding.note)}" if finding.note else ""
    if finding.offences is None:
        yield f"FAILED {_place(finding.table)}: {promise(finding)}: could not run{note}"
    elif finding.kind == "manifest" or any("should be" in row for row in finding.examples if finding.kind == "rows"):
        yield f"FAILED {_place(finding.table)}: {promise(finding)}{note}"
    else:
        against = many(finding.offences, UNITS.get(finding.kind, "row"))
        yield f"FAILED {_place(finding.table)}: {promise(finding)}: {against} against it{note}"
    for row in finding.examples:
        cells = (f"{name} = {'NULL' if value is None else value}" for name, value in row.items())
        yield f"  {visible(_plain(', '.join(cells)), in_line=True)}"


def _advice(failed: Iterable[Finding]) -> Iterator[str]:
    """What to do about what failed."""
    failed = list(failed)
    found = {each.kind for each in failed if each.offences is not None}
    if found & {"files", "types", "rows"}:
        yield CHANGED
    if "manifest" in found:
        yield EDITED
    if found and not found & {"files", "types", "rows", "manifest"}:
        yield DECLARED
    if any(each.offences is None for each in failed):
        yield NOT_RUN


def _place(table: str) -> str:
    """A table, or what else a check is about, in plain words."""
    return PLACES.get(table) or _plain(table)


def _plain(text: str) -> str:
    """A text without names that only the program knows."""
    return text.replace(EARLIER, " (rows from before)")
