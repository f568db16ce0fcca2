//go:build linux

package main

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// wire is an SSH client that says every message itself (RFC 4253, 4252, 4254),
// for what a library's client never says: x/crypto's grants each channel a
// window of 2 MB. It knows one algorithm of each kind and trusts any host.
type wire struct {
	net.Conn
	buffered *bufio.Reader
	in, out  *packetKey // nil before the first key exchange
	channel  uint32     // the server's number of the session channel
}

// packetKey encrypts or decrypts packets with AES-GCM (RFC 5647).
type packetKey struct {
	cipher.AEAD
	nonce [12]byte
}

// use returns the nonce of the next packet.
func (k *packetKey) use() []byte {
	nonce := bytes.Clone(k.nonce[:])
	binary.BigEndian.PutUint64(k.nonce[4:], binary.BigEndian.Uint64(k.nonce[4:])+1)
	return nonce
}

// Message numbers.
const (
	msgServiceAccept  = 6
	msgNewKeys        = 21
	msgKexReply       = 31
	msgLoggedIn       = 52
	msgChannelOpened  = 91
	msgChannelData    = 94
	msgChannelSuccess = 99
)

// tap connects, logs in and opens a session with a terminal of 80x24 on a
// channel whose window is so many bytes.
func tap(t *testing.T, p *program, window uint32) *wire {
	t.Helper()
	w := shake(t, p)
	if err := w.start(window); err != nil {
		t.Fatal(err)
	}
	w.SetDeadline(time.Time{})
	return w
}

// shake connects and exchanges keys. What follows has to be done in time.
func shake(t *testing.T, p *program) *wire {
	t.Helper()
	dialer := net.Dialer{Control: takeLittle}
	conn, err := dialer.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	w := &wire{Conn: conn, buffered: bufio.NewReader(conn)}
	if err := w.exchangeKeys(); err != nil {
		t.Fatal(err)
	}
	return w
}

// takeLittle has the kernel take little for who doesn't read. Done before the connection
// is made: one that shrinks its window later drops what it said it would take.
func takeLittle(_, _ string, c syscall.RawConn) (err error) {
	return errors.Join(c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 16<<10)
	}), err)
}

// serversEnd returns the state of the server's socket, as proc(5) has it, and how many
// bytes the client has not taken; no state when there is none.
func (w *wire) serversEnd(t *testing.T) (state string, unsent int) {
	t.Helper()
	sockets, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	address := func(a net.Addr) string {
		tcp := a.(*net.TCPAddr)
		return fmt.Sprintf("%08X:%04X", binary.NativeEndian.Uint32(tcp.IP.To4()), tcp.Port)
	}
	for line := range strings.Lines(string(sockets)) {
		f := strings.Fields(line)
		if f[1] == address(w.RemoteAddr()) && f[2] == address(w.LocalAddr()) {
			fmt.Sscanf(f[4], "%x:", &unsent)
			return f[3], unsent
		}
	}
	return "", 0
}

func (w *wire) logIn() error {
	w.send(struct {
		Service string `sshtype:"5"`
	}{"ssh-userauth"})
	w.until(msgServiceAccept)
	w.send(struct {
		User            string `sshtype:"50"`
		Service, Method string
	}{"guest", "ssh-connection", "none"})
	_, err := w.until(msgLoggedIn)
	return err
}

// offer offers a session channel.
func (w *wire) offer(window uint32) error {
	return w.send(struct {
		Type                      string `sshtype:"90"`
		Channel, Window, MaxBytes uint32
	}{"session", 0, window, 32 << 10})
}

// start logs in and opens the session.
func (w *wire) start(window uint32) error {
	if err := w.logIn(); err != nil {
		return err
	}
	w.offer(window)
	opened, err := w.until(msgChannelOpened)
	if err != nil {
		return err
	}
	w.channel = binary.BigEndian.Uint32(opened[5:])
	w.request("pty-req", true, ptyRequest(80, 24))
	w.until(msgChannelSuccess)
	w.request("shell", true, nil)
	_, err = w.until(msgChannelSuccess)
	return err
}

// request asks for something on the channel.
func (w *wire) request(name string, wantReply bool, payload []byte) error {
	return w.send(struct {
		Channel   uint32 `sshtype:"98"`
		Name      string
		WantReply bool
		Payload   []byte `ssh:"rest"`
	}{w.channel, name, wantReply, payload})
}

// grant enlarges the channel's window.
func (w *wire) grant(bytes int) error {
	return w.send(struct {
		Channel, Bytes uint32 `sshtype:"93"`
	}{w.channel, uint32(bytes)})
}

func (w *wire) press(keys string) error {
	return w.send(struct {
		Channel uint32 `sshtype:"94"`
		Keys    string
	}{w.channel, keys})
}

// readUntil reads what is shown up to the words, and grants as much window as
// that took.
func (w *wire) readUntil(t *testing.T, words string) {
	t.Helper()
	var shown strings.Builder
	w.SetDeadline(time.Now().Add(patience))
	defer w.SetDeadline(time.Time{})
	for !strings.Contains(shown.String(), words) {
		message, err := w.until(msgChannelData)
		if err != nil {
			t.Fatalf("%v, before %q was shown", err, words)
		}
		data := message[9:]
		shown.Write(data)
		w.grant(len(data))
	}
}

