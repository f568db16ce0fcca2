package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"strangerd/node"
)

// How TestClusterRandom runs: with more seeds, or a longer time, it finds more. The same
// seed does the same, but at other moments.
var (
	firstSeed = flag.Uint64("seed", 1, "the first seed of TestClusterRandom")
	seeds     = flag.Int("seeds", 1, "how many seeds TestClusterRandom runs with, one after the other")
	seedTime  = flag.Duration("seed-time", 12*time.Second, "how long TestClusterRandom goes on with each seed, at least")
)

// Twelve people search, talk and leave on three machines, which are killed, as the NATS
// servers are, and parted from each other: first each by itself, then at random. Nobody is ever in two chats, and what is said
// is heard once and in order, or its speaker is told.
func TestClusterRandom(t *testing.T) {
	t.Parallel()
	requireTool(t, "ssh")
	for seed := *firstSeed; seed < *firstSeed+uint64(*seeds); seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { randomCluster(t, seed) })
	}
}

func randomCluster(t *testing.T, seed uint64) {
	w := startTown(t)
	s := &scene{town: w, begun: time.Now(), over: make(chan struct{}),
		dead: make(map[*program]bool), where: make(map[[2]int]*program)}
	people := make([]*visitor, 12)
	var visits sync.WaitGroup
	stop := sync.OnceFunc(func() { close(s.over); visits.Wait() })
	t.Cleanup(stop)
	for i := range people {
		people[i] = &visitor{scene: s, number: i, rand: rand.New(rand.NewPCG(seed, uint64(i+1)))}
		visits.Go(people[i].live)
	}
	s.each()
	s.trouble(rand.New(rand.NewPCG(seed, 0)))
	stop()
	var h history
	words := 0
	for _, p := range people {
		h = append(h, p.had...)
		for _, c := range p.had {
			words += len(c.heard)
		}
	}
	t.Logf("seed %d: %d halves of chats, %d words heard, %d on another machine; %s",
		seed, len(h), words, s.across.Load(), strings.Join(s.did, ", "))
	if faults := h.faults(); len(faults) > 0 {
		for _, c := range h {
			t.Logf("%+v", *c)
		}
		t.Errorf("seed %d: %s", seed, strings.Join(faults, "\n"))
	}
	w.found()
	for i, m := range w.nodes { // all is as before
		leave(pairNodes(t, m.program, w.nodes[(i+1)%len(w.nodes)].program))
	}
}

// scene is what goes on with one seed.
type scene struct {
	*town
	begun  time.Time
	over   chan struct{}
	across atomic.Int64 // words that were heard on another machine
	did    []string     // the troubles

	mu    sync.Mutex // guards what follows, and which programs the machines run
	dead  map[*program]bool
	where map[[2]int]*program // what the nth chat of a person is on
}

// begins notes where the nth chat of a person is.
func (s *scene) begins(who, nth int, p *program) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.where[[2]int{who, nth}] = p
}

// hears counts a word that has come from another machine.
func (s *scene) hears(word string, p *program) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if who, nth, _, ok := readWord(word); ok && s.where[[2]int{who, nth}] != p {
		s.across.Add(1)
	}
}

func (s *scene) now() time.Duration { return time.Since(s.begun) }

// runs returns the program of a machine, or nil if it doesn't run.
func (s *scene) runs(machine int) *program {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.nodes[machine].program; !s.dead[p] {
		return p
	}
	return nil
}

func (s *scene) died(p *program) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dead[p]
}

// each does all that can happen, one after the other, at a moment at which there is nothing
// else: the machine that deals dies, one and two servers of NATS die, and a machine on which
// people talk is parted from all others, for less than node.Gone and for longer.
func (s *scene) each() {
	deals := s.nodes[s.dealer()]
	talks := s.nodes[1]
	for _, one := range []struct {
		ill
		lasts time.Duration
	}{
		{ill{"the machine that deals is killed", func() { s.kill(deals) }, func() { s.restart(deals) }}, time.Second},
		{ill{"NATS server 0 is killed", s.servers[0].Kill, s.servers[0].Run}, 2 * time.Second},
		{ill{"NATS servers 0 and 1 are killed", func() { s.servers[0].Kill(); s.servers[1].Kill() }, func() { s.servers[0].Run(); s.servers[1].Run() }}, 2 * time.Second},
		{ill{"the ways of machine 1 are held", func() { part(talks.ways, false) }, func() { heal(talks.ways) }}, 2 * time.Second},
		{ill{"the ways of machine 1 are held for long", func() { part(talks.ways, false) }, func() { heal(talks.ways) }}, node.Gone + 2*time.Second},
		{ill{"the ways of machine 1 are cut", func() { part(talks.ways, true) }, func() { heal(talks.ways) }}, 2 * time.Second},
	} {
		s.did = append(s.did, fmt.Sprintf("%.1fs %s", s.now().Seconds(), one.what))
		one.begin()
		time.Sleep(one.lasts) // the pace of the test, not a wait
		one.mend()
		s.did = append(s.did, fmt.Sprintf("%.1fs no more", s.now().Seconds()))
		time.Sleep(time.Second)
	}
}

