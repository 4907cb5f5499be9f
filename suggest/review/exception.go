package review

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"sgfit/schema"
	"sgfit/suggest"
)

// ExceptionFile writes exceptions as their file has them.
type ExceptionFile interface {
	// Path is the file that Add adds to; "" where none was given.
	Path() string
	// Read returns what is in that file by now; none where it is not there.
	Read() ([]suggest.Exception, error)
	// Add adds to that file, whole or not at all, and leaves the rest of it as it is.
	Add(list []suggest.Exception) error
	// Text is a file of its own.
	Text(list []suggest.Exception) string
}

// ExceptionAsk is the exception that a person wants for a rule that was rejected.
type ExceptionAsk struct {
	Seen
	Kind    suggest.ExceptionKind `json:"kind"`
	Owner   string                `json:"owner"`
	Reason  string                `json:"reason"`
	Expires string                `json:"expires"`
	Months  []int                 `json:"months"`
}

// ExceptionDraft is what such an exception begins with: who rejected answers for it, for the same reason, for a year. Its text
// is safe to show, if escaped.
type ExceptionDraft struct {
	ExceptionAsk
	Words  string                  `json:"words"`
	Kinds  []suggest.ExceptionKind `json:"kinds"` // that the rule can have
	Record string                  `json:"record"`
}

// ExceptionDrafts returns one of each rule that was rejected, in the plan's order. Record says by which of those known the rule
// is on record already.
func (b *Book) ExceptionDrafts(known []suggest.Exception) []ExceptionDraft {
	b.mu.RLock()
	defer b.mu.RUnlock()
	today, out := b.now().UTC(), []ExceptionDraft{}
	acting := b.onRecord(known, today)
	for i := range b.items {
		it := &b.items[i]
		d := b.rejection(it)
		if d == nil {
			continue
		}
		g, r := b.groupOf(it), b.ruleOf(it)
		draft := ExceptionDraft{Words: strings.TrimSpace(g.GroupName + " " + it.key), Kinds: []suggest.ExceptionKind{suggest.Untouchable, suggest.Seasonal}}
		draft.ExceptionAsk = ExceptionAsk{Seen{i, it.version}, suggest.Untouchable, d.Who, strings.Join(strings.Fields(d.Reason), " "), suggest.UsualExpiry(today), []int{}}
		if r.Peer.IsWildcard() {
			draft.Kind, draft.Kinds = suggest.Accepted, append(draft.Kinds, suggest.Accepted)
		}
		if x := acting[it.key]; x != nil {
			draft.Record = fmt.Sprintf("%s, by %s until %s", x.Kind, x.Owner, x.Expires)
		}
		out = append(out, suggest.VisibleCopy(draft))
	}
	return out
}

// rejection is the decision by which a rule was rejected, nil where it was not. The lock is held.
func (b *Book) rejection(it *item) *schema.Decision {
	if d, stale := b.decision(it); d != nil && !stale && d.Action == schema.DecisionReject {
		return d
	}
	return nil
}

// onRecord finds those of the exceptions that stand for rules that were rejected. The lock is held.
func (b *Book) onRecord(known []suggest.Exception, today time.Time) map[string]*suggest.Exception {
	groups := make([]suggest.Group, len(b.plan.Groups))
	for i := range groups {
		g := &b.plan.Groups[i]
		groups[i] = suggest.Group{AccountID: g.AccountID, VPCID: g.VPCID, GroupID: g.GroupID, GroupName: g.GroupName}
	}
	for i := range b.items {
		if it := &b.items[i]; b.rejection(it) != nil {
			groups[it.group].Rules = append(groups[it.group].Rules, *b.ruleOf(it))
		}
	}
	_, acting := suggest.MatchExceptions(groups, known, today)
	return acting
}

