package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// ErrNotInstalled means that there is no Redis to start.
var ErrNotInstalled = errors.New("REDIS_URL is not set and neither redis-server nor valkey-server is on PATH: " +
	"apt-get install redis-server, or set REDIS_URL")

const (
	answersWithin = time.Minute           // a server that loads a long file answers late
	freedWithin   = 2 * time.Second       // a server killed with its owner holds the folder a little longer
	endsWithin    = 10 * time.Second      // a server asked to stop
	pollEvery     = 10 * time.Millisecond // while waiting for any of these
	lockFile      = "lock"                // in the data folder; notes the socket's folder
	socketPrefix  = "donghanh-redis-"     // of the socket's folder
	socketName    = "s"                   // in it
	longestSocket = 100                   // bytes; the kernel takes 107
)

// Server is a private redis-server: only this process reaches it, through a
// socket in a folder of its own, and it ends with this process.
type Server struct {
	socket string // its path
	lock   *os.File
	cmd    *exec.Cmd
	output *tail
	done   chan struct{} // closed when the server ended; exit is set then
	exit   error
	close  sync.Once
}

// StartServer starts a redis-server (or valkey-server) that keeps its files in
// dir, writing each change to disk before it answers, and waits until it
// answers itself. A folder belongs to one server: a second start fails at once.
// What a killed process left behind is cleared away.
func StartServer(ctx context.Context, dir string) (*Server, error) {
	program, err := findServer()
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("redis-server: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("redis-server: %w", err)
	}
	lock, err := lockFolder(ctx, dir)
	if err != nil {
		return nil, err
	}
	s := &Server{lock: lock, output: &tail{}, done: make(chan struct{})}
	if s.socket, err = s.socketFolder(dir); err != nil {
		return nil, errors.Join(fmt.Errorf("redis-server: %w", err), lock.Close())
	}
	if err := s.start(program, dir); err != nil {
		return nil, errors.Join(fmt.Errorf("redis-server: %w", err), s.clear())
	}
	if err := s.answers(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// RunningServer returns the address of the server that another process runs on
// dir; ok is false when there is none. That process may end it at any moment.
func RunningServer(dir string) (url string, ok bool) {
	f, err := os.Open(filepath.Join(dir, lockFile)) // #nosec G304 -- the operator names the folder
	if err != nil {
		return "", false
	}
	defer func() { _ = f.Close() }() // gives a lock of ours free, too
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); !errors.Is(err, syscall.EWOULDBLOCK) {
		return "", false
	}
	folder := notedIn(f)
	if folder == "" {
		return "", false
	}
	return "unix://" + filepath.Join(folder, socketName), true
}

// findServer returns the path of the program to start.
func findServer() (string, error) {
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNotInstalled
}

// lockFolder takes dir for this server. The lock is shared with the server
// process, so it is free only when both have ended; one that is about to end
// is waited for.
func lockFolder(ctx context.Context, dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600) // #nosec G304 -- the operator names the folder
	if err != nil {
		return nil, fmt.Errorf("redis-server: %w", err)
	}
	err = poll(ctx, freedWithin, pollEvery, func(context.Context) (final bool, err error) {
		return false, syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	})
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("the data folder %s is in use by another donghanh; stop that one or set DATA_DIR", dir)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("redis-server: %w", err), f.Close())
	}
	return f, nil
}

// socketFolder makes a folder for the socket, notes it in the lock file, and
// removes the one noted there before. It lies in the data folder where it can:
// that is the one place that is surely writable, and that whoever joins the
// server sees too, while a service may have a /tmp of its own.
func (s *Server) socketFolder(dir string) (socket string, err error) {
	if old := notedIn(s.lock); old != "" {
		_ = os.RemoveAll(old) // a leftover that stays hinders nobody
	}
	var folder string
	for _, parent := range []string{dir, "", "/tmp"} {
		if folder, err = os.MkdirTemp(parent, socketPrefix); err != nil {
			continue
		}
		if err = takesSocket(folder); err == nil {
			break
		}
		_ = os.Remove(folder)
	}
	if err != nil {
		return "", err
	}
	if err := errors.Join(s.lock.Truncate(0), writeAt(s.lock, folder)); err != nil {
		return "", err
	}
	return filepath.Join(folder, socketName), nil
}

