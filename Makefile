# Targets for people. `make run` and `make test` set everything up by themselves.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(not (3,11) <= sys.version_info[:2] < (3,14))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
# Those of the last build, and seeds/ where there was none.
SEEDS ?=
INDEX ?= index
BUILD_INDEX = $(BIN)/speechrag index $(if $(SEEDS),"$(SEEDS)") --index "$(INDEX)"
DATA ?= ../shared/corpora
QUESTIONS ?= tests/questions.yaml
# Two workers; a browser that was starved on two cores gets a second try (reruns are reported).
PYTEST_ARGS ?= -n 2 --dist loadfile --reruns 2 --reruns-delay 2
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Nothing is sent anywhere.
export GRADIO_ANALYTICS_ENABLED := False

.DEFAULT_GOAL := help
.PHONY: help run index test check lint types eval bench model clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

run: $(VENV)/.ready ## Set up, build the index of seeds/ if there is none, open the page on 127.0.0.1:7860
	@[ -f "$(INDEX)/CURRENT" ] || $(BUILD_INDEX)
	@$(BIN)/python app.py --index "$(INDEX)"

index: $(VENV)/.ready ## Update the index from its folders, or from another: make index [SEEDS=folder] [INDEX=folder]
	@$(BUILD_INDEX)

test: $(VENV)/.ready-dev ## Set up and run the whole test suite
	@scripts/system-packages.sh
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(VENV)/.ready-dev lint types test ## Lint, types and tests: what CI runs

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready-dev
	$(BIN)/mypy

eval: $(VENV)/.ready ## Retrieval figures on QUESTIONS (default: the demo library's)
	@[ -f "$(INDEX)/CURRENT" ] || $(BUILD_INDEX)
	@$(BIN)/speechrag eval $(QUESTIONS) --index "$(INDEX)"

bench: $(VENV)/.ready-dev ## Benchmarks; results go to benchmarks/results/
	$(BIN)/python -m benchmarks

model: $(VENV)/.ready-dev ## Train the built-in encoder, the role classifier and the second look again: make model DATA=folder
	$(BIN)/python -m training.make_model --data $(DATA)
	$(BIN)/python -m training.train_roles --data $(DATA)
	$(BIN)/python -m training.train_kernels --data $(DATA) --write

clean: ## Remove the virtual environment and caches (never the index)
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "speechrag needs Python 3.11, 3.12 or 3.13 with venv (Debian: apt-get install python3-venv)." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: pyproject.toml | $(BIN)/python
	@echo "Installing speechrag into $(VENV) (a few minutes the first time) ..."
	@scripts/install.sh $(BIN) .
	@touch $@

$(VENV)/.ready-dev: pyproject.toml | $(BIN)/python
	@echo "Installing speechrag and its test tools into $(VENV) (a few minutes the first time) ..."
	@scripts/install.sh $(BIN) '.[dev]'
	@touch $(VENV)/.ready $@
