package s3

import "encoding/xml"

// Location answers GetBucketLocation.
type Location struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LocationConstraint"`
	Region  string   `xml:",chardata"` // "" for us-east-1
}

// CopyResult answers CopyObject.
type CopyResult struct {
	XMLName  xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CopyObjectResult"`
	Modified Time     `xml:"LastModified"`
	ETag     string   `xml:"ETag"`
	Sums
}

// CopyPartResult answers UploadPartCopy.
type CopyPartResult struct {
	XMLName  xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CopyPartResult"`
	Modified Time     `xml:"LastModified"`
	ETag     string   `xml:"ETag"`
	Sums
}

// Sums are the checksums of an object or part, of which at most one is set.
type Sums struct {
	CRC32     string `xml:"ChecksumCRC32,omitempty"`
	CRC32C    string `xml:"ChecksumCRC32C,omitempty"`
	CRC64NVME string `xml:"ChecksumCRC64NVME,omitempty"`
	SHA1      string `xml:"ChecksumSHA1,omitempty"`
	SHA256    string `xml:"ChecksumSHA256,omitempty"`
	Type      string `xml:"ChecksumType,omitempty"`
}

// Of returns the sum of one algorithm.
func (s *Sums) Of(a Algorithm) *string {
	switch a {
	case CRC32:
		return &s.CRC32
	case CRC32C:
		return &s.CRC32C
	case SHA1:
		return &s.SHA1
	case SHA256:
		return &s.SHA256
	case CRC64NVME:
	}
	return &s.CRC64NVME
}

// SumsOf makes the elements of one checksum.
func SumsOf(c Checksum) Sums {
	if c.Algorithm == "" {
		return Sums{}
	}
	s := Sums{Type: c.Type}
	*s.Of(c.Algorithm) = c.Value
	return s
}

// Delete is the body of DeleteObjects.
type Delete struct {
	XMLName xml.Name       `xml:"Delete"`
	Quiet   bool           `xml:"Quiet"`
	Objects []DeleteTarget `xml:"Object"`
}

// DeleteTarget is one object to delete.
type DeleteTarget struct {
	Key     string `xml:"Key"`
	Version string `xml:"VersionId"`
	ETag    string `xml:"ETag"`

	// Conditions that only directory buckets have.
	Modified string `xml:"LastModifiedTime"`
	Size     string `xml:"Size"`
}

// DeleteResult answers DeleteObjects.
type DeleteResult struct {
	XMLName xml.Name      `xml:"http://s3.amazonaws.com/doc/2006-03-01/ DeleteResult"`
	Deleted []Deleted     `xml:"Deleted"`
	Errors  []DeleteError `xml:"Error"`
}

// Deleted is one object that is no more.
type Deleted struct {
	Key           string `xml:"Key"`
	Version       string `xml:"VersionId,omitempty"`
	Marker        bool   `xml:"DeleteMarker,omitempty"`
	MarkerVersion string `xml:"DeleteMarkerVersionId,omitempty"`
}

// DeleteError is one that was not deleted.
type DeleteError struct {
	Key     string `xml:"Key"`
	Version string `xml:"VersionId,omitempty"`
	Code    string `xml:"Code"`
	Message string `xml:"Message"`
}
