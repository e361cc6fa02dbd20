package s3_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/tags"
)

// put is what most objects of the table are put by: "hello" under k.
var put = ask{do: "PUT /{bucket}/k", body: "hello", header: head{"Content-Type": "text/plain"}, save: "etag=Etag"}

// helloMD5 is the ETag of "hello".
const helloMD5 = `"5d41402abc4b2a76b9719d911017c592"`

// get reads an object with minio-go.
func get(key string, set ...func(*minio.GetObjectOptions)) func(*scene, *minio.Core) error {
	return func(s *scene, c *minio.Core) error {
		var o minio.GetObjectOptions
		for _, f := range set {
			f(&o)
		}
		body, _, _, err := c.GetObject(s.tb.Context(), s.bucket(), key, o)
		if err == nil {
			_ = body.Close()
		}
		return err
	}
}

// putMinio puts "hello" under k with minio-go.
func putMinio(o minio.PutObjectOptions) func(*scene, *minio.Core) error {
	return func(s *scene, c *minio.Core) error {
		_, err := c.PutObject(s.tb.Context(), s.bucket(), "k", strings.NewReader("hello"), 5, "", "", o)
		return err
	}
}

// stat asks for an object's head with minio-go.
func stat(s *scene, c *minio.Core) error {
	_, err := c.StatObject(s.tb.Context(), s.bucket(), "k", minio.StatObjectOptions{})
	return err
}

