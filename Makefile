# Every target installs what it lacks: Python packages into .venv from files that pin each by hash, Debian packages with apt-get
# when they are missing and the user is root. `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Words handed on to the command behind a target, as in: make bench ARGS="throughput --rounds 3"
ARGS ?=
# Empty: soak prints what it saw and judges nothing.
CHECK ?= --check

READY := .venv/.ready
BENCH := .venv/.benchmarks
FUZZ := .venv/.fuzz
SCAN := .venv/.image
PEERS := .venv-peers/.ready
CHART := .venv-chart/.ready
TOOLS := tests/packages.sh nginx=nginx-light wrk=wrk taskset=util-linux setpriv=util-linux

.PHONY: help demo test lint format bench bench-peers calibrate soak fuzz e2e e2e-servers image image-test docs chart requirements clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

test: $(READY)  ## run every test, and the examples in the docstrings
	@tests/packages.sh ip=iproute2 setpriv=util-linux promtool=prometheus prometheus-alertmanager=prometheus-alertmanager openssl=openssl
	@tests/chart/tools.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

lint: $(READY)  ## ruff, the formatter's opinion, mypy --strict, and hadolint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile

format: $(READY)  ## let ruff fix and format what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

demo: $(READY)  ## a model behind the sidecar, and traffic that drifts until the verdict is critical (ONCE=1: ends by itself)
	ONCE=$(ONCE) examples/run_demo.sh $(ARGS)

bench: $(BENCH)  ## the table: sidecar, nginx, Envoy and aiohttp in one run
	@$(TOOLS)
	$(BIN)/python -m benchmarks $(ARGS)

soak: $(BENCH)  ## a million requests of 100 features: memory stays flat
	@$(TOOLS)
	$(BIN)/python -m benchmarks memory $(CHECK) $(ARGS)

calibrate: $(READY) $(if $(findstring --short,$(ARGS)),,$(PEERS))  ## the tables of docs/statistics.md: alarms without drift, rows until an alarm (--short: a little)
	$(BIN)/python -m benchmarks.calibrate $(ARGS)

bench-peers: $(READY) $(PEERS)  ## scores of a window, beside evidently, nannyml, alibi-detect and whylogs
	$(BIN)/python -m benchmarks.peers $(ARGS)

fuzz: $(FUZZ)  ## mutations of recorded traffic for the readers and decoders, 10 minutes each (ARGS="http1 --seconds 60")
	$(BIN)/python -m tests.fuzz $(ARGS)

e2e: $(READY)  ## a real Kubernetes cluster on this machine, and the chart's promises proven in it (ARGS=--short)
	@tests/e2e/run.sh $(ARGS)

e2e-servers: $(READY)  ## real model servers with their own clients, and the sidecar between them (ARGS="kserve triton")
	$(BIN)/python -m tests.servers $(ARGS)

image:  ## build drift-detector, with Docker where it runs, else with buildah
	@tests/image/build.sh

image-test: $(SCAN) image  ## run the image limited and read-only, and ask it what its readers ask
	@tests/image/check.sh

docs: $(READY)  ## write anew what is made from settings, chart, metrics and measurements: tables, schema, the plain manifest
	$(BIN)/python -m tests.settings_table
	$(BIN)/python -m tests.inject.tables
	$(BIN)/python -m tests.observe.dashboard
	$(BIN)/python -m tests.observe.metrics_table
	$(BIN)/python -m tests.chart
	$(BIN)/python -m benchmarks.statistics_page

chart: $(CHART)  ## what takes longer to judge about the chart: its policies, the kinds of operators, the Dockerfile
	@tests/chart/check.sh

requirements: $(READY)  ## pin anew what the .in files ask for
	$(BIN)/pip install -q uv
	for name in requirements requirements-dev {benchmarks,benchmarks/peers,examples,tests/chart,tests/fuzz,tests/image}/requirements \
	  $(basename $(wildcard tests/servers/requirements/*.in)); do \
	  $(BIN)/uv pip compile -q --no-config --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-index-url --no-strip-extras $(ARGS) $$name.in -o $$name.txt || exit 1; done

clean:  ## remove what the other targets made
	rm -rf .venv .venv-chart .venv-examples .venv-peers .cache build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# A virtual environment without pip is what Debian's python3 makes when python3-venv is not installed.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, PYTHON=... names one")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || tests/packages.sh no-ensurepip=python3-venv
	$(PYTHON) -m venv .venv

$(READY): requirements-dev.txt .venv/bin/pip
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(BENCH): benchmarks/requirements.txt $(READY)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r benchmarks/requirements.txt
	@touch $@

$(PEERS): benchmarks/peers/requirements.txt .venv/bin/pip
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/pip install -q --disable-pip-version-check --require-hashes -r benchmarks/peers/requirements.txt
	@touch $@

$(CHART): tests/chart/requirements.txt $(READY)
	$(PYTHON) -m venv .venv-chart
	.venv-chart/bin/pip install -q --disable-pip-version-check --require-hashes -r tests/chart/requirements.txt
	@touch $@

$(SCAN): tests/image/requirements.txt $(READY)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r tests/image/requirements.txt
	@touch $@

$(FUZZ): tests/fuzz/requirements.txt $(READY)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r tests/fuzz/requirements.txt
	@touch $@
