package storetest

import (
	"context"
	"net"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"donghanh/internal/store"
)

// RedisURL starts a redis-server for this test and returns its address. It
// fails the test where none is installed.
func RedisURL(t testing.TB) string {
	t.Helper()
	server, err := store.StartServer(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.URL()
}

// Redis starts a redis-server for this test and returns a client to it.
func Redis(t testing.TB) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(RedisURL(t))
	if err != nil {
		t.Fatal(err)
	}
	return client(t, o)
}

// Miniredis returns a client to a Redis inside this process, and that Redis.
// It needs no network, so it may be made inside a synctest bubble.
func Miniredis(t testing.TB) (*redis.Client, *miniredis.Miniredis) {
	t.Helper()
	m := miniredis.NewMiniRedis()
	t.Cleanup(m.Close)
	rdb := client(t, &redis.Options{
		Addr:   "127.0.0.1:6379", // nobody listens there; a name would be looked up
		Dialer: func(context.Context, string, string) (net.Conn, error) { return m.Dial() },
	})
	return rdb, m
}

func client(t testing.TB, o *redis.Options) *redis.Client {
	o.ContextTimeoutEnabled = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	rdb := redis.NewClient(o)
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}
