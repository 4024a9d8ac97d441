package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"donghanh/internal/journey"
	"donghanh/internal/store"
)

var digestClaims = map[string]func(*testing.T, Storer){
	"nothing offered is nothing to tell":                         nothingToTell,
	"what is offered comes in the digest of the day":             offeredComes,
	"a line is offered once for each step":                       lineIsOfferedOnce,
	"a line may be offered again after 45 days":                  lineMayComeAgain,
	"a later step takes the place of one that waits":             laterStepTakesThePlace,
	"a person has one digest a day":                              oneDigestADay,
	"a digest comes again until it is put":                       digestComesAgain,
	"two who take a digest at once get the same":                 twoTakeTheSame,
	"a digest that never was put goes into the next":             unputGoesIntoTheNext,
	"a digest retaken twice is retaken once":                     retakingRepeats,
	"a day that has its digest takes no other into it":           retakingIntoAFullDay,
	"many digests are taken and put at once":                     manyAtOnce,
	"putting a digest that is not open changes nothing":          puttingTwice,
	"no line is lost or doubled wherever the morning breaks off": morningBreaksOff,
}

// ref is a line about a student, to a mentor.
func ref(of journey.Code, key string, step int) journey.LineRef {
	return journey.LineRef{Of: of, Key: key, To: journey.Mentor, Step: day(step)}
}

// offer offers lines to one person.
func offer(t *testing.T, s Storer, on journey.Date, code journey.Code, lines ...journey.LineRef) {
	t.Helper()
	equal(t, s.Offer(t.Context(), on, map[journey.Code][]journey.LineRef{code: lines}), nil)
}

// take takes a digest and wants it to be of that day with these lines; none of
// them: no digest.
func take(t *testing.T, s Storer, on journey.Date, code journey.Code, of journey.Date, want ...journey.LineRef) {
	t.Helper()
	d, ok, err := takeOne(t.Context(), s, code, on)
	equal(t, err, nil)
	digestIs(t, d, ok, code, of, want)
}

// takeOne is TakeDigests for one person.
func takeOne(ctx context.Context, s Storer, code journey.Code, on journey.Date) (d journey.Digest, ok bool, err error) {
	digests, err := s.TakeDigests(ctx, on, code)
	if len(digests) == 0 {
		return d, false, err
	}
	return digests[0], true, err
}

func digestIs(t *testing.T, d journey.Digest, ok bool, code journey.Code, of journey.Date, want []journey.LineRef) {
	t.Helper()
	equal(t, ok, len(want) > 0)
	if ok {
		equal(t, d, journey.Digest{For: code, Day: of, Lines: want})
	}
}

// inboxes wants these people to have something.
func inboxes(t *testing.T, s Storer, want ...journey.Code) {
	t.Helper()
	got, err := s.Inboxes(t.Context())
	codesAre(t, got, err, want...)
}

func nothingToTell(t *testing.T, s Storer) {
	ctx := t.Context()
	equal(t, s.Offer(ctx, day(1), nil), nil)
	offer(t, s, day(1), "gv1")
	inboxes(t, s)
	take(t, s, day(1), "gv1", journey.Date{})
	_, ok, err := s.RetakeDigest(ctx, "gv1", day(1))
	equal(t, err, nil)
	equal(t, ok, false)
	if _, err := s.Digest(ctx, "gv1", day(1)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("digest: %v, want ErrNotFound", err)
	}
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(1)}), nil)
}

