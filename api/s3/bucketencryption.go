package s3

import (
	"encoding/xml"
	"slices"
	"strings"
)

// BucketEncryption is how a bucket's new objects are encrypted if a request
// asks for nothing, and the answer of GetBucketEncryption. It has one rule.
type BucketEncryption struct {
	XMLName xml.Name         `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ServerSideEncryptionConfiguration" json:"-"`
	Rules   []EncryptionRule `xml:"Rule"`
}

// EncryptionRule is the rule of a BucketEncryption.
type EncryptionRule struct {
	Default   *DefaultEncryption `xml:"ApplyServerSideEncryptionByDefault"`
	BucketKey bool               `xml:"BucketKeyEnabled"`
	Blocked   *BlockedEncryption `xml:"BlockedEncryptionTypes"`
}

// DefaultEncryption is what to do.
type DefaultEncryption struct {
	Algorithm string `xml:"SSEAlgorithm"` // AES256 or AWSKMS
	KeyID     string `xml:"KMSMasterKeyID,omitempty"`
}

// BlockedEncryption lists what new objects may not ask for.
type BlockedEncryption struct {
	Types []string `xml:"EncryptionType"` // "SSE-C", or "NONE"
}

// BlocksCustomerKeys reports whether new objects may not use SSE-C.
func (b *BucketEncryption) BlocksCustomerKeys() bool {
	return b != nil && b.Rules[0].Blocked != nil && slices.Contains(b.Rules[0].Blocked.Types, "SSE-C")
}

// ReadBucketEncryption reads the body of PutBucketEncryption.
func ReadBucketEncryption(d Document) (BucketEncryption, error) {
	var b BucketEncryption
	if err := d.DecodeStrict(&b); err != nil {
		return b, err
	}
	if len(b.Rules) != 1 {
		return b, Errorf(MalformedXML, "")
	}
	r := b.Rules[0]
	if r.Blocked != nil {
		for _, t := range r.Blocked.Types {
			if t != "SSE-C" && t != "NONE" {
				return b, Errorf(MalformedXML, "")
			}
		}
	}
	switch {
	case r.Default == nil:
		return b, nil
	case r.Default.Algorithm == "aws:kms:dsse":
		return b, Errorf(NotImplemented, "Dual-layer encryption (aws:kms:dsse) is not implemented.")
	case r.Default.Algorithm != AES256 && r.Default.Algorithm != AWSKMS:
		return b, Errorf(MalformedXML, "")
	case r.Default.Algorithm == AES256 && r.Default.KeyID != "":
		return b, Errorf(InvalidArgument, "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse")
	case len(r.Default.KeyID) > 2048:
		return b, Errorf(MalformedXML, "")
	}
	return b, nil
}

// ObjectEncryption is the body of UpdateObjectEncryption.
type ObjectEncryption struct {
	XMLName xml.Name       `xml:"ObjectEncryption"`
	KMS     *KMSEncryption `xml:"SSE-KMS"`
}

// KMSEncryption names the key to encrypt an object with.
type KMSEncryption struct {
	KeyARN    string `xml:"KMSKeyArn"`
	BucketKey bool   `xml:"BucketKeyEnabled"`
}

// ReadObjectEncryption reads the body of UpdateObjectEncryption. The key is an
// ARN: neither an id nor an alias.
func ReadObjectEncryption(d Document) (KMSEncryption, error) {
	var e ObjectEncryption
	if err := d.DecodeStrict(&e); err != nil {
		return KMSEncryption{}, err
	}
	if e.KMS == nil || len(e.KMS.KeyARN) > 2048 {
		return KMSEncryption{}, Errorf(MalformedXML, "")
	}
	if !strings.HasPrefix(e.KMS.KeyARN, "arn:aws:kms:") || !strings.Contains(e.KMS.KeyARN, ":key/") {
		return KMSEncryption{}, Errorf(InvalidRequest, "The key must be named by its ARN.")
	}
	return *e.KMS, nil
}
