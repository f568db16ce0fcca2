package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// The test binary is its own yardstick, as bench is.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "yardstick" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestYardstickGivesEveryFigure(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a server's figures are read from /proc")
	}
	yardstick, err := yardstickTarget(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := plan{Sessions: 40, Lines: 20, Rate: 1000, Columns: 80, Rows: 24, Idle: 10 * time.Millisecond, pace: 100, doors: doors}
	var stages []string
	f, err := yardstick.measure(t.Context(), chat, p, func(stage string) { stages = append(stages, stage) })
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range chatRows {
		if row.key == "limit_cpu" {
			continue // it has no limit
		}
		v, ok := f[row.key]
		if !ok || math.IsNaN(v) || v < 0 || v > 1e6 {
			t.Errorf("%s = %v", row.key, v)
		}
	}
	for _, key := range []string{"memory", "latency_p50", "paired_p50"} {
		if f[key] == 0 {
			t.Errorf("%s is nothing", key)
		}
	}
	if f["latency_p50"] > f["latency_p99"] || f["latency_p99"] > f["latency_p999"] {
		t.Errorf("latencies out of order: %v", f)
	}
	if len(stages) != 8 {
		t.Errorf("stages: %q", stages)
	}
}

// Whoever grows has accepted the rules, and said so many lines.
func TestGrowth(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("a server's figures are read from /proc")
	}
	t.Parallel()
	program, err := build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	server := serverTarget(program, t.TempDir(), 10)
	p := plan{Sessions: 10, Columns: 200, Rows: 60, pace: 1, doors: doors, ages: []age{0, 2, 8}}
	f, err := server.unhurried().measure(t.Context(), growth, p, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, age := range p.ages {
		if memory, ok := f[age.key()]; !ok || math.IsNaN(memory) || memory > 1e5 {
			t.Errorf("%v: %v KB", age, memory)
		}
	}
}

func TestAServerThatHangsUpIsAnError(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	elsewhere := target{name: "elsewhere", addr: listener.Addr().String()}
	p := plan{Sessions: 4, Lines: 1, Rate: 1, Idle: 1, pace: 1, doors: doors}
	if f, err := elsewhere.measure(t.Context(), chat, p, func(string) {}); err == nil {
		t.Errorf("measured %v", f)
	}
}

// A message counts once, wherever the network cuts it and however often the
// screen shows it; what one said oneself does not.
func TestLook(t *testing.T) {
	screen := "\x1b[2J" + pairedWords + "\r\n" +
		"You: " + token(7, 3) + " hello\x1b[K\r\n" +
		"pingpong, said pingAAAAaaaaa\r\n" +
		"Stranger: \x1b[1m" + token(6, 4) + "\x1b[m hello\r\n" +
		"Stranger: " + token(6, 4) + " hello\r\n" +
		"Stranger: " + token(6, 5) + " hello\r\n"
	for size := 1; size <= len(screen); size++ {
		c := newCrowd(t.Context(), plan{Sessions: 8, Lines: 1})
		p := &client{id: 7, crowd: c}
		var kept []byte
		for rest := screen; rest != ""; {
			n := min(size, len(rest))
			kept = append(kept, rest[:n]...)
			rest = rest[n:]
			kept = kept[p.look(kept):]
			if len(kept) > len(pairedWords) {
				t.Fatalf("in pieces of %d: keeps %q", size, kept)
			}
		}
		if c.paired.Load() != 1 || c.there.Load() != 2 || p.heard != 5 {
			t.Errorf("in pieces of %d: paired %d, %d arrived, the last is %d",
				size, c.paired.Load(), c.there.Load(), p.heard)
		}
	}
}

func TestToken(t *testing.T) {
	for _, want := range [][2]int{{0, 1}, {maxSessions - 1, maxSessions * maxLines}} {
		text := token(want[0], want[1])
		from, message, ok := parseToken([]byte(text))
		if len(text) != tokenLength || !ok || [2]int{from, message} != want {
			t.Errorf("%v becomes %q, and that %d, %d, %v", want, text, from, message, ok)
		}
	}
}

func TestMeterReadsProc(t *testing.T) {
	before, err := cpuTime(os.Getpid())
	if err != nil || before <= 0 {
		t.Errorf("CPU time %v, %v", before, err)
	}
	if after, err := cpuTime(os.Getpid()); err != nil || after <= before || after > before+1 {
		t.Errorf("CPU time %v after %v, %v", after, before, err)
	}
	if rss, err := statusMemory("VmHWM:\t 9 kB\nVmRSS:\t    2224 kB\nRssAnon: 1 kB\n", "VmRSS:"); err != nil || rss != 2224*1024 {
		t.Errorf("resident %v, %v", rss, err)
	}
	if _, err := cpuTime(1 << 22); err == nil { // Linux has no greater process number
		t.Error("CPU time of nobody")
	}
	for _, text := range []string{"", "42 (a) R 1"} {
		if _, err := statusMemory(text, "VmRSS:"); err == nil {
			t.Errorf("resident of %q", text)
		}
	}
}

