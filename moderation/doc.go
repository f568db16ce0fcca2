// Package moderation decides who may enter.
//
// It knows people only as a [Subject]: keyed hashes that the same person gets
// again from the same place, and that nobody without the server's secret can
// make. It knows no SSH, no screens and no chats, and speaks no words to
// people: it returns errors, and the session finds the words for them.
package moderation
