# `make help` lists the targets. Everything is installed into .venv; nothing else on the machine is touched.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help install up demo console console-dev console-check test quick check measures openapi client lint-api fuzz bench lock clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

install: .venv/installed ## Virtual environment with locked dependencies

demo: .venv/installed console ## The platform with a small fleet that publishes (ARGS="--rate 500 --devices 20")
	@$(BIN)/holdfast demo $(ARGS)

up: .venv/installed console ## The platform without the fleet (ARGS="--state-dir DIR --http-port N --mqtt-port N")
	@$(BIN)/holdfast up $(ARGS)

console: .venv/node ## The web console, built where its sources have changed; the first time it needs the npm registry
	-@$(BIN)/python -m app.console.build

console-dev: .venv/node ## The console with hot reload, before a running platform (HOLDFAST_URL=http://127.0.0.1:8080)
	@$(BIN)/python -m app.console.build dev

console-check: .venv/node ## The console against docs/openapi.json and its checker's rules; part of `make check`
	@$(BIN)/python -m app.console.build check

test: .venv/installed-dev console ## The whole test-suite; what needs no server comes first
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

quick: .venv/installed-dev ## The tests that start no platform, no database and no node: within a minute
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup -m "not platform and not node" $(ARGS)

check: .venv/installed-dev console-check ## Format, lint, types, import contracts, architecture tests, migration drift, the client as the document says
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	cd client && ../$(BIN)/mypy --strict -p holdfast_client -p generator
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/architecture tests/client/test_generated.py

measures: .venv/installed-dev ## How the code reads, in figures: prose, names, lengths of lines and of functions
	@$(BIN)/python -m tests.architecture.measures

openapi: .venv/installed ## Write docs/openapi.json anew; `make check` compares it with the code
	$(BIN)/holdfast openapi docs/openapi.json

client: .venv/installed-dev ## Write the Python client anew from docs/openapi.json; `make check` compares it
	cd client && ../$(BIN)/python -m generator ../docs/openapi.json holdfast_client/api

lint-api: .venv/installed-dev ## The linters and the TypeScript client of the API; needs node and npm
	$(BIN)/python -m pytest -q -n0 tests/openapi -m node $(ARGS)

fuzz: .venv/installed-dev ## Ten minutes each of made-up requests and MQTT packets (these twice), 30,000 mutated bodies, two million cells, 40,000 connects, 10,000 creates of which every fifth answer is lost, 800 cuts, 7,000 damaged films, a million alert rules, 4,000 calculated series, five minutes of kills, and as many of recorders (FUZZ_SECONDS=600)
	FUZZ_SECONDS=$${FUZZ_SECONDS:-600} $(BIN)/python -m pytest -q -n0 tests/openapi/test_fuzz.py tests/ingest/test_codec.py tests/attacks/test_mutations.py tests/attacks/test_csv_cells.py tests/attacks/test_connects.py --timeout 3600 $(ARGS)
	FUZZ_SECONDS=$${FUZZ_SECONDS:-600} $(BIN)/python -m tests.ingest.fuzz_codec
	CLIENT_CREATES=10000 $(BIN)/python -m pytest -q -n0 tests/client/test_client.py -k twice --timeout 1200
	FUZZ_SECONDS=1 $(BIN)/python -m pytest -q -n 2 --dist loadgroup tests/media/test_cuts.py tests/media/test_sandbox.py --timeout 9000
	RECORDER_CHAOS_SECONDS=300 $(BIN)/python -m pytest -q -n0 -s tests/media/test_recorder_chaos.py --timeout 1200
	CHAOS_SECONDS=300 $(BIN)/python -m pytest -q -n0 -s tests/journeys/test_chaos.py --timeout 900
	CALCULATION_CASES=4000 $(BIN)/python -m pytest -q -n 2 --dist loadgroup tests/calculations/test_engine.py --timeout 3600
	ALERT_CASES=1000000 ALERT_ENGINE_CASES=4000 ALERT_RACE_SECONDS=60 $(BIN)/python -m pytest -q -n 2 --dist loadgroup tests/alerting/test_machine.py tests/alerting/test_engine.py tests/alerting/test_race.py --timeout 3600

bench: .venv/installed-dev ## Ratios to limits measured in the same run: a table and bench.json; a row that fails costs no other
	$(BIN)/python -m tests.bench $(ARGS)

lock: .venv/installed-dev ## Compile the lock files anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --no-header --no-emit-package holdfast-client \
	  --extra embedded --extra backup --extra demo --extra s3 --extra media --group build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --no-header --no-emit-package holdfast-client --constraint requirements.lock \
	  --extra embedded --extra backup --extra demo --extra s3 --extra media --group build --group dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --no-header \
	  --group console -o requirements-console.lock

clean: ## Remove the virtual environment and all caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: requirements.lock pyproject.toml client/pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e client
	@touch $@

# Where it can't be had, the console isn't built; nothing else waits for it.
.venv/node: requirements-console.lock .venv/installed
	-@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-console.lock && touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
