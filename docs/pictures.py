"""Make the pictures of the documents anew: `.venv/bin/python docs/pictures.py`.

They are the top of a report, as a browser shows it, and what the first two commands print.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

PICTURES = Path(__file__).resolve().with_name("pictures")
WIDTH, HEIGHT = 1200, 760  # pixels of the browser's window
COLUMNS = 78  # of the terminal
LARGEST = 200_000  # bytes of a picture
COMMANDS = ("generate ecommerce --scale 0.1", "verify output/ecommerce")
FONTS = re.compile(r"@font-face \{\{.*?\}\}\s*", flags=re.DOTALL)  # which would come from elsewhere


def printed(folder: Path) -> list[tuple[str, str]]:
    """What the commands print, each with its own words before it."""
    found = []
    for command in COMMANDS:
        words = [sys.executable, "-m", "synth", *command.split()]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
        lines = [line for line in done.stdout.rstrip().splitlines() if not line.startswith("next: ")]
        found.append((f"synth {command}", "\n".join(lines)))
    return found


def terminal(folder: Path) -> None:
    """Both commands as a terminal shows them, into terminal.svg."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), color_system="truecolor")
    for command, output in printed(folder):
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
        console.print(Text(output + "\n"))
    form = FONTS.sub("", CONSOLE_SVG_FORMAT).replace("<!-- Generated with Rich https://www.textualize.io -->", "")
    svg = console.export_svg(title="synth", code_format=form, unique_id="synth")
    (PICTURES / "terminal.svg").write_text(re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE), "utf-8")


def report(folder: Path) -> None:
    """The top of the report on that data, into report.png."""
    words = [sys.executable, "-m", "synth", "report", "output/ecommerce", "--quiet"]
    subprocess.run(words, cwd=folder, check=True)
    browser_path = shutil.which("chromium") or shutil.which("google-chrome") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto((folder / "output" / "ecommerce.html").as_uri())
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / "report.png")
        browser.close()


def main() -> None:
    """Make both in a folder of their own, and look at their size."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        terminal(folder)
        report(folder)
    for picture in ("terminal.svg", "report.png"):
        size = (PICTURES / picture).stat().st_size
        print(f"{picture}: {size:,} bytes")
        assert size < LARGEST, f"{picture} is larger than {LARGEST:,} bytes"


if __name__ == "__main__":
    main()
