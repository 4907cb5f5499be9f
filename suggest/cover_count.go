package suggest

import (
	"math"
	"math/big"
	"math/bits"
)

// Count is an unsigned 128-bit number: of addresses, of exposed tuples, or of fractions of a bit while a cover is
// chosen. IPv6 has 2^128 addresses, so that 64 bits would not be exact and a float64 would tie costs that differ.
type Count struct{ Hi, Lo uint64 }

// forbiddenCost is the cost of what is not allowed. It is no cost of anything: the most that one prefix can expose
// beyond two seen addresses is 2^128-2.
func forbiddenCost() Count { return Count{math.MaxUint64, math.MaxUint64} }

// Less says whether c is smaller than d.
func (c Count) Less(d Count) bool {
	return c.Hi < d.Hi || c.Hi == d.Hi && c.Lo < d.Lo
}

// Plus adds modulo 2^128.
func (c Count) Plus(d Count) Count {
	lo, carry := bits.Add64(c.Lo, d.Lo, 0)
	hi, _ := bits.Add64(c.Hi, d.Hi, carry)
	return Count{hi, lo}
}

// Minus subtracts modulo 2^128.
func (c Count) Minus(d Count) Count {
	lo, borrow := bits.Sub64(c.Lo, d.Lo, 0)
	hi, _ := bits.Sub64(c.Hi, d.Hi, borrow)
	return Count{hi, lo}
}

// Times multiplies modulo 2^128.
func (c Count) Times(n uint64) Count {
	hi, lo := bits.Mul64(c.Lo, n)
	return Count{hi + c.Hi*n, lo}
}

// IsZero says whether nothing was counted.
func (c Count) IsZero() bool { return c == Count{} }

// Float64 is the nearest float64, within one rounding of each half.
func (c Count) Float64() float64 {
	return math.Ldexp(float64(c.Hi), 64) + float64(c.Lo)
}

// Log2 is the count in bits; 0 for none.
func (c Count) Log2() float64 {
	if c.IsZero() {
		return 0
	}
	return math.Log2(c.Float64())
}

// Big is the count as a big integer.
func (c Count) Big() *big.Int {
	b := new(big.Int).Lsh(new(big.Int).SetUint64(c.Hi), 64)
	return b.Or(b, new(big.Int).SetUint64(c.Lo))
}

// String is the count in decimal.
func (c Count) String() string { return c.Big().String() }

// lowOnes has its lowest n bits set, 0 <= n <= 128.
func lowOnes(n int) Count {
	if n >= 64 {
		return Count{1<<(n-64) - 1, math.MaxUint64}
	}
	return Count{0, 1<<n - 1}
}

func (c Count) or(d Count) Count { return Count{c.Hi | d.Hi, c.Lo | d.Lo} }

// commonBits is the number of leading bits in which two counts agree.
func (c Count) commonBits(d Count) int {
	if c.Hi != d.Hi {
		return bits.LeadingZeros64(c.Hi ^ d.Hi)
	}
	return 64 + bits.LeadingZeros64(c.Lo^d.Lo)
}
