package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/pflag"

	"strangerd/session"
	"strangerd/session/text"
)

// Config is what an operator may decide. Each field is one flag, one environment
// variable and one key of the configuration file.
type Config struct {
	Listen      string
	StaffListen string // empty: off
	Data        string
	Name        string
	Rules       string // a file; empty: the built-in rules
	Contact     string
	MinAge      int
	AgeGate     string   // enter or year
	AdminKeys   string   // a file; empty: DATA/admin_keys if it is there
	AdminKey    string   // one line as in that file
	HTTP        string   // empty: off
	Pprof       bool     // on the listener of HTTP
	HostKeys    []string // files, besides the one in Data

	ProxyFrom         []netip.Prefix
	SharedSources     []netip.Prefix
	MaxSessions       int
	MaxPerSource      int // 0: no limit
	ConnectsPerSource rate

	NewSources                 bool // are limited
	Openers, EarlyLinks, Skips session.Measure

	LoginGrace    time.Duration
	IdleTimeout   time.Duration
	InterestWait  time.Duration
	Meet          []session.Meeting
	ShutdownGrace time.Duration

	ReportThreshold int // 0: never
	Retain          time.Duration
	MaxDB           int64  // bytes
	Patterns        string // a file; empty: the built-in list of traps
	HelpText        string // a file; empty: none
	SealTo          string // a file of age recipients; empty: reports aren't sealed
	Notify          string // a URL; empty: none

	Cluster string // URLs of NATS; empty: this machine alone
	Node    string // what it is called among the nodes
	// ClusterAfter is how long who waits is not offered to the others.
	ClusterAfter time.Duration
	ClusterFiles
}

// ClusterFiles are what a connection to NATS is made with; each may be empty.
type ClusterFiles struct{ ClusterCreds, ClusterCA, ClusterCert, ClusterKey string }

// sharedSources are the addresses behind which many people may be: this machine,
// private networks (RFC 1918, RFC 4193) and carriers' NAT (RFC 6598).
const sharedSources = "127.0.0.1,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,fc00::/7"

// configFlag is the one flag that is no key of the file it names.
const configFlag = "config"

