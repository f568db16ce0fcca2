package main

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// pairedWords is what the contract promises to show when a partner is found.
const pairedWords = "You are now chatting with a stranger"

// patience is how long one step of a log-in may take, on a busy machine too.
const patience = time.Minute

// A client is one person: a connection with one session that has a terminal.
// One goroutine reads what the session prints and keeps none of it; it ends
// with the connection.
type client struct {
	session
	id      int
	crowd   *crowd
	dialed  time.Time
	greeted chan struct{} // closed at the first byte

	// Of the reading goroutine alone.
	paired bool
	heard  int // number of the last message that arrived
}

// connect opens a session, and accepts the rules when there are any.
func connect(ctx context.Context, c *crowd, id int, addr string, rules bool) (*client, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p := &client{id: id, crowd: c, dialed: time.Now(), greeted: make(chan struct{})}
	conn, err := c.reach(ctx, id, addr)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if p.session, err = login(conn, c.plan.user(id), addr); err == nil {
		err = p.shell(c.plan.Columns, c.plan.Rows)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	c.readers.Go(p.read)
	if !rules {
		return p, nil
	}
	select {
	case <-p.greeted:
	case <-ctx.Done():
		return p, fmt.Errorf("no first screen: %w", context.Cause(ctx))
	}
	if c.plan.stays {
		return p, nil
	}
	return p, p.accept()
}

// accept accepts the rules.
func (p *client) accept() error {
	_, err := p.channel.Write([]byte("\r"))
	return err
}

// read looks through what the session prints until the connection ends.
func (p *client) read() {
	buffer := make([]byte, 1024)
	kept := 0
	for first := true; ; first = false {
		n, err := p.channel.Read(buffer[kept:])
		if err != nil {
			p.crowd.lost(p.id, err)
			return
		}
		if first {
			close(p.greeted)
		}
		text := buffer[:kept+n]
		kept = copy(buffer, text[p.look(text):])
	}
}

// look takes note of the words that matter and returns how much of text is
// done with; the rest may be the beginning of such a word.
func (p *client) look(text []byte) (done int) {
	if !p.paired {
		at := bytes.Index(text, []byte(pairedWords))
		if at < 0 {
			return max(0, len(text)-len(pairedWords)+1)
		}
		p.paired = true
		p.crowd.found(p.id, time.Since(p.dialed))
		done = at + len(pairedWords)
	}
	for {
		at := bytes.Index(text[done:], []byte(tag))
		if at < 0 {
			return max(done, len(text)-len(tag)+1)
		}
		done += at
		if len(text) < done+tokenLength {
			return done
		}
		p.hear(text[done:])
		done += tokenLength
	}
}

// hear counts a message once, however often the screen shows it. What this
// person said is on the screen too, under their own number.
func (p *client) hear(token []byte) {
	from, message, ok := parseToken(token)
	if !ok || from == p.id || message <= p.heard {
		return
	}
	p.heard = message
	p.crowd.arrived(message)
}

// say types a line and Enter, in one write.
func (p *client) say(message int) error {
	_, err := p.channel.Write([]byte(typedLine(p.id, message)))
	return err
}

// typedLine is a line with its Enter.
func typedLine(from, message int) string {
	return token(from, message) + " is what one says to another\r"
}

// A message begins with a token: one word of letters, which no server has a
// reason to touch, that tells who said it and its number.
const (
	tag         = "ping"
	tokenLength = len(tag) + 4 + 5
)

func token(from, message int) string {
	return tag + letters(from, 4) + letters(message, 5)
}

func parseToken(text []byte) (from, message int, ok bool) {
	from, ok1 := number(text[len(tag) : len(tag)+4])
	message, ok2 := number(text[len(tag)+4 : tokenLength])
	return from, message, ok1 && ok2
}

// letters writes n to the base of 26 in so many letters.
func letters(n, width int) string {
	text := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		text[i] = 'a' + byte(n%26)
		n /= 26
	}
	return string(text)
}

func number(letters []byte) (n int, ok bool) {
	for _, letter := range letters {
		if letter < 'a' || letter > 'z' {
			return 0, false
		}
		n = n*26 + int(letter-'a')
	}
	return n, true
}
