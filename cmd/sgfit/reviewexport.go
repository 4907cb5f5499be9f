package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"time"

	"sgfit/suggest"
	"sgfit/suggest/export"
	"sgfit/suggest/review"
)

// reviewExporter has the review's page offer every format of 'sgfit export', each as one file.
type reviewExporter struct{}

// singleFiles are the names, without zip, and kinds of exports that are one file.
func singleFiles() map[string][2]string {
	return map[string][2]string{
		"cloudformation": {"template.json", "application/json"},
		"csv":            {"rules.csv", "text/csv; charset=utf-8"},
		"asff":           {"findings.json", "application/json"},
		"sarif":          {"sgfit.sarif", "application/sarif+json"},
	}
}

// Formats are those of 'sgfit export', with the first line of their help.
func (reviewExporter) Formats() []review.Format {
	var out []review.Format
	words := exportWords()
	for _, f := range export.Formats() {
		out = append(out, review.Format{Name: f.Name, Words: words[f.Name].short})
	}
	return out
}

// Export writes a plan in one format; several files become a zip archive.
func (reviewExporter) Export(plan suggest.Plan, name string) (out review.Exported, err error) {
	for _, f := range export.Formats() {
		if f.Name != name {
			continue
		}
		made, err := f.Render(plan, export.Options{Version: version})
		if err != nil {
			return out, fmt.Errorf("export as %s: %w", name, err)
		}
		out = review.Exported{Name: "sgfit-" + name + ".zip", Type: "application/zip", Rules: made.Rules, Warnings: made.Warnings}
		if single, has := singleFiles()[name]; has && !f.Folder && len(made.Files) == 1 {
			out.Name, out.Type, out.Content = single[0], single[1], made.Files[0].Content
			return out, nil
		}
		out.Content, err = zipped("sgfit-"+name, made.Files, plan.Window.End)
		return out, err
	}
	return out, &review.AskError{Problem: fmt.Sprintf("%q is no format", name)}
}

// zipped packs files into a folder of that name. The same files give the same archive.
func zipped(folder string, files []export.File, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, f := range files {
		head := &zip.FileHeader{Name: folder + "/" + f.Name, Method: zip.Deflate, Modified: at}
		head.SetMode(0o644)
		if f.Script {
			head.SetMode(0o755)
		}
		w, err := archive.CreateHeader(head)
		if err == nil {
			_, err = w.Write(f.Content)
		}
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.Name, err)
		}
	}
	if err := archive.Close(); err != nil {
		return nil, fmt.Errorf("pack the export: %w", err)
	}
	return b.Bytes(), nil
}
