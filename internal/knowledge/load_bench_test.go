package knowledge

import (
	"os"
	"testing"
)

// BenchmarkLoad reads, checks and learns the whole content, as at each start.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if book, problems := Load(os.DirFS("../../content")); book == nil {
			b.Fatalf("content does not load: %v", problems)
		}
	}
}
