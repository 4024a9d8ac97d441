package store

import (
	"context"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

func TestAddressSaysWhatKindOfRedis(t *testing.T) {
	tests := map[string]struct {
		url   string
		kind  string
		addrs []string
		tls   bool
	}{
		"one server":             {url: "redis://:pw@h:7000/2", kind: "server", addrs: []string{"h:7000"}},
		"the usual port":         {url: "redis://h", kind: "server", addrs: []string{"h:6379"}},
		"this machine":           {url: "redis://", kind: "server", addrs: []string{"localhost:6379"}},
		"IPv6":                   {url: "redis://[::1]:7000", kind: "server", addrs: []string{"[::1]:7000"}},
		"TLS":                    {url: "rediss://h:7000", kind: "server", addrs: []string{"h:7000"}, tls: true},
		"a socket":               {url: "unix:///run/redis.sock?db=1", kind: "server", addrs: []string{"/run/redis.sock"}},
		"several hosts":          {url: "redis://u:p@a:1,b:2", kind: "cluster", addrs: []string{"a:1", "b:2"}},
		"several, usual port":    {url: "rediss://a,b:2", kind: "cluster", addrs: []string{"a:6379", "b:2"}, tls: true},
		"Sentinels":              {url: "redis://a:1,b:2?master=m", kind: "sentinel"},
		"one Sentinel":           {url: "redis://a:1/3?master=m", kind: "sentinel"},
		"an @ in the password":   {url: "redis://:p@w@h:1", kind: "server", addrs: []string{"h:1"}},
		"a pool size in the URL": {url: "redis://h:1?pool_size=5", kind: "server", addrs: []string{"h:1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rdb, err := dial(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			defer rdb.Close()
			kind, addrs, tls := kindOf(rdb)
			if kind != tt.kind || !slices.Equal(addrs, tt.addrs) || tls != tt.tls {
				t.Errorf("%s: %s at %v (TLS %t), want %s at %v (TLS %t)", tt.url, kind, addrs, tls, tt.kind, tt.addrs, tt.tls)
			}
		})
	}
}

func kindOf(rdb redis.UniversalClient) (kind string, addrs []string, tls bool) {
	switch c := rdb.(type) {
	case *redis.ClusterClient:
		return "cluster", c.Options().Addrs, c.Options().TLSConfig != nil
	case *redis.Client:
		if c.Options().Addr == "FailoverClient" {
			return "sentinel", nil, c.Options().TLSConfig != nil
		}
		return "server", []string{c.Options().Addr}, c.Options().TLSConfig != nil
	}
	return "", nil, false
}

// away returns a Redis inside the bubble, and a store on it; nobody is there
// until it is up.
func away(t *testing.T, up time.Time) (*miniredis.Miniredis, *Store) {
	m := miniredis.NewMiniRedis()
	t.Cleanup(m.Close)
	s := New(redis.NewClient(&redis.Options{
		Addr: "127.0.0.1:6379", // nobody listens there; a name would be looked up
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			if time.Now().Before(up) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
			}
			return m.Dial()
		},
		DialerRetries: 1, PoolSize: 1000, // fewer failures than this: the pool starts no goroutine of its own
		ContextTimeoutEnabled:    true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}))
	t.Cleanup(func() {
		_ = s.Close()
		synctest.Wait()
	})
	return m, s
}

func TestARedisThatIsNotThereYetIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s := away(t, time.Now().Add(8*time.Second))
		if err := s.await(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestARedisThatLoadsItsFilesIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, s := away(t, time.Now())
		m.SetError("LOADING Redis is loading the dataset in memory")
		loaded := time.AfterFunc(8*time.Second, func() { m.SetError("") })
		defer loaded.Stop()
		if err := s.await(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestARedisThatStaysAwayIsNotWaitedForForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s := away(t, time.Now().Add(time.Hour))
		start := time.Now()
		err := s.await(t.Context())
		if err == nil || !strings.Contains(err.Error(), "connection refused") {
			t.Errorf("%v, want why it could not be reached", err)
		}
		if waited := time.Since(start); waited != openWithin {
			t.Errorf("waited %s, want %s", waited, openWithin)
		}
	})
}

func TestARedisThatRefusesIsNotAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, s := away(t, time.Now())
		m.RequireAuth("another password")
		start := time.Now()
		err := s.await(t.Context())
		if err == nil || !strings.Contains(err.Error(), "NOAUTH") {
			t.Errorf("%v, want the refusal", err)
		}
		if waited := time.Since(start); waited != 0 {
			t.Errorf("waited %s for it to change its mind", waited)
		}
	})
}
