package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
)

// noon is when the outbox tests begin.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// box is an outbox with a clock of its own.
type box struct {
	*testing.T
	*store.Store
	rdb  *redis.Client
	now  time.Time
	pace store.Pace
}

// fast is a pace that is never in the way of what a test is about.
var fast = store.Pace{Rate: 1000, Chat: time.Millisecond, Burst: 1000, Group: time.Millisecond}

// onBoth runs a test on miniredis and on a real redis-server.
func onBoth(t *testing.T, pace store.Pace, test func(b *box)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB) *redis.Client{
		"miniredis": func(t testing.TB) *redis.Client { rdb, _ := storetest.Miniredis(t); return rdb },
		"redis":     storetest.Redis,
	} {
		t.Run(name, func(t *testing.T) {
			rdb := open(t)
			test(&box{T: t, Store: store.New(rdb), rdb: rdb, now: noon, pace: pace})
		})
	}
}

// must fails the test on an error.
func (b *box) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// put puts messages that are due by now unless they say otherwise.
func (b *box) put(messages ...chat.Message) {
	b.Helper()
	for i := range messages {
		if messages[i].At.IsZero() {
			messages[i].At = b.now
		}
	}
	n, err := b.Put(b.Context(), messages...)
	if err != nil || n != len(messages) {
		b.Fatalf("put %d of %d: %v", n, len(messages), err)
	}
}

// claim asks for the next message at b.now; its key is "" when there is none.
func (b *box) claim() (store.Lease, time.Duration) {
	b.Helper()
	l, wait, err := b.Lease(b.Context(), b.now, b.pace)
	b.must(err)
	return l, wait
}

// next claims a message, waiting as long as it takes, and wants its key.
func (b *box) next(key string) store.Lease {
	b.Helper()
	for range 100_000 {
		l, wait := b.claim()
		if l.ID != "" {
			if l.Message.Key != key {
				b.Fatalf("claimed %s, want %s", l.Message.Key, key)
			}
			return l
		}
		b.now = b.now.Add(wait)
	}
	b.Fatalf("%s never came", key)
	return store.Lease{}
}

// none wants nothing to be claimed now.
func (b *box) none() (wait time.Duration) {
	b.Helper()
	l, wait := b.claim()
	if l.ID != "" {
		b.Fatalf("claimed %s, want nothing", l.Message.Key)
	}
	return wait
}

func (b *box) sent(l store.Lease) {
	b.Helper()
	b.must(b.Sent(b.Context(), l, b.now, chat.Receipt{Message: 1}))
}

// state wants a message in a state.
func (b *box) state(key string, want store.State) {
	b.Helper()
	d, err := b.State(b.Context(), key)
	b.must(err)
	if d.State != want {
		b.Fatalf("%s is %q (%s), want %q", key, d.State, d.Reason, want)
	}
}

// answer, notice and ack are messages named for their key.
func answer(key string, to chat.Address) chat.Message {
	return chat.Message{Key: key, To: to, Text: key}
}
func notice(key string, to chat.Address) chat.Message {
	return chat.Message{Key: key, To: to, Text: key, Lane: chat.Notices}
}
func ack(key string, to chat.Address) chat.Message {
	return chat.Message{Key: key, To: to, Act: chat.Ack, Press: key}
}

func TestMessagesOfAChatKeepTheOrderOfPutting(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		var want []string
		for i := range 120 { // more than one script, and A10 would sort before A2
			m := answer(fmt.Sprint("A", i), 7)
			m.At = noon.Add(-time.Duration(i) * time.Second) // the later, the earlier due
			b.put(m)
			want = append(want, m.Key)
		}
		for _, key := range want {
			b.sent(b.next(key))
		}
	})
}

func TestOneMessageOfAChatIsOutAtATime(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(answer("A1", 7), answer("A2", 7), notice("N1", 7))
		first := b.next("A1")
		b.next("N1") // another lane
		b.put(answer("A3", 7))
		b.now = b.now.Add(10 * time.Second)
		b.none()
		b.sent(first)
		b.sent(b.next("A2"))
		b.sent(b.next("A3"))
	})
}

