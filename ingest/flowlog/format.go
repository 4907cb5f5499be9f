package flowlog

// FormatProblem says why no record of a format (names of fields with blanks between) could be used; "" when some can.
func FormatProblem(names string) string {
	if !isHeader([]byte(names)) {
		return "it does not name the fields of a flow log"
	}
	return layoutOf([]byte(names)).refusal
}
