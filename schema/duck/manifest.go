package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sgfit/schema"
)

// FlowLogs and Config are a database as one kind of input sees it: a file that was once taken for the other kind is new
// to it.
type (
	FlowLogs struct {
		*DB
		// Again has objects read once more in which there were records, but none that could be used: they may be in
		// another format than was thought.
		Again bool
	}
	Config struct {
		*DB
		// AssumeUnchanged is noted with the inventory: that it was made so.
		AssumeUnchanged bool
	}
)

// Loaded says which places are in the manifest: true with size and modification time unchanged, false with others. A place
// of which nothing was counted is not there once it has changed.
func (f FlowLogs) Loaded(ctx context.Context, refs []schema.Ref) (map[string]bool, error) {
	return f.loaded(ctx, schema.FlowLogObject, refs, f.Again)
}

// Loaded says which places are in the manifest: true with size and modification time unchanged, false with others.
func (c Config) Loaded(ctx context.Context, refs []schema.Ref) (map[string]bool, error) {
	return c.loaded(ctx, schema.ConfigObject, refs, false)
}

// nothingCounted tells flow-log objects that were set aside as a whole: what lies there now can be loaded in their stead.
const nothingCounted = `ok + nodata + skipdata + duplicates = 0`

func (db *DB) loaded(ctx context.Context, kind schema.ObjectKind, refs []schema.Ref, again bool) (map[string]bool, error) {
	type stamp struct {
		size     int64
		modified int64 // microseconds; 0 where nobody tells
	}
	known, idle, useless := map[string]stamp{}, map[string]bool{}, map[string]bool{}
	const query = `SELECT place, size, epoch_us(modified), ` + nothingCounted + `, malformed > 0 FROM object WHERE kind = ?`
	err := db.each(ctx, query, func(rows *sql.Rows) error {
		var place string
		var s stamp
		var nothing, malformed bool
		err := rows.Scan(&place, &s.size, &s.modified, &nothing, &malformed)
		known[place], idle[place], useless[place] = s, nothing, nothing && malformed
		return err
	}, string(kind))
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	loaded := map[string]bool{}
	for _, ref := range refs {
		place := valid(ref.Place)
		s, ok := known[place]
		same := s == stamp{ref.Size, microseconds(ref.Modified)}
		if again && useless[place] {
			continue
		}
		if ok && (same || kind != schema.FlowLogObject || !idle[place]) {
			loaded[ref.Place] = same
		}
	}
	return loaded, nil
}

// ChangedError says that an object was loaded earlier with other content. What it holds now would count on top.
type ChangedError struct{ Place string }

func (e *ChangedError) Error() string {
	return fmt.Sprintf("%s changed since it was loaded", e.Place)
}

// checkNew refuses objects of which the manifest has an earlier content, and returns the places of those that were set
// aside as a whole then, whose manifest lines give way.
func (db *DB) checkNew(ctx context.Context, objects []schema.Object) (giveWay []string, err error) {
	places := make([]string, len(objects))
	for i, o := range objects {
		places[i] = valid(o.Place)
	}
	const query = `SELECT place, ` + nothingCounted + ` FROM object WHERE kind = 'flow-log' AND place IN (SELECT unnest(?::VARCHAR[])) ORDER BY place`
	err = db.each(ctx, query, func(rows *sql.Rows) error {
		var place string
		var nothing bool
		if err := rows.Scan(&place, &nothing); err != nil {
			return err
		}
		if !nothing {
			return &ChangedError{place}
		}
		giveWay = append(giveWay, place)
		return nil
	}, places)
	var changed *ChangedError
	if err != nil && !errors.As(err, &changed) {
		err = fmt.Errorf("read the manifest: %w", err)
	}
	return giveWay, err
}

// forget takes the manifest lines of places away, and what was said of why they were set aside.
func (db *DB) forget(places []string) error {
	for _, place := range places {
		script := "DELETE FROM object WHERE kind = 'flow-log' AND place = " + quote(place) + "; DELETE FROM rejected WHERE place = " + quote(place)
		if err := db.exec(script); err != nil {
			return err
		}
	}
	return nil
}

// Manifest lists the flow-log objects of which records were counted: place, size, time and hash of each.
func (f FlowLogs) Manifest(ctx context.Context) (objects []schema.Object, err error) {
	const query = `SELECT place, size, epoch_us(modified), hash FROM object WHERE kind = 'flow-log' AND ok + nodata + skipdata > 0 AND hash <> ''`
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
		put(p, max(r.Pieces, 1))
	})
}
