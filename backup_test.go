package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/telegramtest"
)

// people is a small list.
const people = "code,name,role,unit,mentor\nsv1,Lan,student,K47,gv1\ngv1,Minh,mentor,K47,\n"

// raw is a client to the Redis of an academy.
func (a academy) raw(t *testing.T) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(strings.TrimPrefix(a.environ[0], "REDIS_URL="))
	if err != nil {
		t.Fatal(err)
	}
	rdb := redis.NewClient(o)
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

func TestABackupOfARunningBotIsRestoredElsewhere(t *testing.T) {
	tg, url := pretend(t, 1, telegramtest.Limits{})
	data, file := t.TempDir(), filepath.Join(t.TempDir(), "backup.jsonl")
	p := start(t, []string{"TELEGRAM_API=" + url, "DATA_DIR=" + data}, "serve")
	tg.Say(1, "dự bị bao lâu vậy ạ")
	answers(t, tg, 1, 1)
	ctx := t.Context()
	if _, says, err := cli(ctx, []string{"DATA_DIR=" + data}, "import", written(t, "people.csv", people)); err != nil {
		t.Fatal(err, says)
	}
	said, _, err := cli(ctx, []string{"DATA_DIR=" + data}, "export", file)
	if err != nil || !strings.Contains(said, "Đã ghi 2 người") {
		t.Fatalf("export: %q, %v", said, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v, want it for its owner alone", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 {
		t.Errorf("beside the file lies %v, %v", left, err)
	}
	if _, _, err := cli(ctx, []string{"DATA_DIR=" + data}, "export", file); err == nil || !strings.Contains(err.Error(), "không ghi đè") {
		t.Errorf("export over a file: %v", err)
	}
	if _, _, err := cli(ctx, []string{"DATA_DIR=" + data}, "restore", file); err == nil || !strings.Contains(err.Error(), "serve đang chạy") {
		t.Errorf("restore beside a running bot: %v", err)
	}
	p.stop(t, syscall.SIGTERM)

	for name, environ := range map[string][]string{"the same token": nil, "another bot": {"--new-bot"}} {
		t.Run(name, func(t *testing.T) {
			elsewhere := []string{"DATA_DIR=" + t.TempDir()}
			said, says, err := cli(ctx, elsewhere, append([]string{"restore", file}, environ...)...)
			if err != nil || !strings.Contains(said, "Đã khôi phục 2 người") {
				t.Fatalf("restore: %q %s, %v", said, says, err)
			}
			if said, _, err := cli(ctx, elsewhere, "reindex"); err != nil || !strings.Contains(said, "; 0 chỗ khác") {
				t.Errorf("after it reindex says %q, %v; want nothing to mend", said, err)
			}
			if _, _, err := cli(ctx, elsewhere, "restore", file); err == nil || !strings.Contains(err.Error(), "Redis trống") || !strings.Contains(err.Error(), "appendonlydir") {
				t.Errorf("restore into what is not empty: %v", err)
			}
			before := fromBot(tg, 1)
			p := start(t, append(elsewhere, "TELEGRAM_API="+url), "serve")
			tg.Say(1, "dự bị bao lâu vậy ạ")
			answers(t, tg, 1, before+1)
			p.stop(t, syscall.SIGTERM)
		})
	}
}

func TestAFileThatCannotBeRestoredSaysWhyInPlainWords(t *testing.T) {
	a := newAcademy(t)
	a.must(t, "import", written(t, "people.csv", people))
	file := filepath.Join(t.TempDir(), "backup.jsonl")
	a.must(t, "export", file)
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	good := string(raw)
	if err := a.raw(t).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ file, says string }{
		"no file":      {"/nowhere/a.jsonl", "không có tệp này"},
		"a folder":     {t.TempDir(), "thư mục"},
		"another file": {written(t, "a.csv", people), "không phải tệp do donghanh export ghi"},
		"cut":          {written(t, "b.jsonl", good[:len(good)/2]), "bị cắt ở dòng "},
		"altered":      {written(t, "c.jsonl", strings.Replace(good, "Lan", "Lam", 1)), " không còn như lúc ghi"},
		"newer":        {written(t, "d.jsonl", strings.Replace(good, `"version":1`, `"version":7`, 1)), "cập nhật chương trình"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := cli(t.Context(), a.environ, "restore", tt.file)
			if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("restore: %v, want %q", err, tt.says)
			}
		})
	}
	if n := a.raw(t).DBSize(t.Context()).Val(); n != 0 {
		t.Errorf("%d keys were written", n)
	}
	a.must(t, "restore", file)
	if got := a.codes(t); len(got) != 2 {
		t.Errorf("restored: %v", got)
	}
}

func TestNothingStartsOverAHalfRestoredRedis(t *testing.T) {
	a := newAcademy(t, "TELEGRAM_TOKEN=1:x", "TELEGRAM_API=http://127.0.0.1:1", "LISTEN=127.0.0.1:0")
	if err := a.raw(t).Set(t.Context(), "{restoring}:since", "1", 0).Err(); err != nil {
		t.Fatal(err)
	}
	list := written(t, "people.csv", people)
	for _, args := range [][]string{{"serve"}, {"import", list}, {"reindex"}, {"export", filepath.Join(t.TempDir(), "a.jsonl")}} {
		ctx, cancel := context.WithCancel(t.Context())
		_, _, err := cli(ctx, a.environ, args...)
		cancel()
		if err == nil || !strings.Contains(err.Error(), "chưa xong") || !strings.Contains(err.Error(), "FLUSHDB") {
			t.Errorf("%s: %v, want how to begin again", args[0], err)
		}
	}
}

func TestExportAndRestoreAreUsedWithOneFile(t *testing.T) {
	for _, command := range []string{"export", "restore"} {
		for _, args := range [][]string{{}, {"a", "b"}, {"--fast", "a"}} {
			_, _, err := cli(t.Context(), nil, append([]string{command}, args...)...)
			if err == nil || !strings.Contains(err.Error(), "donghanh "+command+" --help") {
				t.Errorf("%s %q: %v", command, args, err)
			}
		}
		if said, _, err := cli(t.Context(), nil, command, "--help"); err != nil || !strings.Contains(said, "donghanh "+command) {
			t.Errorf("%s --help: %q, %v", command, said, err)
		}
	}
}
