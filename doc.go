// Package sgfit is the root of the module and holds no code: the program is cmd/sgfit, the way that data flows is in
// the README, and the rules of the house that a machine can check are in this folder's tests.
package sgfit
