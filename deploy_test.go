package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"

	"donghanh/config"
)

// settings are the names of all settings, with those the libraries read.
func settings() []string {
	names := []string{"HTTPS_PROXY", "TMPDIR"}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[config.Config]()) {
		names = append(names, f.Tag.Get("env"))
	}
	return names
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEverySettingIsDocumentedAndEveryDocumentedOneExists(t *testing.T) {
	guide, readme := read(t, "docs/operations.md"), read(t, "README.md")
	for _, name := range settings() {
		if name == "TMPDIR" {
			continue
		}
		for file, text := range map[string]string{"docs/operations.md": guide, "README.md": readme} {
			if !regexp.MustCompile("(?m)^\\|.*`" + name + "`.*\\|").MatchString(text) {
				t.Errorf("%s has no row for %s", file, name)
			}
		}
	}
	notOurs := []string{"KEEP_DAYS", "KEEP_MONTHS", "BACKUP_DAY", "CGO_ENABLED"} // of deploy/backup, of the go command
	for _, file := range []string{"docs/operations.md", "deploy/compose.yaml", "deploy/Dockerfile", "deploy/bot.env.example", "deploy/donghanh.service", "deploy/donghanh-backup.service", "deploy/backup"} {
		text := read(t, file)
		named := regexp.MustCompile(`\b[A-Z]+(?:_[A-Z]+)+\b`).FindAllString(text, -1)
		for _, m := range regexp.MustCompile(`(?m)^#?([A-Z][A-Z_]*)=`).FindAllStringSubmatch(text, -1) {
			named = append(named, m[1])
		}
		for _, name := range named {
			if !slices.Contains(settings(), name) && !slices.Contains(notOurs, name) && !strings.HasPrefix(name, "AF_") {
				t.Errorf("%s names %s, which is no setting", file, name)
			}
		}
	}
}

