package data

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary also plays the other process: with this variable set it does
// what roles says instead of testing.
const roleVar = "STRANGERD_DATA_TEST_ROLE"

// otherUID is the user of the container image.
const otherUID = 65532

var roles = map[string]func(dir string) error{
	// open holds the folder until its standard input ends.
	"open": func(dir string) error {
		f, err := OpenFolder(dir, nil)
		if err != nil {
			return err
		}
		defer f.Close()
		fmt.Println("open")
		_, err = io.Copy(io.Discard, os.Stdin)
		return err
	},
	// other opens the folder as another user.
	"other": func(dir string) error {
		if err := errors.Join(syscall.Setgid(otherUID), syscall.Setuid(otherUID)); err != nil {
			return err
		}
		f, err := OpenFolder(dir, nil)
		if err != nil {
			return err
		}
		return f.Close()
	},
}

func TestMain(m *testing.M) {
	role, ok := roles[os.Getenv(roleVar)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := role(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(t *testing.T, role, dir string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), exe, dir)
	c.Env = append(os.Environ(), roleVar+"="+role)
	return c
}

// occupy has another process hold the folder until the test ends.
func occupy(t *testing.T, dir string) {
	t.Helper()
	c := play(t, "open", dir)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		c.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "open\n" {
		t.Fatalf("the other process said %q, %v", line, err)
	}
}

var (
	now   = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	alice = Hash{1}
	bob   = Hash{2}
)

func mustOpen(t testing.TB, dir string) *Folder {
	t.Helper()
	f, err := OpenFolder(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// mustClose closes f and checks the database, every page and record of it.
func mustClose(t testing.TB, f *Folder) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Error("closing:", err)
	}
	mustCheck(t, f.path(databaseName))
}

func mustCheck(t testing.TB, path string) {
	t.Helper()
	if err := Check(path); err != nil {
		t.Error("check:", err)
	}
}

// newFolder makes a folder, lets use work in it, and closes it.
func newFolder(t testing.TB, use func(*DB)) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "strangerd-data")
	f := mustOpen(t, dir)
	if use != nil {
		use(f.DB())
	}
	mustClose(t, f)
	return dir
}

// fill refuses n sources, numbered from 0, in one transaction.
func fill(t testing.TB, db *DB, n int) {
	t.Helper()
	must(t, db.update(func(tx *boltTx) error {
		for i := range n {
			if err := save(tx, Refusal{numbered(i), now}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func numbered(i int) (h Hash) {
	return Hash{byte(i >> 16), byte(i >> 8), byte(i), 31: 0xff}
}

func mustRefuse(t testing.TB, db *DB, source Hash, until time.Time) {
	t.Helper()
	must(t, db.Save(Refusal{source, until}))
}

// wantRefused expects source to be refused until then; the zero time is not at all.
func wantRefused(t testing.TB, db *DB, source Hash, until time.Time) {
	t.Helper()
	got, ok, err := db.RefusedUntil(source)
	if err != nil || ok == until.IsZero() || !got.Equal(until) {
		t.Errorf("RefusedUntil(%x…) = %v, %v, %v; want %v", source[:2], got, ok, err, until)
	}
}

// wantError expects one line with all of parts in it.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q lacks %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error of more than one line: %q", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return b
}

func mustWrite(t testing.TB, path string, b []byte) {
	t.Helper()
	must(t, os.WriteFile(path, b, 0o600))
}
