package s3_test

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/minio-go/v7"
)

// setting is a row that puts a document below a bucket and reads it back.
func setting(op, sub, doc string, sdk saying, holds ...string) row {
	return row{op: op, name: "read back", raw: ask{do: "PUT /{bucket}?" + sub, body: doc, md5: true}, sdk: sdk,
		want: want{status: status(sub)}, after: look(ask{do: "GET /{bucket}?" + sub}, want{holds: holds})}
}

// status is what S3 answers to a PUT of a setting.
func status(sub string) int {
	if sub == "policy" || sub == "tagging" {
		return 204
	}
	return 200
}

// unset is a row that finds nothing set.
func unset(op, sub, code string, sdk saying) row {
	return row{op: op, name: "not configured", raw: ask{do: "GET /{bucket}?" + sub}, sdk: sdk, want: want{status: 404, code: code}}
}

// empty is a row for what is never missing.
func empty(op, sub, holds string, sdk saying) row {
	return row{op: op, name: "not configured", raw: ask{do: "GET /{bucket}?" + sub}, sdk: sdk, want: want{holds: []string{holds}}}
}

// withdrawn is a row that takes a setting away.
func withdrawn(op, sub, doc, code string, sdk saying) row {
	return row{op: op, name: "takes it away", arrange: []ask{{do: "PUT /{bucket}?" + sub, body: doc, md5: true}},
		raw: ask{do: "DELETE /{bucket}?" + sub}, sdk: sdk, want: want{status: 204}, after: look(ask{do: "GET /{bucket}?" + sub}, want{status: 404, code: code})}
}

// malformed is a row for a document that is none.
func malformed(op, sub, doc string) row {
	return row{op: op, name: "not " + strings.Trim(doc, "<>/"), raw: ask{do: "PUT /{bucket}?" + sub, body: doc, md5: true}, want: want{status: 400, code: "MalformedXML"}}
}

const (
	corsDoc = "<CORSConfiguration><CORSRule><AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod>" +
		"<AllowedHeader>*</AllowedHeader><ExposeHeader>Etag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule></CORSConfiguration>"
	tagDoc       = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"
	lifecycleDoc = "<LifecycleConfiguration><Rule><ID>old</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>"
	websiteDoc   = "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>error.html</Key></ErrorDocument></WebsiteConfiguration>"
	blockDoc     = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>"
	ownerDoc     = "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule></OwnershipControls>"
	sealDoc      = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"
)

