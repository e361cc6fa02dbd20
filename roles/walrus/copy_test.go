package walrus_test

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// headers makes a map of pairs.
func headers(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// copyResult is the document of a copy of an empty object.
const copyResult = "<CopyObjectResult><LastModified>TIME</LastModified><ETag>&#34;" + nothing + "&#34;</ETag><ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType></CopyObjectResult>"

const toItself = "This copy request is illegal because it is trying to copy an object to itself without changing the object&#39;s metadata, storage class, website redirect location or encryption attributes."

// TestCopyDetails: what a copy takes from its source, what from the request,
// and when it may be made.
func TestCopyDetails(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "from")
	s.mustBucket(t, blue, "dest")
	from := func(source string, more ...string) map[string]string {
		h := headers(more...)
		h["X-Amz-Copy-Source"] = source
		return h
	}
	argument := func(name, value, message string) string {
		return refusal("400", "InvalidArgument", message, "<ArgumentName>"+name+"</ArgumentName><ArgumentValue>"+value+"</ArgumentValue>", "/dest/k")
	}
	failed := func(name string) string {
		return refusal("412", "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", "<Condition>"+name+"</Condition>", "/dest/k")
	}
	const other = "0123456789abcdef0123456789abcdef"
	past, future := "Mon, 01 Jan 2001 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
	s.play(t, names{}, []step{
		{do: "PUT /from/k", header: headers("X-Amz-Meta-A", "1", "Content-Language", "de", "X-Amz-Storage-Class", "STANDARD_IA", "X-Amz-Website-Redirect-Location", "/x", "X-Amz-Tagging", "t=1"), want: "200"},
		{do: "PUT /dest/k", header: from("from/k"), want: "200 " + copyResult},
		{do: "HEAD /dest/k", want: "200 content-language=de meta-a=1 tagging-count=1"},
		{do: "PUT /dest/k", header: from("/from/k", "X-Amz-Meta-B", "2", "X-Amz-Metadata-Directive", "COPY"), want: "200 " + copyResult},
		{do: "HEAD /dest/k", want: "200 content-language=de meta-a=1 tagging-count=1"},
		{do: "PUT /dest/k", header: from("from/k", "X-Amz-Meta-B", "2", "X-Amz-Metadata-Directive", "REPLACE", "X-Amz-Storage-Class", "ONEZONE_IA", "X-Amz-Website-Redirect-Location", "/y"), want: "200 " + copyResult},
		{do: "HEAD /dest/k", want: "200 meta-b=2 storage-class=ONEZONE_IA tagging-count=1 website-redirect-location=/y"},
		{do: "PUT /dest/k", header: from("from/k", "X-Amz-Metadata-Directive", "KEEP"), want: argument("x-amz-metadata-directive", "KEEP", "Unknown metadata directive.")},
		{do: "PUT /dest/k", header: from("from/k", "X-Amz-Checksum-Algorithm", "CRC7"), want: refusal("400", "InvalidRequest", "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]", "", "/dest/k")},

		{do: "PUT /dest/k", header: from("dest/k"), want: refusal("400", "InvalidRequest", toItself, "", "/dest/k")},
		{do: "PUT /dest/k", header: from("dest/k", "X-Amz-Tagging-Directive", "REPLACE", "X-Amz-Tagging", "t=2"), want: refusal("400", "InvalidRequest", toItself, "", "/dest/k")},
		{do: "PUT /dest/k", header: from("dest/k", "X-Amz-Storage-Class", "STANDARD"), want: "200 " + copyResult},
		{do: "HEAD /dest/k", want: "200 meta-b=2 tagging-count=1"},
		{do: "PUT /dest/k", header: from("dest/k", "X-Amz-Website-Redirect-Location", "/z"), want: "200 " + copyResult},
		{do: "PUT /dest/k", header: from("dest/k", "X-Amz-Metadata-Directive", "REPLACE"), want: "200 " + copyResult},
		{do: "HEAD /dest/k", want: "200 tagging-count=1"},

		{do: "PUT /dest/k", header: from("from/k", "X-Amz-Copy-Source-If-Match", other), want: failed("x-amz-copy-source-If-Match")},
		{do: "PUT /dest/k", header: from("from/k", "X-Amz-Copy-Source-If-None-Match", nothing), want: failed("x-amz-copy-source-If-None-Match")},
		{do: "PUT /dest/k", header: from("from/k", "X-Amz-Copy-Source-If-Modified-Since", future), want: failed("x-amz-copy-source-If-Modified-Since")},
		{do: "PUT /dest/k", header: from("from/k", "X-Amz-Copy-Source-If-Unmodified-Since", past), want: failed("x-amz-copy-source-If-Unmodified-Since")},
		{do: "PUT /dest/k", header: from("from/k", "X-Amz-Copy-Source-If-Match", nothing, "X-Amz-Copy-Source-If-Unmodified-Since", past), want: "200 " + copyResult},
		{do: "PUT /dest/k", header: from("from/k", "X-Amz-Copy-Source-If-None-Match", nothing, "X-Amz-Copy-Source-If-Modified-Since", past), want: failed("x-amz-copy-source-If-None-Match")},
		{do: "PUT /dest/k", header: from("from/k", "If-None-Match", "*"), want: failed("If-None-Match")},
		{do: "PUT /dest/k", header: from("from/k", "If-Match", other), want: failed("If-Match")},
		{do: "PUT /dest/k", header: from("from/k", "If-Match", nothing), want: "200 " + copyResult},
		{do: "PUT /dest/new", header: from("from/k", "If-None-Match", "*"), want: "200 " + copyResult},
		{do: "PUT /dest/k", header: from("from/none"), want: refusal("404", "NoSuchKey", "The specified key does not exist.", "", "/dest/k")},
	})
	s.setVersioning(t, "from", "Enabled")
	n := names{}
	s.play(t, n, []step{
		{do: "PUT /from/k", body: "x", want: "200 version-id=v1"},
		{do: "PUT /dest/k", header: from("from/k?versionId=null"), want: "200 copy-source-version-id=null " + copyResult},
		{do: "PUT /from/k", header: from("from/k?versionId=null"), want: "200 copy-source-version-id=null version-id=v2 " + copyResult}, // brought back
		{do: "HEAD /from/k", want: "200 content-language=de meta-a=1 tagging-count=1 version-id=v2"},
		{do: "DELETE /from/k", want: "204 delete-marker=true version-id=v3"},
		{do: "PUT /dest/k", header: from("from/k"), want: refusal("404", "NoSuchKey", "The specified key does not exist.", "", "/dest/k")},
	})
	s.play(t, n, []step{
		{do: "PUT /dest/k", header: from(n.known("from/k?versionId={v3}")), want: refusal("400", "InvalidRequest", "The source of a copy request may not specifically refer to a delete marker by version id.", "", "/dest/k")},
	})
}

