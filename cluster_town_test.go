package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nkeys"
	"go.yaml.in/yaml/v3"

	"strangerd/node/natstest"
)

// townFile is what is read of compose.cluster.yaml.
type townFile struct {
	Services map[string]struct {
		Image                      string
		Command, Volumes, Networks any
		Environment                map[string]string
		Ports                      []string
	}
	Volumes map[string]any
}

func readTown(t *testing.T) (file townFile) {
	t.Helper()
	text, err := os.ReadFile("compose.cluster.yaml")
	if err == nil {
		err = yaml.Unmarshal(text, &file)
	}
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// The services of that file.
var (
	natsServices = []string{"nats-a", "nats-b", "nats-c"}
	nodeServices = []string{"strangerd-a", "strangerd-b", "strangerd-c"}
)

// A town is what compose.cluster.yaml describes, with the files that it names, as processes
// of this machine: each service has an address of its own. From each node to each server of
// NATS, and from each server to each other, there are ways that a test can close.
type town struct {
	t       *testing.T
	file    townFile
	address map[string]string // by the names of services
	nkey    nkeys.KeyPair
	creds   string // the file with it
	root    *staffKey
	servers []*natstest.Server
	routes  [][]*natstest.Relay // from each server to each other
	nodes   []*machine
	front   *program // what haproxy is to people
}

// machine is one of the nodes, on which there may be several programs in turn.
type machine struct {
	folder string
	flags  []string
	ways   []*natstest.Relay // to the servers
	*program
}

// newTown reads the files, and starts nothing.
func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, file: readTown(t), address: make(map[string]string), root: newStaffKey(t, "root")}
	nkey, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	seed, err := nkey.Seed()
	if err != nil {
		t.Fatal(err)
	}
	w.nkey, w.creds = nkey, filepath.Join(t.TempDir(), "nkey")
	if err := os.WriteFile(w.creds, seed, 0o600); err != nil {
		t.Fatal(err)
	}
	place := fmt.Sprintf("127.%d.%d.", 16+rand.IntN(200), rand.IntN(256))
	for name := range w.file.Services {
		w.address[name] = fmt.Sprint(place, 10+len(w.address))
	}
	for _, service := range natsServices {
		server, routes := w.nats(service)
		w.servers, w.routes = append(w.servers, server), append(w.routes, routes)
	}
	return w
}

// startTown starts all but haproxy, and returns when all nodes know each other and one deals.
func startTown(t *testing.T) *town {
	t.Helper()
	w := newTown(t)
	for _, server := range w.servers {
		server.Run()
	}
	first := firstStart(t)
	for i, service := range nodeServices {
		folder := first
		if i > 0 {
			folder = newNodeFolder(t, first)
		}
		m := w.node(service, folder)
		p, err := w.run(m)
		if err != nil {
			t.Fatal(err)
		}
		m.program = p
		w.nodes = append(w.nodes, m)
	}
	w.found()
	return w
}

// relays are ways to a port of each server of NATS.
func (w *town) relays(port string) (all []*natstest.Relay) {
	for _, service := range natsServices {
		all = append(all, natstest.NewRelay(w.t, w.address[service]+":"+port))
	}
	return all
}

// through has a text name these ways to the servers, instead of the port.
func through(ways []*natstest.Relay, port, text string) string {
	for i, service := range natsServices {
		text = strings.ReplaceAll(text, service+":"+port, ways[i].Address())
	}
	return text
}

