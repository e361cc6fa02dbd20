package iam_test

import "testing"

// What clients read about users, to the letter.
func TestUsersGolden(t *testing.T) {
	tp := newTape(newCloud(t))
	alice := tp.f.alice
	tp.do(alice, "CreateUser", args{"UserName": "Ann", "Path": "/staff/", "Tags.member.1.Key": "team", "Tags.member.1.Value": "red"})
	tp.do(alice, "CreateUser", args{"UserName": "ann"})
	tp.check()
}
