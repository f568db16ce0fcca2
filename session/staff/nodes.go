package staff

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"strangerd/session/text"
)

// A Node is one of several machines that serve the same people, as it last said of itself.
type Node struct {
	Name     string    `json:"id"`
	Since    time.Time `json:"since"` // by its own clock
	Version  string    `json:"version"`
	Online   int       `json:"online"`
	Waiting  int       `json:"waiting"`
	Chatting int       `json:"chatting"`
	Deals    bool      `json:"deals"` // it pairs the people of all
	Draining bool      `json:"draining"`
	Here     bool      `json:"here"`   // it is this machine
	Silent   int       `json:"silent"` // for so many seconds
	Gone     bool      `json:"gone"`   // it is silent for longer than a node that is there
	Apart    bool      `json:"apart"`  // it is this machine, and reaches no server of NATS

	Number uint64 `json:"-"` // by which it is asked
}

func (r *run) nodes() *cobra.Command {
	cmd := &cobra.Command{
		Use: "nodes [--json]", Short: "the machines that serve the same people",
		Long: "The machines that serve the same people, with those that were there in the last ten " +
			"minutes and are silent: how many are online, wait and chat on each, and what it is " +
			"at. One of them pairs the people of all.",
		Args: takes(),
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		return errors.Join(
			list(r, *asJSON, r.machines(), "This server is alone: it was started without --cluster.",
				[]string{"NODE", "SINCE (UTC)", "ONLINE", "WAITING", "CHATTING", "SILENT", "VERSION", "IS"}, nodeRow),
			unheard(r.others(), ""))
	}
	return cmd
}

func nodeRow(n Node) []string {
	var is []string
	for _, word := range []struct {
		is   bool
		says string
	}{{n.Here, "here"}, {n.Apart, "without NATS"}, {n.Deals, "pairing"}, {n.Draining, "draining"}, {n.Gone, "gone"}} {
		if word.is {
			is = append(is, word.says)
		}
	}
	silent := time.Duration(n.Silent) * time.Second
	return []string{n.Name, stamp(n.Since), strconv.Itoa(n.Online), strconv.Itoa(n.Waiting), strconv.Itoa(n.Chatting),
		silent.String(), n.Version, strings.Join(is, ", ")}
}

// machines are the nodes there are, if there are several.
func (r *run) machines() []Node {
	if r.Nodes == nil {
		return nil
	}
	all := r.Nodes()
	for i := range all {
		all[i].Name, all[i].Version = text.Line(all[i].Name), text.Line(all[i].Version)
	}
	return all
}

// others are the nodes but for this one.
func (r *run) others() []Node {
	return slices.DeleteFunc(r.machines(), func(n Node) bool { return n.Here })
}

// node is the one of a name, or without a name this one.
func (r *run) node(name string) (Node, error) {
	if name == "" {
		return Node{Here: true}, nil
	}
	all := r.machines()
	if len(all) == 0 {
		return Node{}, errors.New("this server is alone: without --cluster there is no --node to drain")
	}
	var names []string
	for _, n := range all {
		if n.Name == name {
			return n, nil
		}
		names = append(names, n.Name)
	}
	return Node{}, fmt.Errorf("there is no node %s: there are %s", quote(name), strings.Join(names, ", "))
}

// unheard names those of the nodes that are gone, and what that means for each. nil: none is.
func unheard(nodes []Node, so string) error {
	return silence(slices.DeleteFunc(nodes, func(n Node) bool { return !n.Gone }), so)
}

// silence names nodes that don't answer, and what that means for each. nil: there are none.
func silence(nodes []Node, so string) error {
	if len(nodes) == 0 {
		return nil
	}
	slices.SortFunc(nodes, func(a, b Node) int { return cmp.Compare(a.Name, b.Name) })
	var all []string
	for _, n := range nodes {
		line := fmt.Sprintf("node %s doesn't answer", n.Name)
		if n.Gone {
			line += fmt.Sprintf(" (silent for %v, with %d online)", time.Duration(n.Silent)*time.Second, n.Online)
		}
		if so != "" {
			line += ": " + so
		}
		all = append(all, line)
	}
	return errors.New(strings.Join(all, "; "))
}
