package moderation

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"strangerd/data"
)

// maxImport bounds the lines of one import: it is one write to the disk.
const maxImport = 2_000_000

// maxDoubts bounds the lines that an import asks about by name.
const maxDoubts = 10

var errMaxImport = fmt.Errorf("more than %d networks: import them in parts", maxImport)

// Import bans the networks that r lists, one a line in CIDR, each as a ban of
// its own; what follows a # or ; is a comment. All or none: the error is a
// *BadLine, *NeedsYes or data.ErrNotSaved. A network that is banned already is
// left as it is and counted. Of terms, For, Reason, Category, Yes and From
// count; For zero means Forever, and no Reason "imported list".
func (g *Gate) Import(by string, r io.Reader, terms BanRequest) (added []Ban, already int, err error) {
	listed, err := readNetworks(r)
	if err != nil {
		return nil, 0, err
	}
	terms.Reason = cmp.Or(terms.Reason, "imported list")
	if err := checkReason(terms.Reason); err != nil {
		return nil, 0, err
	}
	if err := g.doubtAll(listed, terms); err != nil {
		return nil, 0, err
	}
	g.lock()
	defer g.unlock()
	now := g.now()
	ends, err := until(data.Target{Network: netip.PrefixFrom(netip.IPv4Unspecified(), 0)}, cmp.Or(terms.For, Forever), now)
	if err != nil {
		return nil, 0, err
	}
	seen := make(map[netip.Prefix]struct{}, len(listed))
	for _, n := range listed {
		if _, twice := seen[n]; twice || g.bannedAlready(n, now) != nil {
			already++
			continue
		}
		seen[n] = struct{}{}
		added = append(added, Ban{
			ID: newID("B"), Target: data.Target{Network: n}, Created: now, Until: ends,
			Category: terms.Category, Reason: terms.Reason, By: by,
		})
	}
	return added, already, g.imported(by, added)
}

// imported saves and enforces the bans of an import.
func (g *Gate) imported(by string, added []Ban) error {
	if len(added) == 0 {
		return nil
	}
	// In the order of the database, where one transaction would else move
	// records about for hours.
	slices.SortFunc(added, func(a, b Ban) int { return strings.Compare(a.ID, b.ID) })
	records := make([]data.Record, 0, len(added)+1)
	for _, b := range added {
		records = append(records, b)
	}
	note := data.Action{At: added[0].Created, By: by, Do: "import", On: fmt.Sprintf("%d networks", len(added)), Why: added[0].Reason}
	return g.commit(append(records, note)...)
}

// doubtAll asks about the first networks that may be a mistake.
func (g *Gate) doubtAll(listed []netip.Prefix, terms BanRequest) error {
	if terms.Yes {
		return nil
	}
	var why []string
	for _, n := range listed {
		why = append(why, g.doubts(data.Target{Network: n}, terms.From)...)
		if len(why) >= maxDoubts {
			break
		}
	}
	if len(why) == 0 {
		return nil
	}
	return &NeedsYes{Why: why}
}

func readNetworks(r io.Reader) (listed []netip.Prefix, err error) {
	lines := bufio.NewScanner(r)
	n := 0
	for lines.Scan() {
		n++
		text := lines.Text()
		if i := strings.IndexAny(text, "#;"); i >= 0 {
			text = text[:i]
		}
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		p, err := ParseNetwork(text)
		if err != nil {
			return nil, &BadLine{n, text, err}
		}
		if listed = append(listed, p); len(listed) > maxImport {
			return nil, errMaxImport
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, &BadLine{Line: n + 1, Err: lines.Err()}
	}
	return listed, lines.Err()
}
