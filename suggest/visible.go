package suggest

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Visible spells out what would act on a terminal or mislead a reader: control characters, line breaks, characters that
// reorder or hide text, and bytes that are not UTF-8. "\x1b[31m" becomes `\x1b[31m` in plain letters.
func Visible(s string) string {
	if !strings.ContainsFunc(s, isUnsafe) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case isUnsafe(r):
			b.WriteString(spelled(r))
		default:
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}

func spelled(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x100:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// isUnsafe covers all that Unicode does not call graphic: controls, line and paragraph separators, what reorders or hides text
// (two names that look the same must look different), tag characters, and what is for private use or not assigned.
func isUnsafe(r rune) bool { return !unicode.IsGraphic(r) }

// VisibleCopy copies a plan, or a part of one, with every string of it made visible. It finds strings by reflection, so
// that a field added to the plan tomorrow is covered as well.
func VisibleCopy[T any](of T) T {
	v := reflect.New(reflect.TypeFor[T]()).Elem()
	copyVisible(v, reflect.ValueOf(of))
	return v.Interface().(T)
}

var timeType = reflect.TypeFor[time.Time]()

func copyVisible(to, from reflect.Value) {
	switch {
	case from.Kind() == reflect.String:
		to.SetString(Visible(from.String()))
	case from.Kind() == reflect.Struct && from.Type() != timeType:
		for i := range from.NumField() {
			copyVisible(to.Field(i), from.Field(i))
		}
	case from.Kind() == reflect.Slice && !from.IsNil():
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			copyVisible(to.Index(i), from.Index(i))
		}
	case from.Kind() == reflect.Pointer && !from.IsNil():
		to.Set(reflect.New(from.Type().Elem()))
		copyVisible(to.Elem(), from.Elem())
	default:
		to.Set(from)
	}
}
