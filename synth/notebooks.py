"""How plans, datasets and reports look in a notebook: tables and diagrams instead of one line.

Those classes know nothing of it; they are given `_repr_html_` when the library is used where IPython is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from synth.describe.catalogue import catalogue_of
from synth.describe.diagram import as_svg
from synth.job.generate import Summary
from synth.loading.report import LoadReport
from synth.plan.model import Plan
from synth.reporting.make import Report
from synth.spec.models import Dataset
from synth.terminal import number, size
from synth.verifying.report import VerifyReport

__all__ = ["SHOWN", "install"]


def install() -> None:
    """Let the library's objects show themselves in notebooks."""
    for shown, as_html in SHOWN.items():
        shown._repr_html_ = as_html


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Give a title, and a table of it whose last columns are numbers."""
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    return f"<p><strong>{escape(title)}</strong></p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _dataset(dataset: Dataset) -> str:
    about = f": {dataset.about}" if dataset.about else ""
    return f"<p><strong>{escape(dataset.dataset)}</strong>{escape(about)}</p>{as_svg(catalogue_of(dataset))}"


def _plan(plan: Plan) -> str:
    rows = (
        (name, plan.tables[name].kind, ("" if plan.tables[name].exact else "~") + number(plan.tables[name].rows))
        for name in plan.wanted
    )
    return _table(repr(plan), ("table", "kind", "rows"), rows)


def _summary(summary: Summary) -> str:
    tables = summary.manifest.tables.items()
    rows = ((name, number(each.rows), size(sum(file.bytes for file in each.files))) for name, each in tables)
    return _table(repr(summary), ("table", "rows", "size"), rows)


def _verification(report: VerifyReport) -> str:
    if report.passed:
        return f"<p>{escape(repr(report))}</p>"
    rows = ((f.kind, f.table, f.name, f.note or number(f.offences or 0)) for f in report.failed)
    return _table(repr(report), ("kind", "table", "check", "offences"), rows)


def _load(report: LoadReport) -> str:
    return _table(repr(report), ("table", "rows"), ((name, number(each.rows)) for name, each in report.tables.items()))


def _report(report: Report) -> str:
    return f'<p><a href="{escape(str(report.path))}" target="_blank">{escape(str(report.path))}</a></p>'


SHOWN: dict[Any, Callable[[Any], str]] = {
    Dataset: _dataset, Plan: _plan, Summary: _summary, VerifyReport: _verification, LoadReport: _load, Report: _report,
}  # fmt: skip
