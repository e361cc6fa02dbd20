package walrus

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ecc/api/auth"
	"ecc/api/s3"
	"ecc/cloud"
	"ecc/roles/walrus/index"
)

// TestUsersPolicies: what a user's own policies, its boundary and its account's
// say counts in the user's account, for each action and each ARN by itself.
func TestUsersPolicies(t *testing.T) {
	w, err := New(Config{Dir: t.TempDir(), Region: "us-east-1"}, nobodys{}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	b := index.Bucket{ID: w.index.NewID(), Name: "b", Account: "111111111111", Canonical: strings.Repeat("c", 64)}
	if err := w.index.Update(t.Context(), func(tx *index.Tx) error { return tx.PutBucket(b) }); err != nil {
		t.Fatal(err)
	}
	const objects, bucket = `"Action": "s3:*", "Resource": "arn:aws:s3:::b/*"`, `"Action": "s3:*", "Resource": "arn:aws:s3:::b"`
	allow := func(rest string) cloud.Document { return document(`"Effect": "Allow", ` + rest) }
	deny := func(rest string) cloud.Document { return document(`"Effect": "Deny", ` + rest) }
	narrow := allow(`"Action": "s3:PutObject", "Resource": "*"`)
	for name, tc := range map[string]struct {
		rights *cloud.Rights
		action string
		want   bool
	}{
		"nothing":                      {nil, "s3:GetObject", false},
		"objects":                      {&cloud.Rights{Identity: []cloud.Document{allow(objects)}}, "s3:GetObject", true},
		"objects, not their bucket":    {&cloud.Rights{Identity: []cloud.Document{allow(objects)}}, "s3:PutBucketPolicy", false},
		"nor its versioning":           {&cloud.Rights{Identity: []cloud.Document{allow(objects)}}, "s3:PutBucketVersioning", false},
		"nor its logging":              {&cloud.Rights{Identity: []cloud.Document{allow(objects)}}, "s3:PutBucketLogging", false},
		"the bucket":                   {&cloud.Rights{Identity: []cloud.Document{allow(bucket)}}, "s3:PutBucketPolicy", true},
		"the bucket, not its objects":  {&cloud.Rights{Identity: []cloud.Document{allow(bucket)}}, "s3:GetObject", false},
		"a denial wins":                {&cloud.Rights{Identity: []cloud.Document{allow(objects), deny(`"Action": "s3:Get*", "Resource": "*"`)}}, "s3:GetObject", false},
		"outside of the boundary":      {&cloud.Rights{Identity: []cloud.Document{allow(objects)}, Boundary: &narrow}, "s3:GetObject", false},
		"inside of the boundary":       {&cloud.Rights{Identity: []cloud.Document{allow(objects)}, Boundary: &narrow}, "s3:PutObject", true},
		"outside of the session":       {&cloud.Rights{Identity: []cloud.Document{allow(objects)}, Narrowed: true, Session: []cloud.Document{narrow}}, "s3:GetObject", false},
		"denied to the account":        {&cloud.Rights{Identity: []cloud.Document{allow(objects)}, Account: []cloud.Document{deny(`"Action": "*", "Resource": "*"`)}}, "s3:GetObject", false},
		"by name of the user":          {&cloud.Rights{Identity: []cloud.Document{allow(`"Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}"`)}}, "s3:GetObject", true},
		"by name of somebody else":     {&cloud.Rights{Identity: []cloud.Document{allow(`"Action": "s3:*", "Resource": "arn:aws:s3:::b/x${aws:username}"`)}}, "s3:GetObject", false},
		"by an S3 key":                 {&cloud.Rights{Identity: []cloud.Document{allow(objects + `, "Condition": {"StringEquals": {"s3:authType": "REST-HEADER"}}`)}}, "s3:GetObject", true},
		"by a key nobody knows":        {&cloud.Rights{Identity: []cloud.Document{allow(objects + `, "Condition": {"StringNotEquals": {"s3:novelty": "x"}}`)}}, "s3:GetObject", false},
		"a policy that cannot be read": {&cloud.Rights{Identity: []cloud.Document{allow(objects), {Text: "{"}}}, "s3:GetObject", false},
	} {
		c := &call{ctx: t.Context(), bucket: b, key: "ann", Request: &auth.Request{Header: http.Header{}, Query: url.Values{}, Account: cloud.Account{ID: b.Account, Canonical: b.Canonical},
			Caller: cloud.Caller{Account: b.Account, ARN: "arn:aws:iam::111111111111:user/team/ann", Kind: cloud.PrincipalUser, UserID: "AIDA", Rights: tc.rights}}}
		key := "ann"
		if strings.Contains(tc.action, "Bucket") {
			key = ""
		}
		err := w.index.View(func(tx *index.Tx) error { return w.permit(tx, c, tc.action, b, key, &index.Object{Key: "ann"}) })
		if (err == nil) != tc.want {
			t.Errorf("%s: %v, want it allowed: %v", name, err, tc.want)
		}
	}
}

// TestUsersAccount: what is done to the account itself takes permissions, too,
// and the headers of CreateBucket take more.
func TestUsersAccount(t *testing.T) {
	w, err := New(Config{Dir: t.TempDir(), Region: "us-east-1"}, nobodys{}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	list := s3.Route{Op: "ListBuckets", Scope: s3.Service, Action: "s3:ListAllMyBuckets"}
	create := s3.Route{Op: "CreateBucket", Scope: s3.Bucket, Action: "s3:CreateBucket"}
	for _, tc := range []struct {
		route       s3.Route
		name        string
		header, may string
		want        string
	}{
		{list, "", "", `"Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::*"`, ""},
		{list, "", "", `"Action": "s3:ListBucket", "Resource": "*"`, "because no identity-based policy allows the s3:ListAllMyBuckets action"},
		{create, "ann-1", "", `"Action": "s3:CreateBucket", "Resource": "arn:aws:s3:::ann-*"`, ""},
		{create, "bob-1", "", `"Action": "s3:CreateBucket", "Resource": "arn:aws:s3:::ann-*"`, "because no identity-based policy allows the s3:CreateBucket action"},
		{create, "ann-1", "X-Amz-Acl", `"Action": "s3:CreateBucket", "Resource": "*"`, "because no identity-based policy allows the s3:PutBucketAcl action"},
		{create, "ann-1", "X-Amz-Bucket-Object-Lock-Enabled", `"Action": ["s3:CreateBucket", "s3:PutBucketObjectLockConfiguration"], "Resource": "*"`,
			"because no identity-based policy allows the s3:PutBucketVersioning action"},
	} {
		header := http.Header{}
		if tc.header != "" {
			header.Set(tc.header, "x")
		}
		c := &call{ctx: t.Context(), route: tc.route, name: tc.name, Request: &auth.Request{Header: header, Query: url.Values{},
			Caller: cloud.Caller{Account: "111111111111", ARN: "arn:aws:iam::111111111111:user/ann", Kind: cloud.PrincipalUser,
				Rights: &cloud.Rights{Identity: []cloud.Document{document(`"Effect": "Allow", ` + tc.may)}}}}}
		err := w.authorizeAccount(c)
		if (err == nil) != (tc.want == "") || (err != nil && !strings.HasSuffix(err.Error(), tc.want)) {
			t.Errorf("%s %s %s: %v, want %q", tc.route.Op, tc.name, tc.header, err, tc.want)
		}
	}
}

func document(statement string) cloud.Document {
	return cloud.Document{Name: "p", Text: `{"Version": "2012-10-17", "Statement": {` + statement + `}}`}
}
