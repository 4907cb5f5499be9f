// Package inventory reads what AWS Config knew of an estate (snapshots, history, notifications, answers of its API) and
// what EC2 said of it (saved Describe answers, and those that sgfit asked for itself), and turns the observations into
// intervals: which groups an interface had, which rules a group had, and who owned an
// address, at any time. Start at LoadConfig, which goes from a source to a sink; Read decodes one object and Timeline
// makes the intervals, both without any knowledge of the database.
//
// Limits: AWS Config knows no rule ids (sgr-…), records a change seconds to minutes after it, and with daily recording
// only the last state of a day. The body of an oversized notification lies in another object, which is not followed.
// An item that cannot be read leaves the state before it standing. The previous values inside a notification's
// configurationItemDiff are not used. Saved answers of EC2 carry no time (their object's is taken), often no region and
// account (folders of such names are believed, where nothing else tells), and prove nothing by what they lack.
package inventory
