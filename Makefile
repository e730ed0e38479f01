# righthelp: set-up, the demo, the tests and the checks.
# Needs GNU make and Python 3.11 or later with its venv module; everything else goes into .venv.
# `make help` lists the targets.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
DEMO ?= demo
ARGS ?=

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

# A slow line is no reason to give up, nor is a network that signs with its own certificate; pip must
# never reach the system Python.
export UV_SYSTEM_CERTS ?= true
export UV_HTTP_TIMEOUT ?= 180
export PIP_DEFAULT_TIMEOUT ?= 180
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_REQUIRE_VIRTUALENV := 1
export UV_PYTHON_DOWNLOADS := never

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- set-up: once into .venv, again only when a requirement or pyproject.toml changed -----------

TOOLS_STAMP := $(VENV)/tools.stamp
RUN_STAMP := $(VENV)/run.stamp
DEV_STAMP := $(VENV)/dev.stamp

# $(call install,ARGUMENTS): with uv, with uv once more, then with pip. Where uv could not be had,
# with pip, and with pip once more.
define install
@with_uv() { $(PY) -m uv pip install --quiet --python $(PY) --compile-bytecode $(1); }; \
with_pip() { $(PY) -m pip install --quiet $(1); }; \
again() { echo "That did not work; trying once more, with $$1." >&2; }; \
if $(PY) -m uv --version >/dev/null 2>&1; then \
  with_uv || { again uv; with_uv; } || { again pip; with_pip; }; \
else \
  with_pip || { again pip; with_pip; }; \
fi
endef

$(TOOLS_STAMP): requirements/uv.txt
	@if ! $(PY) -c 'import pip, sys; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null; then \
	  for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 ""; do \
	    test -z "$$candidate" && break; \
	    "$$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	      2>/dev/null && break; \
	  done; \
	  if test -z "$$candidate"; then \
	    echo "No Python 3.11 or later with its venv module was found as $(PYTHON) or python3.11 to python3.14." >&2; \
	    echo "Install one (on Debian or Ubuntu: apt-get install python3-venv), or say where it is: make PYTHON=/path/to/python3" >&2; \
	    exit 1; \
	  fi; \
	  echo "Making $(VENV) with $$("$$candidate" --version)."; \
	  "$$candidate" -m venv --clear $(VENV); \
	fi
	@$(PY) -m pip install --quiet --require-hashes --only-binary :all: -r requirements/uv.txt \
	  || echo "uv could not be had; pip does its work, more slowly." >&2
	@touch $@

$(RUN_STAMP): $(TOOLS_STAMP) requirements/run.txt pyproject.toml
	@echo "Installing what righthelp needs to run."
	$(call install,--require-hashes -r requirements/run.txt)
	$(call install,--no-deps --no-build-isolation -e .)
	@touch $@

$(DEV_STAMP): $(TOOLS_STAMP) requirements/dev.txt requirements/run.txt pyproject.toml
	@echo "Installing what righthelp needs to run, and to be tested and checked."
	$(call install,--require-hashes -r requirements/dev.txt)
	$(call install,--no-deps --no-build-isolation -e .)
	@touch $(RUN_STAMP) $@

.PHONY: setup
setup: $(DEV_STAMP) ## install everything, for work on righthelp

# --- the job ------------------------------------------------------------------------------------

.PHONY: demo
demo: $(RUN_STAMP) ## run the main job on simulated practices; DEMO=folder says where
	@$(VENV)/bin/righthelp demo $(DEMO)

# --- tests, checks ------------------------------------------------------------------------------

.PHONY: test
test: $(DEV_STAMP) ## run all tests; ARGS="-k moments" for some
	@$(PY) -m pytest $(ARGS)

REFERENCE := $(wildcard src/righthelp/reference.py src/righthelp/reference/__init__.py)

.PHONY: check
check: $(DEV_STAMP) ## format, lint, types, import rules, generated pages current
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports
	$(if $(REFERENCE),@$(PY) -m righthelp.reference --check)

.PHONY: format
format: $(DEV_STAMP) ## lay out the code and mend what the linter can mend
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

.PHONY: docs
docs: $(DEV_STAMP) ## write the generated pages anew and build the site into site/
	@$(PY) -m righthelp.reference
	@$(PY) -m mkdocs build
	@echo "Open site/index.html."

.PHONY: bench
bench: $(DEV_STAMP) ## speed beside a bare scan and beside pandas (minutes, gigabytes)
	@$(PY) -m bench.speed $(ARGS)

.PHONY: matching
matching: $(DEV_STAMP) ## speed of matching, beside opensafely-matching (minutes)
	@$(PY) -m bench.matching $(ARGS)

.PHONY: validity
validity: $(DEV_STAMP) ## bias, coverage and false claims on simulated practices (an hour)
	@$(PY) -m bench.validity $(ARGS)

# --- housekeeping -------------------------------------------------------------------------------

# No address of a registry is written: whoever installs says where from in their own settings.
# ARGS=--upgrade takes newer versions; without it the versions stay as they are where they can.
COMPILE := -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
  --no-emit-find-links --python-version 3.11 --fork-strategy fewest \
  --custom-compile-command "make lock"

.PHONY: lock
lock: $(TOOLS_STAMP) ## resolve requirements/ anew from pyproject.toml; ARGS=--upgrade for newer
	@$(PY) $(COMPILE) $(ARGS) pyproject.toml --group build -o requirements/run.txt
	@$(PY) $(COMPILE) $(ARGS) pyproject.toml --group dev -c requirements/run.txt \
	  -o requirements/dev.txt
	@$(PY) $(COMPILE) $(ARGS) --group uv -o requirements/uv.txt

.PHONY: clean
clean: ## remove what was made, but not .venv
	@rm -rf build demo dist site .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
