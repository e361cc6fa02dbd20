package clc

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// launch is a RunInstances request, read and checked as far as it can be
// without the store.
type launch struct {
	min, max  int
	image     cloud.ImageID
	kind      cloud.InstanceType
	key       string
	groupIDs  []string
	groups    []string // by name, in the default VPC
	subnet    cloud.SubnetID
	zone      string
	privateIP netip.Addr
	secondary privateAsk  // besides it
	public    *bool       // nil: as the subnet says
	own       cloud.ENIID // the interface to take instead of making one
	keep      bool        // the interface stays when the instance ends
	disk      cloud.Bytes // asked for; 0: the image's
	rootName  string      // device the size was asked for
	eniNote   string
	tags      map[string]map[string]string // resource type → tags
	base      cloud.Instance               // what is copied from the request as it is
	group     placementRef
	metadata  *ec2.InstanceMetadataOptionsRequest
	profile   *ec2.IamInstanceProfileSpecification
}

// drawn is the randomness of one launch.
type drawn struct {
	reservation cloud.ReservationID
	each        []drawnInstance
}

type drawnInstance struct {
	instance   cloud.InstanceID
	eni        cloud.ENIID
	attachment cloud.AttachmentID
	profile    cloud.AssociationID // "" when none is asked for
	mac        [5]byte             // after the 02 of a locally administered address
}

// drawLaunch draws ids and MAC addresses for up to n instances.
func (s *Service) drawLaunch(n int) (drawn, error) {
	var d drawn
	r, err := s.id(cloud.PrefixReservation)
	if err != nil {
		return d, err
	}
	d.reservation = cloud.ReservationID(r)
	for range n {
		ids, err := s.ids(cloud.PrefixInstance, cloud.PrefixENI, cloud.PrefixAttachment)
		if err != nil {
			return d, err
		}
		var m [5]byte
		if _, err := io.ReadFull(s.entropy, m[:]); err != nil {
			return d, fmt.Errorf("make a MAC address: %w", err)
		}
		d.each = append(d.each, drawnInstance{instance: cloud.InstanceID(ids[0]), eni: cloud.ENIID(ids[1]), attachment: cloud.AttachmentID(ids[2]), mac: m})
	}
	return d, nil
}

// launch makes the records of a launch for an account.
func (s *Service) launch(tx *store.Tx, a cloud.AccountID, l launch, d drawn) error {
	base, err := s.resolve(tx, a, &l)
	if err != nil {
		return err
	}
	if l.max, err = s.ledger.Fit(tx, a, base, l.min, l.max); err != nil {
		return err
	}
	if l.max, err = fitTransaction(l, base); err != nil {
		return err
	}
	if err := launchOwn(tx, a, &l); err != nil {
		return err
	}
	subnet, seats, err := s.place(tx, a, l, base)
	if err != nil {
		return err
	}
	nics, err := s.launchInterfaces(tx, a, l, d, subnet, len(seats))
	if err != nil {
		return err
	}
	base.Reservation, base.Account, base.Launched = d.reservation, a, tx.Now
	base.Zone, base.VPC, base.Subnet, base.Groups = subnet.Zone, subnet.VPC, subnet.ID, nics[0].Groups
	for k, seat := range seats {
		i, e := base, nics[k]
		if e.MAC == "" {
			e.MAC = freeMAC(tx, d.each[k].mac)
		}
		i.ID, i.ENI, i.MAC, i.LaunchIndex = d.each[k].instance, e.ID, e.MAC, k
		i.PrivateIP, i.PublicIP = e.PrivateIP, e.PublicIP
		i.Desired = cloud.Desired{Goal: cloud.GoalRunning, Generation: 1, Node: seat.Node, Changed: tx.Now}
		i.Partition = seat.Partition
		e.Instance, e.Attachment, e.Attached = i.ID, d.each[k].attachment, tx.Now
		if err := putInstance(tx, i, e, l); err != nil {
			return err
		}
		if err := putProfile(tx, i, d.each[k].profile, l.profile); err != nil {
			return err
		}
	}
	return nil
}

// putInstance writes one instance with its interface and tags.
func putInstance(tx *store.Tx, i cloud.Instance, e cloud.ENI, l launch) error {
	if _, taken := tx.Instances().Get(i.ID); taken {
		return fmt.Errorf("the random id %s is taken", i.ID)
	}
	if err := tx.Instances().Put(i); err != nil {
		return err
	}
	if err := attach(tx, e); err != nil {
		return err
	}
	for typ, id := range map[string]string{"instance": string(i.ID), typeENI: string(i.ENI)} {
		if len(l.tags[typ]) == 0 {
			continue
		}
		if err := tx.TagSets().Put(cloud.TagSet{Resource: id, Type: typ, Account: i.Account, Tags: l.tags[typ]}); err != nil {
			return err
		}
	}
	return nil
}

