package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// memory returns the resident memory of a process and of the child it has, in
// MB.
func memory(pid int) (own, child float64, err error) {
	if own, err = status(fmt.Sprint(pid), "VmRSS"); err != nil {
		return 0, 0, err
	}
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, 0, err
	}
	for _, dir := range all {
		id := filepath.Base(dir)
		if parent, err := status(id, "PPid"); err != nil || int(parent) != pid {
			continue // ended, or somebody else's
		}
		rss, err := status(id, "VmRSS")
		return own, rss, err
	}
	return 0, 0, fmt.Errorf("process %d has no redis-server", pid)
}

// status returns a number from /proc/<pid>/status; what is in kB as MB.
func status(pid, field string) (float64, error) {
	raw, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		name, value, _ := strings.Cut(line, ":")
		if name != field {
			continue
		}
		number, unit, _ := strings.Cut(strings.TrimSpace(value), " ")
		v, err := strconv.ParseFloat(number, 64)
		if unit == "kB" {
			v *= 1024.0 / 1e6
		}
		return v, err
	}
	return 0, fmt.Errorf("no %s in the status of process %s", field, pid)
}
