package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"sgfit/schema"
)

// Loaded says which places are in the manifest with size and modification time unchanged.
func (db *DB) Loaded(ctx context.Context, refs []schema.Ref) (map[string]bool, error) {
	type stamp struct {
		size     int64
		modified int64 // microseconds
	}
	known := map[string]stamp{}
	rows, err := db.sql.QueryContext(ctx, `SELECT place, size, epoch_us(modified) FROM object`)
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var place string
		var s stamp
		if err := rows.Scan(&place, &s.size, &s.modified); err != nil {
			return nil, fmt.Errorf("read the manifest: %w", err)
		}
		known[place] = s
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	loaded := map[string]bool{}
	for _, ref := range refs {
		if s, ok := known[ref.Place]; ok && s == (stamp{ref.Size, ref.Modified.UnixMicro()}) {
			loaded[ref.Place] = true
		}
	}
	return loaded, nil
}

// ChangedError says that an object was loaded earlier with other content. What it holds now would count on top.
type ChangedError struct{ Place string }

func (e *ChangedError) Error() string {
	return fmt.Sprintf("%s changed since it was loaded", e.Place)
}

// checkNew refuses objects of which the manifest has an earlier content.
func (db *DB) checkNew(ctx context.Context, objects []schema.Object) error {
	places := map[string]bool{}
	err := db.each(ctx, `SELECT place FROM object`, func(rows *sql.Rows) error {
		var place string
		err := rows.Scan(&place)
		places[place] = true
		return err
	})
	if err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	for _, o := range objects {
		if places[o.Place] {
			return &ChangedError{o.Place}
		}
	}
	return nil
}

// HashLoaded says whether an object of this content is in the manifest, and where it was.
func (db *DB) HashLoaded(ctx context.Context, hash string) (place string, ok bool, err error) {
	const find = `SELECT min(place) FROM object WHERE hash = ? AND hash <> ''`
	var found sql.NullString
	err = db.sql.QueryRowContext(ctx, find, hash).Scan(&found)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", false, fmt.Errorf("read the manifest: %w", err)
	}
	return found.String, found.Valid, nil
}

func (db *DB) appendObjects(objects []schema.Object) error {
	return db.appendRows("object", len(objects), func(p *appender, i int) {
		o := &objects[i]
		p.text(o.Place)
		p.text(string(o.Kind))
		put(p, o.Size)
		p.time(o.Modified, time.Unix(0, 0))
		p.text(o.Hash)
		p.text(o.Format)
		p.text(o.Problem)
		for _, n := range []int64{o.Records, o.OK, o.Malformed, o.NoData, o.SkipData, o.Duplicates} {
			put(p, n)
		}
		put(p, o.First)
		put(p, o.Last)
	})
}

func (db *DB) appendRejected(rejected []schema.Rejected) error {
	return db.appendRows("rejected", len(rejected), func(p *appender, i int) {
		r := &rejected[i]
		p.text(r.Place)
		put(p, r.Line)
		p.text(valid(r.Reason))
		p.text(valid(r.Sample))
	})
}
