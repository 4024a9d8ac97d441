package bot

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// maxAnswer is more than a hundred updates have.
const maxAnswer = 32 << 20

// exchange is the HTTP client of a single call. It brings in the context the
// library does not know, reads the whole answer, and keeps what the library
// loses: the status, and whether there ever was a connection.
type exchange struct {
	ctx  context.Context // of this one call
	http *http.Client

	status    int         // of the answer; 0 while there is none
	searching atomic.Bool // for a connection
	connected atomic.Bool // found one: from here on Telegram may have got it
}

// Do makes the request.
func (x *exchange) Do(r *http.Request) (*http.Response, error) {
	ctx := httptrace.WithClientTrace(x.ctx, &httptrace.ClientTrace{
		GetConn: func(string) { x.searching.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { x.connected.Store(true) },
	})
	resp, err := x.http.Do(r.WithContext(ctx)) // #nosec G704 -- the operator names the endpoint
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // or the library goes on writing an upload into it for ever
		}
		return nil, err
	}
	x.status = resp.StatusCode
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	_ = resp.Body.Close() // what it could report was read
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// neverLeft reports whether the request certainly did not reach Telegram: a
// connection was looked for and none found. A transport that does not tell
// counts as one that may have sent it.
func (x *exchange) neverLeft() bool {
	return x.searching.Load() && !x.connected.Load()
}
