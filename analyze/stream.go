package analyze

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// stream reads rows as the driver gives them: what database/sql does to each value of millions of rows takes several
// times as long. The types of values are those of the query's columns: int64 for BIGINT, uint32 for UINTEGER.
type stream struct {
	rows driver.Rows
	row  []driver.Value
}

// next reads one row into row; false after the last.
func (s *stream) next() (bool, error) {
	err := s.rows.Next(s.row)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

// stream runs a query and hands its rows to read. The connection is busy until that returns.
func (a *Analysis) stream(ctx context.Context, query string, read func(*stream) error, args ...any) error {
	return a.conn.Raw(func(conn any) error {
		asker, ok := conn.(driver.QueryerContext)
		if !ok {
			return fmt.Errorf("the driver's connection %T cannot be asked", conn)
		}
		named := make([]driver.NamedValue, len(args))
		for i, arg := range args {
			named[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
		}
		rows, err := asker.QueryContext(ctx, query, named)
		if err != nil {
			return err
		}
		return errors.Join(read(&stream{rows, make([]driver.Value, len(rows.Columns()))}), rows.Close())
	})
}

// eachRow is each for queries with very many rows.
func (a *Analysis) eachRow(ctx context.Context, query string, row func([]driver.Value) error, args ...any) error {
	return a.stream(ctx, query, func(s *stream) error {
		for n := 0; ; n++ {
			more, err := s.next()
			if n%1024 == 0 && err == nil {
				err = ctx.Err()
			}
			if err != nil || !more {
				return err
			}
			if err := row(s.row); err != nil {
				return err
			}
		}
	}, args...)
}
