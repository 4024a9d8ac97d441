package main

import (
	"context"
	"log/slog"
	"sync/atomic"
)

// counted is a log handler that counts what it passes on.
type counted struct {
	slog.Handler
	*records
}

// records are how many lines were logged, by level.
type records struct{ warnings, errors atomic.Int64 }

// Handle counts a record and passes it on.
func (c *counted) Handle(ctx context.Context, r slog.Record) error {
	switch {
	case r.Level >= slog.LevelError:
		c.errors.Add(1)
	case r.Level >= slog.LevelWarn:
		c.warnings.Add(1)
	}
	return c.Handler.Handle(ctx, r)
}

// WithAttrs and WithGroup return handlers that count into the same records.
func (c *counted) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &counted{Handler: c.Handler.WithAttrs(attrs), records: c.records}
}

// WithGroup is like WithAttrs.
func (c *counted) WithGroup(name string) slog.Handler {
	return &counted{Handler: c.Handler.WithGroup(name), records: c.records}
}
