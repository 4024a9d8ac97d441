package scheduler

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/notice"
)

// progress keeps one message to the author true: put when the sending begins,
// and edited when the text has changed, no more often than Telegram bears. Its
// number stands in the notice, its text follows from the counts.
func (s *Notices) progress(ctx context.Context, n notice.Notice, r *sending, counts notice.Counts, now time.Time) error {
	if n.Begun.IsZero() {
		return nil // it paused before it began
	}
	perSecond := r.speed(counts, now)
	rate := perSecond
	if rate == 0 {
		rate = float64(max(s.Rate, 1))
	}
	left := time.Duration(float64(counts.Left()) / rate * float64(time.Second)).Round(time.Second)
	until, err := s.Outbox.PausedUntil(ctx, now)
	if err != nil {
		return err
	}
	words := func() (string, [][]chat.Button) { return s.Texts.Progress(n, counts, perSecond, left, until) }
	if n.Progress.Message == 0 {
		return s.begun(ctx, n, r, words)
	}
	slot := now.Unix() / editEvery
	if r.slot == 0 {
		r.slot = slot // another process may have edited in this one
	}
	if slot == r.slot {
		return nil
	}
	if r.edit != "" {
		states, err := s.Outbox.States(ctx, r.edit)
		if err != nil || states[r.edit].State == chat.Queued {
			return err // edits do not pile up while everything waits
		}
	}
	text, rows := words()
	if shown := fmt.Sprint(text, rows); shown != r.shown {
		edit := s.edit(n, strconv.FormatInt(slot, 10), text, rows)
		if _, err := s.Outbox.Put(ctx, edit); err != nil {
			return err
		}
		r.edit, r.shown = edit.Key, shown
	}
	r.slot = slot
	return nil
}

// speed returns how many recipients a second were settled lately; 0 while
// nothing is known.
func (r *sending) speed(counts notice.Counts, now time.Time) float64 {
	if n := len(r.samples); n == 0 || now.Sub(r.samples[n-1].at) >= time.Second {
		r.samples = append(r.samples, sample{now, counts.Tried()})
	}
	for len(r.samples) > 2 && now.Sub(r.samples[0].at) > speedOver {
		r.samples = r.samples[1:]
	}
	first := r.samples[0]
	over := now.Sub(first.at).Seconds()
	if over < 1 {
		return 0
	}
	return max(float64(counts.Tried()-first.tried)/over, 0)
}

// begun puts the progress message, and notes its number in the notice once it is
// known.
func (s *Notices) begun(ctx context.Context, n notice.Notice, r *sending, words func() (string, [][]chat.Button)) error {
	what := fmt.Sprint("first-", n.Begun.Unix())
	if !r.first {
		r.first = true
		return s.tell(ctx, n, what, words)
	}
	key := s.authorKey(n, what)
	states, err := s.Outbox.States(ctx, key)
	if d := states[key]; err != nil || n.Status != notice.Sending || d.State != chat.Sent || d.Message == 0 {
		return err
	}
	to, err := s.author(ctx, n)
	if err != nil || to == 0 {
		return err
	}
	n.Progress = notice.Place{Chat: int64(to), Message: states[key].Message}
	return s.Store.KeepNotice(ctx, n)
}

// last has the progress message say how it ended.
func (s *Notices) last(ctx context.Context, n notice.Notice, counts notice.Counts) error {
	if n.Progress.Message == 0 {
		return nil
	}
	text, rows := s.Texts.Progress(n, counts, 0, 0, time.Time{})
	_, err := s.Outbox.Put(ctx, s.edit(n, fmt.Sprint("end-", n.Ended.Unix()), text, rows))
	return err
}

func (s *Notices) edit(n notice.Notice, what, text string, rows [][]chat.Button) chat.Message {
	return chat.Message{
		Key: s.authorKey(n, what), To: chat.Address(n.Progress.Chat), Lane: chat.Answers, At: s.Now(),
		Act: chat.Edit, Target: n.Progress.Message, Text: text, Rows: rows,
	}
}

// tell puts a message to the author, once for each what. An author who is not
// linked hears nothing.
func (s *Notices) tell(ctx context.Context, n notice.Notice, what string, words func() (string, [][]chat.Button)) error {
	to, err := s.author(ctx, n)
	if err != nil || to == 0 {
		return err
	}
	text, rows := words()
	_, err = s.Outbox.Put(ctx, chat.Message{
		Key: s.authorKey(n, what), To: to, Lane: chat.Answers, At: s.Now(), Text: text, Rows: rows,
	})
	return err
}

func (s *Notices) authorKey(n notice.Notice, what string) string {
	return progressKey + string(n.ID) + "/" + what
}

// author returns where the author can be written to; 0 when nowhere.
func (s *Notices) author(ctx context.Context, n notice.Notice) (chat.Address, error) {
	if n.Progress.Chat != 0 {
		return chat.Address(n.Progress.Chat), nil
	}
	tracks, err := s.Store.Tracks(ctx, n.Author)
	if err != nil || len(tracks) == 0 {
		return 0, err
	}
	return chat.Address(tracks[0].Account), nil
}
