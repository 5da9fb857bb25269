#!/usr/bin/env bash
# What somebody new does: from nothing to data, a report, a database, and a schema of their own, in each way to install:
# `make` in a fresh clone, and the built wheel alone in an empty folder by `uv tool` and by pip. It says what it has seen,
# and how long and how large each way was. `make test-newcomer`, or some of the ways: tests/clients/newcomer.sh uv pip
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
ways=("$@")
[ $# -gt 0 ] || ways=(make uv pip)
work=$(mktemp -d)
unset PYTHONPATH VIRTUAL_ENV SYNTH_URL SYNTH_PASSWORD
figures=()
MOST_MB=620 # of a plain install
ORDERS="SELECT COUNT(*) FROM ecommerce.orders"

clear_up() {
    local synth
    for synth in "$work"/make/.venv/bin/synth "$work"/pip/env/bin/synth; do
        [ ! -x "$synth" ] || (cd "$(dirname "$synth")/../.." && "$synth" db stop >/dev/null 2>&1) || true
    done
    rm -rf "$work"
}
trap clear_up EXIT

say() { printf '\n== %s\n' "$*"; }

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# shows TEXT COMMAND…: the command ends well, and prints the text.
shows() {
    local text=$1 said
    shift
    said=$("$@") || fail "$* ended with $?: $said"
    grep -qF -- "$text" <<<"$said" || fail "$* does not say '$text': $said"
    printf 'ok: %s: %s\n' "$*" "$text"
}

# lacks EXTRA COMMAND…: exit code 2, and what to type in the first line; no traceback.
lacks() {
    local extra=$1 said code=0
    shift
    said=$("$@" 2>&1 >/dev/null) || code=$?
    [ "$code" = 2 ] || fail "$* ended with $code, not 2: $said"
    head -n 1 <<<"$said" | grep -q "install .*'synth-relational\[.*$extra\]'$" || fail "$* does not name $extra: $said"
    printf 'ok: %s: %s\n' "$*" "$(head -n 1 <<<"$said")"
}

# follows COMMAND…: what it prints last is a command that works as it stands.
follows() {
    local said
    said=$("$@") || fail "$* ended with $?: $said"
    said=$(sed -n 's/^next: //p' <<<"$said")
    [ -n "$said" ] || fail "$* names no next command"
    bash -euc "$said" >/dev/null || fail "what $* names next does not work: $said"
    printf 'ok: %s: next: %s\n' "$*" "$said"
}

there() { [ -s "$1" ] || fail "there is no $1"; }

answer() { # SYNTH URL SQL -> the one cell of the result, of a header and a row
    rm -rf answer
    "$1" pull "$2" --query "$3" --format csv --out answer --quiet
    tail -n 1 answer/query/part-00000.csv
}

is() {
    [ "$1" = "$2" ] || fail "$3: '$1', not '$2'"
    printf 'ok: %s: %s\n' "$3" "$1"
}

rows() { # of a table, by the manifest
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["tables"][sys.argv[2]]["rows"])' "$1/manifest.json" "$2"
}

is_whole() { # a folder of ecommerce at SCALE=1
    there "$1/README.md"
    is "$(find "$1" -name '*.parquet' | cut -d/ -f3 | sort -u | wc -l)" 12 "tables in $1"
    is "$(rows "$1" orders)" 100000 "orders in $1"
    is "$(rows "$1" order_items)" 1000000 "lines of orders in $1"
}

is_a_page() {
    there "$1"
    grep -q '<title>' "$1" || fail "$1 is no page"
    printf 'ok: %s: %s kB\n' "$1" "$(du -k "$1" | cut -f1)"
}

own_schema() { # SYNTH
    cat > shop.yaml <<'YAML'
dataset: shop
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  customers:
    rows: 500
    columns:
      customer_id: {key: sequence}
      name: {first_name: {locale: fr_FR}}
  orders:
    rows: 10_000
    columns: {order_id: {key: sequence}, ordered_at: {arrival: {season: consumer}}, customer_id: {reference: customers}}
rules: {orders_have_customers: SELECT order_id FROM orders WHERE customer_id IS NULL}
YAML
    shows 'all good' "$1" check shop.yaml
    follows "$1" generate shop.yaml
    is "$(rows output/shop orders)" 10000 "orders of the schema of their own"
    shows 'all hold' "$1" verify output/shop
}

