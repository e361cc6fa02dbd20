package cloud

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// Event is one entry of the audit trail: what somebody did to the cloud.
type Event struct {
	ID      string    `json:"id"` // its number, 20 digits: events are in their order
	Account AccountID `json:"account"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"` // the CloudTrail record, JSON
	Hash    string    `json:"hash"` // hex SHA-256 of the former event's hash and Text
}

// EventID writes the number of an event as its id. The first is 1.
func EventID(number uint64) string { return fmt.Sprintf("%020d", number) }

// Number is the event's id as a number, 0 if it is none.
func (e Event) Number() uint64 {
	n, err := strconv.ParseUint(e.ID, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// EventHash is the hash of an event with that text after one with the hash
// former, which is "" before the first.
func EventHash(former, text string) string {
	h := sha256.New()
	h.Write([]byte(former))
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}