func offeredComes(t *testing.T, s Storer) {
	ctx := t.Context()
	a := journey.LineRef{Of: "sv1", Key: "dl-check/2027-01-15/xã Hòa Bình, tỉnh A", To: journey.Mentor, Step: day(15), Climb: journey.Second}
	b := ref("sv2", "dl-ceremony/2027-01-15", 12)
	other := b
	other.To = journey.CellSecretary // the same person has both roles
	equal(t, s.Offer(ctx, day(12), map[journey.Code][]journey.LineRef{"gv1": {b, a, other}, "gv2": {b}}), nil)
	inboxes(t, s, "gv1", "gv2")
	take(t, s, day(12), "gv1", day(12), a, other, b)
	take(t, s, day(12), "gv2", day(12), b)
	for range 2 {
		got, err := s.Digest(ctx, "gv1", day(12))
		equal(t, err, nil)
		equal(t, got, journey.Digest{For: "gv1", Day: day(12), Lines: []journey.LineRef{a, other, b}})
		equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(12)}), nil)
	}
	inboxes(t, s, "gv2")
}

func lineIsOfferedOnce(t *testing.T, s Storer) {
	a, b := ref("sv1", "dl-ceremony/2027-01-15", 10), ref("sv1", "dl-ceremony/2027-01-15", 12)
	climbed := a
	climbed.Climb = journey.Second
	offer(t, s, day(10), "gv1", a, a)
	offer(t, s, day(10), "gv1", a)
	take(t, s, day(10), "gv1", day(10), a)
	equal(t, s.DigestsPut(t.Context(), journey.Digest{For: "gv1", Day: day(10)}), nil)
	offer(t, s, day(11), "gv1", a)
	inboxes(t, s)
	take(t, s, day(11), "gv1", journey.Date{})
	offer(t, s, day(12), "gv1", b)
	take(t, s, day(12), "gv1", day(12), b)
	equal(t, s.DigestsPut(t.Context(), journey.Digest{For: "gv1", Day: day(12)}), nil)
	offer(t, s, day(13), "gv1", climbed)
	take(t, s, day(13), "gv1", day(13), climbed)
	offer(t, s, day(13), "gv2", a) // another person hears of it too
	take(t, s, day(13), "gv2", day(13), a)
}

func lineMayComeAgain(t *testing.T, s Storer) {
	a, ctx := ref("sv1", "dl-ceremony/2027-01-15", 1), t.Context()
	offer(t, s, day(1), "gv1", a)
	take(t, s, day(1), "gv1", day(1), a)
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(1)}), nil)
	offer(t, s, day(1).AddDays(45), "gv1", a)
	inboxes(t, s)
	offer(t, s, day(1).AddDays(46), "gv1", a)
	inboxes(t, s, "gv1")
}

func laterStepTakesThePlace(t *testing.T, s Storer) {
	other := ref("sv1", "dl-ceremony/2027-01-16", 2)
	offer(t, s, day(1), "gv1", ref("sv1", "dl-ceremony/2027-01-15", 1), other)
	offer(t, s, day(3), "gv1", ref("sv1", "dl-ceremony/2027-01-15", 3))
	take(t, s, day(3), "gv1", day(3), ref("sv1", "dl-ceremony/2027-01-15", 3), other)
}

func oneDigestADay(t *testing.T, s Storer) {
	ctx := t.Context()
	a, b := ref("sv1", "a", 1), ref("sv2", "b", 1)
	offer(t, s, day(1), "gv1", a)
	take(t, s, day(1), "gv1", day(1), a)
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(1)}), nil)
	offer(t, s, day(1), "gv1", b)
	take(t, s, day(1), "gv1", journey.Date{})
	inboxes(t, s, "gv1") // it waits
	take(t, s, day(2), "gv1", day(2), b)
	got, err := s.Digest(ctx, "gv1", day(1))
	equal(t, err, nil)
	equal(t, got.Lines, []journey.LineRef{a})
}

func digestComesAgain(t *testing.T, s Storer) {
	ctx := t.Context()
	a, b := ref("sv1", "a", 1), ref("sv2", "b", 1)
	offer(t, s, day(1), "gv1", a)
	take(t, s, day(1), "gv1", day(1), a)
	offer(t, s, day(1), "gv1", b)
	inboxes(t, s, "gv1")
	take(t, s, day(1), "gv1", day(1), a)
	take(t, s, day(2), "gv1", day(1), a) // of the day for which it was taken
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(2)}), nil)
	take(t, s, day(2), "gv1", day(1), a) // that was another
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(1)}), nil)
	take(t, s, day(2), "gv1", day(2), b)
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(2)}), nil)
	inboxes(t, s)
}