// TestCopyParts: which ranges of which sources become parts.
func TestCopyParts(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "parts")
	s.setVersioning(t, "parts", "Enabled")
	u := s.mustUpload(t, "parts", "k")
	n := names{*u.id: "U"}
	to := "PUT /parts/k?uploadId=" + *u.id + "&partNumber="
	from := func(source string, more ...string) map[string]string {
		h := headers(more...)
		h["X-Amz-Copy-Source"] = source
		return h
	}
	argument := func(name, value, message string) string {
		return refusal("400", "InvalidArgument", message, "<ArgumentName>"+name+"</ArgumentName><ArgumentValue>"+value+"</ArgumentValue>", "/parts/k")
	}
	bad := func(value, message string) string { return argument("x-amz-copy-source-range", value, message) }
	const form = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy"
	result := func(data string) string {
		return fmt.Sprintf("<CopyPartResult><LastModified>TIME</LastModified><ETag>&#34;%x&#34;</ETag></CopyPartResult>", md5.Sum([]byte(data)))
	}
	s.play(t, n, []step{
		{do: "PUT /parts/src", body: "old", want: "200 version-id=v1"},
		{do: "PUT /parts/src", body: "0123456789", want: "200 version-id=v2"},
	})
	s.play(t, n, []step{
		{do: to + "1", header: from("parts/src"), want: "200 copy-source-version-id=v2 " + result("0123456789")},
		{do: to + "1", header: from(n.known("parts/src?versionId={v1}")), want: "200 copy-source-version-id=v1 " + result("old")},
		{do: to + "1", header: from("parts/src", "X-Amz-Copy-Source-Range", "bytes=3-9"), want: "200 copy-source-version-id=v2 " + result("3456789")},
		{do: to + "1", header: from("parts/src", "X-Amz-Copy-Source-Range", "bytes=3-10"), want: bad("bytes=3-10", "Range specified is not valid for source object of size: 10")},
		{do: to + "1", header: from("parts/src", "X-Amz-Copy-Source-Range", "bytes=3-"), want: bad("bytes=3-", form)},
		{do: to + "1", header: from("parts/src", "X-Amz-Copy-Source-Range", "bytes=-3"), want: bad("bytes=-3", form)},
		{do: to + "1", header: from("parts/src", "X-Amz-Copy-Source-Range", "bytes=5-3"), want: bad("bytes=5-3", form)},
		{do: to + "1", header: from("parts/src", "X-Amz-Copy-Source-If-None-Match", "*"), want: refusal("412", "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", "<Condition>x-amz-copy-source-If-None-Match</Condition>", "/parts/k")},
		{do: to + "0", header: from("parts/src"), want: argument("partNumber", "0", "Part number must be an integer between 1 and 10000, inclusive")},
		{do: "PUT /parts/k?partNumber=1", header: from("parts/src"), want: argument("partNumber", "1", "This operation does not accept partNumber without uploadId")},
		{do: "PUT /parts/k?partNumber=1", want: argument("partNumber", "1", "This operation does not accept partNumber without uploadId")},
		{do: "PUT /parts/k?versionId=null", want: argument("versionId", "null", "This operation does not accept a version-id.")},
		{do: "HEAD /parts/k", want: "404"},
	})
}

