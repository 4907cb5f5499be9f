package flowlog

import "bytes"

// Tables that Athena, Logs Insights or a spreadsheet wrote are text with a comma or a tab between each two cells, one
// record a line: no field of a flow log holds a line end, so an open quote costs its line and not all that follows, as
// it would in encoding/csv.

// separatorOf says what stands between the names of a header: a comma or a tab, or 0 for blanks.
func separatorOf(header []byte) byte {
	switch {
	case bytes.IndexByte(header, ',') >= 0:
		return ','
	case bytes.IndexByte(header, '\t') >= 0 && bytes.IndexByte(header, ' ') < 0:
		return '\t'
	}
	return 0
}

// isCellHeader knows the header of a table: two of its cells are names of fields, or one is that of a message.
func isCellHeader(line []byte) bool {
	separator := separatorOf(line)
	if separator == 0 || !isLetter(line[0]) && line[0] != '"' && line[0] != '@' {
		return false
	}
	cells, whole := cellsOf(nil, line, separator)
	known := 0
	for _, c := range cells {
		if _, ok := fieldNamed(string(c)); ok || isTransitGatewayField(string(c)) {
			known++
		}
		if isMessage(string(c)) {
			known = 2
		}
	}
	return whole && known > 1
}

// isMessage knows the column, or the member of a JSON object, that holds a whole line: as Logs Insights and shippers of
// logs call it.
func isMessage(name string) bool { return name == "message" || name == "@message" }

// cellsOf cuts a line at its separators and appends the cells, without the quotes around them and the blanks around
// those; whole is false when a quote is left open (RFC 4180, but that a cell holds no line end).
func cellsOf(cells [][]byte, line []byte, separator byte) (out [][]byte, whole bool) {
	for {
		line = bytes.TrimLeft(line, " ")
		var cell []byte
		if len(line) > 0 && line[0] == '"' {
			if cell, line, whole = quotedCell(line[1:]); !whole {
				return append(cells, cell), false
			}
		}
		end := bytes.IndexByte(line, separator)
		rest := line[:max(end, 0)]
		if end < 0 {
			rest = line
		}
		if rest = bytes.TrimRight(rest, " "); cell == nil {
			cell = rest
		} else if len(rest) > 0 {
			return append(cells, cell), false
		}
		cells = append(cells, cell)
		if end < 0 {
			return cells, true
		}
		line = line[end+1:]
	}
}

// quotedCell reads from behind an opening quote to behind the closing one; two quotes stand for one.
func quotedCell(line []byte) (cell, rest []byte, whole bool) {
	doubled := false
	for i := 0; i < len(line); i++ {
		if line[i] != '"' {
			continue
		}
		if i+1 < len(line) && line[i+1] == '"' {
			doubled = true
			i++
			continue
		}
		if cell = line[:i:i]; doubled {
			cell = bytes.ReplaceAll(cell, []byte(`""`), []byte(`"`))
		}
		return cell, line[i+1:], true
	}
	return line, nil, false
}

// parseCells is parse for a layout with a separator.
func (l *layout) parseCells(line []byte, r *record) fault {
	cells, whole := cellsOf(l.cells[:0], line, l.separator)
	l.cells = cells
	switch {
	case !whole:
		return fault{openQuote, 0}
	case len(cells) < len(l.columns):
		return fault{tooFewFields, len(cells)}
	case len(cells) > len(l.columns):
		return fault{tooManyFields, 0}
	}
	r.clear()
	bad := -1
	for n, c := range l.columns {
		if !r.read(c, cells[n]) && bad < 0 {
			bad = n
		}
	}
	return l.judge(r, bad)
}

// parseMessage is parse for a table of whole lines. It returns the layout that a fault is about, and the line.
func (l *layout) parseMessage(row []byte, r *record) (of *layout, line []byte, f fault) {
	cells, whole := cellsOf(l.cells[:0], row, l.separator)
	l.cells = cells
	if !whole {
		return l, row, fault{openQuote, 0}
	}
	if len(cells) < l.message {
		return l, row, fault{tooFewFields, len(cells)}
	}
	line = cells[l.message-1]
	return l.lines, line, l.lines.parse(line, r)
}

// read reads the text of one field that stands apart.
func (r *record) read(c column, text []byte) (readable bool) {
	if c == passedOver || isNone(text) {
		return true
	}
	next, readable := r.field(c, text, 0)
	return readable && next == len(text)
}
