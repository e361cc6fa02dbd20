package s3

import (
	"errors"
	"fmt"
	"net/http"

	"ecc/api/auth"
	"ecc/cloud"
)

// Code is an S3 error code.
type Code string

// The codes walrus answers with, besides those of package auth.
const (
	AccessControlListNotSupported           Code = "AccessControlListNotSupported"
	AccessDenied                            Code = "AccessDenied"
	AccessForbidden                         Code = "AccessForbidden"
	BadDigest                               Code = "BadDigest"
	BadRequest                              Code = "BadRequest"
	BucketAlreadyExists                     Code = "BucketAlreadyExists"
	BucketAlreadyOwnedByYou                 Code = "BucketAlreadyOwnedByYou"
	BucketNotEmpty                          Code = "BucketNotEmpty"
	EntityTooLarge                          Code = "EntityTooLarge"
	EntityTooSmall                          Code = "EntityTooSmall"
	IllegalVersioningConfigurationException Code = "IllegalVersioningConfigurationException"
	InsufficientStorage                     Code = "InsufficientStorage" // the disk is full; no code of S3 says so
	QuotaExceeded                           Code = "QuotaExceeded"       // the account's; S3 has no quotas
	InternalError                           Code = "InternalError"
	InvalidArgument                         Code = "InvalidArgument"
	InvalidBucketAclWithObjectOwnership     Code = "InvalidBucketAclWithObjectOwnership"
	InvalidBucketName                       Code = "InvalidBucketName"
	InvalidBucketState                      Code = "InvalidBucketState"
	InvalidDigest                           Code = "InvalidDigest"
	InvalidEncryptionAlgorithmError         Code = "InvalidEncryptionAlgorithmError"
	InvalidLocationConstraint               Code = "InvalidLocationConstraint"
	InvalidPart                             Code = "InvalidPart"
	InvalidPartNumber                       Code = "InvalidPartNumber"
	InvalidPartOrder                        Code = "InvalidPartOrder"
	InvalidRange                            Code = "InvalidRange"
	InvalidObjectState                      Code = "InvalidObjectState"
	InvalidRedirectLocation                 Code = "InvalidRedirectLocation"
	InvalidRequest                          Code = "InvalidRequest"
	InvalidStorageClass                     Code = "InvalidStorageClass"
	InvalidTag                              Code = "InvalidTag"
	InvalidTargetBucketForLogging           Code = "InvalidTargetBucketForLogging"
	InvalidURI                              Code = "InvalidURI"
	KMSDisabled                             Code = "KMS.DisabledException"
	KMSNotFound                             Code = "KMS.NotFoundException"
	KeyTooLongError                         Code = "KeyTooLongError"
	MalformedACLError                       Code = "MalformedACLError"
	MalformedPolicy                         Code = "MalformedPolicy"
	MalformedXML                            Code = "MalformedXML"
	MetadataTooLarge                        Code = "MetadataTooLarge"
	MethodNotAllowed                        Code = "MethodNotAllowed"
	MissingContentLength                    Code = "MissingContentLength"
	MissingRequestBodyError                 Code = "MissingRequestBodyError"
	MissingSecurityHeader                   Code = "MissingSecurityHeader"
	NoEncryptionConfiguration               Code = "ServerSideEncryptionConfigurationNotFoundError"
	NoSuchBucket                            Code = "NoSuchBucket"
	NoSuchCORSConfiguration                 Code = "NoSuchCORSConfiguration"
	NoSuchBucketPolicy                      Code = "NoSuchBucketPolicy"
	NoSuchKey                               Code = "NoSuchKey"
	NoSuchLifecycleConfiguration            Code = "NoSuchLifecycleConfiguration"
	NoSuchPublicAccessBlockConfiguration    Code = "NoSuchPublicAccessBlockConfiguration"
	NoSuchObjectLockConfiguration           Code = "NoSuchObjectLockConfiguration"
	NoSuchTagSet                            Code = "NoSuchTagSet"
	NoSuchUpload                            Code = "NoSuchUpload"
	NoSuchVersion                           Code = "NoSuchVersion"
	NoSuchWebsiteConfiguration              Code = "NoSuchWebsiteConfiguration"
	NotImplemented                          Code = "NotImplemented"
	NotModified                             Code = "NotModified" // 304, without a body
	ObjectLockConfigurationNotFoundError    Code = "ObjectLockConfigurationNotFoundError"
	OperationAborted                        Code = "OperationAborted"
	OwnershipControlsNotFoundError          Code = "OwnershipControlsNotFoundError"
	PreconditionFailed                      Code = "PreconditionFailed"
	ReplicationConfigurationNotFoundError   Code = "ReplicationConfigurationNotFoundError"
	ServiceUnavailable                      Code = "ServiceUnavailable"
	SlowDown                                Code = "SlowDown"
	TooManyBuckets                          Code = "TooManyBuckets"
	UnexpectedContent                       Code = "UnexpectedContent"
	UnresolvableGrantByEmailAddress         Code = "UnresolvableGrantByEmailAddress"
)

