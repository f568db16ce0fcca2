package main

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// A port that answers and says nothing is not a healthy server, and the check ends.
func TestHealthOfASilentPort(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := checkHealth(ctx, listener.Addr().String(), nil); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want a deadline exceeded", err)
	}
}
