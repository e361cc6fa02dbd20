package s3

import (
	"encoding/xml"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// timeLayout is how times look in answers.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Time is a time in an answer.
type Time time.Time

// MarshalText writes the time in UTC with milliseconds.
func (t Time) MarshalText() ([]byte, error) {
	return []byte(time.Time(t).UTC().Format(timeLayout)), nil
}

// Owner is an account in an answer.
type Owner struct {
	ID          string `xml:"ID"`
	DisplayName string `xml:"DisplayName,omitempty"`
}

// BucketList answers ListBuckets.
type BucketList struct {
	XMLName xml.Name      `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
	Owner   Owner         `xml:"Owner"`
	Buckets []BucketEntry `xml:"Buckets>Bucket"`
	Token   string        `xml:"ContinuationToken,omitempty"`
	Prefix  string        `xml:"Prefix,omitempty"`
}

// BucketEntry is one bucket.
type BucketEntry struct {
	Name    string `xml:"Name"`
	Created Time   `xml:"CreationDate"`
	Region  string `xml:"BucketRegion,omitempty"`
}

// Entry is one object in a listing.
type Entry struct {
	Key      string `xml:"Key"`
	Modified Time   `xml:"LastModified"`
	ETag     string `xml:"ETag"`

	Algorithm Algorithm `xml:"ChecksumAlgorithm,omitempty"`
	Type      string    `xml:"ChecksumType,omitempty"` // of the checksum

	Size  int64  `xml:"Size"`
	Owner *Owner `xml:"Owner,omitempty"`
	Class string `xml:"StorageClass"`
}

// Prefix is a group of keys in a listing.
type Prefix struct {
	Prefix string `xml:"Prefix"`
}

// List answers ListObjects, both versions: fields the one lacks are nil.
type List struct {
	XMLName      xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name         string   `xml:"Name"`
	Prefix       string   `xml:"Prefix"`
	Marker       *string  `xml:"Marker"`               // v1
	NextMarker   string   `xml:"NextMarker,omitempty"` // v1, with a delimiter
	StartAfter   string   `xml:"StartAfter,omitempty"` // v2
	Token        *string  `xml:"ContinuationToken"`    // v2
	NextToken    string   `xml:"NextContinuationToken,omitempty"`
	KeyCount     *int     `xml:"KeyCount"` // v2
	MaxKeys      int      `xml:"MaxKeys"`
	Delimiter    string   `xml:"Delimiter,omitempty"`
	IsTruncated  bool     `xml:"IsTruncated"`
	EncodingType string   `xml:"EncodingType,omitempty"`
	Contents     []Entry  `xml:"Contents"`
	Prefixes     []Prefix `xml:"CommonPrefixes"`
}

// Paging are the parameters all listings share.
type Paging struct {
	Prefix, Delimiter string
	Max               int
	URL               bool // encode keys
}

// ReadPaging reads them; max is the name of the parameter that bounds a page.
func ReadPaging(q url.Values, max string) (Paging, error) {
	p := Paging{Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter")}
	switch enc := q.Get("encoding-type"); {
	case strings.EqualFold(enc, "url"):
		p.URL = true
	case enc != "":
		return p, InvalidArgumentf("encoding-type", enc, "Invalid Encoding Method specified in Request")
	}
	var err error
	p.Max, err = ReadInt(q, max, MaxList, 0, 1<<31-1)
	p.Max = min(p.Max, MaxList)
	return p, err
}

// ReadInt reads a number between low and high, or def if it is not there.
func ReadInt(q url.Values, name string, def, low, high int) (int, error) {
	s := q.Get(name)
	if s == "" {
		return def, nil
	}
	n, err := strconv.Atoi(s)
	switch {
	case err != nil:
		return 0, InvalidArgumentf(name, s, "Provided %s not an integer or within integer range", name)
	case n < low || n > high:
		name = camel(name)
		return 0, InvalidArgumentf(name, s, "Argument %s must be an integer between %d and %d", name, low, high)
	}
	return n, nil
}

// camel writes a parameter as S3 does in some messages: max-keys as maxKeys.
func camel(name string) string {
	words := strings.Split(name, "-")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

// Encode writes a key as the listing's encoding wants it. A space becomes %20,
// which every client decodes; some take a plus for a plus.
func (p Paging) Encode(s string) string {
	if !p.URL {
		return s
	}
	return strings.NewReplacer("%2F", "/", "+", "%20").Replace(url.QueryEscape(s))
}

// EncodingType echoes the encoding.
func (p Paging) EncodingType() string {
	if p.URL {
		return "url"
	}
	return ""
}

// Quote puts an ETag in quotes, as headers and documents carry it.
func Quote(etag string) string { return `"` + etag + `"` }
