package clc_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// A huge image keeps waiting its owner's other ones and nobody else; while it
// is taken in nobody removes its bytes.
func TestAHugeImageKeepsNobodyWaiting(t *testing.T) {
	f := newCloud(t)
	release := make(chan struct{})
	f.images.held["disks/huge"] = release
	for _, key := range []string{"huge", "more", "bobs", "gone"} {
		f.images.objects["disks/"+key] = cloud.GiB
	}
	huge := must[string](t)(f.register("huge", "disks/huge"))
	done := make(chan error, 1)
	go func() { done <- clc.IngestRound(f.svc, t.Context()) }()
	same(t, "being read", cloud.ImageID(huge), <-f.images.reading)

	more := must[string](t)(f.register("more", "disks/more"))
	gone := must[string](t)(f.register("gone", "disks/gone"))
	bobs := *must[*sdk.RegisterImageOutput](t)(f.bob.ec2.RegisterImage(t.Context(), &sdk.RegisterImageInput{Name: aws.String("bobs"), ImageLocation: aws.String("disks/bobs")})).ImageId
	for _, id := range []string{huge, gone} {
		ok(t, f.alice.query2("DeregisterImage", args{"ImageId": id}))
	}
	ok(t, clc.IngestRound(f.svc, t.Context()))
	_, taken := f.images.taken[cloud.ImageID(bobs)]
	same(t, "another tenant's is taken in", true, taken)
	same(t, "the owner's next", "pending", f.imageState(more))
	same(t, "removed", []string{"images/" + gone + "/index"}, f.images.removed)

	close(release)
	ok(t, <-done)
	same(t, "the owner's next", "available", f.imageState(more))
	ok(t, clc.RemoveRound(f.svc, t.Context()))
	same(t, "removed", []string{"images/" + gone + "/index", "images/" + huge + "/index"}, f.images.removed)
}

func TestImageQuotas(t *testing.T) {
	const most = 1000
	f := newCloud(t, func(c *clc.Config) { c.Limits = map[cloud.Limit]int64{cloud.LimitImages: most} })
	f.images.objects["disks/x"] = cloud.GiB
	var last string
	for k := range clc.MaxPending {
		last = must[string](t)(f.register(fmt.Sprint("pending ", k), "disks/x"))
	}
	next := args{"Name": "one more", "ImageLocation": "disks/x"}
	f.alice.refused("RegisterImage", next, "AMIQuotaExceeded")
	ok(t, f.bob.query2("RegisterImage", next))
	ok(t, clc.IngestRound(f.svc, t.Context()))
	ok(t, f.alice.query2("RegisterImage", next))

	for n := clc.MaxPending + 2; n < most; { // and alice's of the fixture
		f.change(func(tx *store.Tx) error {
			for range min(500, most-n) {
				id := fmt.Sprintf("ami-%017d", 1000+n)
				n++
				if err := tx.Images().Put(cloud.Image{ID: cloud.ImageID(id), Account: f.alice.account.ID, Name: id, State: cloud.ImageAvailable}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	next["Name"] = "too many"
	f.alice.refused("RegisterImage", next, "AMIQuotaExceeded")
	ok(t, f.alice.query2("DeregisterImage", args{"ImageId": last}))
	ok(t, f.alice.query2("RegisterImage", next))
}
