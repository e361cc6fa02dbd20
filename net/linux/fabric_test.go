package linux

import (
	"strings"
	"testing"
	"time"
)

func TestGuestsReachWhatTheirGroupsAllow(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA, rule("tcp", 22, 22, any4), ping)
	b.group(sgB)
	b.plug(port(10, vpcA, true, sgA))
	b.plug(port(11, vpcA, false, sgB))
	st := b.set()
	for _, p := range st.Ports {
		if !p.Connected {
			t.Errorf("%s is not connected", p.Tap)
		}
	}
	if len(st.Drift) > 0 {
		t.Errorf("drift after Set: %q", st.Drift)
	}
	open, shut := b.guest[0].static(), b.guest[1].static()
	open.listen(22)
	open.listen(80)
	shut.listen(22)
	if !shut.reaches("172.31.16.1") {
		t.Error("a guest does not reach its gateway")
	}
	if !shut.reaches("172.31.16.10") || !shut.reaches("192.0.2.10") || !b.hostReaches("192.0.2.10") {
		t.Error("ping is allowed and not answered")
	}
	if open.reaches("172.31.16.11") {
		t.Error("ping is answered by a guest whose group allows nothing")
	}
	if open.reaches("172.31.16.12") || open.reaches("10.1.2.3") {
		t.Error("ping of nobody is answered")
	}
	for _, who := range []*guest{shut, nil} {
		for _, addr := range []string{"172.31.16.10:22", "192.0.2.10:22"} {
			if who == nil && strings.HasPrefix(addr, "172") {
				continue
			}
			c, hello, err := dialFrom(who, addr, time.Second)
			if err != nil {
				t.Errorf("connect to %s: %v", addr, err)
				continue
			}
			t.Log(hello)
			c.Close()
		}
		if _, _, err := dialFrom(who, "192.0.2.10:80", 300*time.Millisecond); err == nil {
			t.Error("a port that no rule opens is open")
		}
	}
}
