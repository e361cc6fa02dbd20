package sim

import (
	"errors"
	"net/netip"
	"testing"

	"ecc/net/fabric"
)

func TestSimKeepsBooks(t *testing.T) {
	f := New()
	port := fabric.Port{
		ENI: "eni-1", VPC: "vpc-1", Tap: "t1", MAC: "02:00:00:00:00:01", PrivateIP: netip.MustParseAddr("10.0.0.9"),
		Subnet: netip.MustParsePrefix("10.0.0.0/24"),
	}
	c := fabric.Config{VPCs: []fabric.VPC{{ID: "vpc-1", CIDR: netip.MustParsePrefix("10.0.0.0/16")}}, Ports: []fabric.Port{port}}
	st, err := f.Set(t.Context(), c)
	if err != nil || len(st.Ports) != 1 || st.Ports[0].Connected || len(st.Drift) != 1 {
		t.Errorf("without a tap: %+v, %v", st, err)
	}
	if err := f.EnsureTap(t.Context(), port); err != nil {
		t.Fatal(err)
	}
	if st, err = f.Status(t.Context()); err != nil || !st.Ports[0].Connected || len(st.Drift) != 0 {
		t.Errorf("with its tap: %+v, %v", st, err)
	}
	boom := errors.New("boom")
	f.FailNext("Set", boom)
	if _, err := f.Set(t.Context(), fabric.Config{}); !errors.Is(err, boom) {
		t.Errorf("Set = %v, want %v", err, boom)
	}
	if got := f.Taps(); len(got) != 1 {
		t.Errorf("a failed Set removed taps: %v", got)
	}
	if _, err := f.Set(t.Context(), fabric.Config{}); err != nil {
		t.Fatal(err)
	}
	if got := f.Taps(); len(got) != 0 {
		t.Errorf("taps %v are left", got)
	}
	if got, n := f.Config(); len(got.Ports) != 0 || n != 2 {
		t.Errorf("Config = %v, %d", got, n)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Status(t.Context()); err == nil {
		t.Error("Status works after Close")
	}
}
