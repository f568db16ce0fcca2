package session

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

const (
	// serverVersion is what the server calls itself on the wire.
	serverVersion = "strangerd"
	// drainTime and drainBytes bound how long a refused client is listened to:
	// an immediate close would lose the words that it was sent.
	drainTime  = 2 * time.Second
	drainBytes = 64 << 10
	// maxRefusals is how many clients are refused in words at the same time, and
	// refusalsOfOne how many of them may come from one address, so that nobody's flood
	// takes the words from others.
	maxRefusals   = 256
	refusalsOfOne = 4
)

// refusals are the clients that are being refused, each by its goroutine.
type refusals struct {
	mu  sync.Mutex
	all int
	by  map[netip.Addr]int
}

// say refuses a client in words, or without if there are too many already. The
// caller closes the connection.
func (r *refusals) say(nc net.Conn, words string) {
	from := address(nc.RemoteAddr())
	if r.begin(from) {
		defer r.end(from)
		disconnect(nc, words)
	}
}

func (r *refusals) begin(from netip.Addr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == maxRefusals || r.by[from] == refusalsOfOne {
		return false
	}
	r.all++
	r.by[from]++
	return true
}

func (r *refusals) end(from netip.Addr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all--
	if r.by[from]--; r.by[from] == 0 {
		delete(r.by, from)
	}
}

// disconnect refuses a client before the key exchange, in words that OpenSSH
// and PuTTY show: the version line, then SSH_MSG_DISCONNECT in the clear.
func disconnect(nc net.Conn, words string) {
	nc.SetDeadline(time.Now().Add(drainTime))
	message := gossh.Marshal(struct {
		Type     byte
		Reason   uint32
		Words    string
		Language string
	}{1, 1, strings.ReplaceAll(words, "\n", " "), "en"}) // RFC 4253, 11.1: host not allowed to connect
	if _, err := io.WriteString(nc, "SSH-2.0-"+serverVersion+"\r\n"+string(packet(message))); err != nil {
		return
	}
	if half, ok := nc.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	io.Copy(io.Discard, io.LimitReader(nc, drainBytes))
}

// packet is an SSH packet before any key exchange (RFC 4253, section 6).
func packet(payload []byte) []byte {
	const block = 8
	padding := block - (5+len(payload))%block
	if padding < 4 {
		padding += block
	}
	p := binary.BigEndian.AppendUint32(nil, uint32(1+len(payload)+padding))
	p = append(p, byte(padding))
	p = append(p, payload...)
	return append(p, make([]byte, padding)...)
}