// trouble does what can happen to machines, two things at a time at most, until enough
// was heard, and puts everything right in the end.
func (s *scene) trouble(r *rand.Rand) {
	var ills []ill // oldest first
	mend := func() {
		s.did = append(s.did, fmt.Sprintf("%.1fs no more: %s", s.now().Seconds(), ills[0].what))
		ills[0].mend()
		ills = ills[1:]
	}
	late := s.begun.Add(patience)
	enough := s.now() + *seedTime
	for s.now() < enough || s.across.Load() < 20 && time.Now().Before(late) {
		// The pace of the test, not a wait. Most ills are over before node.Gone is: chats outlive them.
		time.Sleep(time.Duration(300+r.IntN(1200)) * time.Millisecond)
		one := s.draw(r)
		if len(ills) == 2 || slices.ContainsFunc(ills, func(other ill) bool { return other.what == one.what }) {
			mend()
			continue
		}
		s.did = append(s.did, fmt.Sprintf("%.1fs %s", s.now().Seconds(), one.what))
		one.begin()
		ills = append(ills, one)
	}
	for len(ills) > 0 {
		mend()
	}
}

// ill is something that can go wrong.
type ill struct {
	what        string
	begin, mend func()
}

func (s *scene) draw(r *rand.Rand) ill {
	i, told := r.IntN(3), r.IntN(2) == 0
	how := map[bool]string{true: "cut", false: "held"}[told]
	m := s.nodes[i]
	switch r.IntN(5) {
	case 0, 1:
		return ill{fmt.Sprintf("machine %d is killed", i), func() { s.kill(m) }, func() { s.restart(m) }}
	case 2:
		return ill{fmt.Sprintf("NATS server %d is killed", i), s.servers[i].Kill, s.servers[i].Run}
	case 3:
		return ill{fmt.Sprintf("the ways of machine %d are %s", i, how), func() { part(m.ways, told) }, func() { heal(m.ways) }}
	default:
		j := (i + 1) % 3
		routes := s.between(i, j)
		return ill{fmt.Sprintf("the routes between NATS servers %d and %d are %s", i, j, how), func() { part(routes, told) }, func() { heal(routes) }}
	}
}

func (s *scene) kill(m *machine) {
	s.mu.Lock()
	s.dead[m.program] = true
	s.mu.Unlock()
	m.kill()
}

