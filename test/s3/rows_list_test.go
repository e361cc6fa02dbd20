package s3_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/minio-go/v7"
)

// puts puts empty objects under keys.
func puts(keys ...string) []ask {
	var all []ask
	for _, k := range keys {
		all = append(all, ask{do: "PUT /{bucket}/" + k})
	}
	return all
}

var tree = puts("a", "b/1", "b/2", "c/d/1", "e")

var listRows = []row{
	{op: "ListObjectsV2", name: "all in order", arrange: tree,
		raw: ask{do: "GET /{bucket}?list-type=2"},
		sdk: say((*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{}),
		minio: func(s *scene, c *minio.Core) error {
			_, err := c.ListObjectsV2(s.bucket(), "", "", "", "", 1000)
			return err
		},
		want: want{holds: []string{"<Name>{bucket}</Name>", "<KeyCount>5</KeyCount>", "<IsTruncated>false</IsTruncated>", "<MaxKeys>1000</MaxKeys>",
			"<StorageClass>STANDARD</StorageClass>", "<Size>0</Size>", "<Prefix></Prefix>"}, lacks: []string{"CommonPrefixes"}},
		after: inOrder("<Key>a</Key>", "<Key>b/1</Key>", "<Key>b/2</Key>", "<Key>c/d/1</Key>", "<Key>e</Key>")},
	{op: "ListObjectsV2", name: "without owners", arrange: tree,
		raw: ask{do: "GET /{bucket}?list-type=2"}, sdk: say((*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{}), want: want{lacks: []string{"<Owner>"}}},
	{op: "ListObjectsV2", name: "with owners", arrange: tree,
		raw:  ask{do: "GET /{bucket}?list-type=2&fetch-owner=true"},
		sdk:  say((*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{FetchOwner: ptr(true)}),
		want: want{holds: []string{"<Owner><ID>{me}</ID>"}}},
	{op: "ListObjectsV2", name: "folders count", arrange: tree,
		raw: ask{do: "GET /{bucket}?list-type=2&delimiter=%2F"},
		sdk: say((*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{Delimiter: ptr("/")}),
		want: want{holds: []string{"<KeyCount>4</KeyCount>", "<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>", "<CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>",
			"<Delimiter>/</Delimiter>"}, lacks: []string{"b/1", "c/d"}}},
	{op: "ListObjectsV2", name: "inside a folder", arrange: tree,
		raw:  ask{do: "GET /{bucket}?list-type=2&delimiter=%2F&prefix=c%2F"},
		sdk:  say((*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{Delimiter: ptr("/"), Prefix: ptr("c/")}),
		want: want{holds: []string{"<KeyCount>1</KeyCount>", "<CommonPrefixes><Prefix>c/d/</Prefix></CommonPrefixes>"}}},
	{op: "ListObjectsV2", name: "a delimiter of more than a character", arrange: puts("1ab2", "1ab3", "1a4"),
		raw:  ask{do: "GET /{bucket}?list-type=2&delimiter=ab"},
		sdk:  say((*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{Delimiter: ptr("ab")}),
		want: want{holds: []string{"<KeyCount>2</KeyCount>", "<Prefix>1ab</Prefix>", "<Key>1a4</Key>"}}},
	{op: "ListObjectsV2", name: "a page ends at a folder", arrange: tree,
		raw:  ask{do: "GET /{bucket}?list-type=2&delimiter=%2F&max-keys=2"},
		sdk:  say((*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{Delimiter: ptr("/"), MaxKeys: ptr[int32](2)}),
		want: want{holds: []string{"<KeyCount>2</KeyCount>", "<IsTruncated>true</IsTruncated>", "<NextContinuationToken>", "<Prefix>b/</Prefix>"}, lacks: []string{"<Prefix>c/"}}},
	{op: "ListObjectsV2", name: "goes on behind the folder",
		arrange: append(tree, ask{do: "GET /{bucket}?list-type=2&delimiter=%2F&max-keys=2", save: "token=<NextContinuationToken>"}),
		raw:     ask{do: "GET /{bucket}?list-type=2&delimiter=%2F&continuation-token={token}"},
		sdk:     say((*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{Delimiter: ptr("/"), ContinuationToken: ptr("{token}")}),
		want:    want{holds: []string{"<KeyCount>2</KeyCount>", "<Prefix>c/</Prefix>", "<Key>e</Key>", "<ContinuationToken>"}, lacks: []string{"b/"}}},
	{op: "ListObjectsV2", name: "start after", arrange: tree,
		raw:  ask{do: "GET /{bucket}?list-type=2&start-after=b%2F1"},
		sdk:  say((*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{StartAfter: ptr("b/1")}),
		want: want{holds: []string{"<KeyCount>3</KeyCount>", "<StartAfter>b/1</StartAfter>"}, lacks: []string{"<Key>b/1", "<Key>a<"}}},
	{op: "ListObjectsV2", name: "a page of none", arrange: tree,
		raw:  ask{do: "GET /{bucket}?list-type=2&max-keys=0"},
		sdk:  say((*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{MaxKeys: ptr[int32](0)}),
		want: want{holds: []string{"<KeyCount>0</KeyCount>", "<IsTruncated>false</IsTruncated>", "<MaxKeys>0</MaxKeys>"}, lacks: []string{"<Contents>"}}},
	{op: "ListObjectsV2", name: "more than a thousand is a thousand", raw: ask{do: "GET /{bucket}?list-type=2&max-keys=5000"},
		want: want{holds: []string{"<MaxKeys>1000</MaxKeys>"}}},
	{op: "ListObjectsV2", name: "no number", raw: ask{do: "GET /{bucket}?list-type=2&max-keys=many"}, want: want{status: 400, code: "InvalidArgument"}},
	{op: "ListObjectsV2", name: "no token", raw: ask{do: "GET /{bucket}?list-type=2&continuation-token="}, want: want{status: 400, code: "InvalidArgument"}},
	{op: "ListObjectsV2", name: "encoded", arrange: puts("%01", "a%2Bc%26", "%C3%BC"),
		raw: ask{do: "GET /{bucket}?list-type=2&encoding-type=url&prefix=&delimiter=%2B"},
		want: want{holds: []string{"<EncodingType>url</EncodingType>", "<Key>%01</Key>", "<Prefix>a%2B</Prefix>", "<Delimiter>%2B</Delimiter>", "<Key>%C3%BC</Key>"},
			lacks: []string{"\x01"}}},
	{op: "ListObjectsV2", name: "no bucket",
		raw:  ask{do: "GET /{bucket}-none?list-type=2"},
		sdk:  say((*s3.Client).ListObjectsV2, &s3.ListObjectsV2Input{Bucket: ptr("{bucket}-none")}),
		want: want{status: 404, code: "NoSuchBucket"}},
	{op: "ListObjectsV2", name: "a stranger", raw: ask{do: "GET /{bucket}?list-type=2", as: "stranger"}, want: want{status: 403, code: "AccessDenied"}},

	{op: "ListObjects", name: "all with owners", arrange: tree,
		raw: ask{do: "GET /{bucket}"},
		sdk: say((*s3.Client).ListObjects, &s3.ListObjectsInput{}),
		minio: func(s *scene, c *minio.Core) error {
			_, err := c.ListObjects(s.bucket(), "", "", "", 1000)
			return err
		},
		want:  want{holds: []string{"<Owner><ID>{me}</ID>", "<Marker></Marker>", "<IsTruncated>false</IsTruncated>"}, lacks: []string{"KeyCount", "NextMarker"}},
		after: inOrder("<Key>a</Key>", "<Key>b/1</Key>", "<Key>b/2</Key>", "<Key>c/d/1</Key>", "<Key>e</Key>")},
	{op: "ListObjects", name: "no next marker without a delimiter", arrange: tree,
		raw:  ask{do: "GET /{bucket}?max-keys=2"},
		sdk:  say((*s3.Client).ListObjects, &s3.ListObjectsInput{MaxKeys: ptr[int32](2)}),
		want: want{holds: []string{"<IsTruncated>true</IsTruncated>"}, lacks: []string{"NextMarker"}}},
	{op: "ListObjects", name: "a next marker with a delimiter", arrange: tree,
		raw:  ask{do: "GET /{bucket}?max-keys=2&delimiter=%2F"},
		sdk:  say((*s3.Client).ListObjects, &s3.ListObjectsInput{MaxKeys: ptr[int32](2), Delimiter: ptr("/")}),
		want: want{holds: []string{"<IsTruncated>true</IsTruncated>", "<NextMarker>b/</NextMarker>"}}},
	{op: "ListObjects", name: "behind a marker", arrange: tree,
		raw:  ask{do: "GET /{bucket}?marker=b%2F2"},
		sdk:  say((*s3.Client).ListObjects, &s3.ListObjectsInput{Marker: ptr("b/2")}),
		want: want{holds: []string{"<Marker>b/2</Marker>", "<Key>c/d/1</Key>", "<Key>e</Key>"}, lacks: []string{"<Key>b/2"}}},
	{op: "ListObjects", name: "behind a folder", arrange: tree,
		raw:  ask{do: "GET /{bucket}?marker=b%2F&delimiter=%2F"},
		sdk:  say((*s3.Client).ListObjects, &s3.ListObjectsInput{Marker: ptr("b/"), Delimiter: ptr("/")}),
		want: want{holds: []string{"<Prefix>c/</Prefix>", "<Key>e</Key>"}, lacks: []string{"<Prefix>b/"}}},
	{op: "ListObjects", name: "encoding of nonsense", raw: ask{do: "GET /{bucket}?encoding-type=xml"}, want: want{status: 400, code: "InvalidArgument"}},
}

var deleteRows = []row{
	{op: "DeleteObject", name: "there", arrange: []ask{put},
		raw: ask{do: "DELETE /{bucket}/k"},
		sdk: say((*s3.Client).DeleteObject, &s3.DeleteObjectInput{}),
		minio: func(s *scene, c *minio.Core) error {
			return c.RemoveObject(s.tb.Context(), s.bucket(), "k", minio.RemoveObjectOptions{})
		},
		want: want{status: 204, header: head{"X-Amz-Delete-Marker": "", "X-Amz-Version-Id": ""}}, after: look(ask{do: "GET /{bucket}/k"}, want{status: 404, code: "NoSuchKey"})},
	{op: "DeleteObject", name: "not there is as good",
		raw:  ask{do: "DELETE /{bucket}/k"},
		sdk:  say((*s3.Client).DeleteObject, &s3.DeleteObjectInput{}),
		want: want{status: 204}},
	{op: "DeleteObject", name: "a stranger", arrange: []ask{put}, raw: ask{do: "DELETE /{bucket}/k", as: "stranger"},
		want: want{status: 403, code: "AccessDenied"}, after: look(ask{do: "HEAD /{bucket}/k"}, want{})},
	{op: "DeleteObjects", name: "some", arrange: puts("a", "b", "c"),
		raw:   ask{do: "POST /{bucket}?delete", md5: true, body: "<Delete><Object><Key>a</Key></Object><Object><Key>c</Key></Object><Object><Key>none</Key></Object></Delete>"},
		sdk:   say((*s3.Client).DeleteObjects, &s3.DeleteObjectsInput{Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: ptr("a")}, {Key: ptr("c")}, {Key: ptr("none")}}}}),
		want:  want{holds: []string{"<Deleted><Key>a</Key></Deleted>", "<Deleted><Key>c</Key></Deleted>", "<Deleted><Key>none</Key></Deleted>"}},
		after: look(ask{do: "GET /{bucket}?list-type=2"}, want{holds: []string{"<KeyCount>1</KeyCount>", "<Key>b</Key>"}})},
	{op: "DeleteObjects", name: "quietly", arrange: puts("a"),
		raw:  ask{do: "POST /{bucket}?delete", md5: true, body: "<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>"},
		sdk:  say((*s3.Client).DeleteObjects, &s3.DeleteObjectsInput{Delete: &types.Delete{Quiet: ptr(true), Objects: []types.ObjectIdentifier{{Key: ptr("a")}}}}),
		want: want{lacks: []string{"<Deleted>", "<Error>"}}},
	{op: "DeleteObjects", name: "without a checksum", arrange: puts("a"),
		raw:  ask{do: "POST /{bucket}?delete", body: "<Delete><Object><Key>a</Key></Object></Delete>"},
		want: want{status: 400, code: "InvalidRequest"}, after: look(ask{do: "HEAD /{bucket}/a"}, want{})},
	{op: "DeleteObjects", name: "more than a thousand",
		raw:  ask{do: "POST /{bucket}?delete", md5: true, body: "<Delete>" + strings.Repeat("<Object><Key>a</Key></Object>", 1001) + "</Delete>"},
		want: want{status: 400, code: "MalformedXML"}},
	{op: "DeleteObjects", name: "none", raw: ask{do: "POST /{bucket}?delete", md5: true, body: "<Delete></Delete>"}, want: want{status: 400, code: "MalformedXML"}},
}
