package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// thousands writes 1234567 as "1,234,567".
func thousands[N int | int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	if s[0] == '-' {
		return "-" + grouped(s[1:])
	}
	return grouped(s)
}

// grouped puts commas into digits.
func grouped(s string) string {
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count writes a number with its noun: "1 rule", "2,000 rules".
func count[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// bits writes exposure, one digit after the point.
func bits(b float64) string { return strconv.FormatFloat(b, 'f', 1, 64) }

// percent writes a share; what is not quite all or not quite nothing never reads as 100 % or 0 %.
func percent(share float64) string {
	p := 100 * share
	switch {
	case p > 0 && p < 0.1:
		return "< 0.1 %"
	case p > 99.9 && p < 100:
		return "> 99.9 %"
	case p == math.Trunc(p):
		return strconv.FormatFloat(p, 'f', 0, 64) + " %"
	}
	return strconv.FormatFloat(p, 'f', 1, 64) + " %"
}

// byteSize writes bytes in decimal units: "3.4 GB".
func byteSize(n int64) string {
	if n < 1000 {
		return count(n, "byte", "bytes")
	}
	f, unit := float64(n), 0
	for f >= 999.95 && unit < 6 {
		f, unit = f/1000, unit+1
	}
	return fmt.Sprintf("%.1f %cB", f, " kMGTPE"[unit])
}

// fewer puts a loss of exposure, in bits, into words: 10 bits are "1,024 times fewer".
func fewer(lost float64) string {
	switch {
	case math.Abs(lost) < 0.005:
		return "as many"
	case lost < 0:
		return "more"
	case lost < 1:
		return fmt.Sprintf("%.0f %% fewer", max(1, 100*(1-math.Exp2(-lost))))
	}
	return factor(math.Exp2(lost)) + " times fewer"
}

func factor(f float64) string {
	switch {
	case f < 10:
		return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
	case f < 1e5:
		return thousands(int64(math.Round(f)))
	case f < 1e6:
		return "about " + thousands(int64(math.Round(f/1e3))*1e3)
	}
	for _, u := range []struct {
		size float64
		name string
	}{{1e15, ""}, {1e12, "trillion"}, {1e9, "billion"}, {1e6, "million"}} {
		if f >= u.size && u.name != "" {
			return "about " + threeDigits(f/u.size) + " " + u.name
		}
		if f >= u.size {
			break
		}
	}
	return "about 10" + superscript(int(math.Round(math.Log10(f))))
}

func threeDigits(f float64) string {
	return strconv.FormatFloat(f, 'f', max(0, 2-int(math.Log10(f))), 64)
}

func superscript(n int) string {
	var b strings.Builder
	for _, d := range strconv.Itoa(n) {
		b.WriteRune([]rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[d-'0'])
	}
	return b.String()
}

// sumBits adds up exposures: log2 of the sum of 2^b. No exposures give false.
func sumBits(exposures []float64) (float64, bool) {
	if len(exposures) == 0 {
		return 0, false
	}
	top := exposures[0]
	for _, b := range exposures {
		top = max(top, b)
	}
	sum := 0.0
	for _, b := range exposures {
		sum += math.Exp2(b - top)
	}
	return top + math.Log2(sum), true
}

// day writes the UTC date of t: "2026-09-01"; "" for nil.
func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// minute writes t in UTC: "2026-09-01 14:05 UTC"; "" for nil.
func minute(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
