// Package telegramtest is a pretend Telegram: an [http.Handler] that speaks
// the Bot API as strictly as the real one, with people in it who type, press,
// upload and block. Tests talk to it instead of Telegram, and so does the
// demo. It implements what the bot calls and refuses everything else, so a
// call Telegram would not understand is found here first.
package telegramtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Config is what a pretend Telegram starts with. Every zero value is usable.
type Config struct {
	Token   string           // the one token it knows; "123456:TEST" if empty
	Now     func() time.Time // dates of messages and limits; time.Now if nil
	Latency time.Duration    // before each call is looked at
	Limits  Limits
	Bot     User // the bot itself; the id comes from the token if zero
	Keep    int  // messages of a chat, files, and calls that are remembered; all messages and files, and the last 50,000 calls, if zero
}

// Server is the pretend Telegram. All methods may be called at any time, from
// any goroutine, also from inside a [Server.Watch] callback.
type Server struct {
	token  string
	now    func() time.Time
	limits Limits
	bot    User

	maxUpload int64 // bytes
	most      int   // Config.Keep

	closed    chan struct{} // closed by Close
	closeOnce sync.Once
	hooks     sync.WaitGroup // webhook couriers under way

	mu       sync.Mutex // guards everything below
	latency  time.Duration
	people   map[int64]*person
	groups   map[int64]*group
	messages map[int64][]*Message // by chat, oldest first
	lastID   int                  // of messages; ids are never used twice
	files    []*stored
	lastFile int
	queries  map[string]*query
	pace     pace
	faults   []Fault
	release  chan struct{} // closed to end the calls that hang
	calls    []*Call
	mistakes []string

	updates  []update
	updateID int64
	allowed  []string      // kinds of update the bot asked for; nil: the default
	wake     chan struct{} // closed when the queue or the webhook changes
	poll     *poll         // the long poll under way
	hook     *webhook

	commands         map[commandScope][]Command
	description      string
	shortDescription string

	watchers []*watcher
	events   []Event
	emitting bool
}

// New returns a pretend Telegram in which nobody has written yet.
func New(c Config) *Server {
	if c.Token == "" {
		c.Token = "123456:TEST"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Bot.ID == 0 {
		before, _, _ := strings.Cut(c.Token, ":")
		c.Bot.ID, _ = strconv.ParseInt(before, 10, 64)
		c.Bot.ID = max(c.Bot.ID, 1)
	}
	if c.Bot.FirstName == "" {
		c.Bot.FirstName = "Đồng Hành"
	}
	if c.Bot.Username == "" {
		c.Bot.Username = "donghanh_bot"
	}
	return &Server{
		token:     c.Token,
		now:       c.Now,
		limits:    c.Limits.withDefaults(),
		bot:       c.Bot,
		maxUpload: telegramsMaxUpload,
		most:      c.Keep,
		closed:    make(chan struct{}),
		latency:   c.Latency,
		people:    map[int64]*person{},
		groups:    map[int64]*group{},
		messages:  map[int64][]*Message{},
		queries:   map[string]*query{},
		pace:      newPace(),
		release:   make(chan struct{}),
		updateID:  100_000,
		wake:      make(chan struct{}),
		commands:  map[commandScope][]Command{},
	}
}

// Close ends long polls, hanging calls and the delivery to a webhook, and
// waits for the last. Calls that arrive later are answered with 502.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		close(s.closed)
		s.mu.Lock()
		s.stopHook()
		s.mu.Unlock()
	})
	s.hooks.Wait()
}

// SetLatency changes how long a call waits before it is looked at.
func (s *Server) SetLatency(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = d
}

// Call is one call the bot made.
type Call struct {
	Method string
	Params map[string]string // a file stands as its name
	At     time.Time         // when it arrived
	Status int               // of the answer; 0 while there is none
}

// keptCalls is how many calls are remembered, so that a demo that runs for
// days does not fill the memory.
const keptCalls = 50_000

// forget drops the oldest of a list that has grown to twice what is remembered.
func forget[T any](list []T, most int) []T {
	if most == 0 || len(list) < 2*most {
		return list
	}
	return slices.Delete(list, 0, len(list)-most)
}

// Calls returns the calls so far, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := make([]Call, len(s.calls))
	for i, c := range s.calls {
		calls[i] = *c
	}
	return calls
}

// Mistakes returns what the bot did that is no part of the Bot API, or no part
// of it that this server knows. A test that ends with one should fail.
func (s *Server) Mistakes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mistakes)
}

// failure is an answer that is not ok.
type failure struct {
	code        int
	description string
	retryAfter  int
	migrateTo   int64
}

