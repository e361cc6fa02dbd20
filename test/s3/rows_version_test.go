package s3_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/minio-go/v7"
)

// first and second are two versions of k.
var (
	first  = ask{do: "PUT /{bucket}/k", body: "first", save: "v1=X-Amz-Version-Id"}
	second = ask{do: "PUT /{bucket}/k", body: "second", save: "v2=X-Amz-Version-Id"}
	marked = ask{do: "DELETE /{bucket}/k", save: "m=X-Amz-Version-Id"}
)

var versionRows = []row{
	{op: "GetBucketVersioning", name: "never touched",
		raw: ask{do: "GET /{bucket}?versioning"},
		sdk: say((*s3.Client).GetBucketVersioning, &s3.GetBucketVersioningInput{}),
		minio: func(s *scene, c *minio.Core) error {
			_, err := c.GetBucketVersioning(s.tb.Context(), s.bucket())
			return err
		},
		want: want{holds: []string{"<VersioningConfiguration"}, lacks: []string{"<Status>"}}},
	{op: "PutBucketVersioning", name: "on", raw: versioned,
		sdk: say((*s3.Client).PutBucketVersioning, &s3.PutBucketVersioningInput{VersioningConfiguration: &types.VersioningConfiguration{Status: "Enabled"}}),
		minio: func(s *scene, c *minio.Core) error {
			return c.EnableVersioning(s.tb.Context(), s.bucket())
		},
		want: want{}, after: look(ask{do: "GET /{bucket}?versioning"}, want{holds: []string{"<Status>Enabled</Status>"}})},
	{op: "PutBucketVersioning", name: "suspended", arrange: []ask{versioned}, raw: suspended,
		sdk:  say((*s3.Client).PutBucketVersioning, &s3.PutBucketVersioningInput{VersioningConfiguration: &types.VersioningConfiguration{Status: "Suspended"}}),
		want: want{}, after: look(ask{do: "GET /{bucket}?versioning"}, want{holds: []string{"<Status>Suspended</Status>"}})},
	{op: "PutBucketVersioning", name: "nonsense", raw: ask{do: versioned.do, body: "<VersioningConfiguration><Status>Maybe</Status></VersioningConfiguration>"},
		want: want{status: 400, code: "MalformedXML"}},
	{op: "PutBucketVersioning", name: "not under object lock", lock: true, raw: suspended,
		want: want{status: 409, code: "InvalidBucketState"}},

	{op: "PutObject", name: "gets a version", arrange: []ask{versioned},
		raw: ask{do: "PUT /{bucket}/k", body: "hello"}, sdk: say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello")}),
		minio: putMinio(minio.PutObjectOptions{}), want: want{header: head{"X-Amz-Version-Id": "*"}}},
	{op: "PutObject", name: "is the null version when suspended", arrange: []ask{versioned, first, suspended},
		raw: ask{do: "PUT /{bucket}/k", body: "hello"}, sdk: say((*s3.Client).PutObject, &s3.PutObjectInput{Body: text("hello")}),
		want: want{header: head{"X-Amz-Version-Id": "null"}},
		after: func(t *testing.T, s *scene, r reply) {
			look(ask{do: "GET /{bucket}/k?versionId=null"}, want{body: "hello"})(t, s, r)
			look(ask{do: "GET /{bucket}/k?versionId={v1}"}, want{body: "first"})(t, s, r)
			s.must(ask{do: "PUT /{bucket}/k", body: "again"})
			look(ask{do: "GET /{bucket}?versions"}, want{lacks: []string{"5d41402abc4b2a76b9719d911017c592"}})(t, s, r)
		}},
	{op: "PutObject", name: "keeps the one from before versioning", arrange: []ask{put, versioned},
		raw: ask{do: "PUT /{bucket}/k", body: "new"}, want: want{header: head{"X-Amz-Version-Id": "*"}},
		after: look(ask{do: "GET /{bucket}/k?versionId=null"}, want{body: "hello", header: head{"X-Amz-Version-Id": "null"}})},
	{op: "GetObject", name: "an older version", arrange: []ask{versioned, first, second},
		raw: ask{do: "GET /{bucket}/k?versionId={v1}"}, sdk: say((*s3.Client).GetObject, &s3.GetObjectInput{VersionId: ptr("{v1}")}),
		minio: func(s *scene, c *minio.Core) error {
			return get("k", func(o *minio.GetObjectOptions) { o.VersionID = s.values["v1"] })(s, c)
		},
		want: want{body: "first", header: head{"X-Amz-Version-Id": "{v1}"}}},
	{op: "GetObject", name: "the newest version", arrange: []ask{versioned, first, second},
		raw: ask{do: "GET /{bucket}/k"}, sdk: say((*s3.Client).GetObject, &s3.GetObjectInput{}), want: want{body: "second", header: head{"X-Amz-Version-Id": "{v2}"}}},
	{op: "GetObject", name: "a deleted one", arrange: []ask{versioned, first, marked},
		raw: ask{do: "GET /{bucket}/k"}, sdk: say((*s3.Client).GetObject, &s3.GetObjectInput{}), minio: get("k"),
		want: want{status: 404, code: "NoSuchKey", header: head{"X-Amz-Delete-Marker": "true", "X-Amz-Version-Id": "{m}"}}},
	{op: "GetObject", name: "a delete marker itself", arrange: []ask{versioned, first, marked},
		raw: ask{do: "GET /{bucket}/k?versionId={m}"}, sdk: say((*s3.Client).GetObject, &s3.GetObjectInput{VersionId: ptr("{m}")}),
		want: want{status: 405, code: "MethodNotAllowed", header: head{"X-Amz-Delete-Marker": "true", "Allow": "DELETE", "Last-Modified": "*"}}},
	{op: "HeadObject", name: "a deleted one", arrange: []ask{versioned, first, marked},
		raw: ask{do: "HEAD /{bucket}/k"}, sdk: say((*s3.Client).HeadObject, &s3.HeadObjectInput{}), want: want{status: 404, header: head{"X-Amz-Delete-Marker": "true"}}},
	{op: "HeadObject", name: "a delete marker itself", arrange: []ask{versioned, first, marked},
		raw: ask{do: "HEAD /{bucket}/k?versionId={m}"}, want: want{status: 405, header: head{"X-Amz-Delete-Marker": "true"}}},
	{op: "DeleteObject", name: "leaves a marker", arrange: []ask{versioned, first},
		raw: ask{do: "DELETE /{bucket}/k"}, sdk: say((*s3.Client).DeleteObject, &s3.DeleteObjectInput{}),
		want: want{status: 204, header: head{"X-Amz-Delete-Marker": "true", "X-Amz-Version-Id": "*"}}, after: look(ask{do: "GET /{bucket}/k?versionId={v1}"}, want{body: "first"})},
	{op: "DeleteObject", name: "of nothing leaves a marker", arrange: []ask{versioned},
		raw: ask{do: "DELETE /{bucket}/k"}, want: want{status: 204, header: head{"X-Amz-Delete-Marker": "true"}}},
	{op: "DeleteObject", name: "a version for good", arrange: []ask{versioned, first, second},
		raw: ask{do: "DELETE /{bucket}/k?versionId={v2}"}, sdk: say((*s3.Client).DeleteObject, &s3.DeleteObjectInput{VersionId: ptr("{v2}")}),
		minio: func(s *scene, c *minio.Core) error {
			return c.RemoveObject(s.tb.Context(), s.bucket(), "k", minio.RemoveObjectOptions{VersionID: s.values["v2"]})
		},
		want: want{status: 204, header: head{"X-Amz-Version-Id": "{v2}", "X-Amz-Delete-Marker": ""}}, after: look(ask{do: "GET /{bucket}/k"}, want{body: "first"})},
	{op: "DeleteObject", name: "a marker brings it back", arrange: []ask{versioned, first, marked},
		raw: ask{do: "DELETE /{bucket}/k?versionId={m}"}, sdk: say((*s3.Client).DeleteObject, &s3.DeleteObjectInput{VersionId: ptr("{m}")}),
		want: want{status: 204, header: head{"X-Amz-Version-Id": "{m}", "X-Amz-Delete-Marker": "true"}}, after: look(ask{do: "GET /{bucket}/k"}, want{body: "first"})},
	{op: "DeleteObjects", name: "markers and versions", arrange: []ask{versioned, first, {do: "PUT /{bucket}/b"}},
		raw:  ask{do: "POST /{bucket}?delete", md5: true, body: "<Delete><Object><Key>k</Key><VersionId>{v1}</VersionId></Object><Object><Key>b</Key></Object></Delete>"},
		sdk:  say((*s3.Client).DeleteObjects, &s3.DeleteObjectsInput{Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: ptr("k"), VersionId: ptr("{v1}")}, {Key: ptr("b")}}}}),
		want: want{holds: []string{"<VersionId>{v1}</VersionId>", "<DeleteMarker>true</DeleteMarker>", "<DeleteMarkerVersionId>"}}},
	{op: "ListObjectVersions", name: "newest first, markers among them", arrange: []ask{versioned, first, second, marked, {do: "PUT /{bucket}/l"}},
		raw: ask{do: "GET /{bucket}?versions"}, sdk: say((*s3.Client).ListObjectVersions, &s3.ListObjectVersionsInput{}),
		want:  want{holds: []string{"<DeleteMarker>", "<IsLatest>true</IsLatest>", "<Owner>"}},
		after: inOrder("<VersionId>{m}</VersionId>", "<IsLatest>true", "<VersionId>{v2}</VersionId>", "<IsLatest>false", "<VersionId>{v1}</VersionId>", "<Key>l</Key>", "<IsLatest>true")},
	{op: "ListObjectVersions", name: "from a version on", arrange: []ask{versioned, first, second, {do: "PUT /{bucket}/l"}},
		raw:  ask{do: "GET /{bucket}?versions&key-marker=k&version-id-marker={v2}"},
		sdk:  say((*s3.Client).ListObjectVersions, &s3.ListObjectVersionsInput{KeyMarker: ptr("k"), VersionIdMarker: ptr("{v2}")}),
		want: want{holds: []string{"<VersionId>{v1}</VersionId>", "<Key>l</Key>"}, lacks: []string{"<VersionId>{v2}</VersionId>"}}},
	{op: "ListObjectVersions", name: "a page ends within a key", arrange: []ask{versioned, first, second},
		raw:  ask{do: "GET /{bucket}?versions&max-keys=1"},
		sdk:  say((*s3.Client).ListObjectVersions, &s3.ListObjectVersionsInput{MaxKeys: ptr[int32](1)}),
		want: want{holds: []string{"<IsTruncated>true</IsTruncated>", "<NextKeyMarker>k</NextKeyMarker>", "<NextVersionIdMarker>{v2}</NextVersionIdMarker>"}}},
	{op: "ListObjectVersions", name: "a marker for nothing", raw: ask{do: "GET /{bucket}?versions&version-id-marker=x"}, want: want{status: 400, code: "InvalidArgument"}},
}

