package duck

import (
	"context"
	"database/sql"
	"fmt"

	"sgfit/schema"
)

// FlowLogs and Config are a database as one kind of input sees it: a file that was once taken for the other kind is new
// to it.
type (
	FlowLogs struct{ *DB }
	Config   struct{ *DB }
)

// Loaded says which places are in the manifest: true with size and modification time unchanged, false with others.
func (f FlowLogs) Loaded(ctx context.Context, refs []schema.Ref) (map[string]bool, error) {
	return f.loaded(ctx, schema.FlowLogObject, refs)
}

// Loaded says which places are in the manifest: true with size and modification time unchanged, false with others.
func (c Config) Loaded(ctx context.Context, refs []schema.Ref) (map[string]bool, error) {
	return c.loaded(ctx, schema.ConfigObject, refs)
}

func (db *DB) loaded(ctx context.Context, kind schema.ObjectKind, refs []schema.Ref) (map[string]bool, error) {
	type stamp struct {
		size     int64
		modified int64 // microseconds; 0 where nobody tells
	}
	known := map[string]stamp{}
	const query = `SELECT place, size, epoch_us(modified) FROM object WHERE kind = ?`
	err := db.each(ctx, query, func(rows *sql.Rows) error {
		var place string
		var s stamp
		err := rows.Scan(&place, &s.size, &s.modified)
		known[place] = s
		return err
	}, string(kind))
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	loaded := map[string]bool{}
	for _, ref := range refs {
		if s, ok := known[valid(ref.Place)]; ok {
			loaded[ref.Place] = s == stamp{ref.Size, microseconds(ref.Modified)}
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
	places := make([]string, len(objects))
	for i, o := range objects {
		places[i] = valid(o.Place)
	}
	const query = `SELECT min(place) FROM object WHERE kind = 'flow-log' AND place IN (SELECT unnest(?::VARCHAR[]))`
	var found sql.NullString
	if err := db.sql.QueryRowContext(ctx, query, places).Scan(&found); err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	if found.Valid {
		return &ChangedError{found.String}
	}
	return nil
}

// Manifest lists the flow-log objects of which records were counted: place, size, time and hash of each.
func (f FlowLogs) Manifest(ctx context.Context) (objects []schema.Object, err error) {
	const query = `SELECT place, size, epoch_us(modified), hash FROM object WHERE kind = 'flow-log' AND ok > 0 AND hash <> ''`
	err = f.each(ctx, query, func(rows *sql.Rows) error {
		o := schema.Object{Kind: schema.FlowLogObject}
		var modified int64
		err := rows.Scan(&o.Place, &o.Size, &modified, &o.Hash)
		o.Modified = micro(modified)
		objects = append(objects, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	return objects, nil
}

func (db *DB) appendObjects(objects []schema.Object) error {
	return db.appendRows("object", len(objects), func(p *appender, i int) {
		o := &objects[i]
		p.text(valid(o.Place))
		p.text(string(o.Kind))
		put(p, o.Size)
		p.time(o.Modified, unknown)
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
		p.text(valid(r.Place))
		put(p, r.Line)
		p.text(valid(r.Reason))
		p.text(valid(r.Sample))
	})
}
