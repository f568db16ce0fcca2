//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A patient is a server whose disk falls ill under it: two people chat there,
// somebody is banned, and a report waits for its decision.
type patient struct {
	*program
	t      *testing.T
	folder string
	flags  []string
	root   *staffKey
	people *sources

	ann, bob *voice
	banned   string // a source
	open     string // R-…
}

func newPatient(t *testing.T, folder string, flags ...string) *patient {
	t.Helper()
	p := &patient{t: t, folder: folder, flags: flags, root: newStaffKey(t, "root"), people: new(sources)}
	p.start()
	reporter, abuser := converse(t, p.program, p.people)
	id := p.mustReport(reporter)
	p.done("report resolve " + id + " --action ban --reason 'Be kind'")
	p.banned = abuser.source
	reporter, _ = converse(t, p.program, p.people)
	p.open = p.mustReport(reporter)
	p.ann, p.bob = converse(t, p.program, p.people)
	if code, words := p.ready(); code != http.StatusOK {
		t.Fatalf("on a healthy disk /readyz says %d, %q", code, words)
	}
	return p
}

func (p *patient) start() {
	p.t.Helper()
	p.program = startServerIn(p.t, p.folder, append([]string{"--http", "127.0.0.1:0", "--admin-key", p.root.line}, p.flags...)...)
}

func (p *patient) mustReport(v *voice) (id string) {
	p.t.Helper()
	id, _, err := v.report("threat a note")
	if err != nil {
		p.t.Fatal(err)
	}
	return id
}

// staff runs a command of staff, which has to be answered.
func (p *patient) staff(command string) (stdout, stderr string, code int) {
	p.t.Helper()
	stdout, stderr, code, err := p.ask("127.0.0.1", p.root, "", command)
	if err != nil {
		p.t.Fatalf("%q: %v", command, err)
	}
	return stdout, stderr, code
}

func (p *patient) done(command string) string {
	p.t.Helper()
	stdout, stderr, code := p.staff(command)
	if code != exitDone {
		p.t.Fatalf("%q ends with %d: %s", command, code, stderr)
	}
	return stdout
}

// ready is what /readyz says.
func (p *patient) ready() (code int, words string) {
	p.t.Helper()
	answer, err := http.Get("http://" + p.operator() + "/readyz")
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(said)
}

// refuses expects that nothing can be written, and that everybody is told so.
func (p *patient) refuses() {
	p.t.Helper()
	t := p.t
	if code, words := p.ready(); code != http.StatusServiceUnavailable || !strings.Contains(words, "not saved") {
		t.Errorf("/readyz says %d, %q", code, words)
	}
	before := p.numbers()
	for _, command := range []string{
		"ban 10.0.0.0/24 --reason x",
		"report resolve " + p.open + " --action ban --reason x",
		"report resolve " + p.open + " --action none --reason x",
		"hold " + p.open + " --reason x",
		"motd Hello",
		"door closed",
	} {
		if stdout, stderr, code := p.staff(command); code != exitFailed || stdout != "" || !strings.Contains(stderr, "not saved") {
			t.Errorf("%q ends with %d: %q, %q", command, code, stdout, stderr)
		}
	}
	const notSaved = "Not saved: the server can't write to its disk."
	if stdout, stderr, code, err := p.ask(p.banned, nil, "I am sorry.", "appeal"); code != exitFailed || stdout != "" || !strings.Contains(stderr, notSaved) {
		t.Errorf("appeal ends with %d: %q, %q, %v", code, stdout, stderr, err)
	}
	p.ann.say("/report threat")
	p.ann.must(t, "-- "+notSaved)
	if after := p.numbers(); after != before {
		t.Errorf("what was not saved is counted: %s, before: %s", after, before)
	}
}

// numbers are how many reports, appeals and bans there are, and how the door is.
func (p *patient) numbers() string {
	_, rest, _ := strings.Cut(p.done("stats"), "open reports")
	return rest
}

// goesOn expects that whatever needs no disk does.
func (p *patient) goesOn() {
	p.t.Helper()
	p.ann.tell(p.t, p.bob, "still here?") // a report that isn't saved ends no chat
	p.bob.tell(p.t, p.ann, "still here")
	converse(p.t, p.program, p.people)
	if _, stderr, code, err := p.ask(p.banned, nil, "", "status"); code != exitNotAllowed || !strings.Contains(stderr, "Be kind") {
		p.t.Errorf("who is banned gets %d, %q, %v", code, stderr, err)
	}
}

// works expects that all which was refused can be done now.
func (p *patient) works() {
	p.t.Helper()
	if code, words := p.ready(); code != http.StatusOK {
		p.t.Errorf("on a disk that is well again /readyz says %d, %q", code, words)
	}
	p.done("ban 10.0.0.0/24 --reason x")
	p.done("report resolve " + p.open + " --action ban --reason x")
	if _, stderr, code, err := p.ask(p.banned, nil, "I am sorry.", "appeal"); code != exitDone {
		p.t.Errorf("appeal ends with %d, %v: %s", code, err, stderr)
	}
}

// again starts the server anew, with everybody gone, and looks at the file.
func (p *patient) again() {
	p.t.Helper()
	stopServer(p.t, p.program)
	if said, err := checkDatabase(p.folder); err != nil {
		p.t.Errorf("%v: %s", err, said)
	}
	p.start()
}