func TestMoreUrgentLanesGoFirst(t *testing.T) {
	onBoth(t, store.Pace{}, func(b *box) {
		var many []chat.Message
		for i := range 3000 {
			many = append(many, notice(fmt.Sprint("N", i), chat.Address(1000+i)))
		}
		b.put(many...)
		b.claim()
		reminder := answer("R", 7)
		reminder.Lane = chat.Reminders
		b.put(reminder, answer("A", 8), ack("K", 9))
		b.next("K") // at once, the bot's pace notwithstanding
		for _, key := range []string{"A", "R"} {
			wait := b.none()
			if wait > 34*time.Millisecond {
				b.Fatalf("%s waits %s behind the notices", key, wait)
			}
			b.now = b.now.Add(wait)
			if l, _ := b.claim(); l.Message.Key != key {
				b.Fatalf("claimed %s, want %s", l.Message.Key, key)
			}
		}
	})
}

func TestNoSecondHoldsMoreThanTheRate(t *testing.T) {
	for name, late := range map[string]time.Duration{"timers on time": 0, "timers 4 ms late": 4 * time.Millisecond, "timers 40 ms late": 40 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, store.Pace{Rate: 30}, func(b *box) {
				var all []chat.Message
				for i := range 200 {
					all = append(all, notice(fmt.Sprint("N", i), chat.Address(1+i)))
				}
				b.put(all...)
				var at []time.Time
				for len(at) < len(all) {
					l, wait := b.claim()
					if l.ID != "" {
						at = append(at, b.now)
						continue
					}
					b.now = b.now.Add(wait + late)
				}
				for i := 30; i < len(at); i++ {
					if d := at[i].Sub(at[i-30]); d < time.Second {
						b.Fatalf("messages %d to %d went out within %s", i-30, i, d)
					}
				}
				if late < 5*time.Millisecond && at[199].Sub(at[0]) > 6768*time.Millisecond {
					b.Fatalf("200 messages took %s, want at least 0.98 of 30 a second", at[199].Sub(at[0]))
				}
			})
		})
	}
}

func TestAnEditIsFreeOfTheChatsPace(t *testing.T) {
	onBoth(t, store.Pace{Rate: 1000}, func(b *box) {
		for i := range 10 {
			edit := answer(fmt.Sprint("E", i), 7)
			edit.Act, edit.Target = chat.Edit, 5
			b.put(edit)
		}
		for i := range 10 {
			b.sent(b.next(fmt.Sprint("E", i)))
		}
		if took := b.now.Sub(noon); took > 100*time.Millisecond {
			b.Fatalf("ten edits took %s", took)
		}
		b.put(answer("A", 7))
		b.sent(b.next("A"))
	})
}

func TestAChatHasItsOwnPace(t *testing.T) {
	tests := map[string]struct {
		to   chat.Address
		want []time.Duration // since the first
	}{
		"a person gets three at once, then one a second": {to: 7, want: []time.Duration{0, 0, 0, 1050, 2100, 3150}},
		"a group gets one in three seconds":              {to: -7, want: []time.Duration{0, 3000, 6000}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			onBoth(t, store.Pace{Rate: 1000}, func(b *box) {
				for i := range tt.want {
					b.put(answer(fmt.Sprint("A", i), tt.to))
				}
				for i, want := range tt.want {
					b.sent(b.next(fmt.Sprint("A", i)))
					got := b.now.Sub(noon)
					if want *= time.Millisecond; got < want || got > want+20*time.Millisecond {
						b.Fatalf("message %d after %s, want %s", i, got, want)
					}
				}
			})
		})
	}
}

func TestAChatThatWaitsStandsInNobodysWay(t *testing.T) {
	onBoth(t, store.Pace{Rate: 1000, Burst: 1}, func(b *box) {
		for i := range 120 { // more than one claim looks at
			b.put(answer(fmt.Sprint("A", i), chat.Address(i+1)))
		}
		for i := range 120 {
			b.now = b.now.Add(2 * time.Millisecond)
			l, _ := b.claim()
			b.sent(l)
			b.put(answer(fmt.Sprint("B", i), l.Message.To))
		}
		b.put(notice("N", 500))
		b.now = b.now.Add(2 * time.Millisecond)
		b.next("N")
		if passed := b.now.Sub(noon); passed > 300*time.Millisecond {
			b.Fatalf("the notice waited until %s for chats that must wait", passed)
		}
	})
}

