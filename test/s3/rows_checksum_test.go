package s3_test

import (
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/minio-go/v7"
)

// Checksums of "hello".
var helloSums = map[string]string{
	"Crc32": "NhCmhg==", "Crc32c": "mnG7TA==", "Crc64nvme": "M3eFcAZSQlc=", "Sha1": "qvTGHdzF6KLavt4PO0gs2a6pQ00=",
	"Sha256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
}

const wrongCRC32 = "AAAAAA=="

// trailing is a PUT of "hello" in chunks that are not signed, with a trailer.
func trailing(trailer, length string) ask {
	return ask{do: "PUT /{bucket}/k", body: "5\r\nhello\r\n0\r\n" + trailer + "\r\n\r\n", header: head{
		"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Decoded-Content-Length": length,
		"Content-Encoding": "aws-chunked,gzip", "X-Amz-Trailer": "x-amz-checksum-crc32"}}
}

// summed is a row for one algorithm, given and read back.
func summed(algorithm types.ChecksumAlgorithm, header, element string, minioType minio.ChecksumType) row {
	name := "X-Amz-Checksum-" + header
	return row{op: "PutObject", name: "with " + string(algorithm),
		raw:   ask{do: "PUT /{bucket}/k", body: "hello", header: head{name: helloSums[header]}},
		sdk:   say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello"), ChecksumAlgorithm: algorithm}),
		minio: putMinio(minio.PutObjectOptions{Checksum: minioType, DisableContentSha256: false}),
		want:  want{header: head{name: helloSums[header], "X-Amz-Checksum-Type": "FULL_OBJECT"}},
		after: look(ask{do: "GET /{bucket}/k?attributes", header: head{"X-Amz-Object-Attributes": "Checksum"}},
			want{holds: []string{"<" + element + ">" + helloSums[header] + "</" + element + ">", "<ChecksumType>FULL_OBJECT</ChecksumType>"}})}
}

