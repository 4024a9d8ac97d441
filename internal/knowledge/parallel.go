package knowledge

import (
	"io/fs"
	"runtime"

	"donghanh/internal/yamlfile"
)

// together reads content files at the same time, as many at once as there are
// cores. Nothing of it goes on once all that was begun was waited for.
type together struct {
	fs.FS
	turns chan struct{}
}

func readAtOnce(fsys fs.FS) together {
	return together{fsys, make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// begin does work when it is its turn. The function returned waits for it.
func (f together) begin(work func()) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.turns <- struct{}{}
		work()
		<-f.turns
	}()
	return func() { <-done }
}

// beginList begins to read a file as yamlfile.List does. The function returned
// waits for it and hands out the items in the order of the file.
func beginList[T any](f together, file string) func(item func(yamlfile.Place, T)) []Problem {
	var problems []Problem
	var places []yamlfile.Place
	var values []T
	wait := f.begin(func() {
		problems = yamlfile.List(f, file, func(at yamlfile.Place, v T) {
			places, values = append(places, at), append(values, v)
		})
	})
	return func(item func(yamlfile.Place, T)) []Problem {
		wait()
		for i, at := range places {
			item(at, values[i])
		}
		return problems
	}
}

// beginOne begins to read a file as yamlfile.One does. The function returned
// waits for it; into is not to be touched before.
func beginOne[T any](f together, file string, into *T) func() []Problem {
	var problems []Problem
	wait := f.begin(func() { problems = yamlfile.One(f, file, into) })
	return func() []Problem {
		wait()
		return problems
	}
}
