package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"donghanh/bot"
	"donghanh/config"
	"donghanh/internal/audit"
	"donghanh/internal/intake"
	"donghanh/internal/invite"
	"donghanh/internal/journey"
	"donghanh/internal/roster"
	"donghanh/internal/sheet"
	"donghanh/internal/store"
	"donghanh/internal/wording"
)

const (
	shownChanges  = 20
	shownProblems = 200
	progressAfter = 2 * time.Second // what is done by then needs no progress line
	telegramFor   = 5 * time.Second // how long its answer is waited for
)

// importLists reads people and events from spreadsheets and keeps what is new:
// all of it, or nothing while one row is wrong. Done again it changes nothing.
func importLists(ctx context.Context, args []string, e env) (err error) {
	f := flags("import")
	dry := f.Bool("dry-run", false, "show what would change")
	links := f.String("links", "", "write start codes for those not linked yet")
	template := f.String("template", "", "write a workbook to fill in")
	files, err := parseAmong(f, args)
	misuse := func(says string) error { return misused{"import", says, wording.SeeImport()} }
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, err := io.WriteString(e.out, wording.ImportHelp())
		return err
	case err != nil:
		return misuse(wording.WrongFlag(err))
	case *template != "" && (len(files) > 0 || *dry || *links != ""):
		return misuse(wording.ImportTemplateOnly())
	case *template != "" && !isXLSX(*template):
		return misuse(wording.ImportTemplateName())
	case *template == "" && len(files) == 0:
		return misuse(wording.ImportNoFile())
	case *dry && *links != "":
		return misuse(wording.ImportDryLinks())
	}
	if *links != "" && exists(*links) {
		return errors.New(wording.LinksExist(*links))
	}
	cfg, rules, err := settingsAndRules(e)
	if err != nil {
		return err
	}
	if *template != "" {
		return writeTemplate(*template, rules, e)
	}
	now := time.Now().In(journey.Zone)
	today := journey.DateOf(now)
	tables, problems, err := readTables(files)
	if err != nil {
		return err
	}
	lists, more := roster.Read(tables, today)
	problems = append(problems, more...)
	db, server, err := joinStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(), server.Close()) }()

	i := &importing{db: db, rules: rules, lists: lists, now: now, today: today, e: e, run: "import/" + invite.Letters(10)}
	changes, more, err := i.plan(ctx)
	if err != nil {
		return err
	}
	if problems = append(problems, more...); i.found(problems) {
		return errFound
	}
	if !*dry {
		if changes, err = i.save(ctx, changes); err != nil {
			return err
		}
	}
	if err := i.show(changes, *dry); err != nil || *links == "" {
		return err
	}
	return i.link(ctx, cfg, *links)
}

// misused is a usage error of import or invite, in the language of their
// findings.
type misused struct{ command, says, see string }

func (m misused) Error() string { return m.command + ": " + m.says + "; " + m.see }

func (m misused) Unwrap() error { return usageError{m.says} }

func isXLSX(file string) bool { return strings.EqualFold(filepath.Ext(file), ".xlsx") }

// exists reports whether something stands in the way of a new file.
func exists(file string) bool {
	_, err := os.Lstat(file) // #nosec G703 -- the operator names the file
	return err == nil
}

// parseAmong reads flags before, between and after the files of a command.
func parseAmong(f *flag.FlagSet, args []string) (files []string, err error) {
	for {
		if err := f.Parse(args); err != nil || f.NArg() == 0 {
			return files, err
		}
		files, args = append(files, f.Arg(0)), f.Args()[1:]
	}
}

// readSettings reads the settings.
func readSettings(e env) (config.Config, error) {
	environ, err := config.Environ(e.environ, ".env")
	if err != nil {
		return config.Config{}, err
	}
	return config.Load(environ)
}

// settingsAndRules reads the settings and the rules of the content they name.
func settingsAndRules(e env) (config.Config, *journey.Rules, error) {
	cfg, err := readSettings(e)
	if err != nil {
		return cfg, nil, err
	}
	rules, problems := journey.LoadRules(contentFiles(cfg.ContentDir))
	if rules == nil {
		return cfg, nil, fmt.Errorf("content: %w; see all: donghanh check", firstFatal(problems))
	}
	return cfg, rules, nil
}

