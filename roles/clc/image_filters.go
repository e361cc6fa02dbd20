package clc

import (
	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/store"
)

// imageFilters are the filters of DescribeImages.
func (s *Service) imageFilters(tx *store.Tx, id func(cloud.Image) string) awsquery.Filters[cloud.Image] {
	type img = cloud.Image
	f := awsquery.Filters[img]{
		"boot-mode":            fixed[img]("legacy-bios"),
		"architecture":         one(func(i img) string { return i.Architecture }),
		"creation-date":        one(func(i img) string { return i.Created.UTC().Format(imageTime) }),
		"description":          one(func(i img) string { return i.Description }),
		"ena-support":          fixed[img]("true"),
		"hypervisor":           fixed[img]("xen"),
		"image-id":             one(id),
		"image-type":           fixed[img]("machine"),
		"is-public":            one(func(i img) string { return enabled(i.Public, "true", "false") }),
		"manifest-location":    one(func(i img) string { return i.Location }),
		"name":                 one(func(i img) string { return i.Name }),
		"owner-alias":          one(func(i img) string { return ownerAlias(tx, i) }),
		"owner-id":             one(func(i img) string { return string(i.Account) }),
		"root-device-name":     one(func(i img) string { return i.RootDevice }),
		"root-device-type":     fixed[img]("instance-store"),
		"state":                one(imageState),
		"state-reason-code":    one(func(i img) string { return i.Reason.Code }),
		"virtualization-type":  fixed[img]("hvm"),
		"free-tier-eligible":   fixed[img]("false"),
		"image-allowed":        fixed[img]("true"),
		"source-image-id":      one(func(i img) string { return string(i.Source) }),
		"source-image-region":  one(func(i img) string { return enabled(i.Source != "", s.cfg.Region, "") }),
		"state-reason-message": one(func(i img) string { return i.Reason.Message }),
	}
	for _, name := range imageHasNo {
		f[name] = fixed[img]()
	}
	return f
}

// imageHasNo are filters for what no image has here: nothing passes them.
var imageHasNo = []string{
	"block-device-mapping.delete-on-termination", "block-device-mapping.device-name", "block-device-mapping.encrypted",
	"block-device-mapping.snapshot-id", "block-device-mapping.volume-size", "block-device-mapping.volume-type",
	"image-watermark.source-image-creation-time", "image-watermark.source-image-id", "image-watermark.source-image-region",
	"image-watermark.watermark-creation-time", "image-watermark.watermark-key", "instance-type-specification.supported-instance-type",
	"instance-type-specification.unsupported-instance-type", "kernel-id", "platform", "product-code", "product-code.type",
	"public-ssm-parameter-name", "ramdisk-id", "scan-result.critical-fix-available-since", "scan-result.finding-scan-date",
	"scan-result.high-fix-available-since", "scan-result.highest-finding-severity-label", "scan-result.informational-fix-available-since",
	"scan-result.low-fix-available-since", "scan-result.medium-fix-available-since", "source-instance-id", "sriov-net-support",
}
