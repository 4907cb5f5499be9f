package review

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"sgfit/schema"
	"sgfit/suggest"
)

// mostRows is how many rows one answer has.
const mostRows = 500

func (s *Site) rules(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, offset := number(q.Get("limit"), 100), number(q.Get("offset"), 0)
	send(w, http.StatusOK, s.book.List(filterOf(q), offset, min(limit, mostRows)))
}

func (s *Site) choose(w http.ResponseWriter, r *http.Request) {
	send(w, http.StatusOK, s.book.Choose(filterOf(r.URL.Query())))
}

func (s *Site) groups(w http.ResponseWriter, _ *http.Request) {
	send(w, http.StatusOK, s.book.Groups())
}

func filterOf(q url.Values) Filter {
	gain, _ := strconv.ParseFloat(q.Get("gain"), 64) // what is no number does not choose
	return Filter{Text: q.Get("q"), Group: q.Get("group"), Action: suggest.Action(q.Get("action")), Finding: suggest.Kind(q.Get("finding")),
		Grade: q.Get("grade"), State: State(q.Get("state")), MinGain: gain, Sort: q.Get("sort")}
}

func number(text string, usual int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return usual
	}
	return n
}

func (s *Site) rule(w http.ResponseWriter, r *http.Request) {
	detail, ok := s.book.Detail(number(r.PathValue("rule"), -1))
	if !ok {
		fail(w, &AskError{"that rule is not in the plan"})
		return
	}
	send(w, http.StatusOK, detail)
}

func (s *Site) since(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64) // 0 is the beginning
	send(w, http.StatusOK, s.entries(s.book.Since(after)))
}

// Entry is one entry of the log with the place of its rule.
type Entry struct {
	schema.Decision
	Place   int   `json:"place"`
	Version int64 `json:"version"`
}

// entries leaves out those on rules that the plan does not hold.
func (s *Site) entries(log []schema.Decision) []Entry {
	out := []Entry{}
	for _, d := range log {
		if place, known := s.book.byKey[d.Rule]; known {
			out = append(out, suggest.VisibleCopy(Entry{d, place, d.No}))
		}
	}
	return out
}

func (s *Site) decide(w http.ResponseWriter, r *http.Request) {
	var ask Ask
	if !read(w, r, &ask) {
		return
	}
	if ask.Action == schema.DecisionUndo {
		fail(w, &AskError{"undo has a request of its own"})
		return
	}
	if ask.Who == "" {
		ask.Who = s.opt.Who
	}
	entries, err := s.book.Decide(r.Context(), ask)
	s.decided(w, entries, err)
}

func (s *Site) undo(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Batch int64  `json:"batch"`
		Who   string `json:"who"`
	}
	if !read(w, r, &ask) {
		return
	}
	if ask.Who == "" {
		ask.Who = s.opt.Who
	}
	entries, err := s.book.Undo(r.Context(), ask.Batch, ask.Who)
	s.decided(w, entries, err)
}

// decided answers with what was stored and how the rules stand now.
func (s *Site) decided(w http.ResponseWriter, entries []schema.Decision, err error) {
	if err != nil {
		fail(w, err)
		return
	}
	send(w, http.StatusOK, s.entries(entries))
}

func (s *Site) try(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Rule int    `json:"rule"`
		Text string `json:"text"`
	}
	if !read(w, r, &ask) {
		return
	}
	trial, err := s.book.Try(r.Context(), s.opt.Replayer, ask.Rule, ask.Text)
	if err != nil {
		fail(w, err)
		return
	}
	send(w, http.StatusOK, trial)
}

// read decodes a request, which must be one JSON value of known fields.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil || dec.More() {
		fail(w, &AskError{"the request is not what was expected; load the page again"})
		return false
	}
	return true
}

// problem is what a request that failed is answered with.
type problem struct {
	Problem string `json:"problem"`
	Rules   []int  `json:"rules,omitempty"` // that others decided on
}

func fail(w http.ResponseWriter, err error) {
	var conflict *ConflictError
	var ask *AskError
	switch {
	case errors.As(err, &conflict):
		send(w, http.StatusConflict, problem{suggest.Visible(conflict.Error()), conflict.Rules})
	case errors.As(err, &ask):
		send(w, http.StatusUnprocessableEntity, problem{Problem: suggest.Visible(ask.Error())})
	default:
		send(w, http.StatusInternalServerError, problem{Problem: suggest.Visible(err.Error())})
	}
}

func send(w http.ResponseWriter, code int, v any) {
	body, err := json.Marshal(v) // <, > and & are escaped
	if err != nil {
		http.Error(w, "the answer cannot be encoded", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(append(body, '\n')) // whoever asked may have gone
}
