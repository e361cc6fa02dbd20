package cloud

import "time"

// Event is one entry of the audit trail: what somebody did to the cloud.
type Event struct {
	ID      string    `json:"id"` // its number, 20 digits: events are in their order
	Account AccountID `json:"account"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"` // the CloudTrail record, JSON
	Hash    string    `json:"hash"` // hex SHA-256 of the former event's hash and Text
}