func twoTakeTheSame(t *testing.T, s Storer) {
	var lines []journey.LineRef
	for i := range 20 {
		lines = append(lines, ref(journey.Code(fmt.Sprintf("sv%02d", i)), "a", 1))
	}
	var all sync.WaitGroup
	digests := make([]journey.Digest, 4)
	for i := range digests {
		all.Go(func() {
			if err := s.Offer(t.Context(), day(1), map[journey.Code][]journey.LineRef{"gv1": lines}); err != nil {
				t.Error(err)
			}
			d, ok, err := takeOne(t.Context(), s, "gv1", day(1))
			if err != nil || !ok {
				t.Errorf("take: %t, %v", ok, err)
			}
			digests[i] = d
		})
	}
	all.Wait()
	for _, d := range digests {
		equal(t, d, journey.Digest{For: "gv1", Day: day(1), Lines: lines})
	}
	equal(t, s.DigestsPut(t.Context(), journey.Digest{For: "gv1", Day: day(1)}), nil)
	inboxes(t, s)
}

func manyAtOnce(t *testing.T, s Storer) {
	ctx := t.Context()
	var codes []journey.Code
	var want []journey.Digest
	lines := make(map[journey.Code][]journey.LineRef)
	for i := range 1200 {
		code := journey.Code(fmt.Sprintf("gv%04d", i))
		codes = append(codes, code)
		if i%3 > 0 {
			lines[code] = []journey.LineRef{ref("sv1", "a", 1)}
			want = append(want, journey.Digest{For: code, Day: day(1), Lines: lines[code]})
		}
	}
	equal(t, s.Offer(ctx, day(1), lines), nil)
	for range 2 {
		got, err := s.TakeDigests(ctx, day(1), codes...)
		equal(t, err, nil)
		equal(t, got, want)
	}
	equal(t, s.DigestsPut(ctx, want[1:]...), nil)
	inboxes(t, s, want[0].For)
	got, err := s.TakeDigests(ctx, day(2), codes...)
	equal(t, err, nil)
	equal(t, got, want[:1])
	equal(t, s.DigestsPut(ctx, got...), nil)
	equal(t, s.DigestsPut(ctx), nil)
	got, err = s.TakeDigests(ctx, day(2))
	equal(t, err, nil)
	equal(t, len(got), 0)
	inboxes(t, s)
}

func unputGoesIntoTheNext(t *testing.T, s Storer) {
	ctx := t.Context()
	a, b, later := ref("sv1", "a", 1), ref("sv2", "b", 1), ref("sv1", "a", 2)
	offer(t, s, day(1), "gv1", a, b)
	take(t, s, day(1), "gv1", day(1), a, b)
	offer(t, s, day(2), "gv1", later, ref("sv3", "c", 2))
	d, ok, err := s.RetakeDigest(ctx, "gv1", day(2))
	equal(t, err, nil)
	want := []journey.LineRef{later, b, ref("sv3", "c", 2)}
	digestIs(t, d, ok, "gv1", day(2), want)
	if _, err := s.Digest(ctx, "gv1", day(1)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the digest that never was put: %v, want ErrNotFound", err)
	}
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(1)}), nil) // who was about to put it comes too late
	take(t, s, day(2), "gv1", day(2), want...)
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(2)}), nil)
	inboxes(t, s)
}

func retakingRepeats(t *testing.T, s Storer) {
	a := ref("sv1", "a", 1)
	offer(t, s, day(1), "gv1", a)
	take(t, s, day(1), "gv1", day(1), a)
	offer(t, s, day(1), "gv1", ref("sv2", "b", 1)) // waits: the digest of the day is taken
	for _, on := range []int{1, 1} {
		d, ok, err := s.RetakeDigest(t.Context(), "gv1", day(on))
		equal(t, err, nil)
		digestIs(t, d, ok, "gv1", day(1), []journey.LineRef{a})
	}
	for range 2 {
		d, ok, err := s.RetakeDigest(t.Context(), "gv1", day(2))
		equal(t, err, nil)
		digestIs(t, d, ok, "gv1", day(2), []journey.LineRef{a, ref("sv2", "b", 1)})
	}
}

