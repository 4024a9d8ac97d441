package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"donghanh/bot"
	"donghanh/config"
	"donghanh/handlers"
	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/outbox"
	"donghanh/internal/roster"
	"donghanh/internal/sheet"
	"donghanh/internal/store"
	"donghanh/internal/wording"
	"donghanh/scheduler"
)

// serve runs the bot until ctx ends or a part of it fails.
func serve(ctx context.Context, args []string, e env) (err error) {
	f := flags("serve")
	clock := f.String("clock", "", "for rehearsals: the clock starts there and runs on")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	environ, err := config.Environ(e.environ, ".env")
	if err != nil {
		return err
	}
	cfg, err := config.Load(environ)
	if err := errors.Join(err, cfg.ForServe()); err != nil {
		return err
	}
	now, err := clockFrom(*clock, cfg.TelegramAPI)
	if err != nil {
		return err
	}
	log := logger(cfg, e)
	lib, db, server, err := open(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(), server.Close()) }()
	number, _, _ := strings.Cut(string(cfg.TelegramToken), ":")
	if changed, err := db.OfBot(ctx, number); err != nil {
		return err
	} else if changed {
		log.Warn("another bot than before: conversations of the last day are forgotten, links stay", "bot", number)
	}

	b := &bots{
		log: log, now: now, lib: lib, db: db, rate: cfg.SendRate, above: cfg.ApprovalAbove, mentorLimit: cfg.MentorLimit, admins: addresses(cfg.AdminIDs),
		hours:  journey.Hours{At: cfg.RemindAt.SinceMidnight(), QuietFrom: cfg.QuietHours.From.SinceMidnight(), QuietTo: cfg.QuietHours.To.SinceMidnight()},
		client: bot.New(bot.Config{Token: string(cfg.TelegramToken), API: cfg.TelegramAPI, Now: now, Log: log}),
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("LISTEN: %w", err)
	}
	b.feedURL = feedAddress(cfg.WebhookURL)
	mux := http.NewServeMux()
	mux.Handle("GET /lich/{file}", b.feeds())
	mux.HandleFunc("GET /healthz", b.health)
	mux.Handle("GET /metrics", b.metrics())
	receive := b.poll
	if cfg.WebhookURL != "" {
		mux.Handle("/telegram", b.client.Webhook(string(cfg.WebhookSecret), b.handle, db.Aside))
		receive = func(ctx context.Context) error {
			return b.receiveAt(ctx, cfg.WebhookURL, string(cfg.WebhookSecret))
		}
	}
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	defer signal.Stop(reload)
	log.Info("started", "version", version, "entries", len(lib.Book().Entries), "awaiting_approval", len(lib.Book().Awaiting()), "listen", listener.Addr().String())
	return b.run(ctx,
		receive,
		func(ctx context.Context) error { return lib.Watch(ctx, reload) },
		func(ctx context.Context) error { return serveHTTP(ctx, listener, mux) },
		func(ctx context.Context) error { return watch(ctx, server) },
	)
}

// clockFrom returns the clock of the process, or one that starts at a moment
// of a rehearsal. Real people must not be written to by a wrong clock.
func clockFrom(start, api string) (func() time.Time, error) {
	now := func() time.Time { return time.Now().In(journey.Zone) }
	if start == "" {
		return now, nil
	}
	at, err := time.Parse(time.RFC3339, start)
	if err != nil {
		return nil, usageError{fmt.Sprintf("serve: --clock %q is not a time such as 2027-01-20T06:59:50+07:00", start)}
	}
	if isTelegrams(api) {
		return nil, usageError{"serve: --clock is for rehearsals and needs TELEGRAM_API set to a pretend Telegram"}
	}
	shift := time.Until(at)
	return func() time.Time { return now().Add(shift) }, nil
}

// isTelegrams reports whether an address leads to Telegram itself, however it
// is written.
func isTelegrams(address string) bool {
	host := func(address string) string {
		u, err := url.Parse(address)
		if err != nil {
			return ""
		}
		return strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	}
	return host(address) == host(config.TelegramsOwn)
}

