"""Runs the benchmarks: `python -m benchmarks.run [--rivals]`. Each case in turn with the others, several times over."""

from __future__ import annotations

import argparse
import datetime as dt
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks import bounds, datasets, engines, generators, loads, machine, report, results, scans
from benchmarks.case import Case, of_rival
from benchmarks.databases import Databases
from benchmarks.measuring import FailedError, Run
from benchmarks.rivals import rivals

NotRun = dict[str, str]  # case -> why


def own(databases: Databases, size: float) -> tuple[list[Case], NotRun]:
    """What has no rival here."""
    cases = datasets.cases(databases, size) + loads.cases(databases) + generators.cases(size)
    why = {f"ecommerce ×20: {name}": told for name, told in engines.missing().items()}
    return cases + scans.cases(size) + engines.cases(size), why | _without_mariadb()


def beside_rivals(databases: Databases, size: float) -> tuple[list[Case], NotRun]:
    """What has rivals, and these; one that is not installed is named."""
    there = rivals()
    why = {rival.name: told for rival in there if (told := rival.missing())}
    cases = datasets.compared(size) + loads.compared(databases)
    return cases + [of_rival(each, databases, size) for each in there if each.name not in why], why | _without_mariadb()


def _without_mariadb() -> NotRun:
    return {} if loads.has_mariadb() else {"MariaDB": "the server is not installed"}


def run_in_turn(
    cases: list[Case], turns: int, here: dict[str, object], why: NotRun, refused: list[str] | None = None
) -> dict[str, list[Run]]:
    """Run each case once to warm up, sampling memory, and so many times more; every run is looked at.

    A rival that fails at its first run goes into `why`, with the end of its complaint, and is left out. The first figure that
    cannot be ends it, or goes into `refused` where such a list is given.
    """
    found: dict[str, list[Run]] = {case.name: [] for case in cases}
    for turn in range(turns + 1):
        for case in [case for case in cases if case.name in found]:
            try:
                run = case.run(turn == 0)
            except (FailedError, subprocess.SubprocessError) as failure:
                if case.ours or turn:
                    raise
                why[case.name] = f"it failed: {str(failure).splitlines()[-1][:200]}"
                print(f"{case.name}: {failure}", file=sys.stderr)
                del found[case.name]
                continue
            try:
                bounds.check(case, run, here)
            except bounds.RefusedError as wrong:
                if refused is None:
                    raise
                refused.append(str(wrong))
            found[case.name].append(run)
            said = "warm-up" if turn == 0 else f"{turn} of {turns}"
            print(f"{said}  {case.name}: {run.wall_s:.2f} s", file=sys.stderr, flush=True)
    return found


def told(case: Case, runs: list[Run]) -> dict[str, object]:
    """A case as the file has it: the peak is that of the warm-up, whose times do not count."""
    first, *others = runs
    timed = [
        {key: value for key, value in asdict(run).items() if key != "peak_bytes" and value is not None}
        for run in others
    ]
    about = {"group": case.group, "ours": case.ours, "command": case.command, "given": case.given, "asked": case.asked}
    return {**{key: value for key, value in about.items() if value not in ("", None)},
            "peak_bytes": first.peak_bytes, "runs": timed}  # fmt: skip


def main() -> int:
    """Run the chosen cases, write the result, and what documents say of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rivals", action="store_true", help="the cases that have rivals, and these")
    parser.add_argument(
        "--runs",
        type=int,
        default=5,
        choices=range(1, 100),
        metavar="N",
        help="runs of each case after a warm-up (default 5)",
    )
    parser.add_argument("--only", default="", help="only cases whose name holds this; nothing is written but with --to")
    parser.add_argument(
        "--size", type=float, default=1, help="a share of the rows, to try it; nothing is written but with --to"
    )
    parser.add_argument("--to", type=Path, help="the file to write instead of one in benchmarks/results")
    options = parser.parse_args()
    machine.pin()
    now, here, (commit, clean) = dt.datetime.now(dt.UTC), machine.machine(), machine.commit()
    with Databases(options.size) as databases:
        cases, why = (beside_rivals if options.rivals else own)(databases, options.size)
        refused: list[str] | None = None if options.size == 1 else []  # small runs are tried to their end
        chosen = [case for case in cases if options.only in case.name]
        if not chosen:
            print(f"no case's name holds {options.only!r}: {', '.join(case.name for case in cases)}", file=sys.stderr)
            return 2
        try:
            found = run_in_turn(chosen, options.runs, here, why, refused)
        except (bounds.RefusedError, FailedError, ValueError) as wrong:
            print(f"nothing is written: {wrong}", file=sys.stderr)
            return 1
    result: results.Result = {
        "at": now.isoformat(timespec="seconds"), "date": now.date().isoformat(), "commit": commit, "clean": clean,
        "set": results.RIVALS if options.rivals else results.OWN, "size": options.size, "machine": here,
        "cases": {case.name: told(case, found[case.name]) for case in chosen if case.name in found}, "not_run": why,
    }  # fmt: skip
    print(report.tables(result))
    whole = options.size == 1 and not options.only
    if refused:
        print("nothing is written: " + "\n".join(refused), file=sys.stderr)
        return 1
    if options.to:
        results.write(result, options.to)
    elif whole:
        more = "-rivals" if options.rivals else ""
        results.write(result, results.RESULTS / f"{result['date']}-{commit or 'none'}{more}.json")
        report.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
