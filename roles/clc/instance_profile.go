package clc

import (
	"strings"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// profileSpec is how messages name what names an instance profile.
const profileSpec = "iamInstanceProfile"

// checkProfile checks the form of what names an instance profile: by name or by
// ARN, not by both.
func checkProfile(spec *ec2.IamInstanceProfileSpecification) error {
	name, arn := text(spec.Name), text(spec.Arn)
	switch {
	case name != "" && arn != "":
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameter '%s.name' may not be used in combination with '%s.arn'", profileSpec, profileSpec)
	case name == "" && arn == "":
		return cloud.Errorf(cloud.Missing, cloud.ResParameter, "IamInstanceProfile.Name", "The request must contain the parameter %s.name or %s.arn", profileSpec, profileSpec)
	}
	return nil
}

// profileOf finds the instance profile of an account that a request names.
func profileOf(tx *store.Tx, a cloud.AccountID, spec *ec2.IamInstanceProfileSpecification) (cloud.InstanceProfile, error) {
	name, arn := text(spec.Name), text(spec.Arn)
	member, value := "name", name
	if arn != "" {
		member, value, name = "arn", arn, arn[strings.LastIndexByte(arn, '/')+1:]
	}
	for p := range tx.InstanceProfiles().By(store.ByName, string(a)+"/"+strings.ToLower(name)) {
		if p.Name == name && (arn == "" || p.ARN() == arn) {
			return p, nil
		}
	}
	return cloud.InstanceProfile{}, cloud.Errorf(cloud.NotFound, cloud.ResInstanceProfile, value,
		"Value (%s) for parameter %s.%s is invalid. Invalid IAM Instance Profile %s", value, profileSpec, member, map[string]string{"name": "name", "arn": "ARN"}[member])
}

// associationOf finds what hands an instance profile to an instance.
func associationOf(tx *store.Tx, id cloud.InstanceID) (cloud.ProfileAssociation, bool) {
	for a := range tx.ProfileAssociations().By(store.ByInstance, string(id)) {
		return a, true
	}
	return cloud.ProfileAssociation{}, false
}

// newAssociation hands a profile to an instance.
func newAssociation(tx *store.Tx, id cloud.AssociationID, i cloud.InstanceID, p cloud.InstanceProfile) cloud.ProfileAssociation {
	return cloud.ProfileAssociation{ID: id, Account: p.Account, Instance: i, Profile: p.ID, ProfileARN: p.ARN(), Created: tx.Now}
}

// dropAssociation ends what an instance had of a profile: it was terminated.
func dropAssociation(tx *store.Tx, id cloud.InstanceID) error {
	if a, ok := associationOf(tx, id); ok {
		return tx.ProfileAssociations().Delete(a.ID)
	}
	return nil
}

// profileFilters are the filters of instances by their profile.
var profileFilters = map[string]func(cloud.ProfileAssociation) string{
	"arn": func(a cloud.ProfileAssociation) string { return a.ProfileARN },
	"id":  func(a cloud.ProfileAssociation) string { return a.Profile },
	"name": func(a cloud.ProfileAssociation) string {
		return a.ProfileARN[strings.LastIndexByte(a.ProfileARN, '/')+1:]
	},
}

// drawProfiles draws the ids of the associations a launch makes, if it does.
func (s *Service) drawProfiles(d *drawn, spec *ec2.IamInstanceProfileSpecification) error {
	for k := range d.each {
		if spec == nil {
			return nil
		}
		id, err := s.id(cloud.PrefixProfileAssociation)
		if err != nil {
			return err
		}
		d.each[k].profile = cloud.AssociationID(id)
	}
	return nil
}

// putProfile hands a new instance the profile its launch asked for.
func putProfile(tx *store.Tx, i cloud.Instance, id cloud.AssociationID, spec *ec2.IamInstanceProfileSpecification) error {
	if spec == nil {
		return nil
	}
	p, err := profileOf(tx, i.Account, spec)
	if err != nil {
		return err
	}
	return tx.ProfileAssociations().Put(newAssociation(tx, id, i.ID, p))
}

// renderProfile is the instance profile of an association.
func renderProfile(a cloud.ProfileAssociation) *ec2.IamInstanceProfile {
	return &ec2.IamInstanceProfile{Arn: ptr(a.ProfileARN), Id: ptr(a.Profile)}
}

// renderAssociation is an association in a state: "associating", "associated",
// "disassociating".
func renderAssociation(a cloud.ProfileAssociation, state string) *ec2.IamInstanceProfileAssociation {
	return &ec2.IamInstanceProfileAssociation{AssociationId: ptr(string(a.ID)), InstanceId: ptr(string(a.Instance)), IamInstanceProfile: renderProfile(a),
		State: ptr(state), Timestamp: ptr(a.Created.UTC())}
}
