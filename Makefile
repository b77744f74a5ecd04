# rxbridge: `make demo` shows it at work, `make test` does all that CI does.
# Needs Python 3.11 or newer and make. Everything it installs goes into .venv, from the lock files.

PYTHON ?= python3
MINUTES ?= 10
SEED ?= 1
SEEDS ?= 1
LIVES ?= 100
DAYS ?= 0.2
PHARMACIES ?= 10
EVERY ?= 10
FUZZED := tests/contract/test_schemathesis.py
TESTS := $(filter-out $(FUZZED),$(sort $(shell find tests -name 'test_*.py')))
# The examples that try every branch of the decisions. Only these are traced, which makes them two or three times as slow.
DECISIONS := $(filter-out %_properties.py tests/core/test_every_%,$(filter tests/core/% tests/mapping/%,$(TESTS)))
WORKERS = $(BIN)/python -m pytest --dist worksteal -p no:schemathesis
# What takes longest does not wait for the end.
FIRST := $(filter tests/simulation/% tests/install/% tests/crash/%,$(TESTS))
# Hundreds of tests start the program anew: not to compile it each time is a minute.
export PYTHONDONTWRITEBYTECODE :=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test collected fuzzed covered quick hunt simulate simulate-mutants engines postgresql campaign campaign-replicas mutants tables lint types audit dist sbom browser proxies screenshots bench bench-fleet \
  image-steps digests drawings schemas stuck commands imports coverage docs lock clean

help:  ## what can be made
	@grep -E '^[a-z.-]+:.*##' Makefile | sed -E 's/:.*## */\t/' | expand -t 14

demo: $(VENV)/run.stamp  ## both vendors simulated, 28 signed orders through the bridge, and what goes wrong (first 1 min, then 20 s)
	@$(BIN)/rxbridge demo

test: $(VENV)/dev.stamp  ## all that CI does: lint, types, documents, every test, coverage (7 min)
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target types lint docs audit proxies collected fuzzed
	@echo "== the decisions: every branch of bridge/core and bridge/mapping =="
	@$(WORKERS) -n 2 --cov=bridge.core --cov=bridge.mapping --cov-report= $(DECISIONS)
	@$(BIN)/coverage report --fail-under=100 --skip-covered --show-missing
	@echo "== everything around them =="
	@$(WORKERS) -n 6 $(FIRST) $(filter-out $(DECISIONS) $(FIRST),$(TESTS))

collected: $(VENV)/dev.stamp  # each of the workers would compile all tests anew; what is wrong here is told by the tests
	@$(BIN)/python -m pytest -p no:schemathesis --collect-only -qq $(TESTS) >/dev/null 2>&1 || true

fuzzed: $(VENV)/dev.stamp  # each of the workers would draw all of its cases anew
	@echo "== the simulated vendors, whatever they are asked =="
	@$(BIN)/python -m pytest $(FUZZED)

covered: $(VENV)/dev.stamp  ## which lines of bridge/ no test runs (tracing takes half as long again)
	@$(BIN)/python -m pytest -n 4 --dist worksteal --cov --cov-report=
	@$(BIN)/coverage report --fail-under=95 --skip-covered --show-missing

quick: $(VENV)/dev.stamp lint types  ## while you work: lint, types, the tests of decisions (30 s)
	@echo "== the tests of core and mapping =="
	@$(BIN)/python -m pytest -n 2 --dist worksteal tests/core tests/mapping

engines: $(VENV)/dev.stamp postgresql  ## every journey on PostgreSQL too, not only four cases of each (5 min)
	@POSTGRESQL=needed EVERY_JOURNEY=1 $(BIN)/python -m pytest -n 4 --dist worksteal tests/journeys -k postgresql

hunt: $(VENV)/dev.stamp  ## the properties with other examples each time, for MINUTES=10
	@$(BIN)/python tests/hunt.py $(MINUTES)

simulate: $(VENV)/dev.stamp  ## the whole bridge in a simulation: SEED=1 SEEDS=1 LIVES=100 DAYS=0.2 THEME=
	@cd tests && PYTHONPATH=. ../$(BIN)/python -m simulation \
	  --seed $(SEED) --seeds $(SEEDS) --lives $(LIVES) --days $(DAYS) --theme "$(THEME)" \
	  --shrink $(MORE)

