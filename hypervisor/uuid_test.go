package hypervisor

import (
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"ecc/cloud"
)

func TestUUIDIsFixed(t *testing.T) {
	const want = "ec289bc0-746a-8391-8b40-c6a1cfeef711"
	if got := UUID("i-0123456789abcdef0"); got != want {
		t.Errorf("%s, want %s: the UUID of running domains would change", got, want)
	}
}

func TestUUIDStartsWithEC2AndDiffers(t *testing.T) {
	form := regexp.MustCompile(`^ec2[0-9a-f]{5}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	ids := rapid.StringMatching(`i-[0-9a-f]{17}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := ids.Draw(t, "a"), ids.Draw(t, "b")
		ua, ub := UUID(cloud.InstanceID(a)), UUID(cloud.InstanceID(b))
		if !form.MatchString(ua) {
			t.Fatalf("%s: malformed %s", a, ua)
		}
		if (a == b) != (ua == ub) {
			t.Fatalf("%s → %s, %s → %s", a, ua, b, ub)
		}
	})
}
