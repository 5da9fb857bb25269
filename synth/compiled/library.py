"""The shared library of kernels: where it lies, which source it was made from, and how a C compiler makes it.

It stands alone, as building a wheel runs it before the package is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import blake2b
from pathlib import Path

__all__ = ["HERE", "LIBRARY", "build", "compiler", "source_hash"]

HERE = Path(__file__).parent
LIBRARY = HERE / "libkernels.so"  # on macOS, too
OFF = "SYNTH_COMPILED"  # in the environment, as 0: numpy alone, and nothing is built
# as numpy works it out: no operation is joined with another one, none is left to be rounded otherwise
FLAGS = ("-std=c11", "-O3", "-shared", "-fPIC", "-fvisibility=hidden", "-ffp-contract=off", "-fno-fast-math")


def source_hash() -> str:
    """Tell the source from any other one."""
    found = blake2b(" ".join(FLAGS).encode(), digest_size=16)
    for path in sorted([*HERE.glob("*.c"), *HERE.glob("*.h")]):
        found.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return found.hexdigest()


def compiler() -> str | None:
    """The C compiler's path; None where there is none that is known to work, as on Windows."""
    if sys.platform not in ("linux", "darwin"):
        return None
    return next(filter(None, map(shutil.which, filter(None, (os.environ.get("CC"), "cc", "gcc", "clang")))), None)


def build(into: Path = LIBRARY) -> str | None:
    """Make the library, whole or not at all; and say why not, where it cannot be made."""
    if os.environ.get(OFF) == "0":
        return f"{OFF}=0"
    if (command := compiler()) is None:
        return "there is no C compiler"
    sources = [str(path) for path in sorted(HERE.glob("*.c"))]
    with tempfile.TemporaryDirectory(dir=into.parent) as folder:  # beside it, so that it can be put there at once
        made = Path(folder) / into.name
        words = [command, *FLAGS, f'-DSYNTH_SOURCE="{source_hash()}"', *sources, "-o", str(made)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - a compiler, of our files
        if done.returncode:
            return f"{command} says: {done.stderr.strip()[-500:]}"
        made.replace(into)
    return None


if __name__ == "__main__":
    sys.exit(build())
