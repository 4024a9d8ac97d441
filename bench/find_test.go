package bench

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"testing"
	"time"

	"donghanh/internal/knowledge"
)

// rounds is how often each engine has its turn; they alternate, so that what
// disturbs the machine for a while does not meet one of them alone.
const rounds = 5

// engine is one way to find the topic of a question.
type engine struct {
	name  string
	find  func(Question) knowledge.Topic
	built time.Duration
	heap  uint64  // bytes it keeps
	right float64 // share of the questions in scope whose first topic fits
}

// BenchmarkFind asks all questions once an op; what it reports besides is for
// one question.
func BenchmarkFind(b *testing.B) {
	content := fs.FS(os.DirFS("../content"))
	today := load(b, content)
	questions, labelled, err := Questions(questionFile(), today)
	if err != nil {
		b.Fatal(err)
	}
	sizes := []struct {
		name    string
		content fs.FS
	}{
		{"today", content},
		{"grown", grow(b, content, today, 100_000)},
	}
	for _, size := range sizes {
		b.Run(size.name, func(b *testing.B) {
			var book *knowledge.Book
			ours := build(func() { book = load(b, size.content) })
			all := passages(book)
			var byTopic, byPassage *peer
			ours.name, ours.find = "ours", func(q Question) knowledge.Topic { return nearest(book.FindAll(q.Question, q.Prev)[0]) }
			topics := build(func() { byTopic = newPeer(b, book, all, true) })
			topics.name, topics.find = "bleve-topics", func(q Question) knowledge.Topic { return byTopic.find(b, q.Question) }
			each := build(func() { byPassage = newPeer(b, book, all, false) })
			each.name, each.find = "bleve-passages", func(q Question) knowledge.Topic { return byPassage.find(b, q.Question) }
			engines := []engine{ours, topics, each}
			inScope := 0
			for i := range engines {
				inScope, engines[i].right = accuracy(engines[i], questions) // and warms it up
			}
			for round := range rounds {
				for _, e := range engines {
					b.Run(fmt.Sprintf("%s/%d", e.name, round+1), func(b *testing.B) {
						measure(b, e, questions)
						b.ReportMetric(float64(len(all)), "passages")
						if labelled {
							b.ReportMetric(float64(inScope), "in-scope")
							b.ReportMetric(e.right, "right")
						}
					})
				}
			}
			for _, p := range []*peer{byTopic, byPassage} {
				if err := p.index.Close(); err != nil {
					b.Error(err)
				}
			}
		})
	}
}

// questionFile is the labelled file, which need not exist.
func questionFile() string {
	if f, ok := os.LookupEnv("QUESTIONS"); ok {
		return f
	}
	return "../../shared/domain/questions-dev.jsonl"
}

func load(b *testing.B, content fs.FS) *knowledge.Book {
	b.Helper()
	book, problems := knowledge.Load(content)
	if book == nil {
		b.Fatalf("content does not load: %v", problems)
	}
	return book
}

// nearest is the topic that is answered, or offered first.
func nearest(f knowledge.Found) knowledge.Topic {
	if f.Outcome == knowledge.Unsure {
		return f.Choices[0]
	}
	return f.Topic
}

// build does what makes an engine, and says how long it took and how much it
// keeps.
func build(do func()) engine {
	before := heap()
	start := time.Now()
	do()
	built := time.Since(start)
	return engine{built: built, heap: max(heap(), before) - before}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers let go of
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func measure(b *testing.B, e engine, questions []Question) {
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		for _, q := range questions {
			e.find(q)
		}
	}
	runtime.ReadMemStats(&after)
	asked := float64(b.N * len(questions))
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/1e3/asked, "µs/question")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/asked, "allocs/question")
	b.ReportMetric(e.built.Seconds(), "build-s")
	b.ReportMetric(float64(e.heap)/1e6, "heap-MB")
}

// accuracy is how many questions are in scope, and the share of them whose
// first topic fits.
func accuracy(e engine, questions []Question) (n int, right float64) {
	fit := 0
	for _, q := range questions {
		if !q.InScope() {
			continue
		}
		n++
		if q.Fits(e.find(q)) {
			fit++
		}
	}
	return n, float64(fit) / float64(max(1, n))
}