func TestNothingGoesOutBeforeItsTime(t *testing.T) {
	onBoth(t, store.Pace{}, func(b *box) {
		tomorrow := answer("tomorrow", 7)
		tomorrow.At = noon.Add(24 * time.Hour)
		b.put(tomorrow, answer("today", 7))
		b.sent(b.next("today"))
		for range 3 {
			if wait := b.none(); wait > time.Second {
				b.Fatalf("asked to wait %s, at most 1s", wait)
			}
			b.now = b.now.Add(8*time.Hour - 100*time.Millisecond)
		}
		b.next("tomorrow")
		if b.now.Before(tomorrow.At) || b.now.After(tomorrow.At.Add(time.Millisecond)) {
			b.Fatalf("went out at %s, want %s", b.now, tomorrow.At)
		}
	})
}

func TestAnAcknowledgementIsFreeOfEveryPaceButNotOfTime(t *testing.T) {
	onBoth(t, store.Pace{Burst: 1}, func(b *box) {
		b.put(answer("A", 7), ack("K1", 7), ack("K2", 7), ack("K3", 7))
		for _, key := range []string{"K1", "K2", "K3", "A"} {
			if l, _ := b.claim(); l.Message.Key != key {
				b.Fatalf("claimed %q, want %s at once", l.Message.Key, key)
			}
		}
		late := ack("late", 7)
		late.At = b.now.Add(-31 * time.Second)
		b.put(late)
		b.none()
		b.state("late", store.Failed)
	})
}

func TestLaterHoldsTheChatAndNobodyElse(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(answer("A1", 7), answer("A2", 7), answer("B1", 8))
		at := noon.Add(5 * time.Second)
		b.must(b.Later(b.Context(), b.next("A1"), b.now, at))
		b.put(answer("A3", 7))
		b.sent(b.next("B1"))
		again := b.next("A1")
		if b.now.Before(at) || b.now.After(at.Add(time.Second)) || again.Tries != 1 || again.Doubts != 0 {
			b.Fatalf("A1 came again at %s with %d tries and %d doubts", b.now, again.Tries, again.Doubts)
		}
		b.sent(again)
		b.sent(b.next("A2"))
		b.sent(b.next("A3"))
	})
}

func TestAPauseHoldsEverythingEvenAfterARestart(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		const wait = 7*time.Second + 300*time.Microsecond
		until := noon.Add(wait)
		b.must(b.Pause(b.Context(), noon, wait))
		b.must(b.Pause(b.Context(), noon, time.Second)) // never shorter
		b.put(answer("A", 7), ack("K", 8))
		b.Store = store.New(b.rdb)
		b.next("K")
		if b.now.Before(until) || b.now.Sub(until) > time.Millisecond {
			b.Fatalf("went on at %s, want %s", b.now, until)
		}
		b.next("A")
	})
}

func TestWhoIsGoneIsNotCalledAgainUntilTheyWrite(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(answer("A1", 7), answer("A2", 7), notice("N1", 7), answer("B1", 8))
		b.must(b.Gone(b.Context(), b.next("A1"), b.now, "blocked"))
		b.sent(b.next("B1"))
		for range 3 {
			b.now = b.now.Add(b.none())
		}
		for _, key := range []string{"A1", "A2", "N1"} {
			b.state(key, store.Unreachable)
		}
		b.must(b.Reachable(b.Context(), 7))
		b.put(answer("A3", 7))
		b.sent(b.next("A3"))
	})
}

func TestAPauseIsForgottenWithItsEnd(t *testing.T) {
	rdb, m := storetest.Miniredis(t)
	b := &box{T: t, Store: store.New(rdb), rdb: rdb, now: noon, pace: fast}
	b.must(b.Pause(b.Context(), b.now, 7*time.Second))
	m.FastForward(7 * time.Second)
	if m.Exists("{out}:pause") {
		t.Error("the pause is still there")
	}
}

