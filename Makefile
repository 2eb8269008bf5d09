# The doors of the house. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help run test check bench soak build setup-run setup-test

PYTHON := .venv/bin/python
# Two workers, each file of tests on one of them: more of them would only wait for each other on a small laptop.
PYTEST := $(PYTHON) -m pytest
SOURCES = shelterdesk tests tools/*.py $(wildcard bench/*.py)

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup-run  ## install what is missing and open the desk (no display: play a day into out/)
	@tools/run

test: check  ## set-up, every check, every test
	$(PYTEST) -n 2 --dist loadfile

check: setup-test  ## style, types, arrows between rooms, translations, house rules
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy $(SOURCES)
	.venv/bin/lint-imports --no-cache
	$(PYTHON) tools/strings.py
	$(PYTHON) tools/house_rules.py

bench: setup-test  ## measure speed and scale (bench/README.md)
	$(PYTHON) -m bench

soak: setup-test  ## the long runs, at full size and under load
	$(PYTEST) -m soak

build: setup-test  ## dist/stick: a .deb, a folder for a home, a signed update (RELEASE_KEY=path); the wheel beside it
	@tools/build

setup-run:
	@tools/setup run

setup-test:
	@tools/setup test
