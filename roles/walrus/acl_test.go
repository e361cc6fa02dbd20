package walrus_test

import (
	"strings"
	"testing"
)

// step is one request, as somebody, and how it must end.
type turn struct {
	key, method, path string
	header, body      string // header: "Name: value"
	status            int
	code              string // of the error, or a part of the answer
}

// take plays turns one after the other.
func (s *server) take(t *testing.T, turns []turn) {
	t.Helper()
	for i, n := range turns {
		q := request{method: n.method, path: n.path, body: []byte(n.body), header: map[string]string{}}
		if name, value, ok := strings.Cut(n.header, ": "); ok {
			q.header[name] = value
		}
		status, body := s.answerAs(t, n.key, q)
		if status != n.status || !strings.Contains(body, n.code) {
			who := map[string]string{blue: "blue", green: "green", nobody: "nobody"}[n.key]
			t.Errorf("%d: %s: %s %s %s: %d %s, want %d %s", i, who, n.method, n.path, n.header, status, body, n.status, n.code)
		}
	}
}

const (
	preferred = `<OwnershipControls><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule></OwnershipControls>`
	fullToAll = "X-Amz-Acl: bucket-owner-full-control"
)

func idOf(key string) string {
	return "<ID>" + accounts[map[string]int{blue: 0, green: 1}[key]].Canonical + "</ID>"
}

