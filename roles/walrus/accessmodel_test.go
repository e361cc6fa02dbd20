package walrus_test

import (
	"net/http"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// model is a bucket of blue with an object of blue's and one that green put
// there, and what was configured, in words a person would use.
type model struct {
	enforced           bool
	ignore, restrict   bool
	bucketACL          string
	mineACL, theirsACL string
	allows, denies     []clause
}

// clause is a statement of the policy: who, and which action.
type clause struct{ who, action string }

var (
	bucketACLs = []string{"private", "public-read", "public-read-write", "authenticated-read"}
	objectACLs = []string{"private", "public-read", "authenticated-read", "bucket-owner-read", "bucket-owner-full-control"}
	principals = []string{toAll, toGreen, `{"AWS": "111111111111"}`}
	modelled   = []string{"s3:GetObject", "s3:GetObjectAcl", "s3:ListBucket", "s3:PutObject", "s3:DeleteObject"}
)

func drawModel(t *rapid.T) model {
	clauses := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) clause {
		return clause{rapid.SampledFrom(principals).Draw(t, "who"), rapid.SampledFrom(modelled).Draw(t, "action")}
	}), 0, 2)
	return model{
		enforced: rapid.IntRange(0, 3).Draw(t, "enforced") == 0,
		ignore:   rapid.IntRange(0, 3).Draw(t, "ignore") == 0, restrict: rapid.IntRange(0, 3).Draw(t, "restrict") == 0,
		bucketACL: rapid.SampledFrom(bucketACLs).Draw(t, "bucket"), mineACL: rapid.SampledFrom(objectACLs).Draw(t, "mine"),
		theirsACL: rapid.SampledFrom(objectACLs).Draw(t, "theirs"), allows: clauses.Draw(t, "allows"), denies: clauses.Draw(t, "denies"),
	}
}

// build makes the bucket so.
func (m model) build(tb testing.TB, s *server) {
	tb.Helper()
	s.must(tb, "DELETE", "/matrix?policy", "")
	s.must(tb, "PUT", "/matrix?publicAccessBlock", openBlock)
	s.must(tb, "PUT", "/matrix?ownershipControls", aclsOn)
	s.must(tb, "PUT", "/matrix?acl", "", "X-Amz-Grant-Write", "id="+accounts[1].Canonical)
	s.must(tb, "PUT", "/matrix/mine", "x", "X-Amz-Acl", m.mineACL)
	theirs := request{method: "PUT", path: "/matrix/theirs", body: []byte("x"), header: map[string]string{"X-Amz-Acl": m.theirsACL}}
	if status, code := s.sendAs(tb, green, theirs); status != 200 {
		tb.Fatalf("green puts: %d %s", status, code)
	}
	acl, ownership := m.bucketACL, aclsOn
	if m.enforced {
		acl, ownership = "private", aclsOff
	}
	s.must(tb, "PUT", "/matrix?acl", "", "X-Amz-Acl", acl)
	s.must(tb, "PUT", "/matrix?ownershipControls", ownership)
	s.must(tb, "PUT", "/matrix?publicAccessBlock", `<PublicAccessBlockConfiguration><IgnorePublicAcls>`+strconv.FormatBool(m.ignore)+
		`</IgnorePublicAcls><RestrictPublicBuckets>`+strconv.FormatBool(m.restrict)+`</RestrictPublicBuckets></PublicAccessBlockConfiguration>`)
	var list []string
	for effect, clauses := range map[string][]clause{"Allow": m.allows, "Deny": m.denies} {
		for _, c := range clauses {
			on := onKeys
			if c.action == "s3:ListBucket" {
				on = onName
			}
			list = append(list, statement(effect, c.who, c.action, on))
		}
	}
	if list != nil {
		s.must(tb, "PUT", "/matrix?policy", policyOf(list...))
	}
}

func (c clause) means(key, action string) bool {
	return c.action == action && (c.who == toAll || (c.who == toGreen && key == green) || (c.who == principals[2] && key == blue))
}

// grants says what a canned ACL gives beyond the owner: to blue as the owner of
// the bucket, and to groups.
func (m model) grants(acl, key string, write bool) bool {
	switch acl {
	case "public-read":
		return !write && !m.ignore
	case "public-read-write":
		return !m.ignore
	case "authenticated-read":
		return !write && !m.ignore && key != nobody
	case "bucket-owner-read", "bucket-owner-full-control":
		return !write && key == blue
	}
	return false
}

// lets says whether somebody may do an action to an object, or to the bucket.
func (m model) lets(key, action, object string) bool {
	denied := slices.ContainsFunc(m.denies, func(c clause) bool { return c.means(key, action) })
	allowed := slices.ContainsFunc(m.allows, func(c clause) bool { return c.means(key, action) })
	public := slices.ContainsFunc(m.allows, func(c clause) bool { return c.who == toAll })
	if public && m.restrict && key != blue {
		allowed = false
	}
	foreign := !m.enforced && object == "theirs"
	acl := m.mineACL
	if object == "theirs" {
		acl = m.theirsACL
	}
	reads := action == "s3:GetObject"
	switch {
	case denied:
		return false
	case foreign && (reads || action == "s3:GetObjectAcl"):
		return key == green || (reads && m.grants(acl, key, false)) || (!reads && key == blue && acl == "bucket-owner-full-control")
	case key == blue || allowed:
		return true
	case m.enforced:
		return false
	case reads:
		return m.grants(acl, key, false)
	case action == "s3:ListBucket":
		return m.grants(m.bucketACL, key, false)
	case action == "s3:PutObject":
		return m.grants(m.bucketACL, key, true)
	case action == "s3:DeleteObject":
		return m.grants(m.bucketACL, key, true) && foreign && key == green
	}
	return false
}

// TestAccessAgainstModel compares who is let in with the model, for buckets
// that are configured at random.
func TestAccessAgainstModel(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	rapid.Check(t, func(rt *rapid.T) {
		m := drawModel(rt)
		m.build(t, s)
		for _, probe := range []struct{ method, path, action, object string }{
			{"GET", "/matrix/mine", "s3:GetObject", "mine"}, {"GET", "/matrix/theirs", "s3:GetObject", "theirs"},
			{"GET", "/matrix/mine?acl", "s3:GetObjectAcl", "mine"}, {"GET", "/matrix/theirs?acl", "s3:GetObjectAcl", "theirs"},
			{"GET", "/matrix", "s3:ListBucket", ""}, {"PUT", "/matrix/new", "s3:PutObject", "new"},
		} {
			for _, key := range []string{nobody, green, blue} {
				m.compare(t, rt, s, key, probe.method, probe.path, probe.action, probe.object)
			}
		}
		key, object := rapid.SampledFrom([]string{nobody, green, blue}).Draw(rt, "deletes"), rapid.SampledFrom([]string{"mine", "theirs"}).Draw(rt, "deleted")
		m.compare(t, rt, s, key, "DELETE", "/matrix/"+object, "s3:DeleteObject", object)
	})
}

func (m model) compare(t *testing.T, rt *rapid.T, s *server, key, method, path, action, object string) {
	status, code := s.sendAs(t, key, request{method: method, path: path})
	if got, want := status != http.StatusForbidden, m.lets(key, action, object); got != want || status >= 500 {
		rt.Fatalf("%q %s %s: %d %s, want it allowed: %v\n%+v", key, method, path, status, code, want, m)
	}
}
