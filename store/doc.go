// Package store is the state of a cluster: every record the clc keeps, in
// memory as indexed immutable snapshots and on disk in one bbolt file.
//
// Only a clc and its command line may open one, one process per file. It is
// not for bytes (objects, images, console output live elsewhere) nor for facts
// that change by themselves (heartbeats, load): those stay in memory of who
// hears them. It decides nothing: names are made unique, quotas are held and
// references are kept whole by the functions given to Update.
//
// # The file
//
//	store                              the store's own, 8 bytes big endian each
//	├── schema                         migrations done
//	└── revision                       of the last commit
//	accounts                 account id        → cloud.Account               by name, canonical, alias
//	access-keys              access key id     → cloud.AccessKey             by account, user
//	images                   image id          → cloud.Image                 by account, name, public, shared
//	instances                instance id       → cloud.Instance              by account, node, zone, reservation, image, vpc
//	key-pairs                key pair id       → cloud.KeyPair               by account, name
//	vpcs                     vpc id            → cloud.VPC                   by account
//	subnets                  subnet id         → cloud.Subnet                by account, vpc
//	enis                     eni id            → cloud.ENI                   by account, instance, vpc, subnet, private-ip, public-ip, mac
//	groups                   group id          → cloud.Group                 by account, vpc
//	nodes                    node id           → cloud.Node                  by zone
//	join-tokens              token id          → cloud.JoinToken
//	client-tokens            account/action/…  → cloud.ClientToken           by account
//	tag-sets                 resource id       → cloud.TagSet                by account
//	users                    id                → cloud.User                  by account, name
//	user-groups              id                → cloud.UserGroup             by account, name
//	roles                    id                → cloud.Role                  by account, name
//	policies                 id                → cloud.ManagedPolicy         by account, name
//	instance-profiles        id                → cloud.InstanceProfile       by account, name, role
//	oidc-providers           id                → cloud.OIDCProvider          by account
//	dhcp-options             id                → cloud.DHCPOptions           by account
//	internet-gateways        id                → cloud.InternetGateway       by account, vpc
//	route-tables             id                → cloud.RouteTable            by account, vpc
//	network-acls             id                → cloud.NetworkACL            by account, vpc
//	addresses                id                → cloud.Address               by account, public-ip, eni
//	launch-templates         id                → cloud.LaunchTemplate        by account, name
//	launch-template-versions id                → cloud.LaunchTemplateVersion by account, template
//	placement-groups         id                → cloud.PlacementGroup        by account, name
//	profile-associations     id                → cloud.ProfileAssociation    by account, instance, profile
//	events                   id                → cloud.Event                 by account
//	meta                     name              → string of the cluster
//
// One bucket per noun; its name is the noun's Kind. A value is
//
//	1 byte    version of this envelope, 1
//	4 bytes   CRC-32C of bucket, NUL, key, NUL and the JSON
//	…         the record as JSON, as its tags in package cloud say
//
// Indexes exist in memory only and are built at Open. In each index of its
// noun a record has exactly one value, which may be "". An index is no
// constraint: two records may have the same value.
//
// Changing the drawing, or removing or renaming a field of a record, means a
// migration at the end of the list in migrate.go and a line in its table
// test. Adding a field that may be absent does not; but an older ecc refuses
// to open a file with a field it does not know, rather than losing it.
//
// # Limits
//
// They are those of etcd, so that it can become a second engine: a key has at
// most 512 B, a value 64 KiB, an Update changes at most 1,024 records and
// 16 MiB. (etcd's own defaults are 128 operations and 1.5 MiB and can be raised;
// these make one RunInstances of many instances one transaction.) Who goes beyond gets a
// cloud.LimitExceeded error and nothing is written.
//
// # Durability
//
// Update returns once its changes are on disk; only then are they published
// to View, Wait and Watch. One committer gathers the Updates that wait at the
// same time into one bbolt commit. An error of a commit is fatal: what the
// kernel has dropped cannot be known, so the store answers nothing any more
// and tells Options.Fatal, and the next Open reads what the disk really has.
// A full disk is the exception: nothing was written, so the Updates of that
// commit fail with cloud.Unavailable and the store goes on.
package store