// exchangeKeys shakes hands (RFC 4253, sections 7 and 8; RFC 8731).
func (w *wire) exchangeKeys() error {
	const version = "SSH-2.0-wire"
	fmt.Fprintf(w, "%s\r\n", version)
	serverVersion, err := w.buffered.ReadString('\n')
	if err != nil {
		return err
	}
	init := algorithms()
	w.sendPayload(init)
	serverInit, err := w.receive()
	if err != nil {
		return err
	}
	own, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	w.send(struct {
		Key []byte `sshtype:"30"`
	}{own.PublicKey().Bytes()})
	message, err := w.until(msgKexReply)
	if err != nil {
		return err
	}
	var reply struct {
		HostKey        []byte `sshtype:"31"`
		Key, Signature []byte
	}
	if err := ssh.Unmarshal(message, &reply); err != nil {
		return err
	}
	secret, err := agree(own, reply.Key)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(append(ssh.Marshal(struct {
		Version, ServerVersion                    string
		Init, ServerInit, HostKey, Key, ServerKey []byte
	}{version, strings.TrimSpace(serverVersion), init, serverInit, reply.HostKey, own.PublicKey().Bytes(), reply.Key}), secret...))

	w.sendPayload([]byte{msgNewKeys})
	if _, err := w.until(msgNewKeys); err != nil {
		return err
	}
	derive := func(letter byte) []byte {
		sum := sha256.Sum256(bytes.Join([][]byte{secret, hash[:], {letter}, hash[:]}, nil))
		return sum[:]
	}
	w.out, err = newPacketKey(derive('C'), derive('A'))
	if err == nil {
		w.in, err = newPacketKey(derive('D'), derive('B'))
	}
	return err
}

// algorithms is what a wire knows, as its first message.
func algorithms() []byte {
	ciphers, macs, none := []string{"aes128-gcm@openssh.com"}, []string{"hmac-sha2-256"}, []string{"none"}
	return ssh.Marshal(struct {
		Cookie                             [16]byte `sshtype:"20"`
		Kex, HostKey                       []string
		CipherOut, CipherIn, MacOut, MacIn []string
		CompressOut, CompressIn            []string
		LanguageOut, LanguageIn            []string
		Guessed                            bool
		Reserved                           uint32
	}{
		Kex: []string{"curve25519-sha256"}, HostKey: []string{"ssh-ed25519"},
		CipherOut: ciphers, CipherIn: ciphers, MacOut: macs, MacIn: macs,
		CompressOut: none, CompressIn: none,
	})
}

// agree returns the shared secret, as SSH writes numbers.
func agree(own *ecdh.PrivateKey, theirs []byte) ([]byte, error) {
	key, err := ecdh.X25519().NewPublicKey(theirs)
	if err != nil {
		return nil, err
	}
	shared, err := own.ECDH(key)
	if err != nil {
		return nil, err
	}
	return ssh.Marshal(struct{ K *big.Int }{new(big.Int).SetBytes(shared)}), nil
}

func newPacketKey(key, nonce []byte) (*packetKey, error) {
	block, err := aes.NewCipher(key[:16])
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &packetKey{aead, [12]byte(nonce)}, err
}

func (w *wire) send(message any) error { return w.sendPayload(ssh.Marshal(message)) }

func (w *wire) sendPayload(payload []byte) error {
	const block = 16
	counted := 1 + len(payload) // into blocks
	if w.out == nil {
		counted += 4
	}
	padding := 2*block - counted%block // at least 4 are asked for
	packet := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding))
	packet = append(packet, byte(padding))
	packet = append(packet, payload...)
	return w.sendPacket(append(packet, make([]byte, padding)...))
}

// sendPacket sends a packet, from its length to its padding, as it is.
func (w *wire) sendPacket(packet []byte) error {
	if w.out != nil {
		packet = w.out.Seal(packet[:4], w.out.use(), packet[4:], packet[:4])
	}
	_, err := w.Write(packet)
	return err
}

// receive reads one message.
func (w *wire) receive() ([]byte, error) {
	length := make([]byte, 4)
	if _, err := io.ReadFull(w.buffered, length); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(length)
	if w.in != nil {
		size += uint32(w.in.Overhead())
	}
	packet := make([]byte, size)
	if _, err := io.ReadFull(w.buffered, packet); err != nil {
		return nil, err
	}
	if w.in != nil {
		var err error
		if packet, err = w.in.Open(nil, w.in.use(), packet, length); err != nil {
			return nil, err
		}
	}
	return packet[1 : len(packet)-int(packet[0])], nil
}

// until reads up to the next message of this number.
func (w *wire) until(number byte) ([]byte, error) {
	for {
		message, err := w.receive()
		if err != nil || message[0] == number {
			return message, err
		}
	}
}