func TestWhoWroteWhileAMessageWasUnderWayIsNotGone(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(answer("A1", 7))
		l := b.next("A1")
		b.must(b.Reachable(b.Context(), 7))
		b.put(answer("A2", 7))
		b.must(b.Gone(b.Context(), l, b.now, "blocked"))
		b.state("A1", store.Unreachable)
		l = b.next("A2")
		b.put(answer("A3", 7))
		b.must(b.Gone(b.Context(), l, b.now, "blocked again")) // claimed after they wrote
		b.none()
		b.state("A3", store.Unreachable)
	})
}

func TestWhoWroteBeforeAMessageWentOutAgainMayBeGone(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(answer("A1", 7), answer("A2", 7))
		l := b.next("A1")
		b.must(b.Reachable(b.Context(), 7))
		b.must(b.Later(b.Context(), l, b.now, b.now))
		b.must(b.Gone(b.Context(), b.next("A1"), b.now, "blocked since"))
		b.now = b.now.Add(b.none())
		b.none()
		b.state("A2", store.Unreachable)
	})
}

func TestReachableWritesNothingForWhoIsReachable(t *testing.T) {
	rdb := storetest.Redis(t)
	b := &box{T: t, Store: store.New(rdb), rdb: rdb, now: noon, pace: fast}
	b.put(answer("A1", 7), answer("B1", 8))
	b.sent(b.next("A1"))
	changes := func() string {
		info, err := rdb.Info(t.Context(), "persistence").Result()
		b.must(err)
		_, after, _ := strings.Cut(info, "rdb_changes_since_last_save:")
		count, _, _ := strings.Cut(after, "\r\n")
		return count
	}
	before := changes()
	for _, who := range []chat.Address{7, 8, 9} {
		b.must(b.Reachable(b.Context(), who))
	}
	if after := changes(); after != before || before == "" {
		t.Errorf("%q changes before, %q after", before, after)
	}
}

func TestAMovedMessageGoesToTheNewNumber(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(answer("A1", -7), answer("A2", -7), answer("B1", -9))
		b.must(b.Moved(b.Context(), b.next("A1"), -9))
		l := b.next("A1") // before B1, which was put later
		if l.Message.To != -9 {
			b.Fatalf("goes to %s", l.Message.To)
		}
		b.must(b.Moved(b.Context(), b.next("A2"), -9))
		b.sent(l)
		b.sent(b.next("A2"))
		b.sent(b.next("B1"))
	})
}

func TestAMovedMessageWaitsForWhatIsOutThere(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(answer("B1", -9))
		out := b.next("B1")
		b.put(answer("A1", -7))
		b.must(b.Moved(b.Context(), b.next("A1"), -9))
		b.now = b.now.Add(10 * time.Second)
		b.none()
		b.sent(out)
		b.sent(b.next("A1"))
	})
}

func TestALeaseThatRanOutIsADoubt(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(answer("A", 7), notice("N", 8))
		b.next("A")
		b.next("N")
		for doubts := 1; doubts <= 30; doubts++ { // however often a sender dies over it
			b.now = b.now.Add(time.Minute)
			if l := b.next("A"); l.Doubts != doubts {
				b.Fatalf("%d doubts, want %d", l.Doubts, doubts)
			}
			b.state("N", store.InDoubt)
		}
		b.state("A", store.Queued)
		doubts, err := b.Doubts(b.Context())
		b.must(err)
		if doubts[chat.Answers] != 30 || doubts[chat.Notices] != 1 {
			b.Fatalf("doubts %v, want 30 answers and 1 notice", doubts)
		}
	})
}

func TestRecoverGivesLeasesBackAtOnce(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(answer("A", 7), notice("N", 8), answer("waiting", 9))
		b.next("A")
		held := b.next("waiting")
		b.sent(held)
		b.next("N")
		n, err := b.Recover(b.Context())
		if err != nil || n != 2 {
			b.Fatalf("recovered %d: %v, want 2", n, err)
		}
		if l := b.next("A"); l.Doubts != 1 || b.now.Sub(noon) > time.Second {
			b.Fatalf("A came at %s with %d doubts", b.now, l.Doubts)
		}
		b.state("N", store.InDoubt)
	})
}

