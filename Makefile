# Shimin: `make help` lists what there is. Everything is set up on first use, in .venv.
SHELL := /bin/sh
PY ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PORT ?= 8080
SANDBOX_PORT ?= 8081
BIN := .venv/bin
UV := $(BIN)/python -m uv
SPREAD := -n 2 --dist loadfile --no-loadscope-reorder  # in the order of tests/conftest.py, files undivided
export PORT SANDBOX_PORT
export UV_LINK_MODE := copy
unexport PYTHONDONTWRITEBYTECODE  # without its cache every start costs two seconds more

.DEFAULT_GOAL := help
.PHONY: help demo test coverage fuzz soak chaos chaos-full bench check lint format lock clean

help:  ## list every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.main  ## start the service and the sandbox town (FRESH=1 starts over; PORT, SANDBOX_PORT)
	@exec $(BIN)/shimin demo $(if $(FRESH),--fresh)

test: .venv/.dev  ## every check and every test, as CI runs them
	@$(MAKE) --no-print-directory check
	@$(BIN)/python -m tests.web.browser
	@$(BIN)/python -m pytest $(SPREAD)

coverage: .venv/.dev  ## the tests again, counting the lines they reach
	@$(BIN)/python -m pytest $(SPREAD) --cov --cov-report=term:skip-covered

fuzz: .venv/.dev  ## 200,000 broken and 10,000 forged pushes against the whole application
	@SHIMIN_BROKEN_PUSHES=200000 SHIMIN_FORGED_PUSHES=10000 $(BIN)/python -m pytest --timeout 3000 \
		tests/webhook/test_refused.py -k "broken_pushes or forged_or_replayed"

soak: .venv/.dev  ## a whole town driven at random, so many steps on either database (STEPS=100000), others each time
	@SHIMIN_SOAK_STEPS=$(or $(STEPS),100000) $(BIN)/python -m pytest -q -rP --timeout 0 tests/flows/test_any_town.py

chaos: .venv/.dev  ## processes killed and frozen, databases taken away, clocks moved: a line for each, ten minutes
	@SHIMIN_CHAOS=whole $(BIN)/python -m pytest $(SPREAD) tests/chaos

chaos-full: .venv/.dev  ## the same with 1,000 kills over 100,000 notices, hours
	@SHIMIN_CHAOS=full $(BIN)/python -m pytest $(SPREAD) tests/chaos

bench: .venv/.dev  ## everything that has a goal, beside its limit in the same run: half an hour
	@$(BIN)/python -m benchmarks

check: .venv/.dev  ## formatting, lint, types and the floors of the house
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: .venv/.dev  ## format and mend what ruff can mend
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --fix --quiet .

lock: .venv/.build  ## compile requirements/*.in into hash-pinned *.txt
	@for name in build main dev; do $(UV) pip compile --quiet --universal --generate-hashes \
		--no-emit-index-url --python-version 3.11 --custom-compile-command 'make lock' \
		requirements/$$name.in -o requirements/$$name.txt; done

clean:  ## remove what was set up and made (.venv, .demo, caches)
	@rm -rf .venv .demo .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/.build: requirements/build.txt
	@test -n "$(PY)" || { echo "Shimin needs Python 3.11 or newer; none was found on PATH." >&2; exit 1; }
	@$(PY) -m venv .venv || { echo "$(PY) cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	@touch $@

.venv/.main: .venv/.build requirements/main.txt pyproject.toml
	@$(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements/main.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.main requirements/dev.txt
	@$(UV) pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@
