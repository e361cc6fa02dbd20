package s3_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/minio-go/v7"
)

// copied looks at the copy.
func copied(kind, colour, tags string) func(*testing.T, *scene, reply) {
	return func(t *testing.T, s *scene, r reply) {
		look(ask{do: "GET /{bucket}/copy"}, want{body: "hello", header: head{"Content-Type": kind, "X-Amz-Meta-Colour": colour}})(t, s, r)
		look(ask{do: "GET /{bucket}/copy?tagging"}, want{holds: []string{tags}})(t, s, r)
	}
}

// Steps of an upload, "hello" its parts.
var (
	begun   = ask{do: "POST /{bucket}/k?uploads", save: "upload=<UploadId>", header: head{"Content-Type": "text/x", "X-Amz-Meta-Colour": "blue"}}
	partOne = ask{do: "PUT /{bucket}/k?partNumber=1&uploadId={upload}", body: "hello", save: "p1=Etag"}
	partTwo = ask{do: "PUT /{bucket}/k?partNumber=2&uploadId={upload}", body: "hello", save: "p2=Etag"}
	fullOne = ask{do: "PUT /{bucket}/k?partNumber=1&uploadId={upload}", body: strings.Repeat("01234567", 5<<17), save: "p1=Etag"}
	done    = complete(onePart)
)

const (
	onePart  = "<Part><PartNumber>1</PartNumber><ETag>{p1}</ETag></Part>"
	twoParts = onePart + "<Part><PartNumber>2</PartNumber><ETag>{p2}</ETag></Part>"
)

// complete ends an upload with a list of parts.
func complete(parts string) ask {
	return ask{do: "POST /{bucket}/k?uploadId={upload}", body: "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>"}
}