func TestAMessageWhoseAnswersAreLostRestsAfterAnHour(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(answer("A", 7), answer("rests", 8))
		first := b.next("A")
		b.must(b.Doubt(b.Context(), b.next("rests"), b.now, false))
		b.state("rests", store.InDoubt)
		start := b.now
		b.must(b.Doubt(b.Context(), first, b.now, true))
		for range 20 {
			b.state("A", store.Queued)
			b.now = b.now.Add(5 * time.Minute)
			b.must(b.Doubt(b.Context(), b.next("A"), b.now, true))
		}
		b.state("A", store.InDoubt)
		if b.now.Sub(start) < time.Hour {
			b.Fatalf("it rested after %s", b.now.Sub(start))
		}
	})
}

// settlements are all ways to hand a lease back.
var settlements = map[string]func(b *box, l store.Lease) error{
	"sent":   func(b *box, l store.Lease) error { return b.Sent(b.Context(), l, b.now, chat.Receipt{Message: 5}) },
	"failed": func(b *box, l store.Lease) error { return b.Failed(b.Context(), l, b.now, "bad") },
	"gone":   func(b *box, l store.Lease) error { return b.Gone(b.Context(), l, b.now, "blocked") },
	"doubt":  func(b *box, l store.Lease) error { return b.Doubt(b.Context(), l, b.now, true) },
	"rest":   func(b *box, l store.Lease) error { return b.Doubt(b.Context(), l, b.now, false) },
	"later":  func(b *box, l store.Lease) error { return b.Later(b.Context(), l, b.now, b.now) },
	"moved":  func(b *box, l store.Lease) error { return b.Moved(b.Context(), l, 9) },
}

func TestSettlingTwiceIsSettlingOnce(t *testing.T) {
	for name, settle := range settlements {
		t.Run(name, func(t *testing.T) {
			onBoth(t, fast, func(b *box) {
				b.put(answer("A", 7), answer("B", 7))
				l := b.next("A")
				b.must(settle(b, l))
				before := b.dump()
				for again := range settlements {
					b.must(settlements[again](b, l))
				}
				if after := b.dump(); after != before {
					b.Fatalf("the second time changed Redis from\n%s\nto\n%s", before, after)
				}
			})
		})
	}
}

// dump writes down all that is in Redis.
func (b *box) dump() string {
	b.Helper()
	ctx := b.Context()
	keys, err := b.rdb.Keys(ctx, "*").Result()
	b.must(err)
	slices.Sort(keys)
	var all strings.Builder
	for _, key := range keys {
		var value any
		switch kind := b.rdb.Type(ctx, key).Val(); kind {
		case "string":
			value = b.rdb.Get(ctx, key).Val()
		case "hash":
			value = b.rdb.HGetAll(ctx, key).Val() // printed in the order of its keys
		case "zset":
			value = b.rdb.ZRangeWithScores(ctx, key, 0, -1).Val()
		default:
			b.Fatalf("%s is a %s", key, kind)
		}
		fmt.Fprintln(&all, key, value)
	}
	return all.String()
}

func TestAnEndedMessageLeavesOnlyItsKey(t *testing.T) {
	rdb, m := storetest.Miniredis(t)
	b := &box{T: t, Store: store.New(rdb), rdb: rdb, now: noon, pace: fast}
	b.put(answer("A", 7), notice("N", 8), ack("K", 7))
	for _, key := range []string{"K", "A", "N"} {
		b.sent(b.next(key))
	}
	d, err := b.State(b.Context(), "A")
	b.must(err)
	if d.State != store.Sent || d.Message != 1 || !d.At.Equal(b.now.Truncate(time.Millisecond)) && d.At.After(b.now) {
		t.Errorf("delivery %+v", d)
	}
	m.FastForward(7*24*time.Hour - time.Second)
	if n, err := b.Put(b.Context(), answer("A", 7)); n != 0 || err != nil {
		t.Fatalf("put again within seven days: %d new, %v", n, err)
	}
	m.FastForward(time.Second)
	for _, key := range m.Keys() {
		if !slices.Contains([]string{"{out}:seq", "{out}:tat", "{out}:clock", "{out}:depth", "{out}:ended"}, key) {
			t.Errorf("after seven days %s is still there", key)
		}
	}
	counts, err := b.Counts(b.Context())
	b.must(err)
	for lane, want := range map[chat.Lane]int{chat.Answers: 1, chat.Reminders: 0, chat.Notices: 1} {
		if counts[lane][store.Sent] != want || counts[lane][store.Queued] != 0 {
			t.Errorf("%s: %v, want %d sent and none queued", lane, counts[lane], want)
		}
	}
}

