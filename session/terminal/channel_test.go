package terminal

import (
	"crypto/ed25519"
	"errors"
	"io"
	"net"
	"testing"

	"golang.org/x/crypto/ssh"
)

// dial returns a client's session that runs a command, and the server's side of it.
func dial(t *testing.T) (client *ssh.Client, session *ssh.Session, in io.WriteCloser, served *Channel) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	_, key, err := ed25519.GenerateKey(nil)
	must(t, err)
	signer, err := ssh.NewSignerFromKey(key)
	must(t, err)
	channels := make(chan *Channel, 1)
	go func() {
		defer close(channels)
		config := &ssh.ServerConfig{NoClientAuth: true}
		config.AddHostKey(signer)
		raw, err := listener.Accept()
		if err != nil {
			return
		}
		conn, offers, requests, err := ssh.NewServerConn(raw, config)
		if err != nil {
			return
		}
		go ssh.DiscardRequests(requests)
		if c, err := Accept(<-offers, conn, Hooks{Refusing: func() {}, Shell: func() {}}); err == nil {
			channels <- c
		}
	}()
	client, err = ssh.Dial("tcp", listener.Addr().String(), &ssh.ClientConfig{HostKeyCallback: ssh.FixedHostKey(signer.PublicKey())})
	must(t, err)
	t.Cleanup(func() { client.Close() })
	session, err = client.NewSession()
	must(t, err)
	in, err = session.StdinPipe()
	must(t, err)
	must(t, session.Start("read"))
	served, ok := <-channels
	if !ok {
		t.Fatal("no channel was accepted")
	}
	t.Cleanup(served.Close)
	return client, session, in, served
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Half of an input is never taken for the whole.
func TestOnlyTheClientEndsAnInput(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(*ssh.Client, *ssh.Session, io.WriteCloser)
		want error // nil after the end of input
	}{
		"end of input":          {func(_ *ssh.Client, _ *ssh.Session, in io.WriteCloser) { in.Close() }, nil},
		"the channel is closed": {func(_ *ssh.Client, s *ssh.Session, _ io.WriteCloser) { s.Close() }, io.ErrUnexpectedEOF},
		"the connection breaks": {func(client *ssh.Client, _ *ssh.Session, _ io.WriteCloser) { client.Close() }, io.ErrUnexpectedEOF},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 { // how the end is noticed is a race
				client, session, in, served := dial(t)
				_, err := in.Write([]byte("half"))
				must(t, err)
				c.end(client, session, in)
				read, err := io.ReadAll(served)
				if !errors.Is(err, c.want) || string(read) != "half" {
					t.Fatalf("read %q and %v, want %v", read, err, c.want)
				}
				client.Close()
			}
		})
	}
}
