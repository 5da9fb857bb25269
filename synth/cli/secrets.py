"""A password in a URL on the command line stands in the list of processes, for all to read: it is moved out of there."""

from __future__ import annotations

import os
import sys

__all__ = ["hide"]


def hide() -> None:
    """Begin again without the password among the words, where there is one; it goes into the environment."""
    words = sys.argv[1:]
    if not any("://" in word for word in words):
        return
    from synth.databases.address import PASSWORD_VARIABLE, without_password

    bare = [without_password(word) for word in words]
    found = [password for _, password in bare if password]
    if len(set(found)) > 1:
        print(
            "synth: two URLs with two passwords\n  hint: name one in synth.toml, with ${NAME} for its password",
            file=sys.stderr,
        )
        sys.exit(2)
    if found:
        os.environ[PASSWORD_VARIABLE] = found[0]
        os.execv(sys.executable, [sys.executable, *_starter(), *(word for word, _ in bare)])  # noqa: S606


def _starter() -> list[str]:
    """How this program was begun: as a module, or as a script."""
    return ["-m", "synth"] if sys.argv[0].endswith("__main__.py") else [sys.argv[0]]