// flags returns the flags that fill c, which has its defaults when they return.
func (c *Config) flags() *pflag.FlagSet {
	f := pflag.NewFlagSet("strangerd", pflag.ContinueOnError)
	f.SortFlags = false

	add(f, &c.Listen, address, "ADDR", "listen", ":2222", "SSH address")
	add(f, &c.StaffListen, addressOrOff, "ADDR", "staff-listen", "off", "second SSH address, for admin@ alone")
	add(f, &c.Data, nonempty(path), "DIR", "data", "strangerd-data", "database and keys; made if missing")
	add(f, &c.HostKeys, paths, "FILES", "host-key", "", "RSA or ECDSA host keys beside the one in DATA")
	add(f, &c.Name, nonempty(line(40)), "TEXT", "name", hostname(), "what it calls itself; :PORT behind it is shown")
	add(f, &c.Rules, path, "FILE", "rules", "", "rules people accept, instead of the built-in")
	add(f, &c.Contact, line(200), "TEXT", "contact", "", "whom people can write to")
	add(f, &c.MinAge, number(13, 99), "YEARS", "min-age", "18", "youngest age let in")
	add(f, &c.AgeGate, oneOf("enter", "year"), "WORD", "age-gate", "enter", "ask for age by enter or year")
	add(f, &c.AdminKeys, path, "FILE", "admin-keys", "", "administrators' public keys (DATA/admin_keys)")
	add(f, &c.AdminKey, publicKey, "KEY", "admin-key", "", "one administrator's public key")
	add(f, &c.HTTP, addressOrOff, "ADDR", "http", "off", "operator's /metrics, /healthz and /readyz")
	add(f, &c.Pprof, truth, "", "pprof", "false", "profiles of the process at --http, too")
	f.Lookup("pprof").NoOptDefVal = "true" // --pprof alone

	add(f, &c.ProxyFrom, networks, "NETS", "proxy-from", "none", "proxies whose PROXY header is believed")
	add(f, &c.SharedSources, networks, "NETS", "shared-sources", sharedSources, "never limited as one source (private networks)")
	add(f, &c.MaxSessions, number(1, 1_000_000), "N", "max-sessions", "10000", "sessions at a time")
	add(f, &c.MaxPerSource, number(0, 1_000_000), "N", "max-per-source", "16", "live connections of one source; 0: any number")
	add(f, &c.ConnectsPerSource, parseRate, "RATE", "connects-per-source", "60/10m", "new connections of one source; 0: any")

	add(f, &c.NewSources, onOrOff, "WORD", "new-sources", "on", "limits for newcomers: on or off")
	add(f, &c.Openers, offWarnBlock, "WORD", "openers", "block", "same words to all: off, warn or block")
	add(f, &c.EarlyLinks, offWarnBlock, "WORD", "early-links", "block", "links in first lines: off, warn or block")
	add(f, &c.Skips, offWarnBlock, "WORD", "skips", "block", "skip after skip: off, warn or block")

	add(f, &c.LoginGrace, duration(time.Millisecond), "TIME", "login-grace", "15s", "time to log in and open a session")
	add(f, &c.IdleTimeout, duration(time.Millisecond), "TIME", "idle-timeout", "10m", "a chat with no key pressed ends")
	add(f, &c.InterestWait, duration(0), "TIME", "interest-wait", "10s", "how long only shared interests are looked for")
	add(f, &c.Meet, meetings, "HOURS", "meet", "", "when to come: Sat 20:00-22:00 Europe/Berlin, ...")
	add(f, &c.ShutdownGrace, duration(0), "TIME", "shutdown-grace", "10s", "on SIGTERM, time to say goodbye")

	add(f, &c.ReportThreshold, number(0, math.MaxInt32), "N", "report-threshold", "3", "reports a day that pause someone; 0: never")
	add(f, &c.Retain, duration(time.Millisecond), "TIME", "retain", "30d", "decided reports are kept for")

	add(f, &c.MaxDB, size, "SIZE", "max-db", "256M", "room for reports; bans always have it")
	add(f, &c.Patterns, path, "FILE", "patterns", "", "well-known traps (built-in); off: none")
	add(f, &c.HelpText, path, "FILE", "help-text", "", "helplines, for who may harm themselves")
	add(f, &c.SealTo, path, "FILE", "seal-to", "", "age or ssh-ed25519 keys that reports are sealed to")
	add(f, &c.Notify, url, "URL", "notify", "", "told the id and category of each report")

	add(f, &c.Cluster, servers, "URLS", "cluster", "off", "NATS servers by which many machines are one")
	add(f, &c.Node, nodeName, "NAME", "node", defaultNode(), "what this machine is called among them")
	add(f, &c.ClusterAfter, duration(0), "TIME", "cluster-after", "300ms", "how long only its own people are looked for")
	add(f, &c.ClusterCreds, path, "FILE", "cluster-creds", "", "who it is to NATS: .creds, or an nkey's seed")
	add(f, &c.ClusterCA, path, "FILE", "cluster-ca", "", "who signs the certificates of NATS (PEM)")
	add(f, &c.ClusterCert, path, "FILE", "cluster-cert", "", "its own certificate for NATS (PEM)")
	add(f, &c.ClusterKey, path, "FILE", "cluster-key", "", "the key of that (PEM)")

	add(f, new(string), path, "FILE", configFlag, "", "settings in TOML, with the names of the flags")
	return f
}

// called is what the service calls itself, and where people are told to find it:
// at its name, if that can be a host's, and at the port that stands behind the name,
// or else at the one it listens on.
func (c *Config) called(listens net.Addr) (name string, at session.Host) {
	at = session.Host{Name: c.Name, Port: listens.(*net.TCPAddr).Port}
	if host, port, err := net.SplitHostPort(c.Name); err == nil && host != "" {
		if number, err := strconv.ParseUint(port, 10, 16); err == nil {
			at = session.Host{Name: host, Port: int(number)}
		}
	}
	name = at.Name
	if strings.ContainsFunc(name, unicode.IsSpace) {
		at.Name = hostname()
	}
	return name, at
}

