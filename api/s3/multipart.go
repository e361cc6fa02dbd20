package s3

import "encoding/xml"

// InitiateResult answers CreateMultipartUpload.
type InitiateResult struct {
	XMLName  xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ InitiateMultipartUploadResult"`
	Bucket   string   `xml:"Bucket"`
	Key      string   `xml:"Key"`
	UploadID string   `xml:"UploadId"`
}

// Complete is the body of CompleteMultipartUpload.
type Complete struct {
	XMLName xml.Name       `xml:"CompleteMultipartUpload"`
	Parts   []CompletePart `xml:"Part"`
}

// CompletePart names one part of the object.
type CompletePart struct {
	Number int    `xml:"PartNumber"`
	ETag   string `xml:"ETag"`
	Sums
}

// CompleteResult answers CompleteMultipartUpload.
type CompleteResult struct {
	XMLName  xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUploadResult"`
	Location string   `xml:"Location"`
	Bucket   string   `xml:"Bucket"`
	Key      string   `xml:"Key"`
	ETag     string   `xml:"ETag"`
	Sums
}

// PartList answers ListParts.
type PartList struct {
	XMLName     xml.Name    `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListPartsResult"`
	Bucket      string      `xml:"Bucket"`
	Key         string      `xml:"Key"`
	UploadID    string      `xml:"UploadId"`
	Initiator   Owner       `xml:"Initiator"`
	Owner       Owner       `xml:"Owner"`
	Class       string      `xml:"StorageClass"`
	Algorithm   Algorithm   `xml:"ChecksumAlgorithm,omitempty"`
	Type        string      `xml:"ChecksumType,omitempty"`
	Marker      int         `xml:"PartNumberMarker"`
	NextMarker  int         `xml:"NextPartNumberMarker"`
	MaxParts    int         `xml:"MaxParts"`
	IsTruncated bool        `xml:"IsTruncated"`
	Parts       []PartEntry `xml:"Part"`
}

// PartEntry is one uploaded part.
type PartEntry struct {
	Number   int    `xml:"PartNumber"`
	Modified Time   `xml:"LastModified"`
	ETag     string `xml:"ETag"`
	Size     int64  `xml:"Size"`
	Sums
}

// UploadList answers ListMultipartUploads.
type UploadList struct {
	XMLName            xml.Name      `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListMultipartUploadsResult"`
	Bucket             string        `xml:"Bucket"`
	KeyMarker          string        `xml:"KeyMarker"`
	UploadIDMarker     string        `xml:"UploadIdMarker"`
	NextKeyMarker      string        `xml:"NextKeyMarker,omitempty"`
	NextUploadIDMarker string        `xml:"NextUploadIdMarker,omitempty"`
	Prefix             string        `xml:"Prefix"`
	Delimiter          string        `xml:"Delimiter,omitempty"`
	EncodingType       string        `xml:"EncodingType,omitempty"`
	MaxUploads         int           `xml:"MaxUploads"`
	IsTruncated        bool          `xml:"IsTruncated"`
	Uploads            []UploadEntry `xml:"Upload"`
	Prefixes           []Prefix      `xml:"CommonPrefixes"`
}

// UploadEntry is one upload under way.
type UploadEntry struct {
	Key       string    `xml:"Key"`
	UploadID  string    `xml:"UploadId"`
	Initiator Owner     `xml:"Initiator"`
	Owner     Owner     `xml:"Owner"`
	Class     string    `xml:"StorageClass"`
	Initiated Time      `xml:"Initiated"`
	Algorithm Algorithm `xml:"ChecksumAlgorithm,omitempty"`
	Type      string    `xml:"ChecksumType,omitempty"`
}
