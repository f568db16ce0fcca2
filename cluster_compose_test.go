package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"go.yaml.in/yaml/v3"

	"strangerd/node/natstest"
)

// A townFile is what these tests read of compose.cluster.yaml.
type townFile struct {
	Services map[string]struct {
		Image                      string
		Command, Volumes, Networks any
		Environment                map[string]string
		Ports                      []string
	}
	Volumes map[string]any
}

// A town is what compose.cluster.yaml describes, as processes of this machine: each service
// has an address of its own, and files lie elsewhere.
type town struct {
	t       *testing.T
	file    townFile
	address map[string]string // by the names of services
	nkey    nkeys.KeyPair
	words   *strings.Replacer // of the files here
	nodes   map[string]*program
	front   *program // what haproxy is to people
}

var towns = []string{"strangerd-a", "strangerd-b", "strangerd-c"}

// newTown reads the files, and starts nothing.
func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, address: make(map[string]string), nodes: make(map[string]*program)}
	text, err := os.ReadFile("compose.cluster.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &w.file); err != nil {
		t.Fatal(err)
	}
	if w.nkey, err = nkeys.CreateUser(); err != nil {
		t.Fatal(err)
	}
	seed, err := w.nkey.Seed()
	if err != nil {
		t.Fatal(err)
	}
	creds := filepath.Join(t.TempDir(), "nkey")
	if err := os.WriteFile(creds, seed, 0o600); err != nil {
		t.Fatal(err)
	}
	place := fmt.Sprintf("127.%d.%d.", 16+rand.IntN(200), rand.IntN(256))
	here := []string{"/run/secrets/nkey", creds}
	for name := range w.file.Services {
		w.address[name] = fmt.Sprint(place, 10+len(w.address))
		if name != "haproxy" { // which no file names
			here = append(here, name+":", w.address[name]+":")
		}
	}
	w.words = strings.NewReplacer(append(here, "172.30.0.2", w.address["haproxy"])...)
	return w
}

