// Command report turns what scripts/bench measured (data/) into BENCHMARKS.md,
// on standard output: the figures beside the goals, and plainly where one is
// missed.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: report DATA TEMPLATE")
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		log.Fatal("report: ", err)
	}
}

// figures is what the template shows.
type figures struct {
	Machine Machine
	Find    map[string]map[string]Engine // size → engine
	Latency Latency
	Notice  Notice
	Scale   []Scale
	Score   *Score // nil without a labelled file
	Cross   []string
	Crash   Crash
	Killed  Crash // the one of a notice

	Sizes   []string
	Engines []named
}

// named is an engine's key in Find with what it is called.
type named struct{ Key, Name string }

// Machine is where and when it ran.
type Machine struct {
	Date, CPU, Go, Redis, Kernel, Commit, Load string
	Cores                                      int
	Memory                                     float64 // GB
}

// Engine is one way to find an answer at one size; medians over the rounds.
type Engine struct {
	Rounds                       int
	Passages, Micros, Allocs     float64
	Build, Heap                  float64 // seconds, MB
	InScope, Right               float64 // zero without a labelled file
	FastestMicros, SlowestMicros float64
}

// Latency is what the latency command wrote.
type Latency struct {
	Asked, Answered, Rate, Questions int
	P50, P90, P99, Max               float64
	Throughput, Behind               float64
	FirstAnswer                      float64
	FirstAnswers                     []float64
	Idle, IdleRedis                  float64
	Loaded, LoadedRedis              float64
	DiskWrite                        float64
}

// Notice is what the notice command wrote: runs of the product, the first at
// Telegram's own rate, the last at the highest.
type Notice struct {
	Runs  []Sent
	Naive Sent
}

// Sent is a notice that one sender sent to many.
type Sent struct {
	Recipients, Rate, Delivered, Twice int
	TooMany, Asked, Answered           int
	Seconds, Notices, All, Start       float64
	P50, P99                           float64
	Before, After                      float64
	RedisBefore, RedisAfter            float64
	BytesARecipient                    float64
}

// Scale is what the scale command wrote of one number of people.
type Scale struct {
	People, Due, Told                    int
	ImportSeconds, BytesAPerson, RedisMB float64
	Ticks, IdleTicks                     []float64
	ShowP50, ShowP99                     float64
}

// Tick and Idle are medians.
func (s Scale) Tick() float64 { return median(s.Ticks) }
func (s Scale) Idle() float64 { return median(s.IdleTicks) }

// Score is what ask --score printed.
type Score struct {
	Right   float64 `json:"right"`
	Offered float64 `json:"right_or_offered"`
	Wrong   float64 `json:"wrong"`
	False   float64 `json:"false"`
	Table   string  `json:"-"`
}

// Crash is the line of a kill test.
type Crash struct {
	Line   string
	Passed bool
}

func run(data, tmpl string) error {
	f := figures{Sizes: []string{"today", "grown"}, Engines: []named{
		{"ours", "ours"}, {"bleve-topics", "bleve, a document a topic"}, {"bleve-passages", "bleve, a document a passage"},
	}}
	var err error
	f.Machine = machine(data)
	if f.Find, err = readFind(filepath.Join(data, "find.txt")); err != nil {
		return err
	}
	for name, into := range map[string]any{"latency.json": &f.Latency, "notice.json": &f.Notice, "scale.json": &f.Scale} {
		raw, err := os.ReadFile(filepath.Join(data, name))
		if err != nil {
			return err
		}
		if err := json.Unmarshal(raw, into); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(f.Notice.Runs) == 0 || len(f.Scale) == 0 {
		return fmt.Errorf("notice.json or scale.json holds no run")
	}
	if f.Score, err = readScore(filepath.Join(data, "score.txt")); err != nil {
		return err
	}
	if f.Cross, err = readCross(filepath.Join(data, "cross.txt")); err != nil {
		return err
	}
	if f.Crash, err = readCrash(filepath.Join(data, "crash.txt"), `\d+ kills, \d+ questions: .*`); err != nil {
		return err
	}
	if f.Killed, err = readCrash(filepath.Join(data, "crash-notice.txt"), `\d+ kills, Redis killed .*`); err != nil {
		return err
	}
	t, err := template.New(filepath.Base(tmpl)).Funcs(template.FuncMap{
		"goal": verdict, "min": func(a, b float64) float64 { return min(a, b) }, "max": func(a, b float64) float64 { return max(a, b) },
		"atMost": func(a, b float64) bool { return a <= b }, "over": func(a, b float64) float64 { return a / b },
		"last": func(s []Scale) Scale { return s[len(s)-1] },
		"mul":  func(a, b float64) float64 { return a * b }, "percent": func(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) },
	}).ParseFiles(tmpl)
	if err != nil {
		return err
	}
	return t.Execute(os.Stdout, f)
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "**missed**"
}

