package jsontext

// Resume passes over what is left of a document with a fault: up to a bracket that opens a line, or to {" where that is
// nearer. It returns io.EOF where there is neither.
func (s *Stream) Resume() error {
	s.held = 0
	for {
		for i := s.pos; i < s.end; i++ {
			c := s.buf[i]
			if (c == '{' || c == '[') && i > 0 && s.buf[i-1] == '\n' || c == '{' && i+1 < s.end && s.buf[i+1] == '"' {
				s.pos = i
				return nil
			}
		}
		from := max(s.pos, s.end-1)
		s.pos = from
		if _, err := s.fill(max(0, from-1)); err != nil {
			s.pos = s.end
			return err
		}
	}
}

// Pass takes one byte, whatever it is. It is for what Resume leaves behind: the closing brackets of a document whose
// beginning was passed over.
func (s *Stream) Pass() {
	if s.pos < s.end {
		s.pos++
	}
}
