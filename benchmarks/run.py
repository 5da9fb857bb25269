"""Runs the benchmarks: whole processes in turn, medians, memory of the whole process tree; writes results/."""

import argparse
import datetime as dt
import importlib
import importlib.metadata
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import engines
import generators
import psutil
import scans
from databases import Databases

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
RIVALS = ["tpchgen"]
DAY = ("2025-12-30", "2025-12-31")  # of the advance: the last but one of ecommerce's period
SAMPLE_S = 0.05


def cases(databases: Databases, grown: Path) -> dict[str, dict]:
    """name -> a command or a function, rows that count; `grown` is where a dataset to be advanced is made, another beside it."""

    def synth(dataset: str, scale: int, *more: str) -> list[str]:
        options = ["--workers", "2", "--out", "{out}", "--scale", str(scale), *more]
        return [str(BIN / "synth"), "generate", dataset, *options]

    lines, postings = "order_items", "general_ledger"
    found = {
        "ecommerce parquet ×10": {"command": synth("ecommerce", 10), "counts": lines},
        "ecommerce parquet ×20": {"command": synth("ecommerce", 20), "counts": lines},
        "ecommerce csv ×10": {"command": synth("ecommerce", 10, "--format", "csv"), "counts": lines},
        "erp parquet ×10": {"command": synth("erp", 10), "counts": postings},
        "erp parquet ×20": {"command": synth("erp", 20), "counts": postings},
        "ecommerce ×10: synth advance by one day": {
            "command": [str(BIN / "synth"), "advance", "{out}/ecommerce", "--until", DAY[1], "--workers", "2"],
            "before": lambda out: _copied(grown, out, "ecommerce", 10, "--until", DAY[0]),
        },
        "erp ×30: synth verify in 2 GB": {
            "command": [str(BIN / "synth"), "verify", "{out}/erp", "--memory", "2GB"],
            "before": lambda out: _copied(grown.with_name("books"), out, "erp", 30),
        },
        "floor": {"command": [sys.executable, str(HERE / "floor.py"), "{out}"], "rows": 10_000_000, "inner": True},
    }
    for name in RIVALS:
        rival = importlib.import_module(f"rivals.{name}")
        command = [str(BIN / rival.COMMAND[0]), *rival.COMMAND[1:]]
        found[rival.NAME] = {"command": command, "rows": rival.ROWS}
    calls = {**databases.cases, **generators.cases(), **scans.cases(), **engines.cases()}
    return found | {name: {"call": call} for name, call in calls.items()}


def _copied(grown: Path, out: str, dataset: str, scale: int, *more: str) -> None:
    """A dataset that is there before, made at the first call; files are shared, as an advance replaces them whole."""
    if not grown.exists():
        command = [BIN / "synth", "generate", dataset, "--scale", str(scale), *more, "--out", grown]
        subprocess.run(command, check=True, capture_output=True)
    shutil.copytree(grown, out, copy_function=os.link, dirs_exist_ok=True)


def one(case: dict, memory: bool) -> dict[str, float]:
    """One run of a case."""
    if "call" in case:
        return case["call"]()
    how = {"counts": case.get("counts"), "before": case.get("before")}
    return measure(case["command"], bool(case.get("inner")), memory=memory, **how)


def pss_bytes(root: psutil.Process) -> int:
    """Memory of a process and its children; shared pages are shared out."""
    total = 0
    for process in [root, *root.children(recursive=True)]:
        try:
            with open(f"/proc/{process.pid}/smaps_rollup") as file:
                total += next(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return total


def measure(
    command: list[str], inner: bool, memory: bool, counts: str | None = None, before: Callable | None = None
) -> dict[str, float]:
    """One run: wall and CPU seconds, the peak of memory (sampled only where asked, since sampling costs time).

    `counts` names the table whose rows count, `before` makes ready what the command works on.
    """
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as out:
        if before:
            before(out)
        words = [word.format(out=out) for word in command]
        used = os.times()
        began = time.perf_counter()
        usual = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}  # modules are compiled once
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=usual)
        peak, root = 0, psutil.Process(process.pid)
        while memory and process.poll() is None:
            peak = max(peak, pss_bytes(root))
            time.sleep(SAMPLE_S)
        printed, _ = process.communicate()
        wall_s = time.perf_counter() - began
        after = os.times()
        if process.returncode:
            sys.exit(f"{' '.join(words)} failed with {process.returncode}")
        cpu_s = after.children_user + after.children_system - used.children_user - used.children_system
        found = {"wall_s": float(printed) if inner else wall_s, "cpu_s": cpu_s, "peak_bytes": peak}
        if counts:
            manifest = json.loads(next(Path(out).glob("*/manifest.json")).read_text())
            found["rows"] = manifest["tables"][counts]["rows"]
        return found


