# Everything a person needs to run, test and change Gerbang. `make help` lists it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

VENV ?= .venv
PY := $(VENV)/bin/python
RUN := $(VENV)/run.stamp
TEST := $(VENV)/test.stamp
# The lock files are complete; a resolver would only find newer releases that they do not name.
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps
CATALOGUES := $(wildcard templates/locale/*/LC_MESSAGES/*.po clients/locale/*/LC_MESSAGES/*.po)
COMPILED := $(CATALOGUES:.po=.mo)
SOURCES := $(wildcard idp keys clients migrations tools tests bench wsgi.py)
PAGES := $(wildcard templates clients)

export PYTHONNOUSERSITE = 1
export PYTHONUNBUFFERED = 1

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "  One test:  make test T=tests/spec/test_rfc7636_pkce.py"
	@echo "  More:      make run ARGS='--port 9000'    make test A='-k replay -x'"

.PHONY: run
run: $(RUN) $(COMPILED) ## provider, worker, registry simulator and five agencies, with people to try
	@exec $(VENV)/bin/idp sandbox $(ARGS)

.PHONY: demo
demo: run ## the same as run

.PHONY: setup
setup: $(TEST) $(COMPILED) ## everything for development: libraries, system parts, commit hooks
	@sh tools/system.sh
	@sh tools/hooks.sh

.PHONY: test
test: $(TEST) $(COMPILED) ## the whole suite, on SQLite and PostgreSQL (T=path and A=options narrow it)
	@sh tools/system.sh
	@$(PY) tools/suite.py $(T) -- $(A)

.PHONY: spec
spec: $(TEST) $(COMPILED) ## the conformance report: specifications and attacks, sentence by sentence
	@sh tools/system.sh
	@$(PY) tools/suite.py --conformance tests/spec tests/attacks tests/deploy -- --quiet $(A)

.PHONY: faults
faults: $(TEST) $(COMPILED) ## kill workers, stop databases, break networks: nothing lost, nothing doubled
	@sh tools/system.sh
	@$(PY) tools/suite.py -- -m kills --verbose $(A)

.PHONY: bench
bench: $(RUN) $(COMPILED) ## measure the hot paths on PostgreSQL (ARGS are passed on)
	@sh tools/system.sh
	@exec $(PY) -m bench $(ARGS)

.PHONY: screens
screens: $(TEST) $(COMPILED) ## walk the journeys in Chromium and keep a picture of every page in var/screens
	@sh tools/system.sh
	@SCREENS=var/screens $(PY) tools/suite.py tests/journeys -- -m browser $(A)
	@echo "Pictures are in var/screens."

.PHONY: check
check: $(TEST) ## format, lint, types, templates, documentation, translations; all of them even if one fails
	@$(MAKE) --no-print-directory --keep-going --jobs=2 check-types check-format check-lint check-pages check-docs check-messages

.PHONY: check-types check-format check-lint check-pages check-docs check-messages
check-format:
	$(VENV)/bin/ruff format --check $(SOURCES)
check-lint:
	$(VENV)/bin/ruff check $(SOURCES)
check-types:
	$(VENV)/bin/mypy
	$(VENV)/bin/mypy tools tests/support tests/conftest.py
check-pages:
	$(VENV)/bin/djlint --lint --quiet --profile jinja --ignore H015,H020 $(PAGES)
check-docs:
	$(PY) tools/docs.py --check
check-messages:
	$(PY) tools/messages.py check

.PHONY: format
format: $(TEST) ## let ruff format and fix what it can
	$(VENV)/bin/ruff format $(SOURCES)
	$(VENV)/bin/ruff check --fix $(SOURCES)

.PHONY: docs
docs: $(RUN) ## write docs/reference from the code
	@$(PY) tools/docs.py

.PHONY: messages
messages: $(RUN) ## collect the texts of code and templates into the catalogues
	@$(PY) tools/messages.py update

.PHONY: lock
lock: $(PY) ## resolve requirements/*.in again into the lock files (U=package upgrades one, U=all upgrades all)
	@sh tools/lock.sh $(VENV) $(U)

.PHONY: clean
clean: ## remove what make made, except var/
	rm -rf $(VENV) $(COMPILED) tests/interop/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- files ---

$(PY):
	@sh tools/venv.sh $(VENV)

$(RUN): requirements/run.lock tools/link.py | $(PY)
	@echo "Installing what the provider needs ..."
	@$(PIP) --requirement requirements/run.lock
	@$(PY) tools/link.py
	@touch $@

$(TEST): requirements/test.lock $(RUN)
	@echo "Installing what the tests need ..."
	@$(PIP) --requirement requirements/test.lock
	@touch $@

%.mo: %.po | $(RUN)
	@$(PY) tools/messages.py compile $< $@
