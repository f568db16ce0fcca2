package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// The clients of these tests come at a server that fails or dies under them, so
// that an error is theirs to look at and not the test's end.

// sources hands out addresses, each of them once: a person has few reports an
// hour, and few partners at first.
type sources struct{ last atomic.Uint32 }

func (s *sources) next() string {
	n := s.last.Add(1)
	return fmt.Sprintf("127.%d.%d.%d", 1+n>>16, n>>8&0xFF, n&0xFF)
}

// reach logs in from an address, with a key as admin@ and without one as guest@.
func reach(p *program, source string, key *staffKey) (*ssh.Client, error) {
	config := &ssh.ClientConfig{User: "guest", HostKeyCallback: ssh.InsecureIgnoreHostKey()}
	if key != nil {
		config.User, config.Auth = "admin", []ssh.AuthMethod{ssh.PublicKeys(key.signer)}
	}
	conn, err := p.dial(source)
	if err != nil {
		return nil, err
	}
	limit := 5 * time.Minute // for all that this client does
	if p.bubble != nil {
		limit = 24 * time.Hour // which pass at once
	}
	conn.SetDeadline(time.Now().Add(limit))
	c, channels, requests, err := ssh.NewClientConn(conn, p.address, config)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return ssh.NewClient(c, channels, requests), nil
}

// ask runs a command from an address. err means that no answer came.
func (p *program) ask(source string, key *staffKey, stdin, command string) (stdout, stderr string, code int, err error) {
	client, err := reach(p, source, key)
	if err != nil {
		return "", "", 0, err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return "", "", 0, err
	}
	var out, wrong strings.Builder
	session.Stdin, session.Stdout, session.Stderr = strings.NewReader(stdin), &out, &wrong
	err = session.Run(command)
	if exit, ok := errors.AsType[*ssh.ExitError](err); ok {
		code, err = exit.ExitStatus(), nil
	}
	return out.String(), wrong.String(), code, err
}

// voice is somebody in line mode.
type voice struct {
	client  *ssh.Client
	session *ssh.Session
	source  string
	in      io.WriteCloser
	out     io.Reader
	shown   string    // and not waited for yet
	also    io.Writer // sees all that is read, unless it is nil
}

// speak opens a session in line mode, accepts the rules and searches.
func speak(p *program, source string) (*voice, error) {
	client, err := reach(p, source, nil)
	if err != nil {
		return nil, err
	}
	v := &voice{client: client, source: source}
	if err := v.open(); err != nil {
		client.Close()
		return nil, err
	}
	return v, nil
}

// open accepts the rules and searches.
func (v *voice) open() error {
	if err := v.arrive(); err != nil {
		return err
	}
	v.say("yes")
	_, err := v.expect("-- Looking for a stranger\n")
	return err
}

// arrive opens a session, and reads to the end of the opening.
func (v *voice) arrive() error {
	session, err := v.client.NewSession()
	if err != nil {
		return err
	}
	v.session = session
	if v.in, err = session.StdinPipe(); err != nil {
		return err
	}
	if v.out, err = session.StdoutPipe(); err != nil {
		return err
	}
	if err := session.Shell(); err != nil {
		return err
	}
	_, err = v.expect("Type yes")
	return err
}

func (v *voice) say(line string) { v.in.Write([]byte(line + "\n")) }

// expect waits for words, and returns what stood before them.
func (v *voice) expect(words string) (before string, err error) {
	before, _, err = v.expectEither(words)
	return before, err
}

// expectEither waits for one of several words, and returns which it was.
func (v *voice) expectEither(words ...string) (before, found string, err error) {
	buffer := make([]byte, 4<<10)
	for {
		for _, w := range words {
			if before, rest, ok := strings.Cut(v.shown, w); ok {
				v.shown = rest
				return before, w, nil
			}
		}
		n, err := v.out.Read(buffer)
		v.shown += string(buffer[:n])
		if v.also != nil {
			v.also.Write(buffer[:n])
		}
		if err != nil && n == 0 {
			return "", "", fmt.Errorf("no %q in %q: %w", words, v.shown, err)
		}
	}
}

// mustSpeak is speak where it has to succeed.
func mustSpeak(t *testing.T, p *program, source string) *voice {
	t.Helper()
	v, err := speak(p, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.client.Close() })
	return v
}

// pairVoices returns two people who chat.
func pairVoices(t *testing.T, p *program, s *sources) (a, b *voice) {
	t.Helper()
	a, b = mustSpeak(t, p, s.next()), mustSpeak(t, p, s.next())
	a.must(t, nowChatting)
	b.must(t, nowChatting)
	return a, b
}

// converse returns two people who chat and have both spoken.
func converse(t *testing.T, p *program, s *sources) (a, b *voice) {
	t.Helper()
	a, b = pairVoices(t, p, s)
	a.tell(t, b, "hello there")
	b.tell(t, a, "you are awful")
	return a, b
}

func (v *voice) must(t *testing.T, words string) (before string) {
	t.Helper()
	before, err := v.expect(words)
	if err != nil {
		t.Fatal(err)
	}
	return before
}

// exit waits for the end, and returns what is shown until then.
func (v *voice) exit(t *testing.T, code int) (rest string) {
	t.Helper()
	said, err := io.ReadAll(v.out)
	if err != nil {
		t.Error(err)
	}
	got, err := 0, v.session.Wait()
	if exit, ok := errors.AsType[*ssh.ExitError](err); ok {
		got, err = exit.ExitStatus(), nil
	}
	if rest = v.shown + string(said); err != nil || got != code {
		t.Errorf("exit code %d, want %d (%v), after:\n%s", got, code, err, rest)
	}
	return rest
}

// tell says a line that the other has to read.
func (v *voice) tell(t *testing.T, other *voice, line string) {
	t.Helper()
	v.say(line)
	other.must(t, "stranger: "+line+"\n")
}

// report reports the partner, and returns what the server acknowledges it with.
func (v *voice) report(words string) (id, receipt string, err error) {
	v.say("/report " + words)
	if _, err := v.expect("-- Reported: "); err != nil {
		return "", "", err
	}
	if id, err = v.expect(". Your receipt: "); err != nil {
		return "", "", err
	}
	receipt, err = v.expect(". To see what came of it: ")
	return id, receipt, err
}
