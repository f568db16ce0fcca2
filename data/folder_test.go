package data

import (
	"bytes"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

func TestFirstStart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "strangerd-data")
	f := mustOpen(t, dir)
	if !f.NewHostKey() || len(f.Secret()) != 32 {
		t.Errorf("first start: new host key %v, secret of %d bytes", f.NewHostKey(), len(f.Secret()))
	}
	mustClose(t, f)

	names, err := os.ReadDir(dir)
	must(t, err)
	if len(names) != 3 {
		t.Errorf("the folder holds %v", names)
	}
	for name, want := range map[string]fs.FileMode{".": 0o700, databaseName: 0o600, secretName: 0o600, hostKeyName: 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
	if b := mustRead(t, f.path(hostKeyName)); !bytes.HasPrefix(b, []byte("-----BEGIN OPENSSH PRIVATE KEY-----\n")) {
		t.Error("the host key is not in OpenSSH's format")
	}

	again := mustOpen(t, dir)
	defer mustClose(t, again)
	if again.NewHostKey() {
		t.Error("the second start calls the host key new")
	}
	if got, want := ssh.FingerprintSHA256(again.HostKey().PublicKey()), ssh.FingerprintSHA256(f.HostKey().PublicKey()); got != want {
		t.Errorf("the second start has the host key %s, the first %s", got, want)
	}
	if !bytes.Equal(again.Secret(), f.Secret()) {
		t.Error("the second start has another secret")
	}
}

// A host key that is lost is told from one that was never there.
func TestLostHostKey(t *testing.T) {
	dir := t.TempDir()
	f := mustOpen(t, dir)
	if f.LostHostKey() {
		t.Error("the first start calls the host key lost")
	}
	mustClose(t, f)
	must(t, os.Remove(filepath.Join(dir, hostKeyName)))
	f = mustOpen(t, dir)
	if !f.NewHostKey() || !f.LostHostKey() {
		t.Error("the host key in place of a lost one is taken for the first")
	}
	mustClose(t, f)
	f = mustOpen(t, dir)
	if f.NewHostKey() || f.LostHostKey() {
		t.Error("the next start calls the host key new")
	}
	mustClose(t, f)
}

func TestSecretIsACopy(t *testing.T) {
	f := mustOpen(t, t.TempDir())
	defer mustClose(t, f)
	clear(f.Secret())
	if bytes.Equal(f.Secret(), make([]byte, 32)) {
		t.Error("a caller can change the folder's secret")
	}
}

// A first start is killed after each of its steps, and leaves beside what they
// made the beginning of the file that the next one writes.
func TestKilledFirstStart(t *testing.T) {
	whole := newFolder(t, nil)
	next := []string{secretName, databaseName, hostKeyName, ""}
	for done := range (&Folder{}).steps(nil) {
		dir := t.TempDir()
		held, err := lockFolder(dir, time.Second)
		must(t, err)
		killed := &Folder{dir: dir, lock: held}
		for _, step := range killed.steps(nil)[:done] {
			must(t, step())
		}
		killed.Close()
		if name := next[done]; name != "" {
			b := mustRead(t, filepath.Join(whole, name))
			mustWrite(t, scratch(killed.path(name)), b[:len(b)/3])
		}

		f, err := OpenFolder(dir, nil)
		if err != nil {
			t.Errorf("killed after %d steps: %v", done, err)
			continue
		}
		if done > 1 && !bytes.Equal(f.Secret(), killed.secret) {
			t.Errorf("killed after %d steps: the database's secret was given up", done)
		}
		mustRefuse(t, f.DB(), alice, now)
		mustClose(t, f)
		f = mustOpen(t, dir)
		wantRefused(t, f.DB(), alice, now)
		mustClose(t, f)
	}
}

// The same, with a real process and a real kill.
func TestKill(t *testing.T) {
	for i := range 12 {
		dir := filepath.Join(t.TempDir(), "strangerd-data")
		c := play(t, "open", dir)
		must(t, c.Start())
		time.Sleep(time.Duration(i) * 3 * time.Millisecond) // where it is by then doesn't matter
		c.Process.Kill()
		c.Wait()
		mustClose(t, mustOpen(t, dir))
	}
}

