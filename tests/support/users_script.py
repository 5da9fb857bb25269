"""What a user writes: from a plan to a report, by the library's public names, checked by mypy --strict."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

import synth


def plan_of(scale: float) -> synth.Plan:
    """A plan of the marketplace, at a day of last year."""
    return synth.make_plan("ecommerce", scale=scale, seed=7, until="2025-06-30")


def by_country(plan: synth.Plan) -> pl.DataFrame:
    """Orders by the customer's country."""
    frames: dict[str, pl.DataFrame] = synth.frames(plan)
    joined = frames["orders"].join(frames["customers"], on="customer_id")
    return joined.group_by("country").len().sort("len", descending=True)


def own_dataset() -> synth.Dataset:
    """A dataset of one's own."""
    return synth.parse(
        """
        dataset: visits
        period: {start: 2024-01-01, until: 2025-01-01}
        tables:
          pages: {rows: 10, columns: {page_id: {key: sequence}}}
          visits:
            rows: 500
            columns:
              visit_id: {key: sequence}
              page_id: {reference: pages}
              seen_at: {arrival: {}}
        """
    )


def main() -> None:
    plan = plan_of(0.01)
    print("orders by country", by_country(plan))
    summary: synth.Summary = synth.generate(plan, Path("output"), workers=1, if_exists="replace")
    report: synth.VerifyReport = synth.verify(summary.folder)
    for finding in report.failed:
        print(finding.kind, finding.table, finding.name)
    assert report.passed
    page: synth.Report = synth.report(summary.folder, verify=False)
    print(page.path, page.bytes)
    loaded: synth.LoadReport = synth.load_into(summary.folder, "shop.duckdb", if_exists="replace")
    print(loaded.rows, loaded.seconds)
    now: dt.datetime = synth.advance_folder(summary.folder, "2025-07-31").until
    print(now.isoformat())
    block: dict[str, pl.DataFrame] = synth.block(plan, "orders", 0)
    lazy: pl.LazyFrame = synth.lazy(plan, "order_items")
    print(block["orders"].height, lazy.select(pl.len()).collect().item())
    own = synth.make_plan(own_dataset(), scale=2)
    print(synth.frame(own, "visits").height)
    try:
        synth.make_plan("ecommerce", tables=["order"])
    except synth.OptionError as error:
        print(error)


if __name__ == "__main__":
    main()
