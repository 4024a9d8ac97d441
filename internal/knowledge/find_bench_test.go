package knowledge

import (
	"os"
	"testing"
)

// BenchmarkFind answers every 17th way of asking, misspelt by one letter.
func BenchmarkFind(b *testing.B) {
	book, problems := Load(os.DirFS("../../content"))
	if book == nil {
		b.Fatalf("content does not load: %v", problems)
	}
	_, asks := book.asks()
	var questions []string
	for i := 0; i < len(asks); i += 17 {
		questions = append(questions, asks[i].text+" vaayj")
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		book.FindAll(questions[i%len(questions)], "")
	}
}
