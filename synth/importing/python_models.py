"""Models that are written in Python, of SQLAlchemy or of pydantic, read as tables.

It runs the code that defines them, so it is done only where somebody asks for it by name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from synth.errors import SynthError, did_you_mean
from synth.importing.found import Found

__all__ = ["PythonError", "read_python"]


class PythonError(SynthError):
    """A module or name of Python that cannot be read as models."""


def read_python(spec: str) -> Found:
    """Read the models of `module:Name` or of a whole module; modules of the current folder are found too.

    A name may be a declarative base, a MetaData, a mapped class, or a model of pydantic. Raises PythonError.
    """
    module_name, _, name = spec.partition(":")
    module = _imported(module_name.strip())
    thing: Any = module
    for part in name.strip().split(".") if name else ():
        if not hasattr(thing, part):
            known = [each for each in vars(thing) if not each.startswith("_")] if hasattr(thing, "__dict__") else []
            raise PythonError(f"{module_name} has no {name.strip()}\n  hint: {did_you_mean(part, known)}")
        thing = getattr(thing, part)
    found = _of_sqlalchemy(thing, spec) or _of_pydantic(thing, spec)
    if found is None and thing is module:
        raise PythonError(
            f"{spec} defines no models\n  hint: name a module with models of SQLAlchemy or pydantic, or module:Name"
        )
    if found is None:
        raise PythonError(
            f"{spec} is a {type(thing).__name__}, and no model\n"
            "  hint: name a declarative base or a MetaData of SQLAlchemy, or a model of pydantic"
        )
    return found


def _imported(name: str) -> Any:
    """The module of a name. Raises PythonError, whatever its code does."""
    if not all(part.isidentifier() for part in name.split(".")):
        raise PythonError(f"'{name}' is no name of a Python module\n  hint: write module:Name, as in shop.models:Base")
    try:
        with _current_folder():
            return import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or str(error)
        if name == missing or name.startswith(f"{missing}."):
            raise PythonError(
                f"there is no module {missing}\n  hint: run it in the folder that holds it, or install its package"
            ) from None
        package = next(iter(missing.split(".")))
        raise PythonError(
            f"{name} needs {missing}, which is not installed here\n  hint: pip install {package}"
        ) from None
    except (Exception, SystemExit) as error:  # anything, as it is the user's code
        raise PythonError(f"{name} cannot be imported: {said(error)}") from None


@contextmanager
def _current_folder() -> Iterator[None]:
    """Within it, modules of the current folder can be imported."""
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        yield
    finally:
        if here in sys.path:
            sys.path.remove(here)


def said(error: BaseException) -> str:
    """An error in one line, with its class."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__


def _of_sqlalchemy(thing: Any, spec: str) -> Found | None:
    """What SQLAlchemy knows of it; None where it is none of its own. Raises PythonError."""
    if sys.modules.get("sqlalchemy") is None:  # the models would have imported it
        return None
    from synth.importing.sqlalchemy_models import metadata_of, read_metadata

    metadata = metadata_of(thing)
    if not metadata:
        return None
    try:
        return read_metadata(metadata, spec)
    except SynthError:
        raise
    except Exception as error:  # of the user's own types and expressions
        raise PythonError(f"{spec}: SQLAlchemy cannot say its tables: {said(error)}") from None


def _of_pydantic(thing: Any, spec: str) -> Found | None:
    """What pydantic knows of it; None where it is none of its models. Raises PythonError."""
    from synth.importing.pydantic_models import models_of, read_models

    models = models_of(thing)
    if not models:
        return None
    try:
        return read_models(models)
    except Exception as error:  # of the user's own types
        raise PythonError(f"{spec}: its models cannot be read: {said(error)}") from None