func TestStatistics(t *testing.T) {
	if s := newSpread([]float64{3, 1, 2}); *s != (spread{2, 1, 3}) {
		t.Errorf("odd: %+v", *s)
	}
	if s := newSpread([]float64{4, 1, 2, 3}); *s != (spread{2.5, 1, 4}) {
		t.Errorf("even: %+v", *s)
	}
	for _, values := range [][]float64{{1, math.NaN()}, {math.Inf(1)}} {
		if s := newSpread(values); s != nil {
			t.Errorf("%v gives %v", values, s)
		}
	}
	var ms []time.Duration
	for i := range 1000 {
		ms = append(ms, time.Duration(i+1)*time.Millisecond)
	}
	for q, want := range map[float64]float64{0: 1, 0.5: 500, 0.99: 990, 0.999: 999, 1: 1000} {
		if got := quantile(ms, q); math.Abs(got-want) > 1e-9 {
			t.Errorf("quantile %v = %v ms, want %v", q, got, want)
		}
	}
	if got := quantile(ms[:3], 0.5); got != 2 {
		t.Errorf("the median of 1, 2 and 3 ms is %v", got)
	}
}

func TestReport(t *testing.T) {
	o, err := parse(strings.Fields("-n 28000 -json"), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ours, yardstick := figures{}, figures{}
	for i, row := range o.profile.rows {
		ours[row.key], yardstick[row.key] = float64(1000*(i+1)), float64(500*(i+1))
	}
	ours["memory"] = math.NaN()
	yardstick["idle_cpu"] = 0
	less := figures{}
	for key, value := range ours {
		less[key] = value / 3
	}
	var out bytes.Buffer
	if err := newReport(o, "strangerd", []round{{ours, yardstick}, {less, yardstick}}).print(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	table, last := lines[:len(lines)-1], lines[len(lines)-1]
	for _, name := range []string{
		"memory a session", "memory, 80×24, before a line", "memory, 80×24, 20 lines", "memory, 80×24, 200 lines",
		"memory, 200×60, before a line", "memory, 200×60, 20 lines", "memory, 200×60, 200 lines",
		"CPU a connect", "CPU a message", "idle CPU", "time to be paired p50", "message latency p50", "message latency p99",
		"message latency p99.9", "messages a second", "connects a second", "at the limit",
	} {
		if !slices.ContainsFunc(table, func(line string) bool { return strings.Contains(line, name) }) {
			t.Errorf("no row for %s", name)
		}
	}
	for _, line := range table {
		if utf8.RuneCountInString(line) > 100 {
			t.Errorf("wider than 100 columns: %q", line)
		}
	}
	var r report
	if err := json.Unmarshal([]byte(last), &r); err != nil {
		t.Fatalf("the last line: %v", err)
	}
	for _, row := range o.profile.rows {
		if _, ok := r.Figures[row.key]; !ok {
			t.Errorf("the object lacks %s", row.key)
		}
	}
	if len(r.Figures) != len(o.profile.rows) || r.Options.Sessions != 28000 || r.Machine.Cores < 1 {
		t.Errorf("the object lacks something: %s", last)
	}
	if f := r.Figures[chatRows[2].key]; f.Ratio == nil || f.Ratio.Max != 2 || f.Server.Median != 2000 {
		t.Errorf("the third: %+v", f)
	}
	if r.Figures["memory"].Server != nil || r.Figures["idle_cpu"].Ratio != nil {
		t.Error("figures that could not be had are there")
	}
}

func TestBadFlags(t *testing.T) {
	for _, args := range []string{"-n 3", "-n 0", "-n 30000", "-lines 401", "-runs 0", "-idle 0s", "-size big", "-profile fair", "-profile messy -addr localhost:22", "-nodes 10", "-nodes 2 -profile idle", "-nodes 2 -addr localhost:22", "-nats x", "-for 0s", "more"} {
		if _, err := parse(strings.Fields(args), io.Discard); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	o, err := parse(strings.Fields("--n 10 --size 200x60 --json"), io.Discard)
	if err != nil || o.Sessions != 10 || o.Columns != 200 || o.Rows != 60 || !o.json {
		t.Errorf("%+v, %v", o, err)
	}
}

// A visit or two that take two tries are the machine's doing; more are the server's.
func TestPunctual(t *testing.T) {
	for _, test := range []struct {
		visits int64
		late   int
		ok     bool
	}{{100, 0, true}, {100, 1, true}, {100, 2, false}, {30_000, 3, true}, {30_000, 4, false}} {
		town := &town{late: test.late, why: io.EOF}
		town.visits.Store(test.visits)
		if err := town.punctual(); (err == nil) != test.ok {
			t.Errorf("%d of %d: %v", test.late, test.visits, err)
		}
	}
}
