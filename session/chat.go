package session

import (
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"strangerd/matcher"
	"strangerd/moderation"
	"strangerd/session/editor"
	"strangerd/session/locale"
	"strangerd/session/terminal"
	"strangerd/session/text"
	"strangerd/session/trap"
)

// How long things take, as the contract says.
const (
	typingShown = 5 * time.Second  // the typing indicator, after the last sign
	typingSent  = 2 * time.Second  // between two signs that somebody types
	answerWait  = 2 * time.Second  // for an answer, after the end of input
	partnerWait = 30 * time.Second // for a partner, after the end of input
	idleWarning = time.Minute      // before an idle chat ends
	maxKept     = 10               // lines kept while nobody is there
	noticesKept = 4                // notices that wait for a busy chat
)

// state is where somebody is on their way through a visit.
type state uint8

const (
	atRules   state = iota // the first screen
	atYear                 // asked for the year of birth
	refused                // too young
	resting                // not chatting and not searching
	warned                 // asked to confirm what staff told them
	searching              // waiting for a stranger
	chatting
	watching // two others discuss this one's question
)

// chat is one person's visit: a model that the full screen (screen.go) and the
// line mode (lines.go) show, each in its way.
type chat struct {
	*visit
	pass    *moderation.Pass
	me      *person
	seat    *matcher.Seat
	profile matcher.Profile // of the seat
	notices chan notice
	woken   atomic.Bool // a wakeMsg is on its way

	state  state
	plain  bool // line mode
	over   bool // nothing more is read: input ended
	done   bool // the visit ends
	code   int  // the exit code it ends with
	really bool // Esc was pressed once
	quits  bool // Ctrl+C was pressed once
	asked  bool // the last key was a question mark that asked for the keys

	leftOut bool      // it was told that some of what was read is left out
	cut     time.Time // the last escape sequence that was too long

	talk
	report  *report            // under way
	told    moderation.Warning // by staff, to be confirmed
	editor  editor.Line
	screen  screen
	hint    string      // of the screen: what the last key led to
	kept    []string    // until there is a partner
	queue   []utterance // until it is their turn
	pace    pace        // of messages
	rejects pace        // of messages, in bytes
	paced   *time.Timer
	counts  *time.Timer // the queue
	skips   pace
	asks    pace          // of questions
	errand  errand        // of the search
	skipped bool          // a chat was left quickly, since the last search
	hold    hold          // of the search
	absence *absence      // to come back to with the first search, or nil
	gone    chan struct{} // closed when the chat is
	dropped bool          // the line did, and the visit with it
	leaves  func()        // gives up its place

	memory     memory
	likes      []interest
	speaks     spoken
	choosyTill time.Time // the search waits for whom an interest or a language is shared with; zero: it doesn't
	opens      *time.Timer
	saved      int // bytes, for when the full screen is left

	since      time.Time // this state began
	offered    bool      // the last partner was offered again
	called     bool      // somebody waits for a key press
	lastKey    time.Time
	idle       *time.Timer
	nudged     bool    // of being idle
	dozing     bool    // the others were told that this one is idle
	idlers     [3]bool // who of them is, by matcher.Event.By
	typing     bool    // the partner types
	typingOff  *time.Timer
	showTyping bool // in line mode
	attention  attention
	waiting    waiting
	motion     motion
	signed     time.Time   // the partner was last told that this one types
	hangUp     *time.Timer // after the end of input
}

// Messages from a chat's own timers.
type (
	idleMsg    struct{}
	typingMsg  struct{}
	hangUpMsg  struct{}
	pacedMsg   struct{}
	queuedMsg  struct{}
	heldMsg    struct{}
	opensMsg   struct{ choosyTill time.Time } // of the search it is for
	wakeMsg    struct{}
	noticeKind uint8
)

func newChat(v *visit, pass *moderation.Pass, plain bool) *chat {
	now := time.Now()
	c := &chat{
		visit:   v,
		pass:    pass,
		me:      newPerson(v.subject, pass.ID()),
		notices: make(chan notice, noticesKept),
		gone:    make(chan struct{}),
		plain:   plain,
		pace:    pace{burst: messageBurst, rate: messageRate},
		rejects: pace{burst: refusedBurst, rate: refusedRate},
		skips:   pace{burst: skipBurst, rate: skipRate},
		asks:    pace{burst: questionBurst, rate: questionRate},
		speaks:  speaking(v.languages()),
		memory:  memory{pace: pace{burst: memoryBurst, rate: memoryRate}},
		since:   now,
		lastKey: now,
	}
	languages := v.languages()
	c.me.languages.Store(&languages)
	return c
}

