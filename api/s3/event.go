package s3

import (
	"slices"
	"strings"
)

// Event is what S3 can tell of, without the "s3:" that configurations put in
// front.
type Event string

// The events that happen here.
const (
	EventPut           Event = "ObjectCreated:Put"
	EventPost          Event = "ObjectCreated:Post"
	EventCopy          Event = "ObjectCreated:Copy"
	EventComplete      Event = "ObjectCreated:CompleteMultipartUpload"
	EventDelete        Event = "ObjectRemoved:Delete"
	EventMarker        Event = "ObjectRemoved:DeleteMarkerCreated"
	EventExpired       Event = "LifecycleExpiration:Delete"
	EventExpiredMarker Event = "LifecycleExpiration:DeleteMarkerCreated"
	EventACL           Event = "ObjectAcl:Put"
	EventTagging       Event = "ObjectTagging:Put"
	EventTaggingDelete Event = "ObjectTagging:Delete"
)

// events are all that can be asked for, those that never happen among them.
var events = []Event{
	EventPut, EventPost, EventCopy, EventComplete, EventDelete, EventMarker, EventExpired, EventExpiredMarker,
	EventACL, EventTagging, EventTaggingDelete,
	"ObjectRestore:Post", "ObjectRestore:Completed", "ObjectRestore:Delete", "ReducedRedundancyLostObject",
	"Replication:OperationFailedReplication", "Replication:OperationMissedThreshold",
	"Replication:OperationReplicatedAfterThreshold", "Replication:OperationNotTracked",
	"LifecycleTransition", "IntelligentTiering",
}

// Target is one line of a notification configuration.
type Target struct {
	ID             string
	ARN            string
	Events         []string // as they were asked for
	Prefix, Suffix string   // of keys
}

// Wants reports whether a target is to be told of an event on a key.
func (t *Target) Wants(e Event, key string) bool {
	return strings.HasPrefix(key, t.Prefix) && strings.HasSuffix(key, t.Suffix) && t.covers(e)
}

func (t *Target) covers(e Event) bool {
	return slices.ContainsFunc(t.Events, func(asked string) bool { return e.matches(asked) })
}

// matches reports whether what was asked for covers an event: s3:ObjectCreated:*
// and s3:ObjectCreated:Put both cover ObjectCreated:Put.
func (e Event) matches(asked string) bool {
	asked, ok := strings.CutPrefix(asked, "s3:")
	if !ok {
		return false
	}
	if group, ok := strings.CutSuffix(asked, ":*"); ok {
		return string(e) == group || strings.HasPrefix(string(e), group+":")
	}
	return string(e) == asked
}

// overlaps reports whether one event on one key could be for both.
func (t *Target) overlaps(u Target) bool {
	nested := func(within func(s, part string) bool, a, b string) bool { return within(a, b) || within(b, a) }
	return nested(strings.HasPrefix, t.Prefix, u.Prefix) && nested(strings.HasSuffix, t.Suffix, u.Suffix) &&
		slices.ContainsFunc(events, func(e Event) bool { return t.covers(e) && u.covers(e) })
}

func checkTargets(targets []Target) error {
	ids := map[string]bool{}
	for i, t := range targets {
		switch {
		case t.ARN == "" || len(t.ARN) > maxName || len(t.ID) > maxRuleID || len(t.Events) == 0 || len(t.Events) > len(events):
			return Errorf(MalformedXML, "")
		case ids[t.ID]:
			return Errorf(InvalidArgument, "Same ID used for multiple configurations. IDs must be unique")
		}
		ids[t.ID] = true
		for _, asked := range t.Events {
			if !slices.ContainsFunc(events, func(e Event) bool { return e.matches(asked) }) {
				return Errorf(InvalidArgument, "A specified event is not supported for notifications.")
			}
		}
		if slices.ContainsFunc(targets[:i], t.overlaps) {
			return Errorf(InvalidArgument, "An object key name filtering rule defined with overlapping prefixes, overlapping suffixes, or overlapping combinations of prefixes and suffixes for the same event types.")
		}
	}
	return nil
}
