"""Writes a spec to begin from: a small shop that explains itself, or a copy of one that is there, comments included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from synth.addresses import is_remote
from synth.errors import OptionError, did_you_mean
from synth.spec.row_models import LONGEST_NAME, NAME
from synth.spec.shipped import SHIPPED, examples, shipped

__all__ = ["SCHEMA", "USUAL", "Begun", "begin"]

SCHEMA = "spec.schema.json"  # what editors read, beside the spec
USUAL = "shop"
MINE = "my_"  # before the name of a copy: the data of both can lie beside each other
_TEMPLATE = Path(__file__).resolve().parent / "data" / "shop.yaml"
_SUFFIXES = (".yaml", ".yml")
_NAMED = re.compile(r"^dataset: *\w+", re.MULTILINE)
_FOR_EDITORS = re.compile(r"^# yaml-language-server: .*$", re.MULTILINE)


@dataclass(frozen=True)
class Begun:
    """The spec that was written, its dataset's name, and the schema for editors if that was written, too."""

    path: Path
    dataset: str
    schema: Path | None


def begin(name: str | None = None, like: str | None = None) -> Begun:
    """Write a spec, and beside it the schema that its first line names. Raises OptionError, OSError.

    `name` is a file's, with `.yaml` or without, or a folder's, or both; the dataset is called as the file. `like` is a
    dataset that ships, or an example, to copy. Nothing that is there is overwritten.
    """
    source = _TEMPLATE if like is None else _there(like)
    path = _path(name, USUAL if like is None else MINE + like)
    dataset = _dataset(path)
    text = _NAMED.sub(f"dataset: {dataset}", source.read_text("utf-8"), count=1)
    text = _FOR_EDITORS.sub(f"# yaml-language-server: $schema={SCHEMA}", text, count=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not _written(path, text):
        raise OptionError(
            f"'{path}' is there already, and is not overwritten\n  hint: give another name, as in `synth init my_shop`"
        )
    schema = path.parent / SCHEMA
    return Begun(path, dataset, schema if _written(schema, (SHIPPED / SCHEMA).read_text("utf-8")) else None)


def _there(like: str) -> Path:
    """The file of a spec that ships. Raises OptionError."""
    known = {**shipped(), **examples()}
    if like not in known:
        raise OptionError(f"no dataset or example '{like}' ships\n  hint: {did_you_mean(like, known)}")
    return known[like]


def _path(name: str | None, usual: str) -> Path:
    """The file that is meant. Raises OptionError for a word that can be none."""
    if name is None:
        return Path(f"{usual}.yaml")
    if not name.strip():
        raise OptionError(f"'{name}' is no name of a file\n  hint: a variable of the shell may not be set")
    if is_remote(name) or "://" in name:
        raise OptionError(
            f"'{name}' is no file of this machine, and a spec is one\n  hint: name it, as in my_shop.yaml"
        )
    path = Path(name)
    if path.is_dir() or name.endswith("/"):
        return path / f"{usual}.yaml"
    return path if path.suffix.lower() in _SUFFIXES else path.with_name(f"{path.name}.yaml")


def _dataset(path: Path) -> str:
    """The name of a file as a dataset's. Raises OptionError where it makes none."""
    name = re.sub(r"[-. ]+", "_", path.stem)
    if not re.match(NAME, name) or name.startswith("_"):
        raise OptionError(
            f"'{path.stem}' makes no name of a dataset\n"
            f"  hint: letters of a to z, digits and _, a letter first, {LONGEST_NAME} at most, as in my_shop"
        )
    return name


def _written(path: Path, text: str) -> bool:
    """Write a file; False where there is one."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True