// Exceptions makes of what was asked for the exceptions to be written, and leaves out rules that those known stand for.
func (b *Book) Exceptions(asked []ExceptionAsk, known []suggest.Exception) ([]suggest.Exception, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	today, names := b.now().UTC(), suggest.UniqueNames(b.plan.Groups)
	acting := b.onRecord(known, today)
	out, named := []suggest.Exception{}, map[int]bool{}
	for _, ask := range asked {
		if ask.Rule < 0 || ask.Rule >= len(b.items) || named[ask.Rule] {
			return nil, &AskError{fmt.Sprintf("rule %d is not in the plan, or was named twice", ask.Rule)}
		}
		named[ask.Rule] = true
		it := &b.items[ask.Rule]
		if b.rejection(it) == nil || it.version != ask.Version {
			return nil, &AskError{it.key + " was decided on anew since; look at the exceptions again"}
		}
		x := suggest.ExceptionFor(b.groupOf(it), b.ruleOf(it), names)
		if err := ask.fill(&x, it.key, today); err != nil {
			return nil, err
		}
		if acting[it.key] == nil {
			out = append(out, x)
		}
	}
	return out, nil
}

// fill puts what a person wrote into an exception.
func (a *ExceptionAsk) fill(x *suggest.Exception, rule string, today time.Time) error {
	wrong := func(format string, args ...any) error { return &AskError{rule + ": " + fmt.Sprintf(format, args...)} }
	wildcard := x.Kind == suggest.Accepted
	x.Kind, x.Owner, x.Reason, x.Expires = a.Kind, strings.TrimSpace(a.Owner), strings.TrimSpace(a.Reason), a.Expires
	end, err := time.Parse(time.DateOnly, x.Expires)
	switch {
	case x.Kind != suggest.Untouchable && x.Kind != suggest.Seasonal && (x.Kind != suggest.Accepted || !wildcard):
		return wrong("%q is no kind of exception that it can have", x.Kind)
	case x.Owner == "" || len(x.Owner) > maxWho:
		return wrong("say who answers for it, in at most %d bytes", maxWho)
	case x.Reason == "" || len(x.Reason) > maxReason:
		return wrong("say why it is needed, in at most %d bytes", maxReason)
	case err != nil || end.Year() < 2000:
		return wrong("%q is no day; write the last day on which it holds, such as 2027-06-30", x.Expires)
	case x.Expires < today.Format(time.DateOnly):
		return wrong("%s is over already", x.Expires)
	case x.Kind != suggest.Seasonal:
		return nil
	case len(a.Months) == 0 || slices.ContainsFunc(a.Months, func(m int) bool { return m < 1 || m > 12 }):
		return wrong("write the months in which it is needed, as numbers from 1 to 12")
	}
	x.Months = slices.Compact(slices.SortedFunc(slices.Values(a.Months), cmp.Compare[int]))
	return nil
}

func (s *Site) exceptions(w http.ResponseWriter, _ *http.Request) {
	known, err := s.opt.Exceptions.Read()
	if err != nil {
		fail(w, err)
		return
	}
	send(w, http.StatusOK, struct {
		File   string           `json:"file"`
		Drafts []ExceptionDraft `json:"drafts"`
	}{suggest.Visible(s.opt.Exceptions.Path()), s.book.ExceptionDrafts(known)})
}

// exceptionText writes a file of its own, to be downloaded.
func (s *Site) exceptionText(w http.ResponseWriter, r *http.Request) {
	var asked []ExceptionAsk
	if !read(w, r, &asked) {
		return
	}
	list, err := s.book.Exceptions(asked, nil)
	if err != nil {
		fail(w, err)
		return
	}
	send(w, http.StatusOK, struct {
		Text string `json:"text"`
	}{s.opt.Exceptions.Text(list)})
}

// exceptionAdd adds to the file that was given what is not on record there.
func (s *Site) exceptionAdd(w http.ResponseWriter, r *http.Request) {
	var asked []ExceptionAsk
	if !read(w, r, &asked) {
		return
	}
	s.adding.Lock()
	defer s.adding.Unlock()
	added, err := s.addExceptions(asked)
	if err != nil {
		fail(w, err)
		return
	}
	send(w, http.StatusOK, struct {
		File  string `json:"file"`
		Added int    `json:"added"`
		Known int    `json:"known"`
	}{suggest.Visible(s.opt.Exceptions.Path()), added, len(asked) - added})
}

func (s *Site) addExceptions(asked []ExceptionAsk) (int, error) {
	if s.opt.Exceptions.Path() == "" {
		return 0, &AskError{"no file of exceptions was given; start 'sgfit review' with --exceptions FILE"}
	}
	known, err := s.opt.Exceptions.Read()
	if err != nil {
		return 0, err
	}
	list, err := s.book.Exceptions(asked, known)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return len(list), s.opt.Exceptions.Add(list)
}
