# Relational test data. `make help` lists the targets; the first one that needs it creates .venv from the pinned lock.

DATASET = ecommerce
SCALE   = 1
SEED    = 42
FORMAT  = parquet
OUT     = output
WORKERS =
DB      =
VIA     =
RUNS    = 5
SIZE    = 1

PYTHON = python3
VENV   = .venv
BIN    = $(VENV)/bin
READY  = $(VENV)/.ready
KERNELS = $(VENV)/.kernels

.DEFAULT_GOAL := help
.PHONY: help data load report verify test test-fast test-long test-clients test-newcomer test-times kernels wheel bench bench-rivals bench-diff bench-report lint site clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  options: DATASET=$(DATASET) SCALE=$(SCALE) SEED=$(SEED) FORMAT=$(FORMAT) OUT=$(OUT) WORKERS=all DB= VIA="

data: $(READY) $(KERNELS)  ## generate DATASET at SCALE into OUT/DATASET, replacing what `make data` made there
	@$(BIN)/synth generate $(DATASET) --scale $(SCALE) --seed $(SEED) --format $(FORMAT) --out $(OUT) --made-by 'make data' $(if $(WORKERS),--workers $(WORKERS))

load: $(READY)  ## load OUT/DATASET (made first where it is not there) into the database DB (a URL; left out: an embedded PostgreSQL), replacing what was loaded before; VIA=copy: as text
	@test -e '$(OUT)/$(DATASET)' || $(MAKE) --no-print-directory data
	@$(BIN)/synth load $(OUT)/$(DATASET) $(if $(DB),'$(DB)') $(if $(VIA),--via $(VIA)) --if-exists replace

report: $(READY)  ## one HTML page that shows OUT/DATASET (made first where it is not there): tables, relations, pictures, proof
	@test -e '$(OUT)/$(DATASET)' || $(MAKE) --no-print-directory data
	@$(BIN)/synth report $(OUT)/$(DATASET)

verify: $(READY)  ## prove OUT/DATASET, or what is in the database DB, by SQL: keys, references, checks, rules, fingerprints
	@$(BIN)/synth verify $(if $(DB),'$(DB)' --schema '$(DATASET)',$(OUT)/$(DATASET)) $(if $(WORKERS),--workers $(WORKERS))

test: $(READY) $(KERNELS)  ## run the tests
	@$(BIN)/python -m pytest -q -n auto --dist worksteal

test-fast: $(READY) $(KERNELS)  ## run those that need no server and little time: a minute on two cores
	@$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not server and not slow"

test-long: $(READY) $(VENV)/.engines  ## explore for an hour: thousands of specs, mutations and moments
	@SYNTH_TEST_EXAMPLES=2000 $(BIN)/python -m pytest -q -n auto --dist worksteal tests/spec/test_check_is_a_proof.py tests/spec/test_mutations.py tests/datasets/test_many_moments.py
	@SYNTH_TEST_LONG=1 $(BIN)/python -m pytest -q -n auto --dist worksteal -m some tests
	@SYNTH_TEST_LONG=1 $(BIN)/python -m pytest -q -n auto --dist worksteal -m "not some" -k "embedded or dbt_project or test_browser or engine or lost or silent or million or copy or day_by_day or kept_staging or test_examples or killed or month_by_month or shipped or datasets_that_ship or edit_of_the_manifest or on_the_command_line or step_by_step or as_of_folders or loaded_and_pulled or other_formats or leads_from_state or run_ends or load_equals or pulled_is_the_same or server_ends_midway" tests

test-clients: $(READY)  ## let DuckDB, Polars, pandas, DataFusion, Hugging Face, Frictionless, dbt and others read what is made
	@$(BIN)/python tests/clients/run.py

test-newcomer: $(READY)  ## what somebody new does, in a fresh clone and with the wheel by uv and pip: how long and how large that is
	@tests/clients/newcomer.sh

test-times: $(READY)  ## run the tests, and note in tests/slow.txt those that are too slow for test-fast
	@$(BIN)/python -m pytest -q -n auto --dist worksteal --note-slow

bench: $(READY) $(KERNELS) $(VENV)/.bench  ## measure this program, RUNS times in turn: whole datasets, loads, engines, each generator; SIZE=0.02 tries it, and writes nothing
	@$(BIN)/python -m benchmarks.run --runs $(RUNS) --size $(SIZE)

bench-rivals: $(READY) $(KERNELS) $(VENV)/.bench  ## measure it beside other programs and the floor of the encoder; sets up those that have packages of their own
	-@for name in dbldatagen sdv; do $(MAKE) --no-print-directory $(VENV)/rivals/$$name/.ready; done
	@$(BIN)/python -m benchmarks.run --rivals --runs $(RUNS) --size $(SIZE)

bench-diff: $(READY)  ## two raw results side by side: make bench-diff A=FILE B=FILE
	@$(BIN)/python -m benchmarks.diff $(if $(A),'$(A)') $(if $(B),'$(B)')

bench-report: $(READY)  ## write what documents say of speed, and its pictures, from the newest raw results
	@$(BIN)/python -m benchmarks.report

kernels: $(READY)  ## build the kernels in C anew, and say whether they are taken: numpy does all where there is no compiler
	-@$(BIN)/python synth/compiled/library.py
	@$(BIN)/python -m synth.compiled

wheel: $(READY)  ## build the wheel into dist/: with kernels in C for this platform, plain Python where there is no compiler
	@$(BIN)/python -m hatchling build -t wheel

lint: $(READY)  ## style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

site: $(READY)  ## build the documents as a site in output/site
	@$(BIN)/sphinx-build -W --keep-going -q -b html docs output/site
	@echo "output/site/index.html"

clean:  ## stop the embedded database; remove what was made: output, caches (the environment stays)
	@find output -maxdepth 3 -name .postgres -prune | while read -r home; do $(BIN)/synth db stop --out "$${home%/*}"; done
	@find output -mindepth 1 ! -name .gitkeep -delete
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	@find synth tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo "setting up $(VENV) from requirements.lock, this once: 520 MB to download, 1.9 GB on disk, a minute or two on a fast line"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
	@echo "set up $(VENV); the program is $(BIN)/synth"

$(KERNELS): $(READY) $(wildcard synth/compiled/*.[ch])
	-@$(BIN)/python synth/compiled/library.py
	@touch $@

$(VENV)/.engines: requirements-engines.lock $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-engines.lock
	@touch $@

$(VENV)/.bench: requirements-bench.lock $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

$(VENV)/rivals/%/.ready: benchmarks/rivals/%.lock $(READY)
	@echo "setting up $(VENV)/rivals/$*, this once: 700 to 900 MB on disk"
	@$(BIN)/python -m venv --clear $(VENV)/rivals/$*
	@$(VENV)/rivals/$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r benchmarks/rivals/$*.lock
	@touch $@