// machine describes where it runs. What cannot be found out stays empty.
func machine(data string) Machine {
	output := func(name string, args ...string) string {
		out, _ := exec.Command(name, args...).Output()
		return strings.TrimSpace(string(out))
	}
	field := func(file, key string) string {
		raw, _ := os.ReadFile(file)
		for line := range strings.Lines(string(raw)) {
			if k, v, _ := strings.Cut(line, ":"); strings.TrimSpace(k) == key {
				return strings.TrimSpace(v)
			}
		}
		return ""
	}
	load, _ := os.ReadFile(filepath.Join(data, "load.txt")) // as it was before the run
	kB, _ := strconv.ParseFloat(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"), 64)
	redis := output("redis-server", "--version")
	if found := regexp.MustCompile(`v=(\S+)`).FindStringSubmatch(redis); found != nil {
		redis = "redis-server " + found[1]
	}
	m := Machine{
		Date: time.Now().UTC().Format("2006-01-02 15:04 UTC"), CPU: field("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(),
		Memory: kB / 1e6, Go: runtime.Version(), Redis: redis, Kernel: output("uname", "-sr"), Commit: output("git", "rev-parse", "--short", "HEAD"),
	}
	if one, _, ok := strings.Cut(string(load), " "); ok {
		m.Load = one
	}
	if output("git", "status", "--porcelain", "--", "..", ":!../BENCHMARKS.md") != "" {
		m.Commit += " and changes not committed"
	}
	return m
}

// readFind reads the output of go test -bench.
func readFind(file string) (map[string]map[string]Engine, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]map[string][]float64{} // size → engine → unit → a value a round
	for line := range strings.Lines(string(raw)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "BenchmarkFind/") {
			continue
		}
		name := strings.Split(fields[0], "/")
		if len(name) != 4 {
			return nil, fmt.Errorf("%s: unexpected name %s", file, fields[0])
		}
		size, engine := name[1], name[2]
		if all[size] == nil {
			all[size] = map[string]map[string][]float64{}
		}
		if all[size][engine] == nil {
			all[size][engine] = map[string][]float64{}
		}
		for i := 2; i+1 < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			all[size][engine][fields[i+1]] = append(all[size][engine][fields[i+1]], v)
		}
	}
	out := map[string]map[string]Engine{}
	for _, size := range []string{"today", "grown"} {
		out[size] = map[string]Engine{}
		for _, engine := range []string{"ours", "bleve-topics", "bleve-passages"} {
			v := all[size][engine]
			if len(v["µs/question"]) == 0 {
				return nil, fmt.Errorf("%s: nothing about %s/%s", file, size, engine)
			}
			out[size][engine] = Engine{
				Rounds: len(v["µs/question"]), Passages: median(v["passages"]), Micros: median(v["µs/question"]),
				Allocs: median(v["allocs/question"]), Build: median(v["build-s"]), Heap: median(v["heap-MB"]),
				InScope: median(v["in-scope"]), Right: median(v["right"]),
				FastestMicros: slices.Min(v["µs/question"]), SlowestMicros: slices.Max(v["µs/question"]),
			}
		}
	}
	return out, nil
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(v))[len(v)/2]
}

// readScore reads what ask --score printed; an empty file means that there
// were no labelled questions.
func readScore(file string) (*Score, error) {
	raw, err := os.ReadFile(file)
	if err != nil || len(raw) == 0 {
		return nil, err
	}
	text := strings.TrimSpace(string(raw))
	at := strings.LastIndex(text, "\n")
	s := &Score{Table: strings.TrimSpace(text[:max(0, at)])}
	if err := json.Unmarshal([]byte(text[at+1:]), s); err != nil {
		return nil, fmt.Errorf("%s: the last line: %w", file, err)
	}
	return s, nil
}

var logged = regexp.MustCompile(`^\s+\w+_test\.go:\d+: (.*\S)\s*$`)

// readCross reads what TestCrossValidated logged.
func readCross(file string) ([]string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range strings.Lines(string(raw)) {
		if found := logged.FindStringSubmatch(line); found != nil {
			out = append(out, found[1])
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: the cross-validation logged nothing", file)
	}
	return out, nil
}

// readCrash finds the line in which a kill test sums up.
func readCrash(file, line string) (Crash, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return Crash{}, err
	}
	found := regexp.MustCompile(line).FindString(string(raw))
	if found == "" {
		// It ends before the line when somebody stays without an answer.
		last := strings.Split(strings.TrimSpace(string(raw)), "\n")
		return Crash{Line: "the kill test did not come to its end: " + strings.Join(last[max(0, len(last)-4):], " / ")}, nil
	}
	return Crash{Line: found, Passed: strings.Contains(string(raw), "--- PASS") && !strings.Contains(string(raw), "--- FAIL")}, nil
}
