package s3

import "encoding/xml"

// ObjectLock is a bucket's object-lock configuration, and the answer of
// GetObjectLockConfiguration.
type ObjectLock struct {
	XMLName xml.Name        `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ObjectLockConfiguration" json:"-"`
	Enabled string          `xml:"ObjectLockEnabled,omitempty"` // always "Enabled"
	Rule    *ObjectLockRule `xml:"Rule"`
}

// ObjectLockRule is what new objects get if a request asks for nothing.
type ObjectLockRule struct {
	Retention *DefaultRetention `xml:"DefaultRetention"`
}

// DefaultRetention is for how long, in days or in years.
type DefaultRetention struct {
	Mode  string `xml:"Mode"` // Governance or Compliance
	Days  *int   `xml:"Days"`
	Years *int   `xml:"Years"`
}

// Modes of retention.
const (
	Governance = "GOVERNANCE"
	Compliance = "COMPLIANCE"
)

// The longest default retention.
const (
	maxRetentionDays  = 36500
	maxRetentionYears = 100
)

// ReadObjectLock reads the body of PutObjectLockConfiguration.
func ReadObjectLock(d Document) (ObjectLock, error) {
	var l ObjectLock
	if err := d.DecodeStrict(&l); err != nil {
		return l, err
	}
	if l.Enabled != "Enabled" {
		return l, Errorf(MalformedXML, "")
	}
	if l.Rule == nil {
		return l, nil
	}
	if l.Rule.Retention == nil {
		return l, Errorf(MalformedXML, "")
	}
	return l, l.Rule.Retention.check()
}

func (r DefaultRetention) check() error {
	if r.Mode != Governance && r.Mode != Compliance || (r.Days == nil) == (r.Years == nil) {
		return Errorf(MalformedXML, "")
	}
	n, most := r.Days, maxRetentionDays
	if n == nil {
		n, most = r.Years, maxRetentionYears
	}
	switch {
	case *n <= 0:
		return Errorf(InvalidArgument, "Default retention period must be a positive integer value.")
	case *n > most:
		return Errorf(InvalidArgument, "Default retention period too large")
	}
	return nil
}
