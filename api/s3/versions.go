package s3

import (
	"encoding/xml"
	"net/url"
)

// VersionList answers ListObjectVersions.
type VersionList struct {
	XMLName           xml.Name       `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListVersionsResult"`
	Name              string         `xml:"Name"`
	Prefix            string         `xml:"Prefix"`
	KeyMarker         string         `xml:"KeyMarker"`
	VersionMarker     string         `xml:"VersionIdMarker"`
	NextKeyMarker     string         `xml:"NextKeyMarker,omitempty"`
	NextVersionMarker string         `xml:"NextVersionIdMarker,omitempty"`
	MaxKeys           int            `xml:"MaxKeys"`
	Delimiter         string         `xml:"Delimiter,omitempty"`
	EncodingType      string         `xml:"EncodingType,omitempty"`
	IsTruncated       bool           `xml:"IsTruncated"`
	Entries           []VersionEntry `xml:"Version"` // versions and delete markers in one order
	Prefixes          []Prefix       `xml:"CommonPrefixes"`
}

// VersionEntry is a version or a delete marker in a listing. A delete marker
// has no content.
type VersionEntry struct {
	Marker   bool      `xml:"-"`
	Key      string    `xml:"Key"`
	Version  string    `xml:"VersionId"`
	IsLatest bool      `xml:"IsLatest"`
	Modified Time      `xml:"LastModified"`
	ETag     string    `xml:"ETag,omitempty"`
	Sum      Algorithm `xml:"ChecksumAlgorithm,omitempty"`
	SumType  string    `xml:"ChecksumType,omitempty"`
	Size     *int64    `xml:"Size"`
	Class    string    `xml:"StorageClass,omitempty"`
	Owner    Owner     `xml:"Owner"`
}

// MarshalXML writes the entry under the name of its kind.
func (v VersionEntry) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	type entry VersionEntry
	if v.Marker {
		start.Name.Local = "DeleteMarker"
	}
	return e.EncodeElement(entry(v), start)
}

// ReadVersionMarkers reads where a page of versions begins. has reports
// whether it begins within the versions of key.
func ReadVersionMarkers(q url.Values) (key, version string, has bool, err error) {
	key, version, has = q.Get("key-marker"), q.Get("version-id-marker"), q.Has("version-id-marker")
	switch {
	case has && key == "":
		return key, version, has, InvalidArgumentf("version-id-marker", version, "A version-id marker cannot be specified without a key marker.")
	case has && version == "":
		return key, version, has, InvalidArgumentf("version-id-marker", version, "A version-id marker cannot be empty.")
	}
	return key, version, has, nil
}
