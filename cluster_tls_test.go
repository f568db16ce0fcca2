package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"strangerd/matcher"
	"strangerd/node"
	"strangerd/node/natstest"
)

// authority signs certificates. Its own is in the file ca.
type authority struct {
	t      *testing.T
	folder string
	own    *x509.Certificate
	key    *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t, folder: t.TempDir()}
	a.own, a.key = a.sign("ca")
	return a
}

func (a *authority) file(name string) string { return filepath.Join(a.folder, name) }

// sign writes a certificate for 127.0.0.1 into a file, and its key into NAME.key. The first one
// is signed by itself.
func (a *authority) sign(name string) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	must := func(err error) {
		a.t.Helper()
		if err != nil {
			a.t.Fatal(err)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: a.own == nil, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signer, with := a.own, a.key
	if signer == nil {
		signer, with = template, key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, signer, &key.PublicKey, with)
	must(err)
	signed, err := x509.ParseCertificate(raw)
	must(err)
	packed, err := x509.MarshalECPrivateKey(key)
	must(err)
	must(os.WriteFile(a.file(name), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), 0o600))
	must(os.WriteFile(a.file(name+".key"), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: packed}), 0o600))
	return signed, key
}

// With certificates a machine talks to the NATS servers of whom it trusts, and shows its own to
// those that ask for one; and to no other server.
func TestClusterTLS(t *testing.T) {
	t.Parallel()
	ours, others := newAuthority(t), newAuthority(t)
	ours.sign("us")
	encrypted := natstest.Start(t, 1, fmt.Sprintf("tls { cert_file: %q, key_file: %q, ca_file: %q, verify: true }",
		ours.file("us"), ours.file("us.key"), ours.file("ca"))).URL()
	plain := natstest.Start(t, 1).URL()
	own := []string{"--cluster-cert", ours.file("us"), "--cluster-key", ours.file("us.key")}
	for _, c := range []struct {
		what, url, ca string
		ok            bool
	}{
		{"ours", encrypted, ours.file("ca"), true},
		{"somebody else's", encrypted, others.file("ca"), false},
		{"one without TLS", plain, ours.file("ca"), false},
	} {
		p, err := startProgram(t.TempDir(), append(own, "--cluster", c.url, "--node", "a", "--cluster-ca", c.ca, "--http", "127.0.0.1:0")...)
		if err != nil {
			if c.ok || exitCode(err) != exitFailed || strings.Count(err.Error(), "\n") > 1 {
				t.Errorf("%s: %v", c.what, err)
			}
			continue
		}
		t.Cleanup(func() { stopServer(t, p) })
		if !c.ok {
			t.Errorf("%s: it runs", c.what)
			continue
		}
		until(t, "it is one of the nodes", p.countsNodes(t, 1))
	}
}

// Credentials are those of a user with an nkey, or of one with a JWT.
func TestClusterCredentials(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "user.creds")
	if err := os.WriteFile(file, []byte("-----BEGIN NATS USER JWT-----\nx\n------END NATS USER JWT------\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if who, err := credentials(file); err != nil || who == nil {
		t.Error(err)
	}
}

// --cluster-after is after how long a search is offered to other machines.
func TestClusterAfter(t *testing.T) {
	t.Parallel()
	var options matcher.Options
	h := &house{config: &Config{ClusterAfter: time.Hour}, node: new(node.Node)}
	h.meet(&options)
	if options.OfferAfter != time.Hour || options.Transport == nil {
		t.Errorf("after %v, by %v", options.OfferAfter, options.Transport)
	}
}
