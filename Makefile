# Everything starts here. `make` alone lists what there is.
PYTHON ?= python3
OPS = $(PYTHON) -m ops

.DEFAULT_GOAL := help
.PHONY: help demo test up down status reset logs url token lint lock wheel benchmark

help:  ## list these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

demo:  ## raise the whole portal with its stand-in city: harvest, load, score, serve
	@$(OPS) demo

test:  ## install what is needed and run the whole test suite
	@$(OPS) test

up:  ## start the portal as it was left
	@$(OPS) up

down:  ## stop it; nothing is lost
	@$(OPS) down

status:  ## health of each part, ports, versions
	@$(OPS) status

reset:  ## stop it and delete its data
	@$(OPS) reset

logs:  ## follow the logs of all parts
	@$(OPS) logs

url:  ## the running portal's address, alone on a line
	@$(OPS) url

token:  ## a sysadmin API token for it, alone on a line
	@$(OPS) token

lint:  ## ruff, type checker, translations
	@$(OPS) lint

lock:  ## renew the locked versions of everything
	@$(OPS) lock

wheel:  ## build the package into dist/
	@$(OPS) wheel

benchmark:  ## time the harvest beside its peers, on a portal of its own (minutes; see docs/benchmarks.md)
	@.venv/bin/python -m benchmarks harvest
