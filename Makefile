# Every command installs what it needs into .venv by itself.
PYTHON ?= python3
BIN := .venv/bin
# Python keeps what it compiled, also where an image forbids it: else each start of a command takes seconds more.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup demo docs test test-fast lint notebooks sample bench bench-anomalies bench-forecast lock clean

setup: .venv/.installed

.venv/.installed: pyproject.toml requirements.lock requirements-uv.lock
	$(PYTHON) -c 'import sys; sys.exit("finops needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-uv.lock
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes --requirement requirements.lock
	VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --editable .
	touch $@

demo: setup
	$(BIN)/finops demo

# docs/tables.md again, of the tables that the sample company has.
docs: demo
	$(BIN)/python -m finops.report.bill.dictionary demo > docs/tables.md

PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

test: setup
	$(PYTEST)

# What needs no built project: tests/conftest.py says what is left out.
test-fast: setup
	$(PYTEST) -m "not slow"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

notebooks: setup
	$(BIN)/python -m pytest tests/notebooks

# The sample company again, from its seed.
sample: setup
	$(BIN)/python -m sample_data.maker
	$(BIN)/python -m sample_data.maker.verify

bench: setup
	$(BIN)/python -m benchmarks

bench-anomalies: setup
	$(BIN)/python -m benchmarks.anomaly_quality

bench-forecast: setup
	$(BIN)/python -m benchmarks.forecast_quality

# The versions that were tried together, and the hashes of their files; run it after a change of pyproject.toml.
COMPILE := VIRTUAL_ENV=.venv $(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header --universal --python-version 3.11
lock:
	$(COMPILE) --extra dev pyproject.toml --output-file requirements.lock
	echo uv | $(COMPILE) - --output-file requirements-uv.lock

clean:
	rm -rf .venv demo .pytest_cache .mypy_cache .ruff_cache
