package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestOperator(t *testing.T) {
	var unready error
	operator := newOperator(func() error { return unready })
	get := func(method, path string) (int, string) {
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
	expect("GET", "/metrics", http.StatusOK, "go_goroutines", "process_resident_memory_bytes")
	expect("GET", "/healthz", http.StatusOK, "ok")
	expect("GET", "/readyz", http.StatusOK, "ok")
	unready = errors.New("stopping")
	expect("GET", "/readyz", http.StatusServiceUnavailable, "stopping")
	expect("GET", "/healthz", http.StatusOK)
	expect("POST", "/healthz", http.StatusMethodNotAllowed)
	expect("GET", "/debug/pprof/", http.StatusNotFound)
}
