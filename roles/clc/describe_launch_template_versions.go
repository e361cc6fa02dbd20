package clc

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeLaunchTemplateVersions lists versions of one launch template, the
// newest first, or the newest or default ones of all.
func (s *Service) DescribeLaunchTemplateVersions(ctx context.Context, c *awsquery.Call, in *ec2.DescribeLaunchTemplateVersionsRequest) (*ec2.DescribeLaunchTemplateVersionsResult, error) {
	out := &ec2.DescribeLaunchTemplateVersionsResult{LaunchTemplateVersions: []ec2.LaunchTemplateVersion{}}
	return out, s.store.View(ctx, func(tx *store.Tx) error {
		wanted, err := wantedVersions(tx, c.Caller.Account, in)
		if err != nil {
			return err
		}
		found, next, err := find(c, versionKind(wanted), query{filters: in.Filters, max: in.MaxResults, token: in.NextToken, limits: templateLimits})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, v := range found {
			r, err := renderVersion(v.of, v.LaunchTemplateVersion)
			if err != nil {
				return err
			}
			out.LaunchTemplateVersions = append(out.LaunchTemplateVersions, *r)
		}
		return nil
	})
}

// version is a version with its template and what it holds.
type version struct {
	cloud.LaunchTemplateVersion
	of   cloud.LaunchTemplate
	data *ec2.ResponseLaunchTemplateData
}

// wantedVersions finds the versions a request names.
func wantedVersions(tx *store.Tx, a cloud.AccountID, in *ec2.DescribeLaunchTemplateVersionsRequest) ([]version, error) {
	ref := templateRef{in.LaunchTemplateId, in.LaunchTemplateName}
	if text(ref.id) == "" && text(ref.name) == "" {
		return aliasedVersions(tx, a, in)
	}
	if err := ref.check(); err != nil {
		return nil, err
	}
	t, err := ref.find(tx, a)
	if err != nil {
		return nil, err
	}
	if len(in.Versions) > 0 {
		if in.MinVersion != nil || in.MaxVersion != nil {
			return nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameter launchTemplateVersion cannot be used with the parameters minVersion and maxVersion")
		}
		return namedVersions(tx, t, in.Versions)
	}
	return versionRange(tx, t, in)
}

// aliasedVersions finds "$Latest" and "$Default" of every template.
func aliasedVersions(tx *store.Tx, a cloud.AccountID, in *ec2.DescribeLaunchTemplateVersionsRequest) ([]version, error) {
	for _, name := range in.Versions {
		if name != versionLatest && name != versionDefault {
			return nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "Without a launch template only the versions $Latest and $Default can be described.")
		}
	}
	if len(in.Versions) == 0 || in.MinVersion != nil || in.MaxVersion != nil {
		return nil, templateRef{}.check()
	}
	var out []version
	for t := range tx.LaunchTemplates().By(store.ByAccount, string(a)) {
		vs, err := namedVersions(tx, t, in.Versions)
		if err != nil {
			return nil, err
		}
		out = append(out, vs...)
	}
	return out, nil
}

// namedVersions finds each version named, once.
func namedVersions(tx *store.Tx, t cloud.LaunchTemplate, names []string) ([]version, error) {
	if len(names) > maxVersionsACall {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResParameter, "LaunchTemplateVersion", "One call may name %d versions.", maxVersionsACall)
	}
	var out []version
	for _, name := range names {
		v, err := versionOf(tx, t, name)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(o version) bool { return o.ID == v.ID }) {
			continue
		}
		if out, err = addTo(out, t, v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func addTo(out []version, t cloud.LaunchTemplate, v cloud.LaunchTemplateVersion) ([]version, error) {
	data, err := templateData(v)
	return append(out, version{v, t, data}), err
}

// versionRange finds the versions between two.
func versionRange(tx *store.Tx, t cloud.LaunchTemplate, in *ec2.DescribeLaunchTemplateVersionsRequest) ([]version, error) {
	least, most := int64(1), t.Last
	for _, b := range []struct {
		name *string
		to   *int64
	}{{in.MinVersion, &least}, {in.MaxVersion, &most}} {
		if b.name == nil {
			continue
		}
		n, err := numberOf(t, *b.name)
		if err != nil {
			return nil, err
		}
		*b.to = n
	}
	var out []version
	var err error
	for v := range tx.LaunchTemplateVersions().By(store.ByTemplate, string(t.ID)) {
		if v.Number < least || v.Number > most {
			continue
		}
		if out, err = addTo(out, t, v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// versionKind is what a query for versions knows of them. The newest come first.
func versionKind(all []version) kind[version] {
	type d = *ec2.ResponseLaunchTemplateData
	word := func(get func(d) *string) func(version) []string {
		return one(func(v version) string { return text(get(v.data)) })
	}
	meta := func(get func(*ec2.LaunchTemplateInstanceMetadataOptions) *string) func(version) []string {
		return one(func(v version) string {
			if v.data.MetadataOptions == nil {
				return ""
			}
			return text(get(v.data.MetadataOptions))
		})
	}
	return kind[version]{resource: cloud.ResLaunchTemplateVersion, all: slices.Values(all),
		id: func(v version) string { return fmt.Sprintf("%s/%010d", v.Template, 9_999_999_999-v.Number) },
		filters: awsquery.Filters[version]{
			"create-time": one(func(v version) string { return v.Created.UTC().Format(filterTime) }),
			"ebs-optimized": one(func(v version) string {
				if v.data.EbsOptimized == nil {
					return ""
				}
				return strconv.FormatBool(*v.data.EbsOptimized)
			}),
			"host-resource-group-arn": one(func(v version) string {
				if v.data.Placement == nil {
					return ""
				}
				return text(v.data.Placement.HostResourceGroupArn)
			}),
			"http-endpoint":      meta(func(m *ec2.LaunchTemplateInstanceMetadataOptions) *string { return m.HttpEndpoint }),
			"http-protocol-ipv4": fixed[version](),
			"http-tokens":        meta(func(m *ec2.LaunchTemplateInstanceMetadataOptions) *string { return m.HttpTokens }),
			"iam-instance-profile": func(v version) []string {
				if p := v.data.IamInstanceProfile; p != nil {
					return []string{text(p.Arn), text(p.Name)}
				}
				return nil
			},
			"image-id":           word(func(x d) *string { return x.ImageId }),
			"instance-type":      word(func(x d) *string { return x.InstanceType }),
			"is-default-version": one(func(v version) string { return strconv.FormatBool(v.Number == v.of.Default) }),
			"kernel-id":          word(func(x d) *string { return x.KernelId }),
			"license-configuration-arn": func(v version) []string {
				var out []string
				for _, l := range v.data.LicenseSpecifications {
					out = append(out, text(l.LicenseConfigurationArn))
				}
				return out
			},
			"network-card-index": func(v version) []string {
				var out []string
				for _, n := range v.data.NetworkInterfaces {
					if n.NetworkCardIndex != nil {
						out = append(out, strconv.FormatInt(*n.NetworkCardIndex, 10))
					}
				}
				return out
			},
			"ram-disk-id": word(func(x d) *string { return x.RamDiskId }),
		}}
}