// inAnHour is when retentions of the table end.
var inAnHour = time.Now().Add(time.Hour).UTC().Truncate(time.Second)

// retained is k, kept for an hour.
func retained(mode string) ask {
	return ask{do: "PUT /{bucket}/k", body: "hello", md5: true, save: "v=X-Amz-Version-Id",
		header: head{"X-Amz-Object-Lock-Mode": mode, "X-Amz-Object-Lock-Retain-Until-Date": inAnHour.Format(time.RFC3339)}}
}

const lockDays = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>"

var lockRows = []row{
	{op: "GetObjectLockConfiguration", name: "none",
		raw: ask{do: "GET /{bucket}?object-lock"}, sdk: say((*s3.Client).GetObjectLockConfiguration, &s3.GetObjectLockConfigurationInput{}),
		want: want{status: 404, code: "ObjectLockConfigurationNotFoundError"}},
	{op: "GetObjectLockConfiguration", name: "enabled", lock: true,
		raw: ask{do: "GET /{bucket}?object-lock"}, sdk: say((*s3.Client).GetObjectLockConfiguration, &s3.GetObjectLockConfigurationInput{}),
		want: want{holds: []string{"<ObjectLockEnabled>Enabled</ObjectLockEnabled>"}, lacks: []string{"<Rule>"}}},
	{op: "PutObjectLockConfiguration", name: "a default", lock: true, raw: ask{do: "PUT /{bucket}?object-lock", body: lockDays, md5: true},
		sdk: say((*s3.Client).PutObjectLockConfiguration, &s3.PutObjectLockConfigurationInput{ObjectLockConfiguration: &types.ObjectLockConfiguration{
			ObjectLockEnabled: "Enabled", Rule: &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{Mode: "GOVERNANCE", Days: ptr[int32](1)}}}}),
		want: want{},
		after: func(t *testing.T, s *scene, r reply) {
			look(ask{do: "GET /{bucket}?object-lock"}, want{holds: []string{"<Mode>GOVERNANCE</Mode>", "<Days>1</Days>"}})(t, s, r)
			s.must(ask{do: "PUT /{bucket}/k", md5: true, body: "x"})
			look(ask{do: "HEAD /{bucket}/k"}, want{header: head{"X-Amz-Object-Lock-Mode": "GOVERNANCE", "X-Amz-Object-Lock-Retain-Until-Date": "*"}})(t, s, r)
		}},
	{op: "PutObjectRetention", name: "read back", lock: true, arrange: []ask{put},
		raw:  ask{do: "PUT /{bucket}/k?retention", md5: true, body: "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>" + inAnHour.Format(time.RFC3339) + "</RetainUntilDate></Retention>"},
		sdk:  say((*s3.Client).PutObjectRetention, &s3.PutObjectRetentionInput{Retention: &types.ObjectLockRetention{Mode: "COMPLIANCE", RetainUntilDate: &inAnHour}}),
		want: want{}, after: look(ask{do: "GET /{bucket}/k?retention"}, want{holds: []string{"<Mode>COMPLIANCE</Mode>", "<RetainUntilDate>"}})},
	{op: "PutObjectRetention", name: "not in the past", lock: true, arrange: []ask{put},
		raw:  ask{do: "PUT /{bucket}/k?retention", md5: true, body: "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2020-01-01T00:00:00Z</RetainUntilDate></Retention>"},
		want: want{status: 400, code: "InvalidArgument"}},
	{op: "PutObjectRetention", name: "not without object lock", arrange: []ask{put},
		raw:  ask{do: "PUT /{bucket}/k?retention", md5: true, body: "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>" + inAnHour.Format(time.RFC3339) + "</RetainUntilDate></Retention>"},
		want: want{status: 400, code: "InvalidRequest"}},
	{op: "GetObjectRetention", name: "none", lock: true, arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k?retention"}, sdk: say((*s3.Client).GetObjectRetention, &s3.GetObjectRetentionInput{}),
		want: want{status: 404, code: "NoSuchObjectLockConfiguration"}},
	{op: "DeleteObject", name: "a retained version", lock: true, arrange: []ask{retained("COMPLIANCE")},
		raw: ask{do: "DELETE /{bucket}/k?versionId={v}"}, sdk: say((*s3.Client).DeleteObject, &s3.DeleteObjectInput{VersionId: ptr("{v}")}),
		want: want{status: 403, code: "AccessDenied"}, after: look(ask{do: "GET /{bucket}/k?versionId={v}"}, want{body: "hello"})},
	{op: "DeleteObject", name: "a marker over a retained version", lock: true, arrange: []ask{retained("COMPLIANCE")},
		raw: ask{do: "DELETE /{bucket}/k"}, want: want{status: 204, header: head{"X-Amz-Delete-Marker": "true"}}},
	{op: "DeleteObject", name: "compliance has no bypass", lock: true, arrange: []ask{retained("COMPLIANCE")},
		raw:  ask{do: "DELETE /{bucket}/k?versionId={v}", header: head{"X-Amz-Bypass-Governance-Retention": "true"}},
		want: want{status: 403, code: "AccessDenied"}},
	{op: "DeleteObject", name: "governance holds", lock: true, arrange: []ask{retained("GOVERNANCE")},
		raw: ask{do: "DELETE /{bucket}/k?versionId={v}"}, want: want{status: 403, code: "AccessDenied"}},
	{op: "DeleteObject", name: "governance has a bypass", lock: true, arrange: []ask{retained("GOVERNANCE")},
		raw:  ask{do: "DELETE /{bucket}/k?versionId={v}", header: head{"X-Amz-Bypass-Governance-Retention": "true"}},
		sdk:  say((*s3.Client).DeleteObject, &s3.DeleteObjectInput{VersionId: ptr("{v}"), BypassGovernanceRetention: ptr(true)}),
		want: want{status: 204}},
	{op: "PutObjectLegalHold", name: "read back, and it holds", lock: true, arrange: []ask{{do: put.do, body: "hello", save: "v=X-Amz-Version-Id"}},
		raw:  ask{do: "PUT /{bucket}/k?legal-hold", md5: true, body: "<LegalHold><Status>ON</Status></LegalHold>"},
		sdk:  say((*s3.Client).PutObjectLegalHold, &s3.PutObjectLegalHoldInput{LegalHold: &types.ObjectLockLegalHold{Status: "ON"}}),
		want: want{},
		after: func(t *testing.T, s *scene, r reply) {
			look(ask{do: "GET /{bucket}/k?legal-hold"}, want{holds: []string{"<Status>ON</Status>"}})(t, s, r)
			look(ask{do: "DELETE /{bucket}/k?versionId={v}", header: head{"X-Amz-Bypass-Governance-Retention": "true"}}, want{status: 403, code: "AccessDenied"})(t, s, r)
			s.must(ask{do: "PUT /{bucket}/k?legal-hold", md5: true, body: "<LegalHold><Status>OFF</Status></LegalHold>"})
			look(ask{do: "DELETE /{bucket}/k?versionId={v}"}, want{status: 204})(t, s, r)
		}},
	{op: "GetObjectLegalHold", name: "none", lock: true, arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k?legal-hold"}, sdk: say((*s3.Client).GetObjectLegalHold, &s3.GetObjectLegalHoldInput{}),
		want: want{status: 404, code: "NoSuchObjectLockConfiguration"}},
}
