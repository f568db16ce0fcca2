package main

import (
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"strangerd/data"
	"strangerd/moderation"
)

// poor is a listener that has no descriptor until it is given a connection.
type poor struct {
	net.Listener
	tried chan struct{}
	given chan net.Conn
}

func (l *poor) Accept() (net.Conn, error) {
	select {
	case conn := <-l.given:
		return conn, nil
	case l.tried <- struct{}{}:
		return nil, syscall.EMFILE
	}
}

func (l *poor) Close() error { return nil }

// While no connection can be accepted, the operator sees it; and that it is over.
func TestNotReadyWithoutDescriptors(t *testing.T) {
	folder, err := data.OpenFolder(filepath.Join(t.TempDir(), "data"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	gate, err := moderation.NewGate(moderation.Config{DB: folder.DB(), Secret: folder.Secret()})
	if err != nil {
		t.Fatal(err)
	}
	inner := &poor{tried: make(chan struct{}), given: make(chan net.Conn)}
	door := steady(inner, slog.New(slog.DiscardHandler))
	defer door.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		conn, _ := door.Accept()
		accepted <- conn
	}()
	<-inner.tried
	<-inner.tried // so the first is over
	if why := readiness(t.Context(), gate, door, folder.DB()); why == nil || !strings.Contains(why.Error(), "can't be accepted") {
		t.Errorf("ready is %v", why)
	}
	_, server := net.Pipe()
	defer server.Close()
	inner.given <- server
	<-accepted
	if why := readiness(t.Context(), gate, door, folder.DB()); why != nil {
		t.Errorf("ready is %v", why)
	}
}
