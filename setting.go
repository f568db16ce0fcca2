package main

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	neturl "net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"

	"strangerd/node"
	"strangerd/session"
)

// setting is a flag (pflag.Value) of any type that can be read from text.
// Its parser's error says what is allowed; whoever calls Set adds where the
// text came from.
type setting[T any] struct {
	value *T
	parse func(string) (T, error)
	kind  string // what help calls the value
	text  string
}

func (s *setting[T]) Set(text string) error {
	value, err := s.parse(text)
	if err != nil {
		return err
	}
	*s.value, s.text = value, text
	return nil
}

func (s *setting[T]) String() string { return s.text }
func (s *setting[T]) Type() string   { return s.kind }

// rate is how often something may happen. The zero rate is no limit.
type rate struct {
	Count int
	Per   time.Duration
}

func nonempty(parse func(string) (string, error)) func(string) (string, error) {
	return func(text string) (string, error) {
		if text == "" {
			return "", errors.New("it can't be empty")
		}
		return parse(text)
	}
}

func path(text string) (string, error) {
	if strings.ContainsRune(text, 0) {
		return "", errors.New("give a path")
	}
	return text, nil
}

// line takes one line of the operator's words, shown to people as it is.
func line(most int) func(string) (string, error) {
	return func(text string) (string, error) {
		bad := func(r rune) bool { return !unicode.IsPrint(r) }
		if !utf8.ValidString(text) || strings.ContainsFunc(text, bad) || utf8.RuneCountInString(text) > most {
			return "", fmt.Errorf("give one line of at most %d printable characters", most)
		}
		return text, nil
	}
}

func oneOf(words ...string) func(string) (string, error) {
	return func(text string) (string, error) {
		if !slices.Contains(words, text) {
			return "", fmt.Errorf("give %s", strings.Join(words, " or "))
		}
		return text, nil
	}
}

// offWarnBlock takes what is done about who is over a limit.
func offWarnBlock(text string) (session.Measure, error) {
	word, err := oneOf(string(session.Off), string(session.Warn), string(session.Block))(text)
	return session.Measure(word), err
}

func onOrOff(text string) (bool, error) {
	word, err := oneOf("on", "off")(text)
	return word == "on", err
}

func number(least, most int) func(string) (int, error) {
	return func(text string) (int, error) {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return 0, fmt.Errorf("give a whole number from %d to %d", least, most)
		}
		return n, nil
	}
}

// address takes what net.Listen takes, with a port in figures.
func address(text string) (string, error) {
	host, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil || strings.ContainsFunc(host, unicode.IsSpace) {
		return "", errors.New("give HOST:PORT or :PORT, such as :2222 or 127.0.0.1:2222; port 0 takes any free one")
	}
	return text, nil
}

// addressOrOff is an address, or the empty string for that and the word off.
func addressOrOff(text string) (string, error) {
	if text == "off" || text == "" {
		return "", nil
	}
	if _, err := address(text); err != nil {
		return "", fmt.Errorf("%w; or off", err)
	}
	return text, nil
}

func truth(text string) (bool, error) {
	yes, err := strconv.ParseBool(text)
	if err != nil {
		return false, errors.New("give true or false")
	}
	return yes, nil
}

// duration takes Go's notation and whole days in front of it: 30d, 1d12h.
func duration(least time.Duration) func(string) (time.Duration, error) {
	return func(text string) (time.Duration, error) {
		d, err := parseDuration(text)
		if err != nil || d < least {
			return 0, fmt.Errorf("give a duration of at least %v, such as 15s, 10m or 30d", least)
		}
		return d, nil
	}
}

func parseDuration(text string) (time.Duration, error) {
	const day = 24 * time.Hour
	before, rest, found := strings.Cut(text, "d")
	if !found {
		return time.ParseDuration(text)
	}
	days, err := strconv.ParseUint(before, 10, 32)
	if err != nil || days >= uint64(math.MaxInt64/day) {
		return 0, errors.New("days out of range")
	}
	if rest == "" {
		rest = "0"
	}
	part, err := time.ParseDuration(rest)
	if err != nil || part < 0 || part >= day {
		return 0, errors.New("the part after the days is less than a day")
	}
	return time.Duration(days)*day + part, nil
}

