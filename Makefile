# Needs python3 (3.11 or newer) with pip, and make; everything else comes from the locks, by hash.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
ARGS ?=

# A stamp lives in .venv, so that throwing .venv away forgets all of them.
MADE := .venv/.made
LEAN := .venv/.lean
FULL := .venv/.full

.PHONY: help setup demo run test bench check fmt docker lock

help:  ## print this
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

setup: $(LEAN)  ## leave the command at .venv/bin/beacon
	@echo "Ready: .venv/bin/beacon"

demo: $(LEAN)  ## open a shop whose ROI is about to fall: no account, no token
	@$(BIN)/beacon demo $(ARGS)

run: $(LEAN)  ## run Beacon on the workspace that BEACON_WORKSPACE names
	@$(BIN)/beacon run $(ARGS)

test: $(FULL)  ## run the tests, as in: make test ARGS="-k storm"
	@$(BIN)/pytest -n 2 -p no:benchmark $(ARGS)

bench: $(FULL)  ## measure; the tests do not
	@$(BIN)/pytest -p no:xdist tests/benchmarks $(ARGS)

check: $(FULL)  ## everything a change must pass, the tests too
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	@$(MAKE) test

fmt: $(FULL)  ## lay out the code and mend what can be mended
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

docker:  ## build the image
	docker build --tag beacon:$$(sed -nE '/^## \[([0-9][^]]*)\].*/{s//\1/p;q}' CHANGELOG.md) .

# Each lock is bound by the one before it, so that the halves agree on every version.
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock"
lock: $(MADE)  ## settle every version anew, as in: make lock ARGS=--upgrade
	$(COMPILE) $(ARGS) pyproject.toml -o requirements.lock
	$(COMPILE) $(ARGS) pyproject.toml --group test --group dev -c requirements.lock -o requirements-dev.lock
	$(COMPILE) $(ARGS) --group build -c requirements-dev.lock -o requirements-build.lock

# Made without pip inside: Debian's python3 has no ensurepip, and pip can install from without.
$(MADE): requirements-build.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Beacon needs Python 3.11 or newer. Name one: make PYTHON=python3.11" >&2; exit 1; }
	@echo "Making .venv"
	@$(PYTHON) -m venv --without-pip .venv
	@$(PYTHON) -m pip --python $(BIN)/python --version >/dev/null 2>&1 \
		|| { echo "Beacon needs pip 22.3 or newer. On Debian: apt-get install python3-pip" >&2; exit 1; }
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(LEAN): $(MADE) requirements.lock pyproject.toml CHANGELOG.md
	@echo "Installing what Beacon runs on"
	@$(INSTALL) --require-hashes --compile-bytecode -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(FULL): $(LEAN) requirements-dev.lock
	@echo "Installing what Beacon is tested with"
	@$(INSTALL) --require-hashes --compile-bytecode -r requirements-dev.lock
	@touch $@