simulate-mutants: $(VENV)/dev.stamp  ## which seed finds each of the breaks in tests/simulation/mutants.py (10 min)
	@cd tests && PYTHONPATH=. ../$(BIN)/python -m simulation.all_mutants

campaign: $(VENV)/dev.stamp  ## simulations on every core until stopped, from a seed of the day
	@cd tests && PYTHONPATH=. ../$(BIN)/python -m simulation.campaign

campaign-replicas: $(VENV)/dev.stamp postgresql  ## three replicas killed, stopped, cut off: MINUTES=10 of each THEME=, EVERY=10 s, PHARMACIES=10 SEED=1 (1 h)
	@cd tests && PYTHONPATH=. ../$(BIN)/python -m replicas --minutes $(MINUTES) --seed $(SEED) \
	  --every $(EVERY) --pharmacies $(PHARMACIES) --theme "$(THEME)"

mutants: $(VENV)/mutants.stamp  ## which small changes of the decisions no test of theirs notices (25 min; Python 3.11, 3.12)
	@PATH=$(CURDIR)/$(BIN):$$PATH mutmut run; $(BIN)/mutmut results

tables: $(VENV)/run.stamp  ## tests/core/tables, written anew: what the decisions answer in many situations
	@PYTHONPATH=tests:. $(BIN)/python tests/core/situations.py

lint: $(VENV)/dev.stamp  ## format and lint
	@echo "== format and lint =="
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(VENV)/dev.stamp  ## mypy, strict
	@echo "== types =="
	@$(BIN)/mypy

browser:  ## a Chromium for the tests of the page, where root can install one
	@for each in chromium-headless-shell chromium chromium-browser google-chrome; do \
	  command -v $$each >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "== installing Chromium for the tests of the page (once, about a minute) =="; \
	  export DEBIAN_FRONTEND=noninteractive; apt-get update -qq && for each in chromium-headless-shell chromium; do \
	    apt-get install -y -qq --no-install-recommends $$each fonts-dejavu-core >/dev/null && exit 0; done; exit 1; \
	else echo "no Chromium: the tests of the page in a browser cannot run; apt-get install chromium"; fi

postgresql:  # for the tests of the store on it, where root can install one
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0; command -v initdb >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "== installing PostgreSQL for the tests of the store (once, about 20 s) =="; \
	  apt-get update -qq && mkdir -p /etc/postgresql-common \
	    && echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf \
	    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; \
	else echo "the tests of the store on PostgreSQL are skipped; apt-get install postgresql"; fi

proxies: | browser postgresql  ## nginx, Caddy and systemd-analyze for the tests of docker/, where root can install them
	@PATH=$$PATH:/usr/sbin; \
	command -v nginx >/dev/null && command -v caddy >/dev/null && command -v openssl >/dev/null \
	  && command -v systemd-analyze >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "== installing nginx, Caddy and systemd for the tests of docker/ (once, about 20 s) =="; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends nginx-light caddy openssl systemd >/dev/null; \
	  systemctl disable --now nginx caddy >/dev/null 2>&1 || true; \
	else echo "the tests of docker/ cannot all run; apt-get install nginx-light caddy openssl systemd"; fi

screenshots: $(VENV)/dev.stamp browser  ## docs/img, taken anew by the tests of the page
	@RXBRIDGE_SCREENSHOTS=docs/img $(BIN)/python -m pytest tests/page/test_page_browser.py tests/page/test_page_products_browser.py -k documents

audit: $(VENV)/dev.stamp  ## the lock files against known vulnerabilities, where osv.dev can be reached
	@$(BIN)/python tests/vulnerabilities.py

dist: $(VENV)/dev.stamp  ## what pipx and uv install: the wheel and the sources, in dist
	@rm -rf dist && $(BIN)/python -m build --no-isolation --outdir dist . >/dev/null && ls dist

sbom: $(VENV)/dev.stamp  ## the wheel and the list of what it brings (CycloneDX), in build/dist
	@$(BIN)/python -m pip --quiet --disable-pip-version-check wheel --no-deps --no-build-isolation --wheel-dir build/dist .
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --output-file build/dist/rxbridge.cdx.json requirements/run.txt
	@ls build/dist

docs: $(VENV)/dev.stamp  ## the documents as a site in build/site, warnings as errors
	@echo "== documents =="
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --config-file docs/.site/mkdocs.yml

