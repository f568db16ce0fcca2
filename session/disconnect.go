package session

import (
	"encoding/binary"
	"io"
	"net"
	"strings"
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
	// maxRefusals is how many clients are refused in words at the same time.
	maxRefusals = 64
)

// refusals are the clients that are being refused, each by its goroutine.
type refusals chan struct{}

// say refuses a client in words, or without if there are too many already. The
// caller closes the connection.
func (r refusals) say(nc net.Conn, words string) {
	select {
	case r <- struct{}{}:
		disconnect(nc, words)
		<-r
	default:
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
