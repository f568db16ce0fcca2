//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// More connections come than the process may have descriptors. Who is inside chats
// on, staff too, and when some come free, others get in.
func TestOutOfDescriptors(t *testing.T) {
	t.Parallel()
	requireTool(t, "prlimit")
	root, people := newStaffKey(t, "root"), new(sources)
	keys := filepath.Join(t.TempDir(), "admin_keys")
	if err := os.WriteFile(keys, []byte(root.line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := startServer(t, "--admin-keys", keys, "--login-grace", "1h")
	a, b := converse(t, p, people)
	desk, err := reach(p, "127.0.0.1", root)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	session, err := desk.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	in, err := session.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Start("ban import --reason x"); err != nil {
		t.Fatal(err)
	}

	pid := strconv.Itoa(p.cmd.Process.Pid)
	open, err := os.ReadDir("/proc/" + pid + "/fd")
	if err != nil {
		t.Fatal(err)
	}
	const spare, crowd = 20, 60
	limit := strconv.Itoa(len(open) + spare)
	if said, err := exec.Command("prlimit", "--pid", pid, "--nofile="+limit+":"+limit).CombinedOutput(); err != nil {
		t.Fatalf("prlimit: %v: %s", err, said)
	}
	var waiting []net.Conn
	for range crowd {
		dialer := net.Dialer{Timeout: patience, LocalAddr: &net.TCPAddr{IP: net.ParseIP(people.next())}}
		conn, err := dialer.Dial("tcp", p.address)
		if err != nil {
			t.Fatal(err) // the kernel accepts, whatever the process does
		}
		defer conn.Close()
		waiting = append(waiting, conn)
	}
	used, began := processorTime(t, p.cmd.Process.Pid), time.Now()
	for time.Since(began) < 5*time.Second { // over two looks at the staff's keys
		a.tell(t, b, "still here")
		time.Sleep(500 * time.Millisecond)
	}
	used, took := processorTime(t, p.cmd.Process.Pid)-used, time.Since(began)
	if used > took*2/5 {
		t.Errorf("the server tries again without a pause: it takes %v of the processor in %v", used, took)
	}
	unanswered := 0
	for _, conn := range waiting {
		if n, _ := received(conn); n == 0 {
			unanswered++
		}
	}
	if unanswered < crowd/2 {
		t.Errorf("only %d of %d connections got no descriptor", unanswered, crowd)
	}

	for _, conn := range waiting {
		conn.Close()
	}
	converse(t, p, people)
	a.tell(t, b, "still here")
	in.Write([]byte("10.0.0.0/24\n"))
	in.Close()
	if err := session.Wait(); err != nil {
		t.Errorf("who was at work among the staff: %v", err)
	}
	stopServer(t, p)
	if n := strings.Count(p.later.String(), "connections can't be accepted"); n != 1 {
		t.Errorf("that no connection can be accepted is logged %d times", n)
	}
	if lines := strings.Count(p.later.String(), "\n"); lines > 50 {
		t.Errorf("%d lines are logged", lines)
	}
	t.Logf("%d of %d waited for a descriptor; the log: %s", unanswered, crowd, p.later.String())
}

// processorTime is what a process has used of a processor.
func processorTime(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // a hundredth of a second on Linux
}
