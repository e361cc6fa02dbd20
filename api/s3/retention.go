package s3

import (
	"encoding/xml"
	"net/http"
	"time"
)

// Retention is until when a version is kept, in requests and answers.
type Retention struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ Retention"`
	Mode    string   `xml:"Mode,omitempty"` // Governance, Compliance or ""
	Until   string   `xml:"RetainUntilDate,omitempty"`
}

// LegalHold is whether a version is held, in requests and answers.
type LegalHold struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LegalHold"`
	Status  string   `xml:"Status"` // HoldOn or HoldOff
}

// States of a legal hold.
const (
	HoldOn  = "ON"
	HoldOff = "OFF"
)

// Lock is what an upload asks to lock its object with.
type Lock struct {
	Mode  string // "" for no retention
	Until time.Time
	Hold  string // HoldOn, HoldOff or "" if nothing is said
}

// IsZero reports whether nothing is asked for.
func (l Lock) IsZero() bool { return l == Lock{} }

// ReadLock reads the x-amz-object-lock-* headers of an upload.
func ReadLock(h http.Header, now time.Time) (Lock, error) {
	l := Lock{Mode: h.Get("X-Amz-Object-Lock-Mode"), Hold: h.Get("X-Amz-Object-Lock-Legal-Hold")}
	until := h.Get("X-Amz-Object-Lock-Retain-Until-Date")
	if l.Hold != "" && l.Hold != HoldOn && l.Hold != HoldOff {
		return l, InvalidArgumentf("x-amz-object-lock-legal-hold", l.Hold, "Legal Hold must be either of 'ON' or 'OFF'")
	}
	if (l.Mode == "") != (until == "") {
		return l, InvalidArgumentf("x-amz-object-lock-mode", l.Mode, "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied")
	}
	if l.Mode == "" {
		return l, nil
	}
	if l.Mode != Governance && l.Mode != Compliance {
		return l, InvalidArgumentf("x-amz-object-lock-mode", l.Mode, "Unknown wormMode directive.")
	}
	var err error
	l.Until, err = readUntil(until, now)
	return l, err
}

// readUntil reads the end of a retention, which must be in the future.
func readUntil(s string, now time.Time) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	switch {
	case err != nil:
		return t, InvalidArgumentf("x-amz-object-lock-retain-until-date", s, "The retain until date must be provided in ISO 8601 format")
	case !t.After(now):
		return t, InvalidArgumentf("x-amz-object-lock-retain-until-date", s, "The retain until date must be in the future!")
	}
	return t.UTC(), nil
}

// ReadRetention reads the body of PutObjectRetention: mode "" takes a retention
// away.
func ReadRetention(d Document, now time.Time) (mode string, until time.Time, err error) {
	var r Retention
	if err := d.DecodeStrict(&r); err != nil {
		return "", until, err
	}
	switch {
	case r.Mode == "" && r.Until == "":
		return "", until, nil
	case r.Mode != Governance && r.Mode != Compliance, r.Until == "":
		return "", until, Errorf(MalformedXML, "")
	}
	if _, err := time.Parse(time.RFC3339, r.Until); err != nil {
		return "", until, Errorf(MalformedXML, "")
	}
	until, err = readUntil(r.Until, now)
	return r.Mode, until, err
}

// ReadLegalHold reads the body of PutObjectLegalHold.
func ReadLegalHold(d Document) (on bool, err error) {
	var l LegalHold
	if err := d.DecodeStrict(&l); err != nil {
		return false, err
	}
	if l.Status != HoldOn && l.Status != HoldOff {
		return false, Errorf(MalformedXML, "")
	}
	return l.Status == HoldOn, nil
}

// FormatUntil writes the end of a retention.
func FormatUntil(t time.Time) string { return t.UTC().Format(timeLayout) }
