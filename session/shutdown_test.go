package session

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"charm.land/ssh"
)

// A session that doesn't end keeps the process from ending only for so long.
func TestShutdownLeavesHungSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := &Server{ssh: &ssh.Server{}, config: Config{Log: slog.New(slog.NewTextHandler(&log, nil))}}
		if !s.arrive() {
			t.Fatal("a visit may not begin")
		}
		ending, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		s.Shutdown(ending)
		if took := time.Since(began); took != time.Minute+leaveTime {
			t.Errorf("it took %v", took)
		}
		if !strings.Contains(log.String(), "hang") {
			t.Errorf("it logs %q", log.String())
		}
		s.visits.Done() // for the goroutine that waits for it
	})
}
