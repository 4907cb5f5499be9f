package inventory

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"sgfit/ingest/jsontext"
	"sgfit/schema"
)

// maxRejected bounds the pieces that are kept of one object; the counts go on.
const maxRejected = 1000

// Contents is what one object held, apart from the items themselves.
type Contents struct {
	Format  string // e.g. "config snapshot", "" when it was refused
	Problem string // why the object, or the rest of it, was set aside
	// Records are the configuration items found: OK were read whole, Malformed were set aside or read with a loss (each
	// loss is in Rejected), and the rest are of types that sgfit does not read (Skipped). CloudTrail's events are counted
	// alike.
	Records, OK, Malformed int64
	Skipped                map[string]int64 // by resource type
	First, Last            time.Time        // capture times of the items read, and of changes
	Changes                []schema.Change  // in the order of the file
	// Snapshot is nil unless the object is one. Its Types lack every type of which an item was not read, and are empty
	// when the object breaks off or mixes accounts: what is missing from such a snapshot proves nothing.
	Snapshot *schema.Snapshot
	Rejected []schema.Rejected
}

// Decode reads one object, gzip or plain, and delivers its observations in the order of the file, with SeenUntil left
// zero; for a snapshot it is Contents.Snapshot.Taken. Only one item is held at a time. Faults of the object come back in
// Contents; the error is deliver's, or the reader's when it failed for another reason than its data's end.
func Decode(r io.Reader, place string, deliver func(schema.Item) error) (Contents, error) {
	return decode(r, place, times{}, nil, func(r *reading) error {
		for _, it := range r.items {
			if err := deliver(it); err != nil {
				return err
			}
		}
		return nil
	})
}

func decode(r io.Reader, place string, t times, known *memo, deliver func(*reading) error) (Contents, error) {
	source := &sourceReader{r: r}
	facts := nameFacts(place)
	d := &decoder{place: place, facts: facts, times: t, read: known.within(facts), deliver: deliver, incomplete: map[schema.ItemType]bool{},
		types: map[schema.ItemType]bool{}, estates: map[[2]string]bool{}}
	d.Skipped = map[string]int64{}
	d.env = envelope{item: d.item, event: d.event, lost: d.lost, element: d.element, answered: d.answered}
	err := d.run(source)
	if source.err != nil {
		return d.Contents, fmt.Errorf("read %s: %w", place, source.err)
	}
	if d.err != nil {
		return d.Contents, d.err
	}
	d.finish(err)
	return d.Contents, nil
}

// sourceReader remembers a failure of the place that bytes come from, as against a fault in the bytes.
type sourceReader struct {
	r   io.Reader
	err error
}

func (s *sourceReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

type decoder struct {
	Contents
	place      string
	facts      facts
	times      times
	read       func(raw []byte) *reading
	deliver    func(*reading) error
	env        envelope
	err        error // deliver's
	head       []byte
	types      map[schema.ItemType]bool
	incomplete map[schema.ItemType]bool // "" stands for all
	estates    map[[2]string]bool       // account and region of the items read
	held       held                     // of the answer of EC2 that is being read
	census     *schema.Snapshot         // of an answer that says that it is complete
	last       estate                   // of the latest item
}

func (d *decoder) run(source io.Reader) error {
	in := bufio.NewReaderSize(source, 1<<16)
	magic, _ := in.Peek(2)
	var plain io.Reader = in
	if bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return fmt.Errorf("gzip header: %w", err)
		}
		defer z.Close()
		plain = z
	}
	text := bufio.NewReaderSize(plain, 1<<16)
	if bom, _ := text.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = text.Discard(3)
	}
	d.head, _ = text.Peek(40)
	d.head = bytes.Clone(d.head)
	return d.env.documents(jsontext.New(text))
}

func (d *decoder) item(raw []byte) error {
	d.Records++
	v := d.read(raw)
	switch {
	case v.skipped != "":
		d.skip(v)
		return nil
	case v.err != nil:
		d.Malformed++
		d.incomplete[v.typ] = true
		d.reject(v.err.Error(), raw)
		return nil
	case len(v.problems) > 0:
		d.Malformed++
		for _, p := range v.problems {
			d.reject(string(v.typ)+" "+v.id+": "+p.Reason, []byte(p.Sample))
		}
	default:
		d.OK++
	}
	d.note(v)
	d.err = d.deliver(v)
	return d.err
}