func parseRate(text string) (rate, error) {
	if text == "0" {
		return rate{}, nil
	}
	count, per, _ := strings.Cut(text, "/")
	n, err := number(1, math.MaxInt32)(count)
	if err != nil {
		return rate{}, errRate
	}
	d, err := duration(time.Second)(per)
	if err != nil {
		return rate{}, errRate
	}
	return rate{n, d}, nil
}

var errRate = errors.New("give COUNT/DURATION, such as 60/10m, or 0 for no limit")

// size takes a number of bytes, or of kilo-, mega- or gigabytes.
func size(text string) (int64, error) {
	digits, shift := text, 0
	for i, unit := range []string{"K", "M", "G"} {
		if before, found := strings.CutSuffix(text, unit); found {
			digits, shift = before, 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n < 1 {
		return 0, errors.New("give a size such as 256M or 4G")
	}
	return n << shift, nil
}

// url takes where a report's id is posted to.
func url(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := neturl.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", errors.New("give a URL that begins with https:// or http://")
	}
	return text, nil
}

// servers takes a list of URLs of NATS servers, or the word off.
func servers(text string) (string, error) {
	if text == "off" || text == "" {
		return "", nil
	}
	for word := range strings.SplitSeq(text, ",") {
		u, err := neturl.Parse(strings.TrimSpace(word))
		if err != nil || u.Hostname() == "" || u.Scheme != "nats" && u.Scheme != "tls" || strings.Trim(u.Path, "/")+u.RawQuery != "" {
			return "", errors.New("give URLs with commas between, such as nats://a:4222,tls://b:4222, or off")
		}
		if u.User != nil {
			return "", errors.New("give no name or password in a URL, which others can read: --cluster-creds takes a file")
		}
	}
	return text, nil
}

func nodeName(text string) (string, error) {
	if !node.ValidName(text) {
		return "", errors.New("give 1 to 32 letters, digits, - and _")
	}
	return text, nil
}

// defaultNode is the machine's name, as far as a node may be called so.
func defaultNode() string {
	name, _ := os.Hostname()
	name, _, _ = strings.Cut(name, ".")
	if _, err := nodeName(name); err != nil {
		return "node"
	}
	return name
}

// networks takes a list of CIDR networks and single addresses, or the word none.
func networks(text string) ([]netip.Prefix, error) {
	if text == "none" || text == "" {
		return nil, nil
	}
	var list []netip.Prefix
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		network, err := netip.ParsePrefix(word)
		if addr, addrErr := netip.ParseAddr(word); addrErr == nil && addr.Zone() == "" {
			network, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil || network.Addr().Is4In6() {
			return nil, errors.New("give addresses or networks with commas between, such as 192.0.2.7,10.0.0.0/8,fc00::/7, or none")
		}
		list = append(list, network.Masked())
	}
	return list, nil
}

// meetings takes a list of hours of the week, or none.
func meetings(text string) (list []session.Meeting, err error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		m, err := session.ParseMeeting(part)
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

func publicKey(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if _, err := parseAdminKey(text); err != nil {
		return "", err
	}
	return text, nil
}

// parseAdminKey reads one line of an authorized_keys file. Options and
// certificates are refused, not skipped: a line that restricts its key, or lets it
// expire, must not become an administrator without that restriction.
func parseAdminKey(text string) (ssh.PublicKey, error) {
	text = strings.TrimSpace(text)
	if strings.Contains(text, "PRIVATE KEY") {
		return nil, errors.New("that is a private key: give the public one, and make a new pair")
	}
	key, _, options, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil || strings.ContainsAny(text, "\r\n") {
		return nil, errors.New("give one public key, such as the one line of ~/.ssh/id_ed25519.pub")
	}
	if len(options) > 0 {
		return nil, fmt.Errorf("give the key without options: %s is not honoured here", text[:strings.IndexAny(text+"=", "=, \t\"")])
	}
	//lint:ignore SA1019 named to be refused
	if _, certificate := key.(*ssh.Certificate); certificate || key.Type() == ssh.InsecureKeyAlgoDSA {
		return nil, errors.New("certificates and DSA keys don't log in here: give a key made by ssh-keygen -t ed25519")
	}
	return key, nil
}
