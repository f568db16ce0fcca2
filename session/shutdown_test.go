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

// However short the time, people are told before the end of it.
func TestFarewellTime(t *testing.T) {
	for grace, want := range map[time.Duration]time.Duration{
		0: 0, 100 * time.Millisecond: 100 * time.Millisecond, time.Second: time.Second, 4 * time.Second: time.Second,
		6 * time.Second: 1500 * time.Millisecond, 10 * time.Second: 2 * time.Second, time.Hour: 2 * time.Second,
	} {
		if got := farewellTime(grace); got != want {
			t.Errorf("of %v it is %v, want %v", grace, got, want)
		}
	}
}

// A session that doesn't end keeps the process from ending only for so long.
func TestShutdownLeavesHungSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := &Server{ssh: &ssh.Server{}, lobby: newLobby(), config: Config{Log: slog.New(slog.NewTextHandler(&log, nil))}}
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
