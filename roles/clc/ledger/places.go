package ledger

import (
	"iter"

	"ecc/cloud"
	"ecc/store"
)

// holdPlace holds the limits of one VPC, group, table, ACL or template, for a
// record that is new or has more entries.
func (l *Ledger) holdPlace(tx *store.Tx, w store.Written) error {
	switch rec := w.After.(type) {
	case *cloud.Subnet:
		return l.within(tx, w, cloud.LimitSubnetsPerVPC, cloud.ResSubnet, count(tx.Subnets().By(store.ByVPC, string(rec.VPC))))
	case *cloud.RouteTable:
		if err := l.within(tx, w, cloud.LimitRouteTablesPerVPC, cloud.ResRouteTable, count(tx.RouteTables().By(store.ByVPC, string(rec.VPC)))); err != nil {
			return err
		}
		was, _ := w.Before.(*cloud.RouteTable)
		return l.entries(tx, w, cloud.LimitRoutesPerTable, cloud.ResRoute, routesIn(was), routesIn(rec))
	case *cloud.NetworkACL:
		if err := l.within(tx, w, cloud.LimitACLsPerVPC, cloud.ResNetworkACL, count(tx.NetworkACLs().By(store.ByVPC, string(rec.VPC)))); err != nil {
			return err
		}
		return l.holdACL(tx, w, rec)
	case *cloud.Group:
		return l.holdGroup(tx, w, rec)
	case *cloud.LaunchTemplateVersion:
		return l.within(tx, w, cloud.LimitTemplateVersions, cloud.ResLaunchTemplateVersion, count(tx.LaunchTemplateVersions().By(store.ByTemplate, string(rec.Template))))
	}
	return nil
}

func (l *Ledger) holdGroup(tx *store.Tx, w store.Written, rec *cloud.Group) error {
	was, _ := w.Before.(*cloud.Group)
	if was == nil {
		was = &cloud.Group{}
	}
	if err := l.entries(tx, w, cloud.LimitRulesPerGroup, cloud.ResPermission, cloud.CountRules(was.Ingress), cloud.CountRules(rec.Ingress)); err != nil {
		return err
	}
	return l.entries(tx, w, cloud.LimitRulesPerGroup, cloud.ResPermission, cloud.CountRules(was.Egress), cloud.CountRules(rec.Egress))
}

func (l *Ledger) holdACL(tx *store.Tx, w store.Written, rec *cloud.NetworkACL) error {
	was, _ := w.Before.(*cloud.NetworkACL)
	for _, egress := range []bool{false, true} {
		if err := l.entries(tx, w, cloud.LimitACLEntries, cloud.ResACLEntry, aclEntries(was, egress), aclEntries(rec, egress)); err != nil {
			return err
		}
	}
	return nil
}

func aclEntries(acl *cloud.NetworkACL, egress bool) (n int) {
	if acl == nil {
		return 0
	}
	for _, e := range acl.Entries {
		if e.Egress == egress {
			n++
		}
	}
	return n
}

func routesIn(t *cloud.RouteTable) int {
	if t == nil {
		return 0
	}
	return len(t.Routes)
}

// within holds the limit of how many records a place has, when one more was
// made. counted stops early, so that a limit costs no more than itself.
func (l *Ledger) within(tx *store.Tx, w store.Written, name cloud.Limit, r cloud.Resource, counted func(most int64) int64) error {
	if w.Before != nil {
		return nil
	}
	most := l.Limit(tx, w.Account, name)
	if have := counted(most); have > most {
		return l.refuse(r, "You would have %d "+plural[name]+"; your limit is %d.", have, most)
	}
	return nil
}

// entries holds the limit of how many entries one record has, when it has more
// than before.
func (l *Ledger) entries(tx *store.Tx, w store.Written, name cloud.Limit, r cloud.Resource, was, is int) error {
	if is <= was {
		return nil
	}
	if most := l.Limit(tx, w.Account, name); int64(is) > most {
		return l.refuse(r, "There would be %d "+plural[name]+"; your limit is %d.", int64(is), most)
	}
	return nil
}

var plural = map[cloud.Limit]string{
	cloud.LimitSubnetsPerVPC: "subnets in the VPC", cloud.LimitRouteTablesPerVPC: "route tables in the VPC",
	cloud.LimitACLsPerVPC: "network ACLs in the VPC", cloud.LimitRulesPerGroup: "rules in the security group",
	cloud.LimitRoutesPerTable: "routes in the route table", cloud.LimitACLEntries: "entries in the network ACL",
	cloud.LimitTemplateVersions: "versions of the launch template",
}

// count counts records, and stops one above most.
func count[T any](all iter.Seq[T]) func(most int64) int64 {
	return func(most int64) (n int64) {
		for range all {
			if n++; n > most {
				break
			}
		}
		return n
	}
}