func logger(cfg config.Config, e env) *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.Level(cfg.LogLevel)}
	if cfg.LogFormat == "text" {
		return slog.New(&counted{Handler: slog.NewTextHandler(e.err, options), records: &records{}})
	}
	return slog.New(&counted{Handler: slog.NewJSONHandler(e.err, options), records: &records{}})
}

// open reads the content while Redis starts: together they are most of the
// time to the first answer.
func open(ctx context.Context, cfg config.Config, log *slog.Logger) (lib *library, db *store.Store, server redisServer, err error) {
	var both errgroup.Group
	both.Go(func() (err error) {
		lib, err = openLibrary(contentFiles(cfg.ContentDir), filepath.Join(cfg.DataDir, "learned"), log)
		return err
	})
	both.Go(func() (err error) {
		db, server, err = openStore(ctx, cfg)
		return err
	})
	err = both.Wait()
	if err != nil && db != nil {
		err = errors.Join(err, db.Close(), server.Close())
	}
	return lib, db, server, err
}

// openStore opens REDIS_URL, or a private redis-server with its files in the
// data folder.
func openStore(ctx context.Context, cfg config.Config) (*store.Store, redisServer, error) {
	if cfg.RedisURL != "" {
		db, err := store.Open(ctx, string(cfg.RedisURL))
		if err != nil {
			return nil, nil, fmt.Errorf("REDIS_URL: %w; start that Redis or correct REDIS_URL, or leave it empty: the bot then starts a Redis of its own", err)
		}
		return whole(ctx, cfg, db, elsewhere{})
	}
	server, err := store.StartServer(ctx, cfg.DataDir)
	if err != nil {
		return nil, nil, err
	}
	db, err := store.Open(ctx, server.URL())
	if err != nil {
		return nil, nil, errors.Join(err, server.Close())
	}
	// Nobody else can hold a lease of a private server: what was in flight
	// when the last process died goes on at once.
	if _, err := db.Recover(ctx); err != nil {
		return nil, nil, errors.Join(err, db.Close(), server.Close())
	}
	return whole(ctx, cfg, db, server)
}

// whole returns a store and its server, unless a restoration into it broke off:
// a bot would begin anew with what is missing.
func whole(ctx context.Context, cfg config.Config, db *store.Store, server redisServer) (*store.Store, redisServer, error) {
	err := db.Whole(ctx)
	if errors.Is(err, store.ErrHalfRestored) {
		err = errors.New(wording.RestoreHalf(folderOf(cfg)))
	}
	if err != nil {
		return nil, nil, errors.Join(err, db.Close(), server.Close())
	}
	return db, server, nil
}

// redisServer is a private server, or none.
type redisServer interface {
	Done() <-chan struct{}
	Err() error
	Close() error
}

// elsewhere is a server that is not ours to stop.
type elsewhere struct{}

func (elsewhere) Done() <-chan struct{} { return nil }
func (elsewhere) Err() error            { return nil }
func (elsewhere) Close() error          { return nil }

// watch ends the bot when its private server ended by itself.
func watch(ctx context.Context, server redisServer) error {
	select {
	case <-ctx.Done():
		return nil
	case <-server.Done():
		return server.Err()
	}
}

func addresses(ids []int64) []chat.Address {
	out := make([]chat.Address, len(ids))
	for i, id := range ids {
		out[i] = chat.Address(id)
	}
	return out
}

// feedAddress is what stands before the secret of a calendar feed: the host that
// Telegram reaches. Without a webhook there is no address that a phone could
// reach, and no feed is offered.
func feedAddress(webhook string) string {
	u, err := url.Parse(webhook)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/lich/"
}

// bots is one running bot: everything it needs, wired.
type bots struct {
	log         *slog.Logger
	now         func() time.Time
	lib         *library
	db          *store.Store
	client      *bot.Client
	rate        int
	admins      []chat.Address // those the settings name
	hours       journey.Hours
	above       int // recipients from which on a notice needs a second officer
	mentorLimit int
	called      atomic.Pointer[string] // the bot's name at Telegram, once it is known
	feedURL     string
	menus       chan menu
	handlers    *handlers.Handlers
	held        atomic.Int64    // messages that were not let out, see guard
	ticks       scheduler.Ticks // of the jobs
}

