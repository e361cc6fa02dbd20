package s3

import (
	"encoding/xml"
	"net/http"
	"time"
)

// Lifecycle is a bucket's lifecycle configuration, and the answer of
// GetBucketLifecycleConfiguration.
type Lifecycle struct {
	XMLName xml.Name        `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LifecycleConfiguration" json:"-"`
	Rules   []LifecycleRule `xml:"Rule"`

	// MinimumSize travels in the header MinimumSizeHeader. It is about
	// transitions, of which there are none, and only echoed.
	MinimumSize string `xml:"-"`
}

// LifecycleRule is what happens to which objects.
type LifecycleRule struct {
	ID         string               `xml:"ID,omitempty"`
	Prefix     *string              `xml:"Prefix"` // the form before filters
	Filter     *LifecycleFilter     `xml:"Filter"`
	Status     string               `xml:"Status"` // Enabled or Disabled
	Expiration *LifecycleExpiration `xml:"Expiration"`
	Noncurrent *NoncurrentExpiry    `xml:"NoncurrentVersionExpiration"`
	Abort      *AbortIncomplete     `xml:"AbortIncompleteMultipartUpload"`

	// Transitions are known to be refused.
	Transitions           []LifecycleTransition `xml:"Transition" json:",omitempty"`
	NoncurrentTransitions []LifecycleTransition `xml:"NoncurrentVersionTransition" json:",omitempty"`
}

// LifecycleFilter is a condition: at most one of the fields is set.
type LifecycleFilter struct {
	Prefix  *string       `xml:"Prefix"`
	Tag     *Tag          `xml:"Tag"`
	Larger  *int64        `xml:"ObjectSizeGreaterThan"` // bytes
	Smaller *int64        `xml:"ObjectSizeLessThan"`    // bytes
	And     *LifecycleAnd `xml:"And"`
}

// LifecycleAnd is several conditions.
type LifecycleAnd struct {
	Prefix  *string `xml:"Prefix"`
	Tags    []Tag   `xml:"Tag"`
	Larger  *int64  `xml:"ObjectSizeGreaterThan"`
	Smaller *int64  `xml:"ObjectSizeLessThan"`
}

// LifecycleExpiration is when a current version expires: one of the fields is
// set.
type LifecycleExpiration struct {
	Days   *int   `xml:"Days"`
	Date   string `xml:"Date,omitempty"` // a midnight
	Marker *bool  `xml:"ExpiredObjectDeleteMarker"`
}

// NoncurrentExpiry is when other versions are deleted: so long after they were
// replaced, but never the newest ones.
type NoncurrentExpiry struct {
	Days  *int `xml:"NoncurrentDays"`
	Newer *int `xml:"NewerNoncurrentVersions"`
}

// AbortIncomplete is when an upload that was not completed is aborted.
type AbortIncomplete struct {
	Days *int `xml:"DaysAfterInitiation"`
}

// LifecycleTransition is a move to another storage class.
type LifecycleTransition struct {
	Days       *int   `xml:"Days"`
	Date       string `xml:"Date"`
	Noncurrent *int   `xml:"NoncurrentDays"`
	Newer      *int   `xml:"NewerNoncurrentVersions"`
	Class      string `xml:"StorageClass"`
}

// MinimumSizeHeader carries the one part of a lifecycle configuration that is
// not in its document.
const MinimumSizeHeader = "X-Amz-Transition-Default-Minimum-Object-Size"

// ReadLifecycle reads PutBucketLifecycleConfiguration. newID names the rules
// that come without a name.
func ReadLifecycle(d Document, newID func() string) (Lifecycle, error) {
	var l Lifecycle
	if err := d.DecodeStrict(&l); err != nil {
		return l, err
	}
	switch l.MinimumSize = d.Header.Get(MinimumSizeHeader); l.MinimumSize {
	case "":
		l.MinimumSize = "all_storage_classes_128K"
	case "all_storage_classes_128K", "varies_by_storage_class":
	default:
		return l, Errorf(InvalidRequest, "Invalid TransitionDefaultMinimumObjectSize found: %s", l.MinimumSize)
	}
	if err := l.check(); err != nil {
		return l, err
	}
	for i := range l.Rules {
		if l.Rules[i].ID == "" {
			l.Rules[i].ID = newID()
		}
	}
	return l, nil
}

// WriteLifecycle answers GetBucketLifecycleConfiguration.
func WriteLifecycle(w http.ResponseWriter, l Lifecycle) {
	w.Header().Set(MinimumSizeHeader, l.MinimumSize)
	WriteXML(w, l)
}

// All gives the conditions in one form, whatever form they came in.
func (r *LifecycleRule) All() LifecycleAnd {
	f := r.Filter
	switch {
	case f == nil:
		return LifecycleAnd{Prefix: r.Prefix}
	case f.And != nil:
		return *f.And
	case f.Tag != nil:
		return LifecycleAnd{Tags: []Tag{*f.Tag}}
	}
	return LifecycleAnd{Prefix: f.Prefix, Larger: f.Larger, Smaller: f.Smaller}
}

// At returns the date of a configuration that was read; zero if it has none.
func (e *LifecycleExpiration) At() time.Time {
	at, err := parseDate(e.Date)
	if err != nil {
		return time.Time{}
	}
	return at
}

// parseDate reads a date with or without a time of day.
func parseDate(s string) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return at.UTC(), nil
	}
	return time.Parse(time.DateOnly, s)
}
