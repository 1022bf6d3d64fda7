# `make` tells what there is. Everything runs in .venv, which is made from the lock when that changed.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

PYTHON ?= $(firstword $(shell command -v python3.11) python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TYPED := $(wildcard gateway tests benchmarks tools docs/client.py)

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help install run demo test lint check format bench chaos fuzz openapi rules lifecycle tables lock clean audit sbom

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

install: $(STAMP) ## Make .venv, with the gateway and the tools in it

$(STAMP): requirements-dev.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q gateway
	@touch $@

run: install ## Start the gateway, with an embedded database in ./var; ARGS="--port 9000"
	@$(BIN)/ijw-gateway serve $(ARGS)

demo: install ## Fill an empty database with fictional parties and a full exchange
	@$(BIN)/ijw-gateway demo

test: install ## Run the tests; ARGS="-k tr353" passes arguments to pytest, ARGS="-n 0" runs them in one process
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

lint: install ## Check style, types and who imports whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(TYPED)
	@$(BIN)/lint-imports --no-logo

check: install ## Everything that CI checks: lint, then test
	@$(MAKE) lint
	@$(MAKE) test

format: install ## Format the code, and repair what can be repaired without thought
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

# A start is measured as it is after the first one, also where Python is told to write no bytecode.
bench: install ## Run the benchmarks
	@$(BIN)/python -m compileall -q gateway
	@$(BIN)/python -m benchmarks $(ARGS)

chaos: install ## Kill processes, connections and a PostgreSQL of its own under load, and count messages; ARGS="--seconds 60"
	@$(BIN)/python -m benchmarks.chaos $(ARGS)

fuzz: install ## Break messages at random for an hour, and read them; ARGS="--seconds 60"
	@$(BIN)/python -m tools.fuzz $(ARGS)

openapi: install ## Write openapi/openapi.json anew from the code
	@$(BIN)/python -m tools.openapi

lifecycle: install ## Draw the pictures in docs/lifecycle.md anew from the code
	@$(BIN)/python -m tools.lifecycle

rules: install ## Write docs/rules.md anew from the code
	@$(BIN)/python -m tools.rules

audit: install ## Look whether a dependency of the lock has a known weakness; AUDIT=required fails when that cannot be asked
	@$(BIN)/python -m tools.audit $(ARGS)

sbom: install ## Write dist/sbom.json: what the gateway is made of, as CycloneDX
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --of JSON -o dist/sbom.json
	@echo dist/sbom.json

tables: install ## Write docs/routes.md anew from the code
	@$(BIN)/python -m tools.routes

# A pip configuration of one's own (a mirror, a folder of wheels) would leak its hashes into the lock.
PIP_COMPILE = env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

lock: install ## Take the newest version of every dependency into the locks
	@$(PIP_COMPILE) --output-file requirements.lock pyproject.toml
	@$(PIP_COMPILE) --extra dev --extra traces --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

clean: ## Remove what the tools made; ./var and .venv stay
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
