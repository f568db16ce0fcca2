package main

import (
	"archive/tar"
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

// Whoever sleeps is told that there is a report, and nothing of what it says.
func TestNotify(t *testing.T) {
	t.Parallel()
	posted := make(chan string, 10)
	home := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		posted <- fmt.Sprint(r.Method, " ", r.URL.Path, " ", r.Header.Get("Content-Type"), " ", string(body))
	}))
	t.Cleanup(home.Close)
	p := startServer(t, "--notify", home.URL+"/wake")
	a, _ := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	id, _ := a.report("threat a note for the moderators")
	want := fmt.Sprintf(`POST /wake application/json {"id":"%s","category":"threat"}`, id)
	if got := <-posted; got != want {
		t.Errorf("--notify was told %q, want %q", got, want)
	}
}

// ageKeys makes an identity of each kind that reports can be sealed to.
func ageKeys(t *testing.T) map[string]age.Identity {
	t.Helper()
	own, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	identity, err := agessh.NewEd25519Identity(private)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]age.Identity{
		own.Recipient().String():              own,
		string(ssh.MarshalAuthorizedKey(key)): identity,
	}
}

// With --seal-to, the lines of a report are for who has one of the keys, and for
// nobody else: not for staff, and not for who holds the disk.
func TestSealedReports(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	keys := ageKeys(t)
	recipients := "# ours\n"
	for recipient := range keys {
		recipients += recipient + "\n"
	}
	file := filepath.Join(t.TempDir(), "recipients")
	if err := os.WriteFile(file, []byte(recipients), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	p := startServerIn(t, folder, "--admin-key", root.line, "--seal-to", file)
	a, _ := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	id, _ := a.report("harassment")

	shown := root.done(t, p, "report", "show", id)
	expectAll(t, "report show", shown, []string{id, "the lines are sealed"})
	if all := shown + root.done(t, p, "report", "show", id, "--json"); strings.Contains(all, "you are awful") {
		t.Errorf("staff read what is sealed:\n%s", all)
	}
	sealed := root.done(t, p, "report", "show", id, "--sealed")
	if stdout, stderr, code := root.run(t, p, "-tt", "report", "show", id, "--sealed"); code != exitNotUnderstood || !strings.Contains(stdout+stderr, "A terminal would spoil") {
		t.Errorf("onto a terminal, sealed lines end with %d: %q %q", code, stdout, stderr)
	}
	for recipient, identity := range keys {
		opened, err := age.Decrypt(strings.NewReader(sealed), identity)
		if err != nil {
			t.Fatalf("%s: %v", recipient, err)
		}
		lines, err := io.ReadAll(opened)
		if err != nil || !strings.Contains(string(lines), "you are awful") || !strings.Contains(string(lines), "hello there") {
			t.Errorf("%s opens %q, %v", recipient, lines, err)
		}
	}
	guest, _, _ := runSSH(t, p, "privacy")
	expectAll(t, "privacy", guest, []string{"encrypted so that only the operator can read them"})
	stopServer(t, p)
	kept, err := os.ReadFile(filepath.Join(folder, "strangerd-data", "strangerd.db"))
	if err != nil || bytes.Contains(kept, []byte("you are awful")) {
		t.Errorf("the database holds what is sealed (%v)", err)
	}
}

// A backup with its keys is the whole server, for who has the recipient's key. The
// database alone starts nothing.
func TestBackupWithKeys(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	a, _ := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	id, _ := a.report("harassment")
	root.done(t, p, "ban", id, "--for", "7d", "--reason", "'Be kind'")
	for _, recipient := range []string{"", "nonsense", "age1nonsense", "ssh-rsa AAAA"} {
		stdout, stderr, code := root.run(t, p, "backup", "--with-keys", recipient)
		if stdout != "" || code == exitDone || !strings.Contains(stderr, "age1") {
			t.Errorf("a backup to %q ends with %d: %d bytes, %s", recipient, code, len(stdout), stderr)
		}
	}
	for recipient, identity := range ageKeys(t) {
		sealed := root.done(t, p, "backup", "--with-keys", recipient)
		if strings.Contains(sealed, "Be kind") {
			t.Error("the backup is not sealed")
		}
		to := restored(t, sealed, identity)
		q := startServerIn(t, to, "--admin-key", root.line)
		if _, _, code := runFrom(t, q, "127.0.0.22", "", "status"); code != exitNotAllowed {
			t.Errorf("who was banned before the backup gets %d after it", code)
		}
		_, key, _ := strings.Cut(p.output, "Host key: ")
		if key, _, _ = strings.Cut(key, " "); !strings.Contains(q.output, key) {
			t.Errorf("the host key was %s and is another: %s", key, q.output)
		}
		stopServer(t, q)

		if err := os.Remove(filepath.Join(to, "strangerd-data", "secret")); err != nil {
			t.Fatal(err)
		}
		if _, err := startProgram(to, "--admin-key", root.line); err == nil || !strings.Contains(err.Error(), "secret is missing") {
			t.Errorf("without its secret a database starts a server: %v", err)
		}
	}
}

// restored makes the folder of a program from a backup with its keys.
func restored(t *testing.T, sealed string, identity age.Identity) string {
	t.Helper()
	opened, err := age.Decrypt(strings.NewReader(sealed), identity)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	kept := filepath.Join(folder, "strangerd-data")
	if err := os.Mkdir(kept, 0o700); err != nil {
		t.Fatal(err)
	}
	unpack(t, opened, kept)
	return folder
}

// unpack extracts an archive of files into a folder.
func unpack(t *testing.T, from io.Reader, folder string) {
	t.Helper()
	archive := tar.NewReader(from)
	for {
		header, err := archive.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(header.Name)), content, os.FileMode(header.Mode)); err != nil {
			t.Fatal(err)
		}
	}
}

