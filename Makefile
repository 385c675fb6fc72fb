# Everything runs in .venv, which is made once and again only when requirements-dev.lock changes.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
BIN := $(VENV)/bin
Q ?= how does PCI enumeration work
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help try ask check test lint types test-only test-without coverage calibrate bench faults lock format clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements-dev.lock pyproject.toml
	@echo "Setting up $(VENV) (once; a minute or so) ..."
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else f"onboard needs Python 3.11, 3.12 or 3.13, and {sys.executable} is {v[0]}.{v[1]}. Name another one: make PYTHON=python3.12 ...")'
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

try: $(READY) ## talk to the bot in a Slack-like workspace in your browser
	@$(BIN)/onboard try

ask: $(READY) ## ask the catalogue: make ask Q="how does PCI enumeration work"
	@$(BIN)/onboard ask "$$Q"
ask: export Q := $(Q)

check: $(READY) ## check resources.yaml: every fault with its line, and that every ask is found
	@$(BIN)/onboard check

test: $(READY) lint types test-only ## all that a change must pass: lint, types, Dockerfile, tests

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/hadolint Dockerfile

types: $(READY)
	$(BIN)/mypy

test-only: $(READY)
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
# Dozens of processes are started, which would compile everything anew if nothing may be kept.
test-only: export PYTHONDONTWRITEBYTECODE :=

test-without: $(READY) ## the tests twice more, with the sentence model missing, and damaged
	$(BIN)/python -m tests.without missing --numprocesses auto --dist loadfile
	$(BIN)/python -m tests.without damaged --numprocesses auto --dist loadfile
test-without: export PYTHONDONTWRITEBYTECODE :=

coverage: $(READY) ## the tests once more, with the lines that no test reaches
	$(BIN)/pytest --numprocesses auto --dist loadfile --cov --cov-report=term

calibrate: $(READY) ## refit ranking and confidence on the labelled questions, and print the constants
	$(BIN)/python -m bench.calibrate

bench: $(READY) ## measure speed and relevance beside what people would use instead
	$(BIN)/python -m bench.search
	$(BIN)/python -m bench.slack
	$(BIN)/python -m bench.store --postgres
	$(BIN)/python -m bench.relevance
	$(BIN)/python -m bench.ablation
	$(BIN)/python -m bench.gaps
	$(BIN)/python -m bench.digest

faults: $(READY) ## kill replicas while they answer and post digests, and see that each is there once
	$(BIN)/python -m bench.replicas
	$(BIN)/python -m bench.digests
	$(BIN)/python -m bench.digests --sqlite --rounds 1

format: $(READY) ## put the code in its usual form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(READY) ## resolve the dependencies anew and write the lock files
	$(COMPILE) --extra postgres --extra semantic pyproject.toml --output-file requirements.lock
	$(COMPILE) --all-extras pyproject.toml --constraint requirements.lock --output-file requirements-dev.lock
	echo hatchling | $(COMPILE) - --constraint requirements-dev.lock --output-file requirements-build.lock

clean: ## remove what was made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
