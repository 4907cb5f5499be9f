package jsontext

// Members calls each for every member of the object that comes next; each must take the member's value.
func (s *Stream) Members(each func(key string) error) error {
	return s.list('{', '}', func() error {
		if c, err := s.Next(); err != nil {
			return err
		} else if c != '"' {
			return s.Wrong("a member's name in quotes")
		}
		raw, err := s.Value()
		if err != nil {
			return err
		}
		key, ok := s.name(raw)
		if !ok {
			return s.Wrong("a member's name in quotes")
		}
		if c, err := s.Next(); err != nil {
			return err
		} else if c != ':' {
			return s.Wrong("a colon")
		}
		s.pos++
		return each(key)
	})
}

// Elements calls each for every element of the array that comes next; each must take it.
func (s *Stream) Elements(each func() error) error { return s.list('[', ']', each) }

func (s *Stream) list(open, shut byte, each func() error) error {
	c, err := s.Next()
	if err != nil {
		return err
	}
	if c != open {
		return s.Wrong(string(rune(open)))
	}
	s.pos++
	for first := true; ; first = false {
		c, err := s.Next()
		if err != nil {
			return err
		}
		if c == shut && first {
			break
		}
		if err := each(); err != nil {
			return err
		}
		if c, err = s.Next(); err != nil {
			return err
		}
		if c == shut {
			break
		}
		if c != ',' {
			return s.Wrong("a comma or " + string(rune(shut)))
		}
		s.pos++
	}
	s.pos++
	return nil
}

const (
	mostNames   = 512 // names that are kept
	longestName = 64  // bytes of one
)

// name reads a member's name; the plain ones, which come again and again, without making a new string each time.
func (s *Stream) name(raw []byte) (string, bool) {
	if !isPlain(raw) {
		key, ok := Text(raw)
		return string(key), ok
	}
	raw = raw[1 : len(raw)-1]
	key, known := s.names[string(raw)]
	if known {
		return key, true
	}
	key = string(raw)
	if len(key) <= longestName && len(s.names) < mostNames {
		if s.names == nil {
			s.names = map[string]string{}
		}
		s.names[key] = key
	}
	return key, true
}