// A backup is whole though reports are written meanwhile.
func TestBackupWhileWriting(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	root.done(t, p, "door", "known")
	var writing sync.WaitGroup
	over := make(chan struct{})
	writing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-over:
				return
			default:
				root.run(t, p, "motd", fmt.Sprintf("'line %d'", i))
			}
		}
	})
	for range 5 {
		file := filepath.Join(t.TempDir(), "backup")
		if err := os.WriteFile(file, []byte(root.done(t, p, "backup")), 0o600); err != nil {
			t.Error(err)
		}
		if said, err := exec.Command("strangerd", "db", "check", file).CombinedOutput(); err != nil || !strings.Contains(string(said), "is well") {
			t.Errorf("a backup: %v, %s", err, said)
		}
	}
	close(over)
	writing.Wait()
}

// What is held is out of the queue until it is released, and both are audited.
func TestHold(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	folder := t.TempDir()
	p := startServerIn(t, folder, "--admin-key", root.line)
	a, _ := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	id, _ := a.report("illegal")
	queue := func(status string, want int) {
		t.Helper()
		if got := root.list(t, p, "reports", "--status", status); len(got) != want {
			t.Errorf("%s: %v, want %d", status, got, want)
		}
	}
	for _, until := range []string{"2001-01-01", "soon", "forever"} {
		if _, _, code := root.run(t, p, "hold", id, "--until", until, "--reason", "x"); code != exitNotUnderstood {
			t.Errorf("a hold until %s ends with %d", until, code)
		}
	}
	root.done(t, p, "hold", id, "--until", "400d", "--reason", "'The police asked'")
	queue("open", 0)
	queue("held", 1)
	stopServer(t, p)
	p = startServerIn(t, folder, "--admin-key", root.line)
	queue("held", 1)
	root.done(t, p, "report", "show", id)
	root.done(t, p, "release", id, "--reason", "'They have it'")
	queue("held", 0)
	queue("open", 1)
	if _, stderr, code := root.run(t, p, "release", id, "--reason", "x"); code != exitFailed || !strings.Contains(stderr, "isn't held") {
		t.Errorf("a second release ends with %d: %s", code, stderr)
	}
	var did []string
	for _, entry := range root.list(t, p, "audit") {
		if action := fmt.Sprint(entry["action"]); entry["on"] == id && action != "reports" {
			did = append(did, action)
		}
	}
	if got := strings.Join(did, ", "); got != "hold, look, look, look, release" {
		t.Errorf("of %s the audit log tells %s", id, got)
	}
}

// A wider ban says whom it would hit, and waits for --yes.
func TestRow24WiderBan(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line, "--shared-sources", "10.0.0.0/8")
	a, b := pairFrom(t, p, "127.0.1.21", "127.0.2.22")
	neighbour := joinFrom(t, p, "127.0.2.99")
	id, _ := a.report("harassment")
	wider := []string{"ban", id, "--wider", "24", "--for", "1d", "--reason", "'A whole street'"}
	stdout, stderr, code := root.run(t, p, wider...)
	if code != exitFailed || !strings.Contains(stderr, "--yes") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("without --yes it ends with %d: %s", code, stderr)
	}
	expectAll(t, "the preview", stdout, []string{"Nothing is banned yet. It would end 2 sessions", "S-"})
	if bans := root.list(t, p, "bans"); len(bans) != 0 {
		t.Fatalf("without --yes there are %v", bans)
	}
	root.done(t, p, append(wider, "--yes")...)
	for _, hit := range []*chatter{b, neighbour} {
		hit.expect("A whole street")
		hit.expectExit(exitNotAllowed)
	}
	if _, _, code := runFrom(t, p, "127.0.2.200", "", "status"); code != exitNotAllowed {
		t.Errorf("the next one of that street gets %d", code)
	}
	if _, _, code := runFrom(t, p, "127.0.3.22", "", "status"); code != exitDone {
		t.Errorf("the next street gets %d", code)
	}
}

// A list of networks is banned as a whole or not at all.
func TestBanImport(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	imports := func(list string, more ...string) (stdout, stderr string, code int) {
		return runSSHWith(t, p, list, root.as("admin", append([]string{"ban", "import"}, more...)...)...)
	}
	for list, says := range map[string]string{
		"192.0.2.0/24\nnonsense\n":     "line 2",
		"192.0.2.0/24\n127.0.0.0/8\n":  "--yes",
		"192.0.2.0/24\n198.0.0.0/8 \n": "--yes",
	} {
		if stdout, stderr, code := imports(list); code != exitFailed || stdout != "" || !strings.Contains(stderr, says) {
			t.Errorf("%q ends with %d: %s%s", list, code, stdout, stderr)
		}
	}
	if bans := root.list(t, p, "bans"); len(bans) != 0 {
		t.Fatalf("half of a list was banned: %v", bans)
	}
	stdout, stderr, code := imports("# a raid\n192.0.2.0/24 ; one\n\n2001:db8::/48\n127.0.0.30/31\n", "--yes", "--reason", "'A raid'", "--for", "1h")
	if code != exitDone {
		t.Fatalf("import ends with %d: %s", code, stderr)
	}
	expectAll(t, "import", stdout, []string{"B-", "192.0.2.0/24", "2001:db8::/48", "3 networks are banned, 0 were already."})
	bans := root.list(t, p, "bans")
	if len(bans) != 3 {
		t.Errorf("the bans are %v", bans)
	}
	if raw, _ := json.Marshal(bans); strings.Count(string(raw), "A raid") != 3 {
		t.Errorf("the bans are %s", raw)
	}
	if _, _, code := runFrom(t, p, "127.0.0.31", "", "status"); code != 255 {
		t.Errorf("a banned network gets %d", code)
	}
}
