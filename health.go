package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"donghanh/config"
)

const (
	healthWithin = 10 * time.Second // until the bot answered
	healthBytes  = 4 << 10          // of its answer are shown
)

// health asks a running serve whether it is well, as a container without any
// other program in it must. What is wrong is the error.
func health(ctx context.Context, args []string, e env) error {
	if err := parse(flags("health"), args, 0); err != nil {
		return err
	}
	environ, err := config.Environ(e.environ, ".env")
	if err != nil {
		return err
	}
	cfg, err := config.Load(environ)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	where := near(cfg.Listen)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+where+"/healthz", nil)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	alone := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy lies between
	answer, err := alone.Do(request)
	if err != nil {
		return fmt.Errorf("health: nobody answers at %s; is donghanh serve running with this LISTEN?", where)
	}
	said, err := io.ReadAll(io.LimitReader(answer.Body, healthBytes))
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return fmt.Errorf("health: %w", err)
	}
	text := strings.ReplaceAll(strings.TrimSpace(string(said)), "\n", "; ")
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("health: %s", text)
	}
	_, err = fmt.Fprintln(e.out, text)
	return err
}

// near is an address to listen at as one on this machine to call. Names are not
// looked up: a container may know none.
func near(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	switch ip := net.ParseIP(host); {
	case host == "", ip.Equal(net.IPv4zero):
		host = "127.0.0.1"
	case ip.IsUnspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}
