//go:build linux

package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// An imposter offers a key and can't sign for it.
type imposter struct {
	ssh.Signer            // whose key is offered
	own        ssh.Signer // who signs
}

func (i imposter) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return i.own.Sign(rand, data)
}

// A forger holds a key, and signs something else than what is asked for.
type forger struct {
	ssh.Signer
	change func(data []byte) []byte
}

func (f forger) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return f.Signer.Sign(rand, f.change(bytes.Clone(data)))
}

// Whoever offers an administrator's key without its signature gets nothing by it,
// whatever else they prove (the class of CVE-2024-45337 and CVE-2023-43809).
func TestRow15NoElevation(t *testing.T) {
	t.Parallel()
	root, other := newStaffKey(t, "root"), newStaffKey(t, "other")
	s := besiege(t, "--admin-key", root.line)
	p := s.program
	if stdout, err := logIn(t, p, "admin", ssh.PublicKeys(other.signer, root.signer)); err != nil || !strings.Contains(stdout, "door") {
		t.Fatalf("the administrator gets %q, %v", stdout, err)
	}

	lie := imposter{root.signer, other.signer}
	forged := &ssh.Certificate{Key: other.signer.PublicKey(), CertType: ssh.UserCert,
		ValidPrincipals: []string{"admin"}, ValidBefore: ssh.CertTimeInfinity}
	if err := forged.SignCert(rand.Reader, root.signer); err != nil {
		t.Fatal(err)
	}
	certified, err := ssh.NewCertSigner(forged, other.signer)
	if err != nil {
		t.Fatal(err)
	}
	replayed := forger{root.signer, func(data []byte) []byte { // RFC 4252, section 7: it begins with the session's id
		data[len("\x00\x00\x00\x20")] ^= 1
		return data
	}}
	elsewhere := forger{root.signer, func(data []byte) []byte { return bytes.Replace(data, []byte("admin"), []byte("guest"), 1) }}
	password := ssh.Password("admin")
	asked := ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
		return make([]string, len(questions)), nil
	})
	s.hold(t, func(t *testing.T) {
		for name, methods := range map[string][]ssh.AuthMethod{
			"none":                            nil,
			"a key offered, not proven":       {ssh.PublicKeys(lie)},
			"then another key":                {ssh.PublicKeys(lie, other.signer)},
			"after another key":               {ssh.PublicKeys(other.signer, lie)},
			"then a password":                 {ssh.PublicKeys(lie), password},
			"then questions":                  {ssh.PublicKeys(lie), asked},
			"all at once":                     {ssh.PublicKeys(other.signer, lie, other.signer), password, asked},
			"a signature for another session": {ssh.PublicKeys(replayed)},
			"a signature for another user":    {ssh.PublicKeys(elsewhere)},
			"a certificate of a member's key": {ssh.PublicKeys(certified)},
		} {
			if stdout, err := logIn(t, p, "admin", methods...); err == nil || errors.As(err, new(*ssh.ExitError)) {
				t.Errorf("admin@ with %s: in, with %q and %v", name, stdout, err)
			}
			for _, user := range []string{"guest", "me", "Admin", "admin ", "root"} {
				stdout, err := logIn(t, p, user, methods...)
				if exit, in := errors.AsType[*ssh.ExitError](err); err == nil || stdout != "" || in && exit.ExitStatus() != exitNotUnderstood {
					t.Errorf("%s@ with %s: %q and %v", user, name, stdout, err)
				}
			}
		}
		// Another user name gives an administrator's key no rights either.
		for _, user := range []string{"guest", "me"} {
			stdout, err := logIn(t, p, user, ssh.PublicKeys(root.signer))
			if exit, in := errors.AsType[*ssh.ExitError](err); !in || exit.ExitStatus() != exitNotUnderstood || stdout != "" {
				t.Errorf("%s@ with an administrator's key: %q and %v", user, stdout, err)
			}
		}
	})
}

// A client sends an encrypted packet that claims more padding than it has, before
// anybody knows who it is. Below 0.58 the SSH library slices beyond the packet's end,
// and the process dies (CVE-2026-46597).
func TestRow18PaddingBeyondThePacket(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	s.hold(t, func(t *testing.T) {
		for _, size := range []int{16, 32, 240, 256} {
			for _, padding := range []byte{255, byte(size), byte(size - 1), 3, 0} {
				w := shake(t, s.program)
				packet := append([]byte{0, 0, byte(size >> 8), byte(size), padding}, make([]byte, size-1)...)
				if err := w.sendPacket(packet); err != nil {
					t.Fatal(err)
				}
				w.SetDeadline(time.Now().Add(patience))
				if _, err := io.Copy(io.Discard, w.Conn); errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("after a padding of %d in %d bytes the connection is still there", padding, size)
				}
			}
		}
	})
}

// Who asks much, takes no answer and opens no session is cut off when the grace period
// is over, and the kernel keeps nothing of the answers.
func TestRow10AnswersNotTaken(t *testing.T) {
	t.Parallel()
	w := shake(t, startServer(t, "--login-grace", "3s"))
	if err := w.logIn(); err != nil {
		t.Fatal(err)
	}
	question := struct {
		Name      string `sshtype:"80"`
		WantReply bool
	}{"are you there", true}
	const enough = 64 << 10
	for {
		state, unsent := w.serversEnd(t)
		if state == "" { // a busy machine has not come so far in time
			break
		}
		if unsent > enough { // and no more, or what comes after the end would reset the connection
			break
		}
		for range 100 {
			w.send(question)
		}
	}
	var state string
	var unsent int
	if !eventually(func() bool {
		state, unsent = w.serversEnd(t)
		return state == ""
	}) {
		t.Errorf("after the grace period the server's end of the connection is in state %s, with %d bytes unsent", state, unsent)
	}
}
