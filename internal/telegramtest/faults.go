package telegramtest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// FaultKind is a way in which a call goes wrong.
type FaultKind int

// Kinds of fault. The first three have their effect and lose the answer; the
// others have none.
const (
	NoFault     FaultKind = iota
	Hang                  // no answer until the client gives up or Release is called
	Cut                   // the connection ends in the middle of the answer
	CutHeader             // the connection ends before the answer
	Drop                  // the connection ends before the call is looked at
	BadGateway            // 502 with an HTML page
	Server500             // 500 as JSON
	Conflict409           // another bot polls
	TooMany429            // wait Fault.RetryAfter seconds
	Garbage               // 200 and no JSON
	WrongToken            // 401
)

// Fault makes calls go wrong.
type Fault struct {
	Method     string // "" is every method
	Times      int    // how many calls; 0 is one, negative all until ClearFaults
	Kind       FaultKind
	RetryAfter int // seconds, for TooMany429; 0 is one
}

// Fault lets the next calls of a method go wrong. Several faults of a method
// happen one after the other.
func (s *Server) Fault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, f)
}

// ClearFaults lets all calls go well again. What hangs goes on hanging.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Release answers the calls that hang.
func (s *Server) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.release)
	s.release = make(chan struct{})
}

func (s *Server) takeFault(method string) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.faults {
		f := &s.faults[i]
		if f.Method != "" && f.Method != method {
			continue
		}
		taken := *f
		f.Times--
		if f.Times == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return taken
	}
	return Fault{}
}

// answeredEarly reports whether the call has no effect.
func (f Fault) answeredEarly() bool { return f.Kind >= Drop }

func (s *Server) finishFault(w http.ResponseWriter, call *Call, f Fault) {
	var err *failure
	switch f.Kind {
	case Drop:
		panic(http.ErrAbortHandler) // closes the connection
	case BadGateway:
		s.setStatus(call, http.StatusBadGateway)
		badGateway(w)
		return
	case Garbage:
		s.setStatus(call, http.StatusOK)
		_, _ = w.Write([]byte("<html>Please log in to this network</html>"))
		return
	case Server500:
		err = &failure{code: 500, description: "Internal Server Error"}
	case Conflict409:
		err = conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
	case WrongToken:
		err = &failure{code: 401, description: "Unauthorized"}
	case TooMany429:
		n := max(1, f.RetryAfter)
		err = &failure{code: 429, description: fmt.Sprintf("Too Many Requests: retry after %d", n), retryAfter: n}
	default:
		panic(fmt.Sprintf("telegramtest: no such fault: %d", f.Kind))
	}
	s.finish(w, call, nil, err)
}

// hang waits until somebody releases the call. It reports false if nobody
// waits for the answer any more.
func (s *Server) hang(r *http.Request) bool {
	s.mu.Lock()
	release := s.release
	s.mu.Unlock()
	select {
	case <-release:
		return true
	case <-r.Context().Done():
	case <-s.closed:
	}
	return false
}

// cut writes the first half of an answer and closes the connection.
func cut(w http.ResponseWriter, result any, err error) {
	status, body := render(result, err)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func badGateway(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusBadGateway)
	_, _ = w.Write([]byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"))
}