func TestRefusedFolders(t *testing.T) {
	other := newFolder(t, nil)
	newer := newFolder(t, nil)
	f := mustOpen(t, newer)
	must(t, f.DB().update(func(tx *boltTx) error {
		return tx.Bucket(identity).Put(versionKey, []byte{7: 99})
	}))
	must(t, f.Close())
	_, key, err := ed25519.GenerateKey(nil)
	must(t, err)
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte("passphrase"))
	must(t, err)

	db := func(dir string) string { return filepath.Join(dir, databaseName) }
	secret := func(dir string) string { return filepath.Join(dir, secretName) }
	hostKey := func(dir string) string { return filepath.Join(dir, hostKeyName) }
	const restore = "strangerd db restore FILE"
	for _, c := range []struct {
		name  string
		spoil func(dir string) error
		want  []string
	}{
		{"no database", func(dir string) error { return os.Remove(db(dir)) }, []string{databaseName, "is missing", restore}},
		{"empty database", func(dir string) error { return os.Truncate(db(dir), 0) }, []string{databaseName, "is empty", restore}},
		{"cut database", func(dir string) error { return os.Truncate(db(dir), 8192) }, []string{databaseName, "is cut short", restore}},
		{"foreign file", func(dir string) error { return os.WriteFile(db(dir), bytes.Repeat([]byte("hello "), 9000), 0o600) }, []string{databaseName, "is not a database", restore}},
		{"foreign database", func(dir string) error { os.Remove(db(dir)); return foreignDB(db(dir)) }, []string{databaseName, "not strangerd's", restore}},
		{"another's database", func(dir string) error { return os.Rename(db(other), db(dir)) }, []string{databaseName, "belongs to another secret", restore}},
		{"folder as database", func(dir string) error { os.Remove(db(dir)); return os.Mkdir(db(dir), 0o700) }, []string{databaseName, "is a directory"}},
		{"newer database", func(dir string) error {
			return errors.Join(os.Rename(db(newer), db(dir)), os.Rename(secret(newer), secret(dir)))
		}, []string{databaseName, "newer strangerd", "99"}},
		{"no secret", func(dir string) error { return os.Remove(secret(dir)) }, []string{secretName, "is missing", "put that file back"}},
		{"short secret", func(dir string) error { return os.WriteFile(secret(dir), []byte("abcd\n"), 0o600) }, []string{secretName, "64 hexadecimal digits"}},
		{"secret that isn't hex", func(dir string) error {
			return os.WriteFile(secret(dir), []byte(strings.Repeat("z", 64)), 0o600)
		}, []string{secretName, "64 hexadecimal digits"}},
		{"open secret", func(dir string) error { return os.Chmod(secret(dir), 0o640) }, []string{"0640", "chmod 600 ", secretName}},
		{"open database", func(dir string) error { return os.Chmod(db(dir), 0o640) }, []string{"0640", "chmod 600 ", databaseName}},
		{"open folder", func(dir string) error { return os.Chmod(dir, 0o770) }, []string{"0770", "chmod 700 "}},
		{"open host key", func(dir string) error { return os.Chmod(hostKey(dir), 0o644) }, []string{"0644", "chmod 600 ", hostKeyName}},
		{"no host key in it", func(dir string) error { return os.WriteFile(hostKey(dir), []byte("ssh-ed25519 AAAA"), 0o600) }, []string{hostKeyName, "is not an SSH private key"}},
		{"host key with a passphrase", func(dir string) error {
			return os.WriteFile(hostKey(dir), pem.EncodeToMemory(locked), 0o600)
		}, []string{hostKeyName, "passphrase", "ssh-keygen -p -f "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := newFolder(t, nil)
			must(t, c.spoil(dir))
			before := snapshot(t, dir)
			for range 2 { // asking again changes nothing
				f, err := OpenFolder(dir, nil)
				if err == nil {
					f.Close()
				}
				wantError(t, err, append(c.want, dir)...)
			}
			if after := snapshot(t, dir); after != before {
				t.Errorf("the refusal changed the folder:\n%s\n%s", before, after)
			}
		})
	}
}