// TestObjectOwnership: what others put into a bucket is theirs or the bucket's
// owner's, as the bucket has it.
func TestObjectOwnership(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	writer := "X-Amz-Grant-Write: id=" + accounts[1].Canonical
	s.take(t, []turn{
		{blue, "PUT", "/matrix?publicAccessBlock", "", openBlock, 200, ""},
		{blue, "PUT", "/matrix?acl", writer, "", 400, "AccessControlListNotSupported"},
		{blue, "PUT", "/matrix?ownershipControls", "", aclsOn, 200, ""},
		{blue, "PUT", "/matrix?acl", writer, "", 200, ""},
		{blue, "GET", "/matrix?acl", "", "", 200, "<Permission>WRITE</Permission>"},
		{blue, "PUT", "/matrix/mine", "", "x", 200, ""},
		{green, "GET", "/matrix", "", "", 403, "AccessDenied"},
		{green, "PUT", "/matrix/theirs", "", "x", 200, ""},
		{green, "PUT", "/matrix/shared", fullToAll, "x", 200, ""},
		{nobody, "PUT", "/matrix/nobodys", "", "x", 403, "AccessDenied"},

		// An object is its writer's.
		{green, "GET", "/matrix/theirs", "", "", 200, "x"},
		{green, "GET", "/matrix/theirs?acl", "", "", 200, idOf(green)},
		{blue, "GET", "/matrix/theirs", "", "", 403, "AccessDenied"},
		{blue, "GET", "/matrix/theirs?acl", "", "", 403, "AccessDenied"},
		{blue, "PUT", "/matrix/theirs?acl", "X-Amz-Acl: public-read", "", 403, "AccessDenied"},
		{blue, "GET", "/matrix/shared", "", "", 200, "x"},
		{blue, "GET", "/matrix/shared?acl", "", "", 200, "<Owner>" + idOf(green)},
		{blue, "GET", "/matrix?list-type=2&fetch-owner=true&prefix=theirs", "", "", 200, "<Owner>" + idOf(green)},
		{green, "GET", "/matrix/mine", "", "", 403, "AccessDenied"},
		{green, "DELETE", "/matrix/mine", "", "", 403, "AccessDenied"},
		{green, "DELETE", "/matrix/shared", "", "", 204, ""},

		// The bucket's policy does not give it away, but can deny.
		{blue, "PUT", "/matrix?policy", "", policyOf(statement("Allow", toAll, "s3:GetObject", onKeys)), 204, ""},
		{nobody, "GET", "/matrix/mine", "", "", 200, "x"},
		{nobody, "GET", "/matrix/theirs", "", "", 403, "AccessDenied"},
		{blue, "GET", "/matrix/theirs", "", "", 403, "AccessDenied"},
		{green, "PUT", "/matrix/theirs?acl", "X-Amz-Acl: public-read", "", 200, ""},
		{nobody, "GET", "/matrix/theirs", "", "", 200, "x"},
		{nobody, "GET", "/matrix/theirs?acl", "", "", 403, "AccessDenied"},
		{blue, "PUT", "/matrix?policy", "", policyOf(statement("Deny", toAll, "s3:GetObject", onKeys)), 204, ""},
		{green, "GET", "/matrix/theirs", "", "", 403, "AccessDenied"},
		{blue, "DELETE", "/matrix?policy", "", "", 204, ""},
		{blue, "PUT", "/matrix?publicAccessBlock", "", ignoring, 200, ""},
		{nobody, "GET", "/matrix/theirs", "", "", 403, "AccessDenied"},
		{green, "GET", "/matrix/theirs", "", "", 200, "x"},

		// Preferred: the bucket's owner's, if the writer says so.
		{blue, "PUT", "/matrix?ownershipControls", "", preferred, 200, ""},
		{green, "PUT", "/matrix/given", fullToAll, "x", 200, ""},
		{green, "PUT", "/matrix/kept", "", "x", 200, ""},
		{blue, "GET", "/matrix/given?acl", "", "", 200, "<Owner>" + idOf(blue)},
		{green, "GET", "/matrix/given", "", "", 403, "AccessDenied"},
		{blue, "GET", "/matrix/kept", "", "", 403, "AccessDenied"},

		// Enforced: all is the bucket's owner's, whoever wrote it when.
		{blue, "PUT", "/matrix?ownershipControls", "", aclsOff, 400, "InvalidBucketAclWithObjectOwnership"},
		{blue, "PUT", "/matrix?acl", "X-Amz-Acl: private", "", 200, ""},
		{blue, "PUT", "/matrix?ownershipControls", "", aclsOff, 200, ""},
		{blue, "GET", "/matrix/kept", "", "", 200, "x"},
		{blue, "GET", "/matrix/kept?acl", "", "", 200, "<Owner>" + idOf(blue)},
		{green, "GET", "/matrix/kept", "", "", 403, "AccessDenied"},
		{green, "PUT", "/matrix/kept", "", "x", 403, "AccessDenied"},
		{blue, "DELETE", "/matrix/kept", "", "", 204, ""},
	})
}

// TestUploadsOfOthers: who may write may go on with their own uploads only.
func TestUploadsOfOthers(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	s.take(t, []turn{
		{blue, "PUT", "/matrix?publicAccessBlock", "", openBlock, 200, ""},
		{blue, "PUT", "/matrix?ownershipControls", "", aclsOn, 200, ""},
		{blue, "PUT", "/matrix?acl", "X-Amz-Acl: public-read-write", "", 200, ""},
	})
	begin := func(key string) string {
		status, body := s.answerAs(t, key, request{method: "POST", path: "/matrix/k?uploads"})
		_, id, _ := strings.Cut(body, "<UploadId>")
		id, _, ok := strings.Cut(id, "</UploadId>")
		if status != 200 || !ok {
			t.Fatalf("%d %s", status, body)
		}
		return "/matrix/k?uploadId=" + id
	}
	mine, theirs := begin(blue), begin(green)
	s.take(t, []turn{
		{green, "GET", mine, "", "", 403, "AccessDenied"},
		{green, "DELETE", mine, "", "", 403, "AccessDenied"},
		{nobody, "POST", "/matrix/k?uploads", "", "", 403, "Anonymous users cannot initiate multipart uploads"},
		{green, "GET", theirs, "", "", 200, "ListPartsResult"},
		{green, "DELETE", theirs, "", "", 204, ""},
		{blue, "DELETE", mine, "", "", 204, ""},
		{nobody, "PUT", "/matrix/nobodys", "", "x", 200, ""},
		{nobody, "GET", "/matrix/nobodys", "", "", 403, "AccessDenied"},
		{nobody, "PUT", "/matrix/nobodys?acl", "X-Amz-Acl: public-read", "", 403, "AccessDenied"},
		{nobody, "DELETE", "/matrix/nobodys", "", "", 403, "AccessDenied"},
		{blue, "GET", "/matrix/nobodys", "", "", 403, "AccessDenied"},
		{blue, "DELETE", "/matrix/nobodys", "", "", 204, ""},
	})
}