// close gives up the seat and stops the timers. It tells whether both the seat and the
// pass wait for who has gone away.
func (c *chat) close() (waits bool) {
	c.woken.Store(true) // nobody is woken any more
	if c.state == chatting {
		c.pass.Met(c.partner.pass)
	}
	if waits = c.goAway(); !waits {
		c.seat.Close() // and not Leave before it: who asked to meet this one again would, for a moment
		c.chatOver()
	}
	if c.absence != nil {
		c.absence.end()
	}
	stop(c.idle)
	stop(c.typingOff)
	stop(c.hangUp)
	stop(c.paced)
	stop(c.counts)
	c.hold.release()
	stop(c.opens)
	stop(c.motion.timer)
	close(c.gone)
	return waits
}

func stop(t *time.Timer) {
	if t != nil {
		t.Stop()
	}
}

func (c *chat) Init() tea.Cmd {
	c.recall()
	if c.plain && !c.memory.agreed {
		c.open()
	}
	c.setInterests(c.named)
	if c.memory.agreed {
		c.goOn()
	}
	c.woken.Store(false) // nobody was there to be woken
	c.receive()
	if c.done {
		return tea.Quit
	}
	return nil
}

// wake has the event loop look at what has reached this chat from elsewhere. It
// never waits; anyone may call it until the chat is closed.
func (c *chat) wake() {
	if !c.woken.Swap(true) {
		c.ch.Post(wakeMsg{})
	}
}

// receive takes what has reached this chat from elsewhere.
func (c *chat) receive() {
	for {
		events, open := c.seat.Events()
		if !open { // and what came before is about nobody any more
			c.quit(exitFailed)
			return
		}
		if len(events) == 0 {
			break
		}
		for _, event := range events {
			if c.done {
				return
			}
			c.event(event)
		}
	}
	for range len(c.notices) {
		c.notice(<-c.notices)
	}
	if c.pass.Why() != nil && !c.done {
		c.revoked()
	}
}

func (c *chat) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if c.done { // what came together with the end of the visit
		return c, tea.Quit
	}
	if c.plain && c.state == searching { // lines that came together are for who was found meanwhile
		c.receive()
	}
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		c.screen.resize(msg.Width, msg.Height)
	case tea.KeyPressMsg:
		if !c.over || isInterrupt(msg) {
			c.keyPressed(msg)
			c.key(msg)
		}
	case tea.PasteMsg:
		if !c.over {
			c.pressed()
			c.insert(editor.Typed(msg.Content))
		}
	case terminal.NotEscapeMsg:
		c.really = false
	case tea.FocusMsg:
		c.attention.looks(true)
	case tea.BlurMsg:
		c.attention.looks(false)
	case terminal.ReadMsg:
		if !c.ch.Pty { // a line that takes long to type
			c.pressed()
		}
		c.leftOut = false
		c.sign()
	case terminal.PasteCutMsg:
		c.counted.limits.add(limitPaste)
		c.tell(c.words.Count(locale.PasteCut, msg.Dropped))
	case terminal.SequenceCutMsg:
		c.sequenceCut(time.Now())
	case terminal.SlowedMsg:
		c.announce(c.words.Say(locale.Slowed))
	case terminal.InvalidMsg:
		if !c.leftOut {
			c.tell(c.words.Say(locale.LeftOut))
		}
		c.leftOut = true
	case terminal.LineMsg:
		c.pressed()
		c.line(msg)
	case terminal.EOFMsg:
		c.inputEnded()
	case wakeMsg:
		c.woken.Store(false)
		c.receive()
	case idleMsg:
		c.checkIdle()
	case typingMsg:
		c.typing = false
	case pacedMsg:
		c.sayQueued()
	case queuedMsg:
		c.countQueued()
	case heldMsg:
		if c.held() {
			c.find()
		}
	case motionMsg:
		c.move()
	case opensMsg:
		c.opened(msg)
	case hangUpMsg:
		c.hangUpNow()
	}
	c.wakeUp()
	if c.done {
		return c, tea.Quit
	}
	return c, nil
}

// quit ends the visit.
func (c *chat) quit(code int) {
	if !c.done {
		c.done, c.code = true, code
	}
}

// chatOver counts the chat that ends, if there is one.
func (c *chat) chatOver() {
	if c.state == chatting {
		c.talk.end(c.pass, c.config.Timings.Chat, c.since)
	}
}

func (c *chat) enter(s state) {
	c.chatOver()
	if s != chatting {
		c.pass.Unmet()
	}
	c.hold.release()
	c.state, c.since = s, time.Now()
	c.really, c.offered, c.called, c.typing = false, false, false, false
	c.dozing, c.idlers = false, [3]bool{}
	c.hint = "" // it was about the state before
	if len(c.queue) > 0 {
		c.tell(c.words.Count(locale.QueueUnsent, len(c.queue)))
		c.queue = nil
	}
	stop(c.paced)
	stop(c.opens)
	c.choosyTill = time.Time{}
	c.screen.rules, c.screen.rulesWidth = nil, 0
	c.screen.follow()
	stop(c.idle)
}

