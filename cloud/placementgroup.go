package cloud

import "time"

// PlacementGroup tells how its instances are spread over nodes.
type PlacementGroup struct {
	ID         PlacementGroupID `json:"id"`
	Account    AccountID        `json:"account"`
	Name       string           `json:"name"`
	Strategy   string           `json:"strategy"` // "cluster", "spread", "partition"
	Partitions int              `json:"partitions,omitempty"`
	Level      string           `json:"level,omitempty"` // of spread: "host", "rack"
	Created    time.Time        `json:"created"`
}
