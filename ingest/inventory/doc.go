// Package inventory reads what AWS Config knew of an estate (snapshots, history, notifications, answers of its API),
// what EC2 said of it (saved Describe answers, and those that sgfit asked for itself), and what CloudTrail recorded of
// changes, and turns it into intervals: which groups an interface had, which rules a group had, and who owned an
// address, at any time. Start at LoadConfig, which goes from a source to a sink; Read decodes one object and Timeline
// makes the intervals, both without any knowledge of the database.
//
// Most of what a daily snapshot says was said the day before. So an item's text is recognised by its hash (memo), only new
// ones are read, and the sink gets the numbers of the others; intervals are made resource by resource (builder). What is
// held at a time is what is new in a few objects, the hashes of the items met of late, and one part of the inventory.
//
// Limits: AWS Config knows no rule ids (sgr-…), records a change seconds to minutes after it, and with daily recording
// only the last state of a day. The body of an oversized notification lies in another object, which is not followed.
// An item that cannot be read leaves the state before it standing. The previous values inside a notification's
// configurationItemDiff are not used. Saved answers of EC2 carry no time (their object's is taken), often no region and
// account (folders of such names are believed, where nothing else tells), and prove nothing by what they lack.
//
// CloudTrail's changes are applied to what Config saw, and undone before it, as if every change had been recorded; where
// that does not fit, Config's word counts (see retrace). Changes that no event names exactly are left to Config: of an
// instance with several interfaces, by the name of a group, by an unknown sgr- id, of a prefix list's restored version.
package inventory
