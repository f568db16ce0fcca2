package main

import (
	"context"
	"errors"
	"net"
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
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err = checkHealth(ctx, listener.Addr().String(), nil)
	if late, ok := errors.AsType[net.Error](err); !ok || !late.Timeout() { // on a busy machine, before it is connected
		t.Errorf("got %v, want a deadline exceeded", err)
	}
}
