package flowlog

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"

	"sgfit/ingest/jsontext"
)

// longestPayload bounds what one payload unpacks to. Kinesis takes records up to 10 MiB, Lambda's events up to 6 MB.
const longestPayload = 64 << 20

// unpack reads a payload: base64 of lines, of a document, or of gzip of either.
func (d *documents) unpack(raw []byte, depth int) error {
	text, ok := jsontext.Text(raw)
	if !ok {
		return d.unknown(raw, []string{"data"})
	}
	if depth >= maxNesting {
		d.setAside(raw, "payload within payload, too deep")
		return nil
	}
	b := &d.layers[depth+1].payload
	b.Reset()
	if err := d.decode(b, text); err != nil {
		d.setAside(raw, err.Error())
		if b.Len() == 0 {
			return nil
		}
	}
	return d.content(b.Bytes(), depth)
}

// decode writes what a payload says; where it breaks off, what comes before.
func (d *documents) decode(b *bytes.Buffer, text []byte) error {
	plain := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(plain, text)
	if err != nil {
		return fmt.Errorf("data is not base64: %w", err)
	}
	plain = plain[:n]
	if !isGzip(plain) {
		if what := foreignPayload(plain); what != "" {
			return fmt.Errorf("data %s", what)
		}
		b.Write(plain)
		return nil
	}
	if err := d.zip.Reset(bytes.NewReader(plain)); err != nil {
		return fmt.Errorf("gzip in data: %w", err)
	}
	if _, err := io.CopyN(b, &d.zip, longestPayload+1); err == nil {
		b.Reset()
		return fmt.Errorf("data unpacks to more than %d MiB", longestPayload>>20)
	} else if err != io.EOF {
		return fmt.Errorf("gzip in data: %w", err)
	}
	return nil
}

// foreignPayload is foreignContent for a payload, which may be JSON.
func foreignPayload(plain []byte) string {
	if len(plain) == 0 || plain[0] == '{' || plain[0] == '[' {
		return ""
	}
	return foreignContent(plain)
}
