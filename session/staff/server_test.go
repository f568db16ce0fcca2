package staff_test

import (
	//lint:ignore SA1019 a key to be refused
	"crypto/dsa"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"strangerd/data"
	"strangerd/moderation"
)

func TestDoor(t *testing.T) {
	s := newStation(t)
	for _, door := range []string{"known", "closed", "open"} {
		wantHas(t, "door "+door, s.do("door "+door), "The door is: "+door+"\n")
		if got := s.do("door"); got != "The door is: "+door+"\n" || s.Gate.Door() != moderation.Door(door) {
			t.Errorf("after door %s: %q", door, got)
		}
	}
	wantHas(t, "audit", s.do("audit"), "closed")
}

func TestBroadcast(t *testing.T) {
	s := newStation(t)
	wantHas(t, "broadcast", s.do("broadcast back at 'ten\x1b[2J\no'clock'"), "5 people were told.\n")
	if len(s.told) != 1 || s.told[0] != "back at ten o clock" && s.told[0] != "back at ten oclock" {
		t.Errorf("they were told %q", s.told)
	}
	wantHas(t, "audit", s.do("audit"), "root", "broadcast", "back at ten")
}

func TestMotd(t *testing.T) {
	s := newStation(t)
	wantHas(t, "motd", s.do("motd"), "There is no line.\n")
	wantHas(t, "motd", s.do("motd be nice"), "be nice\n")
	wantHas(t, "motd", s.do("motd"), "be nice\n")
	if s.Desk.Motd() != "be nice" {
		t.Errorf("the line is %q", s.Desk.Motd())
	}
	wantHas(t, "motd --clear", s.do("motd --clear"), "There is no line.\n")
}

func TestDrain(t *testing.T) {
	s := newStation(t)
	pass := s.enter("192.0.2.1")
	wantHas(t, "drain", s.do("drain --for 30m"), "2026-11-22T12:30:00Z")
	if _, err := s.Gate.Admit(netip.MustParseAddr("192.0.2.2"), moderation.Subject{}); err == nil {
		t.Error("somebody new is let in")
	}
	select {
	case <-s.Gate.Drained():
		t.Error("it is drained with somebody inside")
	default:
	}
	pass.Close()
	<-s.Gate.Drained()
	wantHas(t, "drain", s.do("drain"), "ends when it is empty, or at 2026-11-22T12:30:00Z.\n")
	wantHas(t, "drain", s.do("drain --for forever"), "ends when it is empty.\n")
	wantHas(t, "drain --json", s.do("drain --json"), `"until": "2026-11-22T12:30:00Z"`)
}

func TestModerators(t *testing.T) {
	s := newStation(t)
	wantHas(t, "moderator list", s.do("moderator list"), "No moderators.\n")
	if list := s.objects("moderator list"); len(list) != 0 {
		t.Errorf("no moderators are %v", list)
	}
	key := newKey(t)
	wantHas(t, "moderator add", s.doWith("moderator add eve", "\n"+key+" eve@home\n"), "eve", "SHA256:")
	out := s.do("moderator list")
	wantTable(t, "moderator list", out, 1, "NAME", "ADDED", "KEY")
	wantHas(t, "moderator list", out, "eve", "2026-11-22", "SHA256:")
	if list := s.objects("moderator list"); list[0]["id"] != "eve" || list[0]["key"] != key {
		t.Errorf("moderator list --json: %v", list)
	}

	root, _, _, _, err := ssh.ParseAuthorizedKey([]byte(newKey(t)))
	must(t, err)
	s.adminKey = root.Marshal()

	for in, says := range map[string]string{
		string(ssh.MarshalAuthorizedKey(root)): "root's already",
		"":                                     "one public key",
		"nonsense":                             "one public key",
		key + "\n" + newKey(t):                 "one public key",
		`from="192.0.2.1" ` + newKey(t):        "options",
		"cert-authority " + newKey(t):          "options",
		"-----BEGIN OPENSSH PRIVATE KEY-":      "private",
		dsaKey(t):                              "don't log in here",
		certificate(t):                         "don't log in here",
		strings.Repeat(key, 1000):              "one public key",
		key + " again":                         "eve's already",
	} {
		a := s.askWith(admin, "moderator add mallory", in)
		if a.exit != exitFailed || !strings.Contains(a.err, says) || strings.Count(a.err, "\n") != 1 {
			t.Errorf("the key %.40q: exit %d, %q, want %q", in, a.exit, a.err, says)
		}
	}
	if a := s.askWith(admin, "moderator add eve", newKey(t)); a.exit != exitFailed {
		t.Errorf("a second eve: %v", a)
	}
	if a := s.askWith(admin, "moderator add 'm s'", newKey(t)); a.exit != exitUsage {
		t.Errorf("a name with a space: %v", a)
	}
	wantHas(t, "moderator remove", s.do("moderator remove eve"), "eve")
	if list := s.objects("moderator list"); len(list) != 0 {
		t.Errorf("after eve was removed: %v", list)
	}
}

func newKey(t *testing.T) string {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	key, err := ssh.NewPublicKey(public)
	must(t, err)
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

func dsaKey(t *testing.T) string {
	t.Helper()
	p, q, two := new(big.Int).Lsh(big.NewInt(1), 1023), new(big.Int).Lsh(big.NewInt(1), 159), big.NewInt(2)
	key, err := ssh.NewPublicKey(&dsa.PublicKey{Parameters: dsa.Parameters{P: p, Q: q, G: two}, Y: two})
	must(t, err)
	return string(ssh.MarshalAuthorizedKey(key))
}

func certificate(t *testing.T) string {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	must(t, err)
	c := &ssh.Certificate{Key: signer.PublicKey(), CertType: ssh.UserCert}
	must(t, c.SignCert(rand.Reader, signer))
	return string(ssh.MarshalAuthorizedKey(c))
}

func TestBackup(t *testing.T) {
	s := newStation(t)
	s.do("ban 203.0.113.0/24 --reason x")
	file := filepath.Join(t.TempDir(), "strangerd.db")
	must(t, os.WriteFile(file, []byte(s.do("backup")), 0o600))
	must(t, data.Check(file))
	wantHas(t, "audit", s.do("audit"), "backup")
}

func TestBackupWithKeys(t *testing.T) {
	s := newStation(t)
	s.refuses(admin, "backup --with-keys age1x", exitFailed, "no backup with its keys")
	s.BackupWithKeys = func(w io.Writer, recipient string) error {
		if recipient != "ssh-ed25519 AAAA" {
			return fmt.Errorf("%q is no recipient", recipient)
		}
		_, err := io.WriteString(w, "sealed")
		return err
	}
	if out := s.do("backup --with-keys ssh-ed25519 AAAA"); out != "sealed" {
		t.Errorf("it prints %q", out)
	}
	s.refuses(admin, "backup --with-keys age1x", exitFailed, "no recipient")
	wantHas(t, "audit", s.do("audit"), "backup", "with keys")
}
