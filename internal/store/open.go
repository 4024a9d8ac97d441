package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// errURL never quotes the URL: it may hold a password.
var errURL = errors.New("not a Redis address; want redis://[user:password@]host:port[/db], rediss://…, " +
	"unix:///path/to.sock, redis://a:1,b:2 for a Cluster or redis://a:1,b:2?master=NAME for Sentinel")

const (
	openWithin = 10 * time.Second       // how long Open waits for the first answer
	askEvery   = 100 * time.Millisecond // meanwhile
)

// Open connects to the Redis at rawURL and waits for its first answer, for a
// limited time: one that is about to start or loads its files is waited for.
//
// redis://, rediss:// (TLS) and unix:// name one server; several hosts,
// "redis://a:1,b:2", are a Cluster; with "?master=name" they are Sentinels. No
// error of it contains a password.
func Open(ctx context.Context, rawURL string) (*Store, error) {
	rdb, err := dial(rawURL)
	if err != nil {
		return nil, err
	}
	s := New(rdb)
	if err := s.await(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// await waits until Redis answers, for a limited time.
func (s *Store) await(ctx context.Context) error {
	return poll(ctx, openWithin, askEvery, func(ctx context.Context) (final bool, err error) {
		err = s.Ping(ctx)
		return refuses(err), err
	})
}

// refuses says whether Redis itself answered that it will not have us, with a
// wrong password say. Everything else may mend itself: nobody there, a Redis
// that loads its files, a Cluster or Sentinels without a master yet.
func refuses(err error) bool {
	_, answered := errors.AsType[redis.Error](err)
	return answered && !redis.IsLoadingError(err) && !redis.IsMasterDownError(err) && !redis.IsClusterDownError(err) &&
		!redis.IsTryAgainError(err) && !redis.IsMaxClientsError(err)
}

// poll calls f until it has no error or a final one, for a limited time. It
// returns the last error that says more than that the time is over.
func poll(ctx context.Context, within, every time.Duration, f func(context.Context) (final bool, err error)) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(every)
	defer tick.Stop()
	var last error
	for {
		final, err := f(ctx)
		if err == nil || final {
			return err
		}
		if last == nil || ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return last
		case <-tick.C:
		}
	}
}

// dial returns a client for rawURL without connecting.
func dial(rawURL string) (redis.UniversalClient, error) {
	redis.SetLogger(silent{})
	one, hosts, master, err := splitURL(rawURL)
	if err != nil {
		return nil, err
	}
	o, err := redis.ParseURL(one)
	if err != nil {
		return nil, errURL
	}
	o.ContextTimeoutEnabled = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	if len(hosts) == 1 && master == "" {
		return redis.NewClient(o), nil
	}
	return redis.NewUniversalClient(&redis.UniversalOptions{
		Addrs:                    hosts,
		MasterName:               master,
		Username:                 o.Username,
		Password:                 o.Password,
		DB:                       o.DB,
		TLSConfig:                o.TLSConfig,
		ContextTimeoutEnabled:    true,
		MaintNotificationsConfig: o.MaintNotificationsConfig,
	}), nil
}

// splitURL returns rawURL with its first host alone, all hosts, and the name
// of the Sentinel master. It works by hand, since net/url takes no list of
// hosts.
func splitURL(rawURL string) (one string, hosts []string, master string, err error) {
	scheme, rest, ok := strings.Cut(rawURL, "://")
	if !ok {
		return "", nil, "", errURL
	}
	rest, query, _ := strings.Cut(rest, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", nil, "", errURL
	}
	master = values.Get("master")
	values.Del("master")

	login := ""
	if i := strings.LastIndex(rest, "@"); i >= 0 {
		login, rest = rest[:i+1], rest[i+1:]
	}
	path := ""
	if i := strings.Index(rest, "/"); i >= 0 {
		rest, path = rest[:i], rest[i:]
	}
	hosts = strings.Split(rest, ",")
	for i, h := range hosts {
		if h == "" && (len(hosts) > 1 || master != "") {
			return "", nil, "", fmt.Errorf("host %d of %d is empty: %w", i+1, len(hosts), errURL)
		}
		if len(hosts) > 1 && !strings.Contains(h, ":") {
			hosts[i] = h + ":6379"
		}
	}
	one = scheme + "://" + login + hosts[0] + path
	if len(values) > 0 {
		one += "?" + values.Encode()
	}
	return one, hosts, master, nil
}

// silent drops what go-redis would print by itself; its errors come back from
// the calls.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}
