# Every target sets up .venv by itself and can be run again.
.PHONY: demo test lint bench soak docs clean
.DEFAULT_GOAL := demo
SHELL := /bin/bash
BIN := .venv/bin
# Sizes of `make bench`; the whole table: BENCH_SIZES=1e5,1e6,5e6,1e7. BENCH: a folder of peer scripts; DATA: labelled sets.
BENCH_SIZES ?= 1e5,1e6
BENCH ?=
DATA ?= $(if $(BENCH),$(wildcard $(BENCH)/../data))

.venv/ready: pyproject.toml scripts/venv.sh
	scripts/venv.sh

demo: .venv/ready  ## resolve FEBRL 3 and 20,000 made-up customers, and score both
	$(BIN)/python bench/demo.py demo

test: .venv/ready  ## all tests; installs and starts PostgreSQL where none answers
	server=$$(scripts/services.sh) && DROMIO_TEST_POSTGRES="$$server" $(BIN)/python -m pytest --numprocesses 2

lint: .venv/ready  ## style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The peer has a place of its own, so that what it needs never meets what Dromio needs.
.venv/peer/ready: .venv/ready
	python=$$(readlink -f $(BIN)/python) && "$$python" -m venv .venv/peer
	.venv/peer/bin/python -m pip install --quiet --disable-pip-version-check 'splink==5.*' pyarrow scipy
	touch .venv/peer/ready

bench: .venv/ready $(if $(BENCH),.venv/peer/ready)  ## start-up, speed, memory and quality, each beside its target
	failed=0; \
	$(BIN)/python bench/startup.py || failed=1; \
	$(BIN)/python bench/run.py --sizes $(BENCH_SIZES) \
		$(if $(BENCH),--bench "$(BENCH)" --peer-python .venv/peer/bin/python) || failed=1; \
	$(if $(DATA),$(BIN)/python bench/quality.py "$(DATA)" || failed=1;) \
	exit $$failed

soak: .venv/ready  ## long random histories, writers side by side and kills, on SQLite and PostgreSQL
	$(BIN)/python bench/soak.py --orders 2000 --kills 100
	server=$$(scripts/services.sh) && $(BIN)/python bench/soak.py --orders 200 --writers 10 --kills 20 --database "$$server"
	$(BIN)/python bench/soak.py --stops 50

docs: .venv/ready  ## write docs/reference from the code
	$(BIN)/python docs/generate.py

clean:  ## stop our own PostgreSQL, remove .venv and what was built
	scripts/services.sh stop
	rm -rf .venv demo dist build bench/out