func TestTheComposeFileKeepsItsPromises(t *testing.T) {
	type service struct {
		Command     []string          `yaml:"command"`
		Environment map[string]string `yaml:"environment"`
		User        string            `yaml:"user"`
		ReadOnly    bool              `yaml:"read_only"`
		CapDrop     []string          `yaml:"cap_drop"`
		Security    []string          `yaml:"security_opt"`
		Restart     string            `yaml:"restart"`
		Volumes     []string          `yaml:"volumes"`
		Ports       []string          `yaml:"ports"`
		Networks    []string          `yaml:"networks"`
	}
	var file struct {
		Services map[string]service `yaml:"services"`
		Volumes  map[string]any     `yaml:"volumes"`
		Networks map[string]any     `yaml:"networks"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "deploy/compose.yaml")), &file); err != nil {
		t.Fatal(err)
	}
	for name, s := range file.Services {
		if user, _, _ := strings.Cut(s.User, ":"); user == "" || user == "0" || user == "root" {
			t.Errorf("%s runs as %q", name, s.User)
		}
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || !slices.Contains(s.Security, "no-new-privileges:true") || s.Restart != "unless-stopped" {
			t.Errorf("%s is not held down: %+v", name, s)
		}
		for _, v := range s.Volumes {
			volume, _, _ := strings.Cut(v, ":")
			if _, ok := file.Volumes[volume]; !ok {
				t.Errorf("%s keeps its files in %s, which is no volume", name, v)
			}
		}
		for _, n := range s.Networks {
			if _, ok := file.Networks[n]; !ok {
				t.Errorf("%s is in a network %s that is not there", name, n)
			}
		}
	}
	redis, bot := file.Services["redis"], file.Services["bot"]
	if got := strings.Join(redis.Command, " "); !strings.Contains(got, "--appendonly yes --appendfsync always") || !strings.Contains(got, "--maxmemory-policy noeviction") {
		t.Errorf("Redis may lose something: %s", got)
	}
	if len(redis.Ports) > 0 || !slices.Equal(redis.Networks, []string{"inside"}) {
		t.Errorf("Redis is reached from %v, %v", redis.Ports, redis.Networks)
	}
	for _, p := range bot.Ports {
		if !strings.HasPrefix(p, "127.0.0.1:") {
			t.Errorf("the bot is reached from outside at %s", p)
		}
	}
	lines := slices.Collect(maps.Keys(bot.Environment))
	for i, key := range lines {
		lines[i] = key + "=" + bot.Environment[key]
	}
	cfg, err := config.Load(append(lines, "TELEGRAM_TOKEN=1:x"))
	if err != nil || cfg.DataDir != "/data" || !slices.Contains(bot.Volumes, "bot:"+cfg.DataDir) {
		t.Errorf("the bot's settings: %v, files in %s of %v", err, cfg.DataDir, bot.Volumes)
	}
}

func TestTheImageHoldsAStaticBinaryAndNoRoot(t *testing.T) {
	text := read(t, "deploy/Dockerfile")
	for _, want := range []string{"CGO_ENABLED=0", "-trimpath", "\nFROM scratch\n", "\nUSER 65532:65532\n", `CMD ["/donghanh", "health"]`} {
		if !strings.Contains(text, want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
	var with, needs [3]int
	for from, to := range map[string]*[3]int{regexp.MustCompile(`golang:(\S+)-bookworm`).FindString(text): &with, regexp.MustCompile(`(?m)^go (\S+)$`).FindString(read(t, "go.mod")): &needs} {
		if _, err := fmt.Sscanf(strings.TrimLeft(from, "golan: "), "%d.%d.%d", &to[0], &to[1], &to[2]); err != nil {
			t.Fatalf("%q: %v", from, err)
		}
	}
	if slices.Compare(with[:], needs[:]) < 0 {
		t.Errorf("built with Go %v, go.mod needs %v", with, needs)
	}
}

func TestUnitsAreAsSystemdReadsThem(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Fatal("systemd-analyze is missing: make setup installs it")
	}
	dir := t.TempDir()
	units, err := filepath.Glob("deploy/donghanh*.*")
	if err != nil || len(units) != 3 {
		t.Fatalf("the units are %v, %v", units, err)
	}
	args := []string{"verify", "--man=no"}
	program := strings.NewReplacer("/usr/local/bin/donghanh", "/bin/true", "/usr/local/lib/donghanh/backup", "/bin/true")
	for _, unit := range units { // the programs are not installed here
		to := filepath.Join(dir, filepath.Base(unit))
		if err := os.WriteFile(to, []byte(program.Replace(read(t, unit))), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, to)
	}
	if out, err := exec.Command(analyze, args...).CombinedOutput(); err != nil || strings.Contains(string(out), "donghanh") {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

func TestAlertsAndGuideSpeakOfFiguresThatAre(t *testing.T) {
	described := make(chan *prometheus.Desc, 100)
	figures{}.Describe(described)
	close(described)
	var known []string
	for d := range described {
		known = append(known, regexp.MustCompile(`donghanh_\w+`).FindString(d.String()))
	}
	var alerts struct {
		Groups []struct {
			Rules []struct {
				Alert       string            `yaml:"alert"`
				Expr        string            `yaml:"expr"`
				Labels      map[string]string `yaml:"labels"`
				Annotations map[string]string `yaml:"annotations"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "deploy/alerts.yaml")), &alerts); err != nil {
		t.Fatal(err)
	}
	guide := read(t, "docs/operations.md")
	named := regexp.MustCompile(`donghanh_\w+`)
	rules := 0
	for _, g := range alerts.Groups {
		for _, r := range g.Rules {
			rules++
			if r.Alert == "" || r.Expr == "" || r.Labels["severity"] == "" || r.Annotations["summary"] == "" {
				t.Errorf("an alert that says too little: %+v", r)
			}
			for _, name := range named.FindAllString(r.Expr, -1) {
				if !slices.Contains(known, name) {
					t.Errorf("alert %s looks at %s, which is no figure", r.Alert, name)
				}
			}
		}
	}
	if rules < 8 {
		t.Errorf("%d alerts were read", rules)
	}
	for _, name := range known {
		if !strings.Contains(guide, "`"+name) {
			t.Errorf("docs/operations.md does not explain %s", name)
		}
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `donghanh_.*$").FindAllString(guide, -1) {
		for _, name := range named.FindAllString(row, -1) {
			if !slices.Contains(known, name) {
				t.Errorf("docs/operations.md explains %s, which is no figure", name)
			}
		}
	}
}

func TestBackupsAreKeptByDayAndByMonth(t *testing.T) {
	bin, dir := t.TempDir(), t.TempDir()
	program := filepath.Join(bin, "donghanh")
	script := "#!/bin/sh\n[ \"$1\" = export ] && [ -z \"${FAIL:-}\" ] && echo '{}' > \"$2\"\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	backup := func(day string, environ ...string) error {
		cmd := exec.Command("deploy/backup", dir, program)
		cmd.Env = append(environ, "PATH="+os.Getenv("PATH"), "BACKUP_DAY="+day, "KEEP_DAYS=3", "KEEP_MONTHS=4")
		_, err := cmd.Output()
		return err
	}
	days := []string{"2025-12-31", "2026-01-30", "2026-01-31", "2026-02-01", "2026-02-28", "2026-03-02", "2026-03-28", "2026-03-29", "2026-03-30"}
	for _, day := range days {
		if err := backup(day); err != nil {
			t.Fatalf("%s: %v", day, err)
		}
	}
	note := filepath.Join(dir, "donghanh-note.txt")
	if err := os.WriteFile(note, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := backup("2026-03-31", "FAIL=1"); err == nil {
		t.Error("a failed export is no error")
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Name())
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s can be read by others: %v, %v", f.Name(), info.Mode(), err)
		}
	}
	want := []string{"donghanh-2025-12-31.jsonl", "donghanh-2026-01-30.jsonl", "donghanh-2026-02-01.jsonl", "donghanh-2026-03-02.jsonl", "donghanh-2026-03-28.jsonl", "donghanh-2026-03-29.jsonl", "donghanh-2026-03-30.jsonl", "donghanh-note.txt"}
	if !slices.Equal(got, want) {
		t.Errorf("kept %v\nwant %v", got, want)
	}
}