var objectRows = []row{
	{op: "PutObject", name: "answers with the ETag",
		raw:   ask{do: "PUT /{bucket}/k", body: "hello"},
		sdk:   say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello")}),
		minio: putMinio(minio.PutObjectOptions{}),
		want:  want{header: head{"Etag": helloMD5, "X-Amz-Version-Id": "", "X-Amz-Request-Id": "*", "X-Amz-Id-2": "*"}},
		after: look(ask{do: "GET /{bucket}/k"}, want{body: "hello", header: head{"Content-Type": "*", "Content-Encoding": "", "Accept-Ranges": "bytes"}})},
	{op: "PutObject", name: "keeps what a browser needs",
		raw: ask{do: "PUT /{bucket}/k", body: "hello", header: head{"Content-Type": "text/x", "Cache-Control": "no-store", "Content-Disposition": "inline; filename=a",
			"Content-Encoding": "gzip", "Content-Language": "de", "Expires": "Thu, 01 Dec 2033 16:00:00 GMT"}},
		sdk: say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello"), ContentType: ptr("text/x"), CacheControl: ptr("no-store"),
			ContentDisposition: ptr("inline; filename=a"), ContentEncoding: ptr("gzip"), ContentLanguage: ptr("de"), Expires: &december}),
		minio: putMinio(minio.PutObjectOptions{ContentType: "text/x", CacheControl: "no-store", ContentDisposition: "inline; filename=a",
			ContentEncoding: "gzip", ContentLanguage: "de", Expires: december}),
		want: want{},
		after: look(ask{do: "HEAD /{bucket}/k"}, want{header: head{"Content-Type": "text/x", "Cache-Control": "no-store", "Content-Length": "5",
			"Content-Disposition": "inline; filename=a", "Content-Encoding": "gzip", "Content-Language": "de", "Expires": "Thu, 01 Dec 2033 16:00:00 GMT"}})},
	{op: "PutObject", name: "keeps metadata",
		raw:   ask{do: "PUT /{bucket}/k", body: "hello", header: head{"X-Amz-Meta-Colour": "blue"}},
		sdk:   say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello"), Metadata: map[string]string{"colour": "blue"}}),
		minio: putMinio(minio.PutObjectOptions{UserMetadata: map[string]string{"colour": "blue"}}),
		want:  want{},
		after: look(ask{do: "HEAD /{bucket}/k"}, want{header: head{"X-Amz-Meta-Colour": "blue"}})},
	{op: "PutObject", name: "with tags",
		raw:   ask{do: "PUT /{bucket}/k", body: "hello", header: head{"X-Amz-Tagging": "a=b&c=d+e"}},
		sdk:   say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello"), Tagging: ptr("a=b&c=d+e")}),
		minio: putMinio(minio.PutObjectOptions{UserTags: map[string]string{"a": "b", "c": "d e"}}),
		want:  want{},
		after: func(t *testing.T, s *scene, r reply) {
			look(ask{do: "GET /{bucket}/k?tagging"}, want{holds: []string{"<Key>a</Key><Value>b</Value>", "<Key>c</Key><Value>d e</Value>"}})(t, s, r)
			look(ask{do: "HEAD /{bucket}/k"}, want{header: head{"X-Amz-Tagging-Count": "2"}})(t, s, r)
		}},
	{op: "PutObject", name: "empty",
		raw:   ask{do: "PUT /{bucket}/k"},
		sdk:   say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("")}),
		want:  want{header: head{"Etag": `"d41d8cd98f00b204e9800998ecf8427e"`}},
		after: look(ask{do: "GET /{bucket}/k"}, want{header: head{"Content-Length": "0"}})},
	{op: "PutObject", name: "a and a/b and a/b/c are all objects",
		arrange: []ask{{do: "PUT /{bucket}/a", body: "1"}, {do: "PUT /{bucket}/a/b", body: "2"}, {do: "PUT /{bucket}/a/b/", body: "3"}},
		raw:     ask{do: "PUT /{bucket}/a/b/c", body: "4"},
		sdk:     say((*s3.Client).PutObject, &s3.PutObjectInput{Key: ptr("a/b/c"), Body: text("4")}),
		want:    want{},
		after: func(t *testing.T, s *scene, r reply) {
			for key, body := range map[string]string{"a": "1", "a/b": "2", "a/b/": "3", "a/b/c": "4"} {
				look(ask{do: "GET /{bucket}/" + key}, want{body: body})(t, s, r)
			}
		}},
	{op: "PutObject", name: "dots are no way up",
		raw:   ask{do: "PUT /{bucket}/%2e%2e/%2e%2e/x", body: "dots"},
		want:  want{},
		after: look(ask{do: "GET /{bucket}?list-type=2"}, want{holds: []string{"<Key>../../x</Key>"}})},
	{op: "PutObject", name: "a plus is a plus",
		raw:   ask{do: "PUT /{bucket}/a+b%20c%25", body: "odd"},
		sdk:   say((*s3.Client).PutObject, &s3.PutObjectInput{Key: ptr("a+b c%"), Body: text("odd")}),
		want:  want{},
		after: look(ask{do: "GET /{bucket}?list-type=2"}, want{holds: []string{"<Key>a+b c%</Key>"}})},
	{op: "PutObject", name: "a key of 1,024 bytes",
		raw:  ask{do: "PUT /{bucket}/" + strings.Repeat("k", 1024), body: "x"},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Key: ptr(strings.Repeat("k", 1024)), Body: text("x")}),
		want: want{}},
	{op: "PutObject", name: "a key of 1,025 bytes",
		raw:  ask{do: "PUT /{bucket}/" + strings.Repeat("k", 1025), body: "x"},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Key: ptr(strings.Repeat("k", 1025)), Body: text("x")}),
		want: want{status: 400, code: "KeyTooLongError"}},
	{op: "PutObject", name: "metadata of 3 KiB",
		raw:  ask{do: "PUT /{bucket}/k", body: "x", header: head{"X-Amz-Meta-A": strings.Repeat("a", 3000)}},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("x"), Metadata: map[string]string{"a": strings.Repeat("a", 3000)}}),
		want: want{status: 400, code: "MetadataTooLarge"}},
	{op: "PutObject", name: "no bucket",
		raw:  ask{do: "PUT /{bucket}-none/k", body: "x"},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Bucket: ptr("{bucket}-none"), Body: text("x")}),
		want: want{status: 404, code: "NoSuchBucket"}},
	{op: "PutObject", name: "a stranger", raw: ask{do: "PUT /{bucket}/k", body: "x", as: "stranger"}, want: want{status: 403, code: "AccessDenied"}},
	{op: "PutObject", name: "nobody", raw: ask{do: "PUT /{bucket}/k", body: "x", as: "nobody"}, want: want{status: 403, code: "AccessDenied"}},
	{op: "PutObject", name: "wrong Content-MD5",
		raw:  ask{do: "PUT /{bucket}/k", body: "x", header: head{"Content-Md5": "XUFAKrxLKna5cZ2REBfFkg=="}},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("x"), ContentMD5: ptr("XUFAKrxLKna5cZ2REBfFkg==")}),
		want: want{status: 400, code: "BadDigest"}},
	{op: "PutObject", name: "no Content-MD5",
		raw:  ask{do: "PUT /{bucket}/k", body: "x", header: head{"Content-Md5": "nonsense"}},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("x"), ContentMD5: ptr("nonsense")}),
		want: want{status: 400, code: "InvalidDigest"}},
	{op: "PutObject", name: "another body than was signed",
		raw:  ask{do: "PUT /{bucket}/k", body: "x", header: head{"X-Amz-Content-Sha256": strings.Repeat("0", 64)}},
		want: want{status: 400, code: "XAmzContentSHA256Mismatch"}},
	{op: "PutObject", name: "a body that is not signed",
		raw:  ask{do: "PUT /{bucket}/k", body: "hello", header: head{"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"}},
		want: want{header: head{"Etag": helloMD5}}},
	{op: "PutObject", name: "another storage class",
		raw:   ask{do: "PUT /{bucket}/k", body: "hello", header: head{"X-Amz-Storage-Class": "STANDARD_IA"}},
		sdk:   say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello"), StorageClass: types.StorageClassStandardIa}),
		minio: putMinio(minio.PutObjectOptions{StorageClass: "STANDARD_IA"}),
		want:  want{},
		after: look(ask{do: "HEAD /{bucket}/k"}, want{header: head{"X-Amz-Storage-Class": "STANDARD_IA"}})},
	{op: "PutObject", name: "no storage class",
		raw:  ask{do: "PUT /{bucket}/k", body: "x", header: head{"X-Amz-Storage-Class": "COLD"}},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("x"), StorageClass: "COLD"}),
		want: want{status: 400, code: "InvalidStorageClass"}},

	{op: "GetObject", name: "whole", arrange: []ask{put},
		raw:   ask{do: "GET /{bucket}/k"},
		sdk:   say((*s3.Client).GetObject, &s3.GetObjectInput{}),
		minio: get("k"),
		want: want{body: "hello", header: head{"Etag": helloMD5, "Content-Length": "5", "Content-Type": "text/plain", "Accept-Ranges": "bytes",
			"Last-Modified": "*", "X-Amz-Storage-Class": "", "Content-Range": ""}}},
	{op: "GetObject", name: "by the bucket's host name", arrange: []ask{put},
		raw: ask{do: "GET /k", host: "{bucket}.{domain}"}, want: want{body: "hello"}},
	{op: "GetObject", name: "not there",
		raw:   ask{do: "GET /{bucket}/k"},
		sdk:   say((*s3.Client).GetObject, &s3.GetObjectInput{}),
		minio: get("k"),
		want:  want{status: 404, code: "NoSuchKey", holds: []string{"<Key>k</Key>", "<Resource>"}, header: head{"Content-Type": "application/xml"}}},
	{op: "GetObject", name: "a stranger", arrange: []ask{put}, raw: ask{do: "GET /{bucket}/k", as: "stranger"}, want: want{status: 403, code: "AccessDenied"}},
	{op: "GetObject", name: "nobody", arrange: []ask{put}, raw: ask{do: "GET /{bucket}/k", as: "nobody"}, want: want{status: 403, code: "AccessDenied"}},
	{op: "GetObject", name: "nobody learns what is not there", raw: ask{do: "GET /{bucket}/k", as: "nobody"}, want: want{status: 403, code: "AccessDenied"}},
	{op: "GetObject", name: "other headers on request", arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k?response-content-type=a%2Fb&response-cache-control=no-cache&response-content-disposition=attachment" +
			"&response-content-encoding=br&response-content-language=fr&response-expires=0"},
		sdk: say((*s3.Client).GetObject, &s3.GetObjectInput{ResponseContentType: ptr("a/b"), ResponseCacheControl: ptr("no-cache"),
			ResponseContentDisposition: ptr("attachment"), ResponseContentEncoding: ptr("br"), ResponseContentLanguage: ptr("fr")}),
		want: want{body: "hello", header: head{"Content-Type": "a/b", "Cache-Control": "no-cache", "Content-Disposition": "attachment",
			"Content-Encoding": "br", "Content-Language": "fr"}}},
	{op: "GetObject", name: "no such version", arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k?versionId=abc"}, want: want{status: 400, code: "InvalidArgument"}},
	{op: "HeadObject", name: "whole", arrange: []ask{put},
		raw:   ask{do: "HEAD /{bucket}/k"},
		sdk:   say((*s3.Client).HeadObject, &s3.HeadObjectInput{}),
		minio: stat,
		want:  want{header: head{"Etag": helloMD5, "Content-Length": "5", "Content-Type": "text/plain", "Accept-Ranges": "bytes", "Last-Modified": "*"}}},
	{op: "HeadObject", name: "not there",
		raw:   ask{do: "HEAD /{bucket}/k"},
		sdk:   say((*s3.Client).HeadObject, &s3.HeadObjectInput{}),
		minio: stat,
		want:  want{status: 404}},
	{op: "GetObjectAttributes", name: "of a plain object", arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k?attributes", header: head{"X-Amz-Object-Attributes": "ETag,ObjectSize,StorageClass,Checksum"}},
		sdk: say((*s3.Client).GetObjectAttributes, &s3.GetObjectAttributesInput{ObjectAttributes: []types.ObjectAttributes{"ETag", "ObjectSize", "StorageClass", "Checksum"}}),
		want: want{header: head{"Last-Modified": "*"}, holds: []string{"<ETag>5d41402abc4b2a76b9719d911017c592</ETag>", "<ObjectSize>5</ObjectSize>",
			"<StorageClass>STANDARD</StorageClass>", "<ChecksumCRC64NVME>"}}},
	{op: "GetObjectAttributes", name: "only those asked for", arrange: []ask{put},
		raw:  ask{do: "GET /{bucket}/k?attributes", header: head{"X-Amz-Object-Attributes": "ObjectSize"}},
		want: want{holds: []string{"<ObjectSize>5</ObjectSize>"}, lacks: []string{"ETag", "StorageClass", "Checksum"}}},
	{op: "GetObjectAttributes", name: "none asked for", arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k?attributes"}, want: want{status: 400, code: "InvalidRequest"}},

	{op: "PutObjectTagging", name: "replaces", arrange: []ask{{do: "PUT /{bucket}/k", header: head{"X-Amz-Tagging": "old=1"}}},
		raw: ask{do: "PUT /{bucket}/k?tagging", body: "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>", md5: true},
		sdk: say((*s3.Client).PutObjectTagging, &s3.PutObjectTaggingInput{Tagging: &types.Tagging{TagSet: []types.Tag{{Key: ptr("a"), Value: ptr("b")}}}}),
		minio: func(s *scene, c *minio.Core) error {
			set, err := tags.NewTags(map[string]string{"a": "b"}, true)
			if err != nil {
				return err
			}
			return c.PutObjectTagging(s.tb.Context(), s.bucket(), "k", set, minio.PutObjectTaggingOptions{})
		},
		want:  want{},
		after: look(ask{do: "GET /{bucket}/k?tagging"}, want{holds: []string{"<Key>a</Key><Value>b</Value>"}, lacks: []string{"old"}})},
	{op: "PutObjectTagging", name: "eleven are too many", arrange: []ask{put},
		raw:  ask{do: "PUT /{bucket}/k?tagging", body: "<Tagging><TagSet>" + manyTags(11) + "</TagSet></Tagging>", md5: true},
		want: want{status: 400, code: "BadRequest"}},
	{op: "PutObjectTagging", name: "one key twice", arrange: []ask{put},
		raw:  ask{do: "PUT /{bucket}/k?tagging", body: "<Tagging><TagSet>" + manyTags(1) + manyTags(1) + "</TagSet></Tagging>", md5: true},
		want: want{status: 400, code: "InvalidTag"}},
	{op: "GetObjectTagging", name: "none", arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k?tagging"}, sdk: say((*s3.Client).GetObjectTagging, &s3.GetObjectTaggingInput{}),
		want: want{holds: []string{"<TagSet></TagSet>"}}},
	{op: "GetObjectTagging", name: "of nothing",
		raw: ask{do: "GET /{bucket}/k?tagging"}, sdk: say((*s3.Client).GetObjectTagging, &s3.GetObjectTaggingInput{}),
		want: want{status: 404, code: "NoSuchKey"}},
	{op: "DeleteObjectTagging", name: "takes them away", arrange: []ask{{do: "PUT /{bucket}/k", header: head{"X-Amz-Tagging": "old=1"}}},
		raw: ask{do: "DELETE /{bucket}/k?tagging"}, sdk: say((*s3.Client).DeleteObjectTagging, &s3.DeleteObjectTaggingInput{}),
		want: want{status: 204}, after: look(ask{do: "GET /{bucket}/k?tagging"}, want{lacks: []string{"old"}})},
	{op: "RestoreObject", name: "of what was never away", arrange: []ask{put},
		raw:  ask{do: "POST /{bucket}/k?restore", body: "<RestoreRequest><Days>1</Days></RestoreRequest>"},
		sdk:  say((*s3.Client).RestoreObject, &s3.RestoreObjectInput{RestoreRequest: &types.RestoreRequest{Days: ptr[int32](1)}}),
		want: want{status: 403, code: "InvalidObjectState"}},
}

// december is a time for Expires.
var december = time.Date(2033, 12, 1, 16, 0, 0, 0, time.UTC)

func manyTags(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<Tag><Key>k%d</Key><Value>v</Value></Tag>", i)
	}
	return b.String()
}
