package access

import (
	"reflect"

	"ecc/cloud"
)

// Member returns the texts of a member of a request shape, by its Go name: of a
// string or a list of strings. has is false if the shape has no such member.
func Member(in any, name string) (values []string, has bool) {
	f := reflect.ValueOf(in).Elem().FieldByName(name)
	if !f.IsValid() {
		return nil, false
	}
	switch v := f.Interface().(type) {
	case *string:
		if v != nil && *v != "" {
			return []string{*v}, true
		}
		return nil, true
	case []string:
		return v, true
	}
	return nil, false
}

// one returns the text of a member, "" for none.
func one(in any, name string) string {
	if v, _ := Member(in, name); len(v) == 1 {
		return v[0]
	}
	return ""
}

// Tags returns the tags a member lists: pairs of Key and Value.
func Tags(in any, name string) map[string]string {
	f := reflect.ValueOf(in).Elem().FieldByName(name)
	if !f.IsValid() || f.Kind() != reflect.Slice || f.Type().Elem().Kind() != reflect.Struct {
		return nil
	}
	out := map[string]string{}
	for i := range f.Len() {
		t := f.Index(i).Addr().Interface()
		out[one(t, "Key")] = one(t, "Value")
	}
	return out
}

// RequestTags are the condition keys of tags that a request sets.
func RequestTags(keys map[string][]string, tags map[string]string) {
	for k, v := range tags {
		keys["aws:requesttag/"+k] = []string{v}
		keys["aws:tagkeys"] = append(keys["aws:tagkeys"], k)
	}
}

// PassRole is the need to hand a role to a service.
func PassRole(r cloud.Role, service string) Need {
	return Need{Action: "iam:PassRole", Resource: roleResource(r), Keys: map[string][]string{"iam:passedtoservice": {service}}}
}

func roleResource(r cloud.Role) Resource {
	out := Resource{ARN: r.ARN(), Tags: r.Tags, Facts: map[string][]string{}}
	if r.Boundary != "" {
		out.Facts["iam:permissionsboundary"] = []string{r.Boundary}
	}
	return out
}
