package s3

import (
	"encoding/xml"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tagging is the tags of a bucket or an object, in requests and answers.
type Tagging struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ Tagging" json:"-"`
	Tags    TagSet   `xml:"TagSet"`
}

// TagSet is the element between; it is there even if it is empty.
type TagSet struct {
	Tag []Tag `xml:"Tag"`
}

// Tag is one tag.
type Tag struct {
	Key   string `xml:"Key"`
	Value string `xml:"Value"`
}

// Limits of tags. Keys and values are counted in characters.
const (
	MaxObjectTags = 10
	MaxBucketTags = 50
	maxTagKey     = 128
	maxTagValue   = 256
)

// ReadBucketTags reads the body of PutBucketTagging.
func ReadBucketTags(d Document) ([]Tag, error) {
	tags, err := readTags(d)
	if err != nil {
		return nil, err
	}
	return tags, CheckBucketTags(tags)
}

// ReadObjectTags reads the body of PutObjectTagging.
func ReadObjectTags(d Document) ([]Tag, error) {
	tags, err := readTags(d)
	if err != nil {
		return nil, err
	}
	return tags, CheckObjectTags(tags)
}

func readTags(d Document) ([]Tag, error) {
	// TagSet must be there, and so must the parts of each tag.
	var t struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ Tagging"`
		Set     *struct {
			Tag []struct {
				Key   *string `xml:"Key"`
				Value *string `xml:"Value"`
			} `xml:"Tag"`
		} `xml:"TagSet"`
	}
	if err := d.DecodeStrict(&t); err != nil {
		return nil, err
	}
	if t.Set == nil {
		return nil, Errorf(MalformedXML, "")
	}
	tags := make([]Tag, len(t.Set.Tag))
	for i, tag := range t.Set.Tag {
		if tag.Key == nil || tag.Value == nil {
			return nil, Errorf(MalformedXML, "")
		}
		tags[i] = Tag{Key: *tag.Key, Value: *tag.Value}
	}
	return tags, nil
}

// CheckBucketTags returns an error unless a bucket may have the tags.
func CheckBucketTags(tags []Tag) error {
	if len(tags) > MaxBucketTags {
		return Errorf(BadRequest, "Bucket tag count cannot be greater than %d", MaxBucketTags)
	}
	return checkTags(tags)
}

// CheckObjectTags returns an error unless an object may have the tags.
func CheckObjectTags(tags []Tag) error {
	if len(tags) > MaxObjectTags {
		return Errorf(BadRequest, "Object tags cannot be greater than %d", MaxObjectTags)
	}
	return checkTags(tags)
}

func checkTags(tags []Tag) error {
	seen := map[string]bool{}
	for _, t := range tags {
		switch {
		case t.Key == "" || !isTagText(t.Key, maxTagKey):
			return Errorf(InvalidTag, "The TagKey you have provided is invalid")
		case !isTagText(t.Value, maxTagValue):
			return Errorf(InvalidTag, "The TagValue you have provided is invalid")
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return Errorf(InvalidTag, "System tags cannot be added/updated by requester")
		case seen[t.Key]:
			return Errorf(InvalidTag, "Cannot provide multiple Tags with the same key")
		}
		seen[t.Key] = true
	}
	return nil
}

// isTagText reports whether s has at most max characters, all of those S3
// allows in tags: letters, numbers and white space of any script and +-=._:/@.
func isTagText(s string, max int) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > max {
		return false
	}
	for _, r := range s {
		if !unicode.In(r, unicode.L, unicode.N, unicode.Z) && !strings.ContainsRune("+-=._:/@", r) {
			return false
		}
	}
	return true
}

// ParseTagging reads the header x-amz-tagging: tags in the form of a query
// string. An empty header is no tags.
func ParseTagging(header string) ([]Tag, error) {
	if header == "" {
		return nil, nil
	}
	var tags []Tag
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(header, "&") {
		k, v, _ := strings.Cut(pair, "=")
		key, keyErr := url.QueryUnescape(k)
		value, valueErr := url.QueryUnescape(v)
		if keyErr != nil || valueErr != nil || seen[key] {
			return nil, Errorf(InvalidArgument, "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.")
		}
		seen[key] = true
		if tags = append(tags, Tag{key, value}); len(tags) > MaxObjectTags {
			break
		}
	}
	return tags, CheckObjectTags(tags)
}