// resolve looks up what the request names and fills in what it leaves open.
func (s *Service) resolve(tx *store.Tx, a cloud.AccountID, l *launch) (cloud.Instance, error) {
	i := l.base
	img, err := launchable(tx, a, l.image)
	if err != nil {
		return i, err
	}
	i.Image, i.Architecture, i.RootDevice = img.ID, img.Architecture, img.RootDevice
	i.Type, i.VCPU, i.Memory, i.Disk = l.kind.Name, l.kind.VCPU, l.kind.Memory, max(img.Blob.Size, l.kind.Disk)
	if l.disk != 0 {
		i.Disk = l.disk
	}
	if l.rootName != "" && l.rootName != img.RootDevice {
		return i, cloud.Errorf(cloud.Unsupported, cloud.ResVolume, "", "this cloud offers no volumes yet: a block device mapping may only size the root device %s", img.RootDevice)
	}
	if l.disk != 0 && l.disk < img.Blob.Size {
		return i, cloud.Errorf(cloud.Invalid, cloud.ResVolume, "", "Volume of size %dGB is smaller than the image, expect size >= %dGB", l.disk/cloud.GiB, (img.Blob.Size+cloud.GiB-1)/cloud.GiB)
	}
	if i.Metadata, err = launchMetadata(tx, a, l.metadata); err != nil {
		return i, err
	}
	if i.PlacementGroup, err = l.group.resolve(tx, a); err != nil {
		return i, err
	}
	if l.key != "" {
		k, ok := keyByName(tx, a, l.key)
		if !ok {
			return i, cloud.Errorf(cloud.NotFound, cloud.ResKeyPair, l.key, "")
		}
		i.KeyName, i.PublicKey = k.Name, k.PublicKey
	}
	return i, nil
}

// launchable finds an image the account may run.
func launchable(tx *store.Tx, a cloud.AccountID, id cloud.ImageID) (cloud.Image, error) {
	img, ok := tx.Images().Get(id)
	switch {
	case !ok || !img.VisibleTo(a):
		return img, cloud.Errorf(cloud.NotFound, cloud.ResImage, string(id), "")
	case img.Disabled:
		return img, cloud.Errorf(cloud.WrongState, cloud.ResImage, string(id), "The image id '[%s]' is disabled", id)
	case img.State != cloud.ImageAvailable:
		return img, cloud.Errorf(cloud.WrongState, cloud.ResImage, string(id), "The image id '[%s]' is in state %s; it must be available", id, img.State)
	}
	return img, nil
}

// keyByName finds a key pair of an account.
func keyByName(tx *store.Tx, a cloud.AccountID, name string) (cloud.KeyPair, bool) {
	for k := range tx.KeyPairs().By(store.ByName, string(a)+"/"+name) {
		return k, true
	}
	return cloud.KeyPair{}, false
}

// launchGroups resolves the security groups, the VPC's default one when none
// is named. All must be of that VPC.
func (s *Service) launchGroups(tx *store.Tx, a cloud.AccountID, l launch, vpc cloud.VPCID) ([]cloud.GroupID, error) {
	ids := map[cloud.GroupID]bool{}
	names := l.groups
	if len(l.groupIDs)+len(names) == 0 {
		names = []string{"default"}
	}
	byName := map[string]cloud.Group{}
	for g := range tx.Groups().By(store.ByVPC, string(vpc)) {
		byName[g.Name] = g
	}
	for _, n := range names {
		g, ok := byName[n]
		if !ok {
			return nil, cloud.Errorf(cloud.NotFound, cloud.ResGroup, n, "The security group '%s' does not exist in default VPC '%s'", n, vpc)
		}
		ids[g.ID] = true
	}
	for _, id := range l.groupIDs {
		g, ok := tx.Groups().Get(cloud.GroupID(id))
		if !ok || g.Account != a {
			return nil, cloud.Errorf(cloud.NotFound, cloud.ResGroup, id, "")
		}
		if g.VPC != vpc {
			return nil, cloud.Errorf(cloud.BadCombination, cloud.ResGroup, id, "")
		}
		ids[g.ID] = true
	}
	if len(ids) > maxGroupsPerENI {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResInterfaceGroup, "", "")
	}
	out := make([]cloud.GroupID, 0, len(ids))
	for id := range ids {
		out = append(out, id)
	}
	slices.SortFunc(out, func(x, y cloud.GroupID) int { return strings.Compare(string(x), string(y)) })
	return out, nil
}
