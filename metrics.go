package main

import (
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"strangerd/node"
	term "strangerd/session/terminal"
)

// timings are the histograms that the packages fill as things happen.
type timings struct{ wait, chat, paint, move prometheus.Histogram }

func newTimings() *timings {
	histogram := func(name, help string, bounds ...float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds})
	}
	return &timings{
		wait: histogram("strangerd_wait_duration_seconds", "How long people waited who found a partner.",
			.1, .5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3600),
		chat: histogram("strangerd_chat_duration_seconds", "How long chats were, counted for each of the two people.",
			1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200),
		paint: histogram("strangerd_paint_duration_seconds", "How long it took to bring a terminal up to date, with writing to it.",
			.00001, .00003, .0001, .0003, .001, .003, .01, .03, .1, .3, 1, 10),
		move: histogram("strangerd_matcher_move_duration_seconds", "How long a move held the matcher's lock, for one move in 64.",
			.0000003, .000001, .000003, .00001, .00003, .0001, .0003, .001, .01, .1),
	}
}

func observe(h prometheus.Histogram) func(time.Duration) {
	return func(took time.Duration) { h.Observe(took.Seconds()) }
}

// register returns all that /metrics has.
func (t *timings) register(house *house) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		t.wait, t.chat, t.paint, t.move, house,
	)
	return registry
}

// Describe and Collect tell Prometheus what the parts have counted. No label can tell
// who somebody is: their values are words of the program. Describe leaves it to Collect to say what there is.
func (h *house) Describe(chan<- *prometheus.Desc) {}

// Collect is called on a goroutine of the library's, where a panic would end the
// process and print what it was about.
func (h *house) Collect(to chan<- prometheus.Metric) {
	err := contained(func() error {
		h.collect(sink(to))
		return nil
	})
	if err != nil {
		h.log.Error("not all metrics could be read", "where", err.(*term.PanicError).Where)
	}
}

func (h *house) collect(to sink) {
	people := h.pairs.Stats()
	gauge(to, "people_online", "People who chat, wait, or read.", people.Online)
	gauge(to, "people_waiting", "People who wait for a partner.", people.Waiting)
	gauge(to, "people_chatting", "People in chats.", people.Chatting)
	messages, bytes := h.pairs.Said()
	counter(to, "messages_total", "Messages that reached a partner.", messages)
	counter(to, "message_bytes_total", "Bytes of these messages.", bytes)

	served := h.server.Stats()
	counter(to, "connections_accepted_total", "Connections that were let on to the key exchange.", served.Accepted)
	counters(to, "connections_refused_total", "Connections and sessions that were not let in.", "reason", served.Refused)
	counters(to, "limits_hit_total", "How often somebody hit a limit.", "limit", served.Limits)
	counters(to, "traps_total", "Well-known traps that were found in what people wrote.", "action", served.Traps)
	counter(to, "received_bytes_total", "Bytes that clients sent, encrypted.", served.Received)
	counter(to, "sent_bytes_total", "Bytes that were sent to clients, encrypted.", served.Sent)
	counter(to, "session_panics_total", "Sessions that ended by a fault of the program.", served.Panics)

	gate := h.gate.Stats()
	gauge(to, "sessions", "Sessions of people who were admitted.", gate.Inside)
	gauge(to, "sessions_max", "How many there may be.", gate.Most)
	gauge(to, "connections_silent", "Connections whose clients have not told their version.", gate.Silent)
	gauge(to, "sources", "Sources that are remembered.", gate.Sources)
	gauge(to, "draining", "Whether nobody is let in any more.", oneIf(gate.Draining))
	counters(to, "bans_total", "Bans that were made since the start.", "kind", map[string]uint64{
		"network": gate.Networks, "person": gate.People, "pause": gate.Pauses,
	})

	desk := h.desk.Stats()
	gauge(to, "reports_open", "Reports that wait for a decision.", desk.Open)
	gauge(to, "reports_open_oldest_age_seconds", "How long the oldest of them waits.", desk.Oldest.Seconds())
	gauge(to, "appeals_open", "Appeals that wait for an answer.", desk.Appeals)
	counters(to, "reports_total", "Reports that were filed.", "category", desk.Reports)
	counters(to, "flags_total", "What patterns brought before the moderators.", "category", desk.Flags)
	counters(to, "decisions_total", "Reports that people decided.", "action", desk.People)
	counters(to, "machine_pauses_total", "Pauses of the machine.", "kind", desk.Machine)
	counter(to, "appeals_total", "Appeals that were filed.", desk.Filed)
	counters(to, "appeals_decided_total", "Appeals that were answered.", "answer", map[string]int{
		"accepted": desk.Reversed, "rejected": desk.Decided - desk.Reversed,
	})

	h.collectDisk(to)
	if h.node != nil {
		h.collectNode(to)
	}
}

func (h *house) collectNode(to sink) {
	nodes := 0
	if h.node.Inside() {
		nodes++
	}
	for _, peer := range h.node.Peers() {
		if peer.Silent < node.Gone {
			nodes++
		}
	}
	gauge(to, "cluster_nodes", "Nodes that are there, with this one if it is one of them.", nodes)
	gauge(to, "cluster_connected", "Whether a server of NATS answers.", oneIf(h.node.Connected()))
	gauge(to, "cluster_deals", "Whether this node pairs the people of all.", oneIf(h.cluster.Term() != 0))
	events := h.events.Stats()
	gauge(to, "cluster_outbox", "What was reported or decided here, and isn't known to be with the other nodes.", events.Outbox)
	gauge(to, "cluster_behind", "What the nodes share, and this one hasn't yet.", events.Behind)
	counters(to, "cluster_refused_total", "Messages between nodes that were not believed.", "reason", h.node.Seal.Refused())
}

func (h *house) collectDisk(to sink) {
	gauge(to, "ready", "Whether /readyz says ok.", oneIf(h.ready() == nil))
	if file, err := os.Stat(filepath.Join(h.config.Data, "strangerd.db")); err == nil {
		gauge(to, "database_bytes", "How large the database is.", file.Size())
	}
	var disk syscall.Statfs_t
	if syscall.Statfs(h.config.Data, &disk) == nil {
		gauge(to, "disk_free_bytes", "Room on the file system of the data folder.", uint64(disk.Bavail)*uint64(disk.Bsize))
		gauge(to, "disk_size_bytes", "Size of that file system.", uint64(disk.Blocks)*uint64(disk.Bsize))
	}
}

// sink is where metrics go.
type sink chan<- prometheus.Metric

// figure is what metrics are given as.
type figure interface {
	~int | ~int64 | ~uint64 | ~float64
}

func gauge[N figure](to sink, name, help string, value N) {
	to <- prometheus.MustNewConstMetric(describe(name, help), prometheus.GaugeValue, float64(value))
}

func counter[N figure](to sink, name, help string, value N) {
	to <- prometheus.MustNewConstMetric(describe(name, help), prometheus.CounterValue, float64(value))
}

// counters are one counter for each value of a label.
func counters[N figure](to sink, name, help, label string, values map[string]N) {
	desc := describe(name, help, label)
	for word, value := range values {
		to <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value), word)
	}
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("strangerd_"+name, help, labels, nil)
}

func oneIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
