package s3_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/encrypt"
)

// Two customers' keys of SSE-C, as headers.
var (
	customer = head{"X-Amz-Server-Side-Encryption-Customer-Algorithm": "AES256",
		"X-Amz-Server-Side-Encryption-Customer-Key":     "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
		"X-Amz-Server-Side-Encryption-Customer-Key-Md5": "hRasmdxgYDKV3nvbahU1MA=="}
	stranger = head{"X-Amz-Server-Side-Encryption-Customer-Algorithm": "AES256",
		"X-Amz-Server-Side-Encryption-Customer-Key":     "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=",
		"X-Amz-Server-Side-Encryption-Customer-Key-Md5": "dT1y7SEiqn6YCJ3QeqwoIw=="}
)

func with(sets ...head) head {
	all := head{}
	for _, h := range sets {
		for k, v := range h {
			all[k] = v
		}
	}
	return all
}

// asSource renames the headers of a key to those for a copy's source.
func asSource(h head) head {
	all := head{}
	for k, v := range h {
		all[strings.Replace(k, "X-Amz-", "X-Amz-Copy-Source-", 1)] = v
	}
	return all
}

var sse = head{"X-Amz-Server-Side-Encryption": "AES256"}

var sealedRows = []row{
	{op: "PutObject", name: "sealed by S3",
		raw: ask{do: "PUT /{bucket}/k", body: "hello", header: sse}, sdk: say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello"), ServerSideEncryption: "AES256"}),
		minio: putMinio(minio.PutObjectOptions{ServerSideEncryption: encrypt.NewSSE()}),
		want:  want{header: head{"X-Amz-Server-Side-Encryption": "AES256", "Etag": helloMD5}},
		after: look(ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=1-3"}}, want{status: 206, body: "ell", header: head{"X-Amz-Server-Side-Encryption": "AES256"}})},
	{op: "PutObject", name: "sealed by a key that is unknown",
		raw:  ask{do: "PUT /{bucket}/k", body: "hello", header: head{"X-Amz-Server-Side-Encryption": "aws:kms", "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id": "no-such-key"}},
		sdk:  say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello"), ServerSideEncryption: "aws:kms", SSEKMSKeyId: ptr("no-such-key")}),
		want: want{status: 400, code: "KMS.NotFoundException"}},
	{op: "PutObject", name: "sealed by nonsense", raw: ask{do: "PUT /{bucket}/k", header: head{"X-Amz-Server-Side-Encryption": "ROT13"}}, want: want{status: 400, code: "InvalidArgument"}},
	{op: "PutObject", name: "sealed by the customer",
		raw: ask{do: "PUT /{bucket}/k", body: "hello", header: customer},
		want: want{header: head{"X-Amz-Server-Side-Encryption-Customer-Algorithm": "AES256", "X-Amz-Server-Side-Encryption-Customer-Key-Md5": "hRasmdxgYDKV3nvbahU1MA==",
			"X-Amz-Server-Side-Encryption-Customer-Key": ""}}},
	{op: "PutObject", name: "the customer's key is not the one meant",
		raw:  ask{do: "PUT /{bucket}/k", header: with(customer, head{"X-Amz-Server-Side-Encryption-Customer-Key-Md5": "dT1y7SEiqn6YCJ3QeqwoIw=="})},
		want: want{status: 400, code: "InvalidArgument"}},
	{op: "PutObject", name: "sealed by S3 and the customer", raw: ask{do: "PUT /{bucket}/k", header: with(customer, sse)}, want: want{status: 400, code: "InvalidArgument"}},
	{op: "GetObject", name: "with the customer's key", arrange: []ask{{do: put.do, body: "hello", header: customer}},
		raw: ask{do: "GET /{bucket}/k", header: customer}, want: want{body: "hello", header: head{"X-Amz-Server-Side-Encryption-Customer-Algorithm": "AES256"}}},
	{op: "GetObject", name: "a range with the customer's key", arrange: []ask{{do: put.do, body: "hello", header: customer}},
		raw: ask{do: "GET /{bucket}/k", header: with(customer, head{"Range": "bytes=-2"})}, want: want{status: 206, body: "lo"}},
	{op: "GetObject", name: "without the customer's key", arrange: []ask{{do: put.do, body: "hello", header: customer}},
		raw: ask{do: "GET /{bucket}/k"}, sdk: say((*s3.Client).GetObject, &s3.GetObjectInput{}), minio: get("k"), want: want{status: 400, code: "InvalidRequest"}},
	{op: "GetObject", name: "with another's key", arrange: []ask{{do: put.do, body: "hello", header: customer}},
		raw: ask{do: "GET /{bucket}/k", header: stranger}, want: want{status: 403, code: "AccessDenied"}},
	{op: "GetObject", name: "with a key for what has none", arrange: []ask{put}, raw: ask{do: "GET /{bucket}/k", header: customer}, want: want{status: 400, code: "InvalidRequest"}},
	{op: "GetObject", name: "a range over many blocks with the customer's key", arrange: []ask{{do: long.do, body: long.body, header: customer}},
		raw: ask{do: "GET /{bucket}/k", header: with(customer, head{"Range": "bytes=262140-786440"})}, want: want{status: 206, body: long.body[262140:786441]}},
	{op: "GetObject", name: "a range over many blocks sealed by S3", arrange: []ask{{do: long.do, body: long.body, header: sse}},
		raw: ask{do: "GET /{bucket}/k", header: head{"Range": "bytes=262140-786440"}}, want: want{status: 206, body: long.body[262140:786441]}},
	{op: "HeadObject", name: "without the customer's key", arrange: []ask{{do: put.do, body: "hello", header: customer}}, raw: ask{do: "HEAD /{bucket}/k"}, want: want{status: 400}},
	{op: "CopyObject", name: "from the customer's key to S3's", arrange: []ask{{do: put.do, body: "hello", header: customer}},
		raw: twin(with(asSource(customer), sse)), want: want{header: sse}, after: look(ask{do: "GET /{bucket}/copy"}, want{body: "hello"})},
	{op: "CopyObject", name: "from one customer's key to another", arrange: []ask{{do: put.do, body: "hello", header: customer}},
		raw: twin(with(asSource(customer), stranger)), want: want{}, after: look(ask{do: "GET /{bucket}/copy", header: stranger}, want{body: "hello"})},
	{op: "CopyObject", name: "without the source's key", arrange: []ask{{do: put.do, body: "hello", header: customer}}, raw: twin(nil), want: want{status: 400, code: "InvalidRequest"}},
	{op: "UploadPart", name: "with the customer's key", arrange: []ask{{do: begun.do, save: begun.save, header: customer}},
		raw: ask{do: partOne.do, body: "hello", header: customer}, want: want{header: head{"X-Amz-Server-Side-Encryption-Customer-Algorithm": "AES256"}}},
	{op: "UploadPart", name: "without the customer's key", arrange: []ask{{do: begun.do, save: begun.save, header: customer}},
		raw: ask{do: partOne.do, body: "hello"}, want: want{status: 400, code: "InvalidRequest"}},
	{op: "CompleteMultipartUpload", name: "sealed by the customer",
		arrange: []ask{{do: begun.do, save: begun.save, header: customer}, {do: partOne.do, body: "hello", save: "p1=Etag", header: customer}},
		raw:     done, want: want{}, after: look(ask{do: "GET /{bucket}/k", header: customer}, want{body: "hello"})},
	{op: "UpdateObjectEncryption", name: "to nothing", arrange: []ask{put}, raw: ask{do: "PUT /{bucket}/k?encryption"}, want: want{status: 400, code: "MissingRequestBodyError"}},
	{op: "PutBucketEncryption", name: "seals what comes", arrange: []ask{{do: "PUT /{bucket}?encryption", body: sealDoc, md5: true}},
		raw: ask{do: "PUT /{bucket}/k", body: "hello"}, sdk: say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello")}), want: want{header: sse},
		after: look(ask{do: "GET /{bucket}/k"}, want{body: "hello", header: sse})},
}

// absent is a row for an operation that is not offered: it says so, and does
// nothing else.
func absent(op, do, body string) row {
	return row{op: op, name: "not offered", arrange: []ask{put}, raw: ask{do: do, body: body}, want: want{status: 501, code: "NotImplemented"},
		after: look(ask{do: "GET /{bucket}/k"}, want{body: "hello"})}
}

var absentRows = []row{
	absent("SelectObjectContent", "POST /{bucket}/k?select&select-type=2", "<SelectObjectContentRequest/>"),
	absent("GetObjectTorrent", "GET /{bucket}/k?torrent", ""),
	absent("GetBucketInventoryConfiguration", "GET /{bucket}?inventory&id=1", ""),
	absent("PutBucketInventoryConfiguration", "PUT /{bucket}?inventory&id=1", "<InventoryConfiguration/>"),
	absent("GetBucketAnalyticsConfiguration", "GET /{bucket}?analytics&id=1", ""),
	absent("GetBucketIntelligentTieringConfiguration", "GET /{bucket}?intelligent-tiering&id=1", ""),
	absent("GetBucketMetricsConfiguration", "GET /{bucket}?metrics&id=1", ""),
	absent("unknown of an object", "PUT /{bucket}/k?frobnicate", "x"),
	absent("unknown of a bucket", "DELETE /{bucket}?frobnicate", ""),
	absent("unknown of the service", "GET /?frobnicate", ""),
}
