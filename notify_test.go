package main

import (
	"bytes"
	"strings"
	"testing"
)

// Where notices go is the operator's secret: chat services put a token into the URL.
func TestNoticeThatFailsIsLoggedWithoutTheURL(t *testing.T) {
	var log bytes.Buffer
	n := newNotifier("http://127.0.0.1:1/hooks/canary", newLogger(&log))
	err := n.post(t.Context(), notice{"R-1", "spam"})
	if err == nil {
		t.Skip("something listens on port 1")
	}
	n.log.Warn("a notice was not taken", "error", err)
	if said := log.String(); strings.Contains(said, "canary") || !strings.Contains(said, "connection refused") {
		t.Errorf("the log says %s", said)
	}
}
