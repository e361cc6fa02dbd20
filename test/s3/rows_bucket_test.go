package s3_test

import (
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/minio-go/v7"
)

var serviceRows = []row{
	{op: "ListBuckets", name: "own buckets with their owner",
		raw: ask{do: "GET /"},
		sdk: say((*s3.Client).ListBuckets, &s3.ListBucketsInput{}),
		minio: func(s *scene, c *minio.Core) error {
			_, err := c.ListBuckets(s.tb.Context())
			return err
		},
		want: want{holds: []string{"<Name>{bucket}</Name>", "<ID>{me}</ID>", `<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`}}},
	{op: "ListBuckets", name: "by prefix, a page", arrange: []ask{{do: "PUT /{bucket}-b"}},
		raw:  ask{do: "GET /?prefix={bucket}&max-buckets=1"},
		sdk:  say((*s3.Client).ListBuckets, &s3.ListBucketsInput{Prefix: ptr("{bucket}"), MaxBuckets: ptr[int32](1)}),
		want: want{holds: []string{"<Name>{bucket}</Name>", "<ContinuationToken>", "<Prefix>{bucket}</Prefix>"}, lacks: []string{"{bucket}-b</Name>"}}},
	{op: "ListBuckets", name: "the rest by token",
		arrange: []ask{{do: "PUT /{bucket}-b"}, {do: "GET /?prefix={bucket}&max-buckets=1", save: "token=<ContinuationToken>"}},
		raw:     ask{do: "GET /?prefix={bucket}&continuation-token={token}"},
		sdk:     say((*s3.Client).ListBuckets, &s3.ListBucketsInput{Prefix: ptr("{bucket}"), ContinuationToken: ptr("{token}")}),
		want:    want{holds: []string{"<Name>{bucket}-b</Name>"}, lacks: []string{"<Name>{bucket}</Name>", "<ContinuationToken>"}}},
	{op: "ListBuckets", name: "nobody is refused", raw: ask{do: "GET /", as: "nobody"}, want: want{status: 403, code: "AccessDenied"}},
	{op: "ListBuckets", name: "no method POST", raw: ask{do: "POST /"}, want: want{status: 405, code: "MethodNotAllowed"}},
}

