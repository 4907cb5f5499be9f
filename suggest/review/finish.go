package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

func (s *Site) outcome(w http.ResponseWriter, _ *http.Request) {
	send(w, http.StatusOK, s.book.Outcome())
}

// finish replays the accepted plan as a whole.
func (s *Site) finish(w http.ResponseWriter, r *http.Request) {
	_, outcome, err := s.book.Finish(r.Context(), s.opt.Replayer)
	if err != nil {
		fail(w, err)
		return
	}
	send(w, http.StatusOK, outcome)
}

// save replays the accepted plan and stores it as a file, with what was rejected beside it.
func (s *Site) save(w http.ResponseWriter, r *http.Request) {
	if s.opt.Save == nil {
		fail(w, &AskError{"no folder was given to save to"})
		return
	}
	plan, outcome, err := s.book.Finish(r.Context(), s.opt.Replayer)
	if err != nil {
		fail(w, err)
		return
	}
	files, err := s.opt.Save(plan, s.book.Rejections())
	if err != nil {
		fail(w, fmt.Errorf("save the accepted plan: %w", err))
		return
	}
	send(w, http.StatusOK, struct {
		Outcome
		Files []string `json:"files"`
	}{outcome, files})
}

func (s *Site) downloadPlan(w http.ResponseWriter, r *http.Request) {
	plan, _, err := s.book.Finish(r.Context(), s.opt.Replayer)
	if err != nil {
		fail(w, err)
		return
	}
	download(w, "plan.accepted.json", plan)
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
