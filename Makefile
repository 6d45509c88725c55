# Every target is one line of `cargo stack` or of a tool it installed; `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help up down demo logs watch doctor test test-grants mutants simulate prove fmt lint render check cost new bench deploy destroy rotate-keys

# Where the emulator listens: make up PORT=4567
export SOUK_PORT := $(PORT)
ifeq ($(PORT),)
unexport SOUK_PORT
endif

# The triple of this machine: dependencies are compiled once for the functions, the tests and the tools.
HOST = $$(rustc -vV | sed -n 's/^host: //p')
# What must be here before anything can be built; silent when it is.
READY = @sh infra/local/doctor.sh --quiet && \
	{ ls target/*/debug/stack >/dev/null 2>&1 || echo 'Building cargo stack: a minute, the first time.'; }

help: ## List these targets
	@printf 'Souk. Two commands: make up, then make demo.\n\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

up: ## Start the platform on this machine [PORT=4566]
	$(READY)
	@cargo stack up

down: ## Stop it, and every process it started
	@cargo stack down

demo: ## Buy something before your eyes: one order ships, one is declined
	@cargo stack demo

logs: ## Follow what the functions log [FUNCTION=place-order]
	@cargo stack logs $(FUNCTION)

watch: ## Serve the API with hot reload [CONSUMER=reserve-stock-on-order-placed]
	@cargo stack watch $(if $(CONSUMER),--consumer $(CONSUMER))

doctor: ## Say what this machine lacks
	@sh infra/local/doctor.sh

test: ## Run every check, with the time of each [PART=stories]
	$(READY)
	@cargo stack test $(if $(PART),--part $(PART))

test-grants: ## Take away each grant of each function in turn: someone must miss it
	$(READY)
	@cargo stack test --part grants

mutants: ## Alter what decides about money, stock, orders and payments: hours [FILES="shared/kernel/src/money.rs"]
	$(READY)
	@cargo stack mutants $(FILES)

# The same packages as `make test` has: their dependencies are compiled once.
SIMULATOR = { ls target/*/debug/simulate >/dev/null 2>&1 || echo 'Building the simulator: some minutes, the first time.'; } && \
	cargo build --quiet --manifest-path tests/Cargo.toml --workspace --exclude stories --exclude bench \
		--target $(HOST) --bin simulate && target/$(HOST)/debug/simulate

simulate: ## Play orders under faults and chance [FROM=0 SEEDS=2000] [FAULTS=happy] [CASE=seed:7 tells one]
	@$(SIMULATOR) $(if $(CASE),tell $(CASE),$(if $(FAULTS),faults $(FAULTS),seeds \
		$(if $(FROM),--from $(FROM)) $(if $(SEEDS),--count $(SEEDS))))

prove: ## Play every fault of every variant, pairs of faults and seeds: hours [PAIRS=20000 SEEDS=100000 EVERY=1]
	@$(SIMULATOR) prove $(if $(EVERY),--every $(EVERY)) $(if $(PAIRS),--pairs $(PAIRS)) $(if $(SEEDS),--seeds $(SEEDS))

fmt: ## Format every file
	@cargo fmt --all
	@cargo fmt --manifest-path tests/Cargo.toml --all

lint: ## Clippy on both workspaces
	@cargo stack test --part clippy

render: ## Write all that follows from the manifests
	@cargo stack render

check: ## Prove that what is rendered is right and holds together
	@cargo stack check

cost: ## Compute the bill of a month in which nobody shops
	@cargo stack cost

new: ## Add a function [ARGS='product archive-product --route "POST /v1/products/{id}/archive"']
	@cargo stack new-function $(ARGS)

bench: ## Measure the functions, into docs/benchmarks.md [ALL=1]; GATE=1 compares counts, COSTS=1 prices deeds
	@cargo build --quiet --manifest-path tests/Cargo.toml --workspace --exclude stories --target $(HOST) --bin bench
	@target/$(HOST)/debug/bench $(if $(ALL),--all) $(if $(GATE),--gate) $(if $(COSTS),--costs)

deploy: ## Deploy to AWS: make deploy STAGE=dev
	@cargo stack deploy $(STAGE)

destroy: ## Delete a stage from AWS, after asking: make destroy STAGE=dev
	@cargo stack destroy $(STAGE)

rotate-keys: ## Have another key sign the access tokens: make rotate-keys [STAGE=prod]
	@cargo stack rotate-keys $(STAGE)
