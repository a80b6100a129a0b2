# Everything that is done to Relief Relay by hand or by CI. `make` alone says what there is.
# Extra arguments: make demo ARGS=--once, make test ARGS="-k scanner".

PYTHON := .venv/bin/python
ARGS :=
# Many processes are started: what Python compiled is kept for the next one, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE
# One more than there are cores, as many tests wait for programs that they started.
WORKERS := $(shell cores=$$(nproc); echo $$((cores < 3 ? cores + 1 : 4)))

.DEFAULT_GOAL := help
.PHONY: help setup demo test check soak screenshots deb clean

help:
	@echo 'make setup   install what is missing: system packages, .venv, the project with its pages'
	@echo 'make demo    play a relief operation on simulated devices (ARGS="--once", "--fresh")'
	@echo 'make test    set up, then run the tests (ARGS="-k words")'
	@echo 'make check   formatting, lint, types, import law, types of the pages'
	@echo 'make soak    run the long seeds'
	@echo 'make screenshots  take a picture of every page into docs/screens/'
	@echo 'make deb     build the Debian package of the edge agent into build/'
	@echo 'make clean   remove what was built and cached; data in var/ stays'

setup:
	@deploy/setup.sh

demo:
	@deploy/setup.sh --run-only
	@$(PYTHON) -m deploy.demo $(ARGS)

test: setup
	$(PYTHON) -m pytest -m 'not soak' -n $(WORKERS) --dist worksteal $(ARGS)

soak: setup
	$(PYTHON) -m pytest -m soak $(ARGS)

screenshots: setup
	$(PYTHON) -m tests.screenshots $(ARGS)

check: setup
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m ruff check
	$(PYTHON) -m mypy
	$(PYTHON) -m mypy -p deploy -p docs
	.venv/bin/lint-imports
	$(PYTHON) deploy/check_pure.py
	$(PYTHON) -m deploy.check_dashboard

deb: setup
	$(PYTHON) -m deploy.build_deb $(ARGS)

clean:
	rm -rf build dist hub/ui/dist hub/ui/node_modules edge/ui/web/dist edge/ui/web/node_modules test-results
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
