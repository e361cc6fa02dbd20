package walrus_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// tagged is the document of tags, by pairs of key and value.
func tagged(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString("<Tag><Key>" + pairs[i] + "</Key><Value>" + pairs[i+1] + "</Value></Tag>")
	}
	return "<Tagging><TagSet>" + b.String() + "</TagSet></Tagging>"
}

// refusal is an error document about an object.
func refusal(status, code, message, details, resource string) string {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(resource, "/"), "/")
	doc := status + " <Error><Code>" + code + "</Code><Message>" + message + "</Message>" + details + "<Resource>" + resource + "</Resource><BucketName>" + bucket + "</BucketName>"
	if key != "" {
		doc += "<Key>" + key + "</Key>"
	}
	return doc + "…</Error>"
}

func TestObjectTagging(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "tags")
	n := names{}
	tags := func(v string) map[string]string { return map[string]string{"X-Amz-Tagging": v} }
	copyWith := func(from string, more ...string) map[string]string {
		h := map[string]string{"X-Amz-Copy-Source": from}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = more[i+1]
		}
		return h
	}
	copied := "<CopyObjectResult><LastModified>TIME</LastModified><ETag>&#34;" + nothing + "&#34;</ETag><ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType></CopyObjectResult>"
	ten := strings.TrimSuffix(strings.Repeat("k=v&", 10), "&")
	for i := range 10 {
		ten = strings.Replace(ten, "k=", string(rune('a'+i))+"=", 1)
	}
	s.play(t, n, []step{
		{do: "PUT /tags/k", header: tags("a=1&b+c=2%2F3&d"), want: "200"},
		{do: "HEAD /tags/k", want: "200 tagging-count=3"},
		{do: "GET /tags/k", want: "200 tagging-count=3"},
		{do: "GET /tags/k?tagging", want: "200 " + tagged("a", "1", "b c", "2/3", "d", "")},
		{do: "PUT /tags/plain", want: "200"},
		{do: "GET /tags/plain?tagging", want: "200 " + tagged()},
		{do: "HEAD /tags/plain", want: "200"},
		{do: "PUT /tags/k?tagging", body: tagged("x", "y"), want: "200"},
		{do: "GET /tags/k?tagging", want: "200 " + tagged("x", "y")},
		{do: "PUT /tags/k?tagging", body: tagged("x", "1", "x", "2"), want: refusal("400", "InvalidTag", "Cannot provide multiple Tags with the same key", "", "/tags/k")},
		{do: "PUT /tags/k?tagging", body: tagged("aws:x", "1"), want: refusal("400", "InvalidTag", "System tags cannot be added/updated by requester", "", "/tags/k")},
		{do: "PUT /tags/k", header: tags(ten), want: "200"},
		{do: "PUT /tags/k", header: tags(ten + "&z=1"), want: refusal("400", "BadRequest", "Object tags cannot be greater than 10", "", "/tags/k")},
		{do: "PUT /tags/none?tagging", body: tagged(), want: refusal("404", "NoSuchKey", "The specified key does not exist.", "", "/tags/none")},

		{do: "PUT /tags/copy", header: copyWith("tags/k"), want: "200 " + copied},
		{do: "HEAD /tags/copy", want: "200 tagging-count=10"},
		{do: "PUT /tags/copy", header: copyWith("tags/k", "X-Amz-Tagging-Directive", "REPLACE", "X-Amz-Tagging", "q=r"), want: "200 " + copied},
		{do: "GET /tags/copy?tagging", want: "200 " + tagged("q", "r")},
		{do: "PUT /tags/copy", header: copyWith("tags/k", "X-Amz-Tagging-Directive", "REPLACE"), want: "200 " + copied},
		{do: "GET /tags/copy?tagging", want: "200 " + tagged()},
		{do: "PUT /tags/copy", header: copyWith("tags/k", "X-Amz-Tagging-Directive", "KEEP"),
			want: refusal("400", "InvalidArgument", "Unknown tagging directive.", "<ArgumentName>x-amz-tagging-directive</ArgumentName><ArgumentValue>KEEP</ArgumentValue>", "/tags/copy")},
		{do: "DELETE /tags/k?tagging", want: "204"},
		{do: "GET /tags/k?tagging", want: "200 " + tagged()},
	})
	u := s.mustUpload(t, "tags", "parts", func(in *s3.CreateMultipartUploadInput) { in.Tagging = aws.String("from=upload") })
	u.mustPart(t, 1, nil)
	if _, err := u.complete(t, u.parts); err != nil {
		t.Fatal(err)
	}
	s.play(t, n, []step{{do: "GET /tags/parts?tagging", want: "200 " + tagged("from", "upload")}})
	s.setVersioning(t, "tags", "Enabled")
	s.play(t, n, []step{
		{do: "PUT /tags/k?tagging", body: tagged("old", "1"), want: "200 version-id=null"},
		{do: "PUT /tags/k", want: "200 version-id=v1"},
		{do: "GET /tags/k?tagging", want: "200 version-id=v1 " + tagged()},
		{do: "GET /tags/k?tagging&versionId=null", want: "200 version-id=null " + tagged("old", "1")},
		{do: "PUT /tags/k?tagging&versionId={v1}", body: tagged("new", "1"), want: "200 version-id=v1"},
		{do: "DELETE /tags/k", want: "204 delete-marker=true version-id=v2"},
		{do: "GET /tags/k?tagging&versionId={v1}", want: "200 version-id=v1 " + tagged("new", "1")},
		{do: "DELETE /tags/k?tagging&versionId={v1}", want: "204 version-id=v1"},
		{do: "GET /tags/k?tagging&versionId={v1}", want: "200 version-id=v1 " + tagged()},
		{do: "GET /tags/k?tagging&versionId={v2}", want: "405 allow=DELETE delete-marker=true version-id=v2 " +
			strings.TrimPrefix(refusal("405", "MethodNotAllowed", "The specified method is not allowed against this resource.", "<Method>GET</Method><ResourceType>DeleteMarker</ResourceType>", "/tags/k"), "405 ")},
	})
}
