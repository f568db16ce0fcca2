package main

import (
	"context"
	"fmt"
	"math"
	"time"
)

// keyRate is how many keys a second somebody presses who types without haste.
const keyRate = 5

// typing has one of each two type for as long as -for says, a packet a key as people
// do. All other profiles send a line with its Enter in one packet.
func typing(ctx context.Context, s *server, p plan, stage func(string)) (figures, error) {
	lines := int(math.Ceil(p.For.Seconds()*keyRate/float64(len(typedLine(0, 0))))) + 1
	p.Lines = max(p.Lines, lines)
	c := newCrowd(ctx, p)
	defer c.close()
	stage("connecting")
	if _, err := c.connect(s); err != nil {
		return nil, err
	}
	if err := c.rest(5 * time.Second); err != nil { // the server trims its heap
		return nil, err
	}
	stage("typing")
	keys := 0
	cpu, err := s.meter.during(func() (err error) {
		keys, err = c.typeKeys(p.For)
		return err
	})
	return figures{"key_cpu": cpu / float64(keys) * 1e6}, err
}

// typeKeys has every second one press keyRate keys a second, not all at the same time,
// and returns how many they were.
func (c *crowd) typeKeys(during time.Duration) (keys int, err error) {
	typists := len(c.clients) / 2
	rate := float64(typists * keyRate)
	left := make([]string, typists) // of the line that each is at
	for begun := time.Now(); time.Since(begun) < during; keys++ {
		due := begun.Add(time.Duration(float64(keys) / rate * float64(time.Second)))
		if err := c.rest(time.Until(due)); err != nil {
			return keys, err
		}
		who := keys % typists
		typist := c.clients[2*who]
		if left[who] == "" {
			left[who] = typedLine(typist.id, c.next)
			c.next++
		}
		if _, err := typist.channel.Write([]byte(left[who][:1])); err != nil {
			return keys, fmt.Errorf("type: %w", err)
		}
		left[who] = left[who][1:]
	}
	return keys, nil
}