// restart starts a machine again, which may have to wait until its name is free.
func (s *scene) restart(m *machine) {
	var p *program
	until(s.t, "a machine starts again", func() (started bool) {
		var err error
		p, err = s.run(m)
		return err == nil
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	m.program = p
}

// visitor is somebody who visits one machine after another, and notes what they do and
// read.
type visitor struct {
	*scene
	number int
	rand   *rand.Rand
	had    []*conversation
}

// stopover is one connection.
type stopover struct {
	*visitor
	program  *program
	in       io.Writer
	state    visiting
	searches time.Duration // since when
	chat     *conversation // the last one; nil: none
	quits    bool          // something waits to be said that was meant for the last partner
}

type visiting uint8

const (
	searching visiting = iota
	talking
	settling // until the answer to /status comes, all that was typed before was read
)

func (v *visitor) live() {
	for {
		select {
		case <-v.over:
			return
		default:
		}
		// Half of the time they ask for one of those who live on other machines.
		home, likes := v.rand.IntN(3), ""
		if v.rand.IntN(2) == 0 {
			home, likes = v.number%3, fmt.Sprintf("+group%d", v.number/3)
		}
		if p := v.runs(home); p != nil {
			v.visit(p, likes)
		}
		v.rest(200 * time.Millisecond)
	}
}

func (v *visitor) rest(most time.Duration) {
	select {
	case <-v.over:
	case <-time.After(time.Duration(v.rand.Int64N(int64(most)))):
	}
}

// seen is a line, and when it came.
type seen struct {
	line string
	at   time.Duration
}

// visit connects to a program, with interests in the address or none, and returns when the
// connection has ended.
func (v *visitor) visit(p *program, likes string) {
	arguments := sshArguments(p, "-T")
	if likes != "" {
		arguments = append(arguments, "-l", likes)
	}
	cmd := exec.Command("ssh", arguments...)
	in, err := cmd.StdinPipe()
	if err != nil {
		v.t.Error(err)
		return
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		v.t.Error(err)
		return
	}
	if err := cmd.Start(); err != nil {
		v.t.Error(err)
		return
	}
	lines := make(chan seen)
	go func() {
		defer close(lines)
		for all := bufio.NewScanner(out); all.Scan(); {
			lines <- seen{all.Text(), v.now()}
		}
	}()
	now := &stopover{visitor: v, program: p, in: in, searches: v.now()}
	now.send("yes\n")
	over := v.over
	ended := false
	for {
		select {
		case r, ok := <-lines:
			if !ok {
				cmd.Wait()
				if !ended && !v.died(p) {
					v.t.Errorf("the connection of person %d ended", v.number)
				}
				now.broken(v.died(p))
				return
			}
			now.take(r)
			if now.state == settling && strings.Contains(r.line, " online, ") {
				if now.quits || v.rand.IntN(3) == 0 {
					ended = true
					now.send("/quit\n")
				} else {
					now.state, now.searches = searching, v.now()
					now.send("/next\n")
				}
			}
		case <-time.After(time.Duration(300+v.rand.IntN(1200)) * time.Millisecond):
			now.act()
		case <-over:
			over, ended = nil, true
			if now.state == talking {
				now.chat.left = true
			}
			cmd.Process.Kill()
		}
	}
}

func (v *stopover) send(line string) { io.WriteString(v.in, line) } // who can't is told by the end

// act does something of their own.
func (v *stopover) act() {
	switch {
	case v.state == settling:
	case v.state == searching && v.rand.IntN(4) != 0:
	case v.state == talking && v.rand.IntN(5) != 0:
		word := v.chat.word(len(v.chat.said))
		v.chat.said = append(v.chat.said, word)
		v.send(word + "\n")
	default:
		if v.state == talking {
			v.chat.left = true
		}
		v.state = settling
		v.send("/stop\n/status\n")
	}
}

// take notes what a line says.
func (v *stopover) take(r seen) {
	word, spoken := strings.CutPrefix(r.line, "stranger: ")
	var lost int
	switch {
	case spoken:
		if v.chat == nil || v.chat.ended != (span{}) {
			v.t.Errorf("person %d hears %q in no chat", v.number, word)
			return
		}
		v.scene.hears(word, v.program)
		v.chat.heard = append(v.chat.heard, hearing{word, r.at})
	case r.line == "-- You are now chatting with a stranger":
		v.chat = &conversation{me: v.number, nth: len(v.had), began: span{v.searches, r.at}}
		v.had = append(v.had, v.chat)
		v.begins(v.number, v.chat.nth, v.program)
		if v.state == searching {
			v.state = talking
		} else {
			v.chat.left = true // as they were about to
		}
	case r.line == "-- Stranger has left the chat", r.line == "-- You left the chat":
		v.chat.ended = span{v.chat.began.from, r.at}
		if v.state == talking {
			v.state = settling
			v.send("/status\n")
		}
	case r.line == "-- Your last line may not have arrived.":
		v.chat.told++
	case strings.HasPrefix(r.line, "-- Your last "):
		fmt.Sscanf(r.line, "-- Your last %d lines may not have arrived.", &lost)
		v.chat.told += lost
	case strings.HasPrefix(r.line, "-- Kept: "):
		v.chat.unsaid, v.quits = true, true
	case strings.HasSuffix(r.line, " not said: the chat ended first."):
		v.chat.unsaid = true
	}
}

// broken notes the end of the connection.
func (v *stopover) broken(died bool) {
	switch c := v.chat; {
	case c == nil || c.ended != (span{}):
	case died:
		c.cut, c.ended = true, span{c.began.from, v.now()}
	default:
		c.left = true
	}
}
