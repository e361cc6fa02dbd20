package clc

import (
	"context"
	"regexp"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// keyName is what EC2 allows: printable ASCII with no space at the ends. It
// becomes the comment of an authorized_keys line.
var keyName = regexp.MustCompile(`^[!-~]([ -~]{0,253}[!-~])?$`)

func checkKeyName(name string) error {
	if keyName.MatchString(name) {
		return nil
	}
	return cloud.Errorf(cloud.Invalid, cloud.ResKeyPair, name, "A key pair's name has 1 to 255 ASCII characters and neither begins nor ends with a space")
}

// addKeyPair writes a key pair under a name that is free.
func (s *Service) addKeyPair(ctx context.Context, c *awsquery.Call, k cloud.KeyPair, specs []ec2.TagSpecification) (cloud.KeyPair, []ec2.Tag, error) {
	tags, err := specTags(specs, "key-pair")
	if err != nil {
		return k, nil, err
	}
	id, err := s.id(cloud.PrefixKeyPair)
	if err != nil {
		return k, nil, err
	}
	k.ID = cloud.KeyPairID(id)
	var rendered []ec2.Tag
	err = s.update(ctx, c, func(tx *store.Tx) error {
		if _, ok := keyByName(tx, k.Account, k.Name); ok {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResKeyPair, k.Name, "")
		}
		k.Created = tx.Now
		if err := tx.KeyPairs().Put(k); err != nil {
			return err
		}
		err := putTags(tx, cloud.TagSet{Resource: id, Type: "key-pair", Account: k.Account, Tags: tags})
		rendered = renderTags(tx, k.Account, id)
		return err
	})
	return k, rendered, err
}

// specTags reads the tags a request gives to the one kind of resource it
// makes.
func specTags(specs []ec2.TagSpecification, typ string) (map[string]string, error) {
	var all []ec2.Tag
	for _, t := range specs {
		if text(t.ResourceType) != typ {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, "", "'%s' is not a valid taggable resource type for this operation.", text(t.ResourceType))
		}
		all = append(all, t.Tags...)
	}
	return readTags(all)
}

// putTags writes a resource's tags; none is no record.
func putTags(tx *store.Tx, t cloud.TagSet) error {
	if len(t.Tags) == 0 {
		return tx.TagSets().Delete(t.Resource)
	}
	return tx.TagSets().Put(t)
}
