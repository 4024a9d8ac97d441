package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Start starts the product as a process, with its files in dir and those
// settings ("KEY=value") beside the ones it needs.
func Start(binary, dir string, settings ...string) (*exec.Cmd, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	p := exec.Command(binary, "serve")
	p.Dir, p.Stderr = dir, os.Stderr
	p.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "LISTEN=127.0.0.1:0", "LOG_LEVEL=warn", "DATA_DIR=" + dir,
	}, settings...)
	return p, p.Start()
}

// Status returns a number from /proc/<pid>/status; what is in kB as MB.
func Status(pid, field string) (float64, error) {
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

// UsedMemory is what Redis holds, in bytes.
func UsedMemory(ctx context.Context, rdb *redis.Client) (int, error) {
	info, err := rdb.Info(ctx, "memory").Result()
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(info) {
		if n, ok := strings.CutPrefix(line, "used_memory:"); ok {
			return strconv.Atoi(strings.TrimSpace(n))
		}
	}
	return 0, fmt.Errorf("no used_memory in %q", info)
}

// Millis is a duration in milliseconds.
func Millis(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// Quantile is the value below which that share of v lies.
func Quantile(v []float64, q float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[min(len(v)-1, int(q*float64(len(v))))]
}