// TestCopySharesBytes copies an object from parts: no file is added, and the
// bytes live until the last copy is gone.
func TestCopySharesBytes(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "share")
	ctx, c, bucket := t.Context(), s.sdk(blue), aws.String("share")
	parts := [][]byte{random(1, partSize), random(2, partSize), random(3, 5)}
	u := s.mustUpload(t, "share", "first")
	for i, p := range parts {
		u.mustPart(t, int32(i+1), p)
	}
	if _, err := u.complete(t, u.parts); err != nil {
		t.Fatal(err)
	}
	whole := bytes.Join(parts, nil)
	for i := range 3 {
		out, err := c.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: aws.String(fmt.Sprint("copy", i)), CopySource: aws.String("share/first")})
		if err != nil || aws.ToString(out.CopyObjectResult.ETag) != fmt.Sprintf("\"%x\"", md5.Sum(whole)) {
			t.Fatalf("%+v, %v", out, err)
		}
	}
	if n := len(dataFiles(t, s.dir)); n != 3 {
		t.Errorf("%d files", n)
	}
	for _, key := range []string{"first", "copy0", "copy1"} {
		if _, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: &key}); err != nil {
			t.Fatal(err)
		}
	}
	s.wantObject(t, "share", "copy2", whole)
	if _, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: aws.String("copy2")}); err != nil {
		t.Fatal(err)
	}
	wait(t, "all files to go", func() bool { return len(dataFiles(t, s.dir)) == 0 })
}

// TestConditionalWrites: the conditions of writes and deletions, and what is
// said when they do not hold.
func TestConditionalWrites(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "cond")
	failed := func(name string) string {
		return refusal("412", "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", "<Condition>"+name+"</Condition>", "/cond/k")
	}
	missing := refusal("404", "NoSuchKey", "The specified key does not exist.", "", "/cond/k")
	const other = "0123456789abcdef0123456789abcdef"
	unknown := func(header string) string {
		return refusal("501", "NotImplemented", "A header or parameter you provided implies functionality that is not implemented.", "<Header>"+header+"</Header>", "/cond/k")
	}
	s.play(t, names{}, []step{
		{do: "PUT /cond/k", header: headers("If-Match", nothing), want: missing},
		{do: "DELETE /cond/k", header: headers("If-Match", "*"), want: missing},
		{do: "PUT /cond/k", header: headers("If-None-Match", "*"), want: "200"},
		{do: "PUT /cond/k", header: headers("If-None-Match", "*"), want: failed("If-None-Match")},
		{do: "PUT /cond/k", header: headers("If-None-Match", nothing), want: unknown("If-None-Match")},
		{do: "PUT /cond/k", header: headers("If-Match", other), want: failed("If-Match")},
		{do: "PUT /cond/k", header: headers("If-Match", `"`+nothing+`"`), want: "200"},
		{do: "DELETE /cond/k", header: headers("If-Match", other), want: failed("If-Match")},
		{do: "DELETE /cond/k", header: headers("X-Amz-If-Match-Size", "0"), want: unknown("x-amz-if-match-size")},
		{do: "DELETE /cond/k", header: headers("X-Amz-If-Match-Last-Modified-Time", "x"), want: unknown("x-amz-if-match-last-modified-time")},
		{do: "POST /cond?delete", body: "<Delete><Object><Key>k</Key><ETag>" + other + "</ETag></Object><Object><Key>k</Key><Size>0</Size></Object></Delete>",
			want: "200 <DeleteResult><Error><Key>k</Key><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not hold</Message></Error>" +
				"<Error><Key>k</Key><Code>NotImplemented</Code><Message>A header or parameter you provided implies functionality that is not implemented.</Message></Error></DeleteResult>"},
		{do: "DELETE /cond/k", header: headers("If-Match", nothing), want: "204"},
		{do: "HEAD /cond/k", want: "404"},
		{do: "PUT /cond/k", body: "12345", want: "200"},
		{do: "GET /cond/k", header: headers("Range", "bytes=5-"), want: refusal("416", "InvalidRange", "The requested range is not satisfiable", "<RangeRequested>bytes=5-</RangeRequested><ActualObjectSize>5</ActualObjectSize>", "/cond/k")},
		{do: "GET /cond/k", header: headers("Range", "bytes=0-1,3-4"), want: unknown("Range")},
		{do: "GET /cond/k", header: headers("If-Match", other), want: failed("If-Match")},
		{do: "GET /cond/k", header: headers("If-Unmodified-Since", "Mon, 01 Jan 2001 00:00:00 GMT"), want: failed("If-Unmodified-Since")},
		{do: "GET /cond/" + strings.Repeat("k", 1025), want: refusal("400", "KeyTooLongError", "Your key is too long", "<Size>1025</Size><MaxSizeAllowed>1024</MaxSizeAllowed>", "/cond/"+strings.Repeat("k", 1025))},
	})
}