// codes gives each code its status and what to say when nothing else is said.
var codes = map[Code]struct {
	status int
	msg    string
}{
	AccessControlListNotSupported:           {400, "The bucket does not allow ACLs"},
	AccessForbidden:                         {403, "Access Forbidden"},
	NoSuchCORSConfiguration:                 {404, "The CORS configuration does not exist"},
	NoSuchWebsiteConfiguration:              {404, "The specified bucket does not have a website configuration"},
	AccessDenied:                            {403, "Access Denied"},
	BadDigest:                               {400, "The Content-MD5 you specified did not match what we received."},
	BadRequest:                              {400, "Bad Request"},
	BucketAlreadyExists:                     {409, "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again."},
	BucketAlreadyOwnedByYou:                 {409, "Your previous request to create the named bucket succeeded and you already own it."},
	BucketNotEmpty:                          {409, "The bucket you tried to delete is not empty"},
	EntityTooLarge:                          {400, "Your proposed upload exceeds the maximum allowed object size."},
	EntityTooSmall:                          {400, "Your proposed upload is smaller than the minimum allowed size"},
	IllegalVersioningConfigurationException: {400, "The Versioning element must be specified"},
	InsufficientStorage:                     {507, "There is no space left to store this."},
	QuotaExceeded:                           {403, "The account's quota is exceeded."},
	InternalError:                           {500, "We encountered an internal error. Please try again."},
	InvalidArgument:                         {400, "Invalid Argument"},
	InvalidBucketAclWithObjectOwnership:     {400, "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"},
	InvalidBucketName:                       {400, "The specified bucket is not valid."},
	InvalidBucketState:                      {409, "The request is not valid with the current state of the bucket."},
	InvalidDigest:                           {400, "The Content-MD5 you specified was invalid."},
	InvalidEncryptionAlgorithmError:         {400, "The Encryption request you specified is not valid. Supported value: AES256."},
	InvalidLocationConstraint:               {400, "The specified location-constraint is not valid"},
	InvalidPart:                             {400, "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."},
	InvalidPartNumber:                       {416, "The requested partnumber is not satisfiable"},
	InvalidPartOrder:                        {400, "The list of parts was not in ascending order. Parts must be ordered by part number."},
	InvalidRange:                            {416, "The requested range is not satisfiable"},
	InvalidObjectState:                      {403, "The operation is not valid for the object's storage class"},
	InvalidRedirectLocation:                 {400, "The website redirect location must have a prefix of 'http://' or 'https://' or '/'."},
	InvalidRequest:                          {400, "Invalid Request"},
	InvalidStorageClass:                     {400, "The storage class you specified is not valid"},
	InvalidTag:                              {400, "The tag provided was not a valid tag. This error can occur if the tag did not pass input validation."},
	InvalidTargetBucketForLogging:           {400, "The target bucket for logging does not exist, is not owned by you, or does not have the appropriate grants for the log-delivery group."},
	InvalidURI:                              {400, "Couldn't parse the specified URI."},
	KMSDisabled:                             {400, "The request was rejected because the specified KMS key is not enabled."},
	KMSNotFound:                             {400, "The request was rejected because the specified entity or resource could not be found."},
	KeyTooLongError:                         {400, "Your key is too long"},
	MalformedACLError:                       {400, "The XML you provided was not well-formed or did not validate against our published schema"},
	MalformedPolicy:                         {400, "Policies must be valid JSON and the first byte must be '{'"},
	MalformedXML:                            {400, "The XML you provided was not well-formed or did not validate against our published schema"},
	MetadataTooLarge:                        {400, "Your metadata headers exceed the maximum allowed metadata size"},
	MethodNotAllowed:                        {405, "The specified method is not allowed against this resource."},
	MissingContentLength:                    {411, "You must provide the Content-Length HTTP header."},
	MissingRequestBodyError:                 {400, "Request Body is empty"},
	MissingSecurityHeader:                   {400, "Your request was missing a required header"},
	NoEncryptionConfiguration:               {404, "The server side encryption configuration was not found"},
	NoSuchBucket:                            {404, "The specified bucket does not exist"},
	NoSuchBucketPolicy:                      {404, "The bucket policy does not exist"},
	NoSuchKey:                               {404, "The specified key does not exist."},
	NoSuchLifecycleConfiguration:            {404, "The lifecycle configuration does not exist"},
	NoSuchPublicAccessBlockConfiguration:    {404, "The public access block configuration was not found"},
	NoSuchObjectLockConfiguration:           {404, "The specified object does not have a ObjectLock configuration"},
	NoSuchTagSet:                            {404, "The TagSet does not exist"},
	NoSuchUpload:                            {404, "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."},
	NoSuchVersion:                           {404, "The specified version does not exist."},
	NotImplemented:                          {501, "A header or parameter you provided implies functionality that is not implemented."},
	NotModified:                             {304, ""},
	ObjectLockConfigurationNotFoundError:    {404, "Object Lock configuration does not exist for this bucket"},
	OperationAborted:                        {409, "A conflicting conditional operation is currently in progress against this resource. Please try again."},
	OwnershipControlsNotFoundError:          {404, "The bucket ownership controls were not found"},
	PreconditionFailed:                      {412, "At least one of the pre-conditions you specified did not hold"},
	ReplicationConfigurationNotFoundError:   {404, "The replication configuration was not found"},
	ServiceUnavailable:                      {503, "Service is unable to handle request."},
	SlowDown:                                {503, "Please reduce your request rate."},
	TooManyBuckets:                          {400, "You have attempted to create more buckets than allowed"},
	UnexpectedContent:                       {400, "This request does not support content"},
	UnresolvableGrantByEmailAddress:         {400, "The email address you provided does not match any account on record."},
}

