"""What a load took adds up, and is told as plain data."""

from __future__ import annotations

import json

from synth.loading.report import LoadReport, TableLoad


def test_a_report_adds_up():
    orders, brands = TableLoad(rows=3, bytes=10), TableLoad()
    orders.add("send", 0.5)
    orders.add("send", 0.25)
    report = LoadReport("sqlite:///x.db", "shop", 2, {"orders": orders, "brands": brands}, {"send": 0.4, "verify": 0.1})
    assert (report.rows, report.bytes, report.seconds) == (3, 10, 0.5)
    assert json.loads(json.dumps(report.as_dict())) == {
        "place": "sqlite:///x.db", "schema": "shop", "connections": 2, "via": None, "rows": 3, "bytes": 10, "seconds": 0.5,
        "went_on_from": [], "dropped": [], "left_out": [], "dry_run": False, "outcomes": {}, "changes": {}, "phases": {"send": 0.4, "verify": 0.1},
        "tables": {
            "orders": {"rows": 3, "bytes": 10, "seconds": {"send": 0.75}}, "brands": {"rows": 0, "bytes": 0, "seconds": {}},
        },
    }  # fmt: skip
