"""The datasets that ship with the program, by name; they are found without reading any."""

from __future__ import annotations

from pathlib import Path

__all__ = ["SHIPPED", "examples", "shipped"]

_HERE = Path(__file__).resolve().parent.parent
SHIPPED = next((d for d in (_HERE / "schema", _HERE.parent / "schema") if (d / "ecommerce.yaml").exists()), _HERE)


def shipped() -> dict[str, Path]:
    """The datasets that ship: name -> file."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.yaml"))}


def examples() -> dict[str, Path]:
    """Specs of well-known kinds that ship to begin from: name -> file."""
    return {path.stem: path for path in sorted((SHIPPED / "examples").glob("*.yaml"))}
