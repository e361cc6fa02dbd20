package s3

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	blueID  = strings.Repeat("b", 64)
	greenID = strings.Repeat("9", 64)
)

func aclOf(grants string) string {
	return `<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>` + blueID + `</ID></Owner><AccessControlList>` +
		grants + `</AccessControlList></AccessControlPolicy>`
}

func grantOf(kind, grantee, permission string) string {
	return `<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="` + kind + `">` + grantee +
		`</Grantee><Permission>` + permission + `</Permission></Grant>`
}

func documentOf(body string) Document {
	return Document{Body: strings.NewReader(body), Header: http.Header{}}
}

func TestReadACL(t *testing.T) {
	for _, tc := range []struct {
		body string
		want []Grant
		code Code
	}{
		{aclOf(""), nil, ""},
		{aclOf(grantOf("CanonicalUser", "<ID>"+greenID+"</ID><DisplayName>green</DisplayName>", "READ")), []Grant{{Grantee{ID: greenID}, Read}}, ""},
		{aclOf(grantOf("Group", "<URI>"+AllUsers+"</URI>", "READ_ACP") + grantOf("AmazonCustomerByEmail", "<EmailAddress>a@example.com</EmailAddress>", "FULL_CONTROL")),
			[]Grant{{Grantee{URI: AllUsers}, ReadACP}, {Grantee{Email: "a@example.com"}, FullControl}}, ""},
		{strings.Replace(aclOf(grantOf("Group", "<URI>"+AllUsers+"</URI>", "WRITE")), ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`, "", 1), []Grant{{Grantee{URI: AllUsers}, Write}}, ""},
		{aclOf(grantOf("CanonicalUser", "<ID>nobody</ID>", "READ")), nil, InvalidArgument},
		{aclOf(grantOf("CanonicalUser", "<ID></ID>", "READ")), nil, InvalidArgument},
		{aclOf(grantOf("Group", "<URI>http://example.com</URI>", "READ")), nil, InvalidArgument},
		{aclOf(grantOf("Group", "<ID>"+greenID+"</ID>", "READ")), nil, MalformedACLError},
		{aclOf(grantOf("Frog", "<ID>"+greenID+"</ID>", "READ")), nil, MalformedACLError},
		{aclOf(grantOf("CanonicalUser", "<ID>"+greenID+"</ID>", "EAT")), nil, MalformedACLError},
		{aclOf(grantOf("CanonicalUser", "<ID>"+greenID+"</ID>", "")), nil, MalformedACLError},
		{aclOf("<Grant><Permission>READ</Permission></Grant>"), nil, MalformedACLError},
		{aclOf(strings.Repeat(grantOf("Group", "<URI>"+AllUsers+"</URI>", "READ"), 101)), nil, MalformedACLError},
		{aclOf("<Frob/>"), nil, MalformedACLError},
		{"<AccessControlPolicy><AccessControlList/></AccessControlPolicy>", nil, MalformedACLError},
		{"<AccessControlPolicy><Owner><ID>b</ID></Owner></AccessControlPolicy>", nil, MalformedACLError},
		{"{}", nil, MalformedACLError},
		{"", nil, MissingRequestBodyError},
	} {
		owner, got, err := ReadACL(documentOf(tc.body))
		switch {
		case tc.code != "":
			if !Is(err, tc.code) {
				t.Errorf("%.300s: %v, want %s", tc.body, err, tc.code)
			}
		case err != nil || owner != blueID:
			t.Errorf("%s: owner %q, %v", tc.body, owner, err)
		default:
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("%s: %s", tc.body, d)
			}
		}
	}
}

func TestReadACLHeaders(t *testing.T) {
	for _, tc := range []struct {
		header map[string]string
		want   ACLHeaders
		code   Code
	}{
		{nil, ACLHeaders{}, ""},
		{map[string]string{"X-Amz-Acl": "public-read"}, ACLHeaders{Canned: "public-read"}, ""},
		{map[string]string{"X-Amz-Grant-Read": `id="` + greenID + `", uri=` + AllUsers, "X-Amz-Grant-Write-Acp": `emailAddress="a@example.com"`},
			ACLHeaders{Grants: []Grant{{Grantee{ID: greenID}, Read}, {Grantee{URI: AllUsers}, Read}, {Grantee{Email: "a@example.com"}, WriteACP}}}, ""},
		{map[string]string{"X-Amz-Acl": "public"}, ACLHeaders{}, InvalidArgument},
		{map[string]string{"X-Amz-Acl": "private", "X-Amz-Grant-Read": "id=" + greenID}, ACLHeaders{}, InvalidRequest},
		{map[string]string{"X-Amz-Grant-Read": greenID}, ACLHeaders{}, InvalidArgument},
		{map[string]string{"X-Amz-Grant-Read": "name=green"}, ACLHeaders{}, InvalidArgument},
		{map[string]string{"X-Amz-Grant-Read": "id=green"}, ACLHeaders{}, InvalidArgument},
		{map[string]string{"X-Amz-Grant-Read": "uri=green"}, ACLHeaders{}, InvalidArgument},
		{map[string]string{"X-Amz-Grant-Read": "id="}, ACLHeaders{}, InvalidArgument},
		{map[string]string{"X-Amz-Grant-Read": strings.Repeat("id="+greenID+",", 100) + "id=" + greenID}, ACLHeaders{}, InvalidRequest},
	} {
		h := http.Header{}
		for k, v := range tc.header {
			h.Set(k, v)
		}
		got, err := ReadACLHeaders(h)
		switch {
		case tc.code != "":
			if !Is(err, tc.code) {
				t.Errorf("%v: %v, want %s", tc.header, err, tc.code)
			}
		case err != nil || cmp.Diff(tc.want, got) != "" || got.Given() != (tc.header != nil):
			t.Errorf("%v: %+v, %v", tc.header, got, err)
		}
	}
}

func TestCanned(t *testing.T) {
	all := Grant{Grantee{ID: blueID}, FullControl}
	for name, want := range map[string][]Grant{
		"private":                   {all},
		"aws-exec-read":             {all},
		"public-read":               {all, {Grantee{URI: AllUsers}, Read}},
		"public-read-write":         {all, {Grantee{URI: AllUsers}, Read}, {Grantee{URI: AllUsers}, Write}},
		"authenticated-read":        {all, {Grantee{URI: AuthenticatedUsers}, Read}},
		"log-delivery-write":        {all, {Grantee{URI: LogDelivery}, Write}, {Grantee{URI: LogDelivery}, ReadACP}},
		"bucket-owner-read":         {all, {Grantee{ID: greenID}, Read}},
		"bucket-owner-full-control": {all, {Grantee{ID: greenID}, FullControl}},
	} {
		got, err := Canned(name, blueID, greenID)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v, %s", name, err, d)
		}
	}
	if got, err := Canned("bucket-owner-read", blueID, blueID); err != nil || len(got) != 1 {
		t.Errorf("an owner is granted what it has: %v, %v", got, err)
	}
}

// TestACLAnswer: byte for byte what clients know.
func TestACLAnswer(t *testing.T) {
	w := httptest.NewRecorder()
	WriteXML(w, NewACL(Owner{ID: blueID, DisplayName: "blue"}, []Grant{{Grantee{ID: blueID}, FullControl}, {Grantee{URI: AllUsers}, Read}}))
	const xsi = `<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type=`
	want := "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
		`<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>` + blueID + `</ID><DisplayName>blue</DisplayName></Owner><AccessControlList>` +
		`<Grant>` + xsi + `"CanonicalUser"><ID>` + blueID + `</ID><DisplayName>blue</DisplayName></Grantee><Permission>FULL_CONTROL</Permission></Grant>` +
		`<Grant>` + xsi + `"Group"><URI>` + AllUsers + `</URI></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>`
	if d := cmp.Diff(want, w.Body.String()); d != "" {
		t.Error(d)
	}
	owner, grants, err := ReadACL(documentOf(w.Body.String()))
	if err != nil || owner != blueID || len(grants) != 2 {
		t.Errorf("what is answered cannot be sent back: %q, %v, %v", owner, grants, err)
	}
}

func TestPublicAccessAndOwnership(t *testing.T) {
	b, err := ReadPublicAccessBlock(documentOf(`<PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><BlockPublicAcls>true</BlockPublicAcls><RestrictPublicBuckets>TRUE</RestrictPublicBuckets></PublicAccessBlockConfiguration>`))
	if err != nil || !b.BlockACLs || b.IgnoreACLs || b.BlockPolicy || !b.RestrictAccounts {
		t.Errorf("%+v, %v", b, err)
	}
	for body, code := range map[string]Code{
		`<PublicAccessBlockConfiguration><BlockPublicAcls>maybe</BlockPublicAcls></PublicAccessBlockConfiguration>`: MalformedXML,
		`<PublicAccessBlockConfiguration><BlockAll>true</BlockAll></PublicAccessBlockConfiguration>`:                MalformedXML,
		``: MissingRequestBodyError,
	} {
		if _, err := ReadPublicAccessBlock(documentOf(body)); !Is(err, code) {
			t.Errorf("%s: %v, want %s", body, err, code)
		}
	}
	for body, want := range map[string]Ownership{
		`<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>`: ObjectWriter,
		`<OwnershipControls><Rule><ObjectOwnership>Me</ObjectOwnership></Rule></OwnershipControls>`:           "",
		`<OwnershipControls/>`:                                  "",
		`<OwnershipControls><Rule/><Rule/></OwnershipControls>`: "",
	} {
		got, err := ReadOwnershipControls(documentOf(body))
		if got != want || (err == nil) != (want != "") || (err != nil && !Is(err, MalformedXML)) {
			t.Errorf("%s: %q, %v", body, got, err)
		}
	}
	if _, err := ReadOwnershipHeader("Me"); !Is(err, InvalidArgument) {
		t.Error(err)
	}
}

// FuzzACL: what is taken is what would be answered, and is taken again.
func FuzzACL(f *testing.F) {
	f.Add(aclOf(grantOf("CanonicalUser", "<ID>"+greenID+"</ID>", "READ")))
	f.Add(aclOf(grantOf("Group", "<URI>"+AllUsers+"</URI>", "WRITE_ACP")))
	f.Add(`<AccessControlPolicy><Owner><ID>1</ID></Owner><AccessControlList><Grant/></AccessControlList></AccessControlPolicy>`)
	f.Fuzz(func(t *testing.T, body string) {
		owner, grants, err := ReadACL(documentOf(body))
		if err != nil {
			return
		}
		for _, g := range grants {
			if g.To.Email != "" {
				return // never answered
			}
		}
		w := httptest.NewRecorder()
		WriteXML(w, NewACL(Owner{ID: owner}, grants))
		_, again, err := ReadACL(documentOf(w.Body.String()))
		if err != nil || cmp.Diff(grants, again) != "" {
			t.Fatalf("%s: %v", w.Body, err)
		}
	})
}