// snapshot names the files in dir with their sizes.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	files, err := os.ReadDir(dir)
	must(t, err)
	for _, file := range files {
		info, err := file.Info()
		must(t, err)
		b.WriteString(fs.FormatFileInfo(info))
	}
	return b.String()
}

func TestNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	mustWrite(t, file, nil)
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		_, err := OpenFolder(dir, nil)
		wantError(t, err, dir, "is not a folder", "name another")
	}
}

// The other process holds the folder until the test ends: that the refusals
// come at all is what is tested, beside their words.
func TestSecondProcess(t *testing.T) {
	dir := newFolder(t, nil)
	db := filepath.Join(dir, databaseName)
	occupy(t, dir)
	if wait := (*Options)(nil).timeout(); wait <= 0 || wait > time.Second {
		t.Errorf("unless told otherwise, it waits %v", wait)
	}
	var all sync.WaitGroup
	refused := func(held string, use func() error) {
		all.Go(func() {
			if err := use(); err == nil || !strings.Contains(err.Error(), "another strangerd is using "+held+":") {
				t.Errorf("%s is held, and the error is %v", held, err)
			}
		})
	}
	refused(dir, func() error { _, err := OpenFolder(dir, nil); return err })
	refused(dir, func() error { _, _, err := Compact(db); return err })
	refused(dir, func() error { return Restore(dir, db) })
	refused(db, func() error { _, err := Open(db, nil); return err })
	refused(db, func() error { return Check(db) })
	all.Wait()
}

// The whole refusal comes from a process that is nobody here, as in a container
// whose volume belongs to root.
func TestNotPermitted(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can become another user")
	}
	top := t.TempDir()
	for p := top; p != os.TempDir() && len(p) > 1; p = filepath.Dir(p) {
		must(t, os.Chmod(p, 0o755))
	}
	made := filepath.Join(top, "made")
	mustClose(t, mustOpen(t, made))
	unreadable := filepath.Join(top, "unreadable")
	mustClose(t, mustOpen(t, unreadable))
	must(t, os.Chmod(unreadable, 0o755))
	empty := filepath.Join(top, "empty")
	must(t, os.Mkdir(empty, 0o755))
	mounted := filepath.Join(top, "mounted") // all but the folder itself is theirs
	mustClose(t, mustOpen(t, mounted))
	for _, name := range []string{databaseName, secretName, hostKeyName} {
		must(t, os.Chown(filepath.Join(mounted, name), otherUID, otherUID))
	}
	must(t, os.Chmod(mounted, 0o755))

	for dir, advice := range map[string]string{
		made:                         "chown -R 65532 " + made,
		unreadable:                   "chown -R 65532 " + unreadable,
		mounted:                      "chown -R 65532 " + mounted,
		empty:                        "chown -R 65532 " + empty,
		filepath.Join(top, "a", "b"): "chown 65532 " + filepath.Join(top, "a", "b"),
	} {
		out, err := play(t, "other", dir).CombinedOutput()
		if err == nil {
			t.Errorf("%s: opened by uid %d", dir, otherUID)
		}
		wantError(t, errors.New(strings.TrimSpace(string(out))), "uid 65532", dir, advice)
	}
}

func TestFirstStartsAtOnce(t *testing.T) {
	dir := t.TempDir()
	secrets := make(chan []byte)
	for range 4 {
		go func() {
			f, err := OpenFolder(dir, &Options{Timeout: time.Minute})
			if err != nil {
				t.Error(err)
				secrets <- nil
				return
			}
			secret := f.Secret()
			f.Close()
			secrets <- secret
		}()
	}
	first := <-secrets
	for range 3 {
		if !bytes.Equal(first, <-secrets) {
			t.Error("two first starts made two secrets")
		}
	}
}
