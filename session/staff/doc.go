// Package staff is what moderators and administrators work with: the commands of
// `ssh admin@HOST COMMAND` ([Commands]) and the desk ([Desk]), a full screen.
//
// Both only ask and tell moderation's Gate and Desk, which decide, save and audit;
// whatever the desk does, a command does too. The package knows no sessions: what
// it needs of the running server, such as a broadcast, it is given as functions.
// Everything that other people wrote is made safe again before it is shown.
package staff
