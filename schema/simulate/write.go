package simulate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Truth lives through the window without writing anything and returns what happened.
func (a *Account) Truth() *Truth {
	l, _ := a.run(nil) // only writing can fail
	return l.close()
}

// Write lives through the window and hands over every file that AWS would have written, below flow-logs/, config/ and
// (with Options.Trail) cloudtrail/, then truth.json, conversations.ndjson.gz (one ConversationTruth a line) and, with
// Options.After, later.ndjson.gz (one LaterTruth a line). The error is Put's.
func (a *Account) Write(put Put) (*Truth, error) {
	logs := a.flowLogs(put)
	l, err := a.run(func(n int, records []record) error {
		for _, f := range logs {
			if err := f.write(n, records); err != nil {
				return fmt.Errorf("write flow log: %w", err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := a.writeConfig(put); err != nil {
		return nil, fmt.Errorf("write config: %w", err)
	}
	if a.opts.Trail {
		if err := a.writeTrail(put); err != nil {
			return nil, fmt.Errorf("write CloudTrail: %w", err)
		}
	}
	truth := l.close()
	return truth, writeTruth(truth, put)
}

// WriteDir writes the account into a folder, which is made if need be.
func (a *Account) WriteDir(dir string) (*Truth, error) {
	return a.Write(func(path string, content []byte) error {
		full := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return err
		}
		return os.WriteFile(full, content, 0o644)
	})
}

// writeTruth writes what is known, for people and for programs.
func writeTruth(t *Truth, put Put) error {
	summary, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return fmt.Errorf("encode truth: %w", err)
	}
	if err := put("truth.json", append(summary, '\n')); err != nil {
		return err
	}
	if err := putLines(put, "conversations.ndjson.gz", t.Conversations); err != nil || len(t.Later) == 0 {
		return err
	}
	return putLines(put, "later.ndjson.gz", t.Later)
}

// putLines writes a file of JSON, one value a line.
func putLines[T any](put Put, name string, values []T) error {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, v := range values {
		if err := encoder.Encode(v); err != nil {
			return fmt.Errorf("encode %s: %w", name, err)
		}
	}
	packed, err := pack(lines.Bytes())
	if err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	return put(name, packed)
}
