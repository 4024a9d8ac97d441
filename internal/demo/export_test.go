package demo

// Hangup drops every page that listens, as happens to a slow one.
func (d *Demo) Hangup() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for r := range d.readers {
		d.drop(r)
	}
}
