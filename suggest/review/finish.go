package review

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"sgfit/suggest"
)

func (s *Site) outcome(w http.ResponseWriter, _ *http.Request) {
	send(w, http.StatusOK, s.book.Outcome())
}

// finished is the accepted plan of one state of the log, replayed, and what was made of it.
type finished struct {
	plan    suggest.Plan
	outcome Outcome
	exports map[string]Exported
}

// finished replays the accepted plan as a whole, unless nothing was decided since it last was.
func (s *Site) finished(ctx context.Context) (*finished, error) {
	s.end.Lock()
	defer s.end.Unlock()
	if s.last != nil && s.last.outcome.Last == s.book.Last() {
		return s.last, nil
	}
	plan, outcome, err := s.book.Finish(ctx, s.opt.Replayer)
	if err != nil {
		return nil, err
	}
	s.last = &finished{plan, outcome, map[string]Exported{}}
	return s.last, nil
}

func (s *Site) finish(w http.ResponseWriter, r *http.Request) {
	f, err := s.finished(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	send(w, http.StatusOK, f.outcome)
}

// save stores the accepted plan as a file, with what was rejected beside it.
func (s *Site) save(w http.ResponseWriter, r *http.Request) {
	if s.opt.Save == nil {
		fail(w, &AskError{"no folder was given to save to"})
		return
	}
	f, err := s.finished(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	files, err := s.opt.Save(f.plan, s.book.Rejections())
	if err != nil {
		fail(w, fmt.Errorf("save the accepted plan: %w", err))
		return
	}
	send(w, http.StatusOK, struct {
		Outcome
		Files []string `json:"files"`
	}{f.outcome, files})
}

func (s *Site) downloadPlan(w http.ResponseWriter, r *http.Request) {
	f, err := s.finished(r.Context())
	if err != nil {
		fail(w, err)
		return
	}
	download(w, "plan.accepted.json", f.plan)
}

func (s *Site) downloadRejected(w http.ResponseWriter, _ *http.Request) {
	download(w, "rejected.json", s.book.Rejections())
}

func download(w http.ResponseWriter, name string, v any) {
	body, err := EncodeFile(v)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(body) // whoever asked may have gone
}

// EncodeFile writes a value as plan.json is written.
func EncodeFile(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", " ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return b.Bytes(), nil
}