// menu is the command menu a conversation is to get.
type menu struct {
	of    chat.Address
	roles []journey.Role
}

// menusWaiting is how many menus may wait to be set. One more is left as it is:
// commands work without it.
const menusWaiting = 1000

// run runs the parts every bot has, and those given, until ctx ends or one
// fails; then it waits for all.
func (b *bots) run(ctx context.Context, more ...func(context.Context) error) error {
	b.menus = make(chan menu, menusWaiting)
	b.handlers = handlers.New(b.parts())
	notices := b.notices()
	defer context.AfterFunc(ctx, func() {
		signal.Reset(os.Interrupt, syscall.SIGTERM)
		b.log.Info("ending; a second signal ends it at once")
	})()
	courier := &outbox.Courier{
		Queue: b.db, Sender: b.client, Make: b.making(notices), Guard: b.guard,
		Pace: outbox.Pace{Rate: b.rate, Lease: leaseFor}, Now: b.now, Log: b.log,
	}
	b.db.OnPut(courier.Wake)
	b.db.OnUnreadable(func(code journey.Code, why error) { b.log.Error("somebody is left out", "code", code, "err", why) })
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return courier.Run(ctx) })
	group.Go(func() error {
		return scheduler.Run(ctx, b.now, b.log, b.ticks.Watch(b.now, b.jobs()...)...)
	})
	group.Go(func() error { return notices.Run(ctx) })
	group.Go(func() error { b.introduce(ctx); return nil })
	group.Go(func() error { b.setMenus(ctx); return nil })
	for _, part := range more {
		group.Go(func() error { return part(ctx) })
	}
	return group.Wait()
}

// parts are what the handlers are made of.
func (b *bots) parts() handlers.Parts {
	return handlers.Parts{
		Talks: b.db, People: b.db, Desk: b.db, Outbox: b.db, Book: b.lib.Book, Rules: b.lib.Rules, Admins: b.admins, OnDuty: b.atDesk, Log: b.log,
		Hours: b.hours, FeedURL: b.feedURL, Introduce: b.hasRoles,
		Notices: b.db, Audit: b.db, ApprovalAbove: b.above, Rate: b.rate, Fetch: b.client.Fetch,
		ReadSheet: readSent, Workbook: sheet.Workbook, MentorLimit: b.mentorLimit, Username: b.username,
	}
}

// notices sends the notices of officers.
func (b *bots) notices() *scheduler.Notices {
	left := func(code journey.Code, why any) {
		b.log.Error("somebody cannot be counted among those a notice reaches", "code", code, "why", fmt.Sprint(why))
	}
	return &scheduler.Notices{
		Store: b.db, Outbox: b.db, Audience: scheduler.Reached(b.db, b.lib.Rules, left), Ask: b.handlers.AskSecond,
		Texts: scheduler.NoticeTexts{Notice: wording.NoticeMessage, Remind: wording.NoticeReminder, Progress: wording.NoticeProgress, Done: wording.NoticeDone},
		Hours: b.hours, Rate: b.rate, Above: b.above, Now: b.now, Log: b.log,
	}
}

// making makes the texts that are made when they leave: those of notices, and
// digests.
func (b *bots) making(notices *scheduler.Notices) func(context.Context, chat.Message, time.Time) (chat.Message, error) {
	digest := scheduler.Maker(b.db, b.db, b.lib.Rules, b.hours)
	return func(ctx context.Context, m chat.Message, now time.Time) (chat.Message, error) {
		if strings.HasPrefix(m.Make, "digest/") {
			return digest(ctx, m, now)
		}
		return notices.Make(ctx, m, now)
	}
}

// guard holds back what has a number that may name a person. The operator hears
// of it by the key of the message alone.
func (b *bots) guard(m chat.Message) (chat.Message, error) {
	passed, held, err := wording.Guarded(m)
	if held {
		b.held.Add(1)
		b.log.Error("a message was held back: it has a number as on a card or of a phone", "key", m.Key)
	}
	return passed, err
}

// sentUnpacked is how many bytes a list that is sent to the bot may have once
// unpacked: others wait while it is read.
const sentUnpacked = 100 << 20

