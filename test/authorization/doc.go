// Package authorization tests that nobody may what nobody allowed: every action
// of EC2, IAM and STS, taken from the tables themselves, for every kind of
// caller. An action that is added to a table is tested without a line here.
package authorization