// configured writes a file of docs/ as a service finds it here.
func (w *town) configured(name string, here func(text string) string) (file string) {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join("docs", name))
	if err != nil {
		w.t.Fatal(err)
	}
	file = filepath.Join(w.t.TempDir(), name)
	if err := os.WriteFile(file, []byte(here(string(text))), 0o600); err != nil {
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

// nats returns a nats-server that doesn't run yet.
func (w *town) nats(service string) (*natstest.Server, []*natstest.Relay) {
	w.t.Helper()
	public, err := w.nkey.PublicKey()
	if err != nil {
		w.t.Fatal(err)
	}
	var environment []string
	for name, value := range w.environment(service, map[string]string{"STRANGERD_NKEY": public}) {
		environment = append(environment, name+"="+value)
	}
	routes := w.relays("6222")
	config := w.configured("nats.conf", func(text string) string {
		return strings.NewReplacer(
			"0.0.0.0", w.address[service],
			`"/data"`, fmt.Sprintf("%q", w.t.TempDir()),
			// No server learns from another how to reach a third but by the ways: nobody listens there.
			"no_advertise: true", `no_advertise: true, advertise: "127.0.0.1:1"`,
		).Replace(through(routes, "6222", text))
	})
	return natstest.New(w.t, config, environment, w.address[service]+":4222"), routes
}

// node returns a machine on which nothing runs yet.
func (w *town) node(service, folder string) *machine {
	w.t.Helper()
	m := &machine{folder: folder, ways: w.relays("4222"),
		flags: []string{"--shutdown-grace", "100ms", "--listen", w.address[service] + ":2222"}}
	for name, value := range w.environment(service, map[string]string{"STRANGERD_ADMIN_KEY": w.root.line}) {
		flag, ours := strings.CutPrefix(name, "STRANGERD_")
		if !ours {
			w.t.Fatalf("%s is no variable of the program", name)
		}
		value = strings.NewReplacer("/run/secrets/nkey", w.creds, "172.30.0.2", w.address["haproxy"]).Replace(value)
		if strings.HasPrefix(value, ":") {
			value = w.address[service] + value
		}
		m.flags = append(m.flags, "--"+strings.ReplaceAll(strings.ToLower(flag), "_", "-"), through(m.ways, "4222", value))
	}
	return m
}

// run starts a program on a machine, which runs until the test ends, at most.
func (w *town) run(m *machine) (*program, error) {
	p, err := startProgram(m.folder, m.flags...)
	if err == nil {
		w.t.Cleanup(func() { stopServer(w.t, p) })
	}
	return p, err
}

// haproxy starts what people connect to.
func (w *town) haproxy() {
	requireTool(w.t, "haproxy")
	w.front = &program{address: w.address["haproxy"] + ":2222"}
	config := w.configured("haproxy.cfg", func(text string) string {
		here := []string{"bind :2222", "bind " + w.front.address, "172.30.0.2", w.address["haproxy"]}
		for _, service := range nodeServices {
			here = append(here, service+":", w.address[service]+":")
		}
		return strings.NewReplacer(here...).Replace(text)
	})
	cmd := exec.Command("haproxy", "-db", "-f", config)
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

// found waits until all nodes know of each other, and one deals.
func (w *town) found() {
	w.t.Helper()
	for _, m := range w.nodes {
		until(w.t, "each node knows of all", m.countsNodes(w.t, float64(len(w.nodes))))
	}
	w.dealer()
}

// dealer waits until one of the nodes that run deals, and returns its number.
func (w *town) dealer() (i int) {
	w.t.Helper()
	until(w.t, "somebody deals", func() bool {
		i = slices.IndexFunc(w.nodes, func(m *machine) bool {
			return m.cmd.ProcessState == nil && measure(w.t, m.program)["strangerd_cluster_deals"] == 1
		})
		return i >= 0
	})
	return i
}

// between are the ways by which the servers i and j of NATS reach each other.
func (w *town) between(i, j int) []*natstest.Relay {
	return []*natstest.Relay{w.routes[i][j], w.routes[j][i]}
}

// kill ends a machine's program at once.
func (m *machine) kill() {
	m.cmd.Process.Kill()
	m.wait()
}

// part has nothing go these ways: both sides are told, or nothing arrives.
func part(ways []*natstest.Relay, told bool) {
	for _, way := range ways {
		if told {
			way.Cut()
		} else {
			way.Hold()
		}
	}
}

func heal(ways []*natstest.Relay) {
	for _, way := range ways {
		way.Restore()
	}
}

// exchange has two who chat hear each other, in order.
func exchange(a, b *chatter) {
	for _, way := range [][2]*chatter{{a, b}, {b, a}} {
		for _, word := range []string{"one", "two", "three"} {
			way[0].send(word + "\n")
		}
		way[1].expect("stranger: one\nstranger: two\nstranger: three\n")
	}
}

// leave has all end.
func leave(all ...*chatter) {
	for _, c := range all {
		c.send("/quit\n")
		c.expectExit(exitDone)
	}
}

// shows tells whether somebody was shown one of these words.
func (c *chatter) shows(words ...string) bool {
	said := c.out.String()
	for _, one := range words {
		if strings.Contains(said, one) {
			return true
		}
	}
	return false
}
