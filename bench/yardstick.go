package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"net"

	"golang.org/x/crypto/ssh"
)

// serveYardstick is the least that an SSH server can do to let two people talk:
// it joins the sessions in pairs as they arrive, and copies. It speaks one line,
// so that a client knows it is paired. It runs until ctx ends.
func serveYardstick(ctx context.Context, addr string) error {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		return err
	}
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)

	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { listener.Close() })
	arrivals := make(chan ssh.Channel)
	go pair(arrivals)
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			return nil // and the process ends, with all connections
		}
		if err != nil {
			return err
		}
		go serveSession(conn, config, arrivals)
	}
}

// serveSession opens one session and answers its requests until it ends.
func serveSession(conn net.Conn, config *ssh.ServerConfig, arrivals chan<- ssh.Channel) {
	defer conn.Close()
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	opened, ok := <-channels
	if !ok {
		return
	}
	channel, requests, err := opened.Accept()
	if err != nil {
		return
	}
	for request := range requests {
		_ = request.Reply(true, nil) // an error ends the range as well
		if request.Type == "shell" {
			arrivals <- channel
		}
	}
}

func pair(arrivals <-chan ssh.Channel) {
	for {
		one, other := <-arrivals, <-arrivals
		go join(one, other)
		go join(other, one)
	}
}

// join greets one session and copies to it what the other says; the end of
// either ends both.
func join(to, from ssh.Channel) {
	defer to.Close()
	if _, err := io.WriteString(to, pairedWords+"\r\n"); err == nil {
		_, _ = io.Copy(to, from)
	}
}