func TestAKeyIsRememberedAsLongAsItsMessageWaits(t *testing.T) {
	rdb, m := storetest.Miniredis(t)
	b := &box{T: t, Store: store.New(rdb), rdb: rdb, now: noon, pace: fast}
	far := answer("far", 7)
	far.At = noon.AddDate(0, 1, 0)
	b.put(far)
	m.FastForward(20 * 24 * time.Hour)
	if n, err := b.Put(b.Context(), far); n != 0 || err != nil {
		t.Errorf("put again after 20 days: %d new, %v", n, err)
	}
}

func TestAClockSetBackStopsNothing(t *testing.T) {
	onBoth(t, store.Pace{}, func(b *box) {
		b.now = noon.AddDate(1, 0, 0)
		b.put(answer("A1", 7), answer("A2", 7), answer("A3", 7))
		for _, key := range []string{"A1", "A2", "A3"} {
			b.sent(b.next(key))
		}
		b.now = noon
		b.put(answer("A4", 7))
		b.next("A4")
		if d := b.now.Sub(noon); d > 2*time.Second {
			b.Fatalf("waited %s", d)
		}
	})
}

func TestAClockThatWasAheadHoldsNothingUp(t *testing.T) {
	lease := store.Pace{}.Filled().Lease
	tests := map[string]struct {
		ahead func(b *box)  // what happened on the other clock; A is to go out then
		wait  time.Duration // at most, on the right one
	}{
		"a pause": {func(b *box) {
			b.must(b.Pause(b.Context(), b.now, 5*time.Second))
			b.put(answer("A", 7))
		}, 6 * time.Second},
		"a pause of two hours": {func(b *box) {
			b.must(b.Pause(b.Context(), b.now, 2*time.Hour))
			b.put(answer("A", 7))
		}, 2*time.Hour + time.Second},
		"a message put back": {func(b *box) {
			b.put(answer("A", 7))
			b.must(b.Later(b.Context(), b.next("A"), b.now, b.now.Add(time.Minute)))
		}, time.Minute + time.Second},
		"a doubt": {func(b *box) {
			b.put(answer("A", 7))
			b.must(b.Doubt(b.Context(), b.next("A"), b.now, true))
		}, 2 * time.Second},
		"a sender that died": {func(b *box) {
			b.put(answer("A", 7))
			b.next("A")
		}, lease + time.Second},
		"a message behind one that went out": {func(b *box) {
			b.put(answer("first", 7), answer("A", 7))
			b.sent(b.next("first"))
		}, time.Second},
		"a message behind one under way": {func(b *box) {
			b.put(answer("first", 7), answer("A", 7))
			first := b.next("first")
			b.now = noon
			b.sent(first)
		}, time.Second},
		"the pace of a group": {func(b *box) {
			b.pace = store.Pace{}
			b.put(answer("first", -7), answer("A", -7))
			b.sent(b.next("first"))
			b.none()
		}, 4 * time.Second},
		"a message put and not claimed": {func(b *box) {
			b.put(answer("other", 6), answer("A", 7))
			b.sent(b.next("other"))
		}, time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			onBoth(t, fast, func(b *box) {
				b.now = noon.AddDate(0, 3, 0)
				tt.ahead(b)
				b.now = noon
				b.next("A")
				if d := b.now.Sub(noon); d > tt.wait {
					b.Fatalf("waited %s, want %s at most", d, tt.wait)
				}
			})
		})
	}
}

