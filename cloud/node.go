package cloud

import "time"

// Node is a host that runs instances.
type Node struct {
	ID          NodeID    `json:"id"`
	Zone        string    `json:"zone"`
	Hypervisor  string    `json:"hypervisor"`  // "libvirt" or "sim"
	Accelerator string    `json:"accelerator"` // "kvm", "tcg" or "sim"
	Version     string    `json:"version"`     // of ecc on it
	Address     string    `json:"address"`     // for people
	Capacity    Capacity  `json:"capacity"`
	Joined      time.Time `json:"joined"`
	Down        bool      `json:"down,omitempty"` // has stopped reporting
	DownSince   time.Time `json:"down_since,omitzero"`
	Cordoned    bool      `json:"cordoned,omitempty"`
}

// Capacity is an amount of what nodes have and instances take.
type Capacity struct {
	VCPU   int   `json:"vcpu"`
	Memory Bytes `json:"memory"`
	Disk   Bytes `json:"disk"`
}

// Add returns c + d.
func (c Capacity) Add(d Capacity) Capacity {
	return Capacity{c.VCPU + d.VCPU, c.Memory + d.Memory, c.Disk + d.Disk}
}

// Sub returns c − d.
func (c Capacity) Sub(d Capacity) Capacity {
	return Capacity{c.VCPU - d.VCPU, c.Memory - d.Memory, c.Disk - d.Disk}
}

// Fits reports whether want is no more than c in every part.
func (c Capacity) Fits(want Capacity) bool {
	return want.VCPU <= c.VCPU && want.Memory <= c.Memory && want.Disk <= c.Disk
}

// JoinToken admits one host once. Only the hash of its secret is kept.
type JoinToken struct {
	ID      string    `json:"id"`
	Hash    string    `json:"hash"`
	Role    string    `json:"role"`           // "nc" or "walrus" or "cc"
	Node    NodeID    `json:"node,omitempty"` // "" admits any name
	Expires time.Time `json:"expires"`
	Used    time.Time `json:"used,omitzero"`
	UsedBy  string    `json:"used_by,omitempty"`
}
