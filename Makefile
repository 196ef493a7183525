# Every target sets up .venv by itself and can be run again.
.PHONY: demo test lint bench soak docs clean
.DEFAULT_GOAL := demo
SHELL := /bin/bash
BIN := .venv/bin
BENCH_SIZES ?= 1e5,1e6

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

bench: .venv/ready  ## start-up time, then speed, memory and quality on made-up customers
	$(BIN)/python bench/startup.py
	$(BIN)/python bench/run.py --sizes $(BENCH_SIZES)

soak: .venv/ready  ## long random histories, writers side by side and kills, on SQLite and PostgreSQL
	$(BIN)/python bench/soak.py --orders 2000 --kills 100
	server=$$(scripts/services.sh) && $(BIN)/python bench/soak.py --orders 200 --writers 10 --kills 20 --database "$$server"
	$(BIN)/python bench/soak.py --stops 50

docs: .venv/ready  ## write docs/reference from the code
	$(BIN)/python docs/generate.py

clean:  ## stop our own PostgreSQL, remove .venv and what was built
	scripts/services.sh stop
	rm -rf .venv demo dist build bench/out
