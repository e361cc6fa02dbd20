package walrus

import "slices"

// ofVersions are the actions that are others when the request names a version.
var ofVersions = map[string]string{
	"s3:GetObject":           "s3:GetObjectVersion",
	"s3:GetObjectAcl":        "s3:GetObjectVersionAcl",
	"s3:PutObjectAcl":        "s3:PutObjectVersionAcl",
	"s3:GetObjectTagging":    "s3:GetObjectVersionTagging",
	"s3:PutObjectTagging":    "s3:PutObjectVersionTagging",
	"s3:DeleteObjectTagging": "s3:DeleteObjectVersionTagging",
	"s3:GetObjectAttributes": "s3:GetObjectVersionAttributes",
	"s3:GetObjectTorrent":    "s3:GetObjectVersionTorrent",
	"s3:DeleteObject":        "s3:DeleteObjectVersion",
}

// ofHeaders are the headers that ask for more than the operation they come
// with, when that makes an object.
var ofHeaders = []struct{ header, action string }{
	{"X-Amz-Tagging", "s3:PutObjectTagging"},
	{"X-Amz-Acl", "s3:PutObjectAcl"},
	{"X-Amz-Grant-Full-Control", "s3:PutObjectAcl"},
	{"X-Amz-Grant-Read", "s3:PutObjectAcl"},
	{"X-Amz-Grant-Read-Acp", "s3:PutObjectAcl"},
	{"X-Amz-Grant-Write-Acp", "s3:PutObjectAcl"},
	{"X-Amz-Object-Lock-Mode", "s3:PutObjectRetention"},
	{"X-Amz-Object-Lock-Retain-Until-Date", "s3:PutObjectRetention"},
	{"X-Amz-Object-Lock-Legal-Hold", "s3:PutObjectLegalHold"},
}

// actions appends all that a request needs permission for.
func (c *call) actions(to []string) []string {
	to = append(to, c.versioned(c.route.Action))
	switch c.route.Op {
	case "PutObject", "PostObject", "CopyObject", "CreateMultipartUpload":
		for _, h := range ofHeaders {
			if c.Header.Get(h.header) != "" && to[len(to)-1] != h.action {
				to = append(to, h.action)
			}
		}
	case "DeleteObject", "PutObjectRetention":
		if c.bypass() {
			to = append(to, "s3:BypassGovernanceRetention")
		}
	case "GetObjectAttributes":
		to = append(to, c.versioned("s3:GetObject"))
	}
	return to
}

// ofCreation are the headers with which a bucket is made that ask for more.
var ofCreation = []struct{ header, action string }{
	{"X-Amz-Acl", "s3:PutBucketAcl"},
	{"X-Amz-Grant-Full-Control", "s3:PutBucketAcl"},
	{"X-Amz-Grant-Read", "s3:PutBucketAcl"},
	{"X-Amz-Grant-Read-Acp", "s3:PutBucketAcl"},
	{"X-Amz-Grant-Write", "s3:PutBucketAcl"},
	{"X-Amz-Grant-Write-Acp", "s3:PutBucketAcl"},
	{"X-Amz-Bucket-Object-Lock-Enabled", "s3:PutBucketObjectLockConfiguration"},
	{"X-Amz-Bucket-Object-Lock-Enabled", "s3:PutBucketVersioning"},
	{"X-Amz-Object-Ownership", "s3:PutBucketOwnershipControls"},
}

// accountActions are what a request needs permission for that is done to the
// caller's account.
func (c *call) accountActions() []string {
	to := []string{c.route.Action}
	if c.route.Op != "CreateBucket" {
		return to
	}
	for _, h := range ofCreation {
		if c.Header.Get(h.header) != "" && !slices.Contains(to, h.action) {
			to = append(to, h.action)
		}
	}
	return to
}

// versioned returns the action for the version that the request names, if it
// names one.
func (c *call) versioned(action string) string {
	if v, ok := ofVersions[action]; ok && c.version.given {
		return v
	}
	return action
}

// creates reports whether the request makes an object, or a part of one: then
// it is not about one that is there.
func (c *call) creates() bool {
	switch c.route.Op {
	case "PutObject", "CopyObject", "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload", "PostObject":
		return true
	}
	return false
}

// existing are the actions on objects that are there: without permission to
// list, a caller must not learn from them which are not.
func existing(action string) bool {
	switch action {
	case "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:BypassGovernanceRetention":
		return false
	}
	return true
}
