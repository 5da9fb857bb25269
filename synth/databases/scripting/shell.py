"""Makes load.sh, which runs the files of SQL in order by the database's own client, and tells what is there then."""

from __future__ import annotations

import re
from shlex import quote

from synth.databases.scripting.script_input import ScriptInput

__all__ = ["NAME", "load_sh"]

NAME = "load.sh"

# POSIX, for any sh; @WORDS@ are filled in
_BODY = r"""#!/bin/sh
# Creates a database and loads the CSV files of a folder into it. Made by `synth script`, which replaces it the next time.
set -eu

usage() {
    cat <<'END'
usage: load.sh [DATABASE]

Drops the database (@DATABASE@, if none is named) with all that is in it, creates it, makes the tables, loads the CSV files,
adds keys, constraints and indexes, and proves that the rows are those that were generated. Run it as often as you like.

@ABOUT@
END
}

fail() {
    echo "load.sh: $1" >&2
    exit 1
}

step() { # WHAT COMMAND...: run it, or stop and say what failed
    what=$1
    shift
    echo "$what"
    "$@" || fail "$what failed@AFTER@"
}

database=@QUOTED@
case "${1-}" in
-h | --help)
    usage
    exit 0
    ;;
-*)
    usage >&2
    exit 2
    ;;
?*) database=$1 ;;
esac
if [ "$#" -gt 1 ]; then
    usage >&2
    exit 2
fi
CDPATH='' cd -- "$(dirname -- "$0")"
data=@DATA@
[ -d "$data" ] || fail "there is no folder $data beside this one: run \`synth script\` again where it is"
tab=$(printf '\t')

@STEPS@
printf '%s\n' "$found" | {
    wrong=''
    while IFS="$tab" read -r table rows made same; do
        [ -n "$table" ] || continue
        printf '%-@WIDTH@s %12s rows\n' "$table" "$rows"
        [ "$same" = 1 ] || wrong="$wrong $table ($rows rows of $made)"
    done
    [ -z "$wrong" ] || fail "not what the files held when they were made:$wrong"
}
"""


def load_sh(source: ScriptInput, *, about: str, steps: str, after: str = "") -> str:
    """The shell file: `about` is what --help says of the connection; `steps` sets `found` to what check.sql finds."""
    words = {
        "DATABASE": source.database, "ABOUT": about.strip(), "AFTER": after, "QUOTED": quote(source.database),
        "DATA": quote(source.data), "STEPS": steps.strip(), "WIDTH": str(max(len(table.name) for table in source.tables)),
    }  # fmt: skip
    return re.sub("@([A-Z]+)@", lambda place: words[place[1]], _BODY)
