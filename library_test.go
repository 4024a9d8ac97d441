package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"donghanh/content"
)

func TestWhatIsBuiltInIsNeverLearned(t *testing.T) {
	kept := filepath.Join(t.TempDir(), "learned")
	l := opened(t, content.Built, kept)
	if l.Book().LearnedAnew() {
		t.Error("learned anew; make learned renews what is built in")
	}
	l.keep()
	if _, err := os.Stat(kept); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("kept what is built in: %v", err)
	}
}

func TestOwnContentIsLearnedOnce(t *testing.T) {
	dir, kept := t.TempDir(), filepath.Join(t.TempDir(), "learned")
	if err := os.CopyFS(dir, content.Built); err != nil {
		t.Fatal(err)
	}
	asks := []byte("bot-help: [một cách hỏi chưa ai viết bao giờ]\n")
	if err := os.WriteFile(filepath.Join(dir, "asks", "own.yaml"), asks, 0o600); err != nil {
		t.Fatal(err)
	}
	first := opened(t, os.DirFS(dir), kept)
	first.keep()
	second := opened(t, os.DirFS(dir), kept)
	if !first.Book().LearnedAnew() || second.Book().LearnedAnew() {
		t.Errorf("learned anew: %t at first, want true; %t when it was kept, want false", first.Book().LearnedAnew(), second.Book().LearnedAnew())
	}
}

func opened(t *testing.T, files fs.FS, kept string) *library {
	t.Helper()
	l, err := openLibrary(files, kept, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return l
}
