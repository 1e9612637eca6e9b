# Everything a newcomer types. Each target does all its own set-up.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
PLAN ?= advanced
PORT ?= 8000
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: pictures demo run play setup test lint bench clean help

help:
	@echo "make demo   watch one store being copied into another   (DEMO_EXIT=1 ends it afterwards, PLAN=standard|advanced|plus)"
	@echo "make test   run the tests                                (ARGS='-k name' to choose)"
	@echo "make play   the app with the sandbox, nothing copied yet, to click around in"
	@echo "make run    the app for your own Partner app, from .env  (docs/partner-setup.md)"
	@echo "            with PORT=8000, demo, play and run answer there"
	@echo "make lint   ruff, mypy, import rules"
	@echo "make bench  the figures"
	@echo "make pictures   every page at two widths, into docs/pictures (needs Debian's chromium)"

$(VENV)/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "shopsync needs Python 3.11 or newer; set PYTHON=...")'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install -q -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(PY) -m pip install -q -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.dev

demo: $(VENV)/.run
	@PLAN=$(PLAN) PORT=$(PORT) $(PY) -m demo

run: $(VENV)/.run
	@test -f .env || { echo "Copy .env.example to .env and fill it in; docs/partner-setup.md says how. (No Partner account? make play)"; exit 2; }
	@$(PY) manage.py check_partner_app
	@$(PY) manage.py up --port $(PORT)

play: $(VENV)/.run
	@DEMO_ONLY_UP=1 PLAN=$(PLAN) PORT=$(PORT) $(PY) -m demo

test: $(VENV)/.dev
	$(PY) -m pytest -n auto $(ARGS)

lint: $(VENV)/.dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check shopsync shops runs exports imports transfer shopify_client sandbox tests bench demo
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports

pictures: $(VENV)/.dev
	$(PY) -m tests.browser.pictures

bench: $(VENV)/.dev
	$(PY) -m bench

clean:
	rm -rf var $(VENV)
