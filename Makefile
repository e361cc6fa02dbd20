# The two commands a newcomer needs: make demo, make test. All of them: make help.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# An older Go (1.21 or later) fetches the release that go.mod asks for.
export GOTOOLCHAIN ?= auto


VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

##@ Use

.PHONY: demo
demo: deps build guest ## a cloud on this machine, one guest in it (as root)
	scripts/demo

.PHONY: down
down: ## take away all that demo made; PURGE=1 also deletes its data
	scripts/down

.PHONY: run
run: build ## all roles with simulated hosts, in the foreground, without root
	bin/ecc --roles=all --hypervisor=sim --data build/sim

##@ Build

.PHONY: deps
deps: ## install the Debian packages that ecc and its tests drive (as root)
	scripts/setup

.PHONY: build
build: ## the static binary bin/ecc
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.buildVersion=$(VERSION)" -o bin/ecc .

.PHONY: guest
guest: ## the small guest image, build/guest.raw
	test/guest/build.sh build/guest.raw

.PHONY: generate
generate: ## generated code, from the sources named in go:generate lines
	go generate ./...

.PHONY: fmt
fmt: ## format all Go
	gofmt -w $$(git ls-files -co --exclude-standard '*.go')

.PHONY: clean
clean: ## what was built; the fetched kernel stays in build/guest
	rm -rf bin build/guest.raw build/guest.raw.inputs build/sim build/*.log

##@ Check

.PHONY: test
test: deps build guest ## everything: unit, race, real libvirt, end to end (as root)
	scripts/test

.PHONY: test-short
test-short: ## the tests that need neither root nor guests
	go test -short ./...

.PHONY: lint
lint: ## golangci-lint, shellcheck, known vulnerabilities
	scripts/lint $(GOLANGCI) $(GOVULNCHECK)

.PHONY: golden
golden: ## rewrite the golden files; look at the diff before committing
	scripts/golden

.PHONY: bench
bench: deps build ## measure against floors, as root, ten minutes: docs/performance.md
	go test -run '^$$' -bench . -benchtime 1x -timeout 30m ./test/bench

.PHONY: check
check: lint test ## lint and test

.PHONY: help
help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
