"""One question for every family: is each class that was written in its registry?"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection
from types import ModuleType


def members_of(package: ModuleType, is_member: Callable[[type], bool], *, private: bool = False) -> dict[str, type]:
    """The classes that are defined in the modules of a package and are members of its family. Imports all modules.

    What begins with an underscore is no member but shared by some, and is left out unless `private`.
    """
    found = {}
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, type) and value.__module__ == module.name and is_member(value):
                if private or not name.startswith("_"):
                    found[name] = value
    return found


def subclass_of(base: type) -> Callable[[type], bool]:
    """Members are what inherits from the base, which is none itself."""
    return lambda each: issubclass(each, base) and each is not base


def unregistered(members: dict[str, type], registry: Collection[type], line: str, apart: Collection[str] = ()) -> str:
    """What is to be done about members that are in no registry: a line for each, and "" where there is nothing to do.

    `line` says what to add and where, with {name}; `apart` names those that belong in none, for a reason beside it.
    """
    idle = [name for name in apart if name not in members or members[name] in registry]
    assert not idle, f"{idle}: no such exception is needed any more"
    forgotten = [each for name, each in members.items() if each not in registry and name not in apart]
    return "\n".join(f"{each.__module__}.{each.__qualname__}: {line.format(name=each.__name__)}" for each in forgotten)