bench: $(VENV)/dev.stamp  ## the measurements of docs/performance.md, made anew (about 5 min)
	@PYTHONPATH=.:tests $(BIN)/python -m bench

bench-fleet: $(VENV)/dev.stamp  ## the tables of docs/fleet.md: 1, 40 and 100 pharmacies, and 1,000 in simulated time (30 min)
	@PYTHONPATH=.:tests $(BIN)/python -m bench.fleet
	@PYTHONPATH=.:tests $(BIN)/python -m bench.fleet_idle 1 40 100 1000

image-steps: $(VENV)/dev.stamp  ## what docker/Dockerfile builds, built in an empty folder and tried (1 min)
	@PYTHONPATH=.:tests $(BIN)/python -m docker.steps

IMAGES := docker/Dockerfile docker/compose.yaml

digests:  ## the images that others make, pinned by the digest that their registry names today
	@for image in $$(sed -nE 's/^ *(FROM|image:) ([a-z0-9./-]+:[A-Za-z0-9._-]+).*/\2/p' $(IMAGES) \
	    | grep -v '^rxbridge:' | sort -u); do \
	  digest=$$(docker buildx imagetools inspect "$$image" --format '{{.Manifest.Digest}}') || exit 1; \
	  echo "$$digest" | grep -qE '^sha256:[0-9a-f]{64}$$' || { echo "$$image: no digest: $$digest"; exit 1; }; \
	  echo "$$image@$$digest"; \
	  sed -i -E "s#$$image(@sha256:[0-9a-f]{64})?#$$image@$$digest#" $(IMAGES); \
	done

drawings: $(VENV)/run.stamp  ## docs/states.md, drawn anew from mappings/statuses.toml
	@$(BIN)/python docs/.site/states.py

coverage: $(VENV)/dev.stamp  ## docs/coverage.md, made anew from the routes, methods and tests
	@PYTHONPATH=.:tests $(BIN)/python -m contract.coverage_page

schemas: $(VENV)/run.stamp  ## docs/schemas, drawn anew from the models that read the files
	@$(BIN)/python docs/.site/schemas.py

stuck: $(VENV)/run.stamp  ## docs/stuck.md and stuck.de.md, made anew from the reasons and their texts
	@$(BIN)/python docs/.site/stuck.py

imports: $(VENV)/run.stamp  ## who imports whom, drawn anew in docs/architecture.md
	@$(BIN)/python docs/.site/imports.py

commands: $(VENV)/run.stamp  ## docs/commands.md and commands.de.md, made anew from the command line
	@$(BIN)/python docs/.site/commands.py

rxbridge.toml:  ## a configuration to fill in, copied from docs/rxbridge.example.toml
	@sed 's|^#:schema \./|#:schema ./docs/|' docs/rxbridge.example.toml > $@ && echo "fill in $@"

COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
  --strip-extras --allow-unsafe

lock: $(VENV)/dev.stamp  ## compile the lock files anew
	@$(COMPILE) -o requirements/build.txt requirements/build.in
	@$(COMPILE) -o requirements/sbom.txt requirements/sbom.in
	@$(COMPILE) -o requirements/run.txt pyproject.toml
	@$(COMPILE) -c requirements/run.txt -o requirements/postgres.txt requirements/postgres.in
	@$(COMPILE) -o requirements/dev.txt --extra dev pyproject.toml
	@$(COMPILE) -o requirements/mutants.txt requirements/mutants.in

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "rxbridge needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "== making $(VENV) (once) =="
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "python3 has no venv module: on Debian and Ubuntu, apt-get install python3-venv"; exit 1; }

$(VENV)/run.stamp: $(VENV)/bin/python requirements/build.txt requirements/run.txt pyproject.toml
	@echo "== installing what rxbridge needs (once, about a minute) =="
	@$(PIP) --require-hashes -r requirements/build.txt -r requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	@echo "== installing the tools of the tests (once, about a minute) =="
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# On its own: what mutmut brings asks for other packages on Python 3.13, which these pins lack.
$(VENV)/mutants.stamp: $(VENV)/dev.stamp requirements/mutants.txt
	@echo "== installing mutmut (once) =="
	@$(PIP) --require-hashes -r requirements/mutants.txt
	@touch $@

clean:  ## remove .venv and everything measured or cached
	rm -rf $(VENV) .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
