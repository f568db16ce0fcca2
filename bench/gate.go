package main

import "net"

// gatedConn is a connection whose reading can be stopped. Its window is small then,
// so that soon nothing more can be written at the other end. One goroutine shuts and
// opens it.
type gatedConn struct {
	*net.TCPConn
	pass chan struct{} // empty while it is shut
	is   bool          // shut
}

func gated(conn *net.TCPConn) *gatedConn {
	c := &gatedConn{TCPConn: conn, pass: make(chan struct{}, 1)}
	c.pass <- struct{}{}
	return c
}

func (c *gatedConn) Read(p []byte) (int, error) {
	c.pass <- <-c.pass
	return c.TCPConn.Read(p)
}

func (c *gatedConn) shut() {
	_ = c.SetReadBuffer(1) // the least there is
	<-c.pass
	c.is = true
}

func (c *gatedConn) open() {
	if c.is {
		c.is = false
		c.pass <- struct{}{}
	}
}
