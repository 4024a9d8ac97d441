package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"donghanh/content"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/yamlfile"
)

// library holds the content of the moment and reads it again when it changes.
type library struct {
	files fs.FS
	kept  string // file with what was learned; empty: nowhere
	log   *slog.Logger
	book  atomic.Pointer[knowledge.Book]
	rules atomic.Pointer[journey.Rules]
	seen  string // fingerprint of what was read last
}

// contentFiles returns the academy's own content, or what is built in.
func contentFiles(dir string) fs.FS {
	if dir == "" {
		return content.Built
	}
	return os.DirFS(dir)
}

// loadGC has the collector wait while the content is read: nearly all of it
// stays or is gone soon, and the first student waits.
const loadGC = 200

// calmGC keeps the bot small between questions: it makes little garbage.
const calmGC = 50

// Nobody takes a memory profile of the bot, and it would take a megabyte.
func init() { runtime.MemProfileRate = 0 }

// openLibrary reads the content. Content with errors is refused; the error
// shows the first finding.
//
// What was learned from the content built in is built in too. What is learned
// from other content is kept in a file, so that the next start takes less than
// half the time; without one (an empty name, or one that cannot be read or
// written) it is learned each time.
func openLibrary(files fs.FS, kept string, log *slog.Logger) (*library, error) {
	l := &library{files: files, kept: kept, log: log, seen: fingerprint(files)}
	debug.SetGCPercent(loadGC)
	defer debug.SetGCPercent(calmGC)
	learned, err := os.ReadFile(kept) // #nosec G304 -- in the operator's data folder
	if err != nil {
		learned = nil
	}
	book, problems := knowledge.LoadLearned(files, content.Learned, learned)
	if book == nil {
		return nil, fmt.Errorf("content: %w; see all: donghanh check", firstFatal(problems))
	}
	rules, found := journey.LoadRules(files)
	if rules == nil {
		return nil, fmt.Errorf("content: %w; see all: donghanh check", firstFatal(found))
	}
	l.book.Store(book)
	l.rules.Store(rules)
	return l, nil
}

// Rules returns the rules of the way as last read without errors.
func (l *library) Rules() *journey.Rules { return l.rules.Load() }

func firstFatal(problems []yamlfile.Problem) error {
	for _, p := range problems {
		if p.Fatal {
			return fmt.Errorf("%s", p)
		}
	}
	return nil
}

// Book returns the content as last read without errors.
func (l *library) Book() *knowledge.Book { return l.book.Load() }

// lookEvery is how often the files are looked at: a document marked replaced
// withdraws its answers within a second.
const lookEvery = 300 * time.Millisecond

// calmAfter is how long after a reading the memory it took is given back: the
// first answers are out by then.
const calmAfter = time.Second

// Watch reads the content again when a file changed or reload is signalled,
// until ctx ends. Content with errors changes nothing: the last good reading
// stays.
func (l *library) Watch(ctx context.Context, reload <-chan os.Signal) error {
	l.keep()
	tick, calm := time.NewTicker(lookEvery), time.NewTimer(calmAfter)
	defer tick.Stop()
	defer calm.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-calm.C:
			debug.FreeOSMemory()
			debug.FreeOSMemory() // what pools held is let go by the second collection only
			continue
		case <-reload:
		case <-tick.C:
			if fingerprint(l.files) == l.seen {
				continue
			}
		}
		l.read()
		calm.Reset(calmAfter)
	}
}

// keep writes what was learned for the next start, where it had to be.
func (l *library) keep() {
	if l.kept == "" || !l.Book().LearnedAnew() {
		return
	}
	err := os.WriteFile(l.kept+".new", l.Book().Learned(), 0o600)
	if err == nil {
		err = os.Rename(l.kept+".new", l.kept)
	}
	if err != nil {
		l.log.Warn("what was learned is not kept; the next start takes longer", "err", err)
	}
}

func (l *library) read() {
	l.seen = fingerprint(l.files)
	book, problems := l.Book().Reload(l.files)
	if book == nil {
		l.log.Error("content not reloaded, the last good one stays", "finding", firstFatal(problems).Error())
		return
	}
	rules, problems := journey.LoadRules(l.files)
	if rules == nil {
		l.log.Error("content not reloaded, the last good one stays", "finding", firstFatal(problems).Error())
		return
	}
	l.book.Store(book)
	l.rules.Store(rules)
	l.keep()
	l.log.Info("content reloaded", "entries", len(book.Entries), "awaiting", len(book.Awaiting()))
}

// fingerprint changes when a content file is changed, added or removed.
func fingerprint(files fs.FS) string {
	print := ""
	for _, pattern := range []string{"*.yaml", "answers/*.yaml", "asks/*.yaml"} {
		names, _ := fs.Glob(files, pattern) // the patterns are well formed
		for _, name := range names {
			if strings.HasPrefix(path.Base(name), ".") { // an editor's own
				continue
			}
			if info, err := fs.Stat(files, name); err == nil {
				print += fmt.Sprint(name, info.Size(), info.ModTime().UnixNano(), ";")
			}
		}
	}
	return print
}
