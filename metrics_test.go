package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// measurements are what /metrics has, by name with labels.
type measurements map[string]float64

func measure(t *testing.T, p *program) measurements {
	t.Helper()
	code, body := fetch(t, p, "/metrics")
	if code != http.StatusOK {
		t.Fatalf("/metrics says %d: %s", code, body)
	}
	m := make(measurements)
	for line := range strings.Lines(body) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(strings.TrimSpace(line[at:]), 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		m[line[:at]] = value
	}
	return m
}

// expectMore expects that this has grown by so much, at least.
func (m measurements) expectMore(t *testing.T, before measurements, name string, by float64) {
	t.Helper()
	value, ok := m[name]
	if !ok || value < before[name]+by {
		t.Errorf("%s was %v and is %v, want %v more", name, before[name], value, by)
	}
}

// What people do moves the metrics: two meet, talk, one reports the other, and leave;
// others are refused.
func TestMetrics(t *testing.T) {
	t.Parallel()
	root, people := newStaffKey(t, "root"), new(sources)
	p := startServer(t, "--admin-key", root.line, "--http", "127.0.0.1:0", "--shared-sources", "none", "--connects-per-source", "3/1h",
		"--cluster", "nats://127.0.0.1:1", "--node", "a") // only then are there all
	a, b := converse(t, p, people)
	during := measure(t, p)
	for name, want := range map[string]float64{
		"strangerd_people_online": 2, "strangerd_people_waiting": 0, "strangerd_people_chatting": 2,
		"strangerd_sessions": 2, "strangerd_sessions_max": 10000,
		"strangerd_messages_total": 2, "strangerd_message_bytes_total": float64(len("hello there" + "you are awful")),
		"strangerd_connections_accepted_total": 2, "strangerd_sources": 2, "strangerd_connections_silent": 0,
		"strangerd_wait_duration_seconds_count": 2, "strangerd_chat_duration_seconds_count": 0,
		"strangerd_ready": 1, "strangerd_draining": 0, "strangerd_reports_open": 0,
	} {
		if got, ok := during[name]; !ok || got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}

	a.say("and 0\nand 1\nand 2\nand 3\nand 4\nand 5\nand 6\nand 7") // more than may be said at once
	b.must(t, "stranger: and 7\n")
	if _, _, err := b.report("spam"); err != nil {
		t.Fatal(err)
	}
	a.must(t, "-- Stranger has left the chat\n")
	source := people.next()
	for tries := 0; ; tries++ {
		if _, _, _, err := p.ask(source, nil, "", "version"); err != nil {
			break
		}
		if tries == 10 {
			t.Fatal("nobody is refused")
		}
	}
	if _, stderr, code, err := p.ask(people.next(), root, "", "ban 192.0.2.0/24 --reason x"); err != nil || code != exitDone {
		t.Fatalf("ban ends with %d, %v: %s", code, err, stderr)
	}
	after := measure(t, p)
	for name, by := range map[string]float64{
		"strangerd_messages_total":                                    6,
		"strangerd_limits_hit_total{limit=\"message_rate\"}":          1,
		"strangerd_chat_duration_seconds_count":                       2,
		"strangerd_reports_open":                                      1,
		"strangerd_reports_open_oldest_age_seconds":                   0.001,
		"strangerd_reports_total{category=\"spam\"}":                  1,
		"strangerd_bans_total{kind=\"network\"}":                      1,
		"strangerd_connections_refused_total{reason=\"source_rate\"}": 1,
		"strangerd_received_bytes_total":                              1000,
		"strangerd_sent_bytes_total":                                  1000,
		"strangerd_paint_duration_seconds_count":                      5,
		"strangerd_database_bytes":                                    0,
	} {
		after.expectMore(t, during, name, by)
	}
	for _, name := range []string{
		"strangerd_database_bytes", "strangerd_disk_free_bytes", "strangerd_disk_size_bytes",
		"go_goroutines", "process_resident_memory_bytes", "process_open_fds", "process_max_fds",
	} {
		if after[name] <= 0 {
			t.Errorf("%s is %v", name, after[name])
		}
	}

	_, body := fetch(t, p, "/metrics")
	expectConvention(t, body)
	expectNobody(t, body)
	t.Run("documents", func(t *testing.T) { expectDocumented(t, body) })
}

// expectConvention holds metrics to how Prometheus wants them named and told.
func expectConvention(t *testing.T, metrics string) {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(metrics)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

var label = regexp.MustCompile(`([a-z_]+)="([^"]*)"`)

// expectNobody expects that labels have words of the program, and nothing that tells
// who somebody is.
func expectNobody(t *testing.T, metrics string) {
	t.Helper()
	allowed := map[string]*regexp.Regexp{
		"version":  regexp.MustCompile(`^go[0-9.]+`),
		"le":       regexp.MustCompile(`^[0-9.e+-]+|\+Inf$`),
		"quantile": regexp.MustCompile(`^[0-9.]+$`),
	}
	word := regexp.MustCompile(`^[a-z]+(?:[_ ][a-z0-9]+)*$`)
	for _, name := range []string{"reason", "limit", "category", "kind", "action", "answer"} {
		allowed[name] = word
	}
	for _, found := range label.FindAllStringSubmatch(metrics, -1) {
		if values, ok := allowed[found[1]]; !ok || !values.MatchString(found[2]) {
			t.Errorf("there is a label %s", found[0])
		}
	}
	if strings.Contains(metrics, "127.") {
		t.Error("there is an address")
	}
}

// expectDocumented expects that what the dashboard and the alerts ask for is there, and
// that the dashboard shows all that the program counts itself.
func expectDocumented(t *testing.T, metrics string) {
	t.Helper()
	name := regexp.MustCompile(`\b(?:strangerd|process|go)_[a-z_]+\b`)
	there := make(map[string]bool)
	for line := range strings.Lines(metrics) {
		if !strings.HasPrefix(line, "#") {
			there[name.FindString(line)] = true
		}
	}
	shown := make(map[string]bool)
	for _, file := range []string{"docs/grafana.json", "docs/alerts.yml"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(file) == ".json" && !json.Valid(text) {
			t.Errorf("%s is no JSON", file)
		}
		asked := name.FindAllString(string(text), -1)
		if len(asked) == 0 {
			t.Errorf("%s asks for nothing", file)
		}
		for _, metric := range asked {
			shown[metric] = true
			if !there[metric] {
				t.Errorf("%s asks for %s, which isn't there", file, metric)
			}
		}
	}
	for metric := range there {
		histogram := strings.HasSuffix(metric, "_sum") || strings.HasSuffix(metric, "_count")
		if strings.HasPrefix(metric, "strangerd_") && !histogram && !shown[metric] {
			t.Errorf("%s is in no document", metric)
		}
	}
}

// A fault where metrics are read ends neither the process nor the rest of them, and
// isn't logged with what it was about.
func TestMetricsThatPanic(t *testing.T) {
	var log strings.Builder
	broken := &house{log: slog.New(slog.NewTextHandler(&log, nil))} // has nothing to read
	operator := newOperator(func() error { return nil }, newTimings().register(broken), false)
	for range 2 {
		w := httptest.NewRecorder()
		operator.Handler.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "go_goroutines") {
			t.Errorf("/metrics says %d: %s", w.Code, body)
		}
	}
	if said := log.String(); !strings.Contains(said, "not all metrics could be read") || strings.Contains(said, "nil pointer") {
		t.Errorf("the log says %s", said)
	}
}
