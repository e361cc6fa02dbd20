package s3

import (
	"slices"
	"time"
	"unicode/utf8"
)

// Limits of a lifecycle configuration.
const (
	maxLifecycleRules = 1000
	maxRuleID         = 255
	maxNewerVersions  = 100
	maxDays           = 1<<31 - 1
)

func (l *Lifecycle) check() error {
	switch {
	case len(l.Rules) == 0:
		return Errorf(MalformedXML, "")
	case len(l.Rules) > maxLifecycleRules:
		return Errorf(InvalidRequest, "The number of lifecycle rules must not exceed the allowed limit of %d rules", maxLifecycleRules)
	}
	ids := map[string]bool{}
	legacy := false
	for i := range l.Rules {
		r := &l.Rules[i]
		if err := r.check(); err != nil {
			return err
		}
		if r.ID != "" && ids[r.ID] {
			return Errorf(InvalidArgument, "Rule ID must be unique. Found same ID for more than one rule")
		}
		if i > 0 && legacy != (r.Filter == nil) {
			return Errorf(InvalidRequest, "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.")
		}
		ids[r.ID], legacy = true, r.Filter == nil
	}
	return nil
}

func (r *LifecycleRule) check() error {
	switch {
	case utf8.RuneCountInString(r.ID) > maxRuleID:
		return Errorf(InvalidArgument, "ID length should not exceed allowed limit of %d", maxRuleID)
	case r.Status != "Enabled" && r.Status != "Disabled":
		return Errorf(MalformedXML, "")
	case (r.Prefix == nil) == (r.Filter == nil):
		return Errorf(MalformedXML, "")
	}
	if err := r.checkTransitions(); err != nil {
		return err
	}
	if r.Expiration == nil && r.Noncurrent == nil && r.Abort == nil {
		return Errorf(InvalidRequest, "At least one action needs to be specified in a rule.")
	}
	if r.Filter != nil {
		if err := r.Filter.check(); err != nil {
			return err
		}
	}
	if err := checkPrefix(r.Prefix); err != nil {
		return err
	}
	return r.checkActions()
}

func (r *LifecycleRule) checkTransitions() error {
	all := slices.Concat(r.Transitions, r.NoncurrentTransitions)
	if len(all) == 0 {
		return nil
	}
	switch all[0].Class {
	case "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "GLACIER_IR", "DEEP_ARCHIVE":
		return Errorf(NotImplemented, "Transitions are not implemented: there is no storage class but STANDARD.")
	}
	return Errorf(MalformedXML, "")
}

func (f *LifecycleFilter) check() error {
	n := 0
	for _, set := range []bool{f.Prefix != nil, f.Tag != nil, f.Larger != nil, f.Smaller != nil, f.And != nil} {
		if set {
			n++
		}
	}
	if n > 1 || f.And != nil && f.And.empty() {
		return Errorf(MalformedXML, "")
	}
	all := (&LifecycleRule{Filter: f}).All()
	return all.check()
}

func (a *LifecycleAnd) empty() bool {
	return a.Prefix == nil && len(a.Tags) == 0 && a.Larger == nil && a.Smaller == nil
}

func (a *LifecycleAnd) check() error {
	if err := checkPrefix(a.Prefix); err != nil {
		return err
	}
	if err := checkTags(a.Tags); err != nil {
		for i, t := range a.Tags {
			for _, u := range a.Tags[:i] {
				if t.Key == u.Key {
					return Errorf(InvalidRequest, "Duplicate Tag Keys are not allowed.")
				}
			}
		}
		return err
	}
	switch {
	case len(a.Tags) > MaxObjectTags:
		return Errorf(InvalidRequest, "The maximum number of tags in a filter is %d.", MaxObjectTags)
	case a.Larger != nil && (*a.Larger < 0 || *a.Larger > MaxObject), a.Smaller != nil && (*a.Smaller < 1 || *a.Smaller > MaxObject):
		return Errorf(InvalidRequest, "The object size of a filter must be between 0 and %d bytes.", int64(MaxObject))
	case a.Larger != nil && a.Smaller != nil && *a.Smaller <= *a.Larger:
		return Errorf(InvalidRequest, "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.")
	}
	return nil
}

func checkPrefix(p *string) error {
	if p != nil && len(*p) > MaxKey {
		return Errorf(InvalidRequest, "The maximum size of a prefix is %d.", MaxKey)
	}
	return nil
}

func (r *LifecycleRule) checkActions() error {
	all := r.All()
	sized := all.Larger != nil || all.Smaller != nil
	if e := r.Expiration; e != nil {
		if err := e.check(); err != nil {
			return err
		}
		if e.Marker != nil {
			if err := checkPlain("ExpiredObjectDeleteMarker", len(all.Tags) > 0, sized); err != nil {
				return err
			}
		}
	}
	if n := r.Noncurrent; n != nil {
		if err := n.check(); err != nil {
			return err
		}
	}
	if r.Abort == nil {
		return nil
	}
	if r.Abort.Days == nil || *r.Abort.Days > maxDays {
		return Errorf(MalformedXML, "")
	}
	if *r.Abort.Days <= 0 {
		return Errorf(InvalidArgument, "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer")
	}
	return checkPlain("AbortIncompleteMultipartUpload", len(all.Tags) > 0, sized)
}

// checkPlain refuses conditions an action cannot have: what it acts on has
// neither tags nor a size.
func checkPlain(action string, tagged, sized bool) error {
	switch {
	case tagged:
		return Errorf(InvalidRequest, "%s cannot be specified with Tags.", action)
	case sized:
		return Errorf(InvalidRequest, "%s cannot be specified with Object Size.", action)
	}
	return nil
}

// check also brings the date into the form answers have.
func (e *LifecycleExpiration) check() error {
	marker := e.Marker != nil && (*e.Marker || e.Days == nil && e.Date == "")
	if !marker {
		e.Marker = nil // said to be false beside another, as some clients do
	}
	n := 0
	for _, set := range []bool{e.Days != nil, e.Date != "", e.Marker != nil} {
		if set {
			n++
		}
	}
	switch {
	case n != 1, e.Days != nil && *e.Days > maxDays:
		return Errorf(MalformedXML, "")
	case e.Days != nil && *e.Days <= 0:
		return Errorf(InvalidArgument, "'Days' for Expiration action must be a positive integer")
	case e.Date == "":
		return nil
	}
	at, err := parseDate(e.Date)
	if err != nil {
		return Errorf(MalformedXML, "")
	}
	if !at.Equal(at.Truncate(24 * time.Hour)) {
		return Errorf(InvalidArgument, "'Date' must be at midnight GMT")
	}
	e.Date = at.Format(timeLayout)
	return nil
}

func (n *NoncurrentExpiry) check() error {
	switch {
	case n.Days == nil, *n.Days > maxDays:
		return Errorf(MalformedXML, "")
	case *n.Days <= 0:
		return Errorf(InvalidArgument, "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer")
	case n.Newer != nil && *n.Newer <= 0:
		return Errorf(InvalidArgument, "'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be a positive integer")
	case n.Newer != nil && *n.Newer > maxNewerVersions:
		return Errorf(InvalidArgument, "'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must not exceed %d", maxNewerVersions)
	}
	return nil
}
