package duck

import (
	"fmt"
	"net/netip"
	"time"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"sgfit/schema"
)

// appender fills whole vectors of one table: several times faster than the driver's row appender
// (BenchmarkAddBatch), which boxes every cell. Cells are written left to right; a row ends with end.
type appender struct {
	table string
	a     mapping.Appender
	types []mapping.LogicalType
	chunk mapping.DataChunk
	vecs  []mapping.Vector
	data  []unsafe.Pointer
	row   int
	col   int
	cap   int
	err   error
}

func newAppender(conn mapping.Connection, table string) (*appender, error) {
	p := &appender{table: table, cap: int(mapping.VectorSize())}
	if mapping.AppenderCreateExt(conn, "", "", table, &p.a) == mapping.StateError {
		return nil, fmt.Errorf("append to %s: %s", table, mapping.AppenderError(p.a))
	}
	for i := range mapping.AppenderColumnCount(p.a) {
		p.types = append(p.types, mapping.AppenderColumnType(p.a, mapping.IdxT(i)))
	}
	p.fresh()
	return p, nil
}

// fresh starts an empty chunk. A new one each time: string cells keep their memory with the chunk.
func (p *appender) fresh() {
	p.chunk = mapping.CreateDataChunk(p.types)
	p.vecs, p.data = p.vecs[:0], p.data[:0]
	for i := range p.types {
		v := mapping.DataChunkGetVector(p.chunk, mapping.IdxT(i))
		p.vecs = append(p.vecs, v)
		p.data = append(p.data, mapping.VectorGetData(v))
	}
	p.row, p.col = 0, 0
}

// put writes the next cell; T must be exactly the column's physical type.
func put[T any](p *appender, v T) {
	*(*T)(unsafe.Add(p.data[p.col], uintptr(p.row)*unsafe.Sizeof(v))) = v
	p.col++
}

func (p *appender) text(s string) {
	mapping.VectorAssignStringElement(p.vecs[p.col], mapping.IdxT(p.row), s)
	p.col++
}

// bytes writes a text.
func (p *appender) bytes(text []byte) {
	mapping.VectorAssignStringElementLen(p.vecs[p.col], mapping.IdxT(p.row), text)
	p.col++
}

// uhugeint has DuckDB's layout of UHUGEINT.
type uhugeint struct{ lower, upper uint64 }

func (p *appender) addr(a netip.Addr) {
	hi, lo := schema.AddrBits(a)
	put(p, uhugeint{lo, hi})
}

// addrOrNull writes NULL for an address that is not valid.
func (p *appender) addrOrNull(a netip.Addr) {
	if a.IsValid() {
		p.addr(a)
		return
	}
	mapping.VectorEnsureValidityWritable(p.vecs[p.col])
	mapping.ValiditySetRowInvalid(mapping.VectorGetValidity(p.vecs[p.col]), mapping.IdxT(p.row))
	p.col++
}

// time writes a TIMESTAMP: microseconds since 1970; zero stands for the given time.
func (p *appender) time(t, zero time.Time) {
	if t.IsZero() {
		t = zero
	}
	put(p, t.UTC().UnixMicro())
}

// end finishes a row, and hands over the chunk when it is full.
func (p *appender) end() {
	p.row, p.col = p.row+1, 0
	if p.row == p.cap {
		p.flush()
	}
}

func (p *appender) flush() {
	if p.row > 0 && p.err == nil {
		mapping.DataChunkSetSize(p.chunk, mapping.IdxT(p.row))
		if mapping.AppendDataChunk(p.a, p.chunk) == mapping.StateError {
			p.err = fmt.Errorf("append to %s: %s", p.table, mapping.AppenderError(p.a))
		}
	}
	mapping.DestroyDataChunk(&p.chunk)
	p.fresh()
}

// close flushes the rest and frees everything; it returns the first error of the whole life.
func (p *appender) close() error {
	p.flush()
	if mapping.AppenderClose(p.a) == mapping.StateError && p.err == nil {
		p.err = fmt.Errorf("append to %s: %s", p.table, mapping.AppenderError(p.a))
	}
	mapping.AppenderDestroy(&p.a)
	mapping.DestroyDataChunk(&p.chunk)
	for i := range p.types {
		mapping.DestroyLogicalType(&p.types[i])
	}
	return p.err
}

// appendRows opens an appender on the table, writes n rows and closes it.
func (db *DB) appendRows(table string, n int, row func(p *appender, i int)) error {
	if n == 0 {
		return nil
	}
	p, err := newAppender(db.conn, table)
	if err != nil {
		return err
	}
	for i := range n {
		row(p, i)
		p.end()
		if p.err != nil {
			break
		}
	}
	return p.close()
}

// exec runs statements on the writing connection.
func (db *DB) exec(script string) error {
	var res mapping.Result
	defer mapping.DestroyResult(&res)
	if mapping.Query(db.conn, script, &res) == mapping.StateError {
		return fmt.Errorf("%s", mapping.ResultError(&res))
	}
	return nil
}

// numbers runs a query on the writing connection, inside its transaction, and returns its one column, an UINTEGER that is
// never NULL.
func (db *DB) numbers(query string) ([]uint32, error) {
	var res mapping.Result
	defer mapping.DestroyResult(&res)
	if mapping.Query(db.conn, query, &res) == mapping.StateError {
		return nil, fmt.Errorf("%s", mapping.ResultError(&res))
	}
	var out []uint32
	for {
		chunk := mapping.FetchChunk(res)
		if chunk.Ptr == nil {
			return out, nil
		}
		n := int(mapping.DataChunkGetSize(chunk))
		data := mapping.VectorGetData(mapping.DataChunkGetVector(chunk, 0))
		out = append(out, unsafe.Slice((*uint32)(data), n)...)
		mapping.DestroyDataChunk(&chunk)
	}
}

// write runs f in a transaction on the writing connection.
func (db *DB) write(f func() error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := db.exec("BEGIN TRANSACTION"); err != nil {
		return err
	}
	if err := f(); err != nil {
		_ = db.exec("ROLLBACK") // the first error is the one to tell
		return err
	}
	return db.exec("COMMIT")
}
