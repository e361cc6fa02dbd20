package imds

import (
	"fmt"
	"strings"

	"ecc/cloud"
)

// versions are the names under which EC2 serves its tree. All show the same.
var versions = []string{
	"1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01", "2008-09-01",
	"2009-04-04", "2011-01-01", "2011-05-01", "2012-01-12", "2014-02-25", "2014-11-05", "2015-10-20",
	"2016-04-19", "2016-06-30", "2016-09-02", "2018-03-28", "2018-08-17", "2018-09-24", "2019-10-01",
	"2020-10-27", "2021-01-03", "2021-03-23", "2021-07-15", "2022-09-24", "2024-04-11", "latest",
}

// root is everything an instance can read.
func root(md cloud.Metadata) *node {
	version := dir(map[string]*node{
		"dynamic": dir(map[string]*node{
			"instance-identity": dir(map[string]*node{"document": leaf(identity(md))}),
		}),
		"meta-data": metaData(md),
		"user-data": userData(md),
	})
	version.bare = true
	all := make(map[string]*node)
	for _, v := range versions {
		all[v] = version
	}
	r := dir(all)
	r.bare = true
	return r
}

func userData(md cloud.Metadata) *node {
	if len(md.UserData) == 0 {
		return nil
	}
	return &node{value: md.UserData}
}

func metaData(md cloud.Metadata) *node {
	return dir(map[string]*node{
		"ami-id":              leaf(string(md.AMI)),
		"ami-launch-index":    leaf(fmt.Sprint(md.LaunchIndex)),
		"ami-manifest-path":   leaf("(unknown)"),
		"hostname":            leaf(md.Hostname),
		"iam":                 iam(md),
		"instance-action":     leaf("none"),
		"instance-id":         leaf(string(md.Instance)),
		"instance-life-cycle": leaf("on-demand"),
		"instance-type":       leaf(md.InstanceType),
		"local-hostname":      leaf(md.Hostname),
		"local-ipv4":          leaf(md.PrivateIP.String()),
		"mac":                 leaf(strings.ToLower(md.MAC)),
		"network":             network(md),
		"placement": dir(map[string]*node{
			"availability-zone": leaf(md.Zone),
			"group-name":        optional(md.PlacementGroup),
			"partition-number":  optional(partition(md)),
			"region":            leaf(md.Region),
		}),
		"public-hostname": optional(publicName(md)),
		"public-ipv4":     optional(publicIP(md)),
		"public-keys":     publicKeys(md),
		"reservation-id":  leaf(string(md.Reservation)),
		"security-groups": lines(md.GroupNames),
		"services": dir(map[string]*node{
			"domain":    leaf("amazonaws.com"),
			"partition": leaf("aws"),
		}),
		"tags": tags(md),
	})
}

// partition is the number of the placement group's partition, "" for none.
func partition(md cloud.Metadata) string {
	if md.Partition == 0 {
		return ""
	}
	return fmt.Sprint(md.Partition)
}

func publicIP(md cloud.Metadata) string {
	if !md.PublicIP.IsValid() {
		return ""
	}
	return md.PublicIP.String()
}

func publicName(md cloud.Metadata) string {
	if !md.PublicIP.IsValid() {
		return ""
	}
	return md.PublicName
}

// publicKeys lists "0=<name>", though the directory below is "0".
func publicKeys(md cloud.Metadata) *node {
	if md.PublicKey == "" {
		return nil
	}
	keys := dir(map[string]*node{"0": dir(map[string]*node{"openssh-key": leaf(md.PublicKey)})})
	keys.list = "0=" + md.KeyName
	return keys
}

// tags are there when the instance's options say so. A name that cannot be a
// part of a path cannot be shown.
func tags(md cloud.Metadata) *node {
	if !md.Options.Tags {
		return nil
	}
	all := make(map[string]*node)
	for name, value := range md.Tags {
		if name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/ \n\r") {
			all[name] = leaf(value)
		}
	}
	return dir(map[string]*node{"instance": dir(all)})
}

func network(md cloud.Metadata) *node {
	mac := strings.ToLower(md.MAC)
	eni := map[string]*node{
		"device-number":          leaf("0"),
		"interface-id":           leaf(string(md.ENI)),
		"local-hostname":         leaf(md.Hostname),
		"local-ipv4s":            leaf(md.PrivateIP.String()),
		"mac":                    leaf(mac),
		"owner-id":               leaf(string(md.Account)),
		"public-hostname":        optional(publicName(md)),
		"public-ipv4s":           optional(publicIP(md)),
		"security-group-ids":     lines(md.GroupIDs),
		"security-groups":        lines(md.GroupNames),
		"subnet-id":              leaf(string(md.Subnet)),
		"subnet-ipv4-cidr-block": leaf(md.SubnetCIDR.String()),
		"vpc-id":                 leaf(string(md.VPC)),
		"vpc-ipv4-cidr-block":    leaf(md.VPCCIDR.String()),
		"vpc-ipv4-cidr-blocks":   leaf(md.VPCCIDR.String()),
	}
	if md.PublicIP.IsValid() {
		eni["ipv4-associations"] = dir(map[string]*node{md.PublicIP.String(): leaf(md.PrivateIP.String())})
	}
	return dir(map[string]*node{"interfaces": dir(map[string]*node{"macs": dir(map[string]*node{mac: dir(eni)})})})
}