func policyXML(owner, grants string) string {
	return `<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner>` + owner + `</Owner><AccessControlList>` + grants + `</AccessControlList></AccessControlPolicy>`
}

func grantXML(kind, grantee, permission string) string {
	return `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="` + kind + `">` + grantee + `</Grantee><Permission>` + permission + `</Permission></Grant>`
}

// TestACLRequests: what ACL requests are answered with.
func TestACLRequests(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	full := policyXML(idOf(blue), grantXML("CanonicalUser", idOf(blue), "FULL_CONTROL"))
	toGreenID := policyXML(idOf(blue), grantXML("CanonicalUser", idOf(green), "READ"))
	byMail := func(mail string) string {
		return policyXML(idOf(blue), grantXML("AmazonCustomerByEmail", "<EmailAddress>"+mail+"</EmailAddress>", "READ"))
	}
	unknown := strings.Repeat("c", 64)
	s.take(t, []turn{
		// ACLs off.
		{blue, "PUT", "/matrix/k", "X-Amz-Acl: public-read", "x", 400, "AccessControlListNotSupported"},
		{blue, "PUT", "/matrix/k", "X-Amz-Grant-Read: id=" + accounts[1].Canonical, "x", 400, "AccessControlListNotSupported"},
		{blue, "PUT", "/matrix/k", "X-Amz-Acl: frob", "x", 400, "<ArgumentName>x-amz-acl</ArgumentName><ArgumentValue>frob</ArgumentValue>"},
		{blue, "PUT", "/matrix/k", fullToAll, "x", 200, ""},
		{blue, "PUT", "/matrix/k", "X-Amz-Grant-Full-Control: id=" + accounts[0].Canonical, "x", 200, ""},
		{blue, "PUT", "/matrix/k?acl", "", full, 200, ""},
		{blue, "PUT", "/matrix/k?acl", "X-Amz-Acl: public-read", "", 400, "AccessControlListNotSupported"},
		{blue, "PUT", "/matrix?acl", "X-Amz-Acl: private", "", 400, "AccessControlListNotSupported"},
		{blue, "PUT", "/matrix?acl", "", toGreenID, 400, "AccessControlListNotSupported"},
		{blue, "GET", "/matrix/k?acl", "", "", 200, "FULL_CONTROL"},

		// Public ones blocked.
		{blue, "PUT", "/matrix?ownershipControls", "", aclsOn, 200, ""},
		{blue, "PUT", "/matrix/k", "X-Amz-Acl: public-read", "x", 403, "BlockPublicAcls"},
		{blue, "PUT", "/matrix/k?acl", "X-Amz-Acl: authenticated-read", "", 403, "AccessDenied"},
		{blue, "PUT", "/matrix?acl", "X-Amz-Acl: public-read", "", 403, "on resource: &#34;arn:aws:s3:::matrix&#34; because public access control lists (ACLs) are blocked"},
		{blue, "PUT", "/matrix/k?acl", "", toGreenID, 200, ""},
		{green, "GET", "/matrix/k", "", "", 200, "x"},
		{nobody, "GET", "/matrix/k", "", "", 403, "AccessDenied"},

		// Nonsense.
		{blue, "DELETE", "/matrix?publicAccessBlock", "", "", 204, ""},
		{blue, "PUT", "/matrix?acl", "", "", 400, "MissingSecurityHeader"},
		{blue, "PUT", "/matrix?acl", "", "{}", 400, "MalformedACLError"},
		{blue, "PUT", "/matrix?acl", "X-Amz-Acl: private", full, 400, "UnexpectedContent"},
		{blue, "PUT", "/matrix?acl", "X-Amz-Acl: frob", "", 400, "InvalidArgument"},
		{blue, "PUT", "/matrix?acl", "X-Amz-Grant-Read: id=" + unknown, "", 400, "<Message>Invalid id</Message><ArgumentName>CanonicalUser/ID</ArgumentName>"},
		{blue, "PUT", "/matrix?acl", "X-Amz-Grant-Read: ids=" + unknown, "", 400, "<ArgumentName>x-amz-grant-read</ArgumentName>"},
		{blue, "PUT", "/matrix?acl", "X-Amz-Grant-Read: id=" + string(accounts[1].ID), "", 400, "InvalidArgument"},
		{blue, "PUT", "/matrix?acl", "X-Amz-Grant-Read: uri=http://example.com/", "", 400, "InvalidArgument"},
		{blue, "PUT", "/matrix?acl", "", policyXML(idOf(green), ""), 403, "AccessDenied"},
		{blue, "PUT", "/matrix/k?acl", "", byMail("nobody@example.com"), 400, "UnresolvableGrantByEmailAddress"},
		{blue, "PUT", "/matrix/k?acl", "", byMail("green"), 400, "UnresolvableGrantByEmailAddress"},
		{blue, "PUT", "/matrix/k?acl", "", byMail("green@example.com"), 200, ""},
		{blue, "GET", "/matrix/k?acl", "", "", 200, idOf(green)},
		{blue, "PUT", "/matrix/missing?acl", "X-Amz-Acl: private", "", 404, "NoSuchKey"},
		{blue, "PUT", "/matrix/k?acl&versionId=00000000000000ff", "X-Amz-Acl: private", "", 404, "NoSuchVersion"},
		{blue, "PUT", "/matrix/k?acl", "", policyXML(idOf(blue), ""), 200, ""},
		{blue, "GET", "/matrix/k", "", "", 200, "x"}, // an account's root may all of what is its own
		{nobody, "GET", "/matrix/k", "", "", 403, "AccessDenied"},
	})
}