# noted WAY SET-UP DATA END FOLDER: seconds since the beginning, and what the folder takes but for pip itself
noted() {
    local way=$1 set_up=$2 data=$3 all=$4 mb
    mb=$(du -sm --exclude=pip "$5" | cut -f1)
    [ "$way" = make ] || [ "$mb" -le "$MOST_MB" ] || fail "a plain install takes $mb MB, more than $MOST_MB"
    figures+=("$(printf '%-6s %9d s %9d s %9.1f min %9d MB' "$way" "$set_up" "$data" \
        "$(awk "BEGIN {print $all / 60}")" "$mb")")
}

by_make() {
    say "make: a fresh clone"
    local set_up data start=$SECONDS
    git clone --quiet "$root" "$work/make"
    cd "$work/make"
    shows 'set up .venv' make .venv/.ready
    set_up=$((SECONDS - start))
    shows 'in output/ecommerce' make data
    data=$((SECONDS - start))
    is_whole output/ecommerce
    shows 'all hold' make verify
    shows 'all checks hold' make report
    is_a_page output/ecommerce.html
    follows make load
    is "$(answer .venv/bin/synth "$(.venv/bin/synth db url)" "$ORDERS")" 100000 "orders in PostgreSQL"
    own_schema .venv/bin/synth
    noted make "$set_up" "$data" $((SECONDS - start)) .venv
}

# of a wheel in an empty folder: the program is in the path
by_wheel() {
    follows synth generate ecommerce
    data=$((SECONDS - start))
    is_whole output/ecommerce
    shows 'all hold' synth verify output/ecommerce
    shows 'all checks hold' synth report output/ecommerce
    is_a_page output/ecommerce.html
    follows synth load output/ecommerce shop.duckdb
    is "$(answer synth shop.duckdb "$ORDERS")" 100000 "orders in DuckDB"
    lacks embedded synth load output/ecommerce
    lacks sqlite synth load output/ecommerce shop.db
    own_schema synth
}

wheel() { # built by the checkout's environment, once
    if ! compgen -G "$work/wheel/*.whl" >/dev/null; then
        "$root/.venv/bin/python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$work/wheel" "$root"
    fi
    compgen -G "$work/wheel/*.whl"
}

by_uv() {
    say "uv tool: a wheel in an empty folder"
    local start set_up data built PATH=$PATH
    built=$(wheel)
    python3 -m venv "$work/with-uv"
    "$work/with-uv/bin/python" -m pip install --quiet --disable-pip-version-check uv
    export UV_TOOL_DIR=$work/uv/tools UV_TOOL_BIN_DIR=$work/uv/bin UV_CACHE_DIR=$work/uv-cache UV_NATIVE_TLS=1
    mkdir -p "$work/uv/here"
    cd "$work/uv/here"
    start=$SECONDS
    "$work/with-uv/bin/uv" tool install --quiet --python "$(command -v python3)" "$built"
    set_up=$((SECONDS - start))
    PATH=$UV_TOOL_BIN_DIR:$PATH
    by_wheel
    noted uv "$set_up" "$data" $((SECONDS - start)) "$UV_TOOL_DIR"
}

by_pip() {
    say "pip: a wheel in an empty folder"
    local start set_up data built PATH=$PATH
    built=$(wheel)
    mkdir -p "$work/pip"
    cd "$work/pip"
    start=$SECONDS
    python3 -m venv env
    env/bin/python -m pip install --quiet --disable-pip-version-check "$built"
    set_up=$((SECONDS - start))
    PATH=$work/pip/env/bin:$PATH
    by_wheel
    noted pip "$set_up" "$data" $((SECONDS - start)) "$(echo env/lib/python*/site-packages)"
    say "pip: the extra that it names"
    pip install --quiet --disable-pip-version-check "${built}[embedded]"
    follows synth load output/ecommerce
    is "$(answer synth "$(synth db url)" "$ORDERS")" 100000 "orders in the embedded PostgreSQL"
}

for way in "${ways[@]}"; do
    case $way in make | uv | pip) "by_$way" ;; *) fail "'$way' is none of make, uv, pip" ;; esac
done

say "how long, and how large"
printf '%-6s %11s %11s %13s %12s\n' way 'set up' 'to data' 'all' 'installed'
printf '%s\n' "${figures[@]}"