// readSent reads a list that was sent to the bot.
func readSent(file string, data []byte) ([]roster.Table, *roster.Problem) {
	return sheet.ReadWithin(file, data, sentUnpacked)
}

// jobs are what the clock brings about.
func (b *bots) jobs() []scheduler.Job {
	return []scheduler.Job{
		scheduler.Remind(scheduler.Reminding{Tracks: b.db, Inboxes: b.db, Outbox: b.db, Desk: b.db, Rules: b.lib.Rules, Hours: b.hours, Admins: b.admins, Log: b.log}),
		scheduler.DeskDigest(b.db, b.db, b.hours.At, b.adminsApart),
		{Name: "log", Do: func(ctx context.Context, now time.Time) error {
			_, err := b.db.DropAudit(ctx, now.AddDate(-audit.KeptYears, 0, 0))
			return err
		}},
	}
}

func (b *bots) handle(ctx context.Context, in chat.Incoming) error {
	return b.handlers.Handle(ctx, in)
}

// poll receives updates by long polling, which Telegram refuses while a
// webhook of an earlier run is set.
func (b *bots) poll(ctx context.Context) error {
	err := b.persist(ctx, "webhook not taken away yet", func() error { return b.client.DeleteWebhook(ctx) })
	if err != nil {
		return err
	}
	return b.client.Poll(ctx, b.handle, b.db.Aside)
}