func add[T any](f *pflag.FlagSet, value *T, parse func(string) (T, error), kind, name, initial, usage string) {
	s := &setting[T]{value: value, parse: parse, kind: kind}
	if err := s.Set(initial); err != nil {
		panic(fmt.Sprintf("default of --%s: %v", name, err))
	}
	f.Var(s, name, usage)
}

// hostname is the machine's name, if people can be shown it.
func hostname() string {
	name, _ := os.Hostname()
	if _, err := nonempty(line(40))(name); err != nil {
		return "strangerd"
	}
	return name
}

// load fills the flags that the command line does not set: from the environment,
// else from the configuration file. What neither sets keeps its default, and so
// does what is set to nothing in the environment, as compose files do.
func load(f *pflag.FlagSet, getenv func(string) string) error {
	file := cmp.Or(f.Lookup(configFlag).Value.String(), getenv(variable(configFlag)))
	settings, err := readSettings(f, file)
	if err != nil {
		return err
	}
	f.VisitAll(func(flag *pflag.Flag) {
		if err != nil || flag.Changed || flag.Name == configFlag {
			return
		}
		origin := variable(flag.Name)
		text := getenv(origin)
		if text == "" {
			var said bool
			if text, said = settings[flag.Name]; !said {
				return
			}
			origin = flag.Name + " in " + file
		}
		if bad := flag.Value.Set(text); bad != nil {
			err = badValue(origin, text, bad)
		}
	})
	return err
}

// variable is the environment variable of a flag.
func variable(flag string) string {
	return "STRANGERD_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func badValue(origin, text string, allowed error) error {
	return usageError{fmt.Errorf("%s: %q is not allowed: %w", origin, text, allowed)}
}

// readSettings reads a configuration file: flag names to the text of their values.
// Keys are spelled as the flags are; underscores do as well as dashes.
func readSettings(f *pflag.FlagSet, file string) (map[string]string, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("can't read the configuration as uid %d: %w", os.Getuid(), err)
	}
	return parseSettings(f, file, raw)
}

func parseSettings(f *pflag.FlagSet, file string, raw []byte) (map[string]string, error) {
	var values map[string]any
	if err := toml.Unmarshal(raw, &values); err != nil {
		if bad, ok := errors.AsType[*toml.DecodeError](err); ok {
			row, _ := bad.Position()
			return nil, usageError{fmt.Errorf("%s line %d: %s", file, row, text.Line(err.Error()))}
		}
		return nil, usageError{fmt.Errorf("%s: %s", file, text.Line(err.Error()))}
	}
	settings := make(map[string]string, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		name := strings.ReplaceAll(key, "_", "-")
		if f.Lookup(name) == nil || name == configFlag {
			return nil, usageError{fmt.Errorf("%s: %q is no setting; they are named as the flags are: strangerd --help", file, key)}
		}
		if _, twice := settings[name]; twice {
			return nil, usageError{fmt.Errorf("%s: %q is set twice; take one out", file, name)}
		}
		text, err := tomlText(values[key])
		if err != nil {
			return nil, usageError{fmt.Errorf("%s in %s: %w", key, file, err)}
		}
		settings[name] = text
	}
	return settings, nil
}

// tomlText spells a value as the flag would be given it.
func tomlText(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case bool:
		return strconv.FormatBool(v), nil
	case []any:
		words := make([]string, len(v))
		for i := range v {
			word, ok := v[i].(string)
			if !ok {
				return "", errors.New("give a list of strings")
			}
			words[i] = word
		}
		return strings.Join(words, ","), nil
	}
	return "", errors.New(`give a string such as "10m", a whole number, true or false, or a list of strings`)
}
