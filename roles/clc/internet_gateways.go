package clc

import (
	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// gatewayAttached is the state of a gateway's attachment: AWS has this one only.
const gatewayAttached = "available"

// gatewayKind is what a query for internet gateways knows of them.
func gatewayKind(tx *store.Tx, a cloud.AccountID) kind[cloud.InternetGateway] {
	type gateway = cloud.InternetGateway
	id := func(g gateway) string { return string(g.ID) }
	return kind[gateway]{resource: cloud.ResInternetGateway, prefix: cloud.PrefixInternetGateway, id: id, tags: tagsOf(tx, a, id),
		get: owned(tx.InternetGateways(), a, func(g gateway) cloud.AccountID { return g.Account }),
		all: tx.InternetGateways().By(store.ByAccount, string(a)),
		filters: awsquery.Filters[gateway]{
			"attachment.state":    one(func(g gateway) string { return enabled(g.VPC != "", gatewayAttached, "") }),
			"attachment.vpc-id":   one(func(g gateway) string { return string(g.VPC) }),
			"internet-gateway-id": one(id),
			"owner-id":            one(func(g gateway) string { return string(g.Account) }),
		}}
}

func renderGateway(tx *store.Tx, g cloud.InternetGateway) ec2.InternetGateway {
	out := ec2.InternetGateway{InternetGatewayId: ptr(string(g.ID)), OwnerId: ptr(string(g.Account)),
		Attachments: []ec2.InternetGatewayAttachment{}, Tags: renderTags(tx, g.Account, string(g.ID))}
	if g.VPC != "" {
		out.Attachments = append(out.Attachments, ec2.InternetGatewayAttachment{State: ptr(gatewayAttached), VpcId: ptr(string(g.VPC))})
	}
	return out
}
