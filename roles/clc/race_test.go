package clc_test

import (
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/store"
)

// Launches at the same time never share an address or a MAC, and never put
// more on a node than it has.
func TestLaunchesAtOnce(t *testing.T) {
	f := newCloud(t)
	const callers, each = 20, 3
	codes := make([]string, callers)
	var wg sync.WaitGroup
	for k := range callers {
		wg.Go(func() {
			tn, image := f.alice, imageID
			if k%2 == 1 {
				tn, image = f.bob, publicID
			}
			_, err := tn.ec2.RunInstances(t.Context(), &sdk.RunInstancesInput{ImageId: aws.String(image), MinCount: aws.Int32(each),
				MaxCount: aws.Int32(each), InstanceType: types.InstanceTypeM1Small})
			codes[k] = codeOf(err)
		})
	}
	wg.Wait()
	accepted := 0
	for _, c := range codes {
		switch c {
		case "":
			accepted++
		case "InsufficientInstanceCapacity":
		default:
			t.Error(c)
		}
	}
	fit := nodeCapacity.VCPU * 2 / each // in the first zone: a launch is all in one
	fit += nodeCapacity.VCPU / each
	same(t, "accepted", fit, accepted)
	f.view(func(tx *store.Tx) {
		same(t, "instances", accepted*each, tx.Instances().Len())
		same(t, "interfaces", accepted*each, tx.ENIs().Len())
	})
	f.audit()
}

// One token at the same time makes one reservation.
func TestOneTokenAtOnce(t *testing.T) {
	f := newCloud(t)
	made := make([]string, 8)
	var wg sync.WaitGroup
	for k := range made {
		wg.Go(func() {
			out, err := f.alice.ec2.RunInstances(t.Context(), &sdk.RunInstancesInput{ImageId: aws.String(imageID), MinCount: aws.Int32(1),
				MaxCount: aws.Int32(1), InstanceType: types.InstanceTypeM1Small, ClientToken: aws.String("one")})
			if err != nil {
				t.Error(err)
				return
			}
			made[k] = *out.ReservationId
		})
	}
	wg.Wait()
	for _, r := range made {
		same(t, "reservation", made[0], r)
	}
	f.view(func(tx *store.Tx) { same(t, "instances", 1, tx.Instances().Len()) })
}