// accept goes on from the rules.
func (c *chat) accept() {
	if c.config.AgeGate == AgeYear {
		c.enter(atYear)
		c.announce(c.words.Say(locale.AskYear))
		return
	}
	c.rememberRules()
	c.search()
}

// search looks for a stranger.
func (c *chat) search() {
	if c.warn() || c.comeBack() {
		return
	}
	if c.receive(); c.done || c.inChat() { // with whom both asked for, as soon as the last chat was left
		return
	}
	told := (c.state == atRules || c.state == atYear) && c.alone() // by the opening
	c.enter(searching)
	c.announce(c.lookingLine())
	if c.errand != (errand{}) {
		c.announce(c.words.Say(locale.TalkInstead))
	}
	c.find()
	if c.plain { // the screen shows that it looks, even if it has found
		c.receive()
		if c.state == searching && !c.held() && !c.called && !c.offered && !told {
			c.print("-- ", c.waitingLine())
		}
	}
	c.wait()
	c.move()
}

// leave ends a chat or a search, and stays.
func (c *chat) leave() {
	switch c.state {
	case chatting, watching:
		c.walkOut()
		c.announce(c.words.Say(locale.YouLeft))
	case searching:
		c.seat.Leave()
		c.announce(c.words.Say(locale.Stopped))
	default:
		c.tell(c.words.Say(locale.NothingToStop))
		return
	}
	c.rest()
}

func (c *chat) rest() {
	c.enter(resting)
	c.errand = errand{}
	if c.over {
		c.hangUpNow()
	} else {
		c.nextHint()
	}
}

// event takes what the matcher says, unless it is about a chat or a search that
// was left meanwhile.
func (c *chat) event(e matcher.Event) {
	if c.seat.Stale(e) {
		return
	}
	switch e.Kind {
	case matcher.Matched, matcher.Reunited:
		c.matched(e)
	case matcher.Said:
		c.typing, c.idlers[e.By] = false, false
		c.hear([...]speaker{stranger, first, second}[e.By], text.Clean(e.Text))
		c.caution(trap.Warnings(e.Mark))
	case matcher.TypingStarted:
		c.partnerTypes()
	case matcher.TypingStopped:
		c.typing = false
	case matcher.PartnerLeft:
		c.announce(c.words.Say([...]locale.ID{locale.PartnerLeft, locale.FirstLeft, locale.SecondLeft}[e.By]))
		if e.Lost > 0 {
			c.announce(c.words.Count(locale.Lost, int(e.Lost)))
		}
		c.rest()
	case matcher.PartnerAway:
		c.partnerGone(e.By)
	case matcher.PartnerBack:
		c.partnerBack(e.By)
	case matcher.PartnerAsleep, matcher.PartnerAwake:
		c.partnerIdle(e.By, e.Kind == matcher.PartnerAsleep)
	case matcher.AskerLeft:
		c.announce(c.words.Say(locale.AskerLeft))
	case matcher.RematchOffered:
		c.offered = true
		c.screen.makeRoom()
		c.announce(c.words.Say(locale.RematchOffered))
	case matcher.RematchCancelled:
		c.offered = false
		c.announce(c.words.Say(locale.RematchOff))
	case matcher.Called:
		c.called = true
		c.call(locale.TitleFound)
		c.screen.makeRoom()
		c.announce(c.words.Say(locale.Called))
	case matcher.CallMissed:
		c.called = false
		c.announce(c.words.Say(locale.CallMissed))
	}
}

// matched begins a chat: with somebody again, if both have asked for that.
func (c *chat) matched(e matcher.Event) {
	c.talk, c.report = talk{}, nil
	c.gather(e)
	if c.state == searching {
		c.counted.waited.Store(max(c.counted.waited.Load(), int64(time.Since(c.since))))
		took(c.config.Timings.Wait, c.since)
	}
	c.lastKey, c.nudged = time.Now(), false
	if c.watched {
		c.watch()
		return
	}
	c.enter(chatting)
	c.call(locale.TitleFound)
	c.announce(c.words.Say(locale.Matched))
	if e.Kind == matcher.Reunited {
		c.announce(c.words.Say(locale.Reunited))
		c.unask()
	}
	if both := c.sharedLine(e.Shared); both != "" {
		c.announce(both)
	}
	switch {
	case c.question != "":
		c.showQuestion()
		c.announce(c.words.Say(locale.AskerWatches))
	case e.Kind == matcher.Matched: // who meets again has no ice to break
		c.breakIce()
	}
	c.watchIdle()
	c.sayKept()
	if c.over {
		stop(c.hangUp) // it was for a partner; what was kept takes its time
		if len(c.queue) == 0 {
			c.hangUpIn(answerWait)
		}
	}
}

// sayKept says what was kept until there is a partner.
func (c *chat) sayKept() {
	for len(c.kept) > 0 {
		if u, ok := c.passes(c.kept[0]); ok && c.say(u) != nil {
			break
		}
		c.kept = c.kept[1:]
	}
}
