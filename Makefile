.PHONY: check setup lint content learned bench crash demo fuzz fuzz-updates

# Everything that must hold before a commit lands: what CI runs.
check: setup
	@test -z "$$(gofmt -l .)" || { echo "not formatted:"; gofmt -l .; exit 1; }
	go vet ./...
	$(MAKE) lint
	go run . check content
	go test -race -timeout 40m ./...

setup:
	./scripts/setup

# The linter is a module of its own, so that the product's go.mod stays small.
lint:
	cd tools && GOBIN=$(CURDIR)/.bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	.bin/golangci-lint run ./...

# Learns content/ anew, for the program to be built with: after any change there.
learned:
	go test ./internal/knowledge -run TestContentComesWithWhatWasLearnedFromIt -update

# Rewrites BENCHMARKS.md's raw figures: side by side with a peer in one run.
bench: setup
	./scripts/bench

# 200 restarts by kill -9 while questions stream in, and 200 while a notice goes
# out to 5,000 people.
crash: setup
	go test -count=1 -run TestKilled -v . -kills $(or $(CRASH_KILLS),200) -timeout 60m
	go test -count=1 -run TestNoticeKilled -v . -kills $(or $(CRASH_KILLS),200) -recipients 5000 -timeout 60m

fuzz:
	go test ./bot -run xxx -fuzz FuzzDecode -fuzztime 60s -fuzzminimizetime 5x
	go test ./internal/knowledge -run xxx -fuzz FuzzFold -fuzztime 60s -fuzzminimizetime 5x
	go test ./internal/knowledge -run xxx -fuzz FuzzFind -fuzztime 60s -fuzzminimizetime 5x
	go test ./internal/knowledge -run xxx -fuzz FuzzLoad -fuzztime 60s -fuzzminimizetime 5x
	go test ./internal/wording -run xxx -fuzz FuzzSplit -fuzztime 60s -fuzzminimizetime 5x
	go test ./internal/sheet -run xxx -fuzz FuzzRead -fuzztime 60s -fuzzminimizetime 5x
	go test ./internal/roster -run xxx -fuzz FuzzPlan -fuzztime 60s -fuzzminimizetime 5x

# Gives the bot a million updates that Telegram could send, or could not: a
# tenth more through Redis and courier, a fiftieth through polling. The seed is
# printed; FUZZ_SEED=n gives the same again.
fuzz-updates: setup
	go test -count=1 -run TestFuzzedUpdates -v . -updates $(or $(FUZZ_UPDATES),1000000) -seed $(or $(FUZZ_SEED),0) -timeout 3h

demo:
	go run . demo
