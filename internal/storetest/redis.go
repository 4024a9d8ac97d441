package storetest

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"
	"time"

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
		Addr: "127.0.0.1:6379", // nobody listens there; a name would be looked up
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			c, err := m.Dial()
			if err != nil {
				return nil, err
			}
			return buffered(c), nil
		},
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

// conn is one end of a pipe that takes what is written to it at once, as a
// socket does. A bare net.Pipe takes it only while it is read: a client that
// sends many commands before it reads the first answer would wait for a server
// that waits for the client.
type conn struct {
	net.Conn
	out  chan []byte
	done chan struct{}
	once sync.Once
}

// bufferedWrites is how many writes a conn takes before it is read.
const bufferedWrites = 1 << 12

// buffered returns c with a buffer before it.
func buffered(c net.Conn) net.Conn {
	b := &conn{Conn: c, out: make(chan []byte, bufferedWrites), done: make(chan struct{})}
	go b.pump()
	return b
}

func (c *conn) pump() {
	for {
		select {
		case <-c.done:
			return
		case b := <-c.out:
			if _, err := c.Conn.Write(b); err != nil {
				_ = c.Close()
				return
			}
		}
	}
}

func (c *conn) Write(b []byte) (int, error) {
	select {
	case <-c.done:
		return 0, net.ErrClosed
	case c.out <- bytes.Clone(b):
		return len(b), nil
	}
}

func (c *conn) Close() error {
	c.once.Do(func() { close(c.done) })
	return c.Conn.Close()
}

// SetDeadline and SetWriteDeadline leave writing alone: the buffer takes it.
func (c *conn) SetDeadline(t time.Time) error    { return c.SetReadDeadline(t) }
func (c *conn) SetWriteDeadline(time.Time) error { return nil }
