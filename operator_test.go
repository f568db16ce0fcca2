package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// operator is where the operator's listener is.
func (p *program) operator() string {
	_, rest, _ := strings.Cut(p.output, "http://")
	address, _, _ := strings.Cut(rest, " ")
	return address
}

func TestOperator(t *testing.T) {
	var unready error
	profiles := false
	get := func(method, path string) (int, string) {
		operator := newOperator(func() error { return unready }, prometheus.NewRegistry(), profiles)
		w := httptest.NewRecorder()
		operator.Handler.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w.Code, w.Body.String()
	}
	expect := func(method, path string, code int, words ...string) {
		t.Helper()
		got, body := get(method, path)
		if got != code {
			t.Errorf("%s %s: %d, want %d", method, path, got, code)
		}
		for _, word := range words {
			if !strings.Contains(body, word) {
				t.Errorf("%s %s has no %q:\n%s", method, path, word, body)
			}
		}
	}
	expect("GET", "/metrics", http.StatusOK)
	expect("GET", "/healthz", http.StatusOK, "ok")
	expect("GET", "/readyz", http.StatusOK, "ok")
	unready = errors.New("stopping")
	expect("GET", "/readyz", http.StatusServiceUnavailable, "stopping")
	expect("GET", "/healthz", http.StatusOK)
	expect("POST", "/healthz", http.StatusMethodNotAllowed)
	expect("GET", "/debug/pprof/", http.StatusNotFound)
	expect("GET", "/debug/pprof/heap", http.StatusNotFound)
	profiles = true
	expect("GET", "/debug/pprof/", http.StatusOK, "heap")
	expect("GET", "/debug/pprof/heap?debug=1", http.StatusOK, "heap profile")
	expect("GET", "/debug/pprof/cmdline", http.StatusNotFound)
}

// While the last ones chat before a restart, the operator sees that nobody is let in.
func TestNotReadyWhileDraining(t *testing.T) {
	t.Parallel()
	root, people := newStaffKey(t, "root"), new(sources)
	p := startServer(t, "--admin-key", root.line, "--http", "127.0.0.1:0")
	a, b := converse(t, p, people)
	ready := func(want int, words string) {
		t.Helper()
		code, said := fetch(t, p, "/readyz")
		if code != want || !strings.Contains(said, words) {
			t.Errorf("/readyz says %d, %q; want %d, %q", code, said, want, words)
		}
	}
	ready(http.StatusOK, "ok")
	if _, stderr, code, err := p.ask("127.0.0.1", root, "", "drain"); err != nil || code != exitDone {
		t.Fatalf("drain ends with %d, %v: %s", code, err, stderr)
	}
	ready(http.StatusServiceUnavailable, "draining")
	if m := measure(t, p); m["strangerd_ready"] != 0 || m["strangerd_draining"] != 1 {
		t.Errorf("ready is %v and draining is %v", m["strangerd_ready"], m["strangerd_draining"])
	}
	a.tell(t, b, "we are the last")
}

// fetch asks the operator's listener.
func fetch(t *testing.T, p *program, path string) (code int, body string) {
	t.Helper()
	answer, err := http.Get("http://" + p.operator() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(said)
}
