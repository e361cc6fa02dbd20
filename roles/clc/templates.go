package clc

import (
	"encoding/json"
	"fmt"
	"strconv"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// Bounds of launch templates.
const (
	maxTemplateData  = 48 << 10 // bytes of JSON: a record has at most 64 KiB
	maxVersionsACall = 200      // that one call may name
)

// templateLimits are the bounds of MaxResults where launch templates are
// listed.
var templateLimits = awsquery.Limits{Min: 1, Max: 200}

// templateRef names a launch template as requests do: by id or by name.
type templateRef struct{ id, name *string }

// check refuses a reference that names none, both, or no id.
func (r templateRef) check() error {
	switch id, name := text(r.id), text(r.name); {
	case id == "" && name == "":
		return cloud.Errorf(cloud.Missing, cloud.ResParameter, "LaunchTemplateId", "The request must contain the parameter launchTemplateId or launchTemplateName")
	case id != "" && name != "":
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameter launchTemplateId cannot be used with the parameter launchTemplateName")
	case id != "" && !cloud.ValidID(cloud.PrefixLaunchTemplate, id):
		return cloud.Errorf(cloud.Malformed, cloud.ResLaunchTemplate, id, "")
	}
	return nil
}

// find returns the template of the account.
func (r templateRef) find(tx *store.Tx, a cloud.AccountID) (cloud.LaunchTemplate, error) {
	if id := text(r.id); id != "" {
		t, ok := tx.LaunchTemplates().Get(cloud.LaunchTemplateID(id))
		if !ok || t.Account != a {
			return t, cloud.Errorf(cloud.NotFound, cloud.ResLaunchTemplate, id, "")
		}
		return t, nil
	}
	t, ok := templateByName(tx, a, text(r.name))
	if !ok {
		return t, cloud.Errorf(cloud.NotFound, cloud.ResLaunchTemplateName, text(r.name), "")
	}
	return t, nil
}

func templateByName(tx *store.Tx, a cloud.AccountID, name string) (cloud.LaunchTemplate, bool) {
	for t := range tx.LaunchTemplates().By(store.ByName, string(a)+"/"+name) {
		return t, true
	}
	return cloud.LaunchTemplate{}, false
}

// Names of versions besides their numbers.
const (
	versionLatest  = "$Latest"
	versionDefault = "$Default"
)

// numberOf is the number of a version named by number, "$Latest", "$Default" or
// "" for the default one.
func numberOf(t cloud.LaunchTemplate, name string) (int64, error) {
	switch name {
	case "", versionDefault:
		return t.Default, nil
	case versionLatest:
		return t.Latest, nil
	}
	n, err := strconv.ParseInt(name, 10, 64)
	if err != nil || n < 1 {
		return 0, cloud.Errorf(cloud.Invalid, cloud.ResLaunchTemplateVersion, name, "Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed.")
	}
	return n, nil
}

// versionID is the key of a version's record.
func versionID(t cloud.LaunchTemplateID, n int64) string { return fmt.Sprintf("%s/%010d", t, n) }

// versionOf finds a version by its name.
func versionOf(tx *store.Tx, t cloud.LaunchTemplate, name string) (cloud.LaunchTemplateVersion, error) {
	n, err := numberOf(t, name)
	if err != nil {
		return cloud.LaunchTemplateVersion{}, err
	}
	v, ok := tx.LaunchTemplateVersions().Get(versionID(t.ID, n))
	if !ok {
		return v, cloud.Errorf(cloud.NotFound, cloud.ResLaunchTemplateVersion, name, "Could not find the specified version %d for the launch template with ID %s.", n, t.ID)
	}
	return v, nil
}

// writeTemplateData checks the parameters of a version and makes the text that
// is kept: JSON with the model's names, without what is not set.
func writeTemplateData(d *ec2.RequestLaunchTemplateData) (string, error) {
	if err := checkUserData(text(d.UserData)); err != nil {
		return "", err
	}
	for _, t := range d.TagSpecifications {
		if _, err := readTags(t.Tags); err != nil {
			return "", err
		}
	}
	if d.Operator != nil {
		return "", cloud.Errorf(cloud.Unsupported, cloud.ResLaunchTemplate, "", "This cloud has no service providers that manage instances.")
	}
	full, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("write launch template data: %w", err)
	}
	kept, err := withoutNulls(full)
	switch {
	case err != nil:
		return "", fmt.Errorf("write launch template data: %w", err)
	case string(kept) == "{}":
		return "", cloud.Errorf(cloud.Missing, cloud.ResParameter, "LaunchTemplateData", "The request must contain the parameter LaunchTemplateData")
	case len(kept) > maxTemplateData:
		return "", cloud.Errorf(cloud.LimitExceeded, cloud.ResParameter, "LaunchTemplateData", "The launch template data is longer than %d bytes.", maxTemplateData)
	}
	return string(kept), nil
}

// withoutNulls drops the members of JSON objects that are null.
func withoutNulls(in []byte) ([]byte, error) {
	var v any
	if err := json.Unmarshal(in, &v); err != nil {
		return nil, err
	}
	return json.Marshal(pruned(v))
}

func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			if m = pruned(m); m == nil {
				delete(v, k)
			} else {
				v[k] = m
			}
		}
	case []any:
		for k := range v {
			v[k] = pruned(v[k])
		}
	}
	return v
}
