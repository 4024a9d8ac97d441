package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"donghanh/internal/telegramtest"
)

// onlyDataIsWritten is set for a process that is to see a root file system that
// is only read but for one folder.
const onlyDataIsWritten = "DONGHANH_TEST_ONLY_DATA"

// closeRoot has this process see everything read-only but dir, and a /proc
// folder as the one it works in.
func closeRoot(dir string) error {
	if err := syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, ""); err != nil {
		return err
	}
	if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
		return err
	}
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(mounts)) {
		at := strings.Fields(line)[1]
		if at == dir || at == "/dev" || strings.HasPrefix(at, "/dev/") || strings.HasPrefix(at, "/proc") || strings.HasPrefix(at, "/sys") {
			continue
		}
		if err := syscall.Mount("", at, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""); err != nil && at == "/" {
			return err
		}
	}
	return os.Chdir("/proc")
}

func init() {
	dir := os.Getenv(onlyDataIsWritten)
	if dir == "" || os.Getenv("DONGHANH_TEST_MAIN") == "" {
		return
	}
	if err := closeRoot(dir); err != nil {
		_, _ = os.Stderr.WriteString("root not closed: " + err.Error() + "\n")
		os.Exit(3)
	}
}

func TestServeWritesToItsDataFolderAlone(t *testing.T) {
	if err := (&exec.Cmd{Path: "/bin/true", SysProcAttr: &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}}).Run(); err != nil {
		t.Skipf("a read-only root takes rights that are not there: %v", err)
	}
	short, err := os.MkdirTemp("/tmp", "donghanh-data-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(short)
	own := copyContent(t)
	tests := map[string][]string{
		"with a Redis of its own":   nil,
		"with content of its own":   {"CONTENT_DIR=" + own},
		"and no TMPDIR to write to": {"TMPDIR=/nowhere"},
	}
	for name, environ := range tests {
		t.Run(name, func(t *testing.T) {
			data := filepath.Join(short, strings.ReplaceAll(name, " ", ""))
			if err := os.Mkdir(data, 0o700); err != nil {
				t.Fatal(err)
			}
			tg, url := pretend(t, 1, telegramtest.Limits{})
			p := startAs(t, &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}, append(environ, onlyDataIsWritten+"="+data, "TELEGRAM_API="+url, "DATA_DIR="+data), "serve")
			tg.Say(1, "dự bị bao lâu vậy ạ")
			answers(t, tg, 1, 1)
			if status, body := p.get(t, "/healthz"); status != http.StatusOK {
				t.Errorf("healthz: %d %s", status, body)
			}
			p.stop(t, syscall.SIGTERM)
			if log := p.stderr.String(); strings.Contains(log, `"level":"WARN"`) || strings.Contains(log, `"level":"ERROR"`) {
				t.Errorf("something could not be written:\n%s", log)
			}
			left, err := filepath.Glob(data + "/*")
			if err != nil || !slices.Contains(left, data+"/appendonlydir") {
				t.Errorf("the data folder holds %v, %v", left, err)
			}
		})
	}
}
