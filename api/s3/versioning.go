package s3

import "encoding/xml"

// Versioning is a bucket's versioning configuration, and the answer of
// GetBucketVersioning. A bucket that never had versions has no Status.
type Versioning struct {
	XMLName   xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ VersioningConfiguration" json:"-"`
	Status    string   `xml:"Status,omitempty"`    // VersioningEnabled, VersioningSuspended or ""
	MFADelete string   `xml:"MfaDelete,omitempty"` // Enabled or Disabled
}

// States of versioning.
const (
	VersioningEnabled   = "Enabled"
	VersioningSuspended = "Suspended"
)

// ReadVersioning reads the body of PutBucketVersioning.
func ReadVersioning(d Document) (Versioning, error) {
	var v Versioning
	if err := d.DecodeStrict(&v); err != nil {
		return v, err
	}
	switch {
	case v.Status == "":
		return v, Errorf(IllegalVersioningConfigurationException, "")
	case v.Status != VersioningEnabled && v.Status != VersioningSuspended:
		return v, Errorf(MalformedXML, "")
	case v.MFADelete == "Enabled":
		return v, Errorf(NotImplemented, "MFA delete is not implemented.")
	case v.MFADelete != "" && v.MFADelete != "Disabled":
		return v, Errorf(MalformedXML, "")
	}
	return v, nil
}
