# Everything that is done to this project, by name. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help setup build run test check-code lint lock bench screenshot clean

BIN := .venv/bin
HOST ?= 127.0.0.1
PORT ?= 7860
WORKERS ?= 2

help: ## lists these targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1: /p' Makefile

setup: .venv/.ready ## makes .venv with everything in it, at the versions of constraints.txt

.venv/.ready: pyproject.toml constraints.txt scripts/setup.sh
	sh scripts/setup.sh

build: setup ## reads the corpus, writes the index; what has not changed is not embedded again
	$(BIN)/chatbot build

run: build ## serves the chat on http://127.0.0.1:7860 (other: make run HOST=0.0.0.0 PORT=80)
	$(BIN)/chatbot serve --host $(HOST) --port $(PORT)

test: setup check-code ## runs all tests; installs Chromium and PostgreSQL from Debian where they are missing
	sh scripts/debian.sh
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

check-code: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

lint: check-code ## checks style, format and types, and the locked versions for known vulnerabilities
	$(BIN)/python scripts/audit.py

lock: setup ## writes constraints.txt anew, with the newest versions that pyproject.toml admits
	$(BIN)/python scripts/lock.py

bench: build ## measures answering side by side with the plain recipe
	$(BIN)/python -m benchmarks

screenshot: build ## takes the README's pictures anew
	sh scripts/debian.sh
	$(BIN)/python scripts/screenshot.py

clean: ## removes what can be made again: .venv, index, caches; the record of questions stays
	rm -rf .venv dist report .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find index -mindepth 1 ! -name README.md -delete
	find . -name __pycache__ -prune -exec rm -rf {} +
