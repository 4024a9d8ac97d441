package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"donghanh/internal/chat"
	"donghanh/internal/store"
)

// start starts a server that ends with the test.
func start(t *testing.T, dir string) *store.Server {
	t.Helper()
	server, err := store.StartServer(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// open opens the store of a server.
func open(t *testing.T, server *store.Server) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestASecondServerOnAFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	start(t, dir)
	_, err := store.StartServer(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), dir) {
		t.Fatalf("second start: %v, want an error that names %s", err, dir)
	}
}

func TestARunningServerIsFoundByItsFolder(t *testing.T) {
	dir := t.TempDir()
	if url, ok := store.RunningServer(dir); ok {
		t.Errorf("in an empty folder runs %s", url)
	}
	server := start(t, dir)
	url, ok := store.RunningServer(dir)
	if !ok || url != server.URL() {
		t.Fatalf("found %q (%t), want %s", url, ok, server.URL())
	}
	joined, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(joined.Ping(t.Context()), joined.Close()); err != nil {
		t.Error(err)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if url, ok := store.RunningServer(dir); ok {
		t.Errorf("after its end %s still runs", url)
	}
}

func TestClosedServerLeavesItsFolderFree(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 {
		server := start(t, dir)
		s := open(t, server)
		kept, err := s.RulesPrint(t.Context())
		if want := []string{"", "print 0", "print 1"}[i]; err != nil || kept != want {
			t.Fatalf("start %d: kept is %q, %v, want %q", i, kept, err, want)
		}
		if err := s.SetRulesPrint(t.Context(), fmt.Sprint("print ", i)); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := server.Close(); err != nil {
				t.Fatal(err)
			}
		}
		<-server.Done()
		if folder := filepath.Dir(strings.TrimPrefix(server.URL(), "unix://")); exists(folder) {
			t.Errorf("the socket folder %s is still there", folder)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestAKilledServerLosesNothing(t *testing.T) {
	dir := t.TempDir()
	server := start(t, dir)
	b := &box{T: t, Store: open(t, server), now: noon, pace: fast}
	b.put(answer("sent", 7))
	b.sent(b.next("sent"))
	b.put(answer("out", 8))
	b.next("out")
	b.put(notice("N", 9))
	for i := range 300 {
		b.put(answer(fmt.Sprint("A", i), chat.Address(100+i)))
	}

	kill(t, server.PID())
	<-server.Done()
	if err := server.Err(); !strings.Contains(err.Error(), "killed") {
		t.Errorf("the end is told as %v", err)
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}

	b.Store = open(t, start(t, dir))
	b.state("sent", store.Sent)
	depths, err := b.LaneDepths(t.Context())
	b.must(err)
	if depths[chat.Answers] != 301 || depths[chat.Notices] != 1 {
		t.Errorf("waiting %v, want 301 answers and 1 notice", depths)
	}
	if n, err := b.Recover(t.Context()); n != 1 || err != nil {
		t.Errorf("recovered %d leases, %v, want 1", n, err)
	}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// ownerDir, when set in the environment, has this test binary be the process
// that TestAServerEndsWithItsOwnerAndHindersNoStart kills.
const ownerDir = "DONGHANH_TEST_OWNER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(ownerDir); dir != "" {
		if err := own(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// own starts a server in dir, stores something, prints the address and waits
// to be killed.
func own(ctx context.Context, dir string) error {
	server, err := store.StartServer(ctx, dir)
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, server.URL())
	if err != nil {
		return err
	}
	if err := s.SetRulesPrint(ctx, "kept"); err != nil {
		return err
	}
	fmt.Println(server.URL())
	<-server.Done()
	return server.Err()
}

func TestAServerEndsWithItsOwnerAndHindersNoStart(t *testing.T) {
	dir := t.TempDir()
	var folder string
	for range 3 {
		owner := exec.Command(os.Args[0])
		owner.Env = append(os.Environ(), ownerDir+"="+dir)
		out, err := owner.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := owner.Start(); err != nil {
			t.Fatal(err)
		}
		url, err := bufio.NewReader(out).ReadString('\n')
		kill(t, owner.Process.Pid)
		_ = owner.Wait()
		if err != nil || !strings.HasPrefix(url, "unix://") {
			t.Fatalf("the owner says %q, %v", url, err)
		}
		if folder != "" && exists(folder) {
			t.Errorf("the start after a kill left %s there", folder)
		}
		folder = filepath.Dir(strings.TrimSpace(strings.TrimPrefix(url, "unix://")))
	}
	kept, err := open(t, start(t, dir)).RulesPrint(t.Context())
	if err != nil || kept != "kept" {
		t.Errorf("kept is %q, %v, want \"kept\"", kept, err)
	}
}

func TestWithoutAServerTheErrorSaysWhatToDo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := store.StartServer(t.Context(), t.TempDir())
	if !errors.Is(err, store.ErrNotInstalled) {
		t.Errorf("start: %v", err)
	}
}

func TestValkeyIsTakenWhereThereIsNoRedis(t *testing.T) {
	path := t.TempDir()
	redis, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(redis, filepath.Join(path, "valkey-server")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", path)
	open(t, start(t, t.TempDir()))
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "appendonlydir"), []byte("in the way"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := store.StartServer(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "appendonly") {
		t.Errorf("start: %v, want what the server printed", err)
	}
	if err := os.Remove(filepath.Join(dir, "appendonlydir")); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
}

func TestAnInterruptedStartLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if server, err := store.StartServer(ctx, dir); err == nil {
		_ = server.Close() // it answered before anybody looked at ctx
	}
	start(t, dir)
}

func TestTheSocketLiesWhereItCan(t *testing.T) {
	short, err := os.MkdirTemp("/tmp", "donghanh-test-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(short)
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 120))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ data, tmp, in string }{
		"in the data folder, also without a writable temporary one":   {data: short, tmp: "/proc", in: short},
		"in the temporary folder when the data folder's path is long": {data: long, tmp: short, in: short},
		"in /tmp when both are long":                                  {data: long, tmp: long, in: "/tmp"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", tt.tmp)
			server, err := store.StartServer(t.Context(), tt.data)
			if err != nil {
				t.Fatal(err)
			}
			if in := filepath.Dir(filepath.Dir(strings.TrimPrefix(server.URL(), "unix://"))); in != tt.in {
				t.Errorf("the socket lies in %s, want %s", in, tt.in)
			}
			if err := server.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
