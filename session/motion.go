package session

import (
	"strings"
	"time"

	"strangerd/session/locale"
)

// motion is what moves by itself, which nothing does that somebody has not asked for:
// dots, once a second, while the full screen waits.
type motion struct {
	on    bool
	dots  int
	timer *time.Timer
}

type motionMsg struct{}

// setMotion is /motion on|off.
func (c *chat) setMotion(argument string) {
	switch argument {
	case "on":
		c.motion.on = true
		c.move()
		c.tell(c.words.Say(locale.MotionOn))
	case "off":
		c.motion.on = false
		c.tell(c.words.Say(locale.MotionOff))
	default:
		c.tell(c.words.Say(locale.MotionUsage))
	}
}

// move moves the dots, as long as there is a reason.
func (c *chat) move() {
	stop(c.motion.timer)
	if c.motion.on && !c.plain && c.state == searching {
		c.motion.dots = c.motion.dots%3 + 1
		c.motion.timer = c.ch.After(time.Second, motionMsg{})
	}
}

// trail stands behind what is waited for.
func (m *motion) trail() string {
	if !m.on {
		return ""
	}
	return " " + strings.Repeat(".", m.dots)
}
