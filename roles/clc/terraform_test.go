package clc_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// managed is a resource as Terraform's provider for AWS manages it: the calls
// it makes, in its order. S is what it keeps of a refresh.
type managed[S any] struct {
	create  func() (id string)
	read    func(id string) S
	change  func(id string) // to another configuration
	destroy func(id string)
	gone    func(id string) error // the read that must fail after it
	code    string                // with this code
}

// lives plays a resource's life: apply, a refresh that shows what was applied, a
// second one without a change, a change and what it left, destroy.
func (m managed[S]) lives(t *testing.T, applied, changed func(id string) S) {
	t.Helper()
	id := m.create()
	same(t, "after apply", applied(id), m.read(id))
	same(t, "refresh without a change", applied(id), m.read(id))
	m.change(id)
	same(t, "after the change", changed(id), m.read(id))
	m.destroy(id)
	same(t, "after destroy", m.code, codeOf(m.gone(id)))
}

// filter makes a filter of one value.
func filter(name, value string) types.Filter {
	return types.Filter{Name: aws.String(name), Values: []string{value}}
}

// tagged makes tags of new resources.
func tagged(typ types.ResourceType, key, value string) []types.TagSpecification {
	return []types.TagSpecification{{ResourceType: typ, Tags: []types.Tag{{Key: &key, Value: &value}}}}
}

// tagMap are a resource's tags as Terraform keeps them.
func tagMap(tags []types.Tag) map[string]string {
	out := map[string]string{}
	for _, x := range tags {
		out[*x.Key] = *x.Value
	}
	return out
}

// retag changes tags as Terraform does: the old ones go, the new ones come.
func (tn *tenant) retag(id, key, value string) {
	t := tn.f.t
	t.Helper()
	out := must[*sdk.DescribeTagsOutput](t)(tn.ec2.DescribeTags(t.Context(), &sdk.DescribeTagsInput{Filters: []types.Filter{filter("resource-id", id)}}))
	var old []types.Tag
	for _, x := range out.Tags {
		old = append(old, types.Tag{Key: x.Key, Value: x.Value})
	}
	if len(old) > 0 {
		must[*sdk.DeleteTagsOutput](t)(tn.ec2.DeleteTags(t.Context(), &sdk.DeleteTagsInput{Resources: []string{id}, Tags: old}))
	}
	must[*sdk.CreateTagsOutput](t)(tn.ec2.CreateTags(t.Context(), &sdk.CreateTagsInput{Resources: []string{id}, Tags: []types.Tag{{Key: &key, Value: &value}}}))
}
