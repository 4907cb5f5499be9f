package duck

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"sgfit/schema"
)

// Remarks yields what EC2 said of single rules: each saying at the first and at the last time that it was heard, in the
// order of rule and time. It ends after the first error.
func (db *DB) Remarks(ctx context.Context) iter.Seq2[schema.Remark, error] {
	const query = `
		SELECT epoch_us(unnest(list_distinct([min(captured), max(captured)]))) AS said, body
		FROM config_item WHERE type = 'AWS::EC2::SecurityGroupRule' AND NOT deleted
		GROUP BY id, body
		ORDER BY id, said, body`
	return func(yield func(schema.Remark, error) bool) {
		err := db.each(ctx, query, func(rows *sql.Rows) error {
			var r schema.Remark
			var at int64
			var body sql.RawBytes
			if err := rows.Scan(&at, &body); err != nil {
				return err
			}
			if err := json.Unmarshal(body, &r.GroupRule); err != nil {
				return err
			}
			r.At = micro(at)
			if !yield(r, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(schema.Remark{}, fmt.Errorf("read what was said of single rules: %w", err))
		}
	}
}
