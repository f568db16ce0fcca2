// Package terminal runs a Bubble Tea program on one SSH session channel.
//
// It turns bytes into messages and views into bytes, and knows nothing of
// chat. It exists because the stock way, Wish's Bubble Tea middleware with
// the stock renderer, costs about 1.05 MB, 4 to 6 ms of CPU a connect and
// 19 % of a core per 1,000 idle sessions, and because what a client may send
// on a channel is then bounded nowhere: a window change nobody reads blocks
// the connection for good, a terminal of 5,000 × 2,000 cells takes 2.1 GB, an
// escape sequence that never ends is parsed again with every byte.
//
// So a [Channel] owns the SSH channel instead:
//
//   - Requests are answered whether or not anybody listens. A window
//     change overwrites a single slot. Sizes are clamped, the environment is a
//     short list of short variables, forwarding and subsystems are refused.
//   - Input is read no faster than its budget ([Rate], [Burst]), so the SSH
//     window holds a flooding client back. Escape sequences are framed by a
//     state machine that looks at each byte once, and are decoded by
//     ultraviolet only when they are whole.
//   - Output is a painter that remembers a hash of each line and rewrites the
//     lines that changed, whole, in one write. There is no cell buffer and no
//     ticker: nothing changed, nothing runs.
//   - Who doesn't take what is written within [WriteTimeout] is disconnected.
//
// Models, messages, commands and views are Bubble Tea's; its Program is not used. That
// has a goroutine to wait for commands besides the one of its event loop, both with
// stacks that grow as a model runs, and each key wakes one of them: of the memory of a
// person it was a fifth. Here whoever has read a key runs the model with it. A model that is
// a [Writer] leaves no string of a screen behind with each paint.
//
// A view on the alternate screen is painted as a full screen; any other view is one
// unfinished input line below lines that scroll away ([Channel.Println]) and is drawn
// without a single escape sequence, so that a screen reader and TERM=dumb are served
// by it.
//
// Goroutines: [Accept] starts one that answers requests until the channel is closed.
// [Channel.Run] does that itself, and runs the model for what is posted, on its caller's
// goroutine; it starts one that reads, and runs the model for what it has read. A
// command has one for as long as it takes. [Channel.Close] waits for all of them.
package terminal
