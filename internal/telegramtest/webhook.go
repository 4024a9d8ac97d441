package telegramtest

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// webhook is where updates go instead of into getUpdates.
type webhook struct {
	url    string
	secret string
	stop   context.CancelFunc
	done   chan struct{} // closed when its courier has ended
}

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

func (s *Server) setWebhook(r *request) (any, error) {
	if err := s.allow(r); err != nil {
		return nil, err
	}
	if r.params["url"] == "" {
		return s.deleteWebhook(r)
	}
	if u, err := url.Parse(r.params["url"]); err != nil || u.Host == "" {
		return nil, badRequest("bad webhook: invalid webhook URL specified")
	}
	secret, given := r.params["secret_token"]
	if given && !secretForm.MatchString(secret) {
		return nil, badRequest("secret token contains unallowed characters")
	}
	connections, err := r.number("max_connections", 40)
	if err != nil {
		return nil, err
	}
	if connections < 1 || connections > 100 {
		return nil, badRequest("max_connections %d is not between 1 and 100", connections)
	}
	if err := s.dropPending(r); err != nil {
		return nil, err
	}
	before := s.stopHook()
	ctx, stop := context.WithCancel(context.Background())
	s.hook = &webhook{url: r.params["url"], secret: secret, stop: stop, done: make(chan struct{})}
	if isClosed(s.closed) {
		stop()
	}
	hook := s.hook
	s.hooks.Go(func() {
		defer close(hook.done)
		if before != nil {
			<-before.done // two couriers would mix the order
		}
		s.carry(ctx, hook)
	})
	s.stir()
	return true, nil
}

func (s *Server) deleteWebhook(r *request) (any, error) {
	if err := s.dropPending(r); err != nil {
		return nil, err
	}
	s.stopHook()
	s.stir()
	return true, nil
}

func (s *Server) dropPending(r *request) error {
	drop, err := r.flag("drop_pending_updates")
	if drop {
		s.updates = nil
	}
	return err
}

// stopHook ends the delivery to the webhook, if there is one, and returns it.
func (s *Server) stopHook() *webhook {
	hook := s.hook
	if hook != nil {
		hook.stop()
		s.hook = nil
	}
	return hook
}

// carry delivers one update after the other to a webhook, each until it is
// accepted, until ctx ends.
func (s *Server) carry(ctx context.Context, hook *webhook) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: time.Minute}
	const shortest, longest = 50 * time.Millisecond, 10 * time.Second
	pause := shortest
	for ctx.Err() == nil {
		s.mu.Lock()
		wake := s.wake
		var next *update
		if len(s.updates) > 0 {
			next = &s.updates[0]
		}
		s.mu.Unlock()
		if next == nil {
			select {
			case <-wake:
			case <-ctx.Done():
			}
			continue
		}
		if post(ctx, client, hook, next.body) {
			pause = shortest
			s.mu.Lock()
			s.confirm(next.id + 1)
			s.mu.Unlock()
			continue
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
		}
		pause = min(2*pause, longest)
	}
}

// post reports whether the bot accepted an update.
func post(ctx context.Context, client *http.Client, hook *webhook, body []byte) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	if hook.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", hook.secret)
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close() // what it says is of no interest
	return resp.StatusCode/100 == 2
}