// TestCreateBucketAccess: ownership and ACL in the request that makes a bucket.
func TestCreateBucketAccess(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.take(t, []turn{
		{blue, "PUT", "/one", "X-Amz-Acl: public-read", "", 400, "InvalidBucketAclWithObjectOwnership"},
		{blue, "PUT", "/one", "X-Amz-Object-Ownership: Mine", "", 400, "InvalidArgument"},
		{blue, "PUT", "/one", "X-Amz-Acl: private", "", 200, ""},
		{blue, "GET", "/one?ownershipControls", "", "", 200, "BucketOwnerEnforced"},
		{blue, "GET", "/one?publicAccessBlock", "", "", 200, "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>"},
		{blue, "PUT", "/two", "X-Amz-Object-Ownership: ObjectWriter", "", 200, ""},
		{blue, "GET", "/two?ownershipControls", "", "", 200, "<ObjectOwnership>ObjectWriter</ObjectOwnership>"},
		{blue, "PUT", "/two?acl", "X-Amz-Grant-Read: id=" + accounts[1].Canonical, "", 200, ""},
		{green, "GET", "/two", "", "", 200, "ListBucketResult"},
		{nobody, "GET", "/two", "", "", 403, "AccessDenied"},
		{blue, "DELETE", "/two?ownershipControls", "", "", 204, ""},
		{blue, "GET", "/two?ownershipControls", "", "", 404, "OwnershipControlsNotFoundError"},
		{green, "GET", "/two", "", "", 200, "ListBucketResult"},
		{blue, "PUT", "/two?ownershipControls", "", "<OwnershipControls/>", 400, "MalformedXML"},
		{blue, "DELETE", "/two?publicAccessBlock", "", "", 204, ""},
		{blue, "GET", "/two?publicAccessBlock", "", "", 404, "NoSuchPublicAccessBlockConfiguration"},
	})
}

