package duck

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sgfit/schema"
)

// AddObservations stores what one object says: its items, its snapshot, its manifest line. An item that is there already
// keeps its row; that it was seen again is a row of two numbers. It sets the Number of each of o.Items.
func (db *DB) AddObservations(ctx context.Context, o *schema.Observations) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	rows, err := itemRows(o.Items)
	if err != nil {
		return fmt.Errorf("store %s: %w", o.Object.Place, err)
	}
	if err := db.write(func() error { return db.addObservations(o, rows) }); err != nil {
		return fmt.Errorf("store %s: %w", o.Object.Place, err)
	}
	for i := range rows {
		o.Items[i].Number = rows[i].number
	}
	return nil
}

func (db *DB) addObservations(o *schema.Observations, rows []itemRow) error {
	fresh, err := db.numberItems(rows)
	if err != nil {
		return err
	}
	if err := db.appendItems(rows, fresh); err != nil {
		return err
	}
	if err := db.appendSights(o, rows); err != nil {
		return err
	}
	if err := db.appendChanges(o.Changes); err != nil {
		return err
	}
	if o.Snapshot != nil {
		if err := db.appendSnapshot(o.Snapshot); err != nil {
			return err
		}
	}
	if err := db.exec("DELETE FROM object WHERE kind = 'config' AND place = " + quote(o.Object.Place)); err != nil { // a changed file is read anew
		return err
	}
	if err := db.appendObjects([]schema.Object{o.Object}); err != nil {
		return err
	}
	return db.appendRejected(o.Rejected)
}

func (db *DB) appendItems(rows []itemRow, fresh []int) error {
	return db.appendRows("config_item", len(fresh), func(p *appender, i int) {
		r := &rows[fresh[i]]
		put(p, r.number)
		put(p, r.digest)
		p.texts(string(r.Type), r.ID, r.AccountID, r.Region)
		p.time(r.Captured, unknown)
		put(p, r.Order)
		put(p, r.Deleted)
		put(p, r.Found)
		p.time(r.Created, unknown)
		put(p, r.Indirect)
		p.texts(r.instance())
		p.text(r.body)
	})
}

// appendSights notes what a snapshot held. An item that only history told of has no sight.
func (db *DB) appendSights(o *schema.Observations, rows []itemRow) error {
	type sight struct {
		number uint32
		taken  time.Time
	}
	var sights []sight
	for i := range rows {
		if !rows[i].SeenUntil.IsZero() {
			sights = append(sights, sight{rows[i].number, rows[i].SeenUntil})
		}
	}
	err := db.appendRows("config_seen", len(sights), func(p *appender, i int) {
		put(p, sights[i].number)
		p.time(sights[i].taken, unknown)
	})
	if err != nil || len(o.Seen) == 0 {
		return err
	}
	if o.Snapshot == nil {
		return fmt.Errorf("%d items were seen, but not in a snapshot", len(o.Seen))
	}
	return db.appendRows("config_seen", len(o.Seen), func(p *appender, i int) {
		put(p, o.Seen[i])
		p.time(o.Snapshot.Taken, unknown)
	})
}

func (db *DB) appendSnapshot(s *schema.Snapshot) error {
	types := make([]string, len(s.Types))
	for i, t := range s.Types {
		types[i] = string(t)
	}
	return db.appendRows("config_snapshot", 1, func(p *appender, _ int) {
		p.texts(s.ID, s.AccountID, s.Region)
		p.time(s.Taken, unknown)
		p.text(strings.Join(types, ","))
	})
}

// foldSights keeps the latest sight of each item. It is worth its while only when there are several.
func (db *DB) foldSights() error {
	n, err := db.numbers(`SELECT (count(*) > 2 * count(DISTINCT item_no))::UINTEGER FROM config_seen`)
	if err != nil || n[0] == 0 {
		return err
	}
	return db.exec(`
		CREATE OR REPLACE TEMP TABLE last_sight AS SELECT item_no, max(taken) AS taken FROM config_seen GROUP BY item_no;
		TRUNCATE config_seen;
		INSERT INTO config_seen SELECT item_no, taken FROM last_sight ORDER BY item_no;
		DROP TABLE last_sight`)
}
