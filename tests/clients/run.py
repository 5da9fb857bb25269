"""Real clients over what the program makes, each in an environment of its own: `make test-clients`.

A client is a file beside this one: its first lines name the packages that it needs, and it gets folders with a dataset as
Parquet, CSV and NDJSON, files of a DuckDB and of a SQLite that hold it, and a folder of tables of lakehouses. It fails as a script does; one whose packages cannot be
installed is skipped, loudly.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
HOME = ROOT / "output" / "clients"
NEEDS = re.compile(r"^# needs: (.*)$", re.M)


def made() -> list[str]:
    """Make what clients look at."""
    program = [sys.executable, "-m", "synth"]
    for form, place in (("parquet", "parquet"), ("csv", "csv"), ("ndjson", "ndjson"), ("parquet", "lakes")):
        folder = [*program, "generate", "ecommerce", "--scale", "0.1", "--format", form, "--out", str(HOME / place)]
        subprocess.run([*folder, "--if-exists", "replace", "--quiet"], check=True, cwd=ROOT)
    databases = [HOME / "shop.duckdb", HOME / "shop.db"]
    for file in databases:
        load = [*program, "load", str(HOME / "parquet" / "ecommerce"), str(file), "--if-exists", "replace", "--quiet"]
        subprocess.run(load, check=True, cwd=ROOT)
    folder = str(HOME / "parquet" / "ecommerce")
    answered = {
        "datasets": [], "words": [], "plan": ["erp"], "verify": [folder], "load": [folder, str(databases[0]), "--if-exists", "refresh"],
        "report": [folder, "--no-verify"], "pull": [str(databases[0]), "--out", str(HOME), "--if-exists", "replace"],
    }  # fmt: skip
    (HOME / "answers").mkdir(exist_ok=True)
    for command, words in answered.items():
        for name, asked in (
            (command, [command, *words, "--json"]),
            (f"{command}.schema", ["schema", "output", command]),
        ):
            with (HOME / "answers" / f"{name}.json").open("w") as file:
                subprocess.run([*program, *asked], check=True, cwd=ROOT, stdout=file)
    lakes = str(HOME / "lakes" / "ecommerce")
    for kind in ("delta", "iceberg"):
        subprocess.run([*program, "lake", lakes, "--as", kind, "--quiet"], check=True, cwd=ROOT)
    subprocess.run([*program, "dbt", str(HOME / "parquet" / "ecommerce"), "--quiet"], check=True, cwd=ROOT)
    return [str(HOME / form / "ecommerce") for form in ("parquet", "csv", "ndjson")] + [*map(str, databases), lakes]


def environment(name: str, needs: list[str]) -> Path | None:
    """Give the Python of a client's environment; None where its packages cannot be had."""
    home = HOME / "environments" / name
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    installed = subprocess.run(
        [str(python), "-m", "pip", "install", "-q", "--prefer-binary", *needs], capture_output=True
    )
    return python if installed.returncode == 0 else None


def main(asked: list[str]) -> int:
    """Run all clients, or those that are named; the exit code is the number of those that failed."""
    HOME.mkdir(parents=True, exist_ok=True)
    places, failed = made(), 0
    for script in sorted(path for path in HERE.glob("*.py") if path != Path(__file__)):
        if asked and script.stem not in asked:
            continue
        (needs,) = NEEDS.findall(script.read_text("utf-8"))
        python = environment(script.stem, needs.split())
        if python is None:
            print(f"{script.stem:12} SKIPPED: {needs} cannot be installed here", flush=True)
            continue
        ran = subprocess.run([str(python), str(script), *places], capture_output=True, text=True, cwd=HOME)
        failed += ran.returncode != 0
        print(
            f"{script.stem:12} {'ok' if ran.returncode == 0 else f'FAILED{chr(10)}{ran.stdout[-2000:]}{ran.stderr[-2000:]}'}",
            flush=True,
        )
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