// joinStore opens the store as serve does. Where a serve with a private Redis
// is running, it works on that one.
func joinStore(ctx context.Context, cfg config.Config) (*store.Store, redisServer, error) {
	if cfg.RedisURL == "" {
		if url, ok := store.RunningServer(cfg.DataDir); ok {
			db, err := store.Open(ctx, url)
			if err != nil {
				return nil, nil, fmt.Errorf("%s is in use by another donghanh whose Redis does not answer: %w; try again, or stop that one", cfg.DataDir, err)
			}
			return whole(ctx, cfg, db, elsewhere{})
		}
	}
	return openStore(ctx, cfg)
}

// readTables reads the files. A file that cannot be opened is an error at once.
func readTables(files []string) (tables []roster.Table, problems []roster.Problem, err error) {
	for _, file := range files {
		read, problem, err := sheet.ReadFile(file)
		var path *fs.PathError
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, nil, errors.New(wording.NoSuchFile(file))
		case errors.Is(err, fs.ErrPermission):
			return nil, nil, errors.New(wording.NotReadable(file))
		case errors.Is(err, syscall.EISDIR):
			return nil, nil, errors.New(wording.NotAFile(file))
		case errors.As(err, &path):
			return nil, nil, fmt.Errorf("import: %s: %w", file, path.Err)
		case err != nil:
			return nil, nil, fmt.Errorf("import: %w", err)
		case problem != nil:
			problems = append(problems, *problem)
		}
		tables = append(tables, read...)
	}
	return tables, problems, nil
}

// importing is one run of import.
type importing struct {
	db    *store.Store
	rules *journey.Rules
	lists roster.Lists
	now   time.Time
	today journey.Date
	e     env
	run   string // names this run in the log
}

// note writes down what is about to be done to somebody, by nobody known: who
// may run commands on the server is known to the server alone.
func (i *importing) note(ctx context.Context, act audit.Act, of map[journey.Code]string) error {
	entries := make([]audit.Entry, 0, len(of))
	for _, code := range slices.Sorted(maps.Keys(of)) {
		entries = append(entries, audit.Entry{ID: fmt.Sprintf("%s/%s/%s", i.run, act, code), At: i.now, Act: act, Of: code, Note: of[code]})
	}
	if err := i.db.Note(ctx, entries...); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	return nil
}

// title words an event.
func (i *importing) title(id journey.EventID) string {
	rule, _ := i.rules.Event(id)
	return rule.Title
}

// intake is the same for the package that does it.
func (i *importing) intake() *intake.Intake {
	return &intake.Intake{Kept: i.db, Rules: i.rules, Lists: i.lists, Now: i.now, Note: func(ctx context.Context, changes []roster.Change) error {
		notes := map[journey.Code]string{}
		for _, c := range changes {
			notes[c.Track.Person.Code] = "import " + c.Note()
		}
		return i.note(ctx, audit.Imported, notes)
	}}
}

// plan returns what the lists change in what is stored.
func (i *importing) plan(ctx context.Context) ([]roster.Change, []roster.Problem, error) {
	return i.intake().Plan(ctx)
}

func (i *importing) tracks(ctx context.Context, codes []journey.Code) (map[journey.Code]journey.Track, error) {
	return i.intake().Tracks(ctx, codes)
}

// found prints the problems and reports whether the lists cannot be taken.
func (i *importing) found(problems []roster.Problem) bool {
	i.lists.InOrder(problems)
	fatal, shown, notes := 0, 0, 0
	for _, p := range problems {
		if !p.Fatal() {
			if notes++; notes > shownProblems {
				continue
			}
			_, _ = fmt.Fprintln(i.e.err, "nhắc  "+wording.RosterProblem(p, i.title))
			continue
		}
		if fatal++; fatal <= shownProblems {
			shown++
			_, _ = fmt.Fprintln(i.e.err, "LỖI  "+wording.RosterProblem(p, i.title))
		}
	}
	if notes > shownProblems {
		_, _ = fmt.Fprintln(i.e.err, wording.RosterMoreNotes(notes-shownProblems))
	}
	if fatal == 0 {
		return false
	}
	if fatal > shown {
		_, _ = fmt.Fprintln(i.e.err, wording.RosterMoreProblems(fatal-shown))
	}
	_, _ = fmt.Fprintln(i.e.err, wording.RosterRefused(fatal))
	return true
}

// show prints what changed, or in a dry run would change.
func (i *importing) show(changes []roster.Change, dry bool) error {
	var out strings.Builder
	for _, c := range changes[:min(len(changes), shownChanges)] {
		fmt.Fprintln(&out, wording.RosterChange(c, i.title))
	}
	if more := len(changes) - shownChanges; more > 0 {
		fmt.Fprintln(&out, wording.RosterMore(more))
	}
	fmt.Fprintln(&out, wording.RosterSummary(i.totals(changes), dry))
	_, err := fmt.Fprint(i.e.out, out.String())
	return err
}