// receiveAt has Telegram bring updates to an address, and asks every minute
// whether it is still there: a webhook hears nothing while nobody writes.
func (b *bots) receiveAt(ctx context.Context, url, secret string) error {
	err := b.persist(ctx, "webhook not set yet", func() error { return b.client.SetWebhook(ctx, url, secret) })
	if err != nil {
		return err
	}
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		_, err := b.client.Me(ctx)
		if stop, ok := errors.AsType[*chat.Stop](err); ok {
			return stop
		}
		if err != nil && ctx.Err() == nil {
			b.log.Warn("Telegram does not answer", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// introduce sets the command menus and the description, each until it worked.
// The bot works without them, so Telegram being down only delays it.
func (b *bots) introduce(ctx context.Context) {
	b.set(ctx, "name", func() error {
		name, err := b.client.Me(ctx)
		if err == nil {
			b.called.Store(&name)
		}
		return err
	})
	b.set(ctx, "menu", func() error { return b.setMenu(ctx, everyone) })
	for _, who := range b.admins {
		b.set(ctx, "menu of an admin", func() error { return b.setMenu(ctx, who, journey.Admin) })
	}
	b.set(ctx, "description", func() error { return b.client.SetDescription(ctx, wording.Description()) })
}

// setMenus sets the menus of those who are linked, or no longer, until ctx
// ends.
func (b *bots) setMenus(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-b.menus:
			b.set(ctx, "menu of a person", func() error { return b.setMenu(ctx, m.of, m.roles...) })
		}
	}
}

// set does something at Telegram until it worked or was refused for good.
func (b *bots) set(ctx context.Context, what string, do func() error) {
	if err := b.persist(ctx, what+" not set yet", do); err != nil {
		b.log.Warn(what+" not set", "err", err)
	}
}

// username is the bot's name at Telegram, without its @; empty while it is not
// known.
func (b *bots) username() string {
	if name := b.called.Load(); name != nil {
		return *name
	}
	return ""
}

// hasRoles has a conversation get the menu of those roles, soon.
func (b *bots) hasRoles(who chat.Address, roles []journey.Role) {
	select {
	case b.menus <- menu{who, roles}:
	default:
		b.log.Warn("too many menus wait; one is left as it is", "chat", who.String())
	}
}

// leaseFor is how long a claimed message may be under way. It outlives the
// longest delivery, so that a lease that ran out means a courier that died.
const leaseFor = 30 * time.Second

// everyone is the address of the menu for those the bot does not know.
const everyone = chat.Address(0)

// setMenu sets the menu of a conversation; one who never wrote has none yet.
func (b *bots) setMenu(ctx context.Context, to chat.Address, roles ...journey.Role) error {
	var commands []bot.Command
	for _, c := range b.handlers.Menu(roles...) {
		commands = append(commands, bot.Command{Name: c.Name, Description: c.Does})
	}
	err := b.client.SetCommands(ctx, to, commands)
	if _, gone := errors.AsType[*chat.Unreachable](err); gone {
		return nil
	}
	return err
}

// atDesk lists those who look after waiting questions and can be written to.
func (b *bots) atDesk(ctx context.Context) ([]chat.Address, error) {
	staff, err := b.db.Staff(ctx)
	if err != nil {
		return nil, err
	}
	var codes []journey.Code
	for _, p := range staff {
		if p.Has(journey.AtDesk...) {
			codes = append(codes, p.Code)
		}
	}
	tracks, err := b.db.Tracks(ctx, codes...)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(b.admins)
	for _, t := range tracks {
		if who := chat.Address(t.Account); who != 0 && !slices.Contains(out, who) {
			out = append(out, who)
		}
	}
	return out, nil
}

// adminsApart lists the admins whom only the settings name: those in the lists
// hear of waiting questions in their own digest.
func (b *bots) adminsApart(ctx context.Context) (apart []chat.Address, err error) {
	for _, who := range b.admins {
		code, err := b.db.PersonAt(ctx, who)
		if err != nil {
			return nil, err
		}
		if code == "" {
			apart = append(apart, who)
		}
	}
	return apart, nil
}

// persist does something at Telegram until it worked, ctx ended, or Telegram
// refused it for good. Between two tries it waits ever longer, and at least as
// long as Telegram asks.
func (b *bots) persist(ctx context.Context, what string, do func() error) error {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := do()
		var refused *chat.Refused
		var stop *chat.Stop
		if err == nil || ctx.Err() != nil {
			return nil
		}
		if errors.As(err, &refused) || errors.As(err, &stop) {
			return err
		}
		pause := wait
		if busy, ok := errors.AsType[*chat.Busy](err); ok {
			pause = max(wait, busy.After)
		}
		b.log.Warn(what, "err", err, "again_in", pause)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// askEvery is how often a bot with a webhook asks for a sign of life.
const askEvery = time.Minute

// quietFor is how long polling may have heard nothing before the bot counts as
// unwell: a long poll answers within 50 seconds.
const quietFor = 2 * time.Minute

// stuckFor is how long the same update may fail before the bot counts as unwell.
const stuckFor = 2 * time.Minute

// standsFor is how long no tick of a job may have finished before the bot
// counts as unwell; the longest take seconds.
const standsFor = 10 * time.Minute

// health says 200 when Redis and polling are well, updates get on and jobs run;
// else 503 with a line for each reason.
func (b *bots) health(w http.ResponseWriter, r *http.Request) {
	if reasons := b.unwell(r.Context()); len(reasons) > 0 {
		http.Error(w, strings.Join(reasons, "\n"), http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n")) // the asker is gone: nobody to tell
}

// unwell lists what is wrong, in words for an operator.
func (b *bots) unwell(ctx context.Context) (reasons []string) {
	if err := b.db.Alive(ctx); err != nil {
		reasons = append(reasons, err.Error())
	}
	now := b.now()
	switch heard := b.client.Heard(); {
	case heard.IsZero():
		reasons = append(reasons, "telegram: not reached yet")
	case now.Sub(heard) > quietFor && b.client.Counts().Stuck.IsZero(): // a stuck update keeps it from polling
		reasons = append(reasons, "telegram: nothing heard since "+heard.In(journey.Zone).Format(time.RFC3339))
	}
	if stuck := b.client.Counts().Stuck; !stuck.IsZero() && now.Sub(stuck) > stuckFor {
		reasons = append(reasons, "updates: the same one cannot be handled since "+stuck.In(journey.Zone).Format(time.RFC3339))
	}
	for _, tick := range b.ticks.All() {
		if now.Sub(tick.Since) > standsFor {
			reasons = append(reasons, "jobs: "+tick.Job+" did not finish since "+tick.Since.In(journey.Zone).Format(time.RFC3339))
		}
	}
	return reasons
}

// serveHTTP serves until ctx ends. Who is not done 5 seconds later is cut off.
func serveHTTP(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := server.Shutdown(ending)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	return err
}
