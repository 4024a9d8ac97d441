package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/alicebob/miniredis/v2"

	"donghanh/bot"
	"donghanh/content"
	"donghanh/internal/demo"
	"donghanh/internal/journey"
	"donghanh/internal/store"
	"donghanh/internal/telegramtest"
)

// The people of the sample academy.
const (
	sampleStudent = 1001
	sampleMentor  = 1002
	sampleOfficer = 1003
)

// demoToken opens only the pretend Telegram of this process.
const demoToken = "1:demo"

// runDemo runs the whole product in one process: a pretend Telegram with a
// chat page, an embedded Redis, the sample academy and a clock that can be
// moved. All of it is forgotten at exit.
func runDemo(ctx context.Context, args []string, e env) (err error) {
	f := flags("demo")
	listen := f.String("listen", "127.0.0.1:8090", "address of the page")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	page, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *listen)
	if err != nil {
		return fmt.Errorf("demo: %w; another address: --listen 127.0.0.1:8091", err)
	}
	d, err := newDemo(ctx, e, time.Now())
	if err != nil {
		return errors.Join(err, page.Close())
	}
	defer func() { err = errors.Join(err, d.close()) }()
	_, err = fmt.Fprintf(e.out, "Mở http://%s trong trình duyệt. Dữ liệu giả, tắt là quên hết. Dừng: Ctrl+C.\n", page.Addr())
	if err != nil {
		return err
	}
	return d.run(ctx, page)
}

// sample is the demo, wired.
type sample struct {
	bots     *bots
	telegram *telegramtest.Server
	api      net.Listener
	redis    *miniredis.Miniredis
	page     *demo.Demo
	moved    chan struct{} // the clock was moved
}

// newDemo wires the demo, with its clock at start.
func newDemo(ctx context.Context, e env, start time.Time) (*sample, error) {
	log := slog.New(slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	lib, err := openLibrary(content.Built, "", log)
	if err != nil {
		return nil, err
	}
	clock := demo.NewClock(start.In(journey.Zone))
	redisServer := miniredis.NewMiniRedis()
	if err := redisServer.Start(); err != nil {
		return nil, fmt.Errorf("demo: embedded Redis: %w", err)
	}
	redisServer.SetTime(clock.Now())
	redisServer.ClockTTL(true) // what is kept for a day is forgotten when the clock is moved by one
	clock.OnMove(redisServer.SetTime)
	moved := make(chan struct{}, 1)
	clock.OnMove(func(time.Time) {
		select {
		case moved <- struct{}{}:
		default: // one is known already
		}
	})
	db, err := store.Open(ctx, "redis://"+redisServer.Addr())
	if err != nil {
		return nil, err
	}
	telegram := telegramtest.New(telegramtest.Config{Token: demoToken, Now: clock.Now, Bot: telegramtest.User{ID: 1, FirstName: "Đồng Hành", Username: "donghanh_bot"}})
	api, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo: pretend Telegram: %w", err)
	}
	people := []demo.Person{
		{User: telegramtest.User{ID: sampleStudent, FirstName: "Lan", LastName: "Nguyễn"}, Role: "Sinh viên", Hints: []string{"du bi bao lau v ad", "gpa bao nhieu thi dc xet", "bố em từng có án treo, em vào Đảng được không ạ", "/dieukien", "/hanhtrinh", startCommand("sv-lan")}},
		{User: telegramtest.User{ID: sampleMentor, FirstName: "Minh", LastName: "Trần"}, Role: "Người giúp đỡ", Hints: []string{"tôi được phân công giúp đỡ thì phải làm gì", "bản nhận xét đảng viên dự bị viết khi nào", "/han", "/sinhvien", startCommand("gv-minh")}},
		{User: telegramtest.User{ID: sampleOfficer, FirstName: "Hạnh", LastName: "Phạm"}, Role: "Cán bộ Đoàn, bí thư chi bộ", Hints: []string{"nghị quyết giới thiệu đoàn viên ưu tú do ai ra", "/thongbao", "/han", "/sinhvien", "/danhsach", "/cauhoi", startCommand("cb-hanh")}},
	}
	for _, p := range people {
		telegram.Join(p.User)
	}
	for i := range sampleOthers {
		telegram.Join(telegramtest.User{ID: int64(firstOther + i), FirstName: "Sinh viên"})
	}
	if err := settle(ctx, db, lib.Rules(), clock.Now()); err != nil {
		return nil, err
	}
	return &sample{
		telegram: telegram, api: api, redis: redisServer, moved: moved,
		page: demo.New(demo.Config{Telegram: telegram, People: people, Clock: clock, Bot: "Đồng Hành"}),
		bots: &bots{
			log: log, now: clock.Now, lib: lib, db: db, rate: 30, above: sampleApproval, mentorLimit: 5,
			hours:  journey.Hours{At: 7*time.Hour + 30*time.Minute, QuietFrom: 21*time.Hour + 30*time.Minute, QuietTo: 6*time.Hour + 30*time.Minute},
			client: bot.New(bot.Config{Token: demoToken, API: "http://" + api.Addr().String(), Now: clock.Now, Log: log}),
		},
	}, nil
}

// run serves the page and the bot until ctx ends.
func (d *sample) run(ctx context.Context, page net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	telegramDone := make(chan error, 1)
	apart, stop := context.WithCancel(context.WithoutCancel(ctx)) // outlives the bot, which says goodbye to it
	defer stop()
	go func() { telegramDone <- serveHTTP(apart, d.api, d.telegram) }()
	err := d.bots.run(ctx, d.bots.poll, d.catchUp, func(ctx context.Context) error {
		context.AfterFunc(ctx, d.page.Close) // streams end, so that the server can
		return serveHTTP(ctx, page, d.page)
	})
	d.telegram.Close()
	stop()
	return errors.Join(err, <-telegramDone)
}

// catchUp does what became due when the clock was moved. The scheduler would
// see it at its next tick, up to a minute later.
func (d *sample) catchUp(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.moved:
		}
		for _, job := range d.bots.jobs() {
			if err := job.Do(ctx, d.bots.now()); err != nil && ctx.Err() == nil {
				d.bots.log.Error("job failed", "job", job.Name, "err", err)
			}
		}
	}
}

func (d *sample) close() error {
	err := d.bots.db.Close()
	d.redis.Close()
	return err
}

var _ http.Handler = (*demo.Demo)(nil)
