package telegramtest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

type update struct {
	id   int64
	body json.RawMessage
}

// poll is a getUpdates under way.
type poll struct{ replaced chan struct{} }

const maxPoll = 50 // seconds

// onRequest are the kinds of update a bot gets only if it lists them.
var onRequest = []string{"chat_member", "message_reaction", "message_reaction_count"}

// push queues an update of a kind, unless the bot did not ask for that kind.
// It returns the update's id, or 0.
func (s *Server) push(kind string, content any) int64 {
	if s.allowed == nil && slices.Contains(onRequest, kind) || s.allowed != nil && !slices.Contains(s.allowed, kind) {
		return 0
	}
	s.updateID++
	body, err := json.Marshal(map[string]any{"update_id": s.updateID, kind: content})
	if err != nil {
		panic(fmt.Sprintf("telegramtest: update of %T: %v", content, err)) // ours, found by any test
	}
	s.queue(body)
	return s.updateID
}

func (s *Server) queue(body json.RawMessage) {
	s.updates = append(s.updates, update{s.updateID, body})
	s.stir()
}

// stir wakes whoever waits for an update.
func (s *Server) stir() {
	close(s.wake)
	s.wake = make(chan struct{})
}

// Waiting returns how many updates the bot has not confirmed.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.updates)
}

// RestartIDs gives the next update the number first, as Telegram may do at
// random after a week without updates. None wait then: they are kept for a day.
func (s *Server) RestartIDs(first int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updates, s.updateID = nil, first-1
}

func (s *Server) getUpdates(ctx context.Context, r *request) (any, error) {
	offset, err := r.number("offset", 0)
	if err != nil {
		return nil, err
	}
	limit, err := r.number("limit", 100)
	if err != nil {
		return nil, err
	}
	if limit < 1 || limit > 100 {
		return nil, badRequest("limit %d is not between 1 and 100", limit)
	}
	seconds, err := r.number("timeout", 0)
	if err != nil {
		return nil, err
	}
	if seconds < 0 {
		return nil, badRequest("timeout %d is negative", seconds)
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.allow(r); err != nil {
		return nil, err
	}
	if s.hook != nil {
		return nil, conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	if s.poll != nil {
		close(s.poll.replaced)
	}
	mine := &poll{replaced: make(chan struct{})}
	s.poll = mine
	defer func() {
		if s.poll == mine {
			s.poll = nil
		}
	}()

	s.confirm(offset)
	timer := time.NewTimer(time.Duration(min(seconds, maxPoll)) * time.Second)
	defer timer.Stop()
	for seconds > 0 && len(s.updates) == 0 {
		wake, over := s.wake, false
		s.mu.Unlock()
		var err error
		select {
		case <-wake:
		case <-timer.C:
			over = true
		case <-s.closed:
			over = true
		case <-ctx.Done():
			over = true
		case <-mine.replaced:
			err = conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
		}
		s.mu.Lock()
		if err != nil {
			return nil, err
		}
		if s.hook != nil {
			return nil, conflict("terminated by setWebhook request")
		}
		if over {
			break
		}
	}
	result := []json.RawMessage{}
	for _, u := range s.updates[:min(int(limit), len(s.updates))] {
		result = append(result, u.body)
	}
	return result, nil
}

func conflict(what string) *failure {
	return &failure{code: 409, description: "Conflict: " + what}
}

// aheadTaken is how far beyond the next update an offset may lie.
const aheadTaken = 10

// confirm forgets the updates before offset, or, if it is negative, all but
// the last -offset. One that lies too far ahead is not known: nothing is
// forgotten then.
func (s *Server) confirm(offset int64) {
	if offset > s.updateID+1+aheadTaken {
		return
	}
	if offset < 0 {
		s.updates = slices.Clone(s.updates[max(0, len(s.updates)+int(offset)):])
		return
	}
	i := 0
	for i < len(s.updates) && s.updates[i].id < offset {
		i++
	}
	s.updates = slices.Clone(s.updates[i:])
}

// allow remembers which kinds of update the bot asks for. An empty list means
// the default, none at all what it was before.
func (s *Server) allow(r *request) error {
	if _, given := r.params["allowed_updates"]; !given {
		return nil
	}
	kinds := []string{}
	if err := r.object("allowed_updates", &kinds); err != nil {
		return err
	}
	for _, k := range kinds {
		if !slices.Contains(kindsOfUpdate, k) {
			return badRequest("there is no update %q", k)
		}
	}
	if len(kinds) == 0 {
		kinds = nil
	}
	s.allowed = kinds
	return nil
}

var kindsOfUpdate = []string{
	"message", "edited_message", "channel_post", "edited_channel_post", "inline_query", "chosen_inline_result",
	"callback_query", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request",
	"message_reaction", "message_reaction_count", "chat_boost", "removed_chat_boost",
}
