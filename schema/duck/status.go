package duck

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"sgfit/schema"
)

// Status says what a database holds.
type Status struct {
	Version   int
	Objects   []ObjectStatus
	Inventory []ResourceStatus
	Accounts  Accounts
	Days      []DayStatus // days with records, sorted
	Analyzed  bool        // edges and accounting fit what is loaded
	Plans     int
}

// ObjectStatus sums the manifest by kind of object and its source.
type ObjectStatus struct {
	Kind              schema.ObjectKind
	Source            string // whose: flow-logs, config, answers (of EC2, saved), live (EC2 itself), cloudtrail
	Objects, Problems int64
	Records           int64
	First, Last       time.Time
}

// ResourceStatus sums one table of the inventory. First and Last bound what is known; Last is zero for "still".
type ResourceStatus struct {
	Name              string
	Resources, States int64
	First, Last       time.Time
}

// DayStatus is one day of flow logs.
type DayStatus struct {
	Day        time.Time
	Interfaces int64
	Records    int64
	SkipData   int64
}

// Status reads what the database holds.
func (db *DB) Status(ctx context.Context) (Status, error) {
	var st Status
	for _, read := range []func(context.Context, *Status) error{db.readVersion, db.readObjects, db.readResources, db.readDays} {
		if err := read(ctx, &st); err != nil {
			return st, fmt.Errorf("read status: %w", err)
		}
	}
	var err error
	st.Accounts, err = db.Accounts(ctx)
	return st, err
}

// Holds says whether objects of a kind are loaded.
func (db *DB) Holds(ctx context.Context, kind schema.ObjectKind) (holds bool, err error) {
	const query = `SELECT EXISTS (SELECT 1 FROM object WHERE kind = ?)`
	if err := db.sql.QueryRowContext(ctx, query, string(kind)).Scan(&holds); err != nil {
		return false, fmt.Errorf("look at the manifest: %w", err)
	}
	return holds, nil
}

func (db *DB) readVersion(ctx context.Context, st *Status) (err error) {
	if st.Version, err = db.version(ctx); err != nil {
		return err
	}
	const query = `SELECT (SELECT count(*) > 0 FROM meta WHERE key = 'analyzed'), (SELECT count(*) FROM plan)`
	return db.sql.QueryRowContext(ctx, query).Scan(&st.Analyzed, &st.Plans)
}

func (db *DB) readObjects(ctx context.Context, st *Status) error {
	const query = `
		SELECT kind, CASE WHEN kind = 'flow-log' THEN 'flow-logs' WHEN starts_with(place, 'ec2://') THEN 'live'
		                  WHEN regexp_matches(format, '^(describe|get)-') THEN 'answers' WHEN format ILIKE 'cloudtrail%' THEN 'cloudtrail'
		                  ELSE 'config' END AS source,
		       count(*), count(*) FILTER (problem <> ''), sum(records)::BIGINT,
		       coalesce(min(first_second) FILTER (first_second > 0), 0)::BIGINT, max(last_second)::BIGINT
		FROM object GROUP BY ALL ORDER BY kind DESC, source`
	return db.each(ctx, query, func(rows *sql.Rows) error {
		var o ObjectStatus
		var first, last int64
		if err := rows.Scan(&o.Kind, &o.Source, &o.Objects, &o.Problems, &o.Records, &first, &last); err != nil {
			return err
		}
		o.First, o.Last = micro(first*1e6), micro(last*1e6)
		st.Objects = append(st.Objects, o)
		return nil
	})
}

func (db *DB) readResources(ctx context.Context, st *Status) error {
	const query = `
		SELECT name, resources, states, epoch_us(first), CASE WHEN last >= TIMESTAMP '9999-01-01' THEN 0 ELSE epoch_us(last) END
		FROM (SELECT 1 AS n, 'security groups' AS name, count(DISTINCT group_id) AS resources, count(*) AS states, min(valid_from) AS first, max(valid_to) AS last FROM security_group
		      UNION ALL SELECT 2, 'rules', count(*), count(*), min(valid_from), max(valid_to) FROM security_group_rule
		      UNION ALL SELECT 3, 'network interfaces', count(DISTINCT interface_id), count(*), min(valid_from), max(valid_to) FROM network_interface
		      UNION ALL SELECT 4, 'subnets', count(DISTINCT subnet_id), count(*), min(valid_from), max(valid_to) FROM subnet
		      UNION ALL SELECT 5, 'VPCs', count(DISTINCT vpc_id), count(*), min(valid_from), max(valid_to) FROM vpc
		      UNION ALL SELECT 6, 'prefix lists', count(DISTINCT prefix_list_id), count(*), min(valid_from), max(valid_to) FROM prefix_list)
		WHERE states > 0 ORDER BY n`
	return db.each(ctx, query, func(rows *sql.Rows) error {
		var r ResourceStatus
		var first, last int64
		if err := rows.Scan(&r.Name, &r.Resources, &r.States, &first, &last); err != nil {
			return err
		}
		r.First, r.Last = micro(first), micro(last)
		st.Inventory = append(st.Inventory, r)
		return nil
	})
}

func (db *DB) readDays(ctx context.Context, st *Status) error {
	const query = `
		SELECT epoch_us(day::TIMESTAMP), count(DISTINCT iface), sum(accepted::BIGINT + rejected + nodata + skipdata)::BIGINT, sum(skipdata)::BIGINT
		FROM coverage GROUP BY day ORDER BY day`
	return db.each(ctx, query, func(rows *sql.Rows) error {
		var d DayStatus
		var day int64
		if err := rows.Scan(&day, &d.Interfaces, &d.Records, &d.SkipData); err != nil {
			return err
		}
		d.Day = time.UnixMicro(day).UTC()
		st.Days = append(st.Days, d)
		return nil
	})
}

// SetAside counts the pieces of input that were set aside, those included that were too many to list.
func (db *DB) SetAside(ctx context.Context) (pieces int64, err error) {
	const query = `SELECT coalesce(sum(pieces), 0)::BIGINT FROM (SELECT DISTINCT * FROM rejected)`
	if err := db.sql.QueryRowContext(ctx, query).Scan(&pieces); err != nil {
		return 0, fmt.Errorf("count rejected input: %w", err)
	}
	return pieces, nil
}

// Rejected returns at most limit lines on input that was set aside (0: all), sorted by place, and how many there are.
func (db *DB) Rejected(ctx context.Context, limit int) (list []schema.Rejected, total int64, err error) {
	if err := db.sql.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT DISTINCT * FROM rejected)`).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("read rejected input: %w", err)
	}
	if limit <= 0 {
		limit = int(total)
	}
	const query = `SELECT DISTINCT place, line, reason, sample, pieces FROM rejected ORDER BY place, line, reason, sample LIMIT ?`
	err = db.each(ctx, query, func(rows *sql.Rows) error {
		var r schema.Rejected
		if err := rows.Scan(&r.Place, &r.Line, &r.Reason, &r.Sample, &r.Pieces); err != nil {
			return err
		}
		list = append(list, r)
		return nil
	}, limit)
	if err != nil {
		return nil, 0, fmt.Errorf("read rejected input: %w", err)
	}
	return list, total, nil
}

// each runs a query and calls row for every result row.
func (db *DB) each(ctx context.Context, query string, row func(*sql.Rows) error, args ...any) error {
	rows, err := db.sql.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
