# Everything runs in .venv, which is made from the lock file when it is missing or out of date.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
READY  := $(VENV)/.ready

BASE_URL ?=
ARGS     ?=
PORT     ?= 8000

.DEFAULT_GOAL := conformance
.PHONY: conformance merge test test-all generate check sandbox bench mutants field lock clean help

help:           ## show the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 16

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . --editable ./generated
	@touch $(READY)

# Given and empty, as an unset secret leaves it in CI, is a usage error, never a run against the sandbox.
GIVEN_URL = $(if $(filter file undefined,$(origin BASE_URL)),,"$(BASE_URL)")

conformance: $(READY)  ## test BASE_URL (default: the embedded sandbox) against the contract
	@$(PY) -m conformance $(GIVEN_URL) $(ARGS)

merge: $(READY)        ## one report of the shards that ARGS names
	@$(PY) -m conformance merge $(ARGS)

# With ARGS it is what they name, slow ones too.
test: $(READY)         ## the project's own tests, without the slow ones
	@$(PY) -m pytest -n auto --dist worksteal $(if $(ARGS),$(ARGS),-m "not slow")

test-all: $(READY)     ## all of the project's own tests, and the floor of their branch coverage
	@$(PY) -m pytest -n auto --dist worksteal --cov --cov-report= $(ARGS)

generate: $(READY)     ## regenerate generated/ from spec/
	@$(PY) -m generator

check: $(READY)        ## document valid, generated/ up to date, layers kept, code linted and typed
	$(PY) -m spec
	$(PY) -m generator --check
	$(VENV)/bin/lint-imports --no-cache
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

sandbox: $(READY)      ## serve the sandbox on PORT
	@$(PY) -m conformance.sandbox --port $(PORT) $(ARGS)

bench: $(READY)        ## measure, side by side with what it is compared with
	@$(PY) -m tests.bench $(ARGS)

mutants: $(READY)      ## change the code at random places, list the changes that no test notices
	@$(PY) -m tests.mutation $(ARGS)

field: $(READY)        ## run the suite on servers from npm, those of spec/examples/ (needs npm)
	@$(PY) -m tests.field $(ARGS)

lock:                  ## refresh requirements.lock (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --extra dev \
	  --no-annotate --custom-compile-command "make lock" pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage report
