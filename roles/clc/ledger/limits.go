package ledger

import (
	"fmt"
	"math"
	"slices"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/store"
)

// accountLimit is a limit of what an account has, of one kind.
type accountLimit struct {
	name     cloud.Limit
	kind     store.Kind
	amount   func(store.Tally) int64
	resource cloud.Resource // which selects the code
	message  string         // with the amount asked for and the limit
}

func records(t store.Tally) int64 { return int64(t.Records) }

// accountLimits are in the order they are held in.
var accountLimits = []accountLimit{
	{cloud.LimitInstances, store.KindInstance, records, cloud.ResInstance, "You have requested more instances (%d) than your current instance limit of %d allows. Please ask the operator of this cloud for more."},
	{cloud.LimitVCPUs, store.KindInstance, func(t store.Tally) int64 { return int64(t.VCPU) }, cloud.ResVCPU, "You have requested more vCPU capacity (%d) than your current vCPU limit of %d allows. Please ask the operator of this cloud for more."},
	{cloud.LimitMemory, store.KindInstance, func(t store.Tally) int64 { return up(t.Memory, cloud.MiB) }, cloud.AnyResource, "You have requested more memory (%d MiB) than your current limit of %d MiB allows. Please ask the operator of this cloud for more."},
	{cloud.LimitDisk, store.KindInstance, func(t store.Tally) int64 { return up(t.Disk, cloud.GiB) }, cloud.AnyResource, "You have requested more disk space (%d GiB) than your current limit of %d GiB allows. Please ask the operator of this cloud for more."},
	{cloud.LimitImages, store.KindImage, records, cloud.ResImage, "You would have %d AMIs; your quota is %d."},
	{cloud.LimitKeyPairs, store.KindKeyPair, records, cloud.ResKeyPair, "You would have %d key pairs; your limit is %d."},
	{cloud.LimitGroups, store.KindGroup, records, cloud.ResGroup, "You would have %d security groups; your limit is %d."},
	{cloud.LimitNetworkInterfaces, store.KindENI, records, cloud.ResENI, "You would have %d network interfaces; your limit is %d."},
	{cloud.LimitAddresses, store.KindAddress, records, cloud.ResAddress, "You would have %d addresses; your limit is %d."},
	{cloud.LimitVPCs, store.KindVPC, records, cloud.ResVPC, "You would have %d VPCs; your limit is %d."},
	{cloud.LimitDHCPOptions, store.KindDHCPOptions, records, cloud.ResDHCPOptions, "You would have %d sets of DHCP options; your limit is %d."},
	{cloud.LimitInternetGateways, store.KindInternetGateway, records, cloud.ResInternetGateway, "You would have %d internet gateways; your limit is %d."},
	{cloud.LimitLaunchTemplates, store.KindLaunchTemplate, records, cloud.ResLaunchTemplate, "You would have %d launch templates; your limit is %d."},
	{cloud.LimitPlacementGroups, store.KindPlacementGroup, records, cloud.ResPlacementGroup, "You would have %d placement groups; your limit is %d."},
	{cloud.LimitUsers, store.KindUser, records, cloud.ResUser, iamMessage("UsersPerAccount")},
	{cloud.LimitUserGroups, store.KindUserGroup, records, cloud.ResUserGroup, iamMessage("GroupsPerAccount")},
	{cloud.LimitRoles, store.KindRole, records, cloud.ResRole, iamMessage("RolesPerAccount")},
	{cloud.LimitPolicies, store.KindManagedPolicy, records, cloud.ResPolicy, iamMessage("PoliciesPerAccount")},
	{cloud.LimitInstanceProfiles, store.KindInstanceProfile, records, cloud.ResInstanceProfile, iamMessage("InstanceProfilesPerAccount")},
	{cloud.LimitOIDCProviders, store.KindOIDCProvider, records, cloud.ResProvider, iamMessage("OpenIdConnectProvidersPerAccount")},
}

// iamMessage words a limit as IAM does, which does not tell the amount.
func iamMessage(quota string) string { return "Cannot exceed quota for " + quota + ": %[2]d" }

func up(b, unit cloud.Bytes) int64 { return int64((b + unit - 1) / unit) }