var bucketRows = []row{
	{op: "CreateBucket", name: "says where",
		raw: ask{do: "PUT /{bucket}"},
		sdk: say((*s3.Client).CreateBucket, &s3.CreateBucketInput{}),
		minio: func(s *scene, c *minio.Core) error {
			return c.MakeBucket(s.tb.Context(), s.bucket(), minio.MakeBucketOptions{})
		},
		want: want{header: head{"Location": "/{bucket}"}}},
	{op: "CreateBucket", name: "in this region by name",
		raw:  ask{do: "PUT /{bucket}", body: "<CreateBucketConfiguration><LocationConstraint>us-east-1</LocationConstraint></CreateBucketConfiguration>"},
		want: want{}},
	{op: "CreateBucket", name: "with tags",
		raw: ask{do: "PUT /{bucket}", body: "<CreateBucketConfiguration><Tags><Tag><Key>a</Key><Value>b</Value></Tag></Tags></CreateBucketConfiguration>"},
		sdk: say((*s3.Client).CreateBucket, &s3.CreateBucketInput{CreateBucketConfiguration: &types.CreateBucketConfiguration{
			Tags: []types.Tag{{Key: ptr("a"), Value: ptr("b")}}}}),
		want:  want{},
		after: look(ask{do: "GET /{bucket}?tagging"}, want{holds: []string{"<Key>a</Key><Value>b</Value>"}})},
	{op: "CreateBucket", name: "with object lock is versioned",
		raw:  ask{do: "PUT /{bucket}", header: head{"X-Amz-Bucket-Object-Lock-Enabled": "true"}},
		sdk:  say((*s3.Client).CreateBucket, &s3.CreateBucketInput{ObjectLockEnabledForBucket: ptr(true)}),
		want: want{},
		minio: func(s *scene, c *minio.Core) error {
			return c.MakeBucket(s.tb.Context(), s.bucket(), minio.MakeBucketOptions{ObjectLocking: true})
		},
		after: look(ask{do: "GET /{bucket}?versioning"}, want{holds: []string{"<Status>Enabled</Status>"}})},
	{op: "CreateBucket", name: "with ownership",
		raw:   ask{do: "PUT /{bucket}", header: head{"X-Amz-Object-Ownership": "ObjectWriter"}},
		sdk:   say((*s3.Client).CreateBucket, &s3.CreateBucketInput{ObjectOwnership: types.ObjectOwnershipObjectWriter}),
		want:  want{},
		after: look(ask{do: "GET /{bucket}?ownershipControls"}, want{holds: []string{"<ObjectOwnership>ObjectWriter</ObjectOwnership>"}})},
	{op: "CreateBucket", name: "another's name", arrange: []ask{{do: "PUT /{bucket}", as: "stranger"}},
		raw:  ask{do: "PUT /{bucket}"},
		sdk:  say((*s3.Client).CreateBucket, &s3.CreateBucketInput{}),
		want: want{status: 409, code: "BucketAlreadyExists"}},
	{op: "CreateBucket", name: "no capitals", raw: ask{do: "PUT /Row-Upper"}, want: want{status: 400, code: "InvalidBucketName"}},
	{op: "CreateBucket", name: "no address", raw: ask{do: "PUT /192.168.5.4"}, want: want{status: 400, code: "InvalidBucketName"}},
	{op: "CreateBucket", name: "not on Mars",
		raw:  ask{do: "PUT /{bucket}", body: "<CreateBucketConfiguration><LocationConstraint>mars-north-1</LocationConstraint></CreateBucketConfiguration>"},
		sdk:  say((*s3.Client).CreateBucket, &s3.CreateBucketInput{CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "mars-north-1"}}),
		want: want{status: 400, code: "InvalidLocationConstraint"}},
	{op: "CreateBucket", name: "no XML", raw: ask{do: "PUT /{bucket}", body: "{}"}, want: want{status: 400, code: "MalformedXML"}},

	{op: "HeadBucket", name: "there",
		raw:  ask{do: "HEAD /{bucket}"},
		sdk:  say((*s3.Client).HeadBucket, &s3.HeadBucketInput{}),
		want: want{header: head{"X-Amz-Bucket-Region": "us-east-1"}},
		minio: func(s *scene, c *minio.Core) error {
			_, err := c.BucketExists(s.tb.Context(), s.bucket())
			return err
		}},
	{op: "HeadBucket", name: "not there",
		raw:  ask{do: "HEAD /{bucket}-none"},
		sdk:  say((*s3.Client).HeadBucket, &s3.HeadBucketInput{Bucket: ptr("{bucket}-none")}),
		want: want{status: 404}},
	{op: "HeadBucket", name: "a stranger's", raw: ask{do: "HEAD /{bucket}", as: "stranger"}, want: want{status: 403}},
	{op: "HeadBucket", name: "of an expected owner", raw: ask{do: "HEAD /{bucket}", header: head{"X-Amz-Expected-Bucket-Owner": "{account}"}}, want: want{}},
	{op: "HeadBucket", name: "of another owner than expected",
		raw:  ask{do: "HEAD /{bucket}", header: head{"X-Amz-Expected-Bucket-Owner": "{strangeraccount}"}},
		sdk:  say((*s3.Client).HeadBucket, &s3.HeadBucketInput{ExpectedBucketOwner: ptr("{strangeraccount}")}),
		want: want{status: 403}},
	{op: "HeadBucket", name: "by its own host name", raw: ask{do: "HEAD /", host: "{bucket}.{domain}"}, want: want{}},

	{op: "GetBucketLocation", name: "empty for the first region",
		raw:  ask{do: "GET /{bucket}?location"},
		sdk:  say((*s3.Client).GetBucketLocation, &s3.GetBucketLocationInput{}),
		want: want{holds: []string{`<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`}, lacks: []string{"us-east-1"}}},

	{op: "DeleteBucket", name: "empty",
		raw:   ask{do: "DELETE /{bucket}"},
		sdk:   say((*s3.Client).DeleteBucket, &s3.DeleteBucketInput{}),
		minio: func(s *scene, c *minio.Core) error { return c.RemoveBucket(s.tb.Context(), s.bucket()) },
		want:  want{status: 204},
		after: look(ask{do: "HEAD /{bucket}"}, want{status: 404})},
	{op: "DeleteBucket", name: "full", arrange: []ask{{do: "PUT /{bucket}/k"}},
		raw:   ask{do: "DELETE /{bucket}"},
		sdk:   say((*s3.Client).DeleteBucket, &s3.DeleteBucketInput{}),
		minio: func(s *scene, c *minio.Core) error { return c.RemoveBucket(s.tb.Context(), s.bucket()) },
		want:  want{status: 409, code: "BucketNotEmpty", holds: []string{"<BucketName>{bucket}</BucketName>"}}},
	{op: "DeleteBucket", name: "full of a delete marker", arrange: []ask{versioned, {do: "DELETE /{bucket}/k"}},
		raw:  ask{do: "DELETE /{bucket}"},
		sdk:  say((*s3.Client).DeleteBucket, &s3.DeleteBucketInput{}),
		want: want{status: 409, code: "BucketNotEmpty"}},
	{op: "DeleteBucket", name: "not there",
		raw:  ask{do: "DELETE /{bucket}-none"},
		sdk:  say((*s3.Client).DeleteBucket, &s3.DeleteBucketInput{Bucket: ptr("{bucket}-none")}),
		want: want{status: 404, code: "NoSuchBucket", holds: []string{"<BucketName>{bucket}-none</BucketName>", "<RequestId>", "<HostId>"}}},
	{op: "DeleteBucket", name: "a stranger's", raw: ask{do: "DELETE /{bucket}", as: "stranger"}, want: want{status: 403, code: "AccessDenied"}},
}

// versioned switches the versioning of the scene's bucket on; suspended off.
var (
	versioned = ask{do: "PUT /{bucket}?versioning", body: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"}
	suspended = ask{do: "PUT /{bucket}?versioning", body: "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>"}
)