func (i *importing) totals(changes []roster.Change) wording.RosterTotals {
	people, events := i.lists.Rows()
	return wording.TotalsOf(people, events, changes)
}

// save stores the changes and returns all that were made. Where the bot has
// changed somebody meanwhile, the lists are laid beside what is known now.
func (i *importing) save(ctx context.Context, changes []roster.Change) (saved []roster.Change, err error) {
	begun, showed := time.Now(), false
	in := i.intake()
	in.Progress = func(saved int) {
		if showed = showed || time.Since(begun) > progressAfter; showed {
			_, _ = fmt.Fprint(i.e.err, "\r"+wording.RosterProgress(saved, len(changes)))
		}
	}
	saved, problems, err := in.Save(ctx, changes)
	if showed {
		_, _ = fmt.Fprintln(i.e.err)
	}
	if err == nil && i.found(problems) {
		err = errFound
	}
	return saved, err
}

// link makes a start code for each person of the lists who is not linked, and
// writes them to a file only the operator may read.
func (i *importing) link(ctx context.Context, cfg config.Config, file string) error {
	out, err := os.OpenFile(file+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // #nosec G304 -- the operator names the file
	if err != nil {
		return fmt.Errorf("--links: %w", err)
	}
	defer func() {
		_ = out.Close()
		_ = os.Remove(file + ".new") // not there once all went well
	}()
	known, err := i.tracks(ctx, i.lists.Codes())
	if err != nil {
		return err
	}
	var open []journey.Person
	codes := map[journey.Code]string{}
	for _, code := range i.lists.Listed() {
		if t, ok := known[code]; ok && t.Account == 0 {
			open = append(open, t.Person)
			codes[code] = invite.StartCode()
		}
	}
	username := ""
	if len(open) > 0 {
		if username = botUsername(ctx, cfg); username == "" {
			_, _ = fmt.Fprintln(i.e.err, "nhắc  "+wording.RosterNoUsername())
		}
	}
	rows := [][]string{{"code", "name", "role", "start_code", "link"}}
	for _, p := range open {
		rows = append(rows, []string{string(p.Code), p.Name, audit.Roles(p), codes[p.Code], invite.Link(username, codes[p.Code])})
	}
	write := sheet.WriteCSV
	if isXLSX(file) {
		write = sheet.WriteXLSX
	}
	if err := errors.Join(out.Chmod(0o600), write(out, rows), out.Close()); err != nil {
		return fmt.Errorf("--links: %w", err)
	}
	if exists(file) { // meanwhile
		return errors.New(wording.LinksExist(file))
	}
	invited := make(map[journey.Code]string, len(codes))
	for code := range codes {
		invited[code] = "import --links"
	}
	if err := i.note(ctx, audit.Invited, invited); err != nil {
		return err
	}
	if err := i.db.KeepStartCodes(ctx, codes, i.now.Add(invite.For)); err != nil {
		return fmt.Errorf("--links: %w; run it again", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("--links: %w", err)
	}
	_, err = fmt.Fprintln(i.e.out, wording.RosterLinks(len(open), file))
	return err
}

// writeTemplate writes a workbook to fill in, which can be imported as it is:
// the lists with an example of each, and what may stand in them.
func writeTemplate(file string, rules *journey.Rules, e env) error {
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) // #nosec G302 G304 -- nothing in it is private, and the operator names it
	if errors.Is(err, fs.ErrExist) {
		return errors.New(wording.FileExists("--template", file))
	}
	if err != nil {
		return fmt.Errorf("--template: %w", err)
	}
	if err := errors.Join(sheet.WriteWorkbook(out, wording.Template(rules)), out.Close()); err != nil {
		return fmt.Errorf("--template: %w", errors.Join(err, os.Remove(file)))
	}
	_, err = fmt.Fprintln(e.out, wording.TemplateWritten(file))
	return err
}

// botUsername is the name of the bot at Telegram; empty when it is not known.
func botUsername(ctx context.Context, cfg config.Config) string {
	if cfg.TelegramToken == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, telegramFor)
	defer cancel()
	client := bot.New(bot.Config{Token: string(cfg.TelegramToken), API: cfg.TelegramAPI, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	name, err := client.Me(ctx)
	if err != nil {
		return "" // not reached, or it does not know the token: serve says so
	}
	return name
}
