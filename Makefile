# Everything that a person or CI runs. `make` alone lists it.

# Where swift.org's archive is often unpacked; what is on PATH already comes first.
export PATH := $(PATH):/opt/swift/usr/bin

SWIFT_FILES := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources
RECORDINGS ?= incidents/*.jsonl
ALERTS ?= 1000000
DISTINCT ?= 20000
SEEDS ?= 100000
FIRST ?= 1
VECTORS ?= ../shared/cel/dev

PREFIX ?= /usr/local
UNITS ?= /etc/systemd/system

.PHONY: help setup servers build demo test check lint format bench simulate mutate crash lab bench-live cel-conformance install

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing, check the Swift toolchain
	@scripts/setup

servers: setup ## unpack the servers that tests talk to; nothing is installed
	@scripts/servers

build: setup ## build everything for debugging
	swift build --build-tests

demo: setup ## replay the recorded incidents over the sample workspace; nothing is executed
	swift build --configuration release --static-swift-stdlib --product handrail
	@.build/release/handrail replay $(RECORDINGS)

# Package.swift makes every warning an error. Quiet: only what fails, and the runner's closing line. There is no XCTest
# here, so its "Executed 0 tests" is left out.
RUN_TESTS := swift test --skip-build --quiet --disable-xctest

# Four faults of the live lab. Real servers miss their times beside hundreds of other tests, so they come afterwards.
LAB_SAMPLE := worker-hang backend-down redis-hang storm

test: build servers ## build and run all tests, then break real servers in four ways
	$(RUN_TESTS)
	@scripts/lab $(LAB_SAMPLE)

check: setup servers lint ## all that has to hold before a commit: format, warnings, imports, tests
	swift build --build-tests --explicit-target-dependency-import-check error
	$(RUN_TESTS)

lint: ## check the format only
	swift format lint --strict --parallel --recursive $(SWIFT_FILES)

format: ## format every Swift file in place
	swift format --in-place --parallel --recursive $(SWIFT_FILES)

bench: setup ## measure a generated recording (ALERTS=1000000), and CEL beside two other engines
	@# SwiftPM 6.3 keeps its plan of a package's dependency although files came or went there; gone when it notices.
	@rm -f Benchmarks/.build/release.yaml
	swift build --package-path Benchmarks --configuration release
	@Benchmarks/.build/release/handrail-bench --alerts $(ALERTS) --distinct $(DISTINCT)
	@scripts/bench-cel

bench-live: servers ## measure `handrail serve` beside Alertmanager's own intake, in one run (LIVE="--alerts 200000")
	swift build --configuration release --static-swift-stdlib --product handrail
	@python3 Benchmarks/live/bench_live.py $(LIVE)

simulate: setup ## run many seeded simulations of everything that can go wrong (SEEDS=100000 FIRST=1)
	swift build --configuration release --static-swift-stdlib --product handrail-simulate
	@.build/release/handrail-simulate --seeds $(SEEDS) --first $(FIRST)

mutate: setup ## switch each guard off in a copy, and see that the simulation notices
	scripts/mutate

crash: setup ## kill the program at every write, commit, spawn and wait of its scenarios (CRASH="--sample 50")
	swift build --product handrail
	swift build --product KillPoints
	swift build --product crash-harness
	@.build/debug/crash-harness $(CRASH)

lab: setup ## break real servers and see Handrail mend them (FAULTS="worker-hang storm")
	swift build --product handrail
	@scripts/lab $(FAULTS)

cel-conformance: setup ## run the CEL specification's cases (VECTORS=../shared/cel/dev)
	swift build --product cel-conformance
	@.build/debug/cel-conformance $(VECTORS)

install: setup ## build for release and install the program, and a systemd unit where there is systemd (PREFIX=/usr/local)
	swift build --configuration release --static-swift-stdlib --product handrail
	install -D -m 0755 .build/release/handrail $(DESTDIR)$(PREFIX)/bin/handrail
	install -D -m 0644 README.md $(DESTDIR)$(PREFIX)/share/doc/handrail/README.md
	install -D -m 0644 deploy/prometheus-rules.yml $(DESTDIR)$(PREFIX)/share/handrail/prometheus-rules.yml
	install -D -m 0644 deploy/grafana-dashboard.json $(DESTDIR)$(PREFIX)/share/handrail/grafana-dashboard.json
	@if [ -d /run/systemd/system ] || [ -n "$(DESTDIR)" ]; then \
		install -D -m 0644 deploy/handrail.service $(DESTDIR)$(UNITS)/handrail.service; \
		echo "installed; then: useradd --system handrail; systemctl daemon-reload; systemctl enable --now handrail"; \
	fi