func (d *decoder) skip(v *reading) {
	if v.typ != "" {
		d.incomplete[v.typ] = true // ResourceNotRecorded: there, or not, nobody knows
	}
	d.pass(v.skipped)
}

func (d *decoder) pass(reason string) {
	if len(d.Skipped) >= 500 && d.Skipped[reason] == 0 {
		reason = "other"
	}
	d.Skipped[reason]++
}

func (d *decoder) note(v *reading) {
	if v.typ != d.last.typ || v.account != d.last.account || v.region != d.last.region { // most are like the one before
		d.types[v.typ] = true
		d.estates[[2]string{v.account, v.region}] = true
		d.last = estate{v.account, v.region, v.typ}
	}
	d.noteTime(v.captured)
}

func (d *decoder) noteTime(t time.Time) {
	if d.First.IsZero() || t.Before(d.First) {
		d.First = t
	}
	if t.After(d.Last) {
		d.Last = t
	}
}

// lost counts a piece that is no item but stands where one should.
func (d *decoder) lost(reason string, sample []byte) {
	d.Records++
	d.Malformed++
	d.incomplete[""] = true
	d.reject(reason, sample)
}

func (d *decoder) reject(reason string, sample []byte) {
	r := schema.Rejected{Place: d.place, Line: d.Records, Reason: clip(reason, 500), Sample: clip(sample, 200)}
	if len(d.Rejected) < maxRejected {
		d.Rejected = append(d.Rejected, r)
		return
	}
	if len(d.Rejected) == maxRejected {
		d.Rejected = append(d.Rejected, schema.Rejected{Place: d.place})
	}
	rest := &d.Rejected[maxRejected]
	rest.Pieces++
	rest.Reason = fmt.Sprintf("further pieces were set aside, too many to list: %d", rest.Pieces)
}

func (d *decoder) finish(err error) {
	if d.held.entries != nil {
		d.lostType(schema.PrefixListItem, callEntries+": a further page is missing, so it is not known what else the list holds", nil)
	}
	d.Format = d.format()
	d.Problem = d.problem(err)
	if d.Problem != "" {
		d.Rejected = append(d.Rejected, schema.Rejected{Place: d.place, Reason: d.Problem, Sample: clip(d.head, 200)})
	}
	if d.env.snapshotID != "" && d.env.message == "" || d.facts.Snapshot {
		d.snapshot()
	} else {
		d.Snapshot = d.whole()
	}
}

func (d *decoder) format() string {
	switch {
	case d.env.shape == "":
		return ""
	case d.facts.Snapshot || d.env.snapshotID != "":
		return "config snapshot"
	case d.facts.History:
		return "config history"
	}
	return d.env.shape
}

const notInventory = "neither AWS Config data nor an answer of EC2 that is read: "

// problem says why the object is refused, or where it breaks off.
func (d *decoder) problem(err error) string {
	switch {
	case errors.Is(err, errForeign):
		return notInventory + "it looks like " + d.env.foreign
	case errors.Is(err, errNotJSON):
		return fmt.Sprintf("not JSON: it starts with %q", clip(d.head, 20))
	case err != nil && d.Records == 0:
		return fmt.Sprintf("cannot be read: %v", err)
	case err != nil:
		return fmt.Sprintf("breaks off after item %d: %v", d.Records, err)
	case d.env.shape != "" || d.facts.Check:
		return ""
	case len(d.head) == 0:
		return "empty"
	case d.Records > 0:
		return "holds no configuration item that can be read"
	case d.env.message != "":
		return "a message of type " + d.env.message + " holds no configuration item"
	}
	return notInventory + "JSON with the members " + strings.Join(d.env.keys, ", ")
}

func (d *decoder) snapshot() {
	s := &schema.Snapshot{ID: d.env.snapshotID, AccountID: d.facts.AccountID, Region: d.facts.Region, Taken: d.facts.Taken}
	if s.Taken.IsZero() {
		s.Taken = d.Last
	}
	d.Snapshot = s
	if len(d.estates) == 1 {
		for estate := range d.estates {
			s.AccountID, s.Region = estate[0], estate[1]
		}
	}
	if d.Problem != "" || len(d.estates) != 1 || d.incomplete[""] {
		return
	}
	for t := range d.types {
		if !d.incomplete[t] {
			s.Types = append(s.Types, t)
		}
	}
	slices.Sort(s.Types)
}