// TestACLOfCopiesAndUploads: the ACL of a copy is the one it was made with, and
// so is that of an object from parts.
func TestACLOfCopiesAndUploads(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	s.take(t, []turn{
		{blue, "PUT", "/matrix?publicAccessBlock", "", openBlock, 200, ""},
		{blue, "PUT", "/matrix?ownershipControls", "", aclsOn, 200, ""},
		{blue, "PUT", "/matrix/k", "X-Amz-Acl: public-read", "x", 200, ""},
		{nobody, "GET", "/matrix/k", "", "", 200, "x"},
		{blue, "PUT", "/matrix/copy", "X-Amz-Copy-Source: /matrix/k", "", 200, ""},
		{nobody, "GET", "/matrix/copy", "", "", 403, "AccessDenied"},
	})
	s.must(t, "PUT", "/matrix/open", "", "X-Amz-Copy-Source", "/matrix/copy", "X-Amz-Acl", "public-read")
	_, body := s.answerAs(t, blue, request{method: "POST", path: "/matrix/parts?uploads", header: map[string]string{"X-Amz-Grant-Read": "uri=http://acs.amazonaws.com/groups/global/AllUsers"}})
	_, id, _ := strings.Cut(body, "<UploadId>")
	id, _, _ = strings.Cut(id, "</UploadId>")
	s.must(t, "PUT", "/matrix/parts?partNumber=1&uploadId="+id, "x")
	s.take(t, []turn{
		{nobody, "GET", "/matrix/open", "", "", 200, "x"},
		{nobody, "GET", "/matrix/parts", "", "", 403, "AccessDenied"},
		{blue, "POST", "/matrix/parts?uploadId=" + id, "", `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"9dd4e461268c8034f5c8564e155c67a6"</ETag></Part></CompleteMultipartUpload>`, 200, "CompleteMultipartUploadResult"},
		{nobody, "GET", "/matrix/parts", "", "", 200, "x"},
		{blue, "PUT", "/matrix/k", "", "y", 200, ""},
		{nobody, "GET", "/matrix/k", "", "", 403, "AccessDenied"},
	})
}

// TestACLOfVersions: each version has its own.
func TestACLOfVersions(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	s.take(t, []turn{
		{blue, "PUT", "/matrix?publicAccessBlock", "", openBlock, 200, ""},
		{blue, "PUT", "/matrix?ownershipControls", "", aclsOn, 200, ""},
		{blue, "PUT", "/matrix/k", "", "old", 200, ""},
		{blue, "PUT", "/matrix?versioning", "", `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`, 200, ""},
		{blue, "PUT", "/matrix/k", "", "new", 200, ""},
		{blue, "PUT", "/matrix/k?acl&versionId=null", "X-Amz-Acl: public-read", "", 200, ""},
		{nobody, "GET", "/matrix/k", "", "", 403, "AccessDenied"},
		{nobody, "GET", "/matrix/k?versionId=null", "", "", 200, "old"},
		{blue, "GET", "/matrix/k?acl&versionId=null", "", "", 200, "AllUsers"},
		{blue, "DELETE", "/matrix/k", "", "", 204, ""},
		{blue, "PUT", "/matrix/k?acl", "X-Amz-Acl: public-read", "", 404, "NoSuchKey"},
		{nobody, "GET", "/matrix/k", "", "", 403, "AccessDenied"},
		{nobody, "GET", "/matrix/k?versionId=null", "", "", 200, "old"},
	})
}
