package bench

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	unicodewords "github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"
	"golang.org/x/text/unicode/norm"

	"donghanh/internal/knowledge"
)

// peer is bleve, set up as its documentation shows, and where there was a
// choice so that it does better here: its default kind of index (scorch) in
// memory, which is faster than NewMemOnly's, its default scores, of which
// there were more right than by BM25, each text once without accents and once
// as typed, no English stop words. A question is a match query on the first
// field, and on the second where it was typed with accents.
type peer struct {
	index bleve.Index
	class map[string]string        // document → topic or kind out of scope
	topic map[knowledge.Topic]bool // those that are topics
}

type peerDocument struct {
	Folded string `json:"folded"`
	Typed  string `json:"typed"`
}

// newPeer makes an index with one document a passage, or one a topic.
func newPeer(t testing.TB, book *knowledge.Book, all []passage, byTopic bool) *peer {
	t.Helper()
	index, err := bleve.NewUsing("", peerMapping(t), scorch.Name, scorch.Name, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{index, map[string]string{}, map[knowledge.Topic]bool{}}
	for _, id := range book.Order {
		p.topic[id] = true
	}
	if byTopic {
		all = joined(all)
	}
	batch := index.NewBatch()
	for i, a := range all {
		id := fmt.Sprint(i)
		p.class[id] = a.class
		if err := batch.Index(id, peerDocument{peerFold(a.text), norm.NFC.String(a.text)}); err != nil {
			t.Fatal(err)
		}
		if batch.Size() == 1000 || i == len(all)-1 {
			if err := index.Batch(batch); err != nil {
				t.Fatal(err)
			}
			batch.Reset()
		}
	}
	return p
}

// joined returns one text a class, in order.
func joined(all []passage) []passage {
	var out []passage
	at := map[string]int{}
	texts := map[string][]string{}
	for _, p := range all {
		if _, ok := at[p.class]; !ok {
			at[p.class] = len(out)
			out = append(out, passage{class: p.class})
		}
		texts[p.class] = append(texts[p.class], p.text)
	}
	for i := range out {
		out[i].text = strings.Join(texts[out[i].class], "\n")
	}
	return out
}

func peerMapping(t testing.TB) mapping.IndexMapping {
	t.Helper()
	m := bleve.NewIndexMapping()
	err := m.AddCustomAnalyzer("words", map[string]any{
		"type": custom.Name, "tokenizer": unicodewords.Name, "token_filters": []string{lowercase.Name},
	})
	if err != nil {
		t.Fatal(err)
	}
	m.DefaultAnalyzer = "words"
	field := bleve.NewTextFieldMapping()
	field.Store, field.IncludeInAll, field.IncludeTermVectors, field.DocValues = false, false, false, false
	document := bleve.NewDocumentStaticMapping()
	document.AddFieldMappingsAt("folded", field)
	document.AddFieldMappingsAt("typed", field)
	m.DefaultMapping = document
	return m
}

// find returns the topic of the best document. Kinds out of scope are passed
// over, so that declining never costs it an answer.
func (p *peer) find(t testing.TB, question string) knowledge.Topic {
	folded, typed := peerFold(question), norm.NFC.String(question)
	match := bleve.NewMatchQuery(folded)
	match.SetField("folded")
	var q query.Query = match
	if strings.ToLower(typed) != folded {
		exact := bleve.NewMatchQuery(typed)
		exact.SetField("typed")
		q = bleve.NewDisjunctionQuery(match, exact)
	}
	found, err := p.index.Search(bleve.NewSearchRequest(q))
	if err != nil {
		t.Fatal(err)
	}
	for _, hit := range found.Hits {
		if topic := knowledge.Topic(p.class[hit.ID]); p.topic[topic] {
			return topic
		}
	}
	return ""
}

// peerFold takes the accents off, as a user of bleve would write it; bleve's
// own filter leaves those of decomposed text standing.
func peerFold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == 'đ':
			return 'd'
		}
		return r
	}, norm.NFD.String(strings.ToLower(s)))
}
