package s3_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/minio/minio-go/v7"
)

// ranged reads bytes with minio-go.
func ranged(from, to int64) func(*scene, *minio.Core) error {
	return get("k", func(o *minio.GetObjectOptions) { _ = o.SetRange(from, to) })
}

// long is an object of a MiB of which no two blocks are the same.
var long = ask{do: "PUT /{bucket}/k", body: counted(1 << 20)}

func counted(size int) string {
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		fmt.Fprintf(&b, "%08d", n)
	}
	return b.String()[:size]
}

var rangeRows = []row{
	{op: "GetObject", name: "range from to", arrange: []ask{put},
		raw:   ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=1-3"}},
		sdk:   say((*s3.Client).GetObject, &s3.GetObjectInput{Range: ptr("bytes=1-3")}),
		minio: ranged(1, 3),
		want:  want{status: 206, body: "ell", header: head{"Content-Range": "bytes 1-3/5", "Content-Length": "3", "Etag": helloMD5}}},
	{op: "GetObject", name: "range to the end", arrange: []ask{put},
		raw:   ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=3-"}},
		sdk:   say((*s3.Client).GetObject, &s3.GetObjectInput{Range: ptr("bytes=3-")}),
		minio: ranged(3, 0),
		want:  want{status: 206, body: "lo", header: head{"Content-Range": "bytes 3-4/5"}}},
	{op: "GetObject", name: "range beyond the end is cut", arrange: []ask{put},
		raw:   ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=3-99"}},
		sdk:   say((*s3.Client).GetObject, &s3.GetObjectInput{Range: ptr("bytes=3-99")}),
		minio: ranged(3, 99),
		want:  want{status: 206, body: "lo", header: head{"Content-Range": "bytes 3-4/5"}}},
	{op: "GetObject", name: "range of the last bytes", arrange: []ask{put},
		raw:   ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=-2"}},
		sdk:   say((*s3.Client).GetObject, &s3.GetObjectInput{Range: ptr("bytes=-2")}),
		minio: ranged(0, -2),
		want:  want{status: 206, body: "lo", header: head{"Content-Range": "bytes 3-4/5"}}},
	{op: "GetObject", name: "range of more last bytes than there are", arrange: []ask{put},
		raw:  ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=-99"}},
		want: want{status: 206, body: "hello", header: head{"Content-Range": "bytes 0-4/5"}}},
	{op: "GetObject", name: "range behind the end", arrange: []ask{put},
		raw:   ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=5-"}},
		sdk:   say((*s3.Client).GetObject, &s3.GetObjectInput{Range: ptr("bytes=5-")}),
		minio: ranged(5, 0),
		want:  want{status: 416, code: "InvalidRange", holds: []string{"<ActualObjectSize>5</ActualObjectSize>", "<RangeRequested>bytes=5-"}}},
	{op: "GetObject", name: "range of no last bytes", arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=-0"}}, want: want{status: 416, code: "InvalidRange"}},
	{op: "GetObject", name: "range of an empty object", arrange: []ask{{do: "PUT /{bucket}/k"}},
		raw: ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=0-"}}, want: want{status: 416, code: "InvalidRange"}},
	{op: "GetObject", name: "nonsense is no range", arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=3-1"}}, want: want{body: "hello"}},
	{op: "GetObject", name: "other units are no range", arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k", header: head{"Range": "lines=1-2"}}, want: want{body: "hello"}},
	{op: "GetObject", name: "range over many blocks", arrange: []ask{long},
		raw:   ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=262140-786440"}},
		sdk:   say((*s3.Client).GetObject, &s3.GetObjectInput{Range: ptr("bytes=262140-786440")}),
		minio: ranged(262140, 786440),
		want:  want{status: 206, body: long.body[262140:786441], header: head{"Content-Range": "bytes 262140-786440/1048576"}}},
	{op: "GetObject", name: "all of many blocks", arrange: []ask{long},
		raw: ask{do: "GET /{bucket}/k"}, sdk: say((*s3.Client).GetObject, &s3.GetObjectInput{}), minio: get("k"), want: want{body: long.body}},
	{op: "CopyObject", name: "of many blocks", arrange: []ask{long}, raw: twin(nil), sdk: sayCopy(s3.CopyObjectInput{}), want: want{},
		after: look(ask{do: "GET /{bucket}/copy"}, want{body: long.body})},
	{op: "UploadPartCopy", name: "of many blocks", arrange: []ask{long, {do: "POST /{bucket}/copy?uploads", save: "upload=<UploadId>"},
		{do: "PUT /{bucket}/copy?partNumber=1&uploadId={upload}", header: head{"X-Amz-Copy-Source": "/{bucket}/k", "X-Amz-Copy-Source-Range": "bytes=262140-786440"}, save: "p1=<ETag>"}},
		raw:   ask{do: "POST /{bucket}/copy?uploadId={upload}", body: done.body},
		want:  want{},
		after: look(ask{do: "GET /{bucket}/copy"}, want{body: long.body[262140:786441]})},
	{op: "PutObject", name: "of many blocks over others", arrange: []ask{{do: long.do, body: strings.Repeat("x", 1<<20)}}, raw: long,
		sdk: say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text(long.body)}), want: want{}, after: look(ask{do: "GET /{bucket}/k"}, want{body: long.body})},
	{op: "DeleteObject", name: "of many blocks", arrange: []ask{long}, raw: ask{do: "DELETE /{bucket}/k"}, want: want{status: 204},
		after: look(ask{do: "GET /{bucket}/k"}, want{status: 404, code: "NoSuchKey"})},
	{op: "HeadObject", name: "range", arrange: []ask{put},
		raw:  ask{do: "HEAD /{bucket}/k", header: head{"Range": "bytes=1-3"}},
		sdk:  say((*s3.Client).HeadObject, &s3.HeadObjectInput{Range: ptr("bytes=1-3")}),
		want: want{status: 206, header: head{"Content-Range": "bytes 1-3/5", "Content-Length": "3"}}},
}

// Far times before and after everything here.
var (
	yesterday, tomorrow = time.Now().Add(-24 * time.Hour), time.Now().Add(24 * time.Hour)
)

// gmt is a time as HTTP writes it.
func gmt(t time.Time) string { return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT") }

// otherMD5 is the ETag of something else.
const otherMD5 = `"00000000000000000000000000000000"`

var conditionRows = []row{
	{op: "GetObject", name: "If-Match fits", arrange: []ask{put},
		raw:   ask{do: "GET /{bucket}/k", header: head{"If-Match": helloMD5}},
		sdk:   say((*s3.Client).GetObject, &s3.GetObjectInput{IfMatch: ptr(helloMD5)}),
		minio: get("k", func(o *minio.GetObjectOptions) { _ = o.SetMatchETag("5d41402abc4b2a76b9719d911017c592") }),
		want:  want{body: "hello"}},
	{op: "GetObject", name: "If-Match fits not", arrange: []ask{put},
		raw:   ask{do: "GET /{bucket}/k", header: head{"If-Match": otherMD5}},
		sdk:   say((*s3.Client).GetObject, &s3.GetObjectInput{IfMatch: ptr(otherMD5)}),
		minio: get("k", func(o *minio.GetObjectOptions) { _ = o.SetMatchETag("00000000000000000000000000000000") }),
		want:  want{status: 412, code: "PreconditionFailed", holds: []string{"<Condition>If-Match</Condition>"}}},
	{op: "GetObject", name: "If-Match anything", arrange: []ask{put}, raw: ask{do: "GET /{bucket}/k", header: head{"If-Match": "*"}}, want: want{body: "hello"}},
	{op: "GetObject", name: "If-Match of a list", arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k", header: head{"If-Match": otherMD5 + ", " + helloMD5}}, want: want{body: "hello"}},
	{op: "GetObject", name: "If-None-Match fits", arrange: []ask{put},
		raw:  ask{do: "GET /{bucket}/k", header: head{"If-None-Match": helloMD5}},
		sdk:  say((*s3.Client).GetObject, &s3.GetObjectInput{IfNoneMatch: ptr(helloMD5)}),
		want: want{status: 304, header: head{"Etag": helloMD5, "Last-Modified": "*"}}},
	{op: "GetObject", name: "If-None-Match fits not", arrange: []ask{put},
		raw:  ask{do: "GET /{bucket}/k", header: head{"If-None-Match": otherMD5}},
		sdk:  say((*s3.Client).GetObject, &s3.GetObjectInput{IfNoneMatch: ptr(otherMD5)}),
		want: want{body: "hello"}},
	{op: "GetObject", name: "changed since yesterday", arrange: []ask{put},
		raw:  ask{do: "GET /{bucket}/k", header: head{"If-Modified-Since": gmt(yesterday)}},
		sdk:  say((*s3.Client).GetObject, &s3.GetObjectInput{IfModifiedSince: &yesterday}),
		want: want{body: "hello"}},
	{op: "GetObject", name: "unchanged since it was put", arrange: []ask{put, {do: "HEAD /{bucket}/k", save: "modified=Last-Modified"}},
		raw:  ask{do: "GET /{bucket}/k", header: head{"If-Modified-Since": "{modified}"}},
		want: want{status: 304}},
	{op: "GetObject", name: "unchanged since yesterday", arrange: []ask{put},
		raw:  ask{do: "GET /{bucket}/k", header: head{"If-Unmodified-Since": gmt(yesterday)}},
		sdk:  say((*s3.Client).GetObject, &s3.GetObjectInput{IfUnmodifiedSince: &yesterday}),
		want: want{status: 412, code: "PreconditionFailed"}},
	{op: "GetObject", name: "unchanged by tomorrow", arrange: []ask{put},
		raw:  ask{do: "GET /{bucket}/k", header: head{"If-Unmodified-Since": gmt(tomorrow)}},
		sdk:  say((*s3.Client).GetObject, &s3.GetObjectInput{IfUnmodifiedSince: &tomorrow}),
		want: want{body: "hello"}},
	{op: "GetObject", name: "If-Match outweighs If-Unmodified-Since", arrange: []ask{put},
		raw:  ask{do: "GET /{bucket}/k", header: head{"If-Match": helloMD5, "If-Unmodified-Since": gmt(yesterday)}},
		sdk:  say((*s3.Client).GetObject, &s3.GetObjectInput{IfMatch: ptr(helloMD5), IfUnmodifiedSince: &yesterday}),
		want: want{body: "hello"}},
	{op: "GetObject", name: "If-None-Match outweighs If-Modified-Since", arrange: []ask{put},
		raw:  ask{do: "GET /{bucket}/k", header: head{"If-None-Match": helloMD5, "If-Modified-Since": gmt(yesterday)}},
		sdk:  say((*s3.Client).GetObject, &s3.GetObjectInput{IfNoneMatch: ptr(helloMD5), IfModifiedSince: &yesterday}),
		want: want{status: 304}},
	{op: "HeadObject", name: "If-Match fits not", arrange: []ask{put},
		raw:  ask{do: "HEAD /{bucket}/k", header: head{"If-Match": otherMD5}},
		sdk:  say((*s3.Client).HeadObject, &s3.HeadObjectInput{IfMatch: ptr(otherMD5)}),
		want: want{status: 412}},
	{op: "HeadObject", name: "If-None-Match fits", arrange: []ask{put},
		raw:  ask{do: "HEAD /{bucket}/k", header: head{"If-None-Match": helloMD5}},
		want: want{status: 304}},

	{op: "PutObject", name: "only if new, and it is",
		raw:   ask{do: "PUT /{bucket}/k", body: "hello", header: head{"If-None-Match": "*"}},
		sdk:   say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello"), IfNoneMatch: ptr("*")}),
		minio: putMinio(onlyNew()),
		want:  want{header: head{"Etag": helloMD5}}},
	{op: "PutObject", name: "only if new, and it is not", arrange: []ask{put},
		raw:   ask{do: "PUT /{bucket}/k", body: "hello", header: head{"If-None-Match": "*"}},
		sdk:   say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("other"), IfNoneMatch: ptr("*")}),
		minio: putMinio(onlyNew()),
		want:  want{status: 412, code: "PreconditionFailed", holds: []string{"<Condition>If-None-Match</Condition>"}},
		after: look(ask{do: "GET /{bucket}/k"}, want{body: "hello"})},
	{op: "PutObject", name: "only if it was deleted", arrange: []ask{versioned, put, {do: "DELETE /{bucket}/k"}},
		raw:  ask{do: "PUT /{bucket}/k", body: "hello", header: head{"If-None-Match": "*"}},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello"), IfNoneMatch: ptr("*")}),
		want: want{}},
	{op: "PutObject", name: "only over what is known", arrange: []ask{put},
		raw:  ask{do: "PUT /{bucket}/k", body: "other", header: head{"If-Match": helloMD5}},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("other"), IfMatch: ptr(helloMD5)}),
		want: want{}, after: look(ask{do: "GET /{bucket}/k"}, want{body: "other"})},
	{op: "PutObject", name: "only over what is not there any more", arrange: []ask{put},
		raw:  ask{do: "PUT /{bucket}/k", body: "other", header: head{"If-Match": otherMD5}},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("other"), IfMatch: ptr(otherMD5)}),
		want: want{status: 412, code: "PreconditionFailed"}, after: look(ask{do: "GET /{bucket}/k"}, want{body: "hello"})},
	{op: "PutObject", name: "only over nothing known",
		raw:  ask{do: "PUT /{bucket}/k", body: "other", header: head{"If-Match": otherMD5}},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("other"), IfMatch: ptr(otherMD5)}),
		want: want{status: 404, code: "NoSuchKey"}},
	{op: "PutObject", name: "If-None-Match of an ETag is not offered",
		raw:  ask{do: "PUT /{bucket}/k", body: "x", header: head{"If-None-Match": helloMD5}},
		want: want{status: 501, code: "NotImplemented"}},
	{op: "DeleteObject", name: "only what is known", arrange: []ask{put},
		raw:  ask{do: "DELETE /{bucket}/k", header: head{"If-Match": helloMD5}},
		sdk:  say((*s3.Client).DeleteObject, &s3.DeleteObjectInput{IfMatch: ptr(helloMD5)}),
		want: want{status: 204}, after: look(ask{do: "HEAD /{bucket}/k"}, want{status: 404})},
	{op: "DeleteObject", name: "not what changed", arrange: []ask{put},
		raw:  ask{do: "DELETE /{bucket}/k", header: head{"If-Match": otherMD5}},
		sdk:  say((*s3.Client).DeleteObject, &s3.DeleteObjectInput{IfMatch: ptr(otherMD5)}),
		want: want{status: 412, code: "PreconditionFailed"}, after: look(ask{do: "HEAD /{bucket}/k"}, want{})},
}

// onlyNew asks minio-go for If-None-Match: *.
func onlyNew() minio.PutObjectOptions {
	var o minio.PutObjectOptions
	o.SetMatchETagExcept("*")
	return o
}
