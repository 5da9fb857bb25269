"""A raw result of the benchmarks, small and made up."""

MACHINE = {
    "cpu": "Abacus", "cores": 2, "memory_bytes": 8 * 2**30, "system": "Linux x86_64", "python": "3.11.7",
    "write_bytes_s": 1e9, "disk_bytes_s": 2e8,
}  # fmt: skip


def case(group, seconds, *, cells=None, ours=True, **more):
    """A case with a run for each number of seconds, on both processors for nine tenths of the time."""
    runs = [
        {"wall_s": each, "cpu_s": each * 1.8, "rows": 1_000_000, "cells": cells, "bytes": 5_000_000} for each in seconds
    ]
    return {"group": group, "ours": ours, "command": "synth generate", "peak_bytes": 300 * 2**20, "runs": runs, **more}


def result(of="rivals", at="2026-01-02T03:04:05+00:00", **cases):
    """A result of so many cases; those of the rivals where none are given."""
    parquet = "order_items as Parquet"
    usual = {
        "synth, order_items ×10": case(parquet, [2.0, 2.4, 2.8, 3.2], cells=11_000_000),
        "floor": case(parquet, [0.5, 0.5, 0.5, 0.5], cells=11_000_000),
        "Quill & Ink": case(parquet, [50.0, 51.0, 52.0, 53.0], cells=11_000_000, ours=False, given="fresh ink"),
    }
    return {
        "at": at, "date": at[:10], "commit": "abc1234", "clean": True, "set": of, "size": 1, "machine": MACHINE,
        "cases": cases or usual, "not_run": {"Chisel": "the program chisel is not installed"},
    }  # fmt: skip
