package clc

import (
	"context"
	"strconv"
	"time"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeInstances lists instances, gathered by reservation.
func (s *Service) DescribeInstances(ctx context.Context, c *awsquery.Call, in *ec2.DescribeInstancesRequest) (*ec2.DescribeInstancesResult, error) {
	out := &ec2.DescribeInstancesResult{Reservations: []ec2.Reservation{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, s.instanceKind(tx, c.Caller.Account), query{ids: in.InstanceIds,
			filters: in.Filters, max: in.MaxResults, token: in.NextToken, limits: pageLimits, apart: true})
		if err != nil {
			return err
		}
		out.NextToken, out.Reservations = next, s.renderReservations(tx, found)
		return nil
	})
	return out, err
}

// renderReservations gathers instances by reservation, in the order in which
// the reservations appear.
func (s *Service) renderReservations(tx *store.Tx, found []cloud.Instance) []ec2.Reservation {
	out := []ec2.Reservation{}
	at := map[cloud.ReservationID]int{}
	for _, i := range found {
		k, ok := at[i.Reservation]
		if !ok {
			k = len(out)
			at[i.Reservation] = k
			out = append(out, *renderReservation(i))
		}
		out[k].Instances = append(out[k].Instances, s.renderInstance(tx, i))
	}
	return out
}

// instanceKind is what a query for instances knows of them.
func (s *Service) instanceKind(tx *store.Tx, a cloud.AccountID) kind[cloud.Instance] {
	id := func(i cloud.Instance) string { return string(i.ID) }
	return kind[cloud.Instance]{resource: cloud.ResInstance, prefix: cloud.PrefixInstance, id: id,
		get:     owned(tx.Instances(), a, func(i cloud.Instance) cloud.AccountID { return i.Account }),
		all:     tx.Instances().By(store.ByAccount, string(a)),
		filters: s.instanceFilters(tx), tags: tagsOf(tx, a, id)}
}

// instanceFilters are the filters of DescribeInstances.
func (s *Service) instanceFilters(tx *store.Tx) awsquery.Filters[cloud.Instance] {
	type inst = cloud.Instance
	eni := func(get func(cloud.ENI) string) func(inst) []string {
		return func(i inst) []string {
			var out []string
			for e := range tx.ENIs().By(store.ByInstance, string(i.ID)) {
				if v := get(e); v != "" {
					out = append(out, v)
				}
			}
			return out
		}
	}
	groupIDs := func(i inst) []string {
		var out []string
		for _, g := range i.Groups {
			out = append(out, string(g))
		}
		return out
	}
	groupNames := func(i inst) []string {
		var out []string
		for _, g := range renderGroups(tx, i.Groups) {
			out = append(out, text(g.GroupName))
		}
		return out
	}
	f := awsquery.Filters[inst]{
		"affinity":                            func(inst) []string { return nil },
		"architecture":                        one(func(i inst) string { return i.Architecture }),
		"availability-zone":                   one(func(i inst) string { return i.Zone }),
		"client-token":                        one(func(i inst) string { return i.ClientToken }),
		"dns-name":                            one(func(i inst) string { return s.publicName(i.PublicIP) }),
		"group-id":                            func(inst) []string { return nil },
		"group-name":                          func(inst) []string { return nil },
		"hypervisor":                          fixed[inst]("xen"),
		"image-id":                            one(func(i inst) string { return string(i.Image) }),
		"instance-id":                         one(func(i inst) string { return string(i.ID) }),
		"instance-state-code":                 one(func(i inst) string { return strconv.Itoa(int(i.State())) }),
		"instance-state-name":                 one(func(i inst) string { return i.State().String() }),
		"instance-type":                       one(func(i inst) string { return i.Type }),
		"instance.group-id":                   groupIDs,
		"instance.group-name":                 groupNames,
		"ip-address":                          one(func(i inst) string { return text(address(i.PublicIP)) }),
		"key-name":                            one(func(i inst) string { return i.KeyName }),
		"launch-index":                        one(func(i inst) string { return strconv.Itoa(i.LaunchIndex) }),
		"launch-time":                         one(func(i inst) string { return i.Launched.UTC().Format("2006-01-02T15:04:05.000Z") }),
		"metadata-options.http-tokens":        one(func(i inst) string { return enabled(i.Metadata.TokensRequired, "required", "optional") }),
		"metadata-options.http-endpoint":      one(func(i inst) string { return enabled(!i.Metadata.Disabled, "enabled", "disabled") }),
		"monitoring-state":                    one(func(i inst) string { return enabled(i.Monitoring, "enabled", "disabled") }),
		"network-interface.group-id":          groupIDs,
		"network-interface.group-name":        groupNames,
		"network-interface.mac-address":       eni(func(e cloud.ENI) string { return e.MAC }),
		"network-interface.status":            eni(func(cloud.ENI) string { return "in-use" }),
		"network-interface.subnet-id":         eni(func(e cloud.ENI) string { return string(e.Subnet) }),
		"network-interface.vpc-id":            eni(func(e cloud.ENI) string { return string(e.VPC) }),
		"owner-id":                            one(func(i inst) string { return string(i.Account) }),
		"placement-group-name":                func(inst) []string { return nil },
		"platform":                            func(inst) []string { return nil },
		"platform-details":                    fixed[inst]("Linux/UNIX"),
		"private-dns-name":                    one(func(i inst) string { return s.privateName(i.PrivateIP) }),
		"private-ip-address":                  one(func(i inst) string { return text(address(i.PrivateIP)) }),
		"reason":                              one(transition),
		"reservation-id":                      one(func(i inst) string { return string(i.Reservation) }),
		"root-device-name":                    one(func(i inst) string { return i.RootDevice }),
		"root-device-type":                    fixed[inst]("instance-store"),
		"source-dest-check":                   fixed[inst]("true"),
		"state-reason-code":                   one(func(i inst) string { return i.StateReason().Code }),
		"state-reason-message":                one(func(i inst) string { return i.StateReason().Message }),
		"subnet-id":                           one(func(i inst) string { return string(i.Subnet) }),
		"tenancy":                             fixed[inst]("default"),
		"usage-operation":                     fixed[inst]("RunInstances"),
		"virtualization-type":                 fixed[inst]("hvm"),
		"vpc-id":                              one(func(i inst) string { return string(i.VPC) }),
		"network-interface.attachment.status": eni(func(cloud.ENI) string { return "attached" }),
	}
	f["network-interface.network-interface-id"] = eni(func(e cloud.ENI) string { return string(e.ID) })
	f["network-interface.private-ip-address"] = eni(func(e cloud.ENI) string { return e.PrivateIP.String() })
	f["network-interface.addresses.private-ip-address"] = f["network-interface.private-ip-address"]
	f["network-interface.association.public-ip"] = eni(func(e cloud.ENI) string { return text(address(e.PublicIP)) })
	f["network-interface.addresses.association.public-ip"] = f["network-interface.association.public-ip"]
	f["network-interface.attachment.attach-time"] = eni(func(e cloud.ENI) string { return e.Attached.UTC().Format(time.RFC3339) })
	return f
}
