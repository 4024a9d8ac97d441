package main

import (
	"fmt"
	"path/filepath"

	"donghanh/bench"
)

// memory returns the resident memory of a process and of the child it has, in
// MB.
func memory(pid int) (own, child float64, err error) {
	if own, err = bench.Status(fmt.Sprint(pid), "VmRSS"); err != nil {
		return 0, 0, err
	}
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, 0, err
	}
	for _, dir := range all {
		id := filepath.Base(dir)
		if parent, err := bench.Status(id, "PPid"); err != nil || int(parent) != pid {
			continue // ended, or somebody else's
		}
		rss, err := bench.Status(id, "VmRSS")
		return own, rss, err
	}
	return 0, 0, fmt.Errorf("process %d has no redis-server", pid)
}
