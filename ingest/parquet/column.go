package parquet

import (
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// Kind is how the values of a column are stored.
type Kind uint8

// The kinds of values. Times of the old 96-bit type are read as seconds, so they come as Integer.
const (
	Boolean Kind = iota
	Integer
	Float
	Bytes
)

// Column is a leaf of the schema.
type Column struct {
	Path []string
	Kind Kind
	// Unit is how many of a point in time make a second; 0 where the column holds no such.
	Unit int64
	// MaxRep and MaxDef are the highest repetition and definition level: a value is there where its definition level
	// is MaxDef. A column of a flat table has MaxRep 0, and MaxDef 1 where values may be missing.
	MaxRep, MaxDef uint8
	Unsigned       bool
	stored         format.Type
	fixed          int // bytes of a value of fixed length
}

// mostColumns is the most leaves of a schema: version 10 of the flow logs has 42 fields.
const mostColumns = 10_000

// adoptSchema lists the leaves of the schema, which stands there as a list: each node before its children.
func (f *File) adoptSchema(elements []format.SchemaElement) error {
	if len(elements) == 0 {
		return damaged("the footer has no schema")
	}
	s := schema{file: f, rest: elements[1:]}
	if err := s.children(&elements[0], Column{}, 0); err != nil {
		return err
	}
	if len(s.rest) > 0 {
		return damaged("the schema has %d nodes too many", len(s.rest))
	}
	return nil
}

// schema is the list of nodes on the way to leaves.
type schema struct {
	file *File
	rest []format.SchemaElement
}

// children takes the nodes below one.
func (s *schema) children(of *format.SchemaElement, above Column, depth int) error {
	if depth > deepest {
		return damaged("the schema is deeper than %d", deepest)
	}
	for range of.NumChildren.V {
		if len(s.rest) == 0 {
			return damaged("the schema lacks nodes")
		}
		if err := s.node(above, depth); err != nil {
			return err
		}
	}
	return nil
}

// node takes the next one, and all below it.
func (s *schema) node(above Column, depth int) error {
	e := &s.rest[0]
	s.rest = s.rest[1:]
	c := above
	c.Path = append(above.Path[:len(above.Path):len(above.Path)], e.Name)
	switch e.RepetitionType.V {
	case format.Optional:
		c.MaxDef++
	case format.Repeated:
		c.MaxDef++
		c.MaxRep++
	}
	if e.NumChildren.V > 0 {
		return s.children(e, c, depth+1)
	}
	if !e.Type.Valid {
		return nil // a group without members has no values
	}
	if len(s.file.Columns) == mostColumns {
		return damaged("the schema has more than %d columns", mostColumns)
	}
	if err := c.store(e); err != nil {
		return err
	}
	s.file.Columns = append(s.file.Columns, c)
	return nil
}

// store takes over how values are stored.
func (c *Column) store(e *format.SchemaElement) error {
	c.stored = e.Type.V
	switch c.stored {
	case format.Boolean:
		c.Kind = Boolean
	case format.Int32, format.Int64:
		c.Kind, c.Unit, c.Unsigned = Integer, unitOf(e), isUnsigned(e)
	case format.Int96:
		c.Kind, c.Unit = Integer, 1
	case format.Float, format.Double:
		c.Kind = Float
	case format.ByteArray:
		c.Kind = Bytes
	case format.FixedLenByteArray:
		c.Kind, c.fixed = Bytes, int(e.TypeLength.V)
		if c.fixed <= 0 || c.fixed > 1<<20 {
			return damaged("column %s has values of %d bytes", e.Name, c.fixed)
		}
	default:
		return damaged("column %s is of the unknown type %d", e.Name, c.stored)
	}
	return nil
}

// unitOf reads either of the two ways in which a column is said to hold points in time.
func unitOf(e *format.SchemaElement) int64 {
	if t, ok := e.LogicalType.Value.(*format.TimestampType); ok {
		switch t.Unit.Value.(type) {
		case *format.MilliSeconds:
			return 1e3
		case *format.MicroSeconds:
			return 1e6
		case *format.NanoSeconds:
			return 1e9
		}
	}
	if e.ConvertedType.Valid {
		switch e.ConvertedType.V {
		case deprecated.TimestampMillis:
			return 1e3
		case deprecated.TimestampMicros:
			return 1e6
		}
	}
	return 0
}

func isUnsigned(e *format.SchemaElement) bool {
	if t, ok := e.LogicalType.Value.(*format.IntType); ok {
		return !t.IsSigned
	}
	if e.ConvertedType.Valid {
		switch e.ConvertedType.V {
		case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
			return true
		}
	}
	return false
}
