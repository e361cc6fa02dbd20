package s3

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Scope is what a request is addressed to.
type Scope int

// The scopes.
const (
	Service Scope = iota
	Bucket
	Object
)

// Route is one operation: the line of a table.
type Route struct {
	Op     string // as the S3 API names it
	Method string
	Scope  Scope
	Sub    string // the query parameter that makes it this operation; "" for the plain one
	Header string // the header that makes it this operation; "?name" or "?name=value" is a query parameter
	Action string // the permission it needs
}

// Routes lists every operation of S3, those with a header before those of the
// same method and parameter without. Who serves S3 supplies handlers by Op; an operation without one is
// answered with NotImplemented, and never taken for another.
var Routes = []Route{
	{"ListDirectoryBuckets", "GET", Service, "", "?x-id=ListDirectoryBuckets", "s3express:ListAllMyDirectoryBuckets"},
	{"ListBuckets", "GET", Service, "", "", "s3:ListAllMyBuckets"},

	{"CreateBucket", "PUT", Bucket, "", "", "s3:CreateBucket"},
	{"HeadBucket", "HEAD", Bucket, "", "", "s3:ListBucket"},
	{"DeleteBucket", "DELETE", Bucket, "", "", "s3:DeleteBucket"},
	{"ListObjects", "GET", Bucket, "", "", "s3:ListBucket"},
	{"ListObjectsV2", "GET", Bucket, "list-type", "", "s3:ListBucket"},
	{"ListObjectVersions", "GET", Bucket, "versions", "", "s3:ListBucketVersions"},
	{"ListMultipartUploads", "GET", Bucket, "uploads", "", "s3:ListBucketMultipartUploads"},
	{"DeleteObjects", "POST", Bucket, "delete", "", "s3:DeleteObject"},
	{"WriteGetObjectResponse", "POST", Bucket, "", "X-Amz-Request-Route", "s3-object-lambda:WriteGetObjectResponse"},
	{"PostObject", "POST", Bucket, "", "", "s3:PutObject"},
	{"GetBucketLocation", "GET", Bucket, "location", "", "s3:GetBucketLocation"},
	{"GetBucketVersioning", "GET", Bucket, "versioning", "", "s3:GetBucketVersioning"},
	{"PutBucketVersioning", "PUT", Bucket, "versioning", "", "s3:PutBucketVersioning"},
	{"GetBucketAcl", "GET", Bucket, "acl", "", "s3:GetBucketAcl"},
	{"PutBucketAcl", "PUT", Bucket, "acl", "", "s3:PutBucketAcl"},
	{"GetBucketPolicy", "GET", Bucket, "policy", "", "s3:GetBucketPolicy"},
	{"PutBucketPolicy", "PUT", Bucket, "policy", "", "s3:PutBucketPolicy"},
	{"DeleteBucketPolicy", "DELETE", Bucket, "policy", "", "s3:DeleteBucketPolicy"},
	{"GetBucketPolicyStatus", "GET", Bucket, "policyStatus", "", "s3:GetBucketPolicyStatus"},
	{"GetPublicAccessBlock", "GET", Bucket, "publicAccessBlock", "", "s3:GetBucketPublicAccessBlock"},
	{"PutPublicAccessBlock", "PUT", Bucket, "publicAccessBlock", "", "s3:PutBucketPublicAccessBlock"},
	{"DeletePublicAccessBlock", "DELETE", Bucket, "publicAccessBlock", "", "s3:PutBucketPublicAccessBlock"},
	{"GetBucketOwnershipControls", "GET", Bucket, "ownershipControls", "", "s3:GetBucketOwnershipControls"},
	{"PutBucketOwnershipControls", "PUT", Bucket, "ownershipControls", "", "s3:PutBucketOwnershipControls"},
	{"DeleteBucketOwnershipControls", "DELETE", Bucket, "ownershipControls", "", "s3:PutBucketOwnershipControls"},
	{"GetBucketCors", "GET", Bucket, "cors", "", "s3:GetBucketCORS"},
	{"PutBucketCors", "PUT", Bucket, "cors", "", "s3:PutBucketCORS"},
	{"DeleteBucketCors", "DELETE", Bucket, "cors", "", "s3:PutBucketCORS"},
	{"GetBucketTagging", "GET", Bucket, "tagging", "", "s3:GetBucketTagging"},
	{"PutBucketTagging", "PUT", Bucket, "tagging", "", "s3:PutBucketTagging"},
	{"DeleteBucketTagging", "DELETE", Bucket, "tagging", "", "s3:PutBucketTagging"},
	{"GetBucketLifecycleConfiguration", "GET", Bucket, "lifecycle", "", "s3:GetLifecycleConfiguration"},
	{"PutBucketLifecycleConfiguration", "PUT", Bucket, "lifecycle", "", "s3:PutLifecycleConfiguration"},
	{"DeleteBucketLifecycle", "DELETE", Bucket, "lifecycle", "", "s3:PutLifecycleConfiguration"},
	{"GetBucketEncryption", "GET", Bucket, "encryption", "", "s3:GetEncryptionConfiguration"},
	{"PutBucketEncryption", "PUT", Bucket, "encryption", "", "s3:PutEncryptionConfiguration"},
	{"DeleteBucketEncryption", "DELETE", Bucket, "encryption", "", "s3:PutEncryptionConfiguration"},
	{"GetObjectLockConfiguration", "GET", Bucket, "object-lock", "", "s3:GetBucketObjectLockConfiguration"},
	{"PutObjectLockConfiguration", "PUT", Bucket, "object-lock", "", "s3:PutBucketObjectLockConfiguration"},
	{"GetBucketWebsite", "GET", Bucket, "website", "", "s3:GetBucketWebsite"},
	{"PutBucketWebsite", "PUT", Bucket, "website", "", "s3:PutBucketWebsite"},
	{"DeleteBucketWebsite", "DELETE", Bucket, "website", "", "s3:DeleteBucketWebsite"},
	{"GetBucketLogging", "GET", Bucket, "logging", "", "s3:GetBucketLogging"},
	{"PutBucketLogging", "PUT", Bucket, "logging", "", "s3:PutBucketLogging"},
	{"GetBucketRequestPayment", "GET", Bucket, "requestPayment", "", "s3:GetBucketRequestPayment"},
	{"PutBucketRequestPayment", "PUT", Bucket, "requestPayment", "", "s3:PutBucketRequestPayment"},
	{"GetBucketNotificationConfiguration", "GET", Bucket, "notification", "", "s3:GetBucketNotification"},
	{"PutBucketNotificationConfiguration", "PUT", Bucket, "notification", "", "s3:PutBucketNotification"},
	{"GetBucketReplication", "GET", Bucket, "replication", "", "s3:GetReplicationConfiguration"},
	{"PutBucketReplication", "PUT", Bucket, "replication", "", "s3:PutReplicationConfiguration"},
	{"DeleteBucketReplication", "DELETE", Bucket, "replication", "", "s3:PutReplicationConfiguration"},
	{"GetBucketAccelerateConfiguration", "GET", Bucket, "accelerate", "", "s3:GetAccelerateConfiguration"},
	{"PutBucketAccelerateConfiguration", "PUT", Bucket, "accelerate", "", "s3:PutAccelerateConfiguration"},
	{"GetBucketAnalyticsConfiguration", "GET", Bucket, "analytics", "?id", "s3:GetAnalyticsConfiguration"},
	{"ListBucketAnalyticsConfigurations", "GET", Bucket, "analytics", "", "s3:GetAnalyticsConfiguration"},
	{"PutBucketAnalyticsConfiguration", "PUT", Bucket, "analytics", "", "s3:PutAnalyticsConfiguration"},
	{"DeleteBucketAnalyticsConfiguration", "DELETE", Bucket, "analytics", "", "s3:PutAnalyticsConfiguration"},
	{"GetBucketInventoryConfiguration", "GET", Bucket, "inventory", "?id", "s3:GetInventoryConfiguration"},
	{"ListBucketInventoryConfigurations", "GET", Bucket, "inventory", "", "s3:GetInventoryConfiguration"},
	{"PutBucketInventoryConfiguration", "PUT", Bucket, "inventory", "", "s3:PutInventoryConfiguration"},
	{"DeleteBucketInventoryConfiguration", "DELETE", Bucket, "inventory", "", "s3:PutInventoryConfiguration"},
	{"GetBucketMetricsConfiguration", "GET", Bucket, "metrics", "?id", "s3:GetMetricsConfiguration"},
	{"ListBucketMetricsConfigurations", "GET", Bucket, "metrics", "", "s3:GetMetricsConfiguration"},
	{"PutBucketMetricsConfiguration", "PUT", Bucket, "metrics", "", "s3:PutMetricsConfiguration"},
	{"DeleteBucketMetricsConfiguration", "DELETE", Bucket, "metrics", "", "s3:PutMetricsConfiguration"},
	{"GetBucketIntelligentTieringConfiguration", "GET", Bucket, "intelligent-tiering", "?id", "s3:GetIntelligentTieringConfiguration"},
	{"ListBucketIntelligentTieringConfigurations", "GET", Bucket, "intelligent-tiering", "", "s3:GetIntelligentTieringConfiguration"},
	{"PutBucketIntelligentTieringConfiguration", "PUT", Bucket, "intelligent-tiering", "", "s3:PutIntelligentTieringConfiguration"},
	{"DeleteBucketIntelligentTieringConfiguration", "DELETE", Bucket, "intelligent-tiering", "", "s3:PutIntelligentTieringConfiguration"},
	{"GetBucketMetadataTableConfiguration", "GET", Bucket, "metadataTable", "", "s3:GetBucketMetadataTableConfiguration"},
	{"CreateBucketMetadataTableConfiguration", "POST", Bucket, "metadataTable", "", "s3:CreateBucketMetadataTableConfiguration"},
	{"DeleteBucketMetadataTableConfiguration", "DELETE", Bucket, "metadataTable", "", "s3:DeleteBucketMetadataTableConfiguration"},
	{"GetBucketMetadataConfiguration", "GET", Bucket, "metadataConfiguration", "", "s3:GetBucketMetadataTableConfiguration"},
	{"CreateBucketMetadataConfiguration", "POST", Bucket, "metadataConfiguration", "", "s3:CreateBucketMetadataTableConfiguration"},
	{"DeleteBucketMetadataConfiguration", "DELETE", Bucket, "metadataConfiguration", "", "s3:DeleteBucketMetadataTableConfiguration"},
	{"UpdateBucketMetadataAnnotationTableConfiguration", "PUT", Bucket, "metadataAnnotationTable", "", "s3:UpdateBucketMetadataAnnotationTableConfiguration"},
	{"UpdateBucketMetadataInventoryTableConfiguration", "PUT", Bucket, "metadataInventoryTable", "", "s3:UpdateBucketMetadataInventoryTableConfiguration"},
	{"UpdateBucketMetadataJournalTableConfiguration", "PUT", Bucket, "metadataJournalTable", "", "s3:UpdateBucketMetadataJournalTableConfiguration"},
	{"GetBucketAbac", "GET", Bucket, "abac", "", "s3:GetBucketAbac"},
	{"PutBucketAbac", "PUT", Bucket, "abac", "", "s3:PutBucketAbac"},
	{"CreateSession", "GET", Bucket, "session", "", "s3express:CreateSession"},

	{"CopyObject", "PUT", Object, "", "X-Amz-Copy-Source", "s3:PutObject"},
	{"PutObject", "PUT", Object, "", "", "s3:PutObject"},
	{"GetObject", "GET", Object, "", "", "s3:GetObject"},
	{"HeadObject", "HEAD", Object, "", "", "s3:GetObject"},
	{"DeleteObject", "DELETE", Object, "", "", "s3:DeleteObject"},
	{"CreateMultipartUpload", "POST", Object, "uploads", "", "s3:PutObject"},
	{"UploadPartCopy", "PUT", Object, "uploadId", "X-Amz-Copy-Source", "s3:PutObject"},
	{"UploadPart", "PUT", Object, "uploadId", "", "s3:PutObject"},
	{"CompleteMultipartUpload", "POST", Object, "uploadId", "", "s3:PutObject"},
	{"AbortMultipartUpload", "DELETE", Object, "uploadId", "", "s3:AbortMultipartUpload"},
	{"ListParts", "GET", Object, "uploadId", "", "s3:ListMultipartUploadParts"},
	{"GetObjectAttributes", "GET", Object, "attributes", "", "s3:GetObjectAttributes"},
	{"GetObjectAcl", "GET", Object, "acl", "", "s3:GetObjectAcl"},
	{"PutObjectAcl", "PUT", Object, "acl", "", "s3:PutObjectAcl"},
	{"GetObjectTagging", "GET", Object, "tagging", "", "s3:GetObjectTagging"},
	{"PutObjectTagging", "PUT", Object, "tagging", "", "s3:PutObjectTagging"},
	{"DeleteObjectTagging", "DELETE", Object, "tagging", "", "s3:DeleteObjectTagging"},
	{"GetObjectLegalHold", "GET", Object, "legal-hold", "", "s3:GetObjectLegalHold"},
	{"PutObjectLegalHold", "PUT", Object, "legal-hold", "", "s3:PutObjectLegalHold"},
	{"GetObjectRetention", "GET", Object, "retention", "", "s3:GetObjectRetention"},
	{"PutObjectRetention", "PUT", Object, "retention", "", "s3:PutObjectRetention"},
	{"RestoreObject", "POST", Object, "restore", "", "s3:RestoreObject"},
	{"SelectObjectContent", "POST", Object, "select", "", "s3:GetObject"},
	{"GetObjectAnnotation", "GET", Object, "annotation", "?annotationName", "s3:GetObjectAnnotation"},
	{"ListObjectAnnotations", "GET", Object, "annotation", "", "s3:ListObjectAnnotations"},
	{"PutObjectAnnotation", "PUT", Object, "annotation", "", "s3:PutObjectAnnotation"},
	{"DeleteObjectAnnotation", "DELETE", Object, "annotation", "", "s3:DeleteObjectAnnotation"},
	{"GetObjectTorrent", "GET", Object, "torrent", "", "s3:GetObjectTorrent"},
	{"RenameObject", "PUT", Object, "renameObject", "", "s3:PutObject"},
	{"UpdateObjectEncryption", "PUT", Object, "encryption", "", "s3:UpdateObjectEncryption"},
}

