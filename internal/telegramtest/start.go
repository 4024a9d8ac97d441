package telegramtest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"
)

// Start runs a pretend Telegram on a port of this machine until the test ends,
// and returns the address the bot is to use. The test fails if the bot made a
// mistake.
func Start(t testing.TB, c Config) (s *Server, url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s = New(c)
	t.Cleanup(serve(t, s, l))
	return s, "http://" + l.Addr().String()
}

// StartInMemory is [Start] without a network: only the returned client reaches
// the server. It is for [testing/synctest], where a minute of long polling
// takes no time; stop must be called before the bubble ends (a second time
// does nothing).
func StartInMemory(t testing.TB, c Config) (s *Server, client *http.Client, url string, stop func()) {
	t.Helper()
	s = New(c)
	l := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	transport := &http.Transport{DialContext: l.dial}
	end := serve(t, s, l)
	stop = sync.OnceFunc(func() {
		transport.CloseIdleConnections()
		end()
	})
	t.Cleanup(stop)
	return s, &http.Client{Transport: transport}, "http://telegram.test", stop
}

// serve lets s answer at l until the returned function is called.
func serve(t testing.TB, s *Server, l net.Listener) (end func()) {
	hs := &http.Server{Handler: s} //nolint:gosec // no time-outs: nobody outside reaches it
	var served sync.WaitGroup
	served.Go(func() { _ = hs.Serve(l) }) // ends with ErrServerClosed
	return func() {
		t.Helper()
		s.Close()
		_ = hs.Close() // the listener is ours alone
		served.Wait()
		for _, m := range s.Mistakes() {
			t.Errorf("the bot made a mistake: %s", m)
		}
	}
}

// pipeListener accepts what is dialled in the same process.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.closed:
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: errors.New("connection refused")}
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
