package simulate

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Put takes one file: its path below the account's folder, with slashes, and its content, which is valid during the
// call only.
type Put func(path string, content []byte) error

// flowLogs writes a day's records into objects by the time of their end, named as AWS names them
// (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html).
type flowLogs struct {
	a       *Account
	id      string
	columns []column
	keep    func(*record) bool
	put     Put
	buf     []byte
}

// flowLogs returns the account's flow log, and with Overlap the second one on the data subnets.
func (a *Account) flowLogs(put Put) []*flowLogs {
	columns := a.columns()
	logs := []*flowLogs{{a: a, id: a.newID("fl", "vpc"), columns: columns, put: put, keep: func(*record) bool { return true }}}
	if a.opts.Overlap {
		logs = append(logs, &flowLogs{a: a, id: a.newID("fl", "data"), columns: columns, put: put, keep: overlapped})
	}
	return logs
}

// overlapped says whether the flow log on the data subnets repeats a record.
func overlapped(r *record) bool {
	return r.status <= rejected && strings.HasPrefix(r.host.subnet.name, "data-")
}

// write takes the records of one day, sorted by end.
func (f *flowLogs) write(n int, records []record) error {
	today := f.a.day(n)
	slot := int64(f.a.opts.FileHours) * hour
	for from := today.from; from < today.to; from += slot {
		cut := 0
		for cut < len(records) && records[cut].end < from+slot {
			cut++
		}
		if err := f.object(from, records[:cut]); err != nil {
			return err
		}
		records = records[cut:]
	}
	return nil
}

// object writes one file; nothing when there is nothing to say.
func (f *flowLogs) object(from int64, records []record) error {
	f.buf = append(f.buf[:0], header(f.columns)...)
	empty := len(f.buf)
	for i := range records {
		if f.keep(&records[i]) {
			f.buf = f.line(f.buf, &records[i])
		}
	}
	if len(f.buf) == empty {
		return nil
	}
	packed, err := pack(f.buf)
	if err != nil {
		return fmt.Errorf("pack flow log: %w", err)
	}
	return f.put(f.path(from), packed)
}

func (f *flowLogs) line(b []byte, r *record) []byte {
	if r.status == malformed {
		return append(append(b, r.raw...), '\n')
	}
	for i, c := range f.columns {
		if i > 0 {
			b = append(b, ' ')
		}
		b = c.write(f.a, b, r)
	}
	return append(b, '\n')
}

func (f *flowLogs) path(from int64) string {
	t := time.Unix(from, 0).UTC()
	a := f.a
	return fmt.Sprintf("flow-logs/AWSLogs/%s/vpcflowlogs/%s/%s/%s_vpcflowlogs_%s_%s_%s_%08x.log.gz", a.id, a.region,
		t.Format("2006/01/02"), a.id, a.region, f.id, t.Format("20060102T1504Z"), uint32(mix(a.opts.Seed, uint64(from))))
}

// pack compresses; the same content always gives the same bytes, since no name or time goes into the header.
func pack(content []byte) ([]byte, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, 4)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}
