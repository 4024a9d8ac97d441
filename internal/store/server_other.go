//go:build !linux

package store

import (
	"context"
	"errors"
)

// ErrNotInstalled means that there is no Redis to start.
var ErrNotInstalled = errors.New("a private redis-server needs Linux: set REDIS_URL")

// Server is a private redis-server. There is none here: only Linux has the
// means to end it with its owner, however that ends.
type Server struct{}

// StartServer returns ErrNotInstalled.
func StartServer(context.Context, string) (*Server, error) { return nil, ErrNotInstalled }

// RunningServer reports that there is none.
func RunningServer(string) (url string, ok bool) { return "", false }

// URL returns "".
func (*Server) URL() string { return "" }

// PID returns 0.
func (*Server) PID() int { return 0 }

// Done returns nil, which is never closed.
func (*Server) Done() <-chan struct{} { return nil }

// Err returns ErrNotInstalled.
func (*Server) Err() error { return ErrNotInstalled }

// Close does nothing.
func (*Server) Close() error { return nil }