// Failure is a failure with the code S3 has for it.
type Failure struct {
	Code    Code
	Msg     string   // for the tenant; "" for the code's own sentence
	Details []Detail // what else its document says
}

func (f *Failure) Error() string { return string(f.Code) + ": " + f.Msg }

// Errorf makes a Failure. An empty format leaves the code's own sentence.
func Errorf(c Code, format string, args ...any) error {
	return &Failure{Code: c, Msg: fmt.Sprintf(format, args...)}
}

// Is reports whether err is a Failure of the code.
func Is(err error, c Code) bool {
	var f *Failure
	return errors.As(err, &f) && f.Code == c
}

// kinds gives the failures of the domain their codes, by kind and resource.
// The resource cloud.AnyResource stands for those without a line of their own.
var kinds = map[cloud.Kind]map[cloud.Resource]Code{
	cloud.Internal: {cloud.AnyResource: InternalError},
	cloud.NotFound: {cloud.AnyResource: NoSuchKey, cloud.ResBucket: NoSuchBucket,
		cloud.ResObject: NoSuchKey, cloud.ResUpload: NoSuchUpload},
	cloud.Malformed:      {cloud.AnyResource: InvalidArgument, cloud.ResBucket: InvalidBucketName},
	cloud.AlreadyExists:  {cloud.AnyResource: PreconditionFailed, cloud.ResBucket: BucketAlreadyExists},
	cloud.WrongState:     {cloud.AnyResource: OperationAborted, cloud.ResBucket: BucketNotEmpty},
	cloud.InUse:          {cloud.AnyResource: OperationAborted, cloud.ResBucket: BucketNotEmpty},
	cloud.Invalid:        {cloud.AnyResource: InvalidArgument},
	cloud.Missing:        {cloud.AnyResource: InvalidRequest},
	cloud.BadCombination: {cloud.AnyResource: InvalidRequest},
	cloud.TokenMismatch:  {cloud.AnyResource: InvalidRequest},
	cloud.Denied:         {cloud.AnyResource: AccessDenied},
	cloud.BadCredentials: {cloud.AnyResource: AccessDenied},
	cloud.Exhausted:      {cloud.AnyResource: InsufficientStorage},
	cloud.LimitExceeded:  {cloud.AnyResource: SlowDown, cloud.ResBucket: TooManyBuckets},
	cloud.Unsupported:    {cloud.AnyResource: NotImplemented},
	cloud.Unavailable:    {cloud.AnyResource: ServiceUnavailable},
	cloud.Stale:          {cloud.AnyResource: OperationAborted},
}

// Describe returns what a client is told of a failure. Anything that is not
// made for a tenant is an InternalError without detail.
func Describe(err error) (code string, status int, msg string) {
	var f *Failure
	if errors.As(err, &f) {
		return describe(f.Code, f.Msg)
	}
	e := cloud.AsError(err)
	if e.Kind == cloud.BadCredentials && e.ID != "" {
		return e.ID, auth.Status(e.ID), e.Msg
	}
	c, ok := kinds[e.Kind][e.Resource]
	if !ok {
		c = kinds[e.Kind][cloud.AnyResource]
	}
	if c == InternalError || c == "" {
		return describe(InternalError, "")
	}
	return describe(c, e.Msg)
}

func describe(c Code, msg string) (string, int, string) {
	known, ok := codes[c]
	if !ok {
		return string(InternalError), http.StatusInternalServerError, codes[InternalError].msg
	}
	if msg == "" {
		msg = known.msg
	}
	return string(c), known.status, msg
}
