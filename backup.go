package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"donghanh/config"
	"donghanh/internal/journey"
	"donghanh/internal/store"
	"donghanh/internal/wording"
)

// exportAll writes all that is kept to a file. A running bot may go on.
func exportAll(ctx context.Context, args []string, e env) (err error) {
	f := flags("export")
	files, err := parseAmong(f, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, err := io.WriteString(e.out, wording.ExportHelp())
		return err
	case err != nil:
		return misused{"export", wording.WrongFlag(err), wording.SeeBackup("export")}
	case len(files) != 1:
		return misused{"export", wording.ExportNoFile(), wording.SeeBackup("export")}
	}
	file := files[0]
	if exists(file) {
		return errors.New(wording.FileExists("export", file))
	}
	cfg, err := readSettings(e)
	if err != nil {
		return err
	}
	db, server, err := joinStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(), server.Close()) }()
	begun := time.Now()
	totals, size, err := writeExport(ctx, db, file, begun)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.out, wording.StateExported(file, totals.People, totals.Keys, size, time.Since(begun)))
	return err
}

// writeExport writes beside the file and renames in the end: a file of that name
// is whole.
func writeExport(ctx context.Context, db *store.Store, file string, now time.Time) (totals store.ExportTotals, size int64, err error) {
	out, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*") // 0600
	if err != nil {
		return totals, 0, fmt.Errorf("export: %w", err)
	}
	defer func() {
		_ = out.Close()
		_ = os.Remove(out.Name()) // #nosec G703 -- the operator names the file; not there once all went well
	}()
	spool, err := os.MkdirTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return totals, 0, fmt.Errorf("export: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(spool)) }() // #nosec G703 -- made here
	if totals, err = db.Export(ctx, out, store.Exporting{Made: now.In(journey.Zone).Truncate(time.Second), By: version, Spool: spool}); err != nil {
		return totals, 0, err
	}
	if size, err = out.Seek(0, io.SeekCurrent); err == nil {
		err = errors.Join(out.Sync(), out.Close())
	}
	if err == nil && exists(file) { // meanwhile
		return totals, 0, errors.New(wording.FileExists("export", file))
	}
	if err == nil {
		err = os.Rename(out.Name(), file) // #nosec G703 -- the operator names the file
	}
	if err != nil {
		return totals, 0, fmt.Errorf("export: %w", err)
	}
	return totals, size, nil
}

// restoreAll writes an export into an empty Redis: the whole of it is looked
// through first.
func restoreAll(ctx context.Context, args []string, e env) (err error) {
	f := flags("restore")
	newBot := f.Bool("new-bot", false, "for another bot than the one it was exported with")
	files, err := parseAmong(f, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, err := io.WriteString(e.out, wording.RestoreHelp())
		return err
	case err != nil:
		return misused{"restore", wording.WrongFlag(err), wording.SeeBackup("restore")}
	case len(files) != 1:
		return misused{"restore", wording.RestoreNoFile(), wording.SeeBackup("restore")}
	}
	in, err := openExport(files[0])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	begun := time.Now()
	header, _, err := store.ReadExport(in, func(store.Record) error { return nil })
	if err == nil {
		_, err = in.Seek(0, io.SeekStart)
	}
	if err != nil {
		return badExport(files[0], err)
	}
	cfg, rules, err := settingsAndRules(e)
	if err != nil {
		return err
	}
	if cfg.RedisURL == "" {
		if _, running := store.RunningServer(cfg.DataDir); running {
			return errors.New(wording.RestoreWhileServing(cfg.DataDir))
		}
	}
	db, server, err := openStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(), server.Close()) }()
	today := journey.DateOf(begun.In(journey.Zone))
	totals, err := db.Restore(ctx, in, store.Restoring{
		Now: begun, NewBot: *newBot, Print: rules.Fingerprint(),
		Next: func(t journey.Track) journey.Date {
			return rules.NextDue(t, rules.Deadlines(t, today), today.AddDays(-1))
		},
	})
	switch {
	case errors.Is(err, store.ErrNotEmpty):
		return errors.New(wording.RestoreNotEmpty(folderOf(cfg)))
	case err != nil && ctx.Err() == nil && db.Whole(ctx) == nil:
		return err // nothing was written
	case err != nil:
		return fmt.Errorf("%w; %s", err, wording.RestoreHalf(folderOf(cfg)))
	}
	_, err = fmt.Fprintln(e.out, wording.Restored(files[0], header.Made.In(journey.Zone), totals.People, totals.Keys, *newBot, time.Since(begun)))
	return err
}

// folderOf is the folder of the private Redis, "" where there is another.
func folderOf(cfg config.Config) string {
	if cfg.RedisURL != "" {
		return ""
	}
	return cfg.DataDir
}

// openExport opens a file that is to be restored.
func openExport(file string) (*os.File, error) {
	in, err := os.Open(file) // #nosec G304 G703 -- the operator names the file
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New(wording.NoSuchFile(file))
	case errors.Is(err, fs.ErrPermission):
		return nil, errors.New(wording.NotReadable(file))
	case err != nil:
		return nil, fmt.Errorf("restore: %w", err)
	}
	return in, nil
}

// badExport says what is wrong with a file.
func badExport(file string, err error) error {
	if errors.Is(err, syscall.EISDIR) {
		return errors.New(wording.NotAFile(file))
	}
	bad, ok := errors.AsType[*store.BadExport](err)
	if !ok {
		return fmt.Errorf("restore: %w", err)
	}
	switch bad.Flaw {
	case store.FlawForeign:
		return errors.New(wording.RestoreForeign(file))
	case store.FlawNewer:
		return errors.New(wording.RestoreNewer(file, bad.Is.By, bad.Is.Version, store.ExportVersion()))
	case store.FlawCut:
		return errors.New(wording.RestoreCut(file, bad.Line))
	case store.FlawAltered:
		return errors.New(wording.RestoreAltered(file, bad.Line))
	}
	return errors.New(wording.RestoreUnreadable(file, bad.Line))
}
