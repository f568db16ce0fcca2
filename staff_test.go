package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"encoding/pem"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// staffKey is the key of one of the staff.
type staffKey struct {
	file   string // the private key
	line   string // the public one, as in an authorized_keys file
	signer ssh.Signer
}

func newStaffKey(t *testing.T, name string) *staffKey {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	k := &staffKey{file: filepath.Join(t.TempDir(), "id"), signer: signer}
	k.line = strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey()))) + " " + name
	if err := os.WriteFile(k.file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	return k
}

// as are a client's flags to be user, with the key.
func (k *staffKey) as(user string, more ...string) []string {
	return append([]string{"-l", user, "-i", k.file, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"}, more...)
}

// run runs a command as admin@.
func (k *staffKey) run(t *testing.T, p *program, command ...string) (stdout, stderr string, code int) {
	t.Helper()
	return runSSHWith(t, p, "", k.as("admin", command...)...)
}

// done runs a command that has to succeed, and returns what it prints.
func (k *staffKey) done(t *testing.T, p *program, command ...string) string {
	t.Helper()
	stdout, stderr, code := k.run(t, p, command...)
	if code != exitDone {
		t.Fatalf("%q ends with %d: %s%s", command, code, stdout, stderr)
	}
	return stdout
}

// list runs a command that lists something.
func (k *staffKey) list(t *testing.T, p *program, command ...string) (items []map[string]any) {
	t.Helper()
	stdout := k.done(t, p, append(command, "--json")...)
	if err := json.Unmarshal([]byte(stdout), &items); err != nil {
		t.Fatalf("%q prints %q: %v", command, stdout, err)
	}
	return items
}

// logIn logs in with these methods and runs the command stats.
func logIn(t *testing.T, p *program, user string, methods ...ssh.AuthMethod) (stdout string, err error) {
	t.Helper()
	client, err := ssh.Dial("tcp", p.address, &ssh.ClientConfig{
		User: user, Auth: methods, HostKeyCallback: ssh.InsecureIgnoreHostKey(), Timeout: patience})
	if err != nil {
		return "", err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return "", err
	}
	out, err := session.Output("stats")
	return string(out), err
}

// Who is refused at admin@ is told where to go instead.
func TestStaffOnly(t *testing.T) {
	t.Parallel()
	requireTool(t, "ssh")
	other := newStaffKey(t, "other")
	p := startServer(t, "--admin-key", newStaffKey(t, "root").line)
	host, port, _ := net.SplitHostPort(p.address)
	for _, more := range [][]string{nil, other.as("admin")} { // a stock client says banners, but not at LogLevel=ERROR
		cmd := exec.Command("ssh", append([]string{"-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
			"-o", "BatchMode=yes", "-p", port, "-l", "admin", host}, more...)...)
		said, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != 255 {
			t.Errorf("admin@ without a key ends with %d", code)
		}
		expectAll(t, "admin@ without a key", string(said), []string{"Staff only. To chat: ssh guest@chat.example.org"})
	}
}

// A line that can't be honoured opens nothing, and takes nothing from the lines
// around it: neither at the start, which tells of it, nor while the server runs, when
// it is logged once for as long as it stands there.
func TestRow30BadLineAmongAdminKeys(t *testing.T) {
	t.Parallel()
	root, from, last := newStaffKey(t, "root"), newStaffKey(t, "from"), newStaffKey(t, "last")
	file := filepath.Join(t.TempDir(), "admin_keys")
	write := func(lines ...string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("hello", `from="192.0.2.1" `+from.line, root.line)
	p := startServer(t, "--admin-keys", file)
	for _, said := range []string{
		file + " line 1: give one public key, such as the one line of ~/.ssh/id_ed25519.pub. The other lines hold.\n",
		file + " line 2: give the key without options: from is not honoured here. The other lines hold.\n",
	} {
		if strings.Count(p.output, said) != 1 || strings.Contains(p.output, "no administrator yet") {
			t.Errorf("the start doesn't say %q:\n%s", said, p.output)
		}
	}
	root.done(t, p, "stats")
	write(root.line, `expiry-time="20200101" `+from.line, last.line)
	for key, wanted := range map[*staffKey]int{root: exitDone, from: 255, last: exitDone} {
		if stdout, stderr, code := key.run(t, p, "stats"); code != wanted {
			t.Errorf("%s: exit code %d, %s%s", key.line, code, stdout, stderr)
		}
	}
	if stdout, stderr, code := runSSHWith(t, p, last.line+"\n", root.as("admin", "moderator", "add", "two")...); code != exitFailed || !strings.Contains(stderr, "last's already") {
		t.Errorf("an administrator's key is added: exit code %d, %s%s", code, stdout, stderr)
	}
	p.stop()
	if log := p.later.String(); strings.Count(log, "administrators' keys") != 1 || !strings.Contains(log, "line 2") || !strings.Contains(log, "expiry-time") || strings.Contains(log, from.line[:40]) {
		t.Errorf("the log says:\n%s", log)
	}
}

// The staff are told apart in the audit log, and by what they have taken, though the
// administrators have no names, or those of others.
func TestEveryAdministratorHasANameOfTheirOwn(t *testing.T) {
	t.Parallel()
	keys := make([]*staffKey, 7)
	var lines []string
	for i, comment := range []string{"", "", "ann", "Ann", "machine", "offline", "robin"} {
		keys[i] = newStaffKey(t, comment)
		lines = append(lines, strings.TrimSpace(keys[i].line))
	}
	file := filepath.Join(t.TempDir(), "admin_keys")
	write := func(lines []string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(lines[:6])
	p := startServer(t, "--admin-keys", file)
	keys[0].add(t, p, "robin", newStaffKey(t, "robin"))
	write(lines)
	a, _ := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	report, _ := a.report("spam")
	names := []string{"admin", "admin-2", "ann", "Ann-2", "machine-2", "offline-2", "robin-2"}
	for _, key := range keys {
		key.done(t, p, "report", "show", report)
	}
	var by []string
	for _, entry := range keys[0].list(t, p, "audit") {
		if entry["action"] == "look" {
			by = append(by, entry["by"].(string))
		}
	}
	if !slices.Equal(by, names) {
		t.Errorf("those who looked are %q, want %q", by, names)
	}
	for _, name := range append(names, "ADMIN-2", "machine") {
		stdout, stderr, code := runSSHWith(t, p, newStaffKey(t, "").line, keys[0].as("admin", "moderator", "add", name)...)
		if code == exitDone {
			t.Errorf("a moderator is called %s: %s%s", name, stdout, stderr)
		}
	}
	startSSH(t, p, keys[0].as("admin", "-tt")...).expect("you are awful")
	startSSH(t, p, keys[1].as("admin", "-tt")...).expect("is being looked at by admin")
}

// A key that is taken away ends the session that it opened.
func TestRow30RemovedKey(t *testing.T) {
	t.Parallel()
	root, two, mo := newStaffKey(t, "root"), newStaffKey(t, "two"), newStaffKey(t, "mo")
	file := filepath.Join(t.TempDir(), "admin_keys")
	write := func(lines ...string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(root.line, two.line)
	p := startServer(t, "--admin-keys", file)
	root.add(t, p, "mo", mo)
	desks := []*chatter{
		startSSH(t, p, root.as("admin", "-tt")...),
		startSSH(t, p, two.as("admin", "-tt")...),
		startSSH(t, p, mo.as("admin", "-tt")...),
	}
	for i, name := range []string{"root", "two", "mo"} {
		desks[i].expect("desk of " + name)
	}
	desks[0].send("q")
	desks[0].expectExit(exitDone)
	a, _ := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	c, _ := pairFrom(t, p, "127.0.0.23", "127.0.0.24")
	one, _ := a.report("harassment")
	other, _ := c.report("harassment")
	for _, desk := range desks[1:] { // each takes one of the cases, and decides it
		desk.expect("you are awful")
		desk.send("d\r")
		desk.expect("u undoes")
	}
	write(root.line)
	root.done(t, p, "moderator", "remove", "mo")
	desks[1].expectExit(255)
	desks[2].expectExit(255)
	expectAll(t, "what a removed key decided", root.done(t, p, "reports"), []string{one, other})
	if bans := root.list(t, p, "bans"); len(bans) != 0 {
		t.Errorf("a removed key still made %v", bans)
	}
	for _, gone := range []*staffKey{two, mo} {
		if stdout, _, code := gone.run(t, p, "stats"); code != 255 {
			t.Errorf("a removed key gets %q and ends with %d", stdout, code)
		}
	}
}

// add makes somebody a moderator.
func (k *staffKey) add(t *testing.T, p *program, name string, key *staffKey) {
	t.Helper()
	stdout, stderr, code := runSSHWith(t, p, key.line+"\n", k.as("admin", "moderator", "add", name)...)
	if code != exitDone {
		t.Fatalf("moderator add ends with %d: %s%s", code, stdout, stderr)
	}
}

// Moderators decide; administrators run the server; nobody else has commands.
func TestRoles(t *testing.T) {
	t.Parallel()
	root, mo := newStaffKey(t, "root"), newStaffKey(t, "mo")
	p := startServer(t, "--admin-key", root.line)
	root.add(t, p, "mo", mo)
	if all := root.list(t, p, "moderator", "list"); len(all) != 1 || all[0]["id"] != "mo" {
		t.Errorf("the moderators are %v", all)
	}
	expect := func(key *staffKey, want int, commands ...string) {
		t.Helper()
		for _, command := range commands {
			stdout, stderr, code := key.run(t, p, command)
			if code != want {
				t.Errorf("%q ends with %d, want %d: %s%s", command, code, want, stdout, stderr)
			}
			if want == exitDone != (stderr == "") || want != exitDone && stdout != "" {
				t.Errorf("%q prints %q, and %q as errors", command, stdout, stderr)
			}
		}
	}
	expect(mo, exitDone, "help", "stats", "sessions", "reports", "reports --status all", "bans --all", "appeals", "audit", "transparency")
	expect(mo, exitNotAllowed, "moderator list", "moderator remove mo", "motd", "motd hello", "backup",
		"door", "door closed", "drain", "drain --for 1h", "broadcast hello")
	expect(root, exitNotUnderstood, "nonsense", "report", "reports --status some", "report show nonsense",
		"report resolve R-aaaaaaaaaa --action none", "report resolve R-aaaaaaaaaa --action shout --reason x",
		"ban 192.0.2.0/24", "ban nonsense --reason x", "unban B-aaaaaaaaaa", "kick S-aaaaaaaaaa", "door ajar", "drain --for soon")
	expect(root, exitFailed, "report show R-aaaaaaaaaa", "report resolve R-aaaaaaaaaa --action none --reason x",
		"ban R-aaaaaaaaaa --reason x", "unban B-aaaaaaaaaa --reason x", "kick S-aaaaaaaaaa --reason x",
		"appeal accept A-aaaaaaaaaa --reason x", "hold R-aaaaaaaaaa --reason x", "moderator remove nobody")
	for _, command := range []string{"stats", "sessions", "kick S-aaaaaaaaaa --reason x", "reports", "report show R-aaaaaaaaaa", "hold R-aaaaaaaaaa --reason x",
		"release R-aaaaaaaaaa", "ban 192.0.2.0/24 --reason x", "unban B-aaaaaaaaaa --reason x", "bans", "appeals", "appeal accept A-aaaaaaaaaa --reason x",
		"audit", "transparency", "moderator list", "door closed", "broadcast hello", "motd hello", "drain", "backup"} {
		stdout, stderr, code := runSSH(t, p, command)
		name, _, _ := strings.Cut(command, " ")
		words := `There is no command "` + name + `".`
		if name == "appeal" { // which people have, too
			words = `The command appeal takes no argument "accept".`
		}
		if code != exitNotUnderstood || stdout != "" || stderr != words+" Try: ssh chat.example.org help\n" {
			t.Errorf("anybody's %q prints %q and %q, and ends with %d", command, stdout, stderr, code)
		}
	}
	expectAll(t, "audit", root.done(t, p, "audit"), []string{"moderator add", "mo"})
	root.done(t, p, "moderator", "remove", "mo")
	expect(mo, 255, "stats")
}

// What administrators do to the server, people notice, and read from whom it is.
func TestServerActions(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	a, b := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	root.done(t, p, "broadcast", "Tea at five")
	a.expect("-- The operator says: Tea at five\n")
	b.expect("-- The operator says: Tea at five\n")

	root.done(t, p, "motd", "'We move on Sunday'")
	c := startSSH(t, p, "-T", "-b", "127.0.0.23")
	c.expect("-- The operator says: We move on Sunday\n")
	c.in.Close()
	c.expectExit(exitDone)

	root.done(t, p, "door", "closed")
	if stdout, stderr, code := runFrom(t, p, "127.0.0.24", "", "-T"); code != exitNotNow || stdout != "" ||
		stderr != "chat.example.org is closed for now. Please try again later.\n" {
		t.Errorf("at a closed door %q and %q are said, and it ends with %d", stdout, stderr, code)
	}
	root.done(t, p, "door", "known")
	if stdout, stderr, code := runFrom(t, p, "127.0.0.24", "", "-T"); code != exitNotNow || stdout != "" ||
		!strings.Contains(stderr, "only known visitors for now (ssh me@chat.example.org,") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("at a door for known visitors %q and %q are said, and it ends with %d", stdout, stderr, code)
	}
	a.send("still here\n")
	b.expect("stranger: still here\n")
	root.done(t, p, "door", "open")
	joinFrom(t, p, "127.0.0.24").send("/quit\n")
}

// A session that is kicked reads why, and nothing keeps them from coming back.
func TestKick(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	a := joinFrom(t, p, "127.0.0.21")
	sessions := root.list(t, p, "sessions")
	if len(sessions) != 1 {
		t.Fatalf("the sessions are %v", sessions)
	}
	id := sessions[0]["id"].(string)
	root.done(t, p, "kick", id, "--reason", "'Take a break'")
	a.expect("-- A moderator ended your session. The reason: Take a break\n")
	a.expectExit(exitNotAllowed)
	if _, _, code := root.run(t, p, "kick", id, "--reason", "again"); code != exitFailed {
		t.Errorf("kick of who is gone ends with %d", code)
	}
	joinFrom(t, p, "127.0.0.21")
	expectAll(t, "audit", root.done(t, p, "audit"), []string{"kick", id, "Take a break"})
}

// A server that drains lets nobody in, and ends when it is empty or the time is up.
func TestDrain(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	a, b := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	root.done(t, p, "drain")
	if stdout, stderr, code := runFrom(t, p, "127.0.0.23", "", "-T"); code != exitNotNow || stdout != "" ||
		stderr != "chat.example.org is about to restart. Please try again in a few minutes.\n" {
		t.Errorf("a draining server says %q and %q, and ends with %d", stdout, stderr, code)
	}
	a.send("one more thing\n")
	b.expect("stranger: one more thing\n")
	a.send("/quit\n")
	b.send("/quit\n")
	if err := p.wait(); err != nil {
		t.Errorf("an empty server that drains ended with %v", err)
	}

	p = startServer(t, "--admin-key", root.line)
	a = joinFrom(t, p, "127.0.0.21")
	root.done(t, p, "drain", "--for", "3s")
	a.expect("-- ")
	if err := p.wait(); err != nil {
		t.Errorf("a server whose time was up ended with %v", err)
	}
}

// A backup is the server again, with its secret, and nothing without it.
func TestBackupRestored(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	from, to := t.TempDir(), t.TempDir()
	p := startServerIn(t, from, "--admin-key", root.line)
	a, _ := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	id, _ := a.report("harassment")
	root.done(t, p, "report", "resolve", id, "--action", "ban", "--for", "7d", "--reason", "'Be kind'")
	if err := os.Mkdir(filepath.Join(to, "strangerd-data"), 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(to, "backup")
	if err := os.WriteFile(file, []byte(root.done(t, p, "backup")), 0o600); err != nil {
		t.Fatal(err)
	}
	restore := func() (string, error) {
		cmd := exec.Command("strangerd", "db", "restore", file)
		cmd.Dir = to
		said, err := cmd.CombinedOutput()
		return string(said), err
	}
	if said, err := restore(); err == nil || !strings.Contains(said, "secret is missing") {
		t.Errorf("without its secret a backup is restored: %v, %s", err, said)
	}
	secret, err := os.ReadFile(filepath.Join(from, "strangerd-data", "secret"))
	if err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(to, "strangerd-data", "secret")
	if err := os.WriteFile(kept, bytes.Repeat([]byte{1}, len(secret)), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := restore(); err == nil {
		t.Errorf("with another secret a backup is restored: %s", said)
	}
	if err := os.WriteFile(kept, secret, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := restore(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	q := startServerIn(t, to, "--admin-key", root.line)
	if _, _, code := runFrom(t, q, "127.0.0.22", "", "status"); code != exitNotAllowed {
		t.Errorf("who was banned before the backup gets %d after it", code)
	}
	if _, _, code := runFrom(t, q, "127.0.0.21", "", "status"); code != exitDone {
		t.Errorf("who was not banned before the backup gets %d after it", code)
	}
}

// At the desk a case comes by itself, and takes two keys.
func TestDesk(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	p := startServer(t, "--admin-key", root.line)
	desk := openTerminal(t, p, window{staff: root, cols: 100, rows: 30})
	desk.expect("desk of root", "open 0")
	a, b := pairFrom(t, p, "127.0.0.21", "127.0.0.22")
	id, receipt := a.report("harassment they were rude")
	desk.expect("open 1", id, "you are awful", "they were rude")
	desk.press("d")
	desk.expect("The person reads this")
	desk.press(keyEnter)
	desk.expectGone("The person reads this")
	desk.press("u")
	desk.expect(id+": undone, nothing was decided.", "open 1")
	expectCase(t, p, receipt, "have not decided yet")

	desk.press("d")
	desk.expect("The person reads this")
	desk.press(keyEnter)
	desk.expectGone("The person reads this")
	desk.press("q") // what can be undone no more is carried out
	desk.expectExit(exitDone)
	b.expect("A moderator decided this.")
	b.expectExit(exitNotAllowed)
	expectCase(t, p, receipt, "The person was banned.")
	bans := root.list(t, p, "bans")
	if len(bans) != 1 {
		t.Fatalf("the bans are %v", bans)
	}
	created, _ := time.Parse(time.RFC3339, bans[0]["created"].(string))
	until, _ := time.Parse(time.RFC3339, bans[0]["until"].(string))
	if length := until.Sub(created).Round(time.Minute); length != 24*time.Hour {
		t.Errorf("the ban is for %v", length)
	}
}

// What a command takes from standard input counts only once the client has said
// that this is all: of a connection that breaks, nothing is taken.
func TestBrokenInput(t *testing.T) {
	t.Parallel()
	root := newStaffKey(t, "root")
	folder := t.TempDir()
	p := startServerIn(t, folder, "--admin-key", root.line)
	inside := joinFrom(t, p, "127.0.0.22")
	root.done(t, p, "ban", root.list(t, p, "sessions")[0]["id"].(string), "--reason", "'Too loud'")
	inside.expectExit(exitNotAllowed)

	breakOff := func(user, source, command, input string, methods ...ssh.AuthMethod) {
		t.Helper()
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(source)}}
		raw, err := dialer.Dial("tcp", p.address)
		if err != nil {
			t.Fatal(err)
		}
		conn, channels, requests, err := ssh.NewClientConn(raw, p.address,
			&ssh.ClientConfig{User: user, Auth: methods, HostKeyCallback: ssh.InsecureIgnoreHostKey()})
		if err != nil {
			t.Fatal(err)
		}
		session, err := ssh.NewClient(conn, channels, requests).NewSession()
		if err != nil {
			t.Fatal(err)
		}
		in, _ := session.StdinPipe()
		if err := session.Start(command); err != nil {
			t.Fatal(err)
		}
		io.WriteString(in, input)
		raw.Close()
	}
	key := ssh.PublicKeys(root.signer)
	for range 5 { // how the server notices is a race
		breakOff("admin", "127.0.0.1", "ban import --yes", "192.0.2.0/24\n128.0.0.0/1", key)
		breakOff("admin", "127.0.0.1", "moderator add half", newStaffKey(t, "half").line, key)
		breakOff("guest", "127.0.0.22", "appeal", "I am not")
	}
	stopServer(t, p) // which waits for all of these
	p = startServerIn(t, folder, "--admin-key", root.line)
	for _, list := range []string{"moderator list", "appeals"} {
		if all := root.list(t, p, list); len(all) != 0 {
			t.Errorf("half of an input made %s %v", list, all)
		}
	}
	if bans := root.list(t, p, "bans"); len(bans) != 1 {
		t.Errorf("half of a list made the bans %v", bans)
	}
	if _, stderr, code := runFrom(t, p, "127.0.0.22", "I am not loud.", "appeal"); code != exitDone {
		t.Errorf("after a broken appeal, the next one ends with %d: %s", code, stderr)
	}
}
