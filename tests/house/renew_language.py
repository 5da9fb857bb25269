"""Writes docs/language.md and schema/spec.schema.json anew: run it after a change of what a spec may say, and read the difference."""

from pathlib import Path

from synth.language import document, json_schema

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    ROOT / "docs" / "language.md": document.as_text,
    ROOT / "schema" / json_schema.FILE: json_schema.as_text,
}

if __name__ == "__main__":
    for path, text in FILES.items():
        path.write_text(text(), encoding="utf-8")