// parameters are the query parameters that do not choose an operation.
var parameters = map[string]bool{
	"prefix": true, "delimiter": true, "marker": true, "max-keys": true, "encoding-type": true,
	"continuation-token": true, "start-after": true, "fetch-owner": true, "key-marker": true,
	"upload-id-marker": true, "version-id-marker": true, "max-uploads": true, "max-parts": true,
	"part-number-marker": true, "partNumber": true, "versionId": true, "x-id": true,
	"max-buckets": true, "bucket-region": true, "select-type": true, "id": true, "optionalObjectAttributes": true,
}

// subResources are the parameters that do, of all scopes: a sub-resource of
// another scope must not fall through either.
var subResources = func() map[string]bool {
	subs := map[string]bool{}
	for _, r := range Routes {
		if r.Sub != "" {
			subs[r.Sub] = true
		}
	}
	return subs
}()

// Match finds the operation of an authenticated request.
func Match(method string, scope Scope, query url.Values, header http.Header) (Route, error) {
	sub, err := subResource(query)
	if err != nil {
		return Route{}, err
	}
	for _, r := range Routes {
		if r.Method == method && r.Scope == scope && r.Sub == sub && r.has(query, header) {
			return r, nil
		}
	}
	offered := slices.ContainsFunc(Routes, func(r Route) bool { return r.Scope == scope && r.Sub == sub })
	if offered && method != http.MethodOptions {
		return Route{}, Errorf(MethodNotAllowed, "")
	}
	return Route{}, Errorf(NotImplemented, "")
}

// has reports whether a request has what the route asks for in Header.
func (r Route) has(query url.Values, header http.Header) bool {
	name, isParameter := strings.CutPrefix(r.Header, "?")
	if !isParameter {
		return r.Header == "" || header.Values(r.Header) != nil // an empty one, too: a copy of nothing is no upload
	}
	name, value, _ := strings.Cut(name, "=")
	return query.Has(name) && (value == "" || query.Get(name) == value)
}

// subResource returns the one parameter that chooses an operation. A bare
// parameter that nobody knows ("?frobnicate") is a sub-resource walrus lacks.
func subResource(query url.Values) (string, error) {
	found := ""
	for name, values := range query {
		switch {
		case subResources[name] && found == "":
			found = name
		case subResources[name]:
			return "", Errorf(InvalidArgument, "Conflicting query string parameters: %s, %s", found, name)
		case parameters[name], isHeaderParameter(name):
		case slices.Contains(values, ""):
			return "", Errorf(NotImplemented, "The parameter %q is not implemented.", name)
		}
	}
	return found, nil
}

func isHeaderParameter(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "x-amz-") || strings.HasPrefix(name, "response-")
}
