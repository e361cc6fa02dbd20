package clc_test

import (
	"strings"
	"testing"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// What identities name and is not there is found.
func TestAuditIdentity(t *testing.T) {
	f := newCloud(t)
	f.alice.profile("web")
	a := f.alice.account.ID
	ok(t, f.alice.query2("RunInstances", launch.with(args{"IamInstanceProfile.Name": "web"})))
	f.audit()
	instance := f.instanceIDs()[0]
	attached := cloud.Attachments{Managed: []string{"arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::" + string(a) + ":policy/gone"}}
	f.change(func(tx *store.Tx) error {
		for _, put := range []func() error{
			func() error {
				return tx.Users().Put(cloud.User{ID: "AIDA1", Account: a, Name: "u", Path: "/", Groups: []string{"AGPA1", "AGPA2"}, Attachments: attached})
			},
			func() error {
				return tx.UserGroups().Put(cloud.UserGroup{ID: "AGPA1", Account: a, Name: "g", Path: "/", Attachments: attached})
			},
			func() error {
				return tx.Roles().Put(cloud.Role{ID: "AROA1", Account: a, Name: "r", Path: "/", Boundary: "arn:aws:iam::" + string(a) + ":policy/lost"})
			},
			func() error {
				return tx.InstanceProfiles().Put(cloud.InstanceProfile{ID: "AIPA1", Account: a, Name: "p", Path: "/", Role: "AROA2"})
			},
			func() error {
				return tx.ProfileAssociations().Put(cloud.ProfileAssociation{ID: "iip-assoc-1", Account: a, Instance: "i-gone"})
			},
			func() error {
				return tx.ProfileAssociations().Put(cloud.ProfileAssociation{ID: "iip-assoc-2", Account: a, Instance: instance})
			},
		} {
			if err := put(); err != nil {
				return err
			}
		}
		return nil
	})
	var found []string
	f.view(func(tx *store.Tx) { found = clc.AuditRecords(tx) })
	all := strings.Join(found, "\n")
	for _, want := range []string{"user/u has the policy arn:aws:iam::" + string(a) + ":policy/gone", "group/g has the policy", "user/u is in the group AGPA2", "role/r has the policy arn:aws:iam::" + string(a) + ":policy/lost",
		"instance-profile/p has the role AROA2", "iip-assoc-1 is of instance i-gone", "has the profiles of"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q was not found among:\n%s", want, all)
		}
	}
	if len(found) != 7 {
		t.Errorf("%d findings:\n%s", len(found), all)
	}
}
