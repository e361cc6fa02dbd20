package s3

import (
	"encoding/xml"
	"net/http"
	"unicode/utf8"
)

// Logging is a bucket's logging configuration, and the answer of
// GetBucketLogging: empty where nothing is logged.
type Logging struct {
	XMLName xml.Name        `xml:"http://s3.amazonaws.com/doc/2006-03-01/ BucketLoggingStatus" json:"-"`
	Enabled *LoggingEnabled `xml:"LoggingEnabled"`
}

// LoggingEnabled says where the log goes.
type LoggingEnabled struct {
	Bucket string            `xml:"TargetBucket"`
	Grants *LoggingGrants    `xml:"TargetGrants"`
	Prefix *string           `xml:"TargetPrefix"` // must be there; may be empty
	Format *LoggingKeyFormat `xml:"TargetObjectKeyFormat"`
}

// LoggingGrants is who besides the bucket's owner gets to see the log.
type LoggingGrants struct {
	Grant []LoggingGrant `xml:"Grant"`
}

// LoggingGrant is one of them.
type LoggingGrant struct {
	Grantee    LoggingGrantee `xml:"Grantee"`
	Permission string         `xml:"Permission"` // FULL_CONTROL, READ or WRITE
}

// LoggingGrantee names an account or a group.
type LoggingGrantee struct {
	Type        string `xml:"http://www.w3.org/2001/XMLSchema-instance type,attr"`
	ID          string `xml:"ID,omitempty"`
	DisplayName string `xml:"DisplayName,omitempty"`
	Email       string `xml:"EmailAddress,omitempty"`
	URI         string `xml:"URI,omitempty"`
}

// MarshalXML writes the prefix of the type's namespace as S3 does: there are
// clients that look for the letters "xsi".
func (g LoggingGrantee) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	start.Attr = append(start.Attr,
		xml.Attr{Name: xml.Name{Local: "xmlns:xsi"}, Value: "http://www.w3.org/2001/XMLSchema-instance"},
		xml.Attr{Name: xml.Name{Local: "xsi:type"}, Value: g.Type})
	return e.EncodeElement(struct {
		ID          string `xml:"ID,omitempty"`
		DisplayName string `xml:"DisplayName,omitempty"`
		Email       string `xml:"EmailAddress,omitempty"`
		URI         string `xml:"URI,omitempty"`
	}{g.ID, g.DisplayName, g.Email, g.URI}, start)
}

// LoggingKeyFormat is how keys of the log's objects are made.
type LoggingKeyFormat struct {
	Simple      *struct{}          `xml:"SimplePrefix"`
	Partitioned *PartitionedPrefix `xml:"PartitionedPrefix"`
}

// PartitionedPrefix puts the account, the region, the bucket and the day into
// keys.
type PartitionedPrefix struct {
	Source string `xml:"PartitionDateSource,omitempty"` // EventTime, or DeliveryTime if empty
}

// maxName bounds what names an account, a group or a target.
const maxName = 1024

// maxGrants bounds the grants of a log, as those of an ACL.
const maxGrants = 100

// ReadLogging reads the body of PutBucketLogging.
func ReadLogging(d Document) (Logging, error) {
	var l Logging
	if err := d.DecodeStrict(&l); err != nil || l.Enabled == nil {
		return l, err
	}
	e := l.Enabled
	switch {
	case e.Bucket == "" || e.Prefix == nil:
		return l, Errorf(MalformedXML, "")
	case len(*e.Prefix) > MaxKey-200 || !utf8.ValidString(*e.Prefix):
		return l, Errorf(InvalidArgument, "The target prefix is too long.")
	case e.Format != nil && (e.Format.Simple == nil) == (e.Format.Partitioned == nil):
		return l, Errorf(MalformedXML, "")
	case e.Format != nil && e.Format.Partitioned != nil && !isDateSource(e.Format.Partitioned.Source):
		return l, Errorf(MalformedXML, "")
	}
	return l, e.checkGrants()
}

func isDateSource(s string) bool { return s == "" || s == "EventTime" || s == "DeliveryTime" }

func (e *LoggingEnabled) checkGrants() error {
	if e.Grants == nil {
		return nil
	}
	if len(e.Grants.Grant) > maxGrants {
		return Errorf(MalformedXML, "")
	}
	for _, g := range e.Grants.Grant {
		named := map[string]string{"CanonicalUser": g.Grantee.ID, "AmazonCustomerByEmail": g.Grantee.Email, "Group": g.Grantee.URI}[g.Grantee.Type]
		if named == "" || len(named) > maxName || g.Permission != "FULL_CONTROL" && g.Permission != "READ" && g.Permission != "WRITE" {
			return Errorf(MalformedXML, "")
		}
	}
	return nil
}

// WriteHeaders adds the headers by which an upload gives the grants to its
// object. There is nothing to write in one.
func (g *LoggingGrants) WriteHeaders(h http.Header) {
	for _, grant := range g.Grant {
		name := map[string]string{"FULL_CONTROL": "X-Amz-Grant-Full-Control", "READ": "X-Amz-Grant-Read"}[grant.Permission]
		if name == "" {
			continue
		}
		to := map[string]string{"CanonicalUser": `id="` + grant.Grantee.ID, "AmazonCustomerByEmail": `emailAddress="` + grant.Grantee.Email, "Group": `uri="` + grant.Grantee.URI}[grant.Grantee.Type] + `"`
		if had := h.Get(name); had != "" {
			to = had + ", " + to
		}
		h.Set(name, to)
	}
}