// A system call that fails is as good as a disk that does: strace makes them.
func TestSickDisk(t *testing.T) {
	for _, illness := range []struct {
		name, call, errno string
		lasting           bool // until the server is started again
	}{
		{"full", "pwrite64", "ENOSPC", false},
		{"read-only", "pwrite64", "EROFS", false},
		{"failing", "pwrite64", "EIO", false},
		// What a failed sync has not written the system may have forgotten, and
		// say of the next one that it was well.
		{"not synced", "fdatasync", "EIO", true},
	} {
		t.Run(illness.name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t, t.TempDir())
			heal := inject(t, p.cmd.Process.Pid, illness.call, illness.errno)
			p.refuses()
			p.goesOn()
			heal()
			if illness.lasting {
				p.refuses()
				p.goesOn()
				if _, words := p.ready(); !strings.Contains(words, "start strangerd again") {
					t.Errorf("/readyz doesn't say what to do: %s", words)
				}
				p.again()
			} else {
				p.mustReport(p.ann)
				p.bob.must(t, "-- Stranger has left the chat\n")
			}
			p.works()
			p.again()
			if _, _, code, _ := p.ask(p.banned, nil, "", "status"); code != exitNotAllowed {
				t.Errorf("after a new start, who is banned gets %d", code)
			}
		})
	}
}

// inject makes a system call of a process fail, until heal is called.
func inject(t *testing.T, pid int, call, errno string) (heal func()) {
	t.Helper()
	requireTool(t, "strace")
	strace := exec.Command("strace", "-f", "-p", fmt.Sprint(pid), "-o", "/dev/null",
		"-e", "trace="+call, "-e", "inject="+call+":error="+errno)
	said, err := strace.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := strace.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(said)
	line, _ := lines.ReadString('\n') // what it is says enough
	if !strings.Contains(line, "attached") {
		strace.Wait()
		if os.Getenv("STRANGERD_CI") != "" {
			t.Fatalf("strace can't attach, and STRANGERD_CI is set: %s", line)
		}
		t.Skipf("strace can't attach: %s", line)
	}
	go io.Copy(io.Discard, lines)
	return func() {
		strace.Process.Signal(syscall.SIGTERM)
		strace.Wait()
	}
}

// A data folder that has become read-only keeps the server from starting, in one line
// that says what to do, and is as it was once it can be written.
func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	folder := filepath.Join(disk, "data")
	root := newStaffKey(t, "root")
	p := startServerIn(t, disk, "--data", folder, "--admin-key", root.line)
	_, _, code, err := p.ask("127.0.0.1", root, "", "ban 10.0.0.0/24 --reason x")
	if err != nil || code != exitDone {
		t.Fatalf("ban ends with %d, %v", code, err)
	}
	stopServer(t, p)
	remount := func(flags uintptr) {
		t.Helper()
		if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|flags, ""); err != nil {
			t.Fatal(err)
		}
	}
	remount(syscall.MS_RDONLY)
	for _, data := range []string{folder, filepath.Join(disk, "new")} {
		said, err := exec.Command("strangerd", "--listen", "127.0.0.1:0", "--data", data).CombinedOutput()
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok || exit.ExitCode() != exitFailed || strings.Count(string(said), "\n") != 1 ||
			!strings.Contains(string(said), data) || !strings.Contains(string(said), "read-only file system") {
			t.Errorf("on a read-only disk: %v: %s", err, said)
		}
	}
	remount(0)
	p = startServerIn(t, disk, "--data", folder, "--admin-key", root.line)
	if n := len(list(t, p, root, "bans")); n != 1 {
		t.Errorf("there are %d bans, not 1", n)
	}
}

// smallDisk is a folder of 2 MB.
func smallDisk(t *testing.T) string {
	t.Helper()
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=2m,mode=700"); err != nil {
		if os.Getenv("STRANGERD_CI") != "" && os.Geteuid() == 0 {
			t.Fatalf("no small disk, and STRANGERD_CI is set: %v", err)
		}
		t.Skipf("no small disk: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(disk, syscall.MNT_DETACH) })
	return disk
}

// A disk that is really full takes what fits into the pages that it has, and no
// more; with room again, it takes everything.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	p := newPatient(t, disk)
	filler := filepath.Join(disk, "filler")
	if err := fill(filler); err != nil {
		t.Fatal(err)
	}
	var kept []string
	for i := range 200 {
		stdout, stderr, code := p.staff(fmt.Sprintf("ban 10.1.%d.0/24 --reason x", i))
		if code == exitDone {
			ban, _, _ := strings.Cut(stdout, " ")
			kept = append(kept, ban)
			continue
		}
		if code != exitFailed || !strings.Contains(stderr, "not saved") {
			t.Fatalf("ban ends with %d: %s", code, stderr)
		}
		break
	}
	t.Logf("%d bans fit into the full disk", len(kept))
	if code, words := p.ready(); code != http.StatusServiceUnavailable || !strings.Contains(words, "no space left") {
		t.Errorf("/readyz says %d, %q", code, words)
	}
	p.goesOn()
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	p.mustReport(p.ann)
	p.works()
	p.again()
	bans := list(t, p.program, p.root, "bans")
	for _, ban := range kept {
		if bans[ban] == nil {
			t.Errorf("the ban %s was acknowledged, and is lost", ban)
		}
	}
}

// fill writes a file until there is no more room for it.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for block := make([]byte, 4<<10); err == nil; {
		_, err = f.Write(block)
	}
	if !strings.Contains(err.Error(), "no space left") {
		return err
	}
	return nil
}
