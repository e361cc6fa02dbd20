package roles

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ecc/api/awsquery"
	"ecc/cloud"
)

// ThrottleConfig is how often an account may use an action.
type ThrottleConfig struct {
	Factor  float64      `toml:"factor"`  // of the rates AWS publishes; 0: no throttling
	Actions []ActionRate `toml:"actions"` // of some, instead
}

// LimitSetting is a limit of every account, written "vpcs=20"; -1 is none.
type LimitSetting struct {
	Name   cloud.Limit
	Number int64
}

// MarshalText writes a limit as it is read.
func (l LimitSetting) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%s=%d", l.Name, l.Number), nil
}

// UnmarshalText reads a limit.
func (l *LimitSetting) UnmarshalText(text []byte) error {
	name, number, ok := strings.Cut(string(text), "=")
	n, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || n < cloud.Unlimited {
		return fmt.Errorf("%q is not a limit: write NAME=NUMBER, -1 for none", text)
	}
	if names := cloud.LimitNames(); !slices.Contains(names, cloud.Limit(name)) {
		return fmt.Errorf("there is no limit %q, only %s", name, names)
	}
	*l = LimitSetting{cloud.Limit(name), n}
	return nil
}

// ActionRate is the rate of one action, written "ec2:RunInstances=50/20": so
// many at once, and then so many in a second.
type ActionRate struct {
	Action string
	Rate   awsquery.Rate
}

// MarshalText writes a rate as it is read.
func (r ActionRate) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%s=%d/%s", r.Action, r.Rate.Burst, strconv.FormatFloat(r.Rate.PerSecond, 'g', -1, 64)), nil
}

// UnmarshalText reads a rate.
func (r *ActionRate) UnmarshalText(text []byte) error {
	action, rate, ok := strings.Cut(string(text), "=")
	burst, second, both := strings.Cut(rate, "/")
	n, err := strconv.Atoi(burst)
	s, bad := strconv.ParseFloat(second, 64)
	if !ok || !both || err != nil || bad != nil || n < 1 || !(s > 0 && s <= 1e9) || !strings.Contains(action, ":") {
		return fmt.Errorf(`%q is not the rate of an action: write ec2:RunInstances=50/20, for 50 at once and 20 a second`, text)
	}
	*r = ActionRate{action, awsquery.Rate{Burst: n, PerSecond: s}}
	return nil
}

// every is what one account may have, by name.
func (l LimitsConfig) every() map[cloud.Limit]int64 {
	all := cloud.DefaultLimits()
	all[cloud.LimitInstances] = int64(l.InstancesPerAccount)
	for _, s := range l.Account {
		all[s.Name] = s.Number
	}
	return all
}

func (t ThrottleConfig) config() awsquery.ThrottleConfig {
	c := awsquery.ThrottleConfig{Factor: t.Factor, Actions: map[string]awsquery.Rate{}}
	for _, a := range t.Actions {
		c.Actions[a.Action] = a.Rate
	}
	return c
}

func (c *Config) validateLimits(p *problems) {
	p.check(c.Limits.InstancesPerAccount > 0, "limits.instances_per_account", "must be 1 or more")
	p.check(c.Limits.InstancesPerCall > 0, "limits.instances_per_call", "must be 1 or more")
	p.check(c.Throttle.Factor >= 0 && c.Throttle.Factor <= 1e6, "throttle.factor", "must be 0, for no throttling, or more")
	p.check(c.CLC.AuditDays >= 0, "clc.audit_days", "must be 0, for ever, or more")
	seen := map[cloud.Limit]bool{}
	for _, l := range c.Limits.Account {
		p.check(!seen[l.Name], "limits.account", "%s is there twice", l.Name)
		seen[l.Name] = true
	}
	rates := maps.Clone(c.Throttle.config().Actions)
	p.check(len(rates) == len(c.Throttle.Actions), "throttle.actions", "an action is there twice")
}
