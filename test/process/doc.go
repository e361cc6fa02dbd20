// Package process starts the real executable as its users do and ends it, and
// runs the clients that people have against it. It is for suites below test/
// that look at ecc from outside; how ecc is wired inside is not its business.
//
// A Server keeps its data folder and its ports over any number of lives.
package process