func (a *accountLimit) of(tx *store.Tx, id cloud.AccountID) int64 {
	return a.amount(tx.Tally(a.kind, store.OfAccount(id)))
}

// Limit returns how much of something an account may have; what has no limit is
// as large as a number gets. Another number for one account is in
// Account.Limits.
func (l *Ledger) Limit(tx *store.Tx, id cloud.AccountID, name cloud.Limit) int64 {
	most, ok := l.cfg.Limits[name]
	if a, found := tx.Accounts().Get(id); found {
		if own, has := a.Limits[string(name)]; has {
			most, ok = own, true
		}
	}
	if !ok || most < 0 {
		return math.MaxInt64
	}
	return most
}

// Room returns how much more of something that is limited per account it may
// have; not less than 0.
func (l *Ledger) Room(tx *store.Tx, id cloud.AccountID, name cloud.Limit) int64 {
	for i := range accountLimits {
		if a := &accountLimits[i]; a.name == name {
			return max(0, l.Limit(tx, id, name)-a.of(tx, id))
		}
	}
	return math.MaxInt64
}

// Fit returns how many more instances like i the account has room for, most at
// most, and refuses when that is less than least.
func (l *Ledger) Fit(tx *store.Tx, id cloud.AccountID, i cloud.Instance, least, most int) (int, error) {
	have := tx.Tally(store.KindInstance, store.OfAccount(id))
	for k := range accountLimits {
		a := &accountLimits[k]
		if a.kind != store.KindInstance {
			continue
		}
		limit := l.Limit(tx, id, a.name)
		for n := most; a.amount(with(have, i, n)) > limit; n-- {
			if n <= least {
				return 0, l.refuse(a.resource, a.message, a.amount(with(have, i, least)), limit)
			}
			most = n - 1
		}
	}
	return most, nil
}

// with is a tally with n more instances like i.
func with(t store.Tally, i cloud.Instance, n int) store.Tally {
	return store.Tally{Records: t.Records + n, VCPU: t.VCPU + n*i.VCPU, Memory: t.Memory + cloud.Bytes(n)*i.Memory, Disk: t.Disk + cloud.Bytes(n)*i.Disk}
}

// hold refuses what goes beyond a limit. Only what grew is looked at: an
// account over a limit that was lowered may still change and delete.
func (l *Ledger) hold(tx *store.Tx, c *awsquery.Call, changes []store.Written) error {
	grown := store.Grown(changes)
	for i := range accountLimits {
		for _, g := range grown {
			if err := l.holdOne(tx, &accountLimits[i], g); err != nil {
				return err
			}
		}
	}
	for _, w := range changes {
		if err := l.holdPlace(tx, w); err != nil {
			return err
		}
	}
	return l.ask(tx, c, grown)
}

func (l *Ledger) holdOne(tx *store.Tx, a *accountLimit, g store.Growth) error {
	if a.kind != g.Kind || a.amount(g.By) <= 0 {
		return nil
	}
	if most, have := l.Limit(tx, g.Account, a.name), a.of(tx, g.Account); have > most {
		return l.refuse(a.resource, a.message, have, most)
	}
	return nil
}

func (l *Ledger) refuse(r cloud.Resource, message string, have, most int64) error {
	l.numbers.refused.Add(1)
	return &cloud.Error{Kind: cloud.LimitExceeded, Resource: r, Msg: fmt.Sprintf(message, have, most)}
}

// ask asks once more the policies that have conditions on what the account will
// have ("ecc:instances", …), if it will have more.
func (l *Ledger) ask(tx *store.Tx, c *awsquery.Call, grown []store.Growth) error {
	if c.Again == nil || !slices.ContainsFunc(grown, func(g store.Growth) bool {
		return g.Account == c.Caller.Account && (g.By.Records > 0 || g.By.VCPU > 0 || g.By.Memory > 0 || g.By.Disk > 0)
	}) {
		return nil
	}
	values := map[string]int64{}
	for i := range accountLimits {
		a := &accountLimits[i]
		values[string(a.name)] = a.of(tx, c.Caller.Account)
	}
	return c.Again(values)
}
