package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	neturl "net/url"
	"time"
)

// notifier posts the id and the category of new reports to the operator's URL, for
// whoever sleeps. Nothing that anybody said is in it.
type notifier struct {
	url     string
	log     *slog.Logger
	pending chan notice
}

type notice struct {
	ID       string `json:"id"`
	Category string `json:"category"`
}

const (
	noticesPending = 64
	noticeTimeout  = 10 * time.Second
)

func newNotifier(url string, log *slog.Logger) *notifier {
	return &notifier{url: url, log: log, pending: make(chan notice, noticesPending)}
}

// tell never waits: a notice too many is dropped, the report is in the queue.
func (n *notifier) tell(id, category string) {
	select {
	case n.pending <- notice{id, category}:
	default:
		n.log.Warn("too many notices wait for --notify; one was dropped")
	}
}

// run posts until ctx ends.
func (n *notifier) run(ctx context.Context) {
	for {
		select {
		case notice := <-n.pending:
			if err := n.post(ctx, notice); err != nil && ctx.Err() == nil {
				n.log.Warn("a notice was not taken by --notify", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (n *notifier) post(ctx context.Context, notice notice) error {
	fault("notify")
	ctx, cancel := context.WithTimeout(ctx, noticeTimeout)
	defer cancel()
	body, err := json.Marshal(notice)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, n.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if failed, ok := errors.AsType[*neturl.Error](err); ok {
		return failed.Err // without the URL, which may hold a token
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		return errors.New(response.Status)
	}
	return nil
}