var settingRows = []row{
	setting("PutBucketCors", "cors", corsDoc, say((*s3.Client).PutBucketCors, &s3.PutBucketCorsInput{CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{
		{AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"GET"}}}}}), "<AllowedOrigin>https://a.example</AllowedOrigin>", "<AllowedMethod>GET</AllowedMethod>"),
	unset("GetBucketCors", "cors", "NoSuchCORSConfiguration", say((*s3.Client).GetBucketCors, &s3.GetBucketCorsInput{})),
	withdrawn("DeleteBucketCors", "cors", corsDoc, "NoSuchCORSConfiguration", say((*s3.Client).DeleteBucketCors, &s3.DeleteBucketCorsInput{})),
	malformed("PutBucketCors", "cors", "<CORSConfiguration/>"),
	{op: "OPTIONS", name: "preflight that fits", arrange: []ask{{do: "PUT /{bucket}?cors", body: corsDoc, md5: true}},
		raw: ask{do: "OPTIONS /{bucket}/k", as: "nobody", header: head{"Origin": "https://a.example", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-y"}},
		want: want{header: head{"Access-Control-Allow-Origin": "https://a.example", "Access-Control-Allow-Methods": "GET", "Access-Control-Max-Age": "60",
			"Access-Control-Expose-Headers": "Etag", "Access-Control-Allow-Headers": "x-y", "Vary": "*"}}},
	{op: "OPTIONS", name: "preflight that fits not", arrange: []ask{{do: "PUT /{bucket}?cors", body: corsDoc, md5: true}},
		raw:  ask{do: "OPTIONS /{bucket}/k", as: "nobody", header: head{"Origin": "https://b.example", "Access-Control-Request-Method": "GET"}},
		want: want{status: 403, code: "AccessForbidden"}},
	{op: "GetObject", name: "from an origin that may", arrange: []ask{put, {do: "PUT /{bucket}?cors", body: corsDoc, md5: true}},
		raw: ask{do: "GET /{bucket}/k", header: head{"Origin": "https://a.example"}}, want: want{body: "hello", header: head{"Access-Control-Allow-Origin": "https://a.example"}}},

	setting("PutBucketTagging", "tagging", tagDoc, say((*s3.Client).PutBucketTagging, &s3.PutBucketTaggingInput{Tagging: &types.Tagging{TagSet: []types.Tag{{Key: ptr("a"), Value: ptr("b")}}}}),
		"<Key>a</Key><Value>b</Value>"),
	unset("GetBucketTagging", "tagging", "NoSuchTagSet", say((*s3.Client).GetBucketTagging, &s3.GetBucketTaggingInput{})),
	withdrawn("DeleteBucketTagging", "tagging", tagDoc, "NoSuchTagSet", say((*s3.Client).DeleteBucketTagging, &s3.DeleteBucketTaggingInput{})),

	setting("PutBucketLifecycleConfiguration", "lifecycle", lifecycleDoc, say((*s3.Client).PutBucketLifecycleConfiguration, &s3.PutBucketLifecycleConfigurationInput{
		LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{ID: ptr("old"), Status: "Enabled", Filter: &types.LifecycleRuleFilter{Prefix: ptr("logs/")},
			Expiration: &types.LifecycleExpiration{Days: ptr[int32](3)}}}}}), "<ID>old</ID>", "<Days>3</Days>", "<Prefix>logs/</Prefix>"),
	unset("GetBucketLifecycleConfiguration", "lifecycle", "NoSuchLifecycleConfiguration", say((*s3.Client).GetBucketLifecycleConfiguration, &s3.GetBucketLifecycleConfigurationInput{})),
	withdrawn("DeleteBucketLifecycle", "lifecycle", lifecycleDoc, "NoSuchLifecycleConfiguration", say((*s3.Client).DeleteBucketLifecycle, &s3.DeleteBucketLifecycleInput{})),
	malformed("PutBucketLifecycleConfiguration", "lifecycle", "<LifecycleConfiguration/>"),
	{op: "HeadObject", name: "says when it expires", arrange: []ask{{do: "PUT /{bucket}?lifecycle", body: lifecycleDoc, md5: true}, {do: "PUT /{bucket}/logs/1"}},
		raw: ask{do: "HEAD /{bucket}/logs/1"}, want: want{header: head{"X-Amz-Expiration": "*"}}},

	setting("PutBucketWebsite", "website", websiteDoc, say((*s3.Client).PutBucketWebsite, &s3.PutBucketWebsiteInput{WebsiteConfiguration: &types.WebsiteConfiguration{
		IndexDocument: &types.IndexDocument{Suffix: ptr("index.html")}, ErrorDocument: &types.ErrorDocument{Key: ptr("error.html")}}}),
		"<Suffix>index.html</Suffix>", "<Key>error.html</Key>"),
	unset("GetBucketWebsite", "website", "NoSuchWebsiteConfiguration", say((*s3.Client).GetBucketWebsite, &s3.GetBucketWebsiteInput{})),
	withdrawn("DeleteBucketWebsite", "website", websiteDoc, "NoSuchWebsiteConfiguration", say((*s3.Client).DeleteBucketWebsite, &s3.DeleteBucketWebsiteInput{})),

	setting("PutPublicAccessBlock", "publicAccessBlock", blockDoc, say((*s3.Client).PutPublicAccessBlock, &s3.PutPublicAccessBlockInput{
		PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{BlockPublicAcls: ptr(true), BlockPublicPolicy: ptr(true)}}),
		"<BlockPublicAcls>true</BlockPublicAcls>", "<IgnorePublicAcls>false</IgnorePublicAcls>"),
	withdrawn("DeletePublicAccessBlock", "publicAccessBlock", blockDoc, "NoSuchPublicAccessBlockConfiguration", say((*s3.Client).DeletePublicAccessBlock, &s3.DeletePublicAccessBlockInput{})),
	setting("PutBucketOwnershipControls", "ownershipControls", ownerDoc, say((*s3.Client).PutBucketOwnershipControls, &s3.PutBucketOwnershipControlsInput{
		OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: "BucketOwnerPreferred"}}}}),
		"<ObjectOwnership>BucketOwnerPreferred</ObjectOwnership>"),
	withdrawn("DeleteBucketOwnershipControls", "ownershipControls", ownerDoc, "OwnershipControlsNotFoundError", say((*s3.Client).DeleteBucketOwnershipControls, &s3.DeleteBucketOwnershipControlsInput{})),

	setting("PutBucketEncryption", "encryption", sealDoc, say((*s3.Client).PutBucketEncryption, &s3.PutBucketEncryptionInput{ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
		Rules: []types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: "AES256"}, BucketKeyEnabled: ptr(true)}}}}),
		"<SSEAlgorithm>AES256</SSEAlgorithm>", "<BucketKeyEnabled>true</BucketKeyEnabled>"),

	empty("GetPublicAccessBlock", "publicAccessBlock", "<RestrictPublicBuckets>true</RestrictPublicBuckets>", say((*s3.Client).GetPublicAccessBlock, &s3.GetPublicAccessBlockInput{})),
	empty("GetBucketOwnershipControls", "ownershipControls", "<ObjectOwnership>BucketOwnerEnforced</ObjectOwnership>", say((*s3.Client).GetBucketOwnershipControls, &s3.GetBucketOwnershipControlsInput{})),
	unset("GetBucketEncryption", "encryption", "ServerSideEncryptionConfigurationNotFoundError", say((*s3.Client).GetBucketEncryption, &s3.GetBucketEncryptionInput{})),
	withdrawn("DeleteBucketEncryption", "encryption", sealDoc, "ServerSideEncryptionConfigurationNotFoundError", say((*s3.Client).DeleteBucketEncryption, &s3.DeleteBucketEncryptionInput{})),
	{op: "DeleteBucketReplication", name: "of none", raw: ask{do: "DELETE /{bucket}?replication"}, sdk: say((*s3.Client).DeleteBucketReplication, &s3.DeleteBucketReplicationInput{}), want: want{status: 204}},
	empty("GetBucketLogging", "logging", "<BucketLoggingStatus", say((*s3.Client).GetBucketLogging, &s3.GetBucketLoggingInput{})),
	empty("GetBucketRequestPayment", "requestPayment", "<Payer>BucketOwner</Payer>", say((*s3.Client).GetBucketRequestPayment, &s3.GetBucketRequestPaymentInput{})),
	setting("PutBucketRequestPayment", "requestPayment", "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
		say((*s3.Client).PutBucketRequestPayment, &s3.PutBucketRequestPaymentInput{RequestPaymentConfiguration: &types.RequestPaymentConfiguration{Payer: "Requester"}}), "<Payer>Requester</Payer>"),
	empty("GetBucketAccelerateConfiguration", "accelerate", "<AccelerateConfiguration", say((*s3.Client).GetBucketAccelerateConfiguration, &s3.GetBucketAccelerateConfigurationInput{})),
	empty("GetBucketNotificationConfiguration", "notification", "<NotificationConfiguration", say((*s3.Client).GetBucketNotificationConfiguration, &s3.GetBucketNotificationConfigurationInput{})),
	{op: "PutBucketNotificationConfiguration", name: "nothing is to be told", raw: ask{do: "PUT /{bucket}?notification", md5: true, body: "<NotificationConfiguration/>"},
		sdk: say((*s3.Client).PutBucketNotificationConfiguration, &s3.PutBucketNotificationConfigurationInput{NotificationConfiguration: &types.NotificationConfiguration{}}), want: want{}},
	{op: "PutBucketNotificationConfiguration", name: "nobody is to be told",
		raw:  ask{do: "PUT /{bucket}?notification", md5: true, body: "<NotificationConfiguration><QueueConfiguration><Queue>arn:ecc:webhook:::none</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>"},
		want: want{status: 400, code: "InvalidArgument"}},
	unset("GetBucketReplication", "replication", "ReplicationConfigurationNotFoundError", say((*s3.Client).GetBucketReplication, &s3.GetBucketReplicationInput{})),
	unset("GetBucketPolicy", "policy", "NoSuchBucketPolicy", say((*s3.Client).GetBucketPolicy, &s3.GetBucketPolicyInput{})),
	{op: "PutBucketLogging", name: "to a bucket that is there", arrange: []ask{{do: "PUT /{bucket}-log"}},
		raw: ask{do: "PUT /{bucket}?logging", md5: true, body: "<BucketLoggingStatus><LoggingEnabled><TargetBucket>{bucket}-log</TargetBucket><TargetPrefix>p/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>"},
		sdk: say((*s3.Client).PutBucketLogging, &s3.PutBucketLoggingInput{BucketLoggingStatus: &types.BucketLoggingStatus{
			LoggingEnabled: &types.LoggingEnabled{TargetBucket: ptr("{bucket}-log"), TargetPrefix: ptr("p/")}}}),
		want: want{}, after: look(ask{do: "GET /{bucket}?logging"}, want{holds: []string{"<TargetBucket>{bucket}-log</TargetBucket>"}})},
	{op: "PutBucketLogging", name: "to no bucket",
		raw:  ask{do: "PUT /{bucket}?logging", md5: true, body: "<BucketLoggingStatus><LoggingEnabled><TargetBucket>{bucket}-none</TargetBucket><TargetPrefix>p/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>"},
		want: want{status: 400, code: "InvalidTargetBucketForLogging"}},

	{op: "PutBucketPolicy", name: "lets a stranger read", arrange: []ask{put},
		raw: ask{do: "PUT /{bucket}?policy", body: strangerPolicy},
		sdk: say((*s3.Client).PutBucketPolicy, &s3.PutBucketPolicyInput{Policy: ptr(strangerPolicy)}),
		minio: func(s *scene, c *minio.Core) error {
			return c.SetBucketPolicy(s.tb.Context(), s.bucket(), s.fill(strangerPolicy))
		},
		want: want{status: 204}, after: look(ask{do: "GET /{bucket}/k", as: "stranger"}, want{body: "hello"})},
	{op: "GetBucketPolicy", name: "as it was put", arrange: []ask{{do: "PUT /{bucket}?policy", body: strangerPolicy}},
		raw: ask{do: "GET /{bucket}?policy"}, sdk: say((*s3.Client).GetBucketPolicy, &s3.GetBucketPolicyInput{}), want: want{body: strangerPolicy, header: head{"Content-Type": "application/json"}}},
	{op: "DeleteBucketPolicy", name: "takes it away", arrange: []ask{{do: "PUT /{bucket}?policy", body: strangerPolicy}},
		raw: ask{do: "DELETE /{bucket}?policy"}, sdk: say((*s3.Client).DeleteBucketPolicy, &s3.DeleteBucketPolicyInput{}),
		want: want{status: 204}, after: look(ask{do: "GET /{bucket}?policy"}, want{status: 404, code: "NoSuchBucketPolicy"})},
	{op: "PutBucketPolicy", name: "no JSON", raw: ask{do: "PUT /{bucket}?policy", body: "policy"}, want: want{status: 400, code: "MalformedPolicy"}},
	{op: "GetBucketPolicyStatus", name: "not public", arrange: []ask{{do: "PUT /{bucket}?policy", body: strangerPolicy}},
		raw: ask{do: "GET /{bucket}?policyStatus"}, sdk: say((*s3.Client).GetBucketPolicyStatus, &s3.GetBucketPolicyStatusInput{}),
		want: want{holds: []string{"<IsPublic>false</IsPublic>"}}},
	{op: "GetBucketAcl", name: "the owner's alone",
		raw: ask{do: "GET /{bucket}?acl"}, sdk: say((*s3.Client).GetBucketAcl, &s3.GetBucketAclInput{}),
		want: want{holds: []string{"<Owner><ID>{me}</ID>", `xsi:type="CanonicalUser"`, "<Permission>FULL_CONTROL</Permission>"}}},
	{op: "GetObjectAcl", name: "the owner's alone", arrange: []ask{put},
		raw: ask{do: "GET /{bucket}/k?acl"}, sdk: say((*s3.Client).GetObjectAcl, &s3.GetObjectAclInput{}),
		want: want{holds: []string{"<Owner><ID>{me}</ID>", "<Permission>FULL_CONTROL</Permission>"}}},
	{op: "PutObjectAcl", name: "for all to read", arrange: []ask{open, writers, put},
		raw: ask{do: "PUT /{bucket}/k?acl", header: head{"X-Amz-Acl": "public-read"}}, sdk: say((*s3.Client).PutObjectAcl, &s3.PutObjectAclInput{ACL: "public-read"}),
		want: want{}, after: look(ask{do: "GET /{bucket}/k", as: "nobody"}, want{body: "hello"})},
	{op: "PutBucketAcl", name: "for all to list", arrange: []ask{open, writers},
		raw: ask{do: "PUT /{bucket}?acl", header: head{"X-Amz-Acl": "public-read"}}, sdk: say((*s3.Client).PutBucketAcl, &s3.PutBucketAclInput{ACL: "public-read"}),
		want: want{}, after: look(ask{do: "GET /{bucket}?list-type=2", as: "nobody"}, want{holds: []string{"<KeyCount>0</KeyCount>"}})},
	{op: "PutObjectAcl", name: "where the bucket allows none", arrange: []ask{{do: "PUT /{bucket}?ownershipControls", md5: true, body: strings.ReplaceAll(ownerDoc, "BucketOwnerPreferred", "BucketOwnerEnforced")}, put},
		raw: ask{do: "PUT /{bucket}/k?acl", header: head{"X-Amz-Acl": "public-read"}}, want: want{status: 400, code: "AccessControlListNotSupported"}},
}

// open lets a bucket be public, writers lets objects have ACLs.
var (
	open    = ask{do: "DELETE /{bucket}?publicAccessBlock"}
	writers = ask{do: "PUT /{bucket}?ownershipControls", md5: true, body: strings.ReplaceAll(ownerDoc, "BucketOwnerPreferred", "ObjectWriter")}
)

const strangerPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::{strangeraccount}:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::{bucket}/*"}]}`
