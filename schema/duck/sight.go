package duck

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"time"

	"sgfit/schema"
)

// Sight says what of the traffic could be seen.
type Sight struct {
	FlowLogs []FlowLogStatus // defined, sorted by id
	Streams  []StreamStatus  // delivered, sorted by name
	Lost     LostStatus
	// Interfaces with groups at some time of the logged days, and of them those without any record: Quiet although a flow
	// log covered them and its objects came, Dark for all that is known.
	Worn, Quiet, Dark int64
	RejectsOnly       int64 // logged interfaces of which only REJECT records came
	// Isolated are days with few records, far from all others: they stretch the window.
	Isolated []schema.IsolatedDay
}

// FlowLogStatus is one flow log that is defined, by AWS Config or DescribeFlowLogs. Last is zero for "still".
type FlowLogStatus struct {
	FlowLogID, ResourceID, TrafficType, Destination, DeliveryError string
	First, Last                                                    time.Time
	Interfaces                                                     int64 // that it covers, at some time
	Days                                                           int64 // for which objects of it were loaded, as far as their names tell
}

// StreamStatus is what one flow log, folder or log group delivered. Missing are the days without an object between
// First and Last, of a stream that has objects on most days.
type StreamStatus struct {
	Stream, AccountID, Region string
	First, Last               time.Time
	Days, Objects, Records    int64
	Missing                   []time.Time
}

// LostStatus sums the SKIPDATA records. Worst are the interfaces with the most lost hours, ten at most.
type LostStatus struct {
	Interfaces, Hours, Records int64
	Worst                      []LostInterface
}

// LostInterface is one of them.
type LostInterface struct {
	InterfaceID          string
	Days, Hours, Records int64
	Last                 time.Time // the day
}

//go:embed sight_flow_logs.sql
var sightFlowLogsSQL string

//go:embed sight_interfaces.sql
var sightInterfacesSQL string

// Sight reads it.
func (db *DB) Sight(ctx context.Context) (Sight, error) {
	var s Sight
	for _, read := range []func(context.Context, *Sight) error{db.readFlowLogs, db.readStreams, db.readGaps, db.readLost, db.readWorst} {
		if err := read(ctx, &s); err != nil {
			return s, fmt.Errorf("read what could be seen: %w", err)
		}
	}
	err := db.sql.QueryRowContext(ctx, sightInterfacesSQL).Scan(&s.Worn, &s.Quiet, &s.Dark, &s.RejectsOnly)
	if err != nil {
		return s, fmt.Errorf("read what could be seen: %w", err)
	}
	s.Isolated, err = db.IsolatedDays(ctx)
	return s, err
}

// IsolatedDays returns the days with few records that are far from all others, sorted.
func (db *DB) IsolatedDays(ctx context.Context) (days []schema.IsolatedDay, err error) {
	const query = `SELECT day, records, objects, place, first_rest, last_rest FROM isolated_day ORDER BY day`
	err = db.each(ctx, query, func(rows *sql.Rows) error {
		var d schema.IsolatedDay
		err := rows.Scan(&d.Day, &d.Records, &d.Objects, &d.Place, &d.First, &d.Last)
		days = append(days, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for isolated days: %w", err)
	}
	return days, nil
}

func (db *DB) readFlowLogs(ctx context.Context, s *Sight) error {
	return db.each(ctx, sightFlowLogsSQL, func(rows *sql.Rows) error {
		var f FlowLogStatus
		var first, last int64
		err := rows.Scan(&f.FlowLogID, &f.ResourceID, &f.TrafficType, &f.Destination, &f.DeliveryError, &first, &last, &f.Interfaces, &f.Days)
		f.First, f.Last = micro(first), micro(last)
		s.FlowLogs = append(s.FlowLogs, f)
		return err
	})
}

func (db *DB) readStreams(ctx context.Context, s *Sight) error {
	const query = `
		SELECT stream, max(account_id), max(region), epoch_us(min(day)::TIMESTAMP), epoch_us(max(day)::TIMESTAMP),
		       count(DISTINCT day), sum(objects)::BIGINT, sum(records)::BIGINT
		FROM delivery GROUP BY stream ORDER BY stream`
	return db.each(ctx, query, func(rows *sql.Rows) error {
		var st StreamStatus
		var first, last int64
		err := rows.Scan(&st.Stream, &st.AccountID, &st.Region, &first, &last, &st.Days, &st.Objects, &st.Records)
		st.First, st.Last = micro(first), micro(last)
		s.Streams = append(s.Streams, st)
		return err
	})
}

func (db *DB) readGaps(ctx context.Context, s *Sight) error {
	at := map[string]int{}
	for i := range s.Streams {
		at[s.Streams[i].Stream] = i
	}
	const query = `SELECT DISTINCT stream, epoch_us(day::TIMESTAMP) FROM delivery_gap ORDER BY ALL`
	return db.each(ctx, query, func(rows *sql.Rows) error {
		var stream string
		var day int64
		err := rows.Scan(&stream, &day)
		i := at[stream]
		s.Streams[i].Missing = append(s.Streams[i].Missing, micro(day))
		return err
	})
}

func (db *DB) readLost(ctx context.Context, s *Sight) error {
	const query = `
		SELECT count(DISTINCT iface), coalesce(sum(bit_count(skip_hours)), 0)::BIGINT, coalesce(sum(skipdata), 0)::BIGINT
		FROM coverage WHERE skipdata > 0`
	return db.sql.QueryRowContext(ctx, query).Scan(&s.Lost.Interfaces, &s.Lost.Hours, &s.Lost.Records)
}

func (db *DB) readWorst(ctx context.Context, s *Sight) error {
	const query = `
		SELECT interface_id, count(DISTINCT day), sum(bit_count(skip_hours))::BIGINT AS hours, sum(skipdata)::BIGINT, epoch_us(max(day)::TIMESTAMP)
		FROM coverage JOIN logged_interface USING (iface) WHERE skipdata > 0
		GROUP BY interface_id ORDER BY hours DESC, interface_id LIMIT 10`
	return db.each(ctx, query, func(rows *sql.Rows) error {
		var l LostInterface
		var last int64
		err := rows.Scan(&l.InterfaceID, &l.Days, &l.Hours, &l.Records, &last)
		l.Last = micro(last)
		s.Lost.Worst = append(s.Lost.Worst, l)
		return err
	})
}
