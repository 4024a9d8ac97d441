// Package content embeds the reviewed content that comes with the program:
// answers, facts, documents, and how people type. People who know the rules
// edit the YAML, not Go; CONTENT_DIR lets an academy keep its own copy.
package content

import "embed"

// Built is the content built into the program.
//
//go:embed *.yaml answers/*.yaml asks/*.yaml
var Built embed.FS

// Learned is what knowledge.Book.Learned returned for Built, so that the first
// start does not have to learn; make learned renews it. Not to be changed.
//
//go:embed learned
var Learned []byte
