package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asNobody is the program, run by the user of the container image. Its file is opened
// here, since nobody else may look into the folder that it lies in.
func asNobody(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can become another user")
	}
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Skip("no /proc to run the program from")
	}
	t.Cleanup(func() { self.Close() })
	cmd := exec.CommandContext(t.Context(), "/proc/self/fd/3", args...)
	cmd.Args[0] = "strangerd"
	cmd.ExtraFiles = []*os.File{self}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	cmd.Dir = "/"
	return cmd
}

// publicFolder is a temporary folder that others can reach.
func publicFolder(t *testing.T) string {
	t.Helper()
	top := t.TempDir()
	for p := top; p != os.TempDir() && len(p) > 1; p = filepath.Dir(p) {
		if err := os.Chmod(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return top
}

// A folder of somebody else is told as such, with whose it has to be, whatever in it
// can't be read.
func TestFolderOfAnother(t *testing.T) {
	t.Parallel()
	top := publicFolder(t)
	for name, mode := range map[string]os.FileMode{"closed": 0o700, "readable": 0o755} {
		dir := filepath.Join(top, name)
		if err := os.Mkdir(dir, mode); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "admin_keys"), []byte("no key\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := asNobody(t, "--listen", "127.0.0.1:0", "--data", dir).CombinedOutput()
		said := string(out)
		if err == nil || strings.Count(said, "\n") != 1 || !strings.Contains(said, "uid 65532 may not use "+dir) ||
			!strings.Contains(said, "chown -R 65532 "+dir) {
			t.Errorf("%s: %v, with %q", name, err, said)
		}
	}
}

// A second process on a folder fails within two seconds, and the first goes on.
func TestSecondServer(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	machine, begun := startMetronome(t), time.Now()
	if err := exec.Command("strangerd", "version").Run(); err != nil {
		t.Fatal(err)
	}
	start := time.Since(begun) // of a process that does nothing
	begun = time.Now()
	_, err := startProgram(p.cmd.Dir)
	took := time.Since(begun) - start
	if err == nil || !strings.Contains(err.Error(), "another strangerd is using strangerd-data: stop it first") {
		t.Errorf("the second one says %v", err)
	}
	if took > machine.allow(2*time.Second) {
		t.Errorf("it took %v", took)
	}
	if _, _, code := runSSH(t, p, "-T", "status"); code != exitDone {
		t.Errorf("the first one answers with %d", code)
	}
}

// A host key that is lost is made anew, which whoever starts the server can't miss.
func TestLostHostKey(t *testing.T) {
	t.Parallel()
	p := startServer(t)
	if strings.Contains(p.output, "WARNING") {
		t.Errorf("the first start says %q", p.output)
	}
	stopServer(t, p)
	if err := os.Remove(filepath.Join(p.cmd.Dir, "strangerd-data", "host_ed25519")); err != nil {
		t.Fatal(err)
	}
	q := startServerIn(t, p.cmd.Dir)
	if !strings.Contains(q.output, "WARNING: host_ed25519 was missing in strangerd-data") {
		t.Errorf("the start with a new host key says %q", q.output)
	}
}
