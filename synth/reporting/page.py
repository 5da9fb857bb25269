"""The page: what a report shows as one HTML file that asks for nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from synth.describe.catalogue import ColumnFacts, TableFacts
from synth.describe.diagram import as_svg
from synth.errors import many
from synth.reporting.contents import Contents
from synth.reporting.realism import Measured
from synth.reporting.realism_text import told_of
from synth.terminal import number, size
from synth.verdict import promise, sort_of
from synth.verifying.report import VerifyReport
from synth.version import __version__

__all__ = ["GENERATOR", "as_html"]

GENERATOR = f"synth {__version__}"
SHORT = ((1e9, "B"), (1e6, "M"), (1e3, "k"))


def as_html(contents: Contents) -> str:
    """Give the page as one text, which holds its styles, scripts and data."""
    from jinja2 import Environment, StrictUndefined

    tables = [_table(contents, facts) for facts in contents.catalogue.tables if facts.name in contents.tables]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_asset("page.html")).render(
        generator=GENERATOR,
        title=f"{contents.catalogue.dataset}: a report",
        dataset=contents.catalogue.dataset,
        about=contents.catalogue.about,
        facts=list(_facts(contents)),
        again=contents.again,
        pictures=[{**picture, "said": _read_out(picture)} for picture in contents.pictures],
        diagram=as_svg(contents.catalogue, lambda table: f"#table-{table}", alone=False),
        verified=_verification(contents.verified) if contents.verified else None,
        measured=[_measured(each) for each in contents.measured],
        tables=tables,
        data=_embedded({
            "pictures": contents.pictures,
            "columns": {
                f"{name}.{column['name']}": column["picture"]
                for name, table in contents.tables.items() for column in table["columns"] if column["picture"]
            },
        }),
        css=_asset("page.css"),
        js=_asset("page.js"),
        d3=_asset("vendor/d3.min.js"),
        plot=_asset("vendor/plot.umd.min.js"),
    )  # fmt: skip


@cache
def _asset(name: str) -> str:
    return files("synth.reporting").joinpath("assets", name).read_text("utf-8")


def _embedded(data: Any) -> str:
    """Spell data as JSON that ends no script it stands in."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", r"\u003c")


def _facts(contents: Contents) -> Iterator[tuple[str, str, str]]:
    """Say what was made in a few figures: name, value, mood."""
    manifest, tables = contents.manifest, contents.tables.values()
    yield "rows", number(sum(table["rows"] for table in tables)), ""
    yield "tables", number(len(contents.tables)), ""
    yield f"size, {manifest.format}", size(sum(table["bytes"] for table in tables)), ""
    yield "scale", f"{manifest.scale:g}", ""
    yield "seed", str(manifest.seed), ""
    yield "until", manifest.until.date().isoformat() if manifest.until.hour == 0 else str(manifest.until), ""
    if contents.verified:
        broken = len(contents.verified.failed)
        said = f"{broken} {'does' if broken == 1 else 'do'} not hold" if broken else "all hold"
        yield f"of {many(len(contents.verified.findings), 'check')}", said, "bad" if broken else "good"


def _verification(report: VerifyReport) -> dict[str, Any]:
    """Count the checks by what they are about, and say what does not hold."""
    sorts: dict[str, list[bool]] = {}
    for finding in report.findings:
        sorts.setdefault(sort_of(finding), []).append(finding.passed)
    broken = [
        {"table": f.table, "promise": promise(f),
         "what": f.note or (f"{many(f.offences, 'row')} against it" if f.offences is not None else "could not be run")}
        for f in report.failed
    ]  # fmt: skip
    kinds = [(sort, number(len(passed)), passed.count(False)) for sort, passed in sorts.items()]
    return {"passed": report.passed, "checks": number(len(report.findings)), "kinds": kinds, "failed": broken}


def _measured(fact: Measured) -> dict[str, str]:
    """Say what is shown of a fact."""
    _, measured, wanted, band, _, verdict = told_of(fact)
    mood = {"inside": "good", "skipped": ""}.get(fact.verdict, "bad")
    return {
        "about": fact.fact.about, "measured": measured, "wanted": wanted, "band": band, "verdict": verdict, "mood": mood,
        "source": fact.fact.source or "",
    }  # fmt: skip


def _table(contents: Contents, facts: TableFacts) -> dict[str, Any]:
    """Say what is shown of a table."""
    here, references = contents.tables[facts.name], contents.catalogue.references
    others = {r.parent for r in references if r.table == facts.name}
    by = {r.table for r in references if r.parent == facts.name}
    return {
        "name": facts.name, "about": facts.about, "rows": number(here["rows"]), "short": _short(here["rows"]),
        "size": size(here["bytes"]), "key": ", ".join(facts.key), "sample": here["sample"],
        "refers_to": [t.name for t in contents.catalogue.tables if t.name in others & contents.tables.keys()],
        "referred_by": [t.name for t in contents.catalogue.tables if t.name in by & contents.tables.keys()],
        "columns": [_column(facts.name, column, shown, contents) for column, shown in
                    zip(facts.columns, here["columns"], strict=True)],
    }  # fmt: skip


def _column(table: str, facts: ColumnFacts, shown: Mapping[str, Any], contents: Contents) -> dict[str, Any]:
    """Say what is shown of a column: its facts in words, and its pictures."""
    picture = shown["picture"] or {"kind": "said", "said": ""}
    kinds = [] if picture["kind"] == "said" else [picture["kind"], *(["week"] if "week" in picture else [])]
    week = f"{table}.{facts.name} by hour and weekday"
    return {
        "name": facts.name, "type": str(facts.type), "about": facts.about, "in_key": facts.in_key,
        "refers_to": facts.refers_to if facts.refers_to in contents.tables else None,
        "numeric": facts.type.name in ("smallint", "integer", "bigint", "decimal", "double", "real"),
        "said": _said(shown, picture), "kinds": kinds,
        "shown": {kind: week if kind == "week" else f"{facts.name}: {picture['said']}" for kind in kinds},
    }  # fmt: skip


def _said(shown: Mapping[str, Any], picture: Mapping[str, Any]) -> str:
    """Describe a column's values in a sentence."""
    if not shown["rows"]:
        return ""
    nulls = shown["nulls"]
    if nulls == shown["rows"]:
        return "null in all rows"
    parts = [picture["said"]] if picture["said"] else []
    if not parts and "least" in shown:
        parts = [f"{shown['least']} to {shown['greatest']}"]
    elif not parts:
        differ = shown["distinct"] > 0.9 * (shown["rows"] - nulls)
        parts = ["all different" if differ else f"about {number(shown['distinct'])} values"]
    if nulls:
        share = 100 * nulls / shown["rows"]
        parts.append(f"null in {share:.0f} %" if share >= 10 else f"null in {share:.2g} %")
    return "; ".join(parts)


def _read_out(picture: Mapping[str, Any]) -> str:
    """Say in words what a declared picture shows: its columns, and its ends."""
    rows = picture.get("rows")
    if not rows:
        return ""
    across, up = picture["columns"][:2]
    return f"{up} by {across}, from {rows[0][0]} ({rows[0][1]}) to {rows[-1][0]} ({rows[-1][1]})"


def _short(count: int) -> str:
    """Shorten a count: 1.2 M."""
    for unit, name in SHORT:
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return str(count)
