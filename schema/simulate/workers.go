package simulate

import (
	"net/netip"
	"slices"
	"strconv"
)

// pool is the host numbers of the workers' subnet, with who had each last and since when it is free.
type pool struct {
	subnet *subnet
	last   map[int]lease
	next   int
}

type lease struct {
	role   string
	freeAt int64
}

// The workers' host numbers, both included.
const (
	firstWorker = 20
	lastWorker  = 239
)

// makeWorkers makes the interfaces that live for hours. Most take a fresh address, as an autoscaling group in a large
// subnet does; every third takes one that the other role left a while ago.
func (a *Account) makeWorkers() {
	r := a.rng("workers", 0)
	p := &pool{subnet: a.subnetNamed("batch-a"), last: map[int]lease{}, next: firstWorker}
	perDay := int64(5 + int(4*min(a.opts.Scale, 3)))
	for d := range int64(a.lived()) {
		for w := range perDay {
			start := a.window.from + d*day + w*(20*hour/perDay) + r.Int64N(hour/2) + 5*minute
			number := d*perDay + w
			role := "batch"
			if number%5 >= 3 {
				role = "reports"
			}
			life := span{start, start + hour + r.Int64N(2*hour)}
			addr := p.take(role, life, number%3 == 2)
			h := a.newHost(role, role+"-"+strconv.FormatInt(number, 10), p.subnet, addr, []string{role})
			h.life, h.wears[0].from = life, life.from
			h.tags["aws:autoscaling:groupName"] = role + "-asg"
		}
	}
}

// take leases an address for a life; reuse prefers the lowest that another role has left at least twenty minutes ago.
func (p *pool) take(role string, life span, reuse bool) netip.Addr {
	n := p.fresh(life.from)
	if reuse {
		for _, left := range p.left() {
			if l := p.last[left]; l.role != role && l.freeAt <= life.from {
				n = left
				break
			}
		}
	}
	p.last[n] = lease{role, life.to + 20*minute}
	addr, _ := p.subnet.nth(n)
	return addr
}

// fresh is the next number in turn that is free.
func (p *pool) fresh(now int64) int {
	for {
		n := p.next
		if p.next++; p.next > lastWorker {
			p.next = firstWorker
		}
		if p.last[n].freeAt <= now {
			return n
		}
	}
}

// left are all numbers that were ever leased, in order.
func (p *pool) left() []int {
	var numbers []int
	for n := range p.last {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}
