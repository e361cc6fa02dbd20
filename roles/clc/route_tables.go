package clc

import (
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// associated is the state of every association.
const associated = "associated"

// localGateway is what a VPC's own route leads to.
const localGateway = "local"

// tableKind is what a query for route tables knows of them.
func tableKind(tx *store.Tx, a cloud.AccountID) kind[cloud.RouteTable] {
	type table = cloud.RouteTable
	id := func(t table) string { return string(t.ID) }
	f := awsquery.Filters[table]{
		"association.gateway-id": fixed[table](),
		"association.main":       mainValues,
		"association.route-table-association-id": func(t table) []string {
			return eachAssociation(t, func(m cloud.Membership) string { return string(m.ID) })
		},
		"association.route-table-id": func(t table) []string {
			return eachAssociation(t, func(cloud.Membership) string { return string(t.ID) })
		},
		"association.subnet-id": func(t table) []string {
			return eachAssociation(t, func(m cloud.Membership) string { return string(m.Subnet) })
		},
		"owner-id":       one(func(t table) string { return string(t.Account) }),
		"route-table-id": one(id),
		"vpc-id":         one(func(t table) string { return string(t.VPC) }),
	}
	for name, value := range routeFilters() {
		f[name] = func(t table) (out []string) {
			for _, r := range renderRoutes(tx, t) {
				if v := value(r); v != nil {
					out = append(out, *v)
				}
			}
			return out
		}
	}
	return kind[table]{resource: cloud.ResRouteTable, prefix: cloud.PrefixRouteTable, id: id, tags: tagsOf(tx, a, id), filters: f,
		get: owned(tx.RouteTables(), a, func(t table) cloud.AccountID { return t.Account }),
		all: tx.RouteTables().By(store.ByAccount, string(a))}
}

// routeFilters are the filters about a table's routes.
func routeFilters() map[string]func(ec2.Route) *string {
	none := func(ec2.Route) *string { return nil }
	return map[string]func(ec2.Route) *string{
		"route.destination-cidr-block":          func(r ec2.Route) *string { return r.DestinationCidrBlock },
		"route.destination-ipv6-cidr-block":     none,
		"route.destination-prefix-list-id":      none,
		"route.egress-only-internet-gateway-id": none,
		"route.gateway-id":                      func(r ec2.Route) *string { return r.GatewayId },
		"route.instance-id":                     none,
		"route.nat-gateway-id":                  none,
		"route.transit-gateway-id":              none,
		"route.origin":                          func(r ec2.Route) *string { return r.Origin },
		"route.state":                           func(r ec2.Route) *string { return r.State },
		"route.vpc-peering-connection-id":       none,
	}
}

// associations lists a table's associations, that with the VPC first.
func associations(t cloud.RouteTable) []cloud.Membership {
	if t.Main == "" {
		return t.Subnets
	}
	return slices.Concat([]cloud.Membership{{ID: cloud.AssociationID(t.Main)}}, t.Subnets)
}

// eachAssociation gives a value of each of a table's associations that has one.
func eachAssociation(t cloud.RouteTable, value func(cloud.Membership) string) (out []string) {
	for _, m := range associations(t) {
		if v := value(m); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// mainValues are what a table's associations say of being the main one.
func mainValues(t cloud.RouteTable) []string {
	return eachAssociation(t, func(m cloud.Membership) string { return enabled(m.Subnet == "", "true", "false") })
}

func renderTable(tx *store.Tx, t cloud.RouteTable) ec2.RouteTable {
	out := ec2.RouteTable{RouteTableId: ptr(string(t.ID)), VpcId: ptr(string(t.VPC)), OwnerId: ptr(string(t.Account)),
		Associations: []ec2.RouteTableAssociation{}, PropagatingVgws: []ec2.PropagatingVgw{}, Routes: renderRoutes(tx, t),
		Tags: renderTags(tx, t.Account, string(t.ID))}
	for _, m := range associations(t) {
		out.Associations = append(out.Associations, ec2.RouteTableAssociation{Main: ptr(m.Subnet == ""), RouteTableAssociationId: ptr(string(m.ID)),
			RouteTableId: ptr(string(t.ID)), SubnetId: opt(string(m.Subnet)), AssociationState: isAssociated()})
	}
	return out
}

func isAssociated() *ec2.RouteTableAssociationState {
	return &ec2.RouteTableAssociationState{State: ptr(associated)}
}

// renderRoutes lists a table's routes, the VPC's own first.
func renderRoutes(tx *store.Tx, t cloud.RouteTable) []ec2.Route {
	v, _ := tx.VPCs().Get(t.VPC)
	out := []ec2.Route{{DestinationCidrBlock: ptr(v.CIDR.String()), GatewayId: ptr(localGateway), Origin: ptr("CreateRouteTable"), State: ptr("active")}}
	for _, r := range t.Routes {
		out = append(out, ec2.Route{DestinationCidrBlock: ptr(r.CIDR.String()), GatewayId: ptr(string(r.Gateway)), Origin: ptr("CreateRoute"),
			State: ptr(enabled(routeActs(tx, t, r), "active", "blackhole"))})
	}
	return out
}

// associatedTable finds the table of an association of an account, and which of
// its subnets it is of: "" for the main one.
func associatedTable(tx *store.Tx, a cloud.AccountID, id *string) (cloud.RouteTable, cloud.SubnetID, error) {
	for t := range tx.RouteTables().By(store.ByAccount, string(a)) {
		for _, m := range associations(t) {
			if string(m.ID) == text(id) {
				return t, m.Subnet, nil
			}
		}
	}
	return cloud.RouteTable{}, "", cloud.Errorf(cloud.NotFound, cloud.ResRouteTableAssociation, text(id), "")
}

// leaveTable takes a subnet out of a table.
func leaveTable(t cloud.RouteTable, n cloud.SubnetID) cloud.RouteTable {
	t.Subnets = slices.DeleteFunc(slices.Clone(t.Subnets), func(m cloud.Membership) bool { return m.Subnet == n })
	return t
}

// joinTable puts a subnet into a table.
func joinTable(t cloud.RouteTable, n cloud.SubnetID, id string) cloud.RouteTable {
	t.Subnets = append(slices.Clone(t.Subnets), cloud.Membership{ID: cloud.AssociationID(id), Subnet: n})
	return t
}
