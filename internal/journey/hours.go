package journey

import "time"

// Hours says when reminders go out: from At on until the quiet hours begin, all
// as time since midnight. Quiet hours may span midnight; equal ends are none.
type Hours struct{ At, QuietFrom, QuietTo time.Duration }

// Quiet reports whether nothing that can wait is sent at that moment. The end of
// the quiet hours lies outside them.
func (h Hours) Quiet(at time.Time) bool { return h.quiet(sinceMidnight(at)) }

func (h Hours) quiet(since time.Duration) bool {
	if h.QuietFrom <= h.QuietTo {
		return h.QuietFrom <= since && since < h.QuietTo
	}
	return since >= h.QuietFrom || since < h.QuietTo
}

// After returns the moment itself, or the end of the quiet hours it lies in.
func (h Hours) After(at time.Time) time.Time {
	if !h.Quiet(at) {
		return at
	}
	end := DateOf(at).At(h.QuietTo)
	if !end.After(at) {
		end = DateOf(at).AddDays(1).At(h.QuietTo)
	}
	return end
}

// Open reports whether reminders go out at that moment.
func (h Hours) Open(at time.Time) bool {
	begin, end, since := h.At, 24*time.Hour, sinceMidnight(at)
	if h.quiet(begin) {
		begin = h.QuietTo
	}
	if h.QuietFrom > begin && h.QuietFrom != h.QuietTo {
		end = h.QuietFrom
	}
	return begin <= since && since < end
}

func sinceMidnight(at time.Time) time.Duration { return at.Sub(DateOf(at).At(0)) }