func TestAClockSetBackShortensNoWait(t *testing.T) {
	for name, back := range map[string]time.Duration{"by months": 90 * 24 * time.Hour, "by the difference of two machines": 30 * time.Second} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, fast, func(b *box) {
				tomorrow := answer("tomorrow", 8)
				tomorrow.At = noon.Add(24 * time.Hour)
				b.put(answer("A", 7), answer("died", 9), tomorrow)
				b.next("A") // under way
				b.next("died")
				b.must(b.Pause(b.Context(), b.now, 20*time.Second))
				b.now = b.now.Add(-back)
				start := b.now
				for _, key := range []string{"A", "died"} {
					b.sent(b.next(key))
					if d := b.now.Sub(start); d < 58*time.Second {
						b.Fatalf("%s came again after %s, within its lease", key, d)
					}
				}
				b.now = tomorrow.At.Add(-10 * time.Second)
				b.none()
				b.next("tomorrow")
				if b.now.Before(tomorrow.At) {
					b.Fatalf("tomorrow's message went out at %s", b.now)
				}
			})
		})
	}
}

func TestAClaimHeardOfLateHasItsWholeLease(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(notice("N", 7))
		_, _, _ = b.Lease(b.Context(), b.now.Add(-time.Second), b.pace) // the script is known
		b.rdb.AddHook(&lossy{drop: 1})
		if _, _, err := b.Lease(b.Context(), b.now, b.pace); !errors.Is(err, errLost) {
			b.Fatalf("lease: %v, want the lost answer", err)
		}
		b.now = b.now.Add(50 * time.Second)
		l := b.next("N")
		b.now = b.now.Add(50 * time.Second)
		b.none() // lets go of leases that ran out
		b.sent(l)
		b.state("N", store.Sent)
	})
}

// lossy drops the answers of some commands after they were carried out.
type lossy struct{ drop int }

var errLost = errors.New("the answer was lost")

func (h *lossy) DialHook(next redis.DialHook) redis.DialHook { return next }
func (h *lossy) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
func (h *lossy) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if err == nil && h.drop > 0 {
			h.drop--
			return errLost
		}
		return err
	}
}

func TestAClaimWhoseAnswerWasLostIsMadeOnce(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(notice("N1", 7), notice("N2", 8))
		_, _, _ = b.Lease(b.Context(), b.now.Add(-time.Hour), b.pace) // the script is known
		h := &lossy{drop: 2}
		b.rdb.AddHook(h)
		for range 2 {
			if _, _, err := b.Lease(b.Context(), b.now, b.pace); !errors.Is(err, errLost) {
				b.Fatalf("lease: %v, want the lost answer", err)
			}
		}
		b.sent(b.next("N1"))
		b.sent(b.next("N2"))
		doubts, err := b.Doubts(b.Context())
		b.must(err)
		if doubts[chat.Notices] != 0 {
			b.Fatalf("%d doubts, want none", doubts[chat.Notices])
		}
	})
}

func BenchmarkPutLeaseSent(b *testing.B) {
	s := store.New(storetest.Redis(b))
	ctx, now := b.Context(), noon
	for i := 0; b.Loop(); i++ {
		now = now.Add(2 * time.Millisecond)
		m := answer(fmt.Sprint("A", i), chat.Address(1+i))
		m.At = now
		if _, err := s.Put(ctx, m); err != nil {
			b.Fatal(err)
		}
		l, _, err := s.Lease(ctx, now, fast)
		if err != nil || l.ID == "" {
			b.Fatalf("lease %q: %v", l.ID, err)
		}
		if err := s.Sent(ctx, l, now, chat.Receipt{Message: i}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestSinceWhenSomebodyIsGoneIsKnownUntilTheyWrite(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		b.put(answer("A1", 7))
		b.must(b.Gone(b.Context(), b.next("A1"), b.now, "blocked"))
		since, err := b.GoneSince(b.Context(), 7, 8)
		if at := since[7]; err != nil || len(since) != 1 || b.now.Sub(at) > time.Millisecond || at.After(b.now) {
			b.Errorf("gone since %v, %v, want 7 since %v", since, err, b.now)
		}
		b.must(b.Reachable(b.Context(), 7))
		if since, err := b.GoneSince(b.Context(), 7); err != nil || len(since) > 0 {
			b.Errorf("after they wrote: %v, %v", since, err)
		}
	})
}