// configured writes a file of docs/ as a service finds it here.
func (w *town) configured(name, service string, more ...string) string {
	text, err := os.ReadFile(filepath.Join("docs", name))
	if err != nil {
		w.t.Fatal(err)
	}
	file := filepath.Join(w.t.TempDir(), name)
	said := strings.NewReplacer(more...).Replace(w.words.Replace(string(text)))
	if err := os.WriteFile(file, []byte(said), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return file
}

// environment is that of a service, with what the operator's has for it.
func (w *town) environment(service string, operators map[string]string) map[string]string {
	said := make(map[string]string)
	for name, value := range w.file.Services[service].Environment {
		said[name] = os.Expand(value, func(name string) string {
			name, otherwise, _ := strings.Cut(name, ":")
			if value, ok := operators[name]; ok {
				return value
			}
			return strings.TrimPrefix(otherwise, "-")
		})
	}
	return said
}

// nats starts a nats-server.
func (w *town) nats(service string) {
	public, err := w.nkey.PublicKey()
	if err != nil {
		w.t.Fatal(err)
	}
	own := w.address[service]
	file := w.configured("nats.conf", service, "0.0.0.0", own, `"/data"`, fmt.Sprintf("%q", w.t.TempDir()))
	var environment []string
	for name, value := range w.environment(service, map[string]string{"STRANGERD_NKEY": public}) {
		environment = append(environment, name+"="+value)
	}
	natstest.RunWith(w.t, file, environment, own+":4222")
}

// node starts strangerd in a folder.
func (w *town) node(service, folder string, root *staffKey) {
	flags := []string{"--listen", w.address[service] + ":2222"}
	for name, value := range w.environment(service, map[string]string{"STRANGERD_ADMIN_KEY": root.line}) {
		flag, ours := strings.CutPrefix(name, "STRANGERD_")
		if !ours {
			w.t.Fatalf("%s is no variable of the program", name)
		}
		if value = w.words.Replace(value); strings.HasPrefix(value, ":") {
			value = w.address[service] + value
		}
		flags = append(flags, "--"+strings.ReplaceAll(strings.ToLower(flag), "_", "-"), value)
	}
	w.nodes[service] = startServerIn(w.t, folder, flags...)
}

// haproxy starts what people connect to.
func (w *town) haproxy() {
	requireTool(w.t, "haproxy")
	w.front = &program{address: w.address["haproxy"] + ":2222"}
	file := w.configured("haproxy.cfg", "haproxy", "bind :2222", "bind "+w.front.address)
	cmd := exec.Command("haproxy", "-db", "-f", file)
	var said output
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if w.t.Failed() {
			w.t.Log(said.String())
		}
	})
	until(w.t, "haproxy listens", func() bool {
		conn, err := net.Dial("tcp", w.front.address)
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
}

// serves returns the node to which haproxy takes who comes from an address.
func (w *town) serves(source string) (service string) {
	w.t.Helper()
	accepted := func() map[string]float64 {
		all := make(map[string]float64)
		for name, p := range w.nodes {
			all[name] = measure(w.t, p)["strangerd_connections_accepted_total"]
		}
		return all
	}
	before := accepted()
	if _, stderr, code := runSSH(w.t, w.front, "-b", source, "version"); code != exitDone {
		w.t.Fatalf("who comes from %s: %d: %s", source, code, stderr)
	}
	for name, now := range accepted() {
		if now > before[name] {
			service = name
		}
	}
	return service
}

// apart returns two addresses from which people come to different nodes.
func (w *town) apart() (one, two string) {
	one = "127.0.77.1"
	for i := range 50 {
		two = fmt.Sprintf("127.0.77.%d", 2+i)
		if w.serves(one) != w.serves(two) {
			return one, two
		}
	}
	w.t.Fatal("haproxy takes everybody to one node")
	return "", ""
}

// What compose.cluster.yaml describes, started as processes with its own files: people of
// different nodes meet through haproxy, a ban by address holds on all nodes, and a node that
// drains gets nobody new, while who is on it goes on. NATS lets strangerd do what it does and
// no more, and nobody else do anything.
func TestClusterComposeFile(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, service := range []string{"nats-a", "nats-b", "nats-c"} {
		w.nats(service)
	}
	root := newStaffKey(t, "root")
	first := firstStart(t)
	folders := []string{first, newNodeFolder(t, first), newNodeFolder(t, first)}
	for i, service := range towns {
		w.node(service, folders[i], root)
	}
	for _, p := range w.nodes {
		until(t, "all nodes are there", p.countsNodes(t, 3))
	}
	w.haproxy()
	for service, p := range w.nodes {
		until(t, service+" is ready", func() bool { return measure(t, p)["strangerd_ready"] == 1 })
	}

	one, two := w.apart()
	a, b := joinFrom(t, w.front, one), joinFrom(t, w.front, two)
	a.expect("-- You are now chatting with a stranger\n")
	b.expect("-- You are now chatting with a stranger\n")
	a.send("hello\n")
	b.expect("stranger: hello\n")

	leaves := w.nodes[w.serves(one)]
	root.done(t, leaves, "drain", "--for", "10m")
	until(t, "haproxy takes who comes from there elsewhere", func() bool {
		_, _, code := runSSH(t, w.front, "-b", one, "status")
		return code == exitDone && w.nodes[w.serves(one)] != leaves
	})
	b.send("still here?\n")
	a.expect("stranger: still here?\n")

	root.done(t, w.nodes[w.serves(two)], "ban", one, "--reason", "Enough")
	until(t, "who is banned by address stays out", func() bool {
		_, stderr, code := runSSH(t, w.front, "-b", one, "version")
		return code != exitDone && strings.Contains(stderr, "Enough")
	})
	if _, stderr, code := runSSH(t, w.front, "-b", two, "version"); code != exitDone {
		t.Errorf("another one: %d: %s", code, stderr)
	}
	w.refuses()
	for service, p := range w.nodes {
		stopServer(t, p)
		if said := p.later.String(); strings.Contains(said, "NATS has refused") {
			t.Errorf("%s: %s", service, said)
		}
	}
}

// refuses expects that NATS refuses who is not strangerd, and what strangerd doesn't do.
func (w *town) refuses() {
	url := "nats://" + w.address["nats-a"] + ":4222"
	if c, err := nats.Connect(url); !errors.Is(err, nats.ErrAuthorization) {
		w.t.Errorf("anybody comes in: %v", err)
		c.Close()
	}
	other, err := nkeys.CreateUser()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, who := range []struct {
		key nkeys.KeyPair
		ok  bool
	}{{other, false}, {w.nkey, true}} {
		public, err := who.key.PublicKey()
		if err != nil {
			w.t.Fatal(err)
		}
		said := make(chan error, 10)
		c, err := nats.Connect(url, nats.Nkey(public, who.key.Sign), nats.CustomInboxPrefix("_INBOX_strangerd"),
			nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { said <- err }))
		if (err == nil) != who.ok {
			w.t.Fatalf("%v: %v", who.ok, err)
		}
		if err != nil {
			continue
		}
		defer c.Close()
		for _, subject := range []string{"other.subject", "$JS.API.STREAM.DELETE.OTHER", "$SYS.REQ.SERVER.PING"} {
			if err := c.Publish(subject, nil); err != nil {
				w.t.Fatal(err)
			}
			select {
			case err := <-said:
				if !errors.Is(err, nats.ErrPermissionViolation) || !strings.Contains(err.Error(), subject) {
					w.t.Errorf("%s: %v", subject, err)
				}
			case <-time.After(patience):
				w.t.Errorf("%s is let through", subject)
			}
		}
		if _, err := c.SubscribeSync("_INBOX.>"); err != nil {
			w.t.Fatal(err)
		}
		select {
		case err := <-said:
			if !errors.Is(err, nats.ErrPermissionViolation) {
				w.t.Error(err)
			}
		case <-time.After(patience):
			w.t.Error("the answers to others can be read")
		}
	}
}

// The file names what the program, the image and the other files have.
func TestClusterComposeNames(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	flags := new(Config).flags()
	servers := regexp.MustCompile(`nats://([a-z-]+):`)
	for _, service := range towns {
		environment := w.file.Services[service].Environment
		for name := range environment {
			if flag, _ := strings.CutPrefix(name, "STRANGERD_"); flags.Lookup(strings.ReplaceAll(strings.ToLower(flag), "_", "-")) == nil {
				t.Errorf("%s of %s is no variable of the program", name, service)
			}
		}
		for _, server := range servers.FindAllStringSubmatch(environment["STRANGERD_CLUSTER"], -1) {
			if _, ok := w.file.Services[server[1]]; !ok {
				t.Errorf("%s is no service", server[1])
			}
		}
	}
	for name, service := range w.file.Services {
		mounts, _ := service.Volumes.([]any)
		for _, mount := range mounts {
			from, _, _ := strings.Cut(fmt.Sprint(mount), ":")
			if strings.HasPrefix(from, "./") {
				if _, err := os.Stat(from); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			} else if _, ok := w.file.Volumes[from]; !ok {
				t.Errorf("%s: %s is no volume", name, from)
			}
		}
	}
}