func (f *failure) Error() string { return f.description }

func badRequest(format string, args ...any) *failure {
	return &failure{code: http.StatusBadRequest, description: "Bad Request: " + fmt.Sprintf(format, args...)}
}

// ServeHTTP answers /bot<token>/<method> and /file/bot<token>/<path>.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isClosed(s.closed) {
		badGateway(w)
		return
	}
	if path, ok := strings.CutPrefix(r.URL.Path, "/file/bot"); ok {
		token, path, _ := strings.Cut(path, "/")
		s.serveFile(w, token, path)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, "/bot")
	token, name, hasMethod := strings.Cut(path, "/")
	switch {
	case !ok || !hasMethod:
		answer(w, nil, &failure{code: 404, description: "Not Found"})
		return
	case token != s.token:
		answer(w, nil, &failure{code: 401, description: "Unauthorized"})
		return
	}
	s.serveMethod(w, r, name)
}

func (s *Server) serveMethod(w http.ResponseWriter, r *http.Request, name string) {
	m, known := methods[name]
	req, err := parse(w, r, s.maxUpload)
	call := s.arrive(name, req)
	if !known {
		s.mistake(name, "there is no such method")
		s.finish(w, call, nil, &failure{code: 404, description: "Not Found"})
		return
	}
	if err == nil {
		err = m.check(req)
		if err != nil {
			s.mistake(name, err.Error())
		}
	}
	if err != nil {
		s.finish(w, call, nil, err)
		return
	}
	if !s.travel(r) {
		return
	}

	fault := s.takeFault(name)
	if fault.answeredEarly() {
		s.finishFault(w, call, fault)
		return
	}
	var result any
	if m.wait != nil {
		result, err = m.wait(s, r.Context(), req)
	} else {
		s.mu.Lock()
		result, err = m.run(s, req)
		s.mu.Unlock()
	}
	s.emit()
	switch fault.Kind {
	case Hang:
		if !s.hang(r) {
			return
		}
	case Cut:
		s.setStatus(call, http.StatusOK)
		cut(w, result, err)
		return
	case CutHeader:
		panic(http.ErrAbortHandler) // closes the connection
	}
	s.finish(w, call, result, err)
}

// travel waits as long as a call is under way. It reports false if nobody
// waits for the answer any more.
func (s *Server) travel(r *http.Request) bool {
	s.mu.Lock()
	d := s.latency
	s.mu.Unlock()
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
	case <-s.closed:
	}
	return false
}

func (s *Server) arrive(name string, req *request) *Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	params := maps.Clone(req.params)
	for field, f := range req.files {
		params[field] = f.name
	}
	call := &Call{Method: name, Params: params, At: s.now()}
	kept := keptCalls
	if s.most > 0 {
		kept = s.most
	}
	if len(s.calls) >= kept {
		s.calls = slices.Delete(s.calls, 0, kept/10+1)
	}
	s.calls = append(s.calls, call)
	return call
}

func (s *Server) mistake(method, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mistakes = append(s.mistakes, method+": "+what)
}

func (s *Server) setStatus(call *Call, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call.Status = status
}

func (s *Server) finish(w http.ResponseWriter, call *Call, result any, err error) {
	status, _ := render(result, err)
	s.setStatus(call, status)
	answer(w, result, err)
}

// render returns the status and the body of an answer.
func render(result any, err error) (status int, body []byte) {
	a := struct {
		OK          bool           `json:"ok"`
		Result      any            `json:"result,omitempty"`
		Code        int            `json:"error_code,omitempty"`
		Description string         `json:"description,omitempty"`
		Parameters  map[string]any `json:"parameters,omitempty"`
	}{OK: err == nil, Result: result}
	status = http.StatusOK
	if f, ok := errors.AsType[*failure](err); ok {
		a.Code, a.Description, a.Result = f.code, f.description, nil
		status = f.code
		if f.retryAfter > 0 {
			a.Parameters = map[string]any{"retry_after": f.retryAfter}
		}
		if f.migrateTo != 0 {
			a.Parameters = map[string]any{"migrate_to_chat_id": f.migrateTo}
		}
	} else if err != nil {
		status, a.Code, a.Description, a.Result = 500, 500, "Internal Server Error: "+err.Error(), nil
	}
	body, err = json.Marshal(a)
	if err != nil {
		panic(fmt.Sprintf("telegramtest: answer of %T: %v", result, err)) // ours, found by any test
	}
	return status, body
}

func answer(w http.ResponseWriter, result any, err error) {
	status, body := render(result, err)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that is gone reads nothing
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