def machine() -> dict[str, object]:
    """What it ran on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "?")
    versions = {
        name: importlib.metadata.version(name) for name in ("polars", "pyarrow", "numpy", "psycopg", "tpchgen-cli")
    }
    return {"cpu": cpu, "cores": len(os.sched_getaffinity(0)), "memory_bytes": psutil.virtual_memory().total,
            "system": f"{platform.system()} {platform.machine()}", "python": platform.python_version(), **versions}  # fmt: skip


def table(result: dict) -> str:
    """The results as Markdown."""
    rows = [
        "| case | runs | wall s (min – max) | rows/s | rows/CPU-s | peak MiB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, case in result["cases"].items():
        runs = [run["wall_s"] for run in case["runs"]]
        wall_s = statistics.median(runs)
        cpu_s = statistics.median(run.get("cpu_s", 0) for run in case["runs"])
        per_s = per_cpu = ""
        if case["rows"]:
            assert 1e4 < case["rows"] / wall_s < 1e9, f"{name}: check the units, not the champagne"
            per_s = f"{case['rows'] / wall_s:,.0f}"
            per_cpu = "" if case.get("inner") or not cpu_s else f"{case['rows'] / cpu_s:,.0f}"
        peak = f"{case['peak_bytes'] / 2**20:,.0f}" if case.get("peak_bytes") else ""
        rows.append(f"| {name} | {len(runs)} | {wall_s:.2f} ({min(runs):.2f} – {max(runs):.2f}) "
                    f"| {per_s} | {per_cpu} | {peak} |")  # fmt: skip
    return "\n".join(rows)


def main() -> None:
    """Run every case in turn, several times over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each case after a warm-up (default 5)")
    parser.add_argument("--only", default="", help="only cases whose name holds this")
    parser.add_argument("--dry", action="store_true", help="print the table, write no result")
    options = parser.parse_args()
    sys.path.insert(0, str(HERE))
    with Databases() as databases:
        every = cases(databases, databases.folder / "grown")
        chosen = {name: case for name, case in every.items() if options.only in name}
        for case in chosen.values():
            case["runs"] = []
        for turn in range(options.runs + 1):
            for name, case in chosen.items():
                run = one(case, memory=turn == 0)
                case["rows"] = run.pop("rows", case.get("rows"))
                print(f"{'warm-up' if turn == 0 else turn} {name}: {run['wall_s']:.2f} s", file=sys.stderr, flush=True)
                if turn == 0:
                    case["peak_bytes"] = run.get("peak_bytes", 0)
                else:
                    case["runs"].append({key: seconds for key, seconds in run.items() if key != "peak_bytes"})
    git = shutil.which("git") or "git"
    commit = subprocess.run(
        [git, "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False
    ).stdout.strip()
    today = dt.datetime.now(dt.UTC).date().isoformat()
    for case in chosen.values():
        case.pop("before", None)
        if call := case.pop("call", None):
            case["about"] = getattr(call, "func", call).__doc__
            continue
        case["command"] = " ".join([Path(case["command"][0]).name, *case["command"][1:]]).replace(str(HERE) + "/", "")
    result = {"date": today, "commit": commit, "machine": machine(), "cases": chosen}
    text = table(result)
    print(text)
    if not options.dry:
        results = HERE / "results"
        results.mkdir(exist_ok=True)
        (results / f"{today}-{commit or 'none'}.json").write_text(
            json.dumps(result, indent=1, ensure_ascii=False) + "\n"
        )
        head = (
            f"Newest results: {today}, commit {commit}, {result['machine']['cpu']}, {result['machine']['cores']} cores."
        )
        (results / "README.md").write_text(f"# Results\n\n{head}\n\n{text}\n")


if __name__ == "__main__":
    main()
