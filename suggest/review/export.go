package review

import (
	"net/http"
	"strconv"

	"sgfit/suggest"
)

// Exporter writes plans for other tools.
type Exporter interface {
	Formats() []Format
	// Export writes a plan in one of Formats.
	Export(plan suggest.Plan, format string) (Exported, error)
}

// Format is one way to write a plan.
type Format struct{ Name, Words string }

// Exported is the accepted plan in some format, as one file.
type Exported struct {
	Name     string // of the file
	Type     string // of its content
	Content  []byte
	Rules    int      // that are removed or replaced
	Warnings []string // may hold text from AWS
}

// export makes the file of a format, once for each state of the log.
func (s *Site) export(r *http.Request) (Exported, error) {
	f, err := s.finished(r.Context())
	if err != nil {
		return Exported{}, err
	}
	format := r.PathValue("format")
	s.end.Lock()
	defer s.end.Unlock()
	if made, has := f.exports[format]; has {
		return made, nil
	}
	made, err := s.opt.Exporter.Export(f.plan, format)
	if err == nil {
		f.exports[format] = made
	}
	return made, err
}

// exported says what a file of some format holds, and what to look at.
func (s *Site) exported(w http.ResponseWriter, r *http.Request) {
	made, err := s.export(r)
	if err != nil {
		fail(w, err)
		return
	}
	send(w, http.StatusOK, suggest.VisibleCopy(struct {
		Name     string   `json:"name"`
		Rules    int      `json:"rules"`
		Bytes    int      `json:"bytes"`
		Warnings []string `json:"warnings"`
	}{made.Name, made.Rules, len(made.Content), append([]string{}, made.Warnings...)}))
}

func (s *Site) downloadExport(w http.ResponseWriter, r *http.Request) {
	made, err := s.export(r)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", made.Type)
	w.Header().Set("Content-Disposition", `attachment; filename="`+made.Name+`"`)
	w.Header().Set("Content-Length", strconv.Itoa(len(made.Content)))
	_, _ = w.Write(made.Content) // whoever asked may have gone
}
