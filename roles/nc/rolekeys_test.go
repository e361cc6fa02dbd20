package nc_test

import (
	"testing"
	"time"

	"ecc/cloud"
	"ecc/rpc"
)

// key is the id of the credentials an instance has now, "" for none.
func (w *world) key(k int) string {
	got, ok := w.meta.RoleKey(w.t.Context(), id(k))
	if !ok {
		return ""
	}
	return got.Key.ID
}

// TestRoleKeysRotate: an instance has credentials as soon as it has a profile,
// new ones long before the old expire, and the old ones for as long as the head
// is away.
func TestRoleKeysRotate(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		in := intent(1)
		in.Metadata.Profile = &cloud.ProfileInfo{ARN: "arn", ID: "AIPA1"}
		w.head.hasRole(id(1), "web")
		w.head.want(in, intent(2))
		w.reaches(1, cloud.PhaseUp)
		if got, again := w.key(1), w.key(1); got != "ASIA1" || again != got {
			t.Errorf("first credentials %q, %q", got, again)
		}
		if got := w.key(2); got != "" {
			t.Errorf("an instance without profile has %q", got)
		}
		time.Sleep(3*time.Hour + 2*time.Minute)
		if got := w.key(1); got != "ASIA2" {
			t.Errorf("after half a life: %q, want new ones", got)
		}
		w.head.setDown(cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "away"))
		time.Sleep(5*time.Hour + 50*time.Minute)
		if got := w.key(1); got != "ASIA2" {
			t.Errorf("while the head is away: %q, want those that still live", got)
		}
		time.Sleep(20 * time.Minute)
		if got := w.key(1); got != "" {
			t.Errorf("expired ones are given: %q", got)
		}
		w.head.setDown(nil)
		w.until("new credentials", func() bool { return w.key(1) == "ASIA3" })
	})
}

// TestRoleKeysOfAnotherProfile: credentials of a profile that was taken away are
// given to nobody.
func TestRoleKeysOfAnotherProfile(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		in := intent(1)
		in.Metadata.Profile = &cloud.ProfileInfo{ARN: "arn", ID: "AIPA1"}
		w.head.hasRole(id(1), "web")
		w.head.want(in)
		w.reaches(1, cloud.PhaseUp)
		w.until("credentials", func() bool { return w.key(1) == "ASIA1" })

		w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.Metadata.Profile = &cloud.ProfileInfo{ARN: "arn2", ID: "AIPA2"} })
		w.until("others", func() bool { return w.key(1) == "ASIA2" })
		w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.Metadata.Profile = nil })
		w.until("none", func() bool { return w.key(1) == "" })

		w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.Metadata.Profile = &cloud.ProfileInfo{ARN: "arn3", ID: "AIPA3"} })
		w.until("those of a third", func() bool { return w.key(1) == "ASIA3" })
		w.head.hasRole(id(1), "") // its role was taken from the profile
		time.Sleep(4 * time.Hour)
		if got := w.key(1); got != "" {
			t.Errorf("credentials %q of a profile without role", got)
		}
	})
}