// sayComplete says the same with the SDK.
func sayComplete(parts ...types.CompletedPart) saying {
	return say((*s3.Client).CompleteMultipartUpload, &s3.CompleteMultipartUploadInput{UploadId: ptr("{upload}"),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
}

func part(n int32, etag string) types.CompletedPart {
	return types.CompletedPart{PartNumber: &n, ETag: &etag}
}

var multipartRows = []row{
	{op: "CreateMultipartUpload", name: "gives an id",
		raw: ask{do: "POST /{bucket}/k?uploads"},
		sdk: say((*s3.Client).CreateMultipartUpload, &s3.CreateMultipartUploadInput{}),
		minio: func(s *scene, c *minio.Core) error {
			_, err := c.NewMultipartUpload(s.tb.Context(), s.bucket(), "k", minio.PutObjectOptions{})
			return err
		},
		want:  want{holds: []string{"<Bucket>{bucket}</Bucket>", "<Key>k</Key>", "<UploadId>"}},
		after: look(ask{do: "GET /{bucket}?uploads"}, want{holds: []string{"<Key>k</Key>", "<Initiated>", "<StorageClass>STANDARD</StorageClass>"}})},
	{op: "CreateMultipartUpload", name: "with a checksum of the whole",
		raw:  ask{do: "POST /{bucket}/k?uploads", header: head{"X-Amz-Checksum-Algorithm": "CRC32", "X-Amz-Checksum-Type": "FULL_OBJECT"}},
		sdk:  say((*s3.Client).CreateMultipartUpload, &s3.CreateMultipartUploadInput{ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT"}),
		want: want{header: head{"X-Amz-Checksum-Algorithm": "CRC32", "X-Amz-Checksum-Type": "FULL_OBJECT"}}},
	{op: "CreateMultipartUpload", name: "SHA-1 cannot be of the whole",
		raw:  ask{do: "POST /{bucket}/k?uploads", header: head{"X-Amz-Checksum-Algorithm": "SHA1", "X-Amz-Checksum-Type": "FULL_OBJECT"}},
		sdk:  say((*s3.Client).CreateMultipartUpload, &s3.CreateMultipartUploadInput{ChecksumAlgorithm: "SHA1", ChecksumType: "FULL_OBJECT"}),
		want: want{status: 400, code: "InvalidRequest"}},

	{op: "UploadPart", name: "answers with its ETag", arrange: []ask{begun},
		raw: ask{do: "PUT /{bucket}/k?partNumber=1&uploadId={upload}", body: "hello"},
		sdk: say((*s3.Client).UploadPart, &s3.UploadPartInput{PartNumber: ptr[int32](1), UploadId: ptr("{upload}"), Body: text("hello")}),
		minio: func(s *scene, c *minio.Core) error {
			_, err := c.PutObjectPart(s.tb.Context(), s.bucket(), "k", s.values["upload"], 1, strings.NewReader("hello"), 5, minio.PutObjectPartOptions{})
			return err
		},
		want: want{header: head{"Etag": helloMD5}}},
	{op: "UploadPart", name: "of no upload",
		raw:  ask{do: "PUT /{bucket}/k?partNumber=1&uploadId=none", body: "hello"},
		sdk:  say((*s3.Client).UploadPart, &s3.UploadPartInput{PartNumber: ptr[int32](1), UploadId: ptr("none"), Body: text("hello")}),
		want: want{status: 404, code: "NoSuchUpload"}},
	{op: "UploadPart", name: "number 0", arrange: []ask{begun}, raw: ask{do: "PUT /{bucket}/k?partNumber=0&uploadId={upload}", body: "x"}, want: want{status: 400, code: "InvalidArgument"}},
	{op: "UploadPart", name: "number 10,000", arrange: []ask{begun}, raw: ask{do: "PUT /{bucket}/k?partNumber=10000&uploadId={upload}", body: "x"}, want: want{}},
	{op: "UploadPart", name: "number 10,001", arrange: []ask{begun}, raw: ask{do: "PUT /{bucket}/k?partNumber=10001&uploadId={upload}", body: "x"}, want: want{status: 400, code: "InvalidArgument"}},
	{op: "UploadPart", name: "with another Content-MD5", arrange: []ask{begun},
		raw:  ask{do: "PUT /{bucket}/k?partNumber=1&uploadId={upload}", body: "x", header: head{"Content-Md5": "XUFAKrxLKna5cZ2REBfFkg=="}},
		want: want{status: 400, code: "BadDigest"}},
	{op: "UploadPartCopy", name: "of a range", arrange: []ask{{do: "PUT /{bucket}/source", body: "xxhelloxx"}, begun},
		raw: ask{do: "PUT /{bucket}/k?partNumber=1&uploadId={upload}", header: head{"X-Amz-Copy-Source": "/{bucket}/source", "X-Amz-Copy-Source-Range": "bytes=2-6"}},
		sdk: say((*s3.Client).UploadPartCopy, &s3.UploadPartCopyInput{PartNumber: ptr[int32](1), UploadId: ptr("{upload}"),
			CopySource: ptr("{bucket}/source"), CopySourceRange: ptr("bytes=2-6")}),
		want: want{holds: []string{"<CopyPartResult", "5d41402abc4b2a76b9719d911017c592", "<LastModified>"}}},
	{op: "UploadPartCopy", name: "of a range that is not there", arrange: []ask{{do: "PUT /{bucket}/source", body: "xxhelloxx"}, begun},
		raw:  ask{do: "PUT /{bucket}/k?partNumber=1&uploadId={upload}", header: head{"X-Amz-Copy-Source": "/{bucket}/source", "X-Amz-Copy-Source-Range": "bytes=2-60"}},
		want: want{status: 400, code: "InvalidArgument"}},

	{op: "CompleteMultipartUpload", name: "makes the object", arrange: []ask{begun, partOne},
		raw: done, sdk: sayComplete(part(1, "{p1}")),
		minio: func(s *scene, c *minio.Core) error {
			_, err := c.CompleteMultipartUpload(s.tb.Context(), s.bucket(), "k", s.values["upload"],
				[]minio.CompletePart{{PartNumber: 1, ETag: s.values["p1"]}}, minio.PutObjectOptions{})
			return err
		},
		want: want{holds: []string{"<Location>", "<Bucket>{bucket}</Bucket>", "<Key>k</Key>", "62109206880d38a4010a98e11243924a-1"}},
		after: func(t *testing.T, s *scene, r reply) {
			look(ask{do: "GET /{bucket}/k"}, want{body: "hello", header: head{"Etag": `"62109206880d38a4010a98e11243924a-1"`, "Content-Type": "text/x", "X-Amz-Meta-Colour": "blue"}})(t, s, r)
			look(ask{do: "GET /{bucket}?uploads"}, want{lacks: []string{"<Upload>"}})(t, s, r)
		}},
	{op: "CompleteMultipartUpload", name: "again answers the same", arrange: []ask{begun, partOne, done},
		raw: done, sdk: sayComplete(part(1, "{p1}")), want: want{holds: []string{"62109206880d38a4010a98e11243924a-1"}}},
	{op: "CompleteMultipartUpload", name: "of two parts", arrange: []ask{begun, fullOne, partTwo},
		raw: complete(twoParts), sdk: sayComplete(part(1, "{p1}"), part(2, "{p2}")), want: want{},
		after: func(t *testing.T, s *scene, r reply) {
			look(ask{do: "HEAD /{bucket}/k"}, want{header: head{"Content-Length": "5242885"}})(t, s, r)
			look(ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=5242878-"}}, want{status: 206, body: "67hello"})(t, s, r)
			look(ask{do: "GET /{bucket}/k?partNumber=2"}, want{status: 206, body: "hello",
				header: head{"X-Amz-Mp-Parts-Count": "2", "Content-Range": "bytes 5242880-5242884/5242885"}})(t, s, r)
			look(ask{do: "HEAD /{bucket}/k?partNumber=1"}, want{status: 206, header: head{"X-Amz-Mp-Parts-Count": "2", "Content-Length": "5242880"}})(t, s, r)
			look(ask{do: "GET /{bucket}/k?partNumber=3"}, want{status: 416, code: "InvalidPartNumber"})(t, s, r)
			look(ask{do: "GET /{bucket}/k?attributes", header: head{"X-Amz-Object-Attributes": "ObjectParts,ObjectSize"}},
				want{holds: []string{"<ObjectSize>5242885</ObjectSize>", "<PartsCount>2</PartsCount>"}})(t, s, r)
		}},
	{op: "CompleteMultipartUpload", name: "a first part that is too small", arrange: []ask{begun, partOne, partTwo},
		raw: complete(twoParts), sdk: sayComplete(part(1, "{p1}"), part(2, "{p2}")), want: want{status: 400, code: "EntityTooSmall"}},
	{op: "CompleteMultipartUpload", name: "in the wrong order", arrange: []ask{begun, partOne, partTwo},
		raw:  complete("<Part><PartNumber>2</PartNumber><ETag>{p2}</ETag></Part>" + onePart),
		sdk:  sayComplete(part(2, "{p2}"), part(1, "{p1}")),
		want: want{status: 400, code: "InvalidPartOrder"}},
	{op: "CompleteMultipartUpload", name: "a part that is not there", arrange: []ask{begun, partOne},
		raw: complete("<Part><PartNumber>7</PartNumber><ETag>{p1}</ETag></Part>"), sdk: sayComplete(part(7, "{p1}")), want: want{status: 400, code: "InvalidPart"}},
	{op: "CompleteMultipartUpload", name: "another ETag", arrange: []ask{begun, partOne},
		raw:  complete("<Part><PartNumber>1</PartNumber><ETag>00000000000000000000000000000000</ETag></Part>"),
		sdk:  sayComplete(part(1, "00000000000000000000000000000000")),
		want: want{status: 400, code: "InvalidPart"}},
	{op: "CompleteMultipartUpload", name: "no parts", arrange: []ask{begun, partOne}, raw: complete(""), want: want{status: 400, code: "MalformedXML"}},
	{op: "CompleteMultipartUpload", name: "of no upload", raw: ask{do: "POST /{bucket}/k?uploadId=none", body: "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>"},
		want: want{status: 404, code: "NoSuchUpload"}},
	{op: "CompleteMultipartUpload", name: "only if new", arrange: []ask{put, begun, partOne},
		raw:  ask{do: done.do, body: done.body, header: head{"If-None-Match": "*"}},
		want: want{status: 412, code: "PreconditionFailed"}, after: look(ask{do: "GET /{bucket}/k"}, want{body: "hello", header: head{"Etag": helloMD5}})},
	{op: "CompleteMultipartUpload", name: "of another size than said", arrange: []ask{begun, partOne},
		raw: ask{do: done.do, body: done.body, header: head{"X-Amz-Mp-Object-Size": "6"}}, want: want{status: 400, code: "InvalidRequest"}},
	{op: "CompleteMultipartUpload", name: "composite checksum",
		arrange: []ask{{do: "POST /{bucket}/k?uploads", save: "upload=<UploadId>", header: head{"X-Amz-Checksum-Algorithm": "SHA256"}},
			{do: partOne.do, body: "hello", save: "p1=Etag", header: head{"X-Amz-Checksum-Sha256": helloSums["Sha256"]}}},
		raw:  complete("<Part><PartNumber>1</PartNumber><ETag>{p1}</ETag><ChecksumSHA256>" + helloSums["Sha256"] + "</ChecksumSHA256></Part>"),
		want: want{holds: []string{"<ChecksumSHA256>lZXJ35AHUUjrBoYDZd8zWEt1v/eCpRDGzUiDpBmDPVA=-1</ChecksumSHA256>", "<ChecksumType>COMPOSITE</ChecksumType>"}}},
	{op: "CompleteMultipartUpload", name: "full checksum",
		arrange: []ask{{do: "POST /{bucket}/k?uploads", save: "upload=<UploadId>", header: head{"X-Amz-Checksum-Algorithm": "CRC32", "X-Amz-Checksum-Type": "FULL_OBJECT"}},
			{do: partOne.do, body: "hello", save: "p1=Etag", header: head{"X-Amz-Checksum-Crc32": helloSums["Crc32"]}}},
		raw:  complete("<Part><PartNumber>1</PartNumber><ETag>{p1}</ETag><ChecksumCRC32>" + helloSums["Crc32"] + "</ChecksumCRC32></Part>"),
		want: want{holds: []string{"<ChecksumCRC32>NhCmhg==</ChecksumCRC32>", "<ChecksumType>FULL_OBJECT</ChecksumType>"}}},

	{op: "AbortMultipartUpload", name: "forgets it", arrange: []ask{begun, partOne},
		raw: ask{do: "DELETE /{bucket}/k?uploadId={upload}"},
		sdk: say((*s3.Client).AbortMultipartUpload, &s3.AbortMultipartUploadInput{UploadId: ptr("{upload}")}),
		minio: func(s *scene, c *minio.Core) error {
			return c.AbortMultipartUpload(s.tb.Context(), s.bucket(), "k", s.values["upload"])
		},
		want: want{status: 204}, after: look(ask{do: "GET /{bucket}/k?uploadId={upload}"}, want{status: 404, code: "NoSuchUpload"})},
	{op: "AbortMultipartUpload", name: "no such", raw: ask{do: "DELETE /{bucket}/k?uploadId=none"},
		sdk: say((*s3.Client).AbortMultipartUpload, &s3.AbortMultipartUploadInput{UploadId: ptr("none")}), want: want{status: 404, code: "NoSuchUpload"}},
	{op: "ListParts", name: "in order", arrange: []ask{begun, partTwo, partOne},
		raw: ask{do: "GET /{bucket}/k?uploadId={upload}"},
		sdk: say((*s3.Client).ListParts, &s3.ListPartsInput{UploadId: ptr("{upload}")}),
		minio: func(s *scene, c *minio.Core) error {
			_, err := c.ListObjectParts(s.tb.Context(), s.bucket(), "k", s.values["upload"], 0, 1000)
			return err
		},
		want:  want{holds: []string{"<Owner>", "<Initiator>", "<StorageClass>STANDARD</StorageClass>", "<Size>5</Size>", "<IsTruncated>false</IsTruncated>"}},
		after: inOrder("<PartNumber>1</PartNumber>", "<PartNumber>2</PartNumber>")},
	{op: "ListParts", name: "a page", arrange: []ask{begun, partOne, partTwo},
		raw:  ask{do: "GET /{bucket}/k?uploadId={upload}&max-parts=1"},
		sdk:  say((*s3.Client).ListParts, &s3.ListPartsInput{UploadId: ptr("{upload}"), MaxParts: ptr[int32](1)}),
		want: want{holds: []string{"<NextPartNumberMarker>1</NextPartNumberMarker>", "<IsTruncated>true</IsTruncated>"}, lacks: []string{"<PartNumber>2<"}}},
	{op: "ListMultipartUploads", name: "by folder", arrange: []ask{{do: "POST /{bucket}/a/1?uploads"}, {do: "POST /{bucket}/a/2?uploads"}, {do: "POST /{bucket}/b?uploads"}},
		raw: ask{do: "GET /{bucket}?uploads&delimiter=%2F"},
		sdk: say((*s3.Client).ListMultipartUploads, &s3.ListMultipartUploadsInput{Delimiter: ptr("/")}),
		minio: func(s *scene, c *minio.Core) error {
			_, err := c.ListMultipartUploads(s.tb.Context(), s.bucket(), "", "", "", "/", 1000)
			return err
		},
		want: want{holds: []string{"<Prefix>a/</Prefix>", "<Key>b</Key>"}, lacks: []string{"<Key>a/1"}}},
	{op: "ListMultipartUploads", name: "a page", arrange: []ask{{do: "POST /{bucket}/a?uploads"}, {do: "POST /{bucket}/b?uploads"}},
		raw:  ask{do: "GET /{bucket}?uploads&max-uploads=1"},
		sdk:  say((*s3.Client).ListMultipartUploads, &s3.ListMultipartUploadsInput{MaxUploads: ptr[int32](1)}),
		want: want{holds: []string{"<NextKeyMarker>a</NextKeyMarker>", "<NextUploadIdMarker>", "<IsTruncated>true</IsTruncated>"}, lacks: []string{"<Key>b<"}}},
}