// takesSocket tries a socket in a folder: its path may be too long for the
// kernel, and some shared file systems take none.
func takesSocket(folder string) error {
	if len(folder) > longestSocket-len("/"+socketName) {
		return fmt.Errorf("%s is too long a path for a socket", folder)
	}
	l, err := net.Listen("unix", filepath.Join(folder, socketName))
	if err != nil {
		return err
	}
	return l.Close() // removes it too
}

// notedIn returns the socket's folder that a lock file notes; empty for none.
func notedIn(lock *os.File) string {
	noted := make([]byte, 4096)
	n, _ := lock.ReadAt(noted, 0)
	if folder := string(noted[:n]); strings.HasPrefix(filepath.Base(folder), socketPrefix) {
		return folder
	}
	return ""
}

func writeAt(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}

// start runs the server. Its process belongs to a thread that lives as long as
// it does: the kernel kills it when that thread ends, that is when this process
// ends, however it ends.
func (s *Server) start(program, dir string) error {
	s.cmd = exec.Command(program, // #nosec G204 -- found on PATH
		"--port", "0", "--unixsocket", s.socket, "--unixsocketperm", "700",
		"--dir", dir, "--save", "", "--appendonly", "yes", "--appendfsync", "always",
		"--maxmemory-policy", "noeviction", "--daemonize", "no", "--logfile", "", "--loglevel", "notice")
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	s.cmd.WaitDelay = time.Second // a child of its own may hold the output open
	s.cmd.ExtraFiles = []*os.File{s.lock}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}

	started := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with this function
		err := s.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		s.exit = s.cmd.Wait()
		close(s.done)
	}()
	return <-started
}

// answers waits until the server has loaded its files.
func (s *Server) answers(ctx context.Context) error {
	redis.SetLogger(silent{})
	rdb := redis.NewClient(&redis.Options{
		Network: "unix", Addr: s.socket,
		MaxRetries: -1, DialerRetries: 1, // poll repeats
		ContextTimeoutEnabled:    true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	defer func() { _ = rdb.Close() }() // only asked
	err := poll(ctx, answersWithin, pollEvery, func(ctx context.Context) (final bool, err error) {
		select {
		case <-s.done:
			return true, errEnded
		default:
			return false, rdb.Ping(ctx).Err()
		}
	})
	if err != nil {
		return fmt.Errorf("redis-server does not answer: %w\n%s", err, s.output)
	}
	return nil
}

// errEnded is what is known of a server that ended without an exit status.
var errEnded = errors.New("it ended")

// URL returns the address for Open.
func (s *Server) URL() string { return "unix://" + s.socket }

// PID returns the server's process id.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Done is closed when the server has ended, by Close or by itself.
func (s *Server) Done() <-chan struct{} { return s.done }

// Err returns the last the server said when it ended by itself; it is for
// after Done.
func (s *Server) Err() error {
	return fmt.Errorf("redis-server ended: %w\n%s", cmp.Or(s.exit, errEnded), s.output)
}

// Close has the server put its files away and waits until it has ended. A
// second call does nothing.
func (s *Server) Close() (err error) {
	s.close.Do(func() {
		// SIGTERM is what SHUTDOWN does, and needs no connection.
		_ = s.cmd.Process.Signal(syscall.SIGTERM)
		timer := time.NewTimer(endsWithin)
		defer timer.Stop()
		select {
		case <-s.done:
		case <-timer.C:
			_ = s.cmd.Process.Kill()
			<-s.done
			err = fmt.Errorf("redis-server did not stop within %s and was killed", endsWithin)
		}
		err = errors.Join(err, s.clear())
	})
	return err
}

// clear gives the folder free and removes the socket's.
func (s *Server) clear() error {
	return errors.Join(os.RemoveAll(filepath.Dir(s.socket)), s.lock.Close())
}

// tail keeps the last of what a program printed.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailBytes = 2048

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if over := len(t.buf) - tailBytes; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.buf))
}
