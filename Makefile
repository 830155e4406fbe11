# On a fresh machine with Python 3.11, pip and make, two commands do everything: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench constraints sample clean

help: ## Say what each command does
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

$(VENV)/run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@# what is never imported need not be compiled: that is half of the time
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --requirement constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(VENV)/run ## From nothing to a dashboard, on the sample data
	$(BIN)/lookup-audit demo

lint: $(VENV)/run ## Style, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint ## Every check; browser checks skip where there is no chromium
	$(BIN)/pytest -n auto --dist worksteal --durations 15

bench: $(VENV)/run ## Ratios against plain DuckDB, pandas and simple baselines, measured in one run
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.national --quick

constraints: ## Pin every dependency by hash, anew (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --output-file constraints.txt

clean: ## Remove the environment and everything that was made
	rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