func retakingIntoAFullDay(t *testing.T, s Storer) {
	ctx := t.Context()
	a, b := ref("sv1", "a", 1), ref("sv2", "b", 1)
	offer(t, s, day(2), "gv1", a)
	take(t, s, day(2), "gv1", day(2), a)
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(2)}), nil)
	offer(t, s, day(1), "gv1", b) // the clock went back
	take(t, s, day(1), "gv1", day(1), b)
	_, ok, err := s.RetakeDigest(ctx, "gv1", day(2))
	equal(t, err, nil)
	equal(t, ok, false)
	inboxes(t, s, "gv1")
	take(t, s, day(3), "gv1", day(3), b)
}

func puttingTwice(t *testing.T, s Storer) {
	ctx := t.Context()
	a, b := ref("sv1", "a", 1), ref("sv2", "b", 2)
	offer(t, s, day(1), "gv1", a)
	take(t, s, day(1), "gv1", day(1), a)
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(1)}), nil)
	offer(t, s, day(2), "gv1", b)
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(1)}), nil)
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: day(2)}), nil) // not taken yet
	inboxes(t, s, "gv1")
	take(t, s, day(2), "gv1", day(2), b)
}

// morning is what a job does each day for one person, broken off after so many
// steps. It returns the days whose digest it put.
func morning(t *testing.T, s Storer, on journey.Date, line journey.LineRef, steps int, box map[journey.Date][]journey.LineRef) {
	t.Helper()
	ctx := t.Context()
	step := func() bool { steps--; return steps >= 0 }
	if !step() {
		return
	}
	offer(t, s, on, "gv1", line)
	if !step() {
		return
	}
	d, ok, err := takeOne(ctx, s, "gv1", on)
	equal(t, err, nil)
	if ok && d.Day != on && box[d.Day] == nil {
		if !step() {
			return
		}
		d, ok, err = s.RetakeDigest(ctx, "gv1", on)
		equal(t, err, nil)
	}
	if !ok || !step() {
		return
	}
	if box[d.Day] == nil { // a key is put once
		box[d.Day] = d.Lines
	}
	if !step() {
		return
	}
	equal(t, s.DigestsPut(ctx, journey.Digest{For: "gv1", Day: d.Day}), nil)
	if d.Day != on {
		morning(t, s, on, line, steps, box)
	}
}

func morningBreaksOff(t *testing.T, s Storer) {
	const whole = 20
	lines := []journey.LineRef{ref("sv1", "a", 1), ref("sv2", "b", 2), ref("sv3", "c", 3)}
	year := 0
	for first := range 6 {
		for second := range 7 {
			year++
			on := func(i int) journey.Date { return day(1 + i).AddMonths(12 * year) }
			box := make(map[journey.Date][]journey.LineRef)
			for i, line := range lines {
				line.Step = on(i)
				for _, steps := range [][]int{{first}, {second, second}, {whole, whole}}[i] {
					morning(t, s, on(i), line, steps, box)
				}
			}
			// What broke off before anything was offered comes the next time, as
			// its track still says that it is due.
			for i := range lines {
				line := lines[i]
				line.Step = on(i)
				morning(t, s, on(len(lines)+i), line, whole, box)
			}
			told := make(map[journey.LineRef]int)
			for _, digest := range box {
				for _, line := range digest {
					told[line]++
				}
			}
			for i, line := range lines {
				line.Step = on(i)
				if told[line] != 1 {
					t.Errorf("broken off after %d and %d steps, %v was told %d times: %v", first, second, line, told[line], box)
				}
			}
		}
	}
	inboxes(t, s)
}
