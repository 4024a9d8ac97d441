package knowledge

// spelling mends words one letter off: a letter missing, too many, wrong, or
// two swapped. Short words are left alone, since everything is near them.
type spelling struct {
	near map[string]uint32 // a word with one letter taken out → the word; 0 where several compete
	ids  map[string]uint32
}

const shortest = 4 // letters a mended word has at least

func newSpelling(ids map[string]uint32) *spelling {
	s := &spelling{near: map[string]uint32{}, ids: ids}
	for w, id := range ids {
		if len(w) < shortest {
			continue
		}
		for i := range len(w) {
			cut := w[:i] + w[i+1:]
			if old, ok := s.near[cut]; ok && old != id {
				s.near[cut] = 0
			} else {
				s.near[cut] = id
			}
		}
	}
	return s
}

// nearest returns the known word one letter from w, or 0 if there is none or
// more than one.
func (s *spelling) nearest(w string) uint32 {
	if len(w) < shortest || w[0] >= '0' && w[0] <= '9' {
		return 0
	}
	if id := s.near[w]; id != 0 { // a letter missing
		return id
	}
	var found uint32
	for i := range len(w) {
		cut := w[:i] + w[i+1:]
		id, ok := s.ids[cut] // a letter too many
		if !ok {
			id = s.near[cut] // a letter wrong, or two swapped
		}
		if id == 0 || id == found {
			continue
		}
		if found != 0 {
			return 0
		}
		found = id
	}
	return found
}
