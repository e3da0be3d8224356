# Everything a fresh machine needs is Python 3.11 or newer, make and git. `make` lists what there is.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
BENCH := $(VENV)-bench
ENGINES := $(VENV)-engines
PORT ?= 8501

.DEFAULT_GOAL := help
.PHONY: help app check test test-engines coverage lint types reference bench gallery audit lock clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

app: $(VENV)/app.stamp ## set up a virtual environment and open the dashboard
	$(BIN)/pbal app --port $(PORT)

check: lint types ## lint, types and the unit tests on few examples, in less than a minute
	$(BIN)/python -m pytest -n 2 --dist worksteal --quick -m "not browser and not slow and not whole"

test: $(VENV)/dev.stamp lint types ## set everything up, then lint, types and every test
	$(BIN)/python -m pytest -n 2 --dist worksteal

coverage: $(VENV)/dev.stamp ## fails where the unit tests leave a line or a branch of the core out
	$(BIN)/python -m pytest -n 2 --dist worksteal --quick -m "not browser and not slow" \
	  --cov=pbal_core --cov-branch --cov-report= --cov-report=json:test-results/coverage.json
	$(BIN)/python -m tests.coverage_gate test-results/coverage.json

lint: $(VENV)/dev.stamp ## style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp ## mypy, strict, on the package and on its tests
	$(BIN)/mypy

reference: $(VENV)/dev.stamp ## the reference of the library, from its docstrings, in build/reference
	$(BIN)/python -m pdoc --docformat google --output-directory build/reference pbal_core

test-engines: $(ENGINES)/stamp ## many accounts under every data engine; Spark needs Java (Debian: apt install default-jre-headless)
	PBAL_ENGINES=all $(ENGINES)/bin/python -m pytest tests/engines

bench: $(BENCH)/stamp ## measure, and write the tables of .github/docs/measured.md (some minutes)
	$(BENCH)/bin/python -m tests.benchmarks.bench_exact --write
	$(BENCH)/bin/python -m tests.benchmarks.bench_readers --write
	$(BENCH)/bin/python -m tests.benchmarks.bench_dashboard --write
	$(BENCH)/bin/python -m tests.benchmarks.bench_commits --write
	$(BENCH)/bin/python -m tests.benchmarks.bench_sessions --write
	$(BENCH)/bin/python -m tests.benchmarks.bench_sets --write
	$(BENCH)/bin/python -m tests.benchmarks.bench_household --write
	$(BENCH)/bin/python -m tests.benchmarks.bench_batch --write

gallery: $(VENV)/dev.stamp ## a picture of every state of the page, in test-results/gallery
	$(BIN)/python -m tests.browser.gallery

audit: $(VENV)/dev.stamp ## known vulnerabilities in the locked versions; fails where one could not be looked up
	$(BIN)/pip-audit --strict --requirement requirements.txt --no-deps --disable-pip

lock: $(VENV)/dev.stamp ## compile requirements.txt and .ci/requirements-dev.txt anew from pyproject.toml
	$(COMPILE) --upgrade --extra xlsx --output-file requirements.txt pyproject.toml
	$(COMPILE) --upgrade --extra xlsx --extra dev --constraint requirements.txt --output-file .ci/requirements-dev.txt pyproject.toml

# For every system and every Python from 3.11 on, with the hash of every file that may be installed.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links

clean: ## remove the virtual environments and everything generated
	rm -rf $(VENV) $(BENCH) $(ENGINES) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage test-results

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; v >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is %d.%d; say which: make PYTHON=python3.12" % v)'
	$(PYTHON) -m venv $(VENV) || { rm -f $@; echo 'No virtual environment could be made. On Debian and Ubuntu: sudo apt install python3-venv'; exit 1; }

$(VENV)/app.stamp: $(VENV)/bin/python requirements.txt pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/bin/python .ci/requirements-dev.txt .ci/chromium .ci/shells pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement .ci/requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	BIN=$(BIN) bash .ci/chromium
	bash .ci/shells
	@touch $@ $(VENV)/app.stamp

# The tools that bench_exact compares with want other versions of what the tests use, so they live apart.
$(BENCH)/stamp: .ci/requirements-dev.txt .ci/chromium pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/pip install --quiet --disable-pip-version-check --requirement .ci/requirements-dev.txt
	$(BENCH)/bin/pip install --quiet --disable-pip-version-check --editable '.[bench]'
	BIN=$(BENCH)/bin bash .ci/chromium
	@touch $@

$(ENGINES)/stamp: .ci/requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv $(ENGINES)
	$(ENGINES)/bin/pip install --quiet --disable-pip-version-check --requirement .ci/requirements-dev.txt
	$(ENGINES)/bin/pip install --quiet --disable-pip-version-check --editable '.[engines]'
	@touch $@
