package cloud

import (
	"net/netip"
	"time"
)

// Instance is one virtual machine: what was asked for (immutable), what is
// wanted now (written by API actions and policy) and what was seen (written
// from node reports). The state EC2 shows is computed by State, never stored.
type Instance struct {
	ID          InstanceID    `json:"id"`
	Account     AccountID     `json:"account"`
	Reservation ReservationID `json:"reservation"`
	LaunchIndex int           `json:"launch_index"`
	Launched    time.Time     `json:"launched"`
	ClientToken string        `json:"client_token,omitempty"` // of the call that made it

	Image        ImageID    `json:"image"`
	Type         string     `json:"type"`
	KeyName      string     `json:"key_name,omitempty"`
	PublicKey    string     `json:"public_key,omitempty"` // authorized_keys line, as it was at launch
	UserData     string     `json:"user_data,omitempty"`  // base64, as sent
	Zone         string     `json:"zone"`
	VPC          VPCID      `json:"vpc"`
	Subnet       SubnetID   `json:"subnet"`
	ENI          ENIID      `json:"eni"` // the primary one
	Groups       []GroupID  `json:"groups"`
	PrivateIP    netip.Addr `json:"private_ip"`
	PublicIP     netip.Addr `json:"public_ip,omitzero"`
	MAC          string     `json:"mac"`
	VCPU         int        `json:"vcpu"`
	Memory       Bytes      `json:"memory"`
	Disk         Bytes      `json:"disk"`
	Architecture string     `json:"architecture"`
	RootDevice   string     `json:"root_device"`

	ShutdownBehavior string   `json:"shutdown_behavior"` // "stop" or "terminate"
	NoTerminate      bool     `json:"no_terminate,omitempty"`
	NoStop           bool     `json:"no_stop,omitempty"`
	EBSOptimized     bool     `json:"ebs_optimized,omitempty"`
	Monitoring       bool     `json:"monitoring,omitempty"`
	Metadata         IMDSOpts `json:"metadata"`
	Credits          string   `json:"credits,omitempty"`     // of a burstable type: "standard" or "unlimited"
	NoRecovery       bool     `json:"no_recovery,omitempty"` // its maintenance options say so
	NoMigration      bool     `json:"no_migration,omitempty"`

	PlacementGroup PlacementGroupID `json:"placement_group,omitempty"`
	Partition      int              `json:"partition,omitempty"` // of the placement group, from 1

	Desired  Desired  `json:"desired"`
	Observed Observed `json:"observed"`
}

// IMDSOpts are the metadata options of an instance.
type IMDSOpts struct {
	Disabled       bool `json:"disabled,omitempty"`
	TokensRequired bool `json:"tokens_required,omitempty"`
	HopLimit       int  `json:"hop_limit"`
	Tags           bool `json:"tags,omitempty"`
}

// Goal is what an instance should be.
type Goal string

// The goals.
const (
	GoalRunning    Goal = "running"
	GoalStopped    Goal = "stopped"
	GoalTerminated Goal = "terminated"
)

// Desired is the half of an instance that API actions and policy write.
type Desired struct {
	Goal       Goal      `json:"goal"`
	Generation int64     `json:"generation"` // grows with every change of this half
	Node       NodeID    `json:"node,omitempty"`
	Force      bool      `json:"force,omitempty"`   // stop without asking the guest
	Reboots    int64     `json:"reboots,omitempty"` // how often a reboot was asked for
	Started    int64     `json:"started,omitempty"` // the newest generation that wanted a stopped instance running
	Reason     Reason    `json:"reason,omitzero"`   // why the goal is what it is
	Changed    time.Time `json:"changed"`
}

// Phase is what the node sees of an instance.
type Phase string

// The phases.
const (
	PhaseNone      Phase = ""          // no node has reported it yet
	PhasePreparing Phase = "preparing" // image, overlay, tap, domain
	PhaseUp        Phase = "up"        // the domain runs
	PhaseDown      Phase = "down"      // disk kept, no domain running
	PhaseGone      Phase = "gone"      // nothing of it is left on the node
)

// Observed is the half of an instance that reports write.
type Observed struct {
	Phase      Phase     `json:"phase,omitempty"`
	Node       NodeID    `json:"node,omitempty"`
	Generation int64     `json:"generation,omitempty"` // of Desired that the node has acted on
	Reason     Reason    `json:"reason,omitzero"`
	Failed     bool      `json:"failed,omitempty"`     // trying again will not help
	GuestDown  bool      `json:"guest_down,omitempty"` // the guest switched itself off
	Ran        bool      `json:"ran,omitempty"`        // it has been up at some time: its disk is used
	Changed    time.Time `json:"changed,omitzero"`     // of the phase
	Unheard    bool      `json:"unheard,omitempty"`    // the node has stopped reporting
}

// State is an instance's state as EC2 names it.
type State int

// The states, with EC2's numbers.
const (
	StatePending      State = 0
	StateRunning      State = 16
	StateShuttingDown State = 32
	StateTerminated   State = 48
	StateStopping     State = 64
	StateStopped      State = 80
)

var stateNames = map[State]string{
	StatePending: "pending", StateRunning: "running", StateShuttingDown: "shutting-down",
	StateTerminated: "terminated", StateStopping: "stopping", StateStopped: "stopped",
}

func (s State) String() string { return stateNames[s] }

// State is the pure function from what is wanted and what was seen:
//
//	desired ↓ / seen →  none        preparing      up             down      gone
//	running             pending     pending        running        pending   pending
//	stopped             stopped     stopping       stopping       stopped   stopped
//	terminated          terminated  shutting-down  shutting-down  shutting  terminated
//
// An instance that was placed on a node and not yet reported counts as
// preparing once a goal other than running is set: the node may have begun. So
// does one that was started and stopped again before its node said anything of
// the start.
func (i *Instance) State() State {
	phase := i.Observed.Phase
	if phase == PhaseNone && i.Desired.Node != "" && i.Desired.Goal != GoalRunning {
		phase = PhasePreparing
	}
	if phase == PhaseDown && !i.down() {
		phase = PhasePreparing
	}
	switch i.Desired.Goal {
	case GoalRunning:
		if phase == PhaseUp {
			return StateRunning
		}
		return StatePending
	case GoalStopped:
		if phase == PhasePreparing || phase == PhaseUp {
			return StateStopping
		}
		return StateStopped
	case GoalTerminated:
		if phase == PhaseNone || phase == PhaseGone {
			return StateTerminated
		}
		return StateShuttingDown
	}
	return StatePending
}

// down reports whether the node is known not to run the instance: it said so
// after the newest start.
func (i *Instance) down() bool {
	return i.Observed.Phase == PhaseDown && i.Observed.Generation >= i.Desired.Started
}

// StateReason is the reason a tenant reads beside the state: the goal's when it
// has one, else the node's.
func (i *Instance) StateReason() Reason {
	if !i.Observed.Reason.IsZero() && i.Desired.Reason.IsZero() {
		return i.Observed.Reason
	}
	return i.Desired.Reason
}
