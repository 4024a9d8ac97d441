package telegramtest

import "slices"

// Event is something that became visible in the pretend Telegram.
type Event struct {
	Kind    string // "message", "edit", "delete", "answer", "commands" or "typing"
	Chat    int64  // where; 0 for commands meant for everyone, and for an answer
	Message Message
	Query   string // the press that was answered
	Toast   string // what it was answered with
}

type watcher struct{ see func(Event) }

// Watch calls see for everything that becomes visible from now on, what the
// people type included, one after the other in order. see may call the
// server, but should not wait. What happened while stop is called may still be
// seen.
func (s *Server) Watch(see func(Event)) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &watcher{see}
	s.watchers = append(s.watchers, w)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.watchers = slices.DeleteFunc(slices.Clone(s.watchers), func(o *watcher) bool { return o == w })
	}
}

// notify keeps an event until emit is called; the server is locked.
func (s *Server) notify(e Event) {
	if len(s.watchers) > 0 {
		s.events = append(s.events, e)
	}
}

// emit shows what was kept to the watchers, unlocked. If somebody is at it
// already, they do it: a watcher that calls the server comes through here.
func (s *Server) emit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.emitting {
		return
	}
	s.emitting = true
	for len(s.events) > 0 {
		e, watchers := s.events[0], s.watchers
		s.events = s.events[1:]
		s.mu.Unlock()
		for _, w := range watchers {
			w.see(e)
		}
		s.mu.Lock()
	}
	s.emitting = false
}
