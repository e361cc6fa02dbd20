package imds

import (
	"encoding/json"
	"time"

	"ecc/cloud"
)

// document is the instance identity document. The keys that are always null
// here are part of EC2's form.
type document struct {
	AccountID               cloud.AccountID  `json:"accountId"`
	Architecture            string           `json:"architecture"`
	AvailabilityZone        string           `json:"availabilityZone"`
	BillingProducts         []string         `json:"billingProducts"`
	DevpayProductCodes      []string         `json:"devpayProductCodes"`
	MarketplaceProductCodes []string         `json:"marketplaceProductCodes"`
	ImageID                 cloud.ImageID    `json:"imageId"`
	InstanceID              cloud.InstanceID `json:"instanceId"`
	InstanceType            string           `json:"instanceType"`
	KernelID                *string          `json:"kernelId"`
	PendingTime             string           `json:"pendingTime"`
	PrivateIP               string           `json:"privateIp"`
	RamdiskID               *string          `json:"ramdiskId"`
	Region                  string           `json:"region"`
	Version                 string           `json:"version"`
}

func identity(md cloud.Metadata) string {
	b, err := json.MarshalIndent(document{
		AccountID: md.Account, Architecture: md.Architecture, AvailabilityZone: md.Zone,
		ImageID: md.AMI, InstanceID: md.Instance, InstanceType: md.InstanceType,
		PendingTime: md.Launched.UTC().Format(time.RFC3339), PrivateIP: md.PrivateIP.String(),
		Region: md.Region, Version: "2017-09-30",
	}, "", "  ")
	if err != nil {
		panic(err) // plain strings always encode
	}
	return string(b)
}