var checksumRows = []row{
	summed("CRC32", "Crc32", "ChecksumCRC32", minio.ChecksumCRC32),
	summed("CRC32C", "Crc32c", "ChecksumCRC32C", minio.ChecksumCRC32C),
	summed("CRC64NVME", "Crc64nvme", "ChecksumCRC64NVME", minio.ChecksumCRC64NVME),
	summed("SHA1", "Sha1", "ChecksumSHA1", minio.ChecksumSHA1),
	summed("SHA256", "Sha256", "ChecksumSHA256", minio.ChecksumSHA256),
	{op: "PutObject", name: "with none gets CRC64NVME", raw: ask{do: "PUT /{bucket}/k", body: "hello"},
		want: want{header: head{"X-Amz-Checksum-Crc64nvme": helloSums["Crc64nvme"]}}},
	{op: "PutObject", name: "with a wrong checksum",
		raw:  ask{do: "PUT /{bucket}/k", body: "hello", header: head{"X-Amz-Checksum-Crc32": wrongCRC32}},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello"), ChecksumCRC32: ptr(wrongCRC32)}),
		want: want{status: 400, code: "BadDigest"}, after: look(ask{do: "HEAD /{bucket}/k"}, want{status: 404})},
	{op: "PutObject", name: "with nonsense for a checksum",
		raw:  ask{do: "PUT /{bucket}/k", body: "hello", header: head{"X-Amz-Checksum-Crc32": "nonsense"}},
		want: want{status: 400, code: "InvalidRequest"}},
	{op: "PutObject", name: "with two checksums",
		raw:  ask{do: "PUT /{bucket}/k", body: "hello", header: head{"X-Amz-Checksum-Crc32": helloSums["Crc32"], "X-Amz-Checksum-Sha1": helloSums["Sha1"]}},
		want: want{status: 400, code: "InvalidRequest"}},
	{op: "PutObject", name: "with a trailer",
		raw:   trailing("x-amz-checksum-crc32:NhCmhg==", "5"),
		want:  want{header: head{"X-Amz-Checksum-Crc32": "NhCmhg==", "Etag": helloMD5}},
		after: look(ask{do: "GET /{bucket}/k"}, want{body: "hello", header: head{"Content-Encoding": "gzip"}})},
	{op: "PutObject", name: "with a wrong trailer", raw: trailing("x-amz-checksum-crc32:AAAAAA==", "5"),
		want: want{status: 400, code: "BadDigest"}, after: look(ask{do: "HEAD /{bucket}/k"}, want{status: 404})},
	{op: "PutObject", name: "with another trailer than announced", raw: trailing("x-amz-checksum-sha1:qvTGHdzF6KLavt4PO0gs2a6pQ00=", "5"),
		want: want{status: 400, code: "MalformedTrailerError"}},
	{op: "PutObject", name: "without the trailer announced", raw: trailing("", "5"), want: want{status: 400, code: "MalformedTrailerError"}},
	{op: "PutObject", name: "of another length than declared", raw: trailing("x-amz-checksum-crc32:NhCmhg==", "6"), want: want{status: 400, code: "IncompleteBody"}},
	{op: "GetObject", name: "checksum on request", arrange: []ask{put},
		raw:  ask{do: "GET /{bucket}/k", header: head{"X-Amz-Checksum-Mode": "ENABLED"}},
		sdk:  say((*s3.Client).GetObject, &s3.GetObjectInput{ChecksumMode: types.ChecksumModeEnabled}),
		want: want{body: "hello", header: head{"X-Amz-Checksum-Crc64nvme": helloSums["Crc64nvme"], "X-Amz-Checksum-Type": "FULL_OBJECT"}}},
	{op: "GetObject", name: "no checksum unasked", arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k"}, want: want{header: head{"X-Amz-Checksum-Crc64nvme": "", "X-Amz-Checksum-Type": ""}}},
	{op: "GetObject", name: "no checksum of a range", arrange: []ask{put},
		raw:  ask{do: "GET /{bucket}/k", header: head{"X-Amz-Checksum-Mode": "ENABLED", "Range": "bytes=0-1"}},
		want: want{status: 206, header: head{"X-Amz-Checksum-Crc64nvme": ""}}},
}

// twin copies k to copy with headers.
func twin(headers head) ask {
	h := head{"X-Amz-Copy-Source": "/{bucket}/k"}
	for k, v := range headers {
		h[k] = v
	}
	return ask{do: "PUT /{bucket}/copy", header: h}
}

// sayCopy says the same with the SDK.
func sayCopy(in s3.CopyObjectInput) saying {
	in.CopySource = ptr("{bucket}/k")
	if in.Key == nil {
		in.Key = ptr("copy")
	}
	return say((*s3.Client).CopyObject, &in)
}

// painted is an object with metadata and tags.
var painted = ask{do: "PUT /{bucket}/k", body: "hello", header: head{"Content-Type": "text/x", "X-Amz-Meta-Colour": "blue", "X-Amz-Tagging": "a=b"}}

var copyRows = []row{
	{op: "CopyObject", name: "takes all along", arrange: []ask{painted},
		raw: twin(nil), sdk: sayCopy(s3.CopyObjectInput{}),
		minio: func(s *scene, c *minio.Core) error {
			_, err := c.Client.CopyObject(s.tb.Context(), minio.CopyDestOptions{Bucket: s.bucket(), Object: "copy"}, minio.CopySrcOptions{Bucket: s.bucket(), Object: "k"})
			return err
		},
		want:  want{holds: []string{"<CopyObjectResult", "5d41402abc4b2a76b9719d911017c592", "<LastModified>"}},
		after: copied("text/x", "blue", "<Value>b</Value>")},
	{op: "CopyObject", name: "replaces the metadata", arrange: []ask{painted},
		raw:   twin(head{"X-Amz-Metadata-Directive": "REPLACE", "X-Amz-Meta-Colour": "red", "Content-Type": "text/y"}),
		sdk:   sayCopy(s3.CopyObjectInput{MetadataDirective: types.MetadataDirectiveReplace, Metadata: map[string]string{"colour": "red"}, ContentType: ptr("text/y")}),
		want:  want{},
		after: copied("text/y", "red", "<Value>b</Value>")},
	{op: "CopyObject", name: "replaces the tags", arrange: []ask{painted},
		raw:   twin(head{"X-Amz-Tagging-Directive": "REPLACE", "X-Amz-Tagging": "c=d"}),
		sdk:   sayCopy(s3.CopyObjectInput{TaggingDirective: types.TaggingDirectiveReplace, Tagging: ptr("c=d")}),
		want:  want{},
		after: copied("text/x", "blue", "<Value>d</Value>")},
	{op: "CopyObject", name: "no such directive", arrange: []ask{painted}, raw: twin(head{"X-Amz-Metadata-Directive": "BURN"}), want: want{status: 400, code: "InvalidArgument"}},
	{op: "CopyObject", name: "onto itself for nothing", arrange: []ask{painted},
		raw:  ask{do: "PUT /{bucket}/k", header: head{"X-Amz-Copy-Source": "/{bucket}/k"}},
		sdk:  sayCopy(s3.CopyObjectInput{Key: ptr("k")}),
		want: want{status: 400, code: "InvalidRequest"}},
	{op: "CopyObject", name: "onto itself for new metadata", arrange: []ask{painted},
		raw:   ask{do: "PUT /{bucket}/k", header: head{"X-Amz-Copy-Source": "/{bucket}/k", "X-Amz-Metadata-Directive": "REPLACE", "X-Amz-Meta-Colour": "red"}},
		sdk:   sayCopy(s3.CopyObjectInput{Key: ptr("k"), MetadataDirective: types.MetadataDirectiveReplace, Metadata: map[string]string{"colour": "red"}}),
		want:  want{},
		after: look(ask{do: "GET /{bucket}/k"}, want{body: "hello", header: head{"X-Amz-Meta-Colour": "red"}})},
	{op: "CopyObject", name: "if the source is known", arrange: []ask{painted},
		raw:  twin(head{"X-Amz-Copy-Source-If-Match": helloMD5}),
		sdk:  sayCopy(s3.CopyObjectInput{CopySourceIfMatch: ptr(helloMD5)}),
		want: want{}},
	{op: "CopyObject", name: "unless the source is known", arrange: []ask{painted},
		raw:  twin(head{"X-Amz-Copy-Source-If-None-Match": helloMD5}),
		sdk:  sayCopy(s3.CopyObjectInput{CopySourceIfNoneMatch: ptr(helloMD5)}),
		want: want{status: 412, code: "PreconditionFailed"}, after: look(ask{do: "HEAD /{bucket}/copy"}, want{status: 404})},
	{op: "CopyObject", name: "if the source is older", arrange: []ask{painted},
		raw:  twin(head{"X-Amz-Copy-Source-If-Unmodified-Since": gmt(yesterday)}),
		sdk:  sayCopy(s3.CopyObjectInput{CopySourceIfUnmodifiedSince: &yesterday}),
		want: want{status: 412, code: "PreconditionFailed"}},
	{op: "CopyObject", name: "only if new", arrange: []ask{painted, {do: "PUT /{bucket}/copy", body: "there"}},
		raw:  twin(head{"If-None-Match": "*"}),
		sdk:  sayCopy(s3.CopyObjectInput{IfNoneMatch: ptr("*")}),
		want: want{status: 412, code: "PreconditionFailed"}, after: look(ask{do: "GET /{bucket}/copy"}, want{body: "there"})},
	{op: "CopyObject", name: "of nothing",
		raw: twin(nil), sdk: sayCopy(s3.CopyObjectInput{}), want: want{status: 404, code: "NoSuchKey"}},
	{op: "CopyObject", name: "from no bucket", raw: ask{do: "PUT /{bucket}/copy", header: head{"X-Amz-Copy-Source": "/{bucket}-none/k"}}, want: want{status: 404, code: "NoSuchBucket"}},
	{op: "CopyObject", name: "from nowhere", raw: ask{do: "PUT /{bucket}/copy", header: head{"X-Amz-Copy-Source": "nowhere"}}, want: want{status: 400, code: "InvalidArgument"}},
	{op: "CopyObject", name: "an encoded source", arrange: []ask{{do: "PUT /{bucket}/a+b%20%C3%BC%3F", body: "odd"}},
		raw:  ask{do: "PUT /{bucket}/copy", header: head{"X-Amz-Copy-Source": "%2F{bucket}%2Fa%2Bb%20%C3%BC%3F"}},
		want: want{}, after: look(ask{do: "GET /{bucket}/copy"}, want{body: "odd"})},
	{op: "CopyObject", name: "of a version", arrange: []ask{versioned, {do: "PUT /{bucket}/k", body: "first", save: "v=X-Amz-Version-Id"}, put},
		raw:  ask{do: "PUT /{bucket}/copy", header: head{"X-Amz-Copy-Source": "/{bucket}/k?versionId={v}"}},
		sdk:  say((*s3.Client).CopyObject, &s3.CopyObjectInput{Key: ptr("copy"), CopySource: ptr("{bucket}/k?versionId={v}")}),
		want: want{header: head{"X-Amz-Copy-Source-Version-Id": "{v}", "X-Amz-Version-Id": "*"}}, after: look(ask{do: "GET /{bucket}/copy"}, want{body: "first"})},
	{op: "CopyObject", name: "of a stranger's",
		arrange: []ask{{do: "PUT /{bucket}-s", as: "stranger"}, {do: "PUT /{bucket}-s/k", as: "stranger"}},
		raw:     ask{do: "PUT /{bucket}/copy", header: head{"X-Amz-Copy-Source": "/{bucket}-s/k"}},
		sdk:     say((*s3.Client).CopyObject, &s3.CopyObjectInput{Key: ptr("copy"), CopySource: ptr("{bucket}-s/k")}),
		want:    want{status: 403, code: "AccessDenied"}},
	{op: "CopyObject", name: "to another storage class", arrange: []ask{painted},
		raw: twin(head{"X-Amz-Storage-Class": "ONEZONE_IA"}), sdk: sayCopy(s3.CopyObjectInput{StorageClass: types.StorageClassOnezoneIa}),
		want: want{}, after: look(ask{do: "HEAD /{bucket}/copy"}, want{header: head{"X-Amz-Storage-Class": "ONEZONE_IA"}})},
}
